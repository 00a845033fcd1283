/* What must hold for every start and amount, not for the examples only. */
#include "common/base/calendar.h"
#include "tests/lib/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROUNDS 20000
#define N_DAYS (366 + 365 + 365)
#define N_PAUSES 6

/* xorshift64*: the same numbers on every machine and run. */
static uint64_t
roll(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

static int64_t
below(uint64_t *seed, int64_t n)
{
	return (int64_t)(roll(seed) % (uint64_t)n);
}

static int64_t
first_day(void)
{
	return day_of("2024-01-01");
}

static int64_t
some_instant(uint64_t *seed)
{
	return clock_day_start(first_day()) + below(seed, N_DAYS * DAY_MS);
}

/* A limit of at most 60 days or hours, zero now and then. */
static struct limit
some_limit(uint64_t *seed)
{
	enum limit_clock clock = (enum limit_clock)below(seed, LIMIT_NONE);
	bool days = clock == LIMIT_CALENDAR || clock == LIMIT_WORKING_DAYS;
	int64_t amount = below(seed, days ? 60 : 3600);

	return (struct limit){ clock, below(seed, 20) == 0 ? 0 : amount };
}

static int64_t
due(struct limit l, int64_t from)
{
	return calendar_due(holidays(), l, from, NULL);
}

static NORETURN void
broken(const char *law, struct limit l, int64_t from, int64_t a, int64_t b)
{
	char lt[CLOCK_TEXT], ft[CLOCK_TEXT], at[CLOCK_TEXT], bt[CLOCK_TEXT];

	print_error("%s: %s from %s: %s, %s\n", law, limit_format(l, lt),
	    clock_format(from, ft), clock_format(a, at), clock_format(b, bt));
	fail();
	never("fail() does not return");
}

static void
test_a_later_start_is_never_due_earlier(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct limit l = some_limit(&seed);
		int64_t a = some_instant(&seed);
		int64_t b = a + below(&seed, i % 2 ? DAY_MS : 30 * DAY_MS);

		if (due(l, a) > due(l, b) || due(l, a) < a)
			broken("from", l, a, due(l, a), due(l, b));
		if (calendar_soon(holidays(), l, a) >
		    calendar_soon(holidays(), l, b))
			broken("soon", l, a, a, b);
		if (calendar_soon(holidays(), l, a) > due(l, a))
			broken("soon after due", l, a, due(l, a), b);
	}
}

static void
test_a_larger_amount_is_never_due_earlier(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct limit l = some_limit(&seed), more = l;
		int64_t from = some_instant(&seed);

		more.amount += below(&seed, 5);
		if (due(l, from) > due(more, from))
			broken("amount", l, from, due(l, from), from);
	}
}

static bool
adds_up(struct limit l)
{
	/* A day limit of no days still fills its day: nothing to add to. */
	return l.amount > 0 || l.clock == LIMIT_NATURAL ||
	       l.clock == LIMIT_WORKING_HOURS;
}

static void
test_two_limits_in_a_row_are_one_long_limit(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct limit a = some_limit(&seed), b = a, sum = a;
		int64_t from = some_instant(&seed), twice;

		b.amount = below(&seed, 50);
		sum.amount += b.amount;
		twice = due(b, due(a, from));
		if (adds_up(a) && adds_up(b) && twice != due(sum, from))
			broken("sum", sum, from, twice, due(sum, from));
	}
}

static bool
office_open(int64_t at)
{
	int64_t day = clock_day(at);
	int64_t ms = at - clock_day_start(day);

	return calendar_is_workday(holidays(), day) &&
	       ((ms >= 8 * HOUR_MS && ms <= 12 * HOUR_MS) ||
		   (ms >= 14 * HOUR_MS && ms <= 18 * HOUR_MS));
}

static void
test_working_limits_end_when_somebody_works(void **state)
{
	uint64_t seed = 4;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct limit l = some_limit(&seed);
		int64_t from = some_instant(&seed), end = due(l, from);

		if (l.clock == LIMIT_WORKING_HOURS && !office_open(end))
			broken("closed", l, from, end, end);
		if (l.clock == LIMIT_WORKING_DAYS &&
		    !calendar_is_workday(holidays(), clock_day(end)))
			broken("day off", l, from, end, end);
	}
}

/* Sorted, disjoint spans of up to 8 days, some of them touching. */
static size_t
some_pauses(uint64_t *seed, int64_t from, int64_t step, struct pause *p)
{
	size_t n = (size_t)below(seed, N_PAUSES + 1);
	int64_t at = from - from % step - 2 * DAY_MS;

	for (size_t i = 0; i < n; i++) {
		at += below(seed, 3) == 0 ? 0 : below(seed, 4 * DAY_MS);
		p[i].from = at - at % step;
		at = p[i].from + step + below(seed, 8 * DAY_MS);
		p[i].to = at - at % step;
		at = p[i].to;
	}
	return n;
}

