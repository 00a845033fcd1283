#include "common/base/calendar.h"
#include "tests/lib/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct limit
limit(const char *text)
{
	struct limit l;

	if (!limit_parse(str_of(text), &l))
		fail_msg("'%s' is no limit", text);
	return l;
}

static void
check_at(const char *row, int64_t got, const char *want)
{
	char a[CLOCK_TEXT], b[CLOCK_TEXT];

	if (got != instant(want))
		fail_msg("%s: %s, not %s", row, clock_format(got, a),
		    clock_format(instant(want), b));
}

/* A limit, where it starts, when it ends. */
struct row {
	const char *limit;
	const char *from;
	const char *due;
};

static void
check_rows(const struct row *rows, size_t n)
{
	char name[96];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "%s from %s", rows[i].limit,
		    rows[i].from);
		check_at(name,
		    calendar_due(holidays(), limit(rows[i].limit),
			instant(rows[i].from), NULL),
		    rows[i].due);
	}
}

/* clang-format off */
static const struct row oracles[] = {
	/* rules.md 2.10 */
	{ "working-hours:2h", "2026-02-13T17:30", "2026-02-14T09:30" },
	{ "working-days:5d",  "2024-09-27",       "2024-10-10T23:59:59" },
	{ "calendar:90d",     "2026-01-05",       "2026-04-05T23:59:59" },
	{ "calendar:60d",     "2025-08-04",       "2025-10-03T23:59:59" },
	/* reliability.md 3.3 */
	{ "working-days:1d",  "2026-02-13",       "2026-02-14T23:59:59" },
	{ "working-days:3d",  "2026-02-13",       "2026-02-25T23:59:59" },
	{ "working-days:5d",  "2026-02-13",       "2026-02-27T23:59:59" },
	{ "working-days:1d",  "2026-02-14",       "2026-02-24T23:59:59" },
	{ "working-days:3d",  "2026-09-18",       "2026-09-22T23:59:59" },
	{ "working-days:2d",  "2026-09-20",       "2026-09-22T23:59:59" },
	{ "working-days:5d",  "2026-09-24",       "2026-10-09T23:59:59" },
	{ "working-days:1d",  "2026-09-30",       "2026-10-08T23:59:59" },
	{ "working-days:2d",  "2025-12-31",       "2026-01-05T23:59:59" },
	{ "working-days:1d",  "2025-01-26",       "2025-01-27T23:59:59" },
	{ "working-days:3d",  "2025-09-28",       "2025-10-09T23:59:59" },
	{ "working-days:1d",  "2025-09-30",       "2025-10-09T23:59:59" },
	/* storyboards.md, S1 to S14 */
	{ "working-days:3d",  "2026-05-12T09:12", "2026-05-15T23:59:59" },
	{ "working-hours:4h", "2026-05-08T16:40", "2026-05-09T10:40" },
	{ "working-days:5d",  "2026-06-17T14:20", "2026-06-25T23:59:59" },
	{ "working-days:3d",  "2026-06-17T15:05", "2026-06-23T23:59:59" },
	{ "working-days:10d", "2026-06-17T15:05", "2026-07-02T23:59:59" },
	{ "natural:24h",      "2026-06-17T15:05", "2026-06-18T15:05" },
	{ "working-days:2d",  "2026-09-17T10:05", "2026-09-20T23:59:59" },
	{ "working-days:2d",  "2026-09-21T23:59:59", "2026-09-23T23:59:59" },
	{ "working-days:3d",  "2026-09-23T16:00", "2026-09-29T23:59:59" },
	{ "working-days:15d", "2026-10-08T09:30", "2026-10-28T23:59:59" },
	{ "working-days:10d", "2026-04-02T16:20", "2026-04-17T23:59:59" },
	{ "working-days:7d",  "2026-03-12T14:00", "2026-03-23T23:59:59" },
	{ "working-days:5d",  "2026-04-03",       "2026-04-13T23:59:59" },
	{ "working-days:5d",  "2026-04-24",       "2026-05-06T23:59:59" },
	{ "working-days:7d",  "2026-05-11",       "2026-05-20T23:59:59" },
	{ "working-days:7d",  "2026-07-15T11:00", "2026-07-24T23:59:59" },
	{ "working-days:1d",  "2026-10-03T09:30", "2026-10-08T23:59:59" },
	{ "working-days:5d",  "2026-10-03T10:10", "2026-10-13T23:59:59" },
	{ "working-days:10d", "2026-06-19",       "2026-07-03T23:59:59" },
};

