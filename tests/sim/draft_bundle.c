/* One world of so many sees a bundle through: by chance few ever end. */
#include "tests/sim/draft.h"

#define THROUGH_OF 7
/* Its place among the services. */
#define DISPATCHER 1

/* The first that has not ended, of the small kind; NULL: none. */
static const struct version *
bundle_of(const struct draft *d)
{
	const struct table *t =
	    store_table(&d->w->store, STR("dispatcher.bundle"));
	int template = table_column(t, STR("template"));

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v != NULL && str_is(v->cell[template], "XS") &&
		    !str_is(v->cell[3], "completed") &&
		    !str_is(v->cell[3], "stopped"))
			return v;
	}
	return NULL;
}

static bool
is_chosen(const struct draft *d)
{
	return d->w->seed % THROUGH_OF == 1;
}

bool
draft_bundle(struct draft *d)
{
	const struct table *t =
	    store_table(&d->w->store, STR("dispatcher.casefile"));

	if (!is_chosen(d) || draft_throw(d, 8) > 0 || bundle_of(d) != NULL)
		return false;
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;

		if (v == NULL ||
		    (!str_is(v->cell[3], "opened") &&
			!str_is(v->cell[3], "in_hand")) ||
		    !draft_is_idle(d->w, DISPATCHER, v->cell[0]))
			continue;
		d->division = arena_str(d->arena, v->cell[2]);
		draft_begin(d, &msg_bundle_start_desc);
		draft_set(d, "casefile", arena_str(d->arena, v->cell[0]));
		draft_set(d, "template", STR("XS"));
		draft_set(d, "unit", STR("330122-GLZX"));
		d->subject = arena_str(d->arena, v->cell[0]);
		return true;
	}
	return false;
}

static bool
is_at_work(const struct table *t, const struct version *v)
{
	int step = table_column(t, STR("step"));

	if (step >= 0 && v->cell[step].n == 0)
		return false;
	return str_is(v->cell[3], "working") || str_is(v->cell[3], "lacking") ||
	       str_is(v->cell[3], "stalled") ||
	       str_is(v->cell[3], "assigned") || str_is(v->cell[3], "signed") ||
	       str_is(v->cell[3], "submitted");
}

const char *
draft_through(struct draft *d)
{
	static const char *const parts[] = { "dispatcher.step",
		"dispatcher.task" };
	const char *found = "dispatcher.bundle";
	const struct version *b;
	uint64_t n = 0;

	if (!is_chosen(d) || draft_throw(d, 4) == 0 ||
	    (b = bundle_of(d)) == NULL)
		return NULL;
	d->table = store_table(&d->w->store, str_of(found));
	d->row = b;
	for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
		const struct table *t =
		    store_table(&d->w->store, str_of(parts[k]));

		for (size_t i = 0; i < t->n_spots; i++) {
			const struct version *v = t->spots[i]->now;

			if (v == NULL || !str_eq(v->cell[1], b->cell[1]) ||
			    !is_at_work(t, v) || draft_throw(d, ++n) > 0)
				continue;
			d->table = t;
			d->row = v;
			found = parts[k];
		}
	}
	return found;
}
