#include "common/bus/feed.h"

#include "common/bus/socket.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define WINDOW_EVENTS 4096
#define WINDOW_BYTES ((size_t)16 * 1024 * 1024)
#define PUMP_MAX 2000

struct kept {
	int64_t seq;
	int64_t at;
	int slot;
	char *bytes;
	size_t n;
};

struct feed {
	zsock_t *sub;
	int64_t epoch;
	size_t n;
	size_t bytes;
	/* Event SEQ lies at ring[seq % WINDOW_EVENTS]. */
	struct kept ring[WINDOW_EVENTS];
	int64_t last;
};

enum rc
feed_open(struct feed **fp, const char *endpoint, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_SUB, SOCKET_CONNECT, 1000,
		100000, 256 * 1024, 0 };
	struct feed *f = xcalloc(1, sizeof(*f));
	enum rc rc = socket_open(&f->sub, &opts, endpoint, e);

	if (rc != RC_OK) {
		free(f);
		return rc;
	}
	zsock_set_subscribe(f->sub, "");
	*fp = f;
	return RC_OK;
}

static void
drop_oldest(struct feed *f)
{
	struct kept *k =
	    &f->ring[(f->last - (int64_t)f->n + 1) % WINDOW_EVENTS];

	f->bytes -= k->n;
	free(k->bytes);
	k->bytes = NULL;
	f->n--;
}

void
feed_close(struct feed **fp)
{
	if (*fp == NULL)
		return;
	while ((*fp)->n > 0)
		drop_oldest(*fp);
	zsock_destroy(&(*fp)->sub);
	free(*fp);
	*fp = NULL;
}

void *
feed_socket(struct feed *f)
{
	return socket_raw(f->sub);
}

static void
keep(struct feed *f, int64_t seq, struct str header, struct str envelope)
{
	struct kept *k;

	/* A hole: what is before it is of no use any more. */
	if (f->n > 0 && seq != f->last + 1)
		while (f->n > 0)
			drop_oldest(f);
	while (f->n == WINDOW_EVENTS ||
	       (f->n > 0 && f->bytes + envelope.n > WINDOW_BYTES))
		drop_oldest(f);
	k = &f->ring[seq % WINDOW_EVENTS];
	k->seq = seq;
	k->at = wire_get_i64(header, "at");
	k->slot = (int)wire_get_i64(header, "slot");
	k->n = envelope.n;
	k->bytes = xmalloc(envelope.n);
	memcpy(k->bytes, envelope.p, envelope.n);
	f->bytes += envelope.n;
	f->n++;
	f->last = seq;
}

/* A higher epoch: what is kept may not be what the journal has now. */
static void
note_epoch(struct feed *f, struct str header)
{
	int64_t epoch = wire_get_i64(header, "epoch");

	if (epoch <= f->epoch)
		return;
	while (f->epoch > 0 && f->n > 0)
		drop_oldest(f);
	f->epoch = epoch;
}

static void
take(struct feed *f, struct frames *m)
{
	struct wire_fault fault;
	struct str header;
	int64_t seq;

	if (m->n < 2 || !wire_check(header = frames_at(m, 1), &fault))
		return;
	note_epoch(f, header);
	seq = wire_get_i64(header, "seq");
	if (m->n != 3 || seq <= 0 || (f->n > 0 && seq <= f->last))
		return;
	keep(f, seq, header, frames_at(m, 2));
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
	if (f->n == 0)
		return false;
	*first = f->last - (int64_t)f->n + 1;
	*last = f->last;
	return true;
}

struct feed_event
feed_get(const struct feed *f, int64_t seq)
{
	const struct kept *k = &f->ring[seq % WINDOW_EVENTS];

	must(f->n > 0 && seq <= f->last && seq > f->last - (int64_t)f->n);
	must(k->seq == seq);
	return (
	    struct feed_event){ k->seq, k->at, k->slot, { k->bytes, k->n } };
}
