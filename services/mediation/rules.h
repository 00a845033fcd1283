/* Bring the parties together, level by level: rows, states, rules. */
#ifndef MEDIATION_RULES_H
#define MEDIATION_RULES_H

#include "common/rule/step.h"

/* clang-format off */
#include "common/msg/def_struct.h"
#include "services/mediation/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_extern.h"
#include "services/mediation/rows.def"
#include "common/msg/def_end.h"

enum {
#include "common/rule/def_things.h"
#include "services/mediation/states.def"
#include "common/rule/def_end_states.h"
};
#include "common/rule/def_states.h"
#include "services/mediation/states.def"
#include "common/rule/def_end_states.h"
#include "common/rule/def_rules.h"
#include "services/mediation/states.def"
#include "common/rule/def_end_states.h"
/* clang-format on */

extern const struct machine mediation_machine;

/* The casefile of this step, as it was remembered; NULL: never heard of. */
const struct row_mediation_case *mediation_case(struct step *s);
/* UNIT and its OFFICER, if any, act for COMMITTEE; else refuses. */
bool mediation_acts(
    struct step *s, struct str committee, struct str unit, struct str officer);
/* The committee, or a desk at which the parties speak; else refuses. */
bool mediation_hears(
    struct step *s, struct str committee, struct str unit, struct str officer);

/* A rung of the ladder, and the committee that sits on it. */
struct rung {
	int level; /* LEVEL_GROUP ...; LEVEL_NONE: no such rung */
	const struct row_unit *committee;
};
enum {
	LEVEL_GROUP,
	LEVEL_VILLAGE,
	LEVEL_TOWNSHIP,
	LEVEL_COUNTY,
	LEVEL_NONE
};
struct str mediation_level_name(int level);
/* The rung NAME of the casefile C, or the lowest one when NAME is empty. */
struct rung mediation_rung(
    struct step *s, const struct row_mediation_case *c, struct str name);
/* The next rung above the level NAME. */
struct rung mediation_rung_above(
    struct step *s, const struct row_mediation_case *c, struct str name);
/* Time that LEVEL has from FROM on. */
struct due mediation_level_due(struct step *s, struct str level, int64_t from);

#endif
