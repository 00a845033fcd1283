#include "services/scoring/rules.h"

/* clang-format off */
#define DEF_STRUCT(m) row_##m
#include "common/msg/def_fields.h"
#include "services/scoring/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "services/scoring/rows.def"
#include "common/msg/def_end.h"

#define SERVICE "scoring"
static const struct thing things[] = {
#include "common/rule/def_table.h"
#include "services/scoring/states.def"
#include "common/rule/def_end_states.h"
};

static const struct move moves[] = {
#include "common/rule/def_moves.h"
#include "services/scoring/states.def"
#include "common/rule/def_end_states.h"
};

static const struct reason reasons[] = {
#define REASON(code, text) { #code, text },
#include "services/scoring/reasons.def"
#undef REASON
};
/* clang-format on */

const struct machine scoring_machine = {
	.service = SERVICE,
	.things = things,
	.n_things = ARRAY_LEN(things),
	.moves = moves,
	.n_moves = ARRAY_LEN(moves),
	.reasons = reasons,
	.n_reasons = ARRAY_LEN(reasons),
};
