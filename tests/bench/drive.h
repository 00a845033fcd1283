/*
 * The two ways to put load on something that stores events and confirms
 * them, the same for the bus and for what it is compared with: as fast as it
 * goes, with WINDOW unconfirmed; or an open loop, in which each event is due
 * at its time, and its latency counts from then, however late it was sent.
 */
#ifndef TESTS_BENCH_DRIVE_H
#define TESTS_BENCH_DRIVE_H

#include "tests/bench/event.h"
#include "tests/lib/hist.h"

#define WINDOW 1000  /* as READY says */
#define REPORTS 4096 /* different ones, for a load */

#define REFUSED (UINT64_C(1) << 63)

struct contender {
	const char *peer; /* NULL: the bus itself */
	/* Once before each run, in a process of its own; may be NULL. */
	void (*prepare)(void);
	/*
	 * One client; dies of whatever goes wrong.  PACED: each event is to
	 * leave at once, not when more have come together.
	 */
	void *(*open)(bool paced);
	void (*close)(void *client);
	/* False when it cannot be taken now. */
	bool (*put)(void *client, const struct bench_event *ev);
	/*
	 * The number of one confirmed event, if there is any; with REFUSED
	 * set when it was turned away for there being too many.
	 */
	bool (*take)(void *client, uint64_t *n);
	/* Until one may have come, or the clock stands at UNTIL_US. */
	void (*wait)(void *client, int64_t until_us);
};

/* What one client does, and what came of it. */
struct load {
	const struct contender *who;
	struct events *events;
	uint64_t base; /* events are numbered from here */
	uint64_t rate; /* 0: as fast as it goes */
	int64_t begin_us;
	int64_t end_us; /* nothing is sent after this */

	uint64_t sent;
	uint64_t answered;
	uint64_t refused; /* of these */
	int64_t last_us;  /* of the last answer */
};

/* From now, or from when BEGIN_US is, for so many seconds. */
void load_plan(struct load *l, int64_t begin_us, double seconds);
/* When event K (from 0) of a load with a rate is due. */
int64_t load_due(const struct load *l, uint64_t k);
/* Runs it to its end; LATE (may be NULL) gets how late each was confirmed. */
void load_run(struct load *l, struct hist *late);
uint64_t load_confirmed(const struct load *l);

/*
 * Command line of one contender: "flood SECONDS CLIENTS" prints
 * publish.throughput; "paced RATE SECONDS" prints publish.ack.*.
 */
int drive(const struct contender *who, int argc, char **argv);

#endif
