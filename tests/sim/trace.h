/*
 * What the simulated server was asked and what it answered, as a file: for
 * asking PostgreSQL the same (tests/store/test_store_sim.c).  Numbers are
 * eight bytes of this machine; a text is its length and its bytes, NULL the
 * length -1.
 */
#ifndef SIM_TRACE_H
#define SIM_TRACE_H

#include <stdint.h>

struct session;
struct request;
struct pg_result;

/* A record begins with one of these and the number of the session. */
enum trace_kind {
	/* now_us, name, n and the arguments; then n columns: name, type; n
	 * rows of cells. */
	TRACE_DONE = 1,
	TRACE_FAILED, /* name; only here, not in the real one */
	TRACE_CLOSED, /* the session is gone, its transaction rolled back */
};

/* Everything from here on goes into PATH. */
void trace_open(const char *path);
void trace_close(void);

void trace_done(const struct session *s, const struct request *q,
    const struct pg_result *res);
void trace_failed(const struct session *s, const struct request *q);
void trace_closed(const struct session *s);

#endif
