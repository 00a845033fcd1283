/* When a line of a roster means somebody is on duty (pure). */
#ifndef REGISTRY_ROSTER_H
#define REGISTRY_ROSTER_H

#include "common/base/calendar.h"

enum roster_rule {
	ROSTER_ALWAYS,
	ROSTER_WORKDAY, /* by the statutory calendar */
	ROSTER_WEEKDAY,
	ROSTER_DATE,
	ROSTER_CYCLE, /* every n-th day */
};

struct roster {
	enum roster_rule rule;
	unsigned weekdays; /* bit 1 = Monday */
	int64_t day;       /* the date, or the cycle's day 0 */
	int64_t n, k;      /* the cycle: days since then, mod n, is k */
	bool on_call;      /* all day, but elsewhere */
	int64_t from;      /* minutes of the day */
	int64_t to;        /* may lie in the next day, above 24 * 60 */
};

/*
 * RULE: "cycle:N/K@2026-01-01", "workday", "weekday:1|3", "always" or
 * "date:2026-02-16"; SHIFT: "08:30-17:30" (an end that is not after the
 * start is on the next day) or "on_call".
 */
bool roster_parse(struct str rule, struct str shift, struct roster *out);
bool roster_covers(
    const struct roster *w, const struct calendar *calendar, int64_t at);
/* The end of the shift that covers AT; 0: none does. */
int64_t roster_until(
    const struct roster *w, const struct calendar *calendar, int64_t at);

#endif
