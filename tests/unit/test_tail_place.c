/* What huying tail keeps in mind: places, holes, how much it has shown. */
#include "cli/tail_cursor.h"
#include "cli/tail_holes.h"
#include "cli/tail_rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_so_many_lines_in_a_span_and_the_rest_is_counted(void **state)
{
	struct tail_rate r;
	int64_t shown = 0;

	(void)state;
	assert_true(rate_parse(STR("2/10s"), &r));
	for (int64_t at = 5000; at < 5007; at++)
		shown += rate_allows(&r, at);
	assert_int_equal(shown, 2);
	assert_int_equal(rate_held(&r, 14999), 0);
	assert_int_equal(rate_held(&r, 15000), 5);
	assert_int_equal(rate_held(&r, 15000), 0);
	assert_true(rate_allows(&r, 15001));
	assert_true(rate_allows(&r, 15002));
	assert_false(rate_allows(&r, 15003));
	assert_int_equal(rate_held(&r, 99999), 1);
	/* Slow enough, nothing is ever held. */
	for (int64_t at = 200000; at < 900000; at += 5000)
		assert_true(rate_allows(&r, at));
	assert_int_equal(rate_held(&r, 900000), 0);
}

static void
test_a_rate_is_a_number_and_perhaps_a_span(void **state)
{
	static const struct {
		const char *text;
		int64_t n, span_ms; /* 0: none */
	} rows[] = { { "10", 10, 1000 }, { "1/1", 1, 1000 },
		{ "100/2m", 100, 120000 }, { "5/500ms", 5, 500 }, { "0", 0, 0 },
		{ "-1", 0, 0 }, { "", 0, 0 }, { "/1s", 0, 0 }, { "1/", 0, 0 },
		{ "1/0s", 0, 0 }, { "1/1w", 0, 0 }, { "1s", 0, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tail_rate r = { .n = 0 };
		bool ok = rate_parse(str_of(rows[i].text), &r);

		if (ok != (rows[i].n > 0) || r.n != rows[i].n ||
		    (ok && r.span_ms != rows[i].span_ms))
			fail_msg("\"%s\"", rows[i].text);
	}
}

static void
test_a_place_is_an_epoch_and_a_seq(void **state)
{
	static const char *const bad[] = { "", ":", "1:", ":1", "1", "0:5",
		"-1:5", "1:-1", "1:5 ", "1:5:6", "1:9223372036854775807",
		"x:1" };
	struct tail_place p = { 7, 7 };
	char text[PLACE_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (place_parse(str_of(bad[i]), &p))
			fail_msg("\"%s\" was taken", bad[i]);
	assert_int_equal(p.epoch, 7);
	assert_true(place_parse(STR("2:0"), &p));
	assert_true(place_parse(STR("12:417"), &p));
	assert_string_equal(place_format(&p, text), "12:417");
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
test_a_cursor_file_holds_a_place_nothing_or_rubbish(void **state)
{
	char folder[] = "/tmp/huying-cursor.XXXXXX", path[64], in[80];
	struct tail_place p = { 3, 99 }, got;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/c", folder);
	(void)snprintf(in, sizeof(in), "%s/none/c", folder);
	assert_int_equal(cursor_read(path, &got, &e), RC_GONE);
	write_file(path, "");
	assert_int_equal(cursor_read(path, &got, &e), RC_GONE);
	write_file(path, "1:2\nmore");
	assert_int_equal(cursor_read(path, &got, &e), RC_REJECT);
	assert_int_equal(cursor_write(path, &p, &e), RC_OK);
	assert_int_equal(cursor_read(path, &got, &e), RC_OK);
	assert_true(got.epoch == 3 && got.seq == 99);
	assert_int_equal(cursor_write(in, &p, &e), RC_FATAL);
	/* Nothing is left lying about. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
test_a_hole_is_seen_by_what_each_type_tells(void **state)
{
	struct tail_holes *h = xcalloc(1, sizeof(*h));

	(void)state;
	holes_begin(h);
	/* Before the first heartbeat nobody knows what was missed. */
	assert_int_equal(holes_last(h, STR("a.b")), -1);
	assert_false(holes_missed(h, STR("a.b"), 5));
	holes_saw(h, STR("a.b"), 7);
	assert_false(holes_missed(h, STR("a.b"), 7));
	assert_true(holes_missed(h, STR("a.b"), 8));
	holes_settle(h, 9);
	assert_int_equal(holes_last(h, STR("a.b")), 9);
	assert_false(holes_missed(h, STR("c.d"), 9));
	assert_true(holes_missed(h, STR("c.d"), 10));
	holes_saw(h, STR("c.d"), 12);
	holes_saw(h, STR("c.d"), 11);
	assert_int_equal(holes_last(h, STR("c.d")), 12);
	assert_int_equal(holes_last(h, STR("a.b")), 9);
	holes_settle(h, 3);
	assert_int_equal(holes_last(h, STR("a.b")), 9);
	holes_begin(h);
	assert_int_equal(holes_last(h, STR("c.d")), -1);
	free(h);
}

/* A stranger's types may be many: they are forgotten, and nothing breaks. */
static void
test_only_so_many_types_are_followed(void **state)
{
	struct tail_holes *h = xcalloc(1, sizeof(*h));
	char type[16];

	(void)state;
	holes_begin(h);
	holes_settle(h, 0);
	for (int i = 0; i < HOLES_TYPES_MAX + 10; i++) {
		(void)snprintf(type, sizeof(type), "a.b%d", i);
		holes_saw(h, str_of(type), 5);
	}
	assert_int_equal(h->n, HOLES_TYPES_MAX);
	assert_int_equal(holes_last(h, str_of(type)), 0);
	holes_saw(h, STR("a.b0"), 6);
	assert_int_equal(holes_last(h, STR("a.b0")), 6);
	free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_so_many_lines_in_a_span_and_the_rest_is_counted),
		cmocka_unit_test(test_a_rate_is_a_number_and_perhaps_a_span),
		cmocka_unit_test(test_a_place_is_an_epoch_and_a_seq),
		cmocka_unit_test(
		    test_a_cursor_file_holds_a_place_nothing_or_rubbish),
		cmocka_unit_test(test_a_hole_is_seen_by_what_each_type_tells),
		cmocka_unit_test(test_only_so_many_types_are_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
