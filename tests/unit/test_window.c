/* The window of last events: contiguous, bounded, and copies of its own. */
#include "common/bus/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CAP 8
#define BYTES 400

static void
put(struct window *w, int64_t seq, size_t n)
{
	char envelope[BYTES], topic[32];
	struct window_event ev = { .seq = seq, .at = seq * 10 };

	memset(envelope, (int)('a' + seq % 26), sizeof(envelope));
	(void)snprintf(topic, sizeof(topic), "t/%lld", (long long)seq);
	ev.topic = str_of(topic);
	ev.envelope = (struct str){ envelope, n };
	window_put(w, &ev);
	/* The window must not have borrowed them. */
	memset(envelope, 0, sizeof(envelope));
	memset(topic, 0, sizeof(topic));
}

static void
expect(const struct window *w, int64_t first, int64_t last)
{
	int64_t a, b;

	assert_true(window_bounds(w, &a, &b));
	assert_int_equal(a, first);
	assert_int_equal(b, last);
	for (int64_t seq = first; seq <= last; seq++) {
		struct window_event ev = window_get(w, seq);
		char topic[32];

		(void)snprintf(topic, sizeof(topic), "t/%lld", (long long)seq);
		assert_int_equal(ev.seq, seq);
		assert_int_equal(ev.at, seq * 10);
		assert_true(str_is(ev.topic, topic));
		for (size_t i = 0; i < ev.envelope.n; i++)
			assert_int_equal(ev.envelope.p[i], 'a' + seq % 26);
	}
}

static void
test_it_keeps_the_last_ones(void **state)
{
	struct window *w = window_new(CAP, BYTES);
	int64_t a, b;

	(void)state;
	assert_false(window_bounds(w, &a, &b));
	for (int64_t seq = 5; seq < 40; seq++) {
		put(w, seq, 3);
		expect(w, seq < 5 + CAP ? 5 : seq - CAP + 1, seq);
	}
	window_clear(w);
	assert_false(window_bounds(w, &a, &b));
	window_free(&w);
	assert_null(w);
}

static void
test_a_hole_empties_it(void **state)
{
	struct window *w = window_new(CAP, BYTES);

	(void)state;
	put(w, 1, 3);
	put(w, 2, 3);
	put(w, 4, 3);
	expect(w, 4, 4);
	put(w, 3, 3); /* back in time: history was cut */
	expect(w, 3, 3);
	window_free(&w);
}

static void
test_bytes_are_bounded_too(void **state)
{
	struct window *w = window_new(CAP, BYTES);

	(void)state;
	for (int64_t seq = 1; seq <= 4; seq++)
		put(w, seq, 100);
	expect(w, 2, 4);
	put(w, 5, BYTES); /* larger than all the rest may be: it alone */
	expect(w, 5, 5);
	put(w, 6, 1);
	expect(w, 6, 6);
	window_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_keeps_the_last_ones),
		cmocka_unit_test(test_a_hole_empties_it),
		cmocka_unit_test(test_bytes_are_bounded_too),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
