/* The four clocks of the trade (pure): when a limit ends. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include "common/base/clock.h"

enum limit_clock {
	LIMIT_NATURAL,       /* wall time, in minutes */
	LIMIT_CALENDAR,      /* calendar days */
	LIMIT_WORKING_DAYS,  /* statutory working days */
	LIMIT_WORKING_HOURS, /* office minutes, 08-12 and 14-18 */
	LIMIT_NONE,          /* not a duration */
};

/* A deadline rule.  Text form "clock:amount", e.g. "working-hours:2h". */
struct limit {
	enum limit_clock clock;
	int64_t amount; /* minutes, or days for the two day clocks */
};

/* One exception to "Monday to Friday works", from a yearly notice. */
struct calendar_day {
	int64_t day; /* clock_day() */
	bool off;    /* false: a make-up working day */
	struct str name;
};

/* Exceptions sorted by day, and the last day that a notice covers. */
struct calendar {
	const struct calendar_day *days;
	size_t n;
	int64_t last_day;
};

/* A span in which a limit does not run; TO = INT64_MAX while it is open. */
struct pause {
	int64_t from;
	int64_t to;
};

/*
 * "natural" m h; "calendar" d; "working-days" d; "working-hours" m h d
 * (8 h = 1 d).  A natural amount in days is 24 h each.
 */
bool limit_parse(struct str text, struct limit *limit);
bool limit_parse_parts(struct str clock, struct str amount, struct limit *l);
/* "working-hours:2h", with the largest unit that divides. */
const char *limit_format(struct limit l, char text[CLOCK_TEXT]);
/* The largest amount (100000 days' worth) that limit_parse lets through. */
int64_t limit_max(enum limit_clock clock);

bool calendar_is_workday(const struct calendar *c, int64_t day);

/*
 * When LIMIT, started at FROM, ends.  A limit in days ends with the last
 * second (23:59:59) of its last day; the starting day is not counted.  A
 * limit in working hours started outside office hours starts with the next
 * one.  *PROVISIONAL (may be NULL): the way there crosses a day after the
 * last published notice, so the answer may still move.
 * A limit of no days ends on its starting day, or on the first working day
 * after it.  INT64_MAX: never, for LIMIT_NONE or while a pause is open.
 * (Civil Procedure Law art. 85; rules.md 2.10.)
 */
int64_t calendar_due(const struct calendar *c, struct limit limit, int64_t from,
    bool *provisional);

/*
 * The same with a ledger of N closed pauses, sorted and disjoint: what they
 * cover does not count.  Minutes are cut out exactly.  A day (calendar or
 * working) does not count when a pause covers any part of it.
 */
int64_t calendar_due_paused(const struct calendar *c, struct limit limit,
    int64_t from, const struct pause *pauses, size_t n, bool *provisional);

/*
 * When to warn: at 80 % of the length for minute clocks; at 08:00 of
 * counted day ceil(0.8 * N) for day clocks.
 */
int64_t calendar_soon(
    const struct calendar *c, struct limit limit, int64_t from);

/*
 * Writes one line for each day that was skipped, and why; for people:
 * "2026-02-14  Sat  make-up working day, counted (...)".  Of a limit in
 * calendar days, the last day when it is off.
 */
void calendar_explain(const struct calendar *c, struct limit limit,
    int64_t from, struct buf *out);

#endif
