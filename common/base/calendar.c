#include "common/base/calendar.h"

/*
 * Instants farther from 1970 than this (73 million years) mean "never".
 * The sum of three of them still fits, so nothing below can overflow.
 */
#define FAR_MS (INT64_MAX / 4)
#define NEVER INT64_MAX

/* Office hours, in ms of the day. */
static const struct slot {
	int64_t from;
	int64_t to;
} slots[] = {
	{ 8 * HOUR_MS, 12 * HOUR_MS },
	{ 14 * HOUR_MS, 18 * HOUR_MS },
};

static const char weekdays[][4] = { "", "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

static int64_t
min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Sums of limits may exceed what limit_parse lets in; walks stay bounded. */
static int64_t
amount_of(struct limit limit)
{
	must(limit.amount >= 0);
	return min64(limit.amount, limit_max(limit.clock));
}

/* The exception that a notice makes for DAY, or NULL. */
static const struct calendar_day *
exception(const struct calendar *c, int64_t day)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->days[mid].day < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->n && c->days[lo].day == day ? &c->days[lo] : NULL;
}

bool
calendar_is_workday(const struct calendar *c, int64_t day)
{
	const struct calendar_day *d = exception(c, day);

	return d != NULL ? !d->off : clock_weekday(day) <= 5;
}

/* What is left of the pauses while a walk goes forward in time. */
struct ledger {
	const struct pause *p;
	size_t n;
};

/* The first pause that ends after T, or NULL.  T never goes back. */
static const struct pause *
ledger_at(struct ledger *l, int64_t t)
{
	while (l->n > 0 && (l->p->to <= t || l->p->from >= l->p->to)) {
		l->p++;
		l->n--;
	}
	return l->n > 0 ? l->p : NULL;
}

/*
 * Lets *LEFT ms run from *T, at most to END and never inside a pause.  True
 * when nothing is left, at *T.  END counts as inside: 4 h from 08:00 are over
 * at 12:00, not when the afternoon begins.
 */
static bool
run_down(struct ledger *l, int64_t *t, int64_t end, int64_t *left)
{
	while (*t <= end) {
		const struct pause *p = ledger_at(l, *t);
		bool held = p != NULL && p->from < end;
		int64_t stop = held ? p->from : end;

		if (stop >= *t && *left <= stop - *t) {
			*t += *left;
			return true;
		}
		if (stop > *t)
			*left -= stop - *t;
		if (!held)
			return false;
		*t = p->to;
	}
	return false;
}

/* The end of a limit in minutes, LEFT ms of which are still to run. */
static int64_t
due_natural(struct ledger l, int64_t from, int64_t left)
{
	int64_t t = from;

	return run_down(&l, &t, 2 * FAR_MS, &left) ? t : NEVER;
}

static int64_t
due_office(
    const struct calendar *c, struct ledger l, int64_t from, int64_t left)
{
	int64_t t = from;

	while (t < FAR_MS) {
		int64_t day = clock_day(t);
		int64_t start = clock_day_start(day);
		bool works = calendar_is_workday(c, day);

		for (size_t i = 0; works && i < ARRAY_LEN(slots); i++) {
			t = max64(t, start + slots[i].from);
			if (run_down(&l, &t, start + slots[i].to, &left))
				return t;
		}
		/* A pause may have led to a later day than tomorrow. */
		t = max64(t, clock_day_start(day + 1));
	}
	return NEVER;
}

/*
 * The day that is number N when the days after DAY are counted; C is NULL
 * when every day counts, not only the working ones.  A limit of no days ends
 * on its starting day, or on the first working one after it.
 */
static int64_t
count_days(const struct calendar *c, struct ledger l, int64_t day, int64_t n)
{
	if (n == 0 && c != NULL && !calendar_is_workday(c, day))
		n = 1;
	while (n > 0 && day < FAR_MS / DAY_MS) {
		const struct pause *p;

		day++;
		p = ledger_at(&l, clock_day_start(day));
		if (p != NULL && p->from < clock_day_start(day + 1))
			/* No day up to the pause's last one counts. */
			day = clock_day(p->to - 1);
		else if (c == NULL || calendar_is_workday(c, day))
			n--;
	}
	return day;
}

/* The end of a limit in days: 23:59:59, as people write it. */
static int64_t
due_days(
    const struct calendar *c, struct ledger l, int64_t from, int64_t n_days)
{
	int64_t day = count_days(c, l, clock_day(from), n_days);

	if (day >= FAR_MS / DAY_MS)
		return NEVER;
	return max64(from, clock_day_start(day + 1) - SECOND_MS);
}

