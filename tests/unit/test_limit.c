#include "common/base/calendar.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
test_limits_read_and_write(void **state)
{
	static const struct {
		const char *text;
		enum limit_clock clock;
		int64_t amount;
		const char *back;
	} rows[] = {
		/* clang-format off */
		{ "natural:30m", LIMIT_NATURAL, 30, "natural:30m" },
		{ "natural:90m", LIMIT_NATURAL, 90, "natural:90m" },
		{ "natural:120m", LIMIT_NATURAL, 120, "natural:2h" },
		{ "natural:24h", LIMIT_NATURAL, 1440, "natural:24h" },
		{ "natural:2d", LIMIT_NATURAL, 2880, "natural:48h" },
		{ "natural:0m", LIMIT_NATURAL, 0, "natural:0h" },
		{ "calendar:90d", LIMIT_CALENDAR, 90, "calendar:90d" },
		{ "working-days:5d", LIMIT_WORKING_DAYS, 5,
		    "working-days:5d" },
		{ "working-hours:2h", LIMIT_WORKING_HOURS, 120,
		    "working-hours:2h" },
		{ "working-hours:8h", LIMIT_WORKING_HOURS, 480,
		    "working-hours:1d" },
		{ "working-hours:3d", LIMIT_WORKING_HOURS, 1440,
		    "working-hours:3d" },
		{ "working-hours:45m", LIMIT_WORKING_HOURS, 45,
		    "working-hours:45m" },
		{ "calendar:100000d", LIMIT_CALENDAR, 100000,
		    "calendar:100000d" },
		{ "natural:144000000m", LIMIT_NATURAL, 144000000,
		    "natural:2400000h" },
		{ "none:forbidden", LIMIT_NONE, 0, "none" },
		{ "none", LIMIT_NONE, 0, "none" },
		/* clang-format on */
	};
	char text[CLOCK_TEXT];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct limit l;

		assert_true(limit_parse(str_of(rows[i].text), &l));
		assert_int_equal(l.clock, rows[i].clock);
		assert_int_equal(l.amount, rows[i].amount);
		assert_string_equal(limit_format(l, text), rows[i].back);
	}
}

static void
test_what_is_no_limit_is_refused(void **state)
{
	static const char *const rows[] = { "", ":", "natural",
		"natural:", "natural:m", "natural:30", "natural:30s",
		"natural:-1m", "natural:-0m", "natural:+1m", "natural: 1m",
		"natural:1 m", "natural:1.5h", "natural:1h30m", "natural:30M",
		" natural:1m", "Natural:1m", "natural:1m ", "calendar:1h",
		"calendar:1m", "working-days:1h", "working-days:d",
		"working-hours:1w", "working_hours:1h", "working-hour:1h",
		"calendar:100001d", "working-days:100001d", "natural:100001d",
		"natural:144000001m", "working-hours:48000001m",
		"working-hours:100001d", "natural:9223372036854775807h",
		"natural:99999999999999999999m", "nones:1m" };
	struct limit l = { LIMIT_CALENDAR, 7 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (limit_parse(str_of(rows[i]), &l))
			fail_msg("'%s' was taken", rows[i]);
	assert_false(limit_parse((struct str){ NULL, 0 }, &l));
	assert_int_equal(l.clock, LIMIT_CALENDAR); /* untouched */
	assert_int_equal(l.amount, 7);
}

static void
test_clock_and_amount_may_come_apart(void **state)
{
	struct limit l;

	(void)state;
	assert_true(limit_parse_parts(STR("calendar"), STR("15d"), &l));
	assert_int_equal(l.clock, LIMIT_CALENDAR);
	assert_int_equal(l.amount, 15);
	assert_true(limit_parse_parts(STR("none"), STR("3_times"), &l));
	assert_int_equal(l.clock, LIMIT_NONE);
	assert_false(limit_parse_parts(STR("calendar"), STR(""), &l));
	assert_false(limit_parse_parts(STR(""), STR("15d"), &l));
	assert_false(limit_parse_parts(STR("natural:"), STR("15d"), &l));
}

/* A sum of limits may pass the bound; what is shown is what is in force. */
static void
test_amounts_past_the_bound_are_shown_as_the_bound(void **state)
{
	char text[CLOCK_TEXT];
	struct limit l = { LIMIT_WORKING_HOURS, INT64_MAX };

	(void)state;
	assert_string_equal(limit_format(l, text), "working-hours:100000d");
	for (int k = LIMIT_NATURAL; k < LIMIT_NONE; k++) {
		struct limit in = { (enum limit_clock)k, 0 }, out;

		in.amount = limit_max(in.clock) - 1;
		assert_true(limit_parse(str_of(limit_format(in, text)), &out));
		assert_int_equal(out.clock, in.clock);
		assert_int_equal(out.amount, in.amount);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits_read_and_write),
		cmocka_unit_test(test_what_is_no_limit_is_refused),
		cmocka_unit_test(test_clock_and_amount_may_come_apart),
		cmocka_unit_test(
		    test_amounts_past_the_bound_are_shown_as_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
