/* Who decides about a report. */
#include "services/intake/rules.h"

static bool
acts_for(const struct row_unit *unit, const struct row_unit *owner)
{
	return owner != NULL && (str_eq(unit->code, owner->code) ||
				    str_eq(unit->parent, owner->code) ||
				    str_eq(owner->parent, unit->code));
}

/* The desk, the room of the place, and the county may decide. */
static bool
is_desk_of(const struct registry *r, const struct row_unit *unit,
    const struct row_report *report, int64_t at)
{
	struct str town = registry_township_of(report->division);
	struct str county = registry_county_of(report->division);

	return acts_for(unit, registry_unit(r, report->desk, at)) ||
	       acts_for(
		   unit, registry_unit_of(r, "county_centre", county, at)) ||
	       (town.n > 0 && acts_for(unit, registry_unit_of(
						 r, "command_room", town, at)));
}

bool
intake_may_decide(struct step *s, struct str code, struct str officer)
{
	const struct row_report *r = (const struct row_report *)s->row;
	const struct row_unit *unit = step_unit(s, code);

	if (unit == NULL || !intake_knows(s, code, officer))
		return false;
	if (is_desk_of(s->registry, unit, r, s->at))
		return true;
	step_refuse_because(
	    s, "NOT_YOUR_UNIT", "it is with %.*s", STR_ARG(r->desk));
	return false;
}
