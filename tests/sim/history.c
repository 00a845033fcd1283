/*
 * A fail-over to a standby that had not everything: the last commits are
 * gone, for the services as for the journal, and a new epoch begins.
 */
#include "tests/sim/people.h"
#include "tests/sim/watch.h"
#include "tests/sim/world.h"

#include <stdlib.h>

#define COMMITS_MAX 64

struct undo {
	struct spot *spot;
	struct version *was; /* NULL: there was no such row */
};

struct commit {
	struct undo *v;
	size_t n;
	size_t n_events;
};

/* The last ones, the newest at NEXT - 1. */
struct history {
	struct commit commit[COMMITS_MAX];
	size_t next;
	size_t n;
};

struct history *
history_new(void)
{
	return xcalloc(1, sizeof(struct history));
}

static void
commit_clear(struct commit *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->v[i].was);
	free(c->v);
	*c = (struct commit){ .n = 0 };
}

void
history_free(struct history **hp)
{
	if (*hp == NULL)
		return;
	for (size_t i = 0; i < COMMITS_MAX; i++)
		commit_clear(&(*hp)->commit[i]);
	free(*hp);
	*hp = NULL;
}

void
history_note(struct history *h, const struct session *s)
{
	struct commit *c = &h->commit[h->next];

	commit_clear(c);
	c->v = xcalloc(s->tx.n + 1, sizeof(*c->v));
	for (size_t i = 0; i < s->tx.n; i++) {
		struct spot *p = s->tx.touched[i];

		if (p->changed)
			c->v[c->n++] = (struct undo){ p,
				p->now != NULL
				    ? version_new(p->now->cell, p->now->n)
				    : NULL };
	}
	c->n_events = s->n_pending;
	if (c->n == 0 && c->n_events == 0)
		return;
	h->next = (h->next + 1) % COMMITS_MAX;
	if (h->n < COMMITS_MAX)
		h->n++;
}

static size_t
undo_last(struct world *w)
{
	struct history *h = w->history;
	struct commit *c;
	size_t n;

	h->next = (h->next + COMMITS_MAX - 1) % COMMITS_MAX;
	h->n--;
	c = &h->commit[h->next];
	n = c->n_events;
	for (size_t i = c->n; i-- > 0;) {
		must(c->v[i].spot->owner == NULL);
		free(c->v[i].spot->now);
		c->v[i].spot->now = c->v[i].was;
		c->v[i].was = NULL;
	}
	commit_clear(c);
	return n;
}

void
history_cut(struct world *w, size_t n)
{
	struct journal *j = &w->store.journal;
	size_t events = 0;

	for (; n > 0 && w->history->n > 0; n--)
		events += undo_last(w);
	journal_cut(j, events);
	j->epoch++;
	if (w->announced > journal_head(j))
		w->announced = journal_head(j);
	world_say("history is cut after event %lld, epoch %d",
	    (long long)journal_head(j), j->epoch);
	people_cut(w->people);
	watch_cut(w);
}
