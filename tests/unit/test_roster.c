#include "common/registry/roster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Two exceptions of 2026: a worked Saturday and a Monday off. */
static struct calendar_day days[2];
static struct calendar calendar = { .days = days, .n = 2 };

static int
setup(void **state)
{
	(void)state;
	days[0] = (struct calendar_day){ clock_day_of(2026, 2, 14), false,
		STR("春节") };
	days[1] = (struct calendar_day){ clock_day_of(2026, 2, 16), true,
		STR("春节") };
	calendar.last_day = clock_day_of(2026, 12, 31);
	return 0;
}

static int64_t
time_of(const char *text)
{
	int64_t at;

	assert_true(clock_parse(str_of(text), &at));
	return at;
}

static const struct {
	const char *rule, *shift, *at;
	bool on;
} duties[] = {
	/* clang-format off */
	{ "always",        "08:30-17:30", "2026-03-18T08:30+08:00", true },
	{ "always",        "08:30-17:30", "2026-03-18T08:29:59+08:00", false },
	{ "always",        "08:30-17:30", "2026-03-18T17:29:59+08:00", true },
	{ "always",        "08:30-17:30", "2026-03-18T17:30+08:00", false },
	{ "always",        "on_call",     "2026-03-18T03:00+08:00", true },
	{ "always",        "20:30-08:30", "2026-03-18T23:00+08:00", true },
	{ "always",        "20:30-08:30", "2026-03-18T08:29+08:00", true },
	{ "always",        "20:30-08:30", "2026-03-18T12:00+08:00", false },
	{ "always",        "08:30-08:30", "2026-03-18T08:30+08:00", true },
	/* Wednesday; a night shift belongs to the day it begins on. */
	{ "weekday:3",     "20:30-08:30", "2026-03-18T21:00+08:00", true },
	{ "weekday:3",     "20:30-08:30", "2026-03-19T02:00+08:00", true },
	{ "weekday:3",     "20:30-08:30", "2026-03-18T02:00+08:00", false },
	{ "weekday:1|7",   "on_call",     "2026-03-22T12:00+08:00", true },
	{ "weekday:1|7",   "on_call",     "2026-03-21T12:00+08:00", false },
	/* 2026-02-14 is a worked Saturday, 2026-02-16 a holiday. */
	{ "workday",       "08:30-17:30", "2026-03-18T09:00+08:00", true },
	{ "workday",       "08:30-17:30", "2026-03-21T09:00+08:00", false },
	{ "workday",       "08:30-17:30", "2026-02-14T09:00+08:00", true },
	{ "workday",       "08:30-17:30", "2026-02-16T09:00+08:00", false },
	{ "date:2026-02-16", "08:30-08:30", "2026-02-16T09:00+08:00", true },
	{ "date:2026-02-16", "08:30-08:30", "2026-02-17T08:00+08:00", true },
	{ "date:2026-02-16", "08:30-08:30", "2026-02-16T08:00+08:00", false },
	{ "cycle:3/0@2026-01-01", "on_call", "2026-01-01T00:00+08:00", true },
	{ "cycle:3/0@2026-01-01", "on_call", "2026-01-02T00:00+08:00", false },
	{ "cycle:3/0@2026-01-01", "on_call", "2026-01-04T12:00+08:00", true },
	{ "cycle:3/2@2026-01-01", "on_call", "2025-12-31T12:00+08:00", true },
	{ "cycle:3/0@2026-01-01", "on_call", "2025-12-29T12:00+08:00", true },
	{ "cycle:1/0@2026-01-01", "on_call", "2026-01-02T12:00+08:00", true },
	/* clang-format on */
};

static void
test_rosters_mean_what_they_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(duties); i++) {
		struct roster w;

		assert_true(roster_parse(
		    str_of(duties[i].rule), str_of(duties[i].shift), &w));
		if (roster_covers(&w, &calendar, time_of(duties[i].at)) !=
		    duties[i].on)
			fail_msg("%s %s %s", duties[i].rule, duties[i].shift,
			    duties[i].at);
	}
}

static void
test_a_shift_ends_where_it_says(void **state)
{
	static const struct {
		const char *rule, *shift, *at, *until;
	} ends[] = {
		{ "always", "08:30-17:30", "2026-03-18T09:00+08:00",
		    "2026-03-18T17:30:00+08:00" },
		{ "always", "08:30-08:30", "2026-03-18T08:29+08:00",
		    "2026-03-18T08:30:00+08:00" },
		{ "always", "08:30-08:30", "2026-03-18T08:30+08:00",
		    "2026-03-19T08:30:00+08:00" },
		{ "weekday:3", "20:30-08:30", "2026-03-18T21:00+08:00",
		    "2026-03-19T08:30:00+08:00" },
		{ "weekday:3", "20:30-08:30", "2026-03-19T02:00+08:00",
		    "2026-03-19T08:30:00+08:00" },
	};
	struct roster w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char text[CLOCK_TEXT];

		assert_true(roster_parse(
		    str_of(ends[i].rule), str_of(ends[i].shift), &w));
		assert_string_equal(
		    clock_format(
			roster_until(&w, &calendar, time_of(ends[i].at)), text),
		    ends[i].until);
	}
	assert_int_equal(
	    roster_until(&w, &calendar, time_of("2026-03-19T09:00+08:00")), 0);
}

static void
test_bad_rosters_are_refused(void **state)
{
	static const char *const rules[] = { "", "alway", "workdays",
		"weekday:", "weekday:0", "weekday:8", "weekday:12",
		"weekday:1|", "date:", "date:2026-02-29",
		"cycle:3/3@2026-01-01", "cycle:0/0@2026-01-01",
		"cycle:3/-1@2026-01-01", "cycle:3@2026-01-01", "cycle:3/1",
		"cycle:/@", "always:" };
	static const char *const shifts[] = { "", "on call", "08:30",
		"8:30-17:30", "08:30-24:00", "08:60-09:00", "08:30-17:30-",
		"08:30 17:30", "-1:30-17:30" };
	struct roster w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (roster_parse(str_of(rules[i]), STR("on_call"), &w))
			fail_msg("%s", rules[i]);
	for (size_t i = 0; i < ARRAY_LEN(shifts); i++)
		if (roster_parse(STR("always"), str_of(shifts[i]), &w))
			fail_msg("%s", shifts[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rosters_mean_what_they_say),
		cmocka_unit_test(test_a_shift_ends_where_it_says),
		cmocka_unit_test(test_bad_rosters_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
