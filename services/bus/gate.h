/*
 * The doors of the bus: publish, live, log and ring, each at a unix socket
 * and, where that is set, at a TCP endpoint; and who may come in by them.
 */
#ifndef BUS_GATE_H
#define BUS_GATE_H

#include "services/bus/bus.h"

struct gate;

/*
 * Makes and binds B's sockets, once B has a database.  RC_FATAL also when a
 * TCP endpoint does not turn strangers away.
 */
enum rc gate_open(struct bus *b, struct err *e) MUST_CHECK;
void gate_close(struct bus *b);
/* SIGHUP: who may do what is read anew at the next turn. */
void gate_reload(struct bus *b);
/* Handshakes that were turned away. */
int64_t gate_refused(const struct bus *b);
void *gate_socket(struct bus *b); /* where handshakes wait, for zmq_poll() */
/* Answers handshakes; every 2 s looks whether somebody's rights changed. */
void gate_turn(struct bus *b);

#endif
