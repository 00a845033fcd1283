#include "services/enforcement/rules.h"

struct row_enforcement_case *
enforcement_case(struct step *s)
{
	return (struct row_enforcement_case *)step_find(
	    s, THING_CASE, s->folder->casefile);
}

bool
enforcement_acts(struct step *s, const struct row_penalty *p, struct str unit,
    struct str officer)
{
	return step_must_be(s, unit, p->unit) && step_person(s, officer);
}

/* clang-format off */
#define DEF_STRUCT(m) row_##m
#include "common/msg/def_fields.h"
#include "services/enforcement/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "services/enforcement/rows.def"
#include "common/msg/def_end.h"

#define SERVICE "enforcement"
static const struct thing things[] = {
#include "common/rule/def_table.h"
#include "services/enforcement/states.def"
#include "common/rule/def_end_states.h"
};

static const struct move moves[] = {
#include "common/rule/def_moves.h"
#include "services/enforcement/states.def"
#include "common/rule/def_end_states.h"
};

static const struct reason reasons[] = {
#define REASON(code, text) { #code, text },
#include "services/enforcement/reasons.def"
#undef REASON
};
/* clang-format on */

const struct machine enforcement_machine = {
	.service = SERVICE,
	.things = things,
	.n_things = ARRAY_LEN(things),
	.moves = moves,
	.n_moves = ARRAY_LEN(moves),
	.reasons = reasons,
	.n_reasons = ARRAY_LEN(reasons),
};