static const struct row boundaries[] = {
	/* the last second of a day still belongs to it */
	{ "calendar:1d",       "2026-05-12T23:59:59", "2026-05-13T23:59:59" },
	{ "calendar:1d",       "2026-05-13T00:00",    "2026-05-14T23:59:59" },
	{ "calendar:1d", "2026-05-12T23:59:59.999",   "2026-05-13T23:59:59" },
	{ "working-days:1d",   "2026-05-12T23:59:59", "2026-05-13T23:59:59" },
	{ "natural:1m",        "2026-05-12T23:59:59", "2026-05-13T00:00:59" },
	{ "working-hours:1m",  "2026-05-12T23:59:59", "2026-05-13T08:01" },
	/* both ends of both slots */
	{ "working-hours:1m",  "2026-05-12T07:59:59", "2026-05-12T08:01" },
	{ "working-hours:1m",  "2026-05-12T08:00",    "2026-05-12T08:01" },
	{ "working-hours:4h",  "2026-05-12T08:00",    "2026-05-12T12:00" },
	{ "working-hours:4h",  "2026-05-12T06:00",    "2026-05-12T12:00" },
	{ "working-hours:241m", "2026-05-12T08:00",   "2026-05-12T14:01" },
	{ "working-hours:1m",  "2026-05-12T12:00",    "2026-05-12T14:01" },
	{ "working-hours:1m",  "2026-05-12T13:00",    "2026-05-12T14:01" },
	{ "working-hours:1m",  "2026-05-12T14:00",    "2026-05-12T14:01" },
	{ "working-hours:1m",  "2026-05-12T18:00",    "2026-05-13T08:01" },
	{ "working-hours:1d",  "2026-05-12T08:00",    "2026-05-12T18:00" },
	{ "working-hours:1d",  "2026-05-12T18:00",    "2026-05-13T18:00" },
	{ "working-hours:1d",  "2026-05-12T12:00",    "2026-05-13T12:00" },
	{ "working-hours:1d",  "2026-05-12T10:30",    "2026-05-13T10:30" },
	{ "working-hours:1m",  "2026-05-12T17:59:30", "2026-05-13T08:00:30" },
	/* nothing to wait for */
	{ "natural:0m",        "2026-05-12T13:00",    "2026-05-12T13:00" },
	{ "calendar:0d",       "2026-05-12T13:00",    "2026-05-12T23:59:59" },
	{ "calendar:0d", "2026-05-12T23:59:59.500",
	    "2026-05-12T23:59:59.500" },
	{ "working-days:0d",   "2026-05-12T13:00",    "2026-05-12T23:59:59" },
	{ "working-days:0d",   "2026-05-16T13:00",    "2026-05-18T23:59:59" },
	{ "working-hours:0m",  "2026-05-12T10:00",    "2026-05-12T10:00" },
	{ "working-hours:0m",  "2026-05-12T12:00",    "2026-05-12T12:00" },
	{ "working-hours:0m",  "2026-05-12T13:00",    "2026-05-12T14:00" },
	{ "working-hours:0m",  "2026-05-12T18:00",    "2026-05-12T18:00" },
	{ "working-hours:0m",  "2026-05-16T10:00",    "2026-05-18T08:00" },
	/* starting on a day off, in the middle of the longest one */
	{ "working-hours:1h",  "2026-02-18T10:00",    "2026-02-24T09:00" },
	{ "working-days:1d",   "2026-02-18T10:00",    "2026-02-24T23:59:59" },
	{ "calendar:1d",       "2026-02-18T10:00",    "2026-02-19T23:59:59" },
	{ "natural:24h",       "2026-02-18T10:00",    "2026-02-19T10:00" },
	/* make-up days on either side of it */
	{ "working-hours:1d",  "2026-02-13T18:00",    "2026-02-14T18:00" },
	{ "working-hours:9h",  "2026-02-14T08:00",    "2026-02-24T09:00" },
	{ "working-days:4d",   "2026-02-24",          "2026-02-28T23:59:59" },
	{ "working-days:5d",   "2026-02-24",          "2026-03-02T23:59:59" },
	/* ends of years, and a leap day */
	{ "working-days:1d",   "2024-12-31T10:00",    "2025-01-02T23:59:59" },
	{ "calendar:1d",       "2025-12-31T23:00",    "2026-01-01T23:59:59" },
	{ "natural:2h",        "2024-12-31T23:00",    "2025-01-01T01:00" },
	{ "working-hours:2h",  "2024-12-31T17:00",    "2025-01-02T09:00" },
	{ "calendar:1d",       "2024-02-28",          "2024-02-29T23:59:59" },
	{ "calendar:1d",       "2024-02-29",          "2024-03-01T23:59:59" },
	{ "calendar:365d",     "2024-02-29",          "2025-02-28T23:59:59" },
	{ "working-days:1d",   "2024-02-29",          "2024-03-01T23:59:59" },
	{ "natural:24h",       "2024-02-29T12:00",    "2024-03-01T12:00" },
	{ "working-hours:1d",  "2024-02-29T08:00",    "2024-02-29T18:00" },
	/* what other zones call the same instant */
	{ "calendar:1d",       "2026-05-12T16:00Z",   "2026-05-14T23:59:59" },
	{ "natural:2d",        "2026-05-12T13:00",    "2026-05-14T13:00" },
};
/* clang-format on */

