#include "common/bus/socket.h"

#include <errno.h>

void *
socket_raw(zsock_t *s)
{
	return zsock_resolve(s);
}

enum rc
socket_open(zsock_t **sp, const struct socket_opts *o, const char *endpoint,
    struct err *e)
{
	zsock_t *s;
	int rc;

	/* SIGINT and SIGTERM are the program's, not czmq's. */
	zsys_handler_set(NULL);
	s = zsock_new(o->type);
	if (s == NULL)
		return err_set(
		    e, RC_FATAL, "no socket: %s", zmq_strerror(errno));
	zsock_set_sndhwm(s, o->send_queue);
	zsock_set_rcvhwm(s, o->receive_queue);
	zsock_set_maxmsgsize(s, (int)o->max_message);
	zsock_set_linger(s, o->linger_ms);
	zsock_set_reconnect_ivl(s, 100);
	zsock_set_reconnect_ivl_max(s, 2000);
	if (o->type == ZMQ_ROUTER)
		zsock_set_router_mandatory(s, 1);
	rc = o->side == SOCKET_BIND ? zsock_bind(s, "%s", endpoint)
				    : zsock_connect(s, "%s", endpoint);
	if (rc < 0) {
		zsock_destroy(&s);
		return err_set(
		    e, RC_FATAL, "%s: %s", endpoint, zmq_strerror(errno));
	}
	*sp = s;
	return RC_OK;
}

bool
frames_receive(zsock_t *s, struct frames *f)
{
	void *raw = socket_raw(s);
	zmq_msg_t extra;
	int more = 1;

	f->n = 0;
	while (more) {
		zmq_msg_t *m = f->n < FRAMES_MAX ? &f->msg[f->n] : &extra;

		(void)zmq_msg_init(m);
		if (zmq_msg_recv(m, raw, ZMQ_DONTWAIT) < 0) {
			(void)zmq_msg_close(m);
			must(f->n == 0 || errno != EAGAIN);
			return false;
		}
		more = zmq_msg_more(m);
		if (m == &extra)
			(void)zmq_msg_close(m);
		f->n++;
	}
	return true;
}

void
frames_free(struct frames *f)
{
	for (size_t i = 0; i < f->n && i < FRAMES_MAX; i++)
		(void)zmq_msg_close(&f->msg[i]);
	f->n = 0;
}

struct str
frames_at(struct frames *f, size_t i)
{
	must(i < f->n && i < FRAMES_MAX);
	return (
	    struct str){ zmq_msg_data(&f->msg[i]), zmq_msg_size(&f->msg[i]) };
}

bool
socket_send(zsock_t *s, const struct str *parts, size_t n)
{
	void *raw = socket_raw(s);

	for (size_t i = 0; i < n; i++) {
		int flags = ZMQ_DONTWAIT | (i + 1 < n ? ZMQ_SNDMORE : 0);

		/* Only the first frame can be turned away. */
		if (zmq_send(raw, parts[i].p != NULL ? parts[i].p : "",
			parts[i].n, flags) < 0)
			return false;
	}
	return true;
}
