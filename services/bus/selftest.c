#include "services/bus/selftest.h"

#include "common/base/clock.h"

#include <stdio.h>

#define TURN_MS 5

#define IN ZMQ_EVENT_HANDSHAKE_SUCCEEDED
#define OUT                                                                    \
	(ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |                                \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                              \
	    ZMQ_EVENT_HANDSHAKE_FAILED_AUTH | ZMQ_EVENT_DISCONNECTED)

/* A stranger, and what libzmq says of how it fares. */
struct stranger {
	zsock_t *sock;
	zsock_t *watch;
};

static void
stranger_fini(struct stranger *s)
{
	if (s->sock != NULL)
		(void)zmq_socket_monitor(socket_raw(s->sock), NULL, 0);
	zsock_destroy(&s->watch);
	zsock_destroy(&s->sock);
}

/* Without the help of socket_open(), which would not let it go so naked. */
static enum rc
stranger_init(struct stranger *s, const struct selftest *t,
    const struct curve_key *key, struct err *e)
{
	struct socket_opts opts = { t->type, SOCKET_CONNECT, 10, 10, 1024, 0 };
	static const struct socket_opts pair = { ZMQ_PAIR, SOCKET_CONNECT, 100,
		100, 1024, 0 };
	char watch[64]; /* the last one's may not be gone yet */

	TRY(socket_make(&s->sock, &opts, e));
	if (key != NULL) {
		zsock_set_curve_publickey(s->sock, key->public_key);
		zsock_set_curve_secretkey(s->sock, key->secret_key);
		zsock_set_curve_serverkey(s->sock, key->server_key);
	}
	(void)snprintf(watch, sizeof(watch), "inproc://selftest-%lld",
	    (long long)clock_mono_us());
	if (zmq_socket_monitor(socket_raw(s->sock), watch, IN | OUT) != 0)
		return err_set(e, RC_FATAL, "self-test: cannot watch a socket");
	TRY(socket_open(&s->watch, &pair, watch, e));
	if (zsock_connect(s->sock, "%s", t->endpoint) != 0)
		return err_set(e, RC_FATAL, "self-test: cannot connect to %s",
		    t->endpoint);
	return RC_OK;
}

/* The next event's bit; 0: none yet. */
static int
event_of(struct stranger *s)
{
	struct frames f;
	uint16_t event = 0;

	if (!frames_receive(s->watch, &f))
		return 0;
	if (frames_at(&f, 0).n >= sizeof(event))
		memcpy(&event, frames_at(&f, 0).p, sizeof(event));
	frames_free(&f);
	return event;
}

static enum rc
await_refusal(const struct selftest *t, struct stranger *s, const char *who,
    struct err *e)
{
	int64_t until = clock_mono_ms() + t->patience_ms;

	while (clock_mono_ms() < until) {
		zmq_pollitem_t item = { socket_raw(s->watch), 0, ZMQ_POLLIN,
			0 };
		int event;

		(void)zmq_poll(&item, 1, TURN_MS);
		t->turn(t->arg);
		event = event_of(s);
		if ((event & IN) != 0)
			return err_set(e, RC_FATAL,
			    "self-test: %s lets in %s; I will not serve",
			    t->endpoint, who);
		if ((event & OUT) != 0)
			return RC_OK;
	}
	return err_set(e, RC_FATAL,
	    "self-test: %s does not turn %s away; I will not serve",
	    t->endpoint, who);
}

static enum rc
come(const struct selftest *t, const struct curve_key *key, const char *who,
    struct err *e)
{
	struct stranger s = { .sock = NULL };
	enum rc rc = stranger_init(&s, t, key, e);

	if (rc == RC_OK)
		rc = await_refusal(t, &s, who, e);
	stranger_fini(&s);
	return rc;
}

enum rc
selftest_run(const struct selftest *t, struct err *e)
{
	struct curve_key key;
	enum rc rc;

	curve_new(&key, "stranger", t->server_key);
	rc = come(t, &key, "a key that nobody knows", e);
	curve_fini(&key);
	return rc != RC_OK ? rc : come(t, NULL, "somebody without a key", e);
}