static void
test_published_examples_come_out_right(void **state)
{
	(void)state;
	check_rows(oracles, ARRAY_LEN(oracles));
}

static void
test_boundaries_fall_where_they_should(void **state)
{
	(void)state;
	check_rows(boundaries, ARRAY_LEN(boundaries));
}

static void
test_three_years_have_the_published_workdays(void **state)
{
	static const int want[] = { 251, 248, 248 };

	(void)state;
	for (int y = 2024; y <= 2026; y++) {
		int n = 0;

		for (int64_t d = clock_day_of(y, 1, 1);
		     d < clock_day_of(y + 1, 1, 1); d++)
			n += calendar_is_workday(holidays(), d);
		assert_int_equal(n, want[y - 2024]);
	}
}

static void
test_without_notices_monday_to_friday_work(void **state)
{
	struct calendar none = { NULL, 0, 0 };
	int64_t monday = day_of("2026-02-16");

	(void)state;
	for (int i = 0; i < 14; i++)
		assert_int_equal(
		    calendar_is_workday(&none, monday + i), i % 7 < 5);
}

static void
test_an_answer_past_the_last_notice_is_provisional(void **state)
{
	static const struct {
		const char *limit;
		const char *from;
		bool want;
	} rows[] = {
		/* clang-format off */
		{ "working-days:1d",   "2026-12-30T10:00", false },
		{ "working-days:1d",   "2026-12-31T10:00", true },
		{ "working-days:0d",   "2026-12-31T10:00", false },
		{ "working-hours:1h",  "2026-12-31T17:00", false },
		{ "working-hours:61m", "2026-12-31T17:00", true },
		{ "working-hours:0m",  "2027-01-01T10:00", true },
		{ "calendar:30d",      "2026-12-31T10:00", false },
		{ "natural:48h",       "2026-12-31T10:00", false },
		/* clang-format on */
	};
	bool provisional;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)calendar_due(holidays(), limit(rows[i].limit),
		    instant(rows[i].from), &provisional);
		if (provisional != rows[i].want)
			fail_msg("%s from %s", rows[i].limit, rows[i].from);
	}
}

static void
test_a_warning_comes_at_four_fifths(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "working-hours:4h", "2026-05-08T16:40", "2026-05-09T09:52" },
		{ "natural:30m",      "2026-07-12T02:31", "2026-07-12T02:55" },
		{ "natural:1m",       "2026-07-12T02:31", "2026-07-12T02:31:48" },
		{ "natural:0m",       "2026-07-12T02:31", "2026-07-12T02:31" },
		{ "working-hours:5h", "2026-05-12T08:00", "2026-05-12T12:00" },
		{ "working-days:5d",  "2026-09-17T10:05", "2026-09-22T08:00" },
		{ "working-days:10d", "2026-06-17T14:20", "2026-06-30T08:00" },
		{ "working-days:15d", "2026-10-08T09:30", "2026-10-23T08:00" },
		{ "calendar:60d",     "2026-07-15T10:00", "2026-09-01T08:00" },
		{ "working-days:1d",  "2026-05-15T10:00", "2026-05-18T08:00" },
		{ "working-days:3d",  "2026-05-12T09:12", "2026-05-15T08:00" },
		{ "calendar:0d",      "2026-05-12T09:12", "2026-05-12T09:12" },
		{ "calendar:0d",      "2026-05-12T07:12", "2026-05-12T08:00" },
		{ "working-days:0d",  "2026-05-16T09:12", "2026-05-18T08:00" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		check_at(rows[i].limit,
		    calendar_soon(holidays(), limit(rows[i].limit),
			instant(rows[i].from)),
		    rows[i].due);
}

