#include "common/bus/link.h"

#include "common/base/clock.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_MESSAGE (256 * 1024)
/* Between a lost connection and the next try. */
#define LOST_MS 100
#define LOST_MAX_MS 2000
/* After a refusal; libzmq itself does not try again then. */
#define REFUSED_MS 1000
#define REFUSED_MAX_MS 60000
#define PONGS_MAX 100
#define EVENTS                                                                 \
	(ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |            \
	    ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)

struct link {
	char *endpoint;
	char *key_file;
	struct link_options options;
	zsock_t *sock;  /* NULL: not before again_ms */
	zsock_t *watch; /* libzmq tells here what becomes of it */
	int64_t opened_ms;
	int64_t heard_ms; /* the last message */
	int64_t asked_ms; /* 0: no answer is awaited */
	bool pinged;      /* since something was heard */
	int64_t again_ms;
	int64_t pause_ms; /* the last one */
	char trouble[200];
};

static void
say_quiet(struct link *l)
{
	(void)snprintf(l->trouble, sizeof(l->trouble),
	    "no answer yet from the bus on %s", l->endpoint);
}

/* In this order: libzmq waits for ever to tell a listener that is gone. */
static void
drop(struct link *l)
{
	if (l->watch != NULL)
		(void)zmq_socket_monitor(socket_raw(l->sock), NULL, 0);
	zsock_destroy(&l->watch);
	zsock_destroy(&l->sock);
}

/* Best effort: without it, silence tells the same later. */
static void
watch(struct link *l)
{
	char name[48];

	(void)snprintf(name, sizeof(name), "inproc://watch-%08x%08x",
	    randombytes_random(), randombytes_random());
	if (zmq_socket_monitor(socket_raw(l->sock), name, EVENTS) != 0)
		return;
	l->watch = zsock_new(ZMQ_PAIR);
	if (l->watch != NULL) {
		/* And to one whose queue is full. */
		zsock_set_rcvhwm(l->watch, 0);
		if (zsock_connect(l->watch, "%s", name) == 0)
			return;
		zsock_destroy(&l->watch);
	}
	(void)zmq_socket_monitor(socket_raw(l->sock), NULL, 0);
}

/* The key is read anew each time: it may have been rotated. */
static enum rc
open_socket(struct link *l, struct err *e)
{
	const struct socket_opts opts = { ZMQ_DEALER, SOCKET_CONNECT,
		l->options.send_queue, l->options.receive_queue, MAX_MESSAGE,
		0 };
	struct curve_key key;
	enum rc rc;

	if (l->key_file == NULL || !socket_is_tcp(l->endpoint))
		return socket_open(&l->sock, &opts, l->endpoint, e);
	TRY(curve_read(l->key_file, "key file", &key, e));
	rc = socket_open_as(&l->sock, &opts, l->endpoint, &key, e);
	curve_fini(&key);
	return rc;
}

static enum rc
connect_socket(struct link *l, struct err *e)
{
	TRY(open_socket(l, e));
	watch(l);
	l->opened_ms = clock_mono_ms();
	l->asked_ms = 0;
	l->pinged = false;
	return RC_OK;
}

enum rc
link_open(struct link **lp, const struct link_options *o, struct err *e)
{
	struct link *l = xcalloc(1, sizeof(*l));
	enum rc rc;

	l->endpoint = xstrdup(o->endpoint);
	l->options = *o;
	l->options.endpoint = l->endpoint;
	if (o->key_file != NULL)
		l->options.key_file = l->key_file = xstrdup(o->key_file);
	if (l->options.silence_ms == 0)
		l->options.silence_ms = LINK_SILENCE_MS;
	say_quiet(l);
	rc = connect_socket(l, e);
	if (rc != RC_OK) {
		link_close(&l);
		return rc;
	}
	*lp = l;
	return RC_OK;
}

void
link_close(struct link **lp)
{
	struct link *l = *lp;

	if (l == NULL)
		return;
	drop(l);
	free(l->key_file);
	free(l->endpoint);
	free(l);
	*lp = NULL;
}

void
link_finish(struct link **lp, int linger_ms)
{
	if (*lp != NULL && (*lp)->sock != NULL)
		zsock_set_linger((*lp)->sock, linger_ms);
	link_close(lp);
}

bool
link_send(struct link *l, const struct str *parts, size_t n)
{
	if (l->sock == NULL || !socket_send(l->sock, parts, n))
		return false;
	if (l->asked_ms == 0)
		l->asked_ms = clock_mono_ms();
	return true;
}

