/*
 * Whether a TCP endpoint turns strangers away: tried, not believed.  libzmq
 * takes anybody where its options or its ZAP handler are not quite right.
 */
#ifndef BUS_SELFTEST_H
#define BUS_SELFTEST_H

#include "common/bus/socket.h"

struct selftest {
	const char *endpoint;
	int type; /* of the sockets that come there: ZMQ_DEALER ... */
	const char *server_key; /* what clients know of the bus */
	int patience_ms;
	void (*turn)(void *); /* answers handshakes meanwhile */
	void *arg;
};

/*
 * Comes with a fresh key, then with none.  RC_FATAL when one of the two is
 * let in, or nobody says no.
 */
enum rc selftest_run(const struct selftest *t, struct err *e) MUST_CHECK;

#endif
