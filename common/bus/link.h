/*
 * A client's connection to one endpoint of the bus, kept alive: PING when it
 * is quiet, a new socket after a silence, a lost connection or a refused
 * key, ever more slowly while it does not help.
 */
#ifndef BUS_LINK_H
#define BUS_LINK_H

#include "common/bus/socket.h"

struct link;

struct link_options {
	const char *endpoint;
	const char *key_file; /* for tcp://; NULL: of HUYING_KEY */
	int send_queue;
	int receive_queue;
	int silence_ms; /* 0: LINK_SILENCE_MS */
};
#define LINK_SILENCE_MS 6000

/* Connects; whom to need not be there yet. */
enum rc link_open(
    struct link **lp, const struct link_options *o, struct err *e) MUST_CHECK;
void link_close(struct link **lp);
/* The same, when what was sent has gone out or LINGER_MS are over. */
void link_finish(struct link **lp, int linger_ms);

/*
 * Sends without waiting, something that is answered.  False: it did not go
 * out, now or to this socket.
 */
bool link_send(struct link *l, const struct str *parts, size_t n);

/*
 * RC_OK: a message in F (frames_free()); PONG is not shown.  RC_GONE: none
 * within TIMEOUT_MS.  RC_RETRY: there is a new socket, which knows nothing
 * of what was sent before; E tells why the old one was given up.
 */
enum rc link_receive(struct link *l, int64_t timeout_ms, struct frames *f,
    struct err *e) MUST_CHECK;

/* Gives the socket up, as after a lost connection: WHY "the bus on" ... */
void link_drop(struct link *l, const char *why);
/* Why nothing comes, as far as it is known: a sentence. */
const char *link_trouble(const struct link *l);

#endif
