/* What huying doctor makes of its figures (cli/doctor.h). */
#include "cli/doctor.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define GB INT64_C(1000000000)

static void
test_a_flush_may_not_be_faster_than_a_disk(void **state)
{
	static const struct {
		int64_t us;
		bool memory;
		enum finding how;
	} rows[] = {
		{ 1, false, FINDING_BAD }, /* swallowed */
		{ 9, false, FINDING_BAD },
		{ 10, false, FINDING_NOTE }, /* a protected cache */
		{ 59, false, FINDING_NOTE }, { 60, false, FINDING_OK },
		{ 900, false, FINDING_OK },   /* flash */
		{ 12000, false, FINDING_OK }, /* a rotating disk */
		{ 900, true, FINDING_BAD },   /* however slow memory is */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    doctor_flush(rows[i].us, rows[i].memory), rows[i].how);
}

static void
test_space_is_told_before_it_is_gone(void **state)
{
	(void)state;
	assert_int_equal(doctor_space(100 * GB, 200 * GB), FINDING_OK);
	assert_int_equal(doctor_space(10 * GB, 200 * GB), FINDING_WARN);
	assert_int_equal(doctor_space(3 * GB, 20 * GB), FINDING_WARN);
	assert_int_equal(doctor_space(3 * GB, 200 * GB), FINDING_BAD);
	assert_int_equal(doctor_space(GB / 2, 1 * GB), FINDING_BAD);
	assert_int_equal(doctor_space(0, 0), FINDING_BAD);
}

static void
test_clocks_may_differ_by_a_second(void **state)
{
	(void)state;
	assert_int_equal(doctor_skew(0), FINDING_OK);
	assert_int_equal(doctor_skew(-1000), FINDING_OK);
	assert_int_equal(doctor_skew(1001), FINDING_WARN);
	assert_int_equal(doctor_skew(-60000), FINDING_WARN);
	assert_int_equal(doctor_skew(-60001), FINDING_BAD);
}

static void
test_next_years_holidays_are_wanted_in_november(void **state)
{
	int64_t covered = clock_day_of(2026, 12, 31);

	(void)state;
	assert_int_equal(
	    doctor_calendar(covered, clock_day_of(2026, 3, 1)), FINDING_NOTE);
	assert_int_equal(
	    doctor_calendar(covered, clock_day_of(2026, 11, 14)), FINDING_NOTE);
	assert_int_equal(
	    doctor_calendar(covered, clock_day_of(2026, 11, 15)), FINDING_WARN);
	assert_int_equal(
	    doctor_calendar(covered, clock_day_of(2026, 12, 31)), FINDING_WARN);
	assert_int_equal(
	    doctor_calendar(covered, clock_day_of(2027, 1, 1)), FINDING_BAD);
	assert_int_equal(doctor_calendar(clock_day_of(2027, 12, 31),
			     clock_day_of(2026, 12, 1)),
	    FINDING_OK);
}

static void
test_settings_that_lose_data_are_bad(void **state)
{
	static const struct {
		const char *name;
		const char *value;
		enum finding how;
	} rows[] = {
		{ "fsync", "on", FINDING_OK }, { "fsync", "off", FINDING_BAD },
		{ "full_page_writes", "off", FINDING_BAD },
		{ "synchronous_commit", "remote_apply", FINDING_OK },
		{ "synchronous_commit", "local", FINDING_BAD },
		{ "synchronous_commit", "off", FINDING_BAD },
		{ "data_checksums", "off", FINDING_WARN },
		{ "log_min_error_statement", "error", FINDING_WARN },
		{ "log_min_error_statement", "panic", FINDING_OK },
		{ "log_parameter_max_length", "-1", FINDING_WARN },
		{ "work_mem", "4096", FINDING_OK }, /* nothing to us */
	};
	const char *advice;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(doctor_setting(rows[i].name,
				     str_of(rows[i].value), &advice),
		    rows[i].how);
		/* Whoever is told that it is wrong is told what to do. */
		assert_int_equal(advice == NULL, rows[i].how == FINDING_OK);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_flush_may_not_be_faster_than_a_disk),
		cmocka_unit_test(test_space_is_told_before_it_is_gone),
		cmocka_unit_test(test_clocks_may_differ_by_a_second),
		cmocka_unit_test(
		    test_next_years_holidays_are_wanted_in_november),
		cmocka_unit_test(test_settings_that_lose_data_are_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
