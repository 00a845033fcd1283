/* I16: no open casefile is left with nobody who must do something. */
#include "tests/sim/query.h"
#include "tests/sim/watch_inner.h"

static bool
is_open(struct str state)
{
	return str_is(state, "opened") || str_is(state, "in_hand") ||
	       str_is(state, "handled");
}

/* The promise binds whoever has it: it does not tell who that is. */
static bool
is_promise(const struct version *v)
{
	return str_is(v->cell[COL_deadline_name], "overall");
}

/* A limit of any service runs, or stands still on the books. */
static bool
has_limit(const struct world *w, struct str casefile)
{
	const struct table *t = &w->store.fixed[TABLE_deadline];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v != NULL && !is_promise(v) &&
		    str_eq(v->cell[COL_deadline_casefile], casefile) &&
		    (v->cell[COL_deadline_wake_at].p != NULL ||
			str_is(v->cell[COL_deadline_state], "paused")))
			return true;
	}
	return false;
}

/* Or has run out, and is on somebody's card. */
static bool
has_card(struct world *w, struct str casefile)
{
	const struct table *t = store_table(&w->store, STR("dispatcher.card"));

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v != NULL && str_eq(v->cell[1], casefile) &&
		    !str_is(v->cell[3], "lifted"))
			return true;
	}
	return false;
}

bool
owners_aside(const struct world *w, struct str casefile)
{
	const struct table *t = &w->store.fixed[TABLE_parked_log];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v != NULL &&
		    str_eq(v->cell[COL_parked_log_casefile], casefile) &&
		    !str_is(v->cell[COL_parked_log_action], "taken"))
			return true;
	}
	for (size_t s = 0; s < SERVICES; s++)
		if (parked_holds(
			&w->store, str_of(services[s]->name), casefile))
			return true;
	return false;
}

void
owners_end(struct world *w)
{
	const struct table *t =
	    store_table(&w->store, STR("dispatcher.casefile"));

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v != NULL && is_open(v->cell[3]) &&
		    !has_limit(w, v->cell[0]) && !has_card(w, v->cell[0]) &&
		    !owners_aside(w, v->cell[0]))
			world_broken("I16: %.*s is %.*s, and nobody must do "
				     "anything about it",
			    STR_ARG(v->cell[0]), STR_ARG(v->cell[3]));
	}
}
