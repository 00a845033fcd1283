/*
 * One publisher and one fake bus in one thread: each step of the publisher
 * is a call, and so is what the bus answers.
 */
#ifndef TESTS_LIB_PUBKIT_H
#define TESTS_LIB_PUBKIT_H

#include "common/bus/publish.h"
#include "tests/lib/fakebus.h"

#define PUBKIT_QUICK_MS 60 /* what silence is, where a test waits for it */
#define PUBKIT_NEVER_MS 600000
#define PUBKIT_STEPS 2000

struct pubkit {
	struct fakebus bus;
	struct publisher *publisher;
	struct outcome out; /* of the last step that had one */
	char dir[40];       /* for a spool */
};
extern struct pubkit pubkit;

/* For cmocka: a bus and a directory, and the end of all. */
int pubkit_setup(void **state);
int pubkit_teardown(void **state);

/* Without waiting for READY: it is the test that says it. */
void pubkit_open(const char *spool, int silence_ms, int give_up_ms);
/* One step of the publisher; true when it has an outcome. */
bool pubkit_step(void);
void pubkit_until_outcome(void);
/* Until it has sent WORD; it has no outcome meanwhile. */
void pubkit_until_asked(const char *word);
/* Until it has heard READY, which tells WINDOW. */
void pubkit_until_ready(int64_t window);

/* Hands event N in; its number. */
int64_t pubkit_put(int64_t n);
int64_t pubkit_put_part(int64_t n, enum part_kind kind, struct str part);
/* What the bus took last is PUB of event N, to the byte. */
void pubkit_is_event(int64_t n);
/* ACK of number N. */
void pubkit_ack(int64_t n);

#endif
