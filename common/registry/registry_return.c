/* Cadres whom a township gave back: at home again, and on no roster there. */
#include "common/registry/inside.h"

/* The row of OFFICER at AT ends there and goes on at home, unlocked. */
static bool
go_home(struct registry *r, const struct registry_return *a)
{
	struct table *t = &r->table[TABLE_officer];

	for (size_t i = 0; i < t->n; i++) {
		struct row_officer o;
		int64_t to = t->spans[i].to;

		memcpy(&o, table_row(r, TABLE_officer, i), sizeof(o));
		if (!str_eq(o.id, a->officer) || !valid_at(t, i, a->at) ||
		    !str_eq(o.unit, a->from))
			continue;
		o.unit = arena_str(r->arena, a->home);
		o.locked = false;
		t->spans[i].to = a->at;
		registry_add(r, TABLE_officer, &o, a->at, to);
		return true;
	}
	return false;
}

void
registry_return(struct registry *r, const struct registry_return *a)
{
	struct table *t = &r->table[TABLE_roster];
	struct returned *new;

	/* A later version of the pack may have said otherwise. */
	if (!go_home(r, a))
		return;
	for (size_t i = 0; i < t->n; i++) {
		const struct row_roster *line = table_row(r, TABLE_roster, i);

		if (str_eq(line->officer, a->officer) &&
		    !str_eq(line->unit, a->home) && valid_at(t, i, a->at))
			t->spans[i].to = a->at;
	}
	new = arena_alloc(r->arena, sizeof(*new));
	must(new != NULL);
	*new = (struct returned){
		.next = r->returns,
		.a = { .officer = arena_str(r->arena, a->officer),
		    .from = arena_str(r->arena, a->from),
		    .home = arena_str(r->arena, a->home),
		    .at = a->at },
	};
	r->returns = new;
}

const struct registry_return *
registry_next_return(
    const struct registry *r, const struct registry_return *prev, int64_t at)
{
	const struct returned *n =
	    prev != NULL ? ((const struct returned *)prev)->next : r->returns;

	while (n != NULL && n->a.at > at)
		n = n->next;
	return n != NULL ? &n->a : NULL;
}