/* Gives the socket up; the next one after a pause that doubles. */
static void
give_up(struct link *l, const char *trouble, int64_t least_ms, int64_t most_ms)
{
	int64_t pause = 2 * l->pause_ms;

	drop(l);
	(void)snprintf(
	    l->trouble, sizeof(l->trouble), "%s %s", trouble, l->endpoint);
	pause = pause < least_ms ? least_ms : pause > most_ms ? most_ms : pause;
	l->pause_ms = pause;
	/* Many clients lose the same bus at the same moment. */
	l->again_ms = clock_mono_ms() + pause / 2 +
		      randombytes_uniform((uint32_t)pause / 2 + 1);
}

/* What libzmq told of the socket; 0: nothing. */
static int
heed(struct link *l)
{
	struct frames f;
	uint16_t event = 0;

	if (l->watch == NULL || !frames_receive(l->watch, &f))
		return 0;
	if (f.n > 0 && frames_at(&f, 0).n >= sizeof(event))
		memcpy(&event, frames_at(&f, 0).p, sizeof(event));
	frames_free(&f);
	return event;
}

/* Quiet for too long, with an answer owed for most of it. */
static bool
is_silent(const struct link *l, int64_t now)
{
	int64_t since = l->heard_ms > l->opened_ms ? l->heard_ms : l->opened_ms;
	int silence = l->options.silence_ms;

	return l->asked_ms > 0 && now - since >= silence &&
	       now - l->asked_ms >= silence - silence / 3;
}

static void
ping_when_quiet(struct link *l, int64_t now)
{
	const struct str ping[1] = { STR("PING") };
	int64_t since = l->heard_ms > l->opened_ms ? l->heard_ms : l->opened_ms;

	if (!l->pinged && now - since >= l->options.silence_ms / 3)
		l->pinged = link_send(l, ping, ARRAY_LEN(ping));
}

/* Nothing was there to receive: is the socket still good for something? */
static void
tend(struct link *l)
{
	int64_t now = clock_mono_ms();
	int event = heed(l);

	if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)
		give_up(l, "this key is refused by the bus on", REFUSED_MS,
		    REFUSED_MAX_MS);
	else if (event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL)
		give_up(l, "no common security with the bus on", REFUSED_MS,
		    REFUSED_MAX_MS);
	else if (event == ZMQ_EVENT_DISCONNECTED)
		give_up(l, "the connection was lost to the bus on", LOST_MS,
		    LOST_MAX_MS);
	else if (is_silent(l, now))
		give_up(l, "no answer from the bus on", 1, 1);
	else
		ping_when_quiet(l, now);
}

static void
note_heard(struct link *l)
{
	l->heard_ms = clock_mono_ms();
	l->asked_ms = 0;
	l->pinged = false;
	l->pause_ms = 0;
	say_quiet(l);
}

/* RC_GONE: nothing has come. */
static enum rc
look(struct link *l, struct frames *f, struct err *e)
{
	if (l->sock == NULL) {
		if (clock_mono_ms() < l->again_ms)
			return RC_GONE;
		TRY(connect_socket(l, e));
		return err_set(e, RC_RETRY, "%s", l->trouble);
	}
	for (int n = 0; n < PONGS_MAX && frames_receive(l->sock, f); n++) {
		note_heard(l);
		if (f->n != 1 || !str_is(frames_at(f, 0), "PONG"))
			return RC_OK;
		frames_free(f);
	}
	tend(l);
	return RC_GONE;
}

/* Until something comes, something is to be done, or LEFT_MS are over. */
static void
rest(struct link *l, int64_t left_ms)
{
	zmq_pollitem_t items[2];
	int64_t now = clock_mono_ms(), most = l->options.silence_ms / 12;
	int n = 0;

	if (l->sock != NULL)
		items[n++] =
		    (zmq_pollitem_t){ socket_raw(l->sock), 0, ZMQ_POLLIN, 0 };
	if (l->watch != NULL)
		items[n++] =
		    (zmq_pollitem_t){ socket_raw(l->watch), 0, ZMQ_POLLIN, 0 };
	if (l->sock == NULL)
		most = l->again_ms > now ? l->again_ms - now : 0;
	else if (most < 1)
		most = 1;
	(void)zmq_poll(items, n, (long)(left_ms < most ? left_ms : most));
}

enum rc
link_receive(
    struct link *l, int64_t timeout_ms, struct frames *f, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	for (;;) {
		enum rc rc = look(l, f, e);
		int64_t left = until - clock_mono_ms();

		if (rc != RC_GONE)
			return rc;
		if (left <= 0)
			return err_set(e, RC_GONE, "%s", l->trouble);
		rest(l, left);
	}
}

void
link_drop(struct link *l, const char *why)
{
	if (l->sock != NULL)
		give_up(l, why, LOST_MS, LOST_MAX_MS);
}

const char *
link_trouble(const struct link *l)
{
	return l->trouble;
}
