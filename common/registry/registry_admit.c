/* Duty admissions in force: what the lists do not name, for a term. */
#include "common/registry/inside.h"

void
registry_admit(struct registry *r, const struct registry_admission *a)
{
	struct admission *new = arena_alloc(r->arena, sizeof(*new));
	struct str *units =
	    arena_alloc(r->arena, (a->units.n + 1) * sizeof(*units));

	must(new != NULL &&units != NULL);
	for (size_t i = 0; i < a->units.n; i++)
		units[i] = arena_str(r->arena, a->units.p[i]);
	*new = (struct admission){
		.next = r->admissions,
		.a = { .id = arena_str(r->arena, a->id),
		    .matter = arena_str(r->arena, a->matter),
		    .units = { units, a->units.n },
		    .from = a->from,
		    .until = a->until },
	};
	r->admissions = new;
}

void
registry_revoke(struct registry *r, struct str id)
{
	for (struct admission **at = &r->admissions; *at != NULL;)
		if (str_eq((*at)->a.id, id))
			*at = (*at)->next;
		else
			at = &(*at)->next;
}

/*
 * Whether what is admitted for CODE, or for the unit that it took over from,
 * is admitted for UNIT.
 */
static bool
covers(const struct registry *r, struct str code, const struct row_unit *unit,
    int64_t at)
{
	const struct row_unit *u = registry_heir(r, code, unit->division, at);

	if (u == NULL || str_eq(u->code, unit->code))
		return u != NULL;
	return (str_is(u->kind, "township") || str_is(u->kind, "street")) &&
	       registry_inside(unit->division, u->division);
}

struct str
registry_admitted(const struct registry *r, struct str matter,
    const struct row_unit *unit, int64_t at)
{
	for (const struct admission *n = r->admissions; n != NULL; n = n->next)
		if (str_eq(n->a.matter, matter) && n->a.from <= at &&
		    at < n->a.until)
			for (size_t i = 0; i < n->a.units.n; i++)
				if (covers(r, n->a.units.p[i], unit, at))
					return n->a.id;
	return (struct str){ NULL, 0 };
}
