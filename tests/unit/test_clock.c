#include "common/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *text;
	int64_t at;
	const char *back; /* NULL: TEXT itself */
} instants[] = {
	{ "2026-02-13T17:30:00+08:00", INT64_C(1770975000000), NULL },
	{ "2026-02-13T17:30+08:00", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2026-02-13T09:30:00Z", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2026-02-13T09:30Z", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2026-02-13T00:30:00-09:00", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2026-02-13T15:00:00+05:30", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2026-02-13T17:30:00.5+08:00", INT64_C(1770975000500),
	    "2026-02-13T17:30:00.500+08:00" },
	{ "2026-02-13T17:30:00.001+08:00", INT64_C(1770975000001), NULL },
	{ "2026-02-13T17:30:00.000+08:00", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2026-02-13T17:30:00.123999999+08:00", INT64_C(1770975000123),
	    "2026-02-13T17:30:00.123+08:00" },
	{ "2026-02-13T17:30:00.000999+08:00", INT64_C(1770975000000),
	    "2026-02-13T17:30:00+08:00" },
	{ "2024-02-29T23:59:59+08:00", INT64_C(1709222399000), NULL },
	{ "2000-02-29T00:00:00+08:00", INT64_C(951753600000), NULL },
	{ "2000-01-01T00:00:00+08:00", INT64_C(946656000000), NULL },
	{ "2999-12-31T23:59:59.999+08:00", INT64_C(32503651199999), NULL },
	/* on the other side of midnight, and of the year, in China */
	{ "2025-12-31T16:00:00Z", INT64_C(1767196800000),
	    "2026-01-01T00:00:00+08:00" },
	{ "2025-12-31T15:59:59Z", INT64_C(1767196799000),
	    "2025-12-31T23:59:59+08:00" },
};

static const char *const no_instants[] = {
	"", "2026", "2026-02-13", "2026-02-13T", "2026-02-13T17",
	"2026-02-13T17:30", "2026-02-13T17:30:00", "2026-02-13T17:30:00+08",
	"2026-02-13T17:30:00+0800", "2026-02-13T17:30:00+8:00",
	"2026-02-13T17:30:00 08:00", "2026-02-13T17:30:00+08:60",
	"2026-02-13T17:30:00+15:00", "2026-02-13T17:30:00ZZ",
	"2026-02-13T17:30:00Z ", " 2026-02-13T17:30:00Z",
	"2026-02-13 17:30:00Z", "2026-02-13t17:30:00Z",
	"2026-02-13T17:30:00z", "2026-02-13T24:00:00Z",
	"2026-02-13T17:60:00Z", "2026-02-13T17:30:60Z",
	"2026-02-13T17:30:00.Z", "2026-02-13T17:30:00.1234567890Z",
	"2026-02-13T17:30.5Z", "2026-02-13T17:30:0Z",
	"2026-02-13T17:3:00Z", "2026-02-13T7:30:00Z",
	"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
	"2026-04-31T00:00:00Z", "2026-00-10T00:00:00Z",
	"2026-13-10T00:00:00Z", "2026-01-00T00:00:00Z",
	"2026-01-32T00:00:00Z", "2026-1-01T00:00:00Z",
	"1999-12-31T23:59:59Z", "3000-01-01T00:00:00Z",
	"26-02-13T17:30:00Z", "+2026-02-13T17:30:00Z",
	"-026-02-13T17:30:00Z", "2026/02/13T17:30:00Z",
	"2026-02-13T-1:30:00Z", "2026-02-13T17:30:-1Z",
	"２０26-02-13T17:30:00Z", "2026-02-13T17:30:00+08:00+08:00",
	/* 1999 and 3000 in China: could not be read again */
	"2000-01-01T00:00:00+14:00", "2000-01-01T00:00:00+08:01",
	"2999-12-31T16:00:00Z", "2999-12-31T23:59:59.999+07:59",
};
/* clang-format on */

static void
test_instants_are_read_and_written(void **state)
{
	char text[CLOCK_TEXT];
	int64_t at;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(instants); i++) {
		const char *back = instants[i].back;

		if (!clock_parse(str_of(instants[i].text), &at))
			fail_msg("'%s' refused", instants[i].text);
		if (at != instants[i].at)
			fail_msg("'%s': %lld", instants[i].text, (long long)at);
		assert_string_equal(clock_format(at, text),
		    back != NULL ? back : instants[i].text);
	}
}

static void
test_what_is_no_instant_is_refused(void **state)
{
	int64_t at = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(no_instants); i++)
		if (clock_parse(str_of(no_instants[i]), &at))
			fail_msg("'%s' was taken", no_instants[i]);
	assert_false(clock_parse((struct str){ NULL, 0 }, &at));
	assert_false(
	    clock_parse((struct str){ "2026-02-13T17:30:00Z\0", 21 }, &at));
	assert_int_equal(at, 42); /* untouched */
}

