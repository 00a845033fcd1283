#include "tests/sim/watch_inner.h"

#include "common/msg/wire.h"
#include "common/rule/step.h"

#include <stdlib.h>

struct watch *
watch_new(struct world *w)
{
	struct watch *x = xcalloc(1, sizeof(*x));

	x->w = w;
	x->arena = arena_new((size_t)1 << 28);
	x->n_intents = w->plan.n_commands + STRAYS_MAX;
	x->intents = xcalloc(x->n_intents, 1);
	return x;
}

void
watch_free(struct watch **wp)
{
	if (*wp == NULL)
		return;
	arena_free(&(*wp)->arena);
	free((*wp)->intents);
	free(*wp);
	*wp = NULL;
}

static const struct machine *
machine_of(const struct session *s)
{
	for (size_t i = 0; i < SERVICES; i++)
		if (strcmp(services[i]->name, s->who) == 0)
			return services[i]->machine;
	return NULL;
}

bool
look_envelope(
    const struct look *l, const struct event *e, struct msg_envelope *env)
{
	(void)l;
	return envelope_decode(e->envelope, MSG_LENIENT, env, NULL) == RC_OK;
}

struct str
look_casefile(const struct look *l, const struct event *e)
{
	if (e->subject.n > 0)
		return e->subject;
	return step_number(e->division, e->at_us / 1000, e->seq, l->x->arena);
}

static void
say_data(struct str envelope)
{
	struct msg_envelope env;
	struct buf json;

	if (!the_world->verbose ||
	    envelope_decode(envelope, MSG_LENIENT, &env, NULL) != RC_OK)
		return;
	buf_init(&json, 65536);
	wire_json(env.data, &json);
	world_say("  %.*s", STR_ARG(buf_get(&json)));
	buf_fini(&json);
}

/*
 * A service says each fact once: with it goes the cursor, so that nobody
 * comes to its cause again.  The journal's own guard against repeats must
 * never be needed.
 */
void
watch_appended(struct session *s, const struct event *e, const char *status,
    struct str envelope)
{
	world_mix(&e->seq, sizeof(e->seq));
	world_mix(envelope.p, envelope.n);
	world_say("append %s: %lld %.*s %.*s %s", s->who, (long long)e->seq,
	    STR_ARG(e->type), STR_ARG(e->subject), status);
	if (str_is(e->type, "command.refused"))
		say_data(envelope);
	if (machine_of(s) != NULL && !s->store->folding &&
	    strcmp(status, "stored") != 0)
		world_broken("I4: %s says %.*s of event %lld a second time "
			     "(%s)",
		    s->who, STR_ARG(e->type), (long long)e->seq, status);
}

/* "letter-12." and "letter-12" are one intent. */
static void
count_intent(struct watch *x, const struct event *e)
{
	struct str id = e->id;
	int64_t n;

	if (!str_is(e->source, "/sim/people"))
		return;
	while (id.n > 0 && id.p[id.n - 1] == '.')
		id.n--;
	must(str_starts(id, STR("letter-")));
	must(str_i64(str_cut(id, 7, id.n), &n) && (size_t)n < x->n_intents);
	if (x->intents[n]++ > 0)
		world_broken(
		    "I3: what %.*s wants is in the journal twice", STR_ARG(id));
}

void
watch_cut(struct world *w)
{
	struct watch *x = w->watch;

	memset(x->intents, 0, x->n_intents);
	for (size_t i = 0; i < w->store.journal.n; i++)
		count_intent(x, w->store.journal.v[i]);
}

/* I3, I5: one row each, numbers without holes, time never backwards. */
static void
look_at_appended(struct watch *x, const struct session *s)
{
	const struct journal *j = &s->store->journal;
	const struct event *last = j->n > 0 ? j->v[j->n - 1] : NULL;

	for (size_t i = 0; i < s->n_pending; i++) {
		const struct event *e = s->pending[i];

		if (e->seq != (last != NULL ? last->seq : 0) + 1)
			world_broken("I5: event %lld comes after %lld",
			    (long long)e->seq,
			    (long long)(last != NULL ? last->seq : 0));
		if (last != NULL && e->at_us < last->at_us)
			world_broken("I5: time runs backwards at event %lld",
			    (long long)e->seq);
		if (journal_find(j, e->source, e->id) != NULL)
			world_broken("I3: %.*s of %.*s is stored twice",
			    STR_ARG(e->id), STR_ARG(e->source));
		count_intent(x, e);
		last = e;
	}
}

static void
find_stretches(struct look *l)
{
	for (size_t i = 0; i < l->s->tx.n; i++) {
		const struct spot *p = l->s->tx.touched[i];
		struct stretch *slot;

		if (p->table != &l->s->store->fixed[TABLE_cursor] ||
		    !p->changed)
			continue;
		slot = &l->slot[cell_i64(p->next->cell[COL_cursor_slot])];
		slot->moves = true;
		slot->from = cell_i64(p->now->cell[COL_cursor_seq]);
		slot->to = cell_i64(p->next->cell[COL_cursor_seq]);
		if (slot->to <= slot->from)
			world_broken("I6: %s's cursor goes from %lld to %lld",
			    l->s->who, (long long)slot->from,
			    (long long)slot->to);
		if (slot->to > journal_head(&l->s->store->journal))
			world_broken(
			    "I6: %s's cursor is beyond the journal", l->s->who);
	}
}

