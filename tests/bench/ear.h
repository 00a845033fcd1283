/* Subscribers of the live endpoint, all in one process. */
#ifndef TESTS_BENCH_EAR_H
#define TESTS_BENCH_EAR_H

#include "tests/bench/event.h"
#include "tests/lib/hist.h"

#define EARS_MAX 16

/* Shared between who publishes and who listens. */
struct ears;

/*
 * Starts a process with N subscribers to everything; returns when each has
 * heard the bus.  BASE: numbers of the events to come, see load.
 */
struct ears *ears_open(size_t n, uint64_t base);
/* Latencies count from BEGIN_US + k / RATE; rate 0: they are not taken. */
void ears_expect(struct ears *e, int64_t begin_us, uint64_t rate);

struct heard {
	uint64_t least;  /* what the unluckiest subscriber got */
	uint64_t all;    /* deliveries to all of them together */
	int64_t last_us; /* of the last delivery */
	struct hist *late;
};
/* SENT events are all: waits until they are there, or no more come. */
struct heard ears_close(struct ears *e, uint64_t sent);

#endif