static void
test_every_truncation_is_rejected(void **state)
{
	struct str whole = STR("2026-02-13T17:30:00.125+08:00");
	int64_t at;

	(void)state;
	for (size_t n = 0; n < whole.n; n++)
		if (clock_parse(str_cut(whole, 0, n), &at))
			fail_msg("%.*s", (int)n, whole.p);
	assert_true(clock_parse(whole, &at));
}

static void
test_no_byte_can_be_replaced_by_rubbish(void **state)
{
	static const char good[] = "2026-02-13T17:30:00.125+08:00";
	char bad[sizeof(good)], text[CLOCK_TEXT];
	int64_t at, again;

	(void)state;
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		for (int c = 0; c < 256; c++) {
			memcpy(bad, good, sizeof(good));
			bad[i] = (char)c;
			if (!clock_parse((struct str){ bad, 29 }, &at))
				continue;
			/* What is taken is a date that can be shown again. */
			assert_true(clock_parse(
			    str_of(clock_format(at, text)), &again));
			assert_true(at == again);
		}
	}
}

static void
test_dates_are_read_strictly(void **state)
{
	static const char *const bad[] = { "", "2026-02-1", "2026-02-130",
		"2026-02-29", "2026-2-13", "20260213", "2026-02-13T", "x" };
	int64_t day = 7;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(clock_parse_date(str_of(bad[i]), &day));
	assert_int_equal(day, 7);
	assert_true(clock_parse_date(STR("2024-02-29"), &day));
	assert_int_equal(day, 19782);
	assert_true(clock_parse_date(STR("2000-01-01"), &day));
	assert_int_equal(day, 10957);
}

/* 1600 to 3000, against the C library. */
static void
test_days_and_dates_agree_with_the_c_library(void **state)
{
	int y, m, d;

	(void)state;
	for (int64_t day = -135140; day < 376200; day++) {
		time_t t = (time_t)(day * 86400);
		struct tm tm;

		assert_non_null(gmtime_r(&t, &tm));
		clock_date_of(day, &y, &m, &d);
		if (y != tm.tm_year + 1900 || m != tm.tm_mon + 1 ||
		    d != tm.tm_mday || clock_day_of(y, m, d) != day ||
		    clock_weekday(day) != (tm.tm_wday + 6) % 7 + 1)
			fail_msg("day %lld: %d-%d-%d", (long long)day, y, m, d);
	}
}

static void
test_a_day_begins_at_midnight_in_china(void **state)
{
	static const int64_t days[] = { -2, -1, 0, 1, 20497, 376199 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		int64_t start = clock_day_start(days[i]);

		assert_true(clock_day(start) == days[i]);
		assert_true(clock_day(start - 1) == days[i] - 1);
		assert_true(clock_day(start + DAY_MS - 1) == days[i]);
	}
	assert_true(clock_day_start(0) == -8 * HOUR_MS);
}

static void
test_the_ends_of_time_can_be_asked_about(void **state)
{
	static const struct {
		int64_t at;
		const char *text;
	} rows[] = {
		/* clang-format off */
		{ INT64_MAX, "9999-12-31T23:59:59.999+08:00" },
		{ INT64_MAX - ZONE_MS + 1, "9999-12-31T23:59:59.999+08:00" },
		{ INT64_MIN, "0000-01-01T00:00:00+08:00" },
		{ INT64_C(253402271999999), "9999-12-31T23:59:59.999+08:00" },
		{ INT64_C(253402272000000), "9999-12-31T23:59:59.999+08:00" },
		{ -1, "1970-01-01T07:59:59.999+08:00" },
		{ -8 * HOUR_MS - 1, "1969-12-31T23:59:59.999+08:00" },
		/* clang-format on */
	};
	char text[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(
		    clock_format(rows[i].at, text), rows[i].text);
	assert_true(clock_day(INT64_MAX) == INT64_MAX / DAY_MS);
	assert_true(clock_day(INT64_MIN) == INT64_MIN / DAY_MS);
}

static void
test_the_clocks_of_the_machine_run(void **state)
{
	int64_t us = clock_mono_us(), ms = clock_mono_ms();
	int64_t wall = clock_wall_ms();

	(void)state;
	assert_true(ms >= us / 1000);
	assert_true(clock_mono_us() >= us);
	assert_true(wall > INT64_C(1700000000000));
	assert_true(wall / 1000 - (int64_t)time(NULL) <= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_instants_are_read_and_written),
		cmocka_unit_test(test_what_is_no_instant_is_refused),
		cmocka_unit_test(test_every_truncation_is_rejected),
		cmocka_unit_test(test_no_byte_can_be_replaced_by_rubbish),
		cmocka_unit_test(test_dates_are_read_strictly),
		cmocka_unit_test(test_days_and_dates_agree_with_the_c_library),
		cmocka_unit_test(test_a_day_begins_at_midnight_in_china),
		cmocka_unit_test(test_the_ends_of_time_can_be_asked_about),
		cmocka_unit_test(test_the_clocks_of_the_machine_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