static int64_t
due_at(
    const struct calendar *c, struct limit limit, int64_t from, struct ledger l)
{
	int64_t amount = amount_of(limit);

	from = max64(from, -FAR_MS);
	switch (limit.clock) {
	case LIMIT_NATURAL:
		return due_natural(l, from, amount * MINUTE_MS);
	case LIMIT_CALENDAR:
		return due_days(NULL, l, from, amount);
	case LIMIT_WORKING_DAYS:
		return due_days(c, l, from, amount);
	case LIMIT_WORKING_HOURS:
		return due_office(c, l, from, amount * MINUTE_MS);
	case LIMIT_NONE:
		break;
	}
	return NEVER;
}

static bool
needs_notice(enum limit_clock clock)
{
	return clock == LIMIT_WORKING_DAYS || clock == LIMIT_WORKING_HOURS;
}

int64_t
calendar_due_paused(const struct calendar *c, struct limit limit, int64_t from,
    const struct pause *pauses, size_t n, bool *provisional)
{
	int64_t due = due_at(c, limit, from, (struct ledger){ pauses, n });

	if (provisional != NULL)
		*provisional =
		    needs_notice(limit.clock) && clock_day(due) > c->last_day;
	return due;
}

int64_t
calendar_due(const struct calendar *c, struct limit limit, int64_t from,
    bool *provisional)
{
	return calendar_due_paused(c, limit, from, NULL, 0, provisional);
}

/* 80 % of N, rounded up. */
static int64_t
most_of(int64_t n)
{
	return (4 * n + 4) / 5;
}

/* A warning comes when offices open, and never before the start. */
static int64_t
soon_days(const struct calendar *c, int64_t from, int64_t n_days)
{
	struct ledger none = { NULL, 0 };
	int64_t day = count_days(c, none, clock_day(from), most_of(n_days));

	if (day >= FAR_MS / DAY_MS)
		return NEVER;
	return max64(from, clock_day_start(day) + slots[0].from);
}

int64_t
calendar_soon(const struct calendar *c, struct limit limit, int64_t from)
{
	struct ledger none = { NULL, 0 };
	int64_t amount = amount_of(limit);

	from = max64(from, -FAR_MS);
	switch (limit.clock) {
	case LIMIT_NATURAL:
		return due_natural(none, from, most_of(amount * MINUTE_MS));
	case LIMIT_CALENDAR:
		return soon_days(NULL, from, amount);
	case LIMIT_WORKING_DAYS:
		return soon_days(c, from, amount);
	case LIMIT_WORKING_HOURS:
		return due_office(c, none, from, most_of(amount * MINUTE_MS));
	case LIMIT_NONE:
		break;
	}
	return NEVER;
}

static void
put_day(struct buf *out, int64_t day, const char *why, struct str name)
{
	int y, m, d;

	clock_date_of(day, &y, &m, &d);
	buf_printf(out, "%04d-%02d-%02d  %s  %s", y, m, d,
	    weekdays[clock_weekday(day)], why);
	if (name.n > 0)
		buf_printf(out, " (%.*s)", STR_ARG(name));
	buf_char(out, '\n');
}

/* A line for a day that is not as its weekday or the clock would have it. */
static void
explain_day(const struct calendar *c, int64_t day, struct buf *out)
{
	const struct calendar_day *d = exception(c, day);
	bool weekend = clock_weekday(day) > 5;

	if (d != NULL && d->off)
		put_day(out, day, "holiday, not counted", d->name);
	else if (d != NULL && weekend)
		put_day(out, day, "make-up working day, counted", d->name);
	else if (weekend)
		put_day(out, day, "weekend, not counted", (struct str){ 0 });
}

/* Calendar days skip nothing; that the last one is off surprises people. */
static void
explain_last(const struct calendar *c, int64_t last, struct buf *out)
{
	const struct calendar_day *d = exception(c, last);

	if (!calendar_is_workday(c, last))
		put_day(out, last, "day off, but still the last day",
		    d != NULL ? d->name : (struct str){ 0 });
}

void
calendar_explain(
    const struct calendar *c, struct limit limit, int64_t from, struct buf *out)
{
	int64_t day = clock_day(max64(from, -FAR_MS));
	int64_t due = calendar_due(c, limit, from, NULL);
	int64_t last = clock_day(due);

	if (limit.clock == LIMIT_CALENDAR && due < FAR_MS)
		explain_last(c, last, out);
	if (!needs_notice(limit.clock) || due >= FAR_MS)
		return;
	if (limit.clock == LIMIT_WORKING_DAYS && limit.amount > 0)
		day++; /* the starting day is not counted anyway */
	else if (last > day && calendar_is_workday(c, day) &&
		 from >= clock_day_start(day) + slots[ARRAY_LEN(slots) - 1].to)
		put_day(
		    out, day++, "office hours were over", (struct str){ 0 });
	for (; day <= last; day++)
		explain_day(c, day, out);
}
