/* I8: things go only where their table lets them go. */
#include "tests/sim/moves.h"
#include "tests/sim/watch_inner.h"

/* Is a message of MV among the events about the row's casefile? */
static bool
happened(const struct look *l, const struct move *mv, const struct version *row)
{
	for (size_t i = 0; i < l->n_events; i++) {
		struct str about;

		if (!str_is(l->events[i]->type, mv->on->type))
			continue;
		about = look_casefile(l, l->events[i]);
		/* A report that was merged lies in another's folder. */
		if (str_eq(about, row->cell[1]) || str_eq(about, row->cell[0]))
			return true;
	}
	return false;
}

/* For the account of what was tried at all: the moves on the way. */
static void
note(const struct look *l, size_t thing, int from, int to,
    const struct version *row)
{
	const struct machine *m = l->machine;

	for (size_t i = 0; i < m->n_moves; i++) {
		const struct move *mv = &m->moves[i];

		if ((size_t)mv->thing == thing && mv->to == to &&
		    ((mv->from & IN(from)) != 0 || l->n_events > 1) &&
		    happened(l, mv, row))
			moves_note(l->x->w->moves, l->service, i);
	}
}

/* The states that THING can reach from FROM by what happened. */
static uint32_t
reachable(
    const struct look *l, size_t thing, int from, const struct version *row)
{
	const struct machine *m = l->machine;
	uint32_t set = IN(from), before;

	do {
		before = set;
		for (size_t i = 0; i < m->n_moves; i++) {
			const struct move *mv = &m->moves[i];

			if ((size_t)mv->thing == thing && mv->to != STAY &&
			    (mv->from & set) != 0 && (set & IN(mv->to)) == 0 &&
			    happened(l, mv, row))
				set |= IN(mv->to);
		}
	} while (set != before);
	return set;
}

static void
look_at_row(const struct look *l, size_t thing, const struct spot *p)
{
	const struct thing *t = &l->machine->things[thing];
	int from = p->now != NULL ? thing_state(t, p->now->cell[3]) : STATE_NEW;
	int to = thing_state(t, p->next->cell[3]);

	if (from == to)
		return;
	note(l, thing, from, to, p->next);
	moves_reach(l->x->w->moves, l->service, thing, to);
	if ((reachable(l, thing, from, p->next) & IN(to)) == 0)
		world_broken("I8: %s %.*s goes from %s to %s, and nothing "
			     "that happened leads there",
		    t->name, STR_ARG(p->next->cell[0]),
		    from != STATE_NEW ? t->states[from] : "new", t->states[to]);
}

void
look_at_moves(const struct look *l)
{
	for (size_t i = 0; i < l->s->tx.n; i++) {
		const struct spot *p = l->s->tx.touched[i];

		if (!p->changed || p->next == NULL)
			continue;
		for (size_t t = 0; t < l->machine->n_things; t++)
			if (strcmp(l->machine->things[t].row->type,
				p->table->name) == 0)
				look_at_row(l, t, p);
	}
}
