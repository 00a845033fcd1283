/* Units and officers as a rule sees them; each refuses where it says so. */
#include "common/rule/step.h"

const struct row_unit *
step_unit(struct step *s, struct str code)
{
	const struct row_unit *u = registry_unit(s->registry, code, s->at);
	const struct row_unit *heir;

	if (u != NULL || step_refused(s))
		return u;
	heir = step_successor(s, code);
	if (heir != NULL)
		step_refuse_because(
		    s, "UNIT_GONE", "%.*s has taken over", STR_ARG(heir->code));
	else
		step_refuse_because(s, "UNKNOWN_UNIT", "%.*s", STR_ARG(code));
	return u;
}

const struct row_officer *
step_officer(struct step *s, struct str code)
{
	const struct row_officer *o =
	    registry_officer(s->registry, code, s->at);

	if (o == NULL)
		step_refuse_because(
		    s, "UNKNOWN_OFFICER", "%.*s", STR_ARG(code));
	return o;
}

bool
step_person(struct step *s, struct str officer)
{
	return officer.n == 0 || step_officer(s, officer) != NULL;
}

bool
step_acts_for(struct step *s, struct str code, struct str owner)
{
	const struct row_unit *u = step_successor(s, code);
	const struct row_unit *o = step_successor(s, owner);

	if (u == NULL || o == NULL)
		return false;
	return str_eq(u->code, o->code) || str_eq(u->parent, o->code) ||
	       str_eq(o->parent, u->code);
}

bool
step_must_be(struct step *s, struct str code, struct str owner)
{
	if (step_unit(s, code) == NULL)
		return false;
	if (step_acts_for(s, code, owner))
		return true;
	step_refuse_because(
	    s, "NOT_YOUR_UNIT", "it is with %.*s", STR_ARG(owner));
	return false;
}

struct str
step_county_centre(struct step *s, struct str division)
{
	const struct row_unit *u = registry_unit_of(
	    s->registry, "county_centre", registry_county_of(division), s->at);

	return u != NULL ? u->code : (struct str){ NULL, 0 };
}

struct str
step_room(struct step *s, struct str division)
{
	struct str town = registry_township_of(division);
	const struct row_unit *u = NULL;

	if (town.n > 0)
		u = registry_unit_of(s->registry, "command_room", town, s->at);
	return u != NULL ? u->code : step_county_centre(s, division);
}
