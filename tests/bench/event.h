/*
 * Reports to be published: many different ones made beforehand, so that a
 * measurement pays for publishing and not for making.  Each gets a new id
 * when it is taken (a UUID of version 7, the end of which is its number).
 */
#ifndef TESTS_BENCH_EVENT_H
#define TESTS_BENCH_EVENT_H

#include "common/base/str.h"

struct events;

struct bench_event {
	uint64_t n;
	struct str id; /* this and all below: borrowed until taken again */
	struct str body;
	struct str division;
};

/*
 * COUNT reports that intake takes for different ones, beginning with number
 * FIRST of all that there are.  Reads the pack of Tonglu.
 */
struct events *events_new(size_t count, uint64_t first);
void events_free(struct events **ep);
/* Report K (of COUNT, in turn) under number N (below 2^48). */
struct bench_event events_take(struct events *e, uint64_t k, uint64_t n);

/* The number in an id; false when it is none of ours. */
bool event_number(struct str id, uint64_t *n);

#endif
