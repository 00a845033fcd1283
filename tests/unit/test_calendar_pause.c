/* The ledger of pauses, by example. */
#include "common/base/calendar.h"
#include "tests/lib/holidays.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define MAX_PAUSES 3

struct row {
	const char *limit;
	const char *from;
	const char *pauses[2 * MAX_PAUSES]; /* from, to, from, to ... */
	const char *due;
};

/* clang-format off */
static const struct row rows[] = {
	{ "natural:2h", "2026-05-12T09:00", { NULL }, "2026-05-12T11:00" },
	{ "natural:2h", "2026-05-12T09:00",
	    { "2026-05-12T10:00", "2026-05-12T10:30" }, "2026-05-12T11:30" },
	{ "natural:2h", "2026-05-12T09:00",
	    { "2026-05-12T10:00", "2026-05-12T10:30",
	      "2026-05-12T11:15", "2026-05-13T11:15" }, "2026-05-13T11:30" },
	/* touching pauses are one */
	{ "natural:2h", "2026-05-12T09:00",
	    { "2026-05-12T10:00", "2026-05-12T10:30",
	      "2026-05-12T10:30", "2026-05-12T11:00" }, "2026-05-12T12:00" },
	/* a pause that begins at the due instant comes too late */
	{ "natural:2h", "2026-05-12T09:00",
	    { "2026-05-12T11:00", "2026-05-12T12:00" }, "2026-05-12T11:00" },
	/* the limit starts while paused, or after the pause */
	{ "natural:2h", "2026-05-12T09:00",
	    { "2026-05-12T08:00", "2026-05-12T10:00" }, "2026-05-12T12:00" },
	{ "natural:2h", "2026-05-12T09:00",
	    { "2026-05-12T08:00", "2026-05-12T09:00" }, "2026-05-12T11:00" },
	{ "natural:0m", "2026-05-12T09:00",
	    { "2026-05-12T08:00", "2026-05-12T10:00" }, "2026-05-12T10:00" },
	/* milliseconds are cut out exactly */
	{ "natural:1m", "2026-05-12T09:00",
	    { "2026-05-12T09:00:30.250", "2026-05-12T09:00:31.500" },
	    "2026-05-12T09:01:01.250" },
	/* an empty pause takes nothing, not even from a day */
	{ "calendar:1d", "2026-05-12T09:00",
	    { "2026-05-13T10:00", "2026-05-13T10:00" },
	    "2026-05-13T23:59:59" },
	/* office hours: nights in a pause cost nothing */
	{ "working-hours:4h", "2026-05-12T14:00",
	    { "2026-05-12T18:00", "2026-05-13T08:00" }, "2026-05-12T18:00" },
	{ "working-hours:5h", "2026-05-12T14:00",
	    { "2026-05-12T18:00", "2026-05-13T08:00" }, "2026-05-13T09:00" },
	{ "working-hours:5h", "2026-05-12T14:00",
	    { "2026-05-12T17:00", "2026-05-13T09:00" }, "2026-05-13T11:00" },
	{ "working-hours:2h", "2026-05-12T09:00",
	    { "2026-05-12T10:00", "2026-05-12T13:00" }, "2026-05-12T15:00" },
	{ "working-hours:2h", "2026-05-12T09:00",
	    { "2026-05-12T10:00", "2026-05-16T10:00" }, "2026-05-18T09:00" },
	{ "working-hours:0m", "2026-05-12T09:00",
	    { "2026-05-12T08:00", "2026-05-12T12:30" }, "2026-05-12T14:00" },
	/* a day does not count when any part of it is paused */
	{ "working-days:2d", "2026-05-12T09:00",
	    { "2026-05-13T23:59:59", "2026-05-14T00:00" },
	    "2026-05-15T23:59:59" },
	{ "working-days:2d", "2026-05-12T09:00",
	    { "2026-05-13T10:00", "2026-05-15T10:00" },
	    "2026-05-19T23:59:59" },
	{ "working-days:2d", "2026-05-12T09:00",
	    { "2026-05-16T00:00", "2026-05-18T00:00" },
	    "2026-05-14T23:59:59" },
	{ "calendar:2d", "2026-05-12T09:00",
	    { "2026-05-13T00:00", "2026-05-14T00:00" },
	    "2026-05-15T23:59:59" },
	{ "calendar:2d", "2026-05-12T09:00",
	    { "2026-05-12T10:00", "2026-05-12T11:00" },
	    "2026-05-14T23:59:59" },
	{ "calendar:90d", "2026-07-14T10:00",
	    { "2026-08-03T10:00", "2026-08-05T10:00",
	      "2026-08-05T16:00", "2026-08-06T09:00" },
	    "2026-10-16T23:59:59" },
};
/* clang-format on */

static size_t
ledger(const struct row *r, struct pause *p)
{
	size_t n = 0;

	while (n < MAX_PAUSES && r->pauses[2 * n] != NULL) {
		p[n].from = instant(r->pauses[2 * n]);
		p[n].to = instant(r->pauses[2 * n + 1]);
		n++;
	}
	return n;
}

static void
test_what_a_pause_covers_does_not_count(void **state)
{
	char text[CLOCK_TEXT];
	struct pause p[MAX_PAUSES];
	struct limit l;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = ledger(&rows[i], p);
		int64_t due;

		assert_true(limit_parse(str_of(rows[i].limit), &l));
		due = calendar_due_paused(
		    holidays(), l, instant(rows[i].from), p, n, NULL);
		if (due != instant(rows[i].due))
			fail_msg("row %zu: %s", i, clock_format(due, text));
	}
}

static void
test_a_limit_does_not_end_while_a_pause_is_open(void **state)
{
	int64_t from = instant("2026-05-12T09:00");
	struct pause open = { from + MINUTE_MS, INT64_MAX };

	(void)state;
	for (int k = LIMIT_NATURAL; k <= LIMIT_NONE; k++) {
		struct limit l = { (enum limit_clock)k, 5 };

		assert_true(calendar_due_paused(holidays(), l, from, &open, 1,
				NULL) == INT64_MAX);
	}
}

/* Also the bound of the walk: a day clock must not step through it. */
static void
test_a_pause_of_ages_is_crossed_at_once(void **state)
{
	static const int64_t ends[] = { INT64_MAX - 1, INT64_MAX / 2,
		INT64_MAX / 4, INT64_MAX / 5 };
	int64_t from = instant("2026-05-12T09:00");

	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_LEN(ends); i++) {
		struct pause age = { INT64_MIN, ends[i / 2] };

		for (int k = LIMIT_NATURAL; k < LIMIT_NONE; k++) {
			struct limit l = { (enum limit_clock)k, 5 };
			int64_t due = calendar_due_paused(holidays(), l,
			    i % 2 ? from : INT64_MIN, &age, 1, NULL);

			assert_true(due >= ends[i / 2]);
		}
	}
}

static void
test_a_pause_can_make_the_answer_provisional(void **state)
{
	int64_t from = instant("2026-12-28T09:00");
	struct pause p = { from, from + 7 * DAY_MS };
	struct limit l = { LIMIT_WORKING_HOURS, 60 };
	bool provisional = true;

	(void)state;
	(void)calendar_due(holidays(), l, from, &provisional);
	assert_false(provisional);
	(void)calendar_due_paused(holidays(), l, from, &p, 1, &provisional);
	assert_true(provisional);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_pause_covers_does_not_count),
		cmocka_unit_test(
		    test_a_limit_does_not_end_while_a_pause_is_open),
		cmocka_unit_test(test_a_pause_of_ages_is_crossed_at_once),
		cmocka_unit_test(test_a_pause_can_make_the_answer_provisional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
