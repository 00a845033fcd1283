/*
 * Events between handing in and the final answer: in order, bounded in
 * number, how far apart, and in bytes.
 */
#ifndef BUS_FLIGHT_H
#define BUS_FLIGHT_H

#include "common/base/buf.h"

#define FLIGHTS_MAX 1024
#define FLIGHT_BYTES_MAX ((size_t)16 << 20)

struct flight {
	int64_t n; /* rises from one to the next */
	struct str envelope;
	struct str kind; /* "open", "sealed", or empty: without a part */
	struct str part;
	int64_t first_ms; /* when it was put */
	int64_t sent_ms;  /* 0: not on its way */
	int64_t due_ms;   /* not to be sent before */
	unsigned tries;   /* that were turned away */
	bool unsure;      /* an earlier try may have been stored */
	bool done;
};

struct flights;

struct flights *flights_new(void);
void flights_free(struct flights **fp);

/* Whether one more has room; an empty one takes any. */
bool flights_room(const struct flights *f, size_t bytes);
/* Copies FL's bytes; there must be room, and N must be above the last. */
struct flight *flights_put(struct flights *f, const struct flight *fl);
/* Forgets it. */
void flights_drop(struct flights *f, struct flight *fl);

size_t flights_count(const struct flights *f);
/* NULL when there is none of this number. */
struct flight *flights_find(struct flights *f, int64_t n);
/* The first one behind AFTER (NULL: of all); NULL at the end. */
struct flight *flights_next(struct flights *f, const struct flight *after);

#endif
