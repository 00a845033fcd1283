#include "common/bus/feed.h"

#include "common/base/clock.h"
#include "common/bus/socket.h"
#include "common/bus/window.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define WINDOW_EVENTS 4096
#define WINDOW_BYTES ((size_t)8 * 1024 * 1024)
#define PUMP_MAX 2000
#define SILENCE_MS 6000 /* the bus's heart beats each second */

struct feed {
	char *endpoint;
	zsock_t *sub;
	int64_t heard_ms;
	struct window *window;
	int64_t epoch;
};

/* The old socket stays until there is another one. */
static enum rc
listen_anew(struct feed *f, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_SUB, SOCKET_CONNECT, 1000,
		4096, 256 * 1024, 0 };
	zsock_t *fresh = NULL;

	f->heard_ms = clock_mono_ms();
	TRY(socket_open(&fresh, &opts, f->endpoint, e));
	zsock_set_subscribe(fresh, "");
	zsock_destroy(&f->sub);
	f->sub = fresh;
	return RC_OK;
}

enum rc
feed_open(struct feed **fp, const char *endpoint, struct err *e)
{
	struct feed *f = xcalloc(1, sizeof(*f));
	enum rc rc;

	f->endpoint = xstrdup(endpoint);
	rc = listen_anew(f, e);
	if (rc != RC_OK) {
		free(f->endpoint);
		free(f);
		return rc;
	}
	f->window = window_new(WINDOW_EVENTS, WINDOW_BYTES);
	*fp = f;
	return RC_OK;
}

void
feed_close(struct feed **fp)
{
	if (*fp == NULL)
		return;
	window_free(&(*fp)->window);
	zsock_destroy(&(*fp)->sub);
	free((*fp)->endpoint);
	free(*fp);
	*fp = NULL;
}

void *
feed_socket(struct feed *f)
{
	return socket_raw(f->sub);
}

/* A higher epoch: what is kept may not be what the journal has now. */
static void
note_epoch(struct feed *f, struct str header)
{
	int64_t epoch = wire_get_i64(header, "epoch");

	if (epoch <= f->epoch)
		return;
	if (f->epoch > 0)
		window_clear(f->window);
	f->epoch = epoch;
}

static void
take(struct feed *f, struct frames *m)
{
	struct window_event ev = { .seq = 0 };
	struct wire_fault fault;
	struct str header;
	int64_t first, last;

	if (m->n < 2 || !wire_check(header = frames_at(m, 1), &fault))
		return;
	note_epoch(f, header);
	ev.seq = wire_get_i64(header, "seq");
	if (m->n != 3 || ev.seq <= 0 ||
	    (window_bounds(f->window, &first, &last) && ev.seq <= last))
		return;
	ev.at = wire_get_i64(header, "at");
	ev.slot = (int)wire_get_i64(header, "slot");
	ev.envelope = frames_at(m, 2);
	window_put(f->window, &ev);
}

/*
 * A bus that turned us away is never asked again by libzmq, and one that
 * dropped our key may have a new one by now.
 */
static void
mind_silence(struct feed *f)
{
	struct err ignored;

	if (clock_mono_ms() - f->heard_ms >= SILENCE_MS)
		(void)(listen_anew(f, &ignored) == RC_OK);
}

bool
feed_pump(struct feed *f)
{
	struct frames m;
	int n;

	for (n = 0; n < PUMP_MAX && frames_receive(f->sub, &m); n++) {
		take(f, &m);
		frames_free(&m);
	}
	if (n > 0)
		f->heard_ms = clock_mono_ms();
	else
		mind_silence(f);
	return n > 0;
}

bool
feed_window(const struct feed *f, int64_t epoch, int64_t *first, int64_t *last)
{
	return f->epoch >= epoch && window_bounds(f->window, first, last);
}

struct feed_event
feed_get(const struct feed *f, int64_t seq)
{
	struct window_event ev = window_get(f->window, seq);

	return (struct feed_event){ ev.seq, ev.at, ev.slot, ev.envelope };
}
