/*
 * I17: where a township was merged away, and everything that names it was
 * told, nothing that is open lies there or is with a unit that is gone.
 */
#include "tests/sim/boundary.h"

#include "common/rule/step.h"
#include "tests/sim/draft.h"
#include "tests/sim/query.h"
#include "tests/sim/watch_inner.h"

#include <stdio.h>

/* What may come back, but has ended for now. */
static bool
rests(const struct thing *t, struct str state)
{
	static const struct {
		const char *thing, *state;
	} at_rest[] = { { "casefile", "archived" }, { "agency", "returned" },
		{ "request", "looked_back" }, { "receipt", "accepted" },
		{ "attendance", "freed" }, { "attendance", "excused" } };

	for (size_t i = 0; i < ARRAY_LEN(at_rest); i++)
		if (strcmp(at_rest[i].thing, t->name) == 0 &&
		    str_is(state, at_rest[i].state))
			return true;
	return false;
}

static bool
is_gone(const struct world *w, struct str division, struct str unit)
{
	int64_t at = w->store.now_us / 1000;

	return rehome_limit(world_registry(), at, &division, &unit);
}

static bool
names_gone(const struct world *w, const struct table *t,
    const struct msg_desc *d, const struct version *v, struct arena *arena)
{
	struct str division = v->cell[2];

	if (is_gone(w, division, STR("")))
		return true;
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];
		struct str cell;
		struct strs list;

		if (f->format.look != LOOK_UNIT)
			continue;
		cell = v->cell[table_column(t, str_of(f->name))];
		list = (struct strs){ &cell, cell.p != NULL };
		if (f->type == WIRE_strs && cell.p != NULL)
			list = cell_texts(cell, arena);
		for (size_t k = 0; k < list.n; k++)
			if (is_gone(w, division, list.p[k]))
				return true;
	}
	return false;
}

typedef bool found_fn(struct world *w, size_t service, const struct thing *t,
    const struct version *v);

/* The open rows of one thing that name who is gone, until FOUND has enough. */
static void
strays_of(struct world *w, size_t service, size_t thing, found_fn *found,
    struct arena *arena)
{
	const struct machine *m = services[service]->machine;
	const struct thing *th = &m->things[thing];
	const struct table *t = store_table(&w->store, str_of(th->row->type));

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v == NULL || rests(th, v->cell[3]) ||
		    machine_ends(m, (int)thing, thing_state(th, v->cell[3])) ||
		    !names_gone(w, t, th->row, v, arena))
			continue;
		if (!found(w, service, th, v))
			return;
	}
}

static void
each_stray(struct world *w, found_fn *found)
{
	struct arena *arena = arena_new((size_t)16 << 20);

	for (size_t s = 0; s < SERVICES; s++)
		for (size_t k = 0; k < services[s]->machine->n_things; k++)
			strays_of(w, s, k, found, arena);
	arena_free(&arena);
}

static bool
note(struct world *w, size_t service, const struct thing *t,
    const struct version *v)
{
	struct stray *s = &w->stray[w->n_strays];

	(void)t;
	for (size_t i = 0; i < w->n_strays; i++)
		if (str_is(v->cell[1], w->stray[i].casefile))
			return true;
	if (w->n_strays == STRAYS_MAX)
		return false;
	(void)snprintf(
	    s->casefile, sizeof(s->casefile), "%.*s", STR_ARG(v->cell[1]));
	(void)snprintf(
	    s->division, sizeof(s->division), "%.*s", STR_ARG(v->cell[2]));
	s->service = services[service]->name;
	w->n_strays++;
	return true;
}

static bool
tell(struct world *w, size_t service, const struct thing *t,
    const struct version *v)
{
	if (owners_aside(w, v->cell[1]))
		return true;
	world_broken("I17: %s %s %.*s is %.*s, and lies where nothing is, or "
		     "is with who is gone",
	    services[service]->name, t->name, STR_ARG(v->cell[0]),
	    STR_ARG(v->cell[3]));
	return false;
}

void
boundary_gather(struct world *w)
{
	w->n_strays = 0;
	each_stray(w, note);
	w->plan.n_commands += w->n_strays;
}

/* A limit that runs, or stands still. */
static bool
is_running(const struct version *v)
{
	return str_is(v->cell[COL_deadline_state], "armed") ||
	       str_is(v->cell[COL_deadline_state], "paused");
}

static void
check_limits(struct world *w)
{
	const struct table *t = &w->store.fixed[TABLE_deadline];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v != NULL && is_running(v) &&
		    is_gone(w, v->cell[COL_deadline_division],
			v->cell[COL_deadline_unit]) &&
		    !owners_aside(w, v->cell[COL_deadline_casefile]))
			world_broken("I17: limit %.*s of %.*s binds who is "
				     "gone",
			    STR_ARG(v->cell[COL_deadline_name]),
			    STR_ARG(v->cell[COL_deadline_thing]));
	}
}

void
boundary_check(struct world *w)
{
	each_stray(w, tell);
	check_limits(w);
}

struct letter *
boundary_letter(struct world *w, size_t n)
{
	const struct stray *s = &w->stray[--w->n_strays];
	struct draft d = { .w = w, .arena = arena_new((size_t)1 << 20) };
	char id[48];
	struct letter *l;

	(void)snprintf(id, sizeof(id), "letter-%zu", n);
	draft_begin(&d, &msg_casefile_rehome_desc);
	draft_set(&d, "casefile", str_of(s->casefile));
	draft_set(&d, "of", str_of(s->service));
	d.subject = str_of(s->casefile);
	d.division = str_of(s->division);
	l = draft_post(&d, id);
	arena_free(&d.arena);
	return l;
}
