#include "common/bus/feed.h"

#include "common/bus/socket.h"
#include "common/bus/window.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define WINDOW_EVENTS 4096
#define WINDOW_BYTES ((size_t)8 * 1024 * 1024)
#define PUMP_MAX 2000

struct feed {
	zsock_t *sub;
	struct window *window;
	int64_t epoch;
};

enum rc
feed_open(struct feed **fp, const char *endpoint, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_SUB, SOCKET_CONNECT, 1000,
		4096, 256 * 1024, 0 };
	struct feed *f = xcalloc(1, sizeof(*f));
	enum rc rc = socket_open(&f->sub, &opts, endpoint, e);

	if (rc != RC_OK) {
		free(f);
		return rc;
	}
	zsock_set_subscribe(f->sub, "");
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

bool
feed_pump(struct feed *f)
{
	struct frames m;
	int n;

	for (n = 0; n < PUMP_MAX && frames_receive(f->sub, &m); n++) {
		take(f, &m);
		frames_free(&m);
	}
	return n > 0;
}

bool
feed_window(const struct feed *f, int64_t *first, int64_t *last)
{
	return window_bounds(f->window, first, last);
}

struct feed_event
feed_get(const struct feed *f, int64_t seq)
{
	struct window_event ev = window_get(f->window, seq);

	return (struct feed_event){ ev.seq, ev.at, ev.slot, ev.envelope };
}