static void
test_pauses_never_bring_a_limit_forward(void **state)
{
	uint64_t seed = 5;
	struct pause p[N_PAUSES];

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct limit l = some_limit(&seed);
		int64_t from = some_instant(&seed), plain = due(l, from), last;
		size_t n = some_pauses(&seed, from, 1, p);

		if (calendar_due_paused(holidays(), l, from, NULL, 0, NULL) !=
		    plain)
			broken("empty ledger", l, from, plain, plain);
		last = plain;
		for (size_t k = 1; k <= n; k++) {
			int64_t now = calendar_due_paused(
			    holidays(), l, from, p, k, NULL);

			if (now < last)
				broken("pause", l, from, last, now);
			last = now;
		}
	}
}

/* By the table alone: the weekday is a counter, exceptions a linear scan. */
static void
mark_workdays(bool works[N_DAYS])
{
	const struct calendar *c = holidays();

	for (int i = 0; i < N_DAYS; i++)
		works[i] = i % 7 < 5; /* 2024 began on a Monday */
	for (size_t i = 0; i < c->n; i++)
		works[c->days[i].day - first_day()] = !c->days[i].off;
}

static void
test_working_days_agree_with_plain_counting(void **state)
{
	static bool works[N_DAYS];
	struct limit l = { LIMIT_WORKING_DAYS, 0 };

	(void)state;
	mark_workdays(works);
	for (int start = 0; start < N_DAYS; start++) {
		int64_t from = clock_day_start(first_day() + start) +
			       (start % 24) * HOUR_MS;
		int n = 0;

		for (int d = start + 1; d < N_DAYS && n < 70; d++) {
			int64_t end =
			    clock_day_start(first_day() + d + 1) - SECOND_MS;

			if (!works[d])
				continue;
			l.amount = ++n;
			if (due(l, from) != end)
				broken("count", l, from, due(l, from), end);
		}
	}
}

static bool
held(const struct pause *p, size_t n, int64_t from, int64_t to)
{
	for (size_t i = 0; i < n; i++)
		if (p[i].from < to && p[i].to > from)
			return true;
	return false;
}

/* Minute by minute, for clocks and pauses on whole minutes. */
static int64_t
step_minutes(const bool works[N_DAYS], struct limit l, int64_t at,
    const struct pause *p, size_t n)
{
	for (int64_t left = l.amount; left > 0; at += MINUTE_MS) {
		int64_t day = (at + ZONE_MS) / DAY_MS - first_day();
		int64_t hour = (at + ZONE_MS) / HOUR_MS % 24;
		bool office = works[day] && hour >= 8 && hour < 18 &&
			      hour != 12 && hour != 13;

		if (l.clock == LIMIT_WORKING_HOURS && !office)
			continue;
		left -= !held(p, n, at, at + MINUTE_MS);
	}
	return at;
}

/* Day by day. */
static int64_t
step_days(const bool works[N_DAYS], struct limit l, int64_t at,
    const struct pause *p, size_t n)
{
	int64_t day = (at + ZONE_MS) / DAY_MS - first_day();

	for (int64_t left = l.amount; left > 0;) {
		int64_t start = (first_day() + ++day) * DAY_MS - ZONE_MS;

		if (l.clock == LIMIT_WORKING_DAYS && !works[day])
			continue;
		left -= !held(p, n, start, start + DAY_MS);
	}
	return (first_day() + day + 1) * DAY_MS - ZONE_MS - SECOND_MS;
}

static void
test_every_clock_agrees_with_stepping_through_pauses(void **state)
{
	static bool works[N_DAYS];
	struct pause p[N_PAUSES];
	uint64_t seed = 6;

	(void)state;
	mark_workdays(works);
	for (int i = 0; i < 1500; i++) {
		struct limit l = some_limit(&seed);
		int64_t from =
		    clock_day_start(first_day()) +
		    below(&seed, (N_DAYS - 200) * INT64_C(1440)) * MINUTE_MS;
		size_t n = some_pauses(&seed, from, MINUTE_MS, p);
		bool days =
		    l.clock == LIMIT_CALENDAR || l.clock == LIMIT_WORKING_DAYS;
		int64_t got, want;

		if (l.amount == 0)
			continue;
		got = calendar_due_paused(holidays(), l, from, p, n, NULL);
		want = days ? step_days(works, l, from, p, n)
			    : step_minutes(works, l, from, p, n);
		if (got != want)
			broken("step", l, from, got, want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_later_start_is_never_due_earlier),
		cmocka_unit_test(test_a_larger_amount_is_never_due_earlier),
		cmocka_unit_test(test_two_limits_in_a_row_are_one_long_limit),
		cmocka_unit_test(test_working_limits_end_when_somebody_works),
		cmocka_unit_test(test_pauses_never_bring_a_limit_forward),
		cmocka_unit_test(test_working_days_agree_with_plain_counting),
		cmocka_unit_test(
		    test_every_clock_agrees_with_stepping_through_pauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
