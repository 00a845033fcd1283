#include "common/bus/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HANDSHAKE_MS 5000
#define BACKLOG 1024
/* ZMQ_ZAP_ENFORCE_DOMAIN: libzmq 4.3.4 has it, its stable header not yet. */
#define ZAP_ENFORCE_DOMAIN 93

void *
socket_raw(zsock_t *s)
{
	return zsock_resolve(s);
}

bool
socket_is_tcp(const char *endpoint)
{
	return strncmp(endpoint, "tcp://", 6) == 0;
}

/* A peer that is gone without a word is noticed within half a minute. */
static void
watch_tcp(zsock_t *s)
{
	zsock_set_tcp_keepalive(s, 1);
	zsock_set_tcp_keepalive_idle(s, 10);
	zsock_set_tcp_keepalive_intvl(s, 5);
	zsock_set_tcp_keepalive_cnt(s, 3);
	zsock_set_handshake_ivl(s, HANDSHAKE_MS);
	zsock_set_backlog(s, BACKLOG);
}

enum rc
socket_make(zsock_t **sp, const struct socket_opts *o, struct err *e)
{
	zsock_t *s;

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
	watch_tcp(s);
	if (o->type == ZMQ_ROUTER)
		zsock_set_router_mandatory(s, 1);
	*sp = s;
	return RC_OK;
}

static bool
set_text(zsock_t *s, int option, const char *text)
{
	return zmq_setsockopt(socket_raw(s), option, text, strlen(text)) == 0;
}

static bool
set_flag(zsock_t *s, int option, int value)
{
	return zmq_setsockopt(socket_raw(s), option, &value, sizeof(value)) ==
	       0;
}

/* What is set holds for the binds that follow: libzmq copies it there. */
enum rc
socket_bind(zsock_t *s, const char *endpoint, const char *domain,
    const struct curve_key *key, struct err *e)
{
	bool set;

	if (socket_is_tcp(endpoint) && key == NULL)
		return err_set(e, RC_FATAL,
		    "%s: without a key of the bus (HUYING_BUS_KEY) nothing is "
		    "bound to TCP",
		    endpoint);
	set = set_text(s, ZMQ_ZAP_DOMAIN, domain) &&
	      set_flag(s, ZAP_ENFORCE_DOMAIN, 1);
	if (key != NULL)
		set = set && set_flag(s, ZMQ_CURVE_SERVER, 1) &&
		      set_text(s, ZMQ_CURVE_SECRETKEY, key->secret_key);
	/* libzmq: without these two nobody is asked who they are. */
	must(set);
	if (zsock_bind(s, "%s", endpoint) < 0)
		return err_set(
		    e, RC_FATAL, "%s: %s", endpoint, zmq_strerror(errno));
	return RC_OK;
}

static enum rc
speak_curve(zsock_t *s, const char *endpoint, const struct curve_key *key,
    struct err *e)
{
	if (key == NULL || key->server_key[0] == '\0')
		return err_set(e, RC_FATAL,
		    "%s: over TCP the bus takes known keys only: set "
		    "HUYING_KEY to the file that huying key new wrote",
		    endpoint);
	if (!set_text(s, ZMQ_CURVE_PUBLICKEY, key->public_key) ||
	    !set_text(s, ZMQ_CURVE_SECRETKEY, key->secret_key) ||
	    !set_text(s, ZMQ_CURVE_SERVERKEY, key->server_key))
		return err_set(
		    e, RC_FATAL, "%s: libzmq refuses the key", endpoint);
	return RC_OK;
}

static enum rc
attach(zsock_t *s, const struct socket_opts *o, const char *endpoint,
    const struct curve_key *key, struct err *e)
{
	int rc;

	if (socket_is_tcp(endpoint) && o->side == SOCKET_BIND)
		return err_set(e, RC_FATAL,
		    "%s: TCP is bound with keys only; see HUYING_TCP",
		    endpoint);
	if (socket_is_tcp(endpoint))
		TRY(speak_curve(s, endpoint, key, e));
	rc = o->side == SOCKET_BIND ? zsock_bind(s, "%s", endpoint)
				    : zsock_connect(s, "%s", endpoint);
	if (rc < 0)
		return err_set(
		    e, RC_FATAL, "%s: %s", endpoint, zmq_strerror(errno));
	return RC_OK;
}

enum rc
socket_open_as(zsock_t **sp, const struct socket_opts *o, const char *endpoint,
    const struct curve_key *key, struct err *e)
{
	zsock_t *s = NULL;
	enum rc rc;

	TRY(socket_make(&s, o, e));
	rc = attach(s, o, endpoint, key, e);
	if (rc != RC_OK)
		zsock_destroy(&s);
	else
		*sp = s;
	return rc;
}

enum rc
socket_open(zsock_t **sp, const struct socket_opts *o, const char *endpoint,
    struct err *e)
{
	const char *path = getenv("HUYING_KEY");
	struct curve_key key;
	enum rc rc;

	if (!socket_is_tcp(endpoint) || path == NULL || path[0] == '\0')
		return socket_open_as(sp, o, endpoint, NULL, e);
	TRY(curve_read(path, "HUYING_KEY", &key, e));
	rc = socket_open_as(sp, o, endpoint, &key, e);
	curve_fini(&key);
	return rc;
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

struct str
frames_user(struct frames *f, size_t i)
{
	const char *name;

	if (i >= f->n || i >= FRAMES_MAX)
		return STR("");
	name = zmq_msg_gets(&f->msg[i], "User-Id");
	return name != NULL ? str_of(name) : STR("");
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
