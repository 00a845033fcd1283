#include "common/bus/window.h"

#include <stdlib.h>

struct window {
	size_t cap;
	size_t cap_bytes;
	size_t n;
	size_t bytes;
	int64_t last;
	struct window_event *ring; /* event SEQ lies at ring[seq % cap] */
};

static struct window_event *
place(const struct window *w, int64_t seq)
{
	return &w->ring[(size_t)seq & (w->cap - 1)];
}

static size_t
size_of(const struct window_event *ev)
{
	return ev->topic.n + ev->subject.n + ev->envelope.n;
}

struct window *
window_new(size_t n, size_t bytes)
{
	struct window *w = xcalloc(1, sizeof(*w));

	must(n > 0 && (n & (n - 1)) == 0);
	w->cap = n;
	w->cap_bytes = bytes;
	w->ring = xcalloc(n, sizeof(*w->ring));
	return w;
}

static void
drop_oldest(struct window *w)
{
	struct window_event *ev = place(w, w->last - (int64_t)w->n + 1);

	w->bytes -= size_of(ev);
	/* The three texts are one block that begins with the topic. */
	free((void *)(uintptr_t)ev->topic.p);
	ev->topic.p = NULL;
	w->n--;
}

void
window_clear(struct window *w)
{
	while (w->n > 0)
		drop_oldest(w);
}

void
window_free(struct window **wp)
{
	if (*wp == NULL)
		return;
	window_clear(*wp);
	free((*wp)->ring);
	free(*wp);
	*wp = NULL;
}

static struct str
put_text(char **to, struct str s)
{
	struct str copy = { *to, s.n };

	if (s.n > 0)
		memcpy(*to, s.p, s.n);
	*to += s.n;
	return copy;
}

void
window_put(struct window *w, const struct window_event *ev)
{
	size_t n = size_of(ev);
	struct window_event *to;
	char *block;

	if (w->n > 0 && ev->seq != w->last + 1)
		window_clear(w);
	while (w->n == w->cap || (w->n > 0 && w->bytes + n > w->cap_bytes))
		drop_oldest(w);
	block = xmalloc(n + 1);
	to = place(w, ev->seq);
	*to = *ev;
	to->topic = put_text(&block, ev->topic);
	to->subject = put_text(&block, ev->subject);
	to->envelope = put_text(&block, ev->envelope);
	w->bytes += n;
	w->last = ev->seq;
	w->n++;
}

bool
window_bounds(const struct window *w, int64_t *first, int64_t *last)
{
	if (w->n == 0)
		return false;
	*first = w->last - (int64_t)w->n + 1;
	*last = w->last;
	return true;
}

struct window_event
window_get(const struct window *w, int64_t seq)
{
	struct window_event *ev = place(w, seq);

	must(w->n > 0 && seq <= w->last && seq > w->last - (int64_t)w->n);
	must(ev->seq == seq);
	return *ev;
}
