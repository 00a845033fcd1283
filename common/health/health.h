/*
 * What a process says of itself over HTTP: /livez, /readyz and /metrics.  No
 * thread: its socket is polled beside the others of the one loop.
 */
#ifndef HEALTH_HEALTH_H
#define HEALTH_HEALTH_H

#include "common/base/buf.h"

struct health;

struct health_desc {
	/* Whether it can do its work now; one line a check into WHY. */
	bool (*ready)(const void *arg, struct buf *why);
	/* Its rows, by metric_*(). */
	void (*metrics)(const void *arg, struct buf *out);
	const char *service; /* a label of the rows about the process */
};

/*
 * Listens on ADDRESS: "127.0.0.1:9100", "[::1]:9100" or "unix:/a/path".  An
 * empty one opens nothing: *HP is NULL, which every function here takes.
 */
enum rc health_open(struct health **hp, const char *address,
    const struct health_desc *desc, const void *arg, struct err *e) MUST_CHECK;
void health_close(struct health **hp);
/* To be polled for reading; -1: there is none. */
int health_socket(const struct health *h);
/* Serves what waits; cheap when nothing does. */
void health_turn(struct health *h);

#endif
