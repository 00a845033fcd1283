/*
 * The last wall against clients that make libzmq hoard what the bus never
 * gets to see: messages without an end, queues that nobody reads, a hundred
 * thousand subscriptions.  libzmq has no bound for them all together; the
 * process has.
 */
#ifndef BUS_WALL_H
#define BUS_WALL_H

#include "common/base/base.h"

struct wall {
	int64_t max; /* bytes of memory in use; 0: no bound */
	int fd;
	int64_t looked_ms;
	int64_t trimmed;    /* what was in use after the last trim, */
	int64_t trimmed_ms; /* and when that was */
};

/*
 * TEXT is the setting, in MiB.  Raises the bound of open files as far as it
 * goes, too: libzmq 4.3 aborts when a unix socket finds none left.
 */
enum rc wall_init(struct wall *w, const char *text, struct err *e) MUST_CHECK;
void wall_fini(struct wall *w);
/*
 * Gives back to the system what was freed.  False when more than the bound
 * is in use: the process is to end and be started anew; clients that were
 * not answered send again.
 */
bool wall_stands(struct wall *w);

#endif
