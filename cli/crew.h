/* Inside the crew: what its files share. */
#ifndef CLI_CREW_H
#define CLI_CREW_H

#include "cli/play.h"

/* Somebody of a unit, for its commands. */
struct officer_of {
	struct str unit;
	struct str officer;
	struct str role;
	bool fit; /* certificate valid on the day */
};

/* crew_plan.c */
/*
 * A number from 0 to 99 that depends on ID and WHAT alone.  Where ID begins
 * with the casefile's number the report's own id stands for it: the number
 * is a place in the journal, and a choice must not hang on that.
 */
unsigned crew_dice(const struct memory *m, struct str id, const char *what);
/* Between FROM and TO minutes from AT, the same for the same thing. */
int64_t crew_after(const struct memory *m, int64_t at, struct str id,
    const char *what, int from, int to);
/* AT, or when the next office hours have begun. */
int64_t crew_by_day(int64_t at);
/* Plans command MSG of DESC at AT; copied, but for its texts. */
void crew_plan(struct play *p, int64_t at, struct memory *about,
    const struct msg_desc *desc, const void *msg, const char *unless);
#define PLAN(p, at, about, m, unless, ...)                                     \
	crew_plan((p), (at), (about), &msg_##m##_desc,                         \
	    &(struct msg_##m){ __VA_ARGS__ }, (unless))

/* Texts of facts live only as long as the fact: keep what is needed. */
static inline struct str
crew_keep(struct play *p, struct str s)
{
	return arena_str(p->arena, s);
}

/* What the day's author wants of this casefile; NULL: nothing. */
static inline const struct script *
crew_script(const struct memory *m)
{
	return m->report != NULL ? m->report->script : NULL;
}

/* crew_staff.c: officers and units as the registry has them. */
/* Somebody of UNIT who is not BUT; "" if nobody. */
struct str crew_somebody(
    struct play *p, struct str unit, const char *role, struct str but);
/* Who is on duty for UNIT at AT; "" if nobody. */
struct str crew_on_duty(struct play *p, struct str unit, int64_t at);
struct str crew_unit_of(struct play *p, const char *kind, struct str division);
/* The township's command room, or the county's centre. */
struct str crew_room_of(struct play *p, struct str division);
/* Two of TEAM's officers with certificates; fewer when it has fewer. */
struct strs crew_two_officers(struct play *p, struct str team);

/* Some commands must name an officer, also of a unit that has none. */
static inline struct str
crew_or_unknown(struct str officer)
{
	return officer.n > 0 ? officer : STR("OF-UNKNOWN");
}

/* What follows from the opening of a casefile (crew_report.c). */
void crew_plan_call(struct play *p, struct memory *m, const struct script *s,
    struct str class, int64_t at);
void crew_plan_mediation(struct play *p, struct memory *m, int64_t at);
/* The pseudonym of a party of casefile NUMBER; the same in every play. */
struct str crew_party(struct play *p, struct str number, const char *who);

/* One reaction to one fact: plans what staff would do, or remembers. */
#define CREW_REACTS(name)                                                      \
	void crew_##name(                                                      \
	    struct play *p, struct memory *m, const void *msg, int64_t at)
/* crew_call.c */
CREW_REACTS(on_call_drafted);
CREW_REACTS(on_call_approved);
CREW_REACTS(on_call_raised);
CREW_REACTS(on_call_unit_asked);
CREW_REACTS(on_call_reported_in);
CREW_REACTS(on_presence_confirmed);
CREW_REACTS(on_presence_lost);
CREW_REACTS(on_call_unit_missed);
CREW_REACTS(on_call_part_filed);
CREW_REACTS(on_call_gathered);
CREW_REACTS(on_call_submitted);
CREW_REACTS(on_call_released);
CREW_REACTS(on_call_graded);
/* crew_task.c */
CREW_REACTS(on_task_assigned);
CREW_REACTS(on_task_submitted);
CREW_REACTS(on_task_rejected);
CREW_REACTS(on_return_asked);
/* crew_bundle.c */
CREW_REACTS(on_bundle_started);
CREW_REACTS(on_step_readied);
CREW_REACTS(on_bundle_integrating);
/* crew_penalty.c */
CREW_REACTS(on_jurisdiction);
CREW_REACTS(on_penalty_filed);
CREW_REACTS(on_review_asked);
CREW_REACTS(on_review_passed);
CREW_REACTS(on_penalty_decided);
/* crew_mediation.c */
CREW_REACTS(on_mediation_applied);
CREW_REACTS(on_mediation_climbed);
CREW_REACTS(on_mediation_accepted);
CREW_REACTS(on_agreement_made);
/* crew_report.c */
CREW_REACTS(on_report_received);
CREW_REACTS(on_check_asked);
CREW_REACTS(on_report_decided);
CREW_REACTS(on_casefile_opened);
CREW_REACTS(on_casefile_handled);
CREW_REACTS(on_callback_opened);
CREW_REACTS(on_visit_opened);
CREW_REACTS(on_visit_look_asked);
/* crew_warning.c */
CREW_REACTS(on_warning_raised);
CREW_REACTS(on_warning_responded);

#endif
