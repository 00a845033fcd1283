#include "services/mediation/rules.h"

const struct row_mediation_case *
mediation_case(struct step *s)
{
	return (const struct row_mediation_case *)step_find(
	    s, THING_CASE, s->folder->casefile);
}

bool
mediation_person(struct step *s, struct str officer)
{
	if (officer.n == 0 ||
	    registry_officer(s->registry, officer, s->at) != NULL)
		return true;
	step_refuse_because(s, "UNKNOWN_OFFICER", "%.*s", STR_ARG(officer));
	return false;
}

bool
mediation_acts(
    struct step *s, struct str committee, struct str unit, struct str officer)
{
	return step_must_be(s, unit, committee) && mediation_person(s, officer);
}

/* The committee itself, its village or town, or a desk of the place. */
bool
mediation_hears(
    struct step *s, struct str committee, struct str unit, struct str officer)
{
	const struct row_mediation_case *c = mediation_case(s);

	if (step_unit(s, unit) == NULL || !mediation_person(s, officer))
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

bool
mediation_is_blank(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != ' ' && text.p[i] != '\n' && text.p[i] != '\t')
			return false;
	return true;
}

bool
mediation_has(struct strs list, struct str who)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(list.p[i], who))
			return true;
	return false;
}

struct strs
mediation_distinct(struct step *s, struct strs list)
{
	struct str *v = arena_alloc(s->arena, list.n * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < list.n; i++)
		if (list.p[i].n > 0 &&
		    !mediation_has((struct strs){ v, n }, list.p[i]))
			v[n++] = list.p[i];
	return (struct strs){ v, n };
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
