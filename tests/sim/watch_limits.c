/* I9: a limit fires once, never early, and never after it was met in time. */
#include "tests/sim/defect.h"
#include "tests/sim/watch_inner.h"

#include <stdio.h>

static struct str
text_of(const struct msg_desc *d, const void *msg, const char *name)
{
	return *(const struct str *)msg_at(msg_field(d, str_of(name)), msg);
}

static const struct spot *
limit_of(const struct look *l, struct str thing, struct str name)
{
	struct str key[] = { str_of(l->s->who), thing, name };

	return table_find(&l->s->store->fixed[TABLE_deadline], key);
}

static void
complain(const struct look *l, const struct event *e, struct str name,
    const char *what)
{
	world_broken("I9: %s, %.*s %.*s %.*s (event %lld): %s", l->s->who,
	    STR_ARG(e->type), STR_ARG(e->subject), STR_ARG(name),
	    (long long)e->seq, what);
}

/* What it says must be true of the row as it was, and done to it now. */
static void
look_at_firing(const struct look *l, const struct event *e,
    const struct version *was, const struct version *is, struct str name)
{
	bool over = !str_is(e->type, "deadline.due_soon");
	struct str due = over ? was->cell[COL_deadline_due_at]
			      : was->cell[COL_deadline_soon_at];
	struct str wake = was->cell[COL_deadline_wake_at];

	if (!str_is(was->cell[COL_deadline_state], "armed") || wake.p == NULL)
		complain(l, e, name, "it did not run");
	else if (due.p == NULL || cell_i64(wake) > cell_i64(due))
		complain(l, e, name, "it had warned already");
	else if (cell_i64(due) > pg_time(e->at_us))
		complain(l, e, name, "too early");
	if (over && str_is(e->type, "deadline.lapsed") !=
			str_is(was->cell[COL_deadline_kind], "window"))
		complain(l, e, name, "of the wrong kind");
	wake = is->cell[COL_deadline_wake_at];
	if (over ? wake.p != NULL
		 : !str_eq(wake, is->cell[COL_deadline_due_at]))
		complain(l, e, name, "it will fire again");
}

static void
look_at_fact(const struct look *l, size_t k)
{
	const struct event *e = l->s->pending[k];
	const struct msg_desc *d = msg_find(e->type);
	const struct spot *p;
	struct str name;
	void *msg;

	if (!str_starts(e->type, STR("deadline.")))
		return;
	msg = arena_alloc(l->x->arena, d->size);
	must(msg != NULL);
	if (msg_decode(d, l->facts[k].data, MSG_LENIENT, msg, l->x->arena,
		NULL) != RC_OK) {
		complain(l, e, STR(""), "nobody can read it");
		return;
	}
	the_world->counts.deadlines++;
	name = text_of(d, msg, "limit");
	p = limit_of(l, text_of(d, msg, "thing"), name);
	if (p == NULL || p->now == NULL || !p->changed)
		complain(l, e, name, "no such limit is changed with it");
	else
		look_at_firing(l, e, p->now, p->next, name);
}

/* The fact that V's running cycle has run out, said or being said. */
static bool
is_said(const struct look *l, const struct version *v)
{
	char id[ID_TEXT], source[32];

	(void)deadline_fact_id(l->s->who, v, "over", id);
	(void)snprintf(source, sizeof(source), "/%s", l->s->who);
	for (size_t k = 0; k < l->s->n_pending; k++)
		if (str_is(l->s->pending[k]->id, id))
			return true;
	return journal_find(
		   &l->s->store->journal, str_of(source), str_of(id)) != NULL;
}

static void
complain_row(const struct look *l, const struct version *v, const char *what)
{
	world_broken("I9: %s: %.*s of %.*s, which is %.*s: %s", l->s->who,
	    STR_ARG(v->cell[COL_deadline_name]),
	    STR_ARG(v->cell[COL_deadline_thing]),
	    STR_ARG(v->cell[COL_deadline_state]), what);
}

/*
 * Met before its time, by an event that stands before the firing: its fact
 * should never have been said.
 */
static void
look_at_met(const struct look *l, const struct version *v)
{
	struct str met = v->cell[COL_deadline_met_at];

	if (met.p != NULL && is_said(l, v) &&
	    cell_i64(met) < cell_i64(v->cell[COL_deadline_due_at]))
		complain_row(
		    l, v, "it was met in time and ran out all the same");
}

/* A limit runs until it fires or is met, and then it does not. */
static void
look_at_change(const struct look *l, const struct spot *p)
{
	const struct version *was = p->now, *is = p->next;
	bool armed, wakes;

	if (is == NULL) {
		world_broken("I9: %s deletes a limit", l->s->who);
		return;
	}
	armed = str_is(is->cell[COL_deadline_state], "armed");
	wakes = is->cell[COL_deadline_wake_at].p != NULL;
	if (wakes && !armed)
		complain_row(l, is, "its clock runs on");
	if (armed && !wakes && !is_said(l, is))
		complain_row(l, is, "its clock is lost");
	if (str_is(is->cell[COL_deadline_state], "fired") && !is_said(l, is))
		complain_row(l, is, "nobody said so");
	if (was != NULL && str_is(was->cell[COL_deadline_state], "fired") &&
	    !str_is(is->cell[COL_deadline_state], "fired") &&
	    str_eq(was->cell[COL_deadline_cycle], is->cell[COL_deadline_cycle]))
		complain_row(l, is, "it had fired and runs again");
	look_at_met(l, is);
}

void
look_at_limits(const struct look *l)
{
	for (size_t k = 0; k < l->s->n_pending; k++)
		look_at_fact(l, k);
	for (size_t i = 0; i < l->s->tx.n; i++) {
		const struct spot *p = l->s->tx.touched[i];

		if (p->table != &l->s->store->fixed[TABLE_deadline] ||
		    !p->changed)
			continue;
		look_at_change(l, p);
	}
}

void
limits_end(struct world *w)
{
	for (size_t s = 0; s < SERVICES; s++)
		if (deadline_is_due(
			&w->store, str_of(services[s]->name), w->store.now_us))
			world_broken("I9: %s has limits that are due and "
				     "have not fired",
			    services[s]->name);
}
