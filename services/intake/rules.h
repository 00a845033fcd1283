/*
 * Intake: the citizen's side.  One door in: a report is refused, taken on as
 * a casefile, or added to one.  One answer out: who reported is called back.
 */
#ifndef INTAKE_RULES_H
#define INTAKE_RULES_H

#include "common/rule/step.h"
#include "services/intake/rules_channel.h"
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

/* The report that a demand repeats, as it is now. */
struct former {
	bool found;
	struct str casefile;
	const char *progress;
};

/* Seats that are taken. */
struct seats {
	const struct row_seat *v;
	size_t n;
};

/*
 * What was found out before the rules, in extra: of report.submit all but
 * the former, of report.accept and report.answer_check the duplicates, of
 * report.refuse the former; of what opens callbacks who called again;
 * of booking.book who comes, of it and booking.move the seats of that day.
 * Without it nothing of the text is kept.
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
	struct former former;
	struct strs again; /* reports whose caller said it before */
	struct strs above; /* and those who are called for the parent */
	struct seats seats;
};

/* Where a report goes when it comes in. */
struct settlement {
	int state;                         /* REPORT_... */
	const struct row_matter *matter;   /* NULL: the desk will say */
	const struct duplicate *duplicate; /* of REPORT_MERGED */
	struct str checker;                /* of REPORT_CHECKING */
};

/* The code that report.submit is refused with, or NULL. */
const char *intake_fault(const struct registry *r,
    const struct msg_envelope *env, const struct msg_report_submit *m,
    int64_t at, const struct prepared *p);
struct settlement intake_settle(const struct registry *r,
    const struct msg_envelope *env, const struct msg_report_submit *m,
    int64_t at, const struct prepared *p);

/* What was found out of a report's message; nothing if nothing was. */
const struct prepared *intake_prepared(const struct step *s);
/* The report becomes a casefile, or goes to another one. */
void intake_take_on(struct step *s, struct row_report *r,
    const struct row_matter *matter, const char *by);
void intake_merge(
    struct step *s, struct row_report *r, const struct duplicate *d);
/* The desk has so long to decide. */
int64_t intake_await_desk(struct step *s, struct row_report *r);
/* Refuses unless UNIT decides on this report. */
bool intake_may_decide(struct step *s, struct str unit, struct str officer);

/* Whether somebody looks on the spot before such a report is taken on. */
bool intake_wants_check(
    struct str channel, bool urgent, const struct row_matter *matter);
/* The grid worker next to DIVISION, not REPORTER; empty: none there. */
struct str intake_nearest(const struct registry *r, struct str division,
    struct str reporter, int64_t at);
void intake_ask_check(
    struct step *s, struct row_report *r, struct str checker, const char *by);

/* Somebody holds the papers of a report that is taken on. */
void intake_agency_take(struct step *s, const struct row_report *r);

/* It is asked for at a door: settled before night, looked at again. */
void intake_visit_open(
    struct step *s, struct str visit, struct str unit, struct str officer);

/* UNIT itself, or the other half of a department and its branch. */
bool intake_is_handler(
    struct step *s, const struct row_unit *unit, struct str handler);

/* Refuses unless UNIT and OFFICER (may be empty) are there that day. */
bool intake_knows(struct step *s, struct str unit, struct str officer);

#endif
