/* I15: only poison is put aside, and what stands behind it. */
#include "tests/sim/watch_inner.h"

static bool
is_readable(const struct look *l, const struct event *e)
{
	const struct msg_desc *d = msg_find(e->type);
	struct msg_envelope env;
	void *msg;

	if (!look_envelope(l, e, &env))
		return false;
	msg = arena_alloc(l->x->arena, d->size);
	must(msg != NULL);
	return msg_decode(d, env.data, MSG_LENIENT, msg, l->x->arena, NULL) ==
	       RC_OK;
}

/* Something of the same casefile was put aside before it. */
static bool
is_behind(const struct look *l, struct str casefile, int64_t seq)
{
	const struct table *t = &l->s->store->fixed[TABLE_parked];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &l->s->tx);

		if (v != NULL &&
		    str_is(v->cell[COL_parked_service], l->s->who) &&
		    str_eq(v->cell[COL_parked_casefile], casefile) &&
		    cell_i64(v->cell[COL_parked_seq]) < seq)
			return true;
	}
	return false;
}

/* Worlds in which a statement may fail on sound events, too. */
static bool
anything_may_fail(void)
{
	static const enum fault faults[] = { FAULT_serialization,
		FAULT_deadlock, FAULT_timeout, FAULT_unique, FAULT_disk_full };

	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (the_world->plan.rate[faults[i]] > 0)
			return true;
	return false;
}

static void
look_at_one(const struct look *l, const struct version *v)
{
	int64_t seq = cell_i64(v->cell[COL_parked_seq]);
	const struct event *e = journal_at(&l->s->store->journal, seq);
	struct str casefile;

	the_world->counts.parked++;
	if (e == NULL) {
		world_broken("I15: %s puts aside event %lld, which is none",
		    l->s->who, (long long)seq);
		return;
	}
	casefile = look_casefile(l, e);
	if (anything_may_fail() || !is_readable(l, e) ||
	    chaos_is_poison(l->s->who, casefile) || is_behind(l, casefile, seq))
		return;
	world_broken("I15: %s puts aside event %lld (%.*s of %.*s), which is "
		     "sound: %.*s",
	    l->s->who, (long long)seq, STR_ARG(e->type), STR_ARG(casefile),
	    STR_ARG(v->cell[COL_parked_reason]));
}

void
look_at_parked(const struct look *l)
{
	for (size_t i = 0; i < l->s->tx.n; i++) {
		const struct spot *p = l->s->tx.touched[i];

		if (p->table == &l->s->store->fixed[TABLE_parked] &&
		    p->changed && p->next != NULL && p->now == NULL)
			look_at_one(l, p->next);
	}
}

static bool
is_listed(const struct world *w, enum store_table table, const char *service,
    int64_t seq)
{
	struct num n = num_of(seq);
	struct str key[] = { str_of(service), CELL_NUM(n) };
	const struct spot *p = table_find(&w->store.fixed[table], key);

	return p != NULL && p->now != NULL;
}

/* What cannot be read, and who listens to it, stands on the list. */
static void
look_at_garbage(const struct look *l, const struct event *e)
{
	struct world *w = l->x->w;

	for (size_t s = 0; s < SERVICES; s++) {
		const char *name = services[s]->name;

		if (machine_listens(services[s]->machine, msg_find(e->type)) &&
		    !is_listed(w, TABLE_parked, name, e->seq) &&
		    !is_listed(w, TABLE_parked_log, name, e->seq))
			world_broken("I6: %s has neither done nor listed "
				     "event %lld",
			    name, (long long)e->seq);
	}
}

/* Is there poison for SERVICE among what is parked of CASEFILE? */
static bool
is_held_up(struct look *l, const struct version *parked)
{
	const struct table *t = &l->x->w->store.fixed[TABLE_parked];
	struct str service = parked->cell[COL_parked_service];
	struct str casefile = parked->cell[COL_parked_casefile];

	/* The reader of the journal gives its strings an end. */
	if (chaos_is_poison(service.p, casefile))
		return true;
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;
		const struct event *e;

		if (v == NULL ||
		    !str_eq(v->cell[COL_parked_service], service) ||
		    !str_eq(v->cell[COL_parked_casefile], casefile))
			continue;
		e = journal_at(
		    &l->x->w->store.journal, cell_i64(v->cell[COL_parked_seq]));
		if (e != NULL && !is_readable(l, e))
			return true;
	}
	return false;
}

/* I14: what only had bad luck is taken in the end. */
static void
look_at_rest(struct look *l)
{
	const struct table *t = &l->x->w->store.fixed[TABLE_parked];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v == NULL)
			continue;
		arena_reset(l->x->arena);
		if (!is_held_up(l, v))
			world_broken("I14: %.*s still has event %lld of %.*s "
				     "aside, and nothing is wrong with it: "
				     "%.*s",
			    STR_ARG(v->cell[COL_parked_service]),
			    (long long)cell_i64(v->cell[COL_parked_seq]),
			    STR_ARG(v->cell[COL_parked_casefile]),
			    STR_ARG(v->cell[COL_parked_reason]));
	}
}

void
parked_end(struct world *w)
{
	const struct journal *j = &w->store.journal;
	struct look l = { .x = w->watch };

	for (size_t i = 0; i < j->n; i++) {
		arena_reset(l.x->arena);
		if (!is_readable(&l, j->v[i]))
			look_at_garbage(&l, j->v[i]);
	}
	look_at_rest(&l);
}
