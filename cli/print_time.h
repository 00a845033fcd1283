/* When an event was recorded, as a line tells it (pure). */
#ifndef CLI_PRINT_TIME_H
#define CLI_PRINT_TIME_H

#include "common/base/clock.h"

enum print_time {
	TIME_ABS,   /* the time itself */
	TIME_REL,   /* how long ago */
	TIME_DELTA, /* how long after the line before */
	TIME_NONE,
};

struct print_clock {
	enum print_time how;
	bool utc;
	int64_t now;    /* of the system, for TIME_REL */
	int64_t before; /* the line before was recorded; 0: there is none */
};

/* What to add to an instant so that it reads in UTC, or not. */
static inline int64_t
print_zone(const struct print_clock *c)
{
	return c->utc ? -ZONE_MS : 0;
}

/* "2026-03-18T09:30:07.031+08:00", or "...T01:30:07.031Z" */
void print_time_iso(struct buf *out, int64_t at, bool utc);
/* The same, "2h 5m ago", "+0.063" or nothing. */
void print_time(const struct print_clock *c, int64_t at, struct buf *out);

#endif
