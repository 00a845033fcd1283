/* How often a client may: a bucket of tokens. */
#include "services/bus/rights.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void
test_a_bucket_gives_its_burst_and_then_its_rate(void **state)
{
	struct bucket b = bucket_of(10, 3, 1000);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(bucket_take(&b, 1000), 0);
	assert_int_equal(bucket_take(&b, 1000), 100);
	assert_int_equal(bucket_take(&b, 1040), 60);
	assert_int_equal(bucket_take(&b, 1099), 1);
	assert_int_equal(bucket_take(&b, 1100), 0);
	assert_int_equal(bucket_take(&b, 1100), 100);
	/* A long rest fills it to the brim and no further. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(bucket_take(&b, 1000000000), 0);
	assert_int_equal(bucket_take(&b, 1000000000), 100);
}

static void
test_waiting_as_told_always_gives_a_token(void **state)
{
	static const int64_t rates[] = { 1, 3, 7, 999, 1000, 1001, 33333,
		BUCKET_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
		struct bucket b = bucket_of(rates[i], 1, 0);
		int64_t now = 0, taken = 0;

		while (now < 3000) {
			int64_t wait = bucket_take(&b, now);

			assert_in_range(wait, 0, 1000);
			taken += wait == 0;
			now += wait == 0 ? 1 : wait;
			if (wait > 0) {
				assert_int_equal(bucket_take(&b, now), 0);
				taken++;
			}
		}
		/* Never more than burst and rate allow. */
		assert_true(taken <= 1 + rates[i] * now / 1000 + 1);
	}
}

static void
test_a_bucket_survives_its_clock_and_its_new_bounds(void **state)
{
	struct bucket b = bucket_of(BUCKET_MAX, BUCKET_MAX, INT64_MAX / 2);

	(void)state;
	/* Back in time: nothing is given, nothing overflows. */
	assert_int_equal(bucket_take(&b, 0), 0);
	assert_int_equal(bucket_take(&b, INT64_MAX / 2 + 1), 0);
	b = bucket_of(1, 5, 0);
	assert_int_equal(bucket_take(&b, INT64_MAX), 0);
	bucket_adjust(&b, 1, 2, INT64_MAX);
	assert_int_equal(bucket_take(&b, INT64_MAX), 0);
	assert_int_equal(bucket_take(&b, INT64_MAX), 0);
	assert_int_equal(bucket_take(&b, INT64_MAX), 1000);
	/* More room is not more tokens. */
	bucket_adjust(&b, 4, 100, INT64_MAX);
	assert_int_equal(bucket_take(&b, INT64_MAX), 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_bucket_gives_its_burst_and_then_its_rate),
		cmocka_unit_test(test_waiting_as_told_always_gives_a_token),
		cmocka_unit_test(
		    test_a_bucket_survives_its_clock_and_its_new_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
