/*
 * Calls: a township summons, departments come and stay until it releases.
 *
 * rules_call.c raises; rules_call_check.c says who may and whom;
 * rules_call_draft.c is the way over the leaders; rules_call_work.c from the
 * work to the release; rules_call_lead.c is the county's part;
 * rules_call_grade.c judges.  rules_attendance.c has the departments one by
 * one, rules_attendance_place.c where they are.
 */
#ifndef DISPATCHER_RULES_CALL_H
#define DISPATCHER_RULES_CALL_H

#include "services/dispatcher/rules.h"

/* What a class of call is given: keys of limits, NULL where there is none. */
struct call_class {
	const char *name;
	const char *precheck;
	const char *sign;
	const char *contact;
	const char *report_in;
	const char *back;     /* there again after it was lost */
	const char *presence; /* shows again that it is there */
	const char *rule;     /* the county's word on a refusal */
	const char *finish;   /* NULL: it lasts until the release */
	const char *check;
	const char *recheck;  /* the room is reminded that it lasts */
	const char *confirm;  /* the head's word that it was one */
	const char *approver; /* who must, beside the township's leaders */
	bool community;       /* the village calls, not the room */
};
/* NULL when there is no such class. */
const struct call_class *dispatcher_class(struct str name);

/* What call.raise and call.draft ask for. */
struct plea {
	struct str class;
	struct str main;
	struct strs assisting;
	struct str reason;
	struct str place;
	double lat;
	double lon;
	struct str partner;
	struct str lead;
	struct str unit;
	struct str officer;
};

/* rules_call_check.c; each refuses, and is true when it is well. */
/* Whether P may be made for C at all: caller, reason, class, units. */
bool dispatcher_plea_fits(
    struct step *s, const struct row_casefile *c, const struct plea *p);
/* MAIN and ASSISTING exist, are callable and not called twice. */
bool dispatcher_units_fit(struct step *s, const struct call_class *class,
    struct str caller, struct str main, struct strs assisting);
/* MAIN is a unit that such a call may be led by. */
bool dispatcher_may_lead(struct step *s, const struct call_class *class,
    struct str caller, struct str main);
/* UNIT may join CALL, which has room for it. */
bool dispatcher_may_join(
    struct step *s, const struct row_call *call, struct str unit);
/* Who calls in C by CLASS: its village, or its township's room. */
struct str dispatcher_caller(struct step *s, const struct row_casefile *c,
    const struct call_class *class);
/*
 * The leaders' unit whose word CLASS still needs, when APPROVERS have given
 * theirs; empty: none.
 */
struct str dispatcher_approval_missing(struct step *s,
    const struct row_casefile *c, const struct call_class *class,
    struct strs approvers);
/*
 * Those of APPROVERS whom the caller can speak for: the leaders of its own
 * house.  Others are asked, and say it themselves.
 */
struct strs dispatcher_own_words(
    struct step *s, const struct row_casefile *c, struct strs approvers);
/* Leaders of the township of C (of the county, where there is none). */
struct str dispatcher_head_unit(struct step *s, const struct row_casefile *c);
/* OFFICER leads the township of C (or the county, where there is none). */
bool dispatcher_is_head(
    struct step *s, const struct row_casefile *c, struct str officer);

/* rules_call.c */
/* A new call in STATE, as P wants it. */
struct row_call *dispatcher_new_call(struct step *s,
    const struct row_casefile *c, const struct plea *p, int state);
/* CALL is out: says so, starts its clocks, asks everybody. */
void dispatcher_call_out(
    struct step *s, struct row_casefile *c, struct row_call *call);
/* Done until DUE, by its main department. */
void dispatcher_arm_finish(
    struct step *s, struct row_call *call, struct due due);
/* What is left to finish it, and not less than what a rework has. */
void dispatcher_finish_again(struct step *s, struct row_call *call);
/* The room is reminded from FROM on, if the class says so. */
void dispatcher_arm_recheck(
    struct step *s, const struct row_call *call, int64_t from);

/* rules_call_lead.c */
/* The county must act on A, which refuses or is late; a limit from FROM. */
void dispatcher_escalate(struct step *s, struct row_call *call,
    const struct row_attendance *a, struct str why, struct due rule);
/* The lead is there: nobody needs to help. */
void dispatcher_lead_found(struct step *s, struct row_call *call);
/*
 * A is late and is to come all the same: it has a new limit, so that its not
 * coming is seen again.
 */
void dispatcher_come_again(
    struct step *s, const struct row_call *call, struct row_attendance *a);
/* The unit that is to rule. */
struct str dispatcher_ruler(struct step *s);

/* rules_attendance.c */
/* The attendance of UNIT in CALL: itself, else who it acts for; or NULL. */
struct row_attendance *dispatcher_seat(
    struct step *s, const struct row_call *call, struct str unit);
/* The next attendance of CALL after PREV. */
struct row_attendance *dispatcher_next_seat(struct step *s,
    const struct row_call *call, const struct row_attendance *prev);
size_t dispatcher_n_seats(struct step *s, const struct row_call *call);
/* Refuses NOT_ASKED, or NOT_ALLOWED_NOW when it is not in one of STATES. */
struct row_attendance *dispatcher_seat_in(
    struct step *s, struct str unit, uint32_t states);
/* Asks UNIT as the N-th of CALL. */
void dispatcher_ask(
    struct step *s, const struct row_call *call, struct str unit, size_t n);
/* Lets every department of CALL go, which is released or cancelled now. */
void dispatcher_free_all(struct step *s, const struct row_call *call);

/* rules_attendance_place.c */
/* A is there and will be asked again whether it still is. */
void dispatcher_watch_presence(struct step *s, const struct row_call *call,
    struct row_attendance *a, int64_t from);
/* The call has its lead: work begins. */
void dispatcher_gather(struct step *s, struct row_call *call);

#endif