static void
test_the_largest_limits_end(void **state)
{
	static const char *const rows[] = { "natural:100000d",
		"calendar:100000d", "working-days:100000d",
		"working-hours:100000d" };
	int64_t from = instant("2026-02-13T17:30"), due;
	struct limit more = { LIMIT_WORKING_HOURS, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		due = calendar_due(holidays(), limit(rows[i]), from, NULL);
		assert_true(due - from >= 99999 * DAY_MS);
		assert_true(due - from < 150000 * DAY_MS);
	}
	assert_true(calendar_due(holidays(), more, from, NULL) == due);
}

static void
test_absurd_instants_do_not_break_the_clocks(void **state)
{
	static const int64_t froms[] = { INT64_MIN, INT64_MIN + 1,
		-INT64_MAX / 4, -1, 0, INT64_MAX / 4, INT64_MAX / 2,
		INT64_MAX - 1, INT64_MAX };
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < ARRAY_LEN(froms); i++) {
		for (int k = LIMIT_NATURAL; k <= LIMIT_NONE; k++) {
			struct limit l = { (enum limit_clock)k, 5 };
			int64_t due =
			    calendar_due(holidays(), l, froms[i], NULL);

			assert_true(due >= froms[i]);
			assert_true(
			    calendar_soon(holidays(), l, froms[i]) <= due);
			calendar_explain(holidays(), l, froms[i], &b);
		}
	}
	buf_fini(&b);
}

static void
check_explained(const char *text, const char *from, const char *want)
{
	struct buf b;

	buf_init(&b, 4096);
	calendar_explain(holidays(), limit(text), instant(from), &b);
	buf_char(&b, '\0');
	assert_false(b.failed);
	assert_string_equal(b.p, want);
	buf_fini(&b);
}

static void
test_every_skipped_day_is_explained(void **state)
{
	(void)state;
	check_explained("working-hours:2h", "2026-02-13T17:30",
	    "2026-02-14  Sat  make-up working day, counted (春节)\n");
	check_explained("working-hours:2h", "2026-05-15T18:30",
	    "2026-05-15  Fri  office hours were over\n"
	    "2026-05-16  Sat  weekend, not counted\n"
	    "2026-05-17  Sun  weekend, not counted\n");
	check_explained("working-hours:1h", "2026-05-12T18:00",
	    "2026-05-12  Tue  office hours were over\n");
	check_explained("working-hours:1h", "2026-05-12T17:59", "");
	check_explained("working-hours:0m", "2026-05-12T18:00", "");
	check_explained("working-hours:1h", "2026-02-28T19:00",
	    "2026-02-28  Sat  office hours were over\n"
	    "2026-03-01  Sun  weekend, not counted\n");
	check_explained("working-days:1d", "2026-05-16",
	    "2026-05-17  Sun  weekend, not counted\n");
	check_explained("working-days:2d", "2026-09-24",
	    "2026-09-25  Fri  holiday, not counted (中秋节)\n"
	    "2026-09-26  Sat  holiday, not counted (中秋节)\n"
	    "2026-09-27  Sun  holiday, not counted (中秋节)\n");
	check_explained("working-days:0d", "2026-05-17",
	    "2026-05-17  Sun  weekend, not counted\n");
	check_explained("working-days:1d", "2026-05-12", "");
	check_explained("calendar:90d", "2026-01-05",
	    "2026-04-05  Sun  day off, but still the last day (清明节)\n");
	check_explained("calendar:2d", "2026-05-14",
	    "2026-05-16  Sat  day off, but still the last day\n");
	check_explained("calendar:2d", "2026-05-12", "");
	check_explained("natural:48h", "2026-05-15", "");
	check_explained("none", "2026-05-15", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published_examples_come_out_right),
		cmocka_unit_test(test_boundaries_fall_where_they_should),
		cmocka_unit_test(test_three_years_have_the_published_workdays),
		cmocka_unit_test(test_without_notices_monday_to_friday_work),
		cmocka_unit_test(
		    test_an_answer_past_the_last_notice_is_provisional),
		cmocka_unit_test(test_a_warning_comes_at_four_fifths),
		cmocka_unit_test(test_the_largest_limits_end),
		cmocka_unit_test(test_absurd_instants_do_not_break_the_clocks),
		cmocka_unit_test(test_every_skipped_day_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
