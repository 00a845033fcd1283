/*
 * The three lists (三张清单): power and responsibility, service, territorial.
 * They say who leads a matter and who helps; what is sent down a tier must
 * be in a list of who gets it, or be admitted for a term (职责准入).
 */
#include "services/dispatcher/rules.h"

/* What REF of M means for a unit at TIER, of the casefiles of PLACE. */
static const struct row_unit *
meant(struct step *s, const struct row_matter *m, struct str ref,
    struct str place, enum tier tier)
{
	if (str_is(ref, "mediation_committee"))
		place = registry_at_tier(place, dispatcher_tier_name(tier));
	return registry_resolve(s->registry, ref, m->module, place, s->at);
}

/* U itself, or its branch or head at the same tier. */
static bool
is_same(
    struct step *s, const struct row_unit *named, const struct row_unit *unit)
{
	return named != NULL &&
	       dispatcher_tier_at(named) == dispatcher_tier_at(unit) &&
	       step_acts_for(s, named->code, unit->code);
}

bool
dispatcher_in_list(struct step *s, const struct row_matter *m,
    const struct row_unit *unit, struct str place)
{
	enum tier tier = dispatcher_tier_at(unit);

	if (m == NULL || str_is(m->list, "none"))
		return false;
	/* What is territorial is the township's, with all its units. */
	if (str_is(m->list, "territorial") && tier == TIER_TOWNSHIP)
		return true;
	if (is_same(s, meant(s, m, m->main_unit, place, tier), unit))
		return true;
	for (size_t i = 0; i < m->assist_units.n; i++)
		if (is_same(s, meant(s, m, m->assist_units.p[i], place, tier),
			unit))
			return true;
	return false;
}

struct str
dispatcher_admission_for(
    struct step *s, const struct row_casefile *c, struct str unit)
{
	const struct row_unit *u = registry_unit(s->registry, unit, s->at);

	if (u == NULL || dispatcher_tier_at(u) == TIER_COUNTY ||
	    dispatcher_in_list(
		s, dispatcher_matter(s, c), u, dispatcher_place(s, c)))
		return (struct str){ NULL, 0 };
	return registry_admitted(s->registry, c->matter, u, s->at);
}

bool
dispatcher_may_send(struct step *s, const struct row_casefile *c,
    struct str from, const struct row_unit *to)
{
	const struct row_unit *giver = registry_unit(s->registry, from, s->at);

	/* Up, or within a house: nobody's list is in question. */
	if (giver == NULL ||
	    dispatcher_tier_at(to) >= dispatcher_tier_at(giver) ||
	    dispatcher_in_list(
		s, dispatcher_matter(s, c), to, dispatcher_place(s, c)) ||
	    registry_admitted(s->registry, c->matter, to, s->at).n > 0)
		return true;
	step_refuse_because(s, "NOT_LISTED", "%.*s of %.*s", STR_ARG(c->matter),
	    STR_ARG(to->code));
	return false;
}

struct strs
dispatcher_assisting(
    struct step *s, const struct row_casefile *c, struct str main)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	struct strs found = { NULL, 0 };
	struct str *v;

	if (m == NULL || m->assist_units.n == 0)
		return found;
	v = arena_alloc(s->arena, m->assist_units.n * sizeof(*v));
	must(v != NULL);
	for (size_t i = 0; i < m->assist_units.n; i++) {
		const struct row_unit *u = meant(s, m, m->assist_units.p[i],
		    dispatcher_place(s, c), dispatcher_tier_of(c->tier));

		if (u != NULL && !str_eq(u->code, main))
			v[found.n++] = u->code;
	}
	found.p = v;
	return found;
}