/* Events that were put aside and take effect now. */
static void
find_taken(struct look *l)
{
	for (size_t i = 0; i < l->s->tx.n; i++) {
		const struct spot *p = l->s->tx.touched[i];
		const struct event *e;

		if (p->table != &l->s->store->fixed[TABLE_parked_log] ||
		    !p->changed ||
		    !str_is(p->next->cell[COL_parked_log_action], "taken"))
			continue;
		e = journal_at(&l->s->store->journal,
		    cell_i64(p->next->cell[COL_parked_log_seq]));
		if (e == NULL || p->now != NULL)
			world_broken("I4: %s takes event %lld, which is not "
				     "aside",
			    l->s->who,
			    (long long)cell_i64(
				p->next->cell[COL_parked_log_seq]));
		else
			l->events[l->n_events++] = e;
	}
}

static void
find_events(struct look *l)
{
	const struct journal *j = &l->s->store->journal;
	size_t from = j->n;

	for (int i = 0; i < SLOT_COUNT; i++)
		if (l->slot[i].moves && (size_t)l->slot[i].from < from)
			from = (size_t)l->slot[i].from;
	l->events = arena_alloc(l->x->arena,
	    (j->n - from + l->s->tx.n + 1) * sizeof(struct event *));
	must(l->events != NULL);
	for (size_t i = from; i < j->n; i++) {
		const struct event *e = j->v[i];
		const struct stretch *slot = &l->slot[e->slot];

		if (slot->moves && e->seq > slot->from && e->seq <= slot->to)
			l->events[l->n_events++] = e;
	}
	find_taken(l);
}

static void
read_facts(struct look *l)
{
	l->facts =
	    arena_alloc(l->x->arena, (l->s->n_pending + 1) * sizeof(*l->facts));
	must(l->facts != NULL);
	for (size_t i = 0; i < l->s->n_pending; i++)
		if (!look_envelope(l, l->s->pending[i], &l->facts[i]))
			world_broken("%s says what nobody can read", l->s->who);
}

static bool
is_parked_now(const struct look *l, int64_t seq)
{
	struct num n = num_of(seq);
	struct str key[] = { str_of(l->s->who), CELL_NUM(n) };
	const struct spot *p =
	    table_find(&l->s->store->fixed[TABLE_parked], key);

	return p != NULL && spot_seen(p, &l->s->tx) != NULL;
}

/* A command is answered in the transaction that passes it, or put aside. */
static void
look_at_answers(const struct look *l)
{
	for (size_t i = 0; i < l->n_events; i++) {
		const struct event *e = l->events[i];
		const struct msg_desc *d = msg_find(e->type);
		bool said = false;

		if (d == NULL || d->kind != MSG_COMMAND ||
		    !machine_listens(l->machine, d))
			continue;
		for (size_t k = 0; k < l->s->n_pending; k++)
			said = said || str_eq(l->facts[k].causationid, e->id);
		if (!said && !is_parked_now(l, e->seq))
			world_broken("I6: %s passes event %lld (%s) and "
				     "nothing came of it",
			    l->s->who, (long long)e->seq, d->type);
	}
}

static bool
is_deadline(const struct event *e)
{
	return str_starts(e->type, STR("deadline."));
}

/* Every fact follows from an event that the cursor passes with it. */
static void
look_at_causes(const struct look *l)
{
	for (size_t k = 0; k < l->s->n_pending; k++) {
		bool found = false;

		if (is_deadline(l->s->pending[k]))
			continue;
		for (size_t i = 0; i < l->n_events && !found; i++)
			found =
			    str_eq(l->facts[k].causationid, l->events[i]->id);
		if (!found)
			world_broken("I4: %s says %.*s, whose cause its "
				     "cursor does not pass now",
			    l->s->who, STR_ARG(l->s->pending[k]->type));
	}
}

static void
mix_rows(const struct session *s)
{
	for (size_t i = 0; i < s->tx.n; i++) {
		const struct spot *p = s->tx.touched[i];

		if (!p->changed)
			continue;
		world_mix(p->key.p, p->key.n);
		for (size_t c = 0; p->next != NULL && c < p->next->n; c++)
			world_mix(p->next->cell[c].p, p->next->cell[c].n);
	}
}

void
watch_commit(struct session *s)
{
	struct watch *x = the_world->watch;
	struct look l = { .x = x, .s = s, .machine = machine_of(s) };

	mix_rows(s);
	the_world->counts.commits++;
	if (s->store->folding)
		return;
	the_world->counts.events += s->n_pending;
	for (size_t i = 0; i < s->n_pending; i++)
		the_world->counts.refused +=
		    str_is(s->pending[i]->type, "command.refused");
	arena_reset(x->arena);
	look_at_appended(x, s);
	if (l.machine == NULL)
		return;
	while (services[l.service]->machine != l.machine)
		l.service++;
	find_stretches(&l);
	find_events(&l);
	read_facts(&l);
	look_at_answers(&l);
	look_at_causes(&l);
	look_at_moves(&l);
	look_at_limits(&l);
	look_at_parked(&l);
}

void
watch_end(struct world *w)
{
	parked_end(w);
	limits_end(w);
	owners_end(w);
}
