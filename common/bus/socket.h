/* Sockets as this project wants them, and frames in and out of them. */
#ifndef BUS_SOCKET_H
#define BUS_SOCKET_H

#include "common/base/buf.h"
#include "common/bus/curve.h"

#include <czmq.h>

/* Bounded queues, no lingering, a size that no message may pass. */
enum socket_side {
	SOCKET_BIND,
	SOCKET_CONNECT
};
struct socket_opts {
	int type; /* ZMQ_ROUTER, ... */
	enum socket_side side;
	int send_queue;
	int receive_queue;
	int64_t max_message;
	int linger_ms;
};
/*
 * Connects, or binds a socket that asks nobody who they are (never tcp://).
 * Over tcp:// it speaks CURVE with the key file of the setting HUYING_KEY,
 * read anew each time: RC_FATAL without a sound one.  A socket that the bus
 * turned away sits dead (libzmq does not try again): open another.
 */
enum rc socket_open(zsock_t **sp, const struct socket_opts *o,
    const char *endpoint, struct err *e) MUST_CHECK;
/* The same with a key of the caller's. */
enum rc socket_open_as(zsock_t **sp, const struct socket_opts *o,
    const char *endpoint, const struct curve_key *key,
    struct err *e) MUST_CHECK;
bool socket_is_tcp(const char *endpoint);

/*
 * For a process with a ZAP handler: makes a socket, to be bound, perhaps
 * twice, by socket_bind(): for whomever the handler lets into DOMAIN, over
 * tcp:// with CURVE and KEY (else NULL).  Without a handler nobody gets in.
 */
enum rc socket_make(
    zsock_t **sp, const struct socket_opts *o, struct err *e) MUST_CHECK;
enum rc socket_bind(zsock_t *s, const char *endpoint, const char *domain,
    const struct curve_key *key, struct err *e) MUST_CHECK;

/* The raw libzmq socket, for zmq_poll(). */
void *socket_raw(zsock_t *s);

/*
 * One multipart message without copies.  Frames past MAX are counted, not
 * kept: n > max means "too many".
 */
#define FRAMES_MAX 8
struct frames {
	size_t n;
	zmq_msg_t msg[FRAMES_MAX];
};
/* False when nothing waits.  frames_free() after use, always. */
bool frames_receive(zsock_t *s, struct frames *f);
void frames_free(struct frames *f);
struct str frames_at(struct frames *f, size_t i);
/*
 * Whom the ZAP handler took the sender for; empty when it was not asked.
 * Never ask the first frame of a ROUTER: libzmq 4.3.4 forgets it there.
 */
struct str frames_user(struct frames *f, size_t i);

/* Sends PARTS as one message without ever waiting; false when dropped. */
bool socket_send(zsock_t *s, const struct str *parts, size_t n);

#endif
