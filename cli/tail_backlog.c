/*
 * Where the last N that match begin: the end of the journal is read through
 * a window that grows until it holds enough.
 */
#include "cli/tail.h"

#include <stdlib.h>

#define SLICE_MS 200
#define WINDOW_MIN 1000
#define WINDOW_GROWS 8

/* Seqs of the last that were found, in a ring. */
struct backlog {
	int64_t *seqs;
	int64_t n; /* wanted */
	int64_t found;
	int64_t head;
};

static void
note_event(const struct tail *t, struct backlog *b, const struct tail_event *ev)
{
	if (ev->readable && filter_matches(&t->filter, &ev->env))
		b->seqs[b->found++ % b->n] = ev->seq;
}

static enum rc
read_window(struct tail *t, struct backlog *b, const struct source_options *o,
    struct err *e)
{
	struct tail_source *s = NULL;
	struct tail_event ev;
	enum came came;

	b->found = 0;
	TRY(source_open(&s, o, e));
	do {
		came = source_next(s, SLICE_MS, &ev, e);
		if (came == CAME_EVENT)
			note_event(t, b, &ev);
	} while (
	    !tail_stopped(t) &&
	    (came == CAME_EVENT || came == CAME_NOTHING || came == CAME_LOST));
	b->head = source_head(s);
	source_close(&s);
	return came == CAME_SILENCE || came == CAME_REFUSAL ? e->rc : RC_OK;
}

enum rc
tail_backlog(struct tail *t, struct err *e)
{
	struct backlog b = { .n = t->backlog };
	struct source_options o = t->from;
	int64_t window = b.n > WINDOW_MIN ? b.n : WINDOW_MIN;
	enum rc rc;

	b.seqs = xcalloc((size_t)b.n, sizeof(*b.seqs));
	o.follow = false;
	o.from_head = true; /* only to learn the head */
	rc = read_window(t, &b, &o, e);
	o.from_head = false;
	o.from_seq = b.head + 1;
	while (rc == RC_OK && !tail_stopped(t) && b.found < b.n &&
	       o.from_seq > 1) {
		o.from_seq = b.head > window ? b.head - window + 1 : 1;
		window *= WINDOW_GROWS;
		rc = read_window(t, &b, &o, e);
	}
	t->from.from_seq = b.head + 1;
	if (b.found >= b.n)
		t->from.from_seq = b.seqs[b.found % b.n];
	else if (b.found > 0)
		t->from.from_seq = b.seqs[0];
	if (!t->from.follow)
		t->last_seq = b.head;
	free(b.seqs);
	return rc;
}
