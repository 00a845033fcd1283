#include "tests/lib/hist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_small_values_are_exact(void **state)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	(void)state;
	assert_int_equal(hist_at(h, 0.5), 0);
	for (int i = 1; i <= 1000; i++)
		hist_add(h, i);
	assert_int_equal(h->n, 1000);
	assert_int_equal(hist_at(h, 0.5), 500);
	assert_int_equal(hist_at(h, 0.99), 990);
	assert_int_equal(hist_at(h, 0), 1);
	assert_int_equal(hist_at(h, 1), 1000);
	free(h);
}

static void
test_every_value_is_right_to_a_thousandth(void **state)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	(void)state;
	for (int64_t v = 1; v < INT64_C(1) << HIST_TOP; v += v / 3 + 1) {
		*h = (struct hist){ .n = 0 };
		hist_add(h, v);
		hist_add(h, INT64_C(1) << HIST_TOP);
		assert_true(hist_at(h, 0.5) >= v);
		assert_true(hist_at(h, 0.5) - v <= v / 1000);
	}
	free(h);
}

static void
test_values_out_of_range_stay_in_the_table(void **state)
{
	struct hist *h = xcalloc(1, sizeof(*h));

	(void)state;
	hist_add(h, -5);
	assert_int_equal(hist_at(h, 1), 0);
	hist_add(h, INT64_MAX);
	assert_int_equal(h->max, INT64_MAX);
	assert_true(hist_at(h, 1) >= INT64_C(1) << HIST_TOP);
	free(h);
}

static void
test_two_add_up_to_one(void **state)
{
	struct hist *a = xcalloc(1, sizeof(*a)), *b = xcalloc(1, sizeof(*b));

	(void)state;
	for (int i = 0; i < 100; i++) {
		hist_add(a, i);
		hist_add(b, 100 + i);
	}
	hist_merge(a, b);
	assert_int_equal(a->n, 200);
	assert_int_equal(a->max, 199);
	assert_int_equal(hist_at(a, 0.75), 149);
	free(a);
	free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_values_are_exact),
		cmocka_unit_test(test_every_value_is_right_to_a_thousandth),
		cmocka_unit_test(test_values_out_of_range_stay_in_the_table),
		cmocka_unit_test(test_two_add_up_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
