#include "services/intake/rules.h"

bool
intake_knows(struct step *s, struct str unit, struct str officer)
{
	return (unit.n == 0 || step_unit(s, unit) != NULL) &&
	       step_person(s, officer);
}

/* clang-format off */
#define DEF_STRUCT(m) row_##m
#include "common/msg/def_fields.h"
#include "services/intake/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "services/intake/rows.def"
#include "common/msg/def_end.h"

#define SERVICE "intake"
static const struct thing things[] = {
#include "common/rule/def_table.h"
#include "services/intake/states.def"
#include "common/rule/def_end_states.h"
};

static const struct move moves[] = {
#include "common/rule/def_moves.h"
#include "services/intake/states.def"
#include "common/rule/def_end_states.h"
};

static const struct reason reasons[] = {
#define REASON(code, text) { #code, text },
#include "services/intake/reasons.def"
#undef REASON
};
/* clang-format on */

const struct machine intake_machine = {
	.service = SERVICE,
	.things = things,
	.n_things = ARRAY_LEN(things),
	.moves = moves,
	.n_moves = ARRAY_LEN(moves),
	.reasons = reasons,
	.n_reasons = ARRAY_LEN(reasons),
};
