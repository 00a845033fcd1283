/* Sockets as this project wants them, and frames in and out of them. */
#ifndef BUS_SOCKET_H
#define BUS_SOCKET_H

#include "common/base/buf.h"

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
enum rc socket_open(zsock_t **sp, const struct socket_opts *o,
    const char *endpoint, struct err *e) MUST_CHECK;

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

/* Sends PARTS as one message without ever waiting; false when dropped. */
bool socket_send(zsock_t *s, const struct str *parts, size_t n);

#endif
