#include "services/mediation/rules.h"

const struct row_mediation_case *
mediation_case(struct step *s)
{
	return (const struct row_mediation_case *)step_find(
	    s, THING_CASE, s->folder->casefile);
}

bool
mediation_acts(
    struct step *s, struct str committee, struct str unit, struct str officer)
{
	return step_must_be(s, unit, committee) && step_person(s, officer);
}

/* The committee itself, its village or town, or a desk of the place. */
bool
mediation_hears(
    struct step *s, struct str committee, struct str unit, struct str officer)
{
	const struct row_mediation_case *c = mediation_case(s);

	if (step_unit(s, unit) == NULL || !step_person(s, officer))
		return false;
	if (step_acts_for(s, unit, committee) ||
	    (c != NULL && (step_acts_for(s, unit, step_room(s, c->division)) ||
			      step_acts_for(s, unit,
				  step_county_centre(s, c->division)))))
		return true;
	step_refuse_because(
	    s, "NOT_YOUR_UNIT", "it is with %.*s", STR_ARG(committee));
	return false;
}

/* clang-format off */
#define DEF_STRUCT(m) row_##m
#include "common/msg/def_fields.h"
#include "services/mediation/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "services/mediation/rows.def"
#include "common/msg/def_end.h"

#define SERVICE "mediation"
static const struct thing things[] = {
#include "common/rule/def_table.h"
#include "services/mediation/states.def"
#include "common/rule/def_end_states.h"
};

static const struct move moves[] = {
#include "common/rule/def_moves.h"
#include "services/mediation/states.def"
#include "common/rule/def_end_states.h"
};

static const struct reason reasons[] = {
#define REASON(code, text) { #code, text },
#include "services/mediation/reasons.def"
#undef REASON
};
/* clang-format on */

const struct machine mediation_machine = {
	.service = SERVICE,
	.things = things,
	.n_things = ARRAY_LEN(things),
	.moves = moves,
	.n_moves = ARRAY_LEN(moves),
	.reasons = reasons,
	.n_reasons = ARRAY_LEN(reasons),
};
