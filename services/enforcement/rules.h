/* May this unit do this, and is every step lawful: rows, states, rules. */
#ifndef ENFORCEMENT_RULES_H
#define ENFORCEMENT_RULES_H

#include "common/rule/step.h"

/* clang-format off */
#include "common/msg/def_struct.h"
#include "services/enforcement/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_extern.h"
#include "services/enforcement/rows.def"
#include "common/msg/def_end.h"

enum {
#include "common/rule/def_things.h"
#include "services/enforcement/states.def"
#include "common/rule/def_end_states.h"
};
#include "common/rule/def_states.h"
#include "services/enforcement/states.def"
#include "common/rule/def_end_states.h"
#include "common/rule/def_rules.h"
#include "services/enforcement/states.def"
#include "common/rule/def_end_states.h"
/* clang-format on */

extern const struct machine enforcement_machine;

/* The casefile of this step, as it was remembered; NULL: never heard of. */
struct row_enforcement_case *enforcement_case(struct step *s);
/* UNIT and its OFFICER, if any, act for the case P; else refuses. */
bool enforcement_acts(struct step *s, const struct row_penalty *p,
    struct str unit, struct str officer);

/* Who may penalise, and why so. */
struct holder {
	const struct row_unit *unit; /* NULL: the pack names nobody */
	const struct row_unit *team; /* of the township; NULL: it has none */
	const struct row_power_list *line; /* of the team's list, or NULL */
	bool listed;                       /* by the list; else the county's */
	const char *why;                   /* as in jurisdiction.determined */
};
struct holder enforcement_holder(struct step *s,
    const struct row_power_item *item, struct str severity,
    struct str division);
/* Whether UNIT may use ITEM there; else refuses and names the holder. */
bool enforcement_may(struct step *s, const struct holder *h,
    const struct row_power_item *item, struct str unit, struct str division);

/* Enough certified officers of UNIT, none the reporter; else refuses. */
bool enforcement_officers(
    struct step *s, struct strs officers, const struct row_unit *unit);

/* Whether the law of P's item allows KIND with a fine of FEN. */
bool enforcement_band(
    struct step *s, const struct row_penalty *p, struct str kind, int64_t fen);
/* Kinds of art. 63: told of a hearing first, and kept by the county. */
bool enforcement_is_grave(struct str kind);
/* Whether KIND with FEN is heavier than what the party was told. */
bool enforcement_is_heavier(
    const struct row_penalty *p, struct str kind, int64_t fen);

#endif
