/*
 * Intake: the citizen's side.  One door in: a report is refused, taken on as
 * a casefile, or added to one.  One answer out: who reported is called back.
 */
#ifndef INTAKE_RULES_H
#define INTAKE_RULES_H

#include "common/rule/step.h"
#include "services/intake/rules_duplicate.h"

/* clang-format off */
#include "common/msg/def_struct.h"
#include "services/intake/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_extern.h"
#include "services/intake/rows.def"
#include "common/msg/def_end.h"

enum {
#include "common/rule/def_things.h"
#include "services/intake/states.def"
#include "common/rule/def_end_states.h"
};
#include "common/rule/def_states.h"
#include "services/intake/states.def"
#include "common/rule/def_end_states.h"

#include "common/rule/def_rules.h"
#include "services/intake/states.def"
#include "common/rule/def_end_states.h"
/* clang-format on */

extern const struct machine intake_machine;

/*
 * What was found out before the rules, in extra: of report.submit all of it,
 * of report.accept the duplicates.  Without it nothing of the text is kept.
 */
struct prepared {
	bool bad_seal;    /* there is a sealed part, and it does not open */
	bool said;        /* something says what happened */
	bool named;       /* who reports has told a name or a number */
	bool phone;       /* and can be called */
	struct str place; /* scrubbed */
	struct str text;
	struct str token;
	const struct msg_proposal *proposals; /* best first */
	size_t n_proposals;
	const struct duplicate *duplicates; /* best first */
	size_t n_duplicates;
};

/* Where a report goes when it comes in. */
struct settlement {
	int state;                         /* REPORT_... */
	const struct row_matter *matter;   /* NULL: the desk will say */
	const struct duplicate *duplicate; /* of REPORT_MERGED */
};

/* The code that report.submit is refused with, or NULL. */
const char *intake_fault(const struct registry *r,
    const struct msg_envelope *env, const struct msg_report_submit *m,
    int64_t at, const struct prepared *p);
struct settlement intake_settle(const struct registry *r,
    const struct msg_report_submit *m, int64_t at, const struct prepared *p);

/* Refuses unless UNIT and OFFICER (may be empty) are there that day. */
bool intake_knows(struct step *s, struct str unit, struct str officer);

#endif
