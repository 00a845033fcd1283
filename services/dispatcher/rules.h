/*
 * Who does it, by when, and what if they do not: casefiles, tasks, calls and
 * the cards of units that let time pass.
 *
 * rules.c has the casefile and the tables, rules_settle.c what follows when
 * work ends (states_work.def: which work), rules_route.c finds the unit,
 * rules_level.c moves it up and down, rules_lists.c
 * knows the three lists, rules_verify.c, rules_close.c and rules_merge.c end
 * it; rules_task.c, rules_call.c, rules_attendance.c, rules_card.c and
 * rules_child.c have their nouns.  All of it is pure.
 */
#ifndef DISPATCHER_RULES_H
#define DISPATCHER_RULES_H

#include "common/rule/step.h"

/* clang-format off */
#include "common/msg/def_struct.h"
#include "services/dispatcher/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_extern.h"
#include "services/dispatcher/rows.def"
#include "common/msg/def_end.h"
enum {
#include "common/rule/def_things.h"
#include "services/dispatcher/states.def"
#include "common/rule/def_end_states.h"
};
#include "common/rule/def_states.h"
#include "services/dispatcher/states.def"
#include "common/rule/def_end_states.h"
#include "common/rule/def_rules.h"
#include "services/dispatcher/states.def"
#include "common/rule/def_end_states.h"
/* clang-format on */

/* What every row begins with. */
#define HEAD(row) ((struct row_head *)(uintptr_t)(row))

/* Sets of states that belong together. */
#define CASEFILE_OPEN                                                          \
	(IN(CASEFILE_OPENED) | IN(CASEFILE_IN_HAND) | IN(CASEFILE_HANDLED) |   \
	    IN(CASEFILE_CLOSED) | IN(CASEFILE_MERGED))
#define TASK_UNDONE                                                            \
	(IN(TASK_ASSIGNED) | IN(TASK_SIGNED) | IN(TASK_CONTESTED) |            \
	    IN(TASK_DISPUTED))
#define TASK_HELD (TASK_UNDONE | IN(TASK_OFFERED) | IN(TASK_PAUSED))
#define TASK_BUSY (TASK_HELD | IN(TASK_SUBMITTED))
#define DISPUTE_ABOVE                                                          \
	(IN(DISPUTE_CENTRE) | IN(DISPUTE_OFFICE) | IN(DISPUTE_STANDING))
#define DISPUTE_OPEN (IN(DISPUTE_PARTIES) | DISPUTE_ABOVE)
#define CALL_UNDONE (IN(CALL_GATHERING) | IN(CALL_WORKING))
#define CALL_OPEN (CALL_UNDONE | IN(CALL_SUBMITTED))
#define CALL_BUSY (CALL_OPEN | IN(CALL_DRAFTED))
/* Who may still have to speak with the caller. */
#define ATTENDANCE_SILENT                                                      \
	(IN(ATTENDANCE_ASKED) | IN(ATTENDANCE_SIGNED) | IN(ATTENDANCE_REFUSING))
#define ATTENDANCE_AWAITED                                                     \
	(IN(ATTENDANCE_ASKED) | IN(ATTENDANCE_SIGNED) |                        \
	    IN(ATTENDANCE_REFUSING) | IN(ATTENDANCE_LOST))
#define ATTENDANCE_BOUND (ATTENDANCE_AWAITED | IN(ATTENDANCE_PRESENT))
/* Who was in it to the end, and may judge and be judged. */
#define ATTENDANCE_CAME (IN(ATTENDANCE_RELEASED) | IN(ATTENDANCE_FREED))
#define CAMPAIGN_OUT (IN(CAMPAIGN_RUNNING) | IN(CAMPAIGN_CHECKING))
#define CAMPAIGN_OPEN                                                          \
	(IN(CAMPAIGN_CHOSEN) | IN(CAMPAIGN_PLANNED) | CAMPAIGN_OUT)
#define RECEIPT_OPEN                                                           \
	(IN(RECEIPT_ISSUED) | IN(RECEIPT_RECEIVED) | IN(RECEIPT_SPLIT) |       \
	    IN(RECEIPT_REPORTED))
#define BUNDLE_UNFINISHED                                                      \
	(IN(BUNDLE_DECOMPOSING) | IN(BUNDLE_RUNNING) | IN(BUNDLE_INTEGRATING))
#define BUNDLE_OPEN (BUNDLE_UNFINISHED | IN(BUNDLE_FOLLOWING))
#define STEP_BEGUN (IN(STEP_WORKING) | IN(STEP_LACKING) | IN(STEP_STALLED))
#define STEP_OPEN (IN(STEP_WAITING) | STEP_BEGUN)
#define STEP_ENDED (IN(STEP_DONE) | IN(STEP_SKIPPED))
#define CARD_RUNS                                                              \
	(IN(CARD_BLUE) | IN(CARD_YELLOW) | IN(CARD_ORANGE) | IN(CARD_RED))
#define CARD_OPEN (CARD_RUNS | IN(CARD_EXCUSED))

extern const struct machine dispatcher_machine;

/* The casefile of the folder; NULL when this service has not seen it. */
struct row_casefile *dispatcher_casefile(struct step *s);
/* Waits for a way; whoever answers for the place must find it. */
void dispatcher_await_way(struct step *s, struct row_casefile *c);
/* It needs no way any more; the caller takes it in hand. */
void dispatcher_way_found(struct step *s, struct row_casefile *c);
/* It waits no more to be closed; the caller closes it, or works on it. */
void dispatcher_not_yet_closed(struct step *s, struct row_casefile *c);
/* Ids of all that keeps it in hand (states_work.def), with blanks between. */
struct str dispatcher_open_work(struct step *s);
/* Refuses CHILD_OPEN when other work than tasks keeps it in hand. */
bool dispatcher_only_tasks(struct step *s);
/* Takes every task back; WHY as in task.withdrawn. */
void dispatcher_withdraw_all(struct step *s, struct str why);
/*
 * ROW is being handed in by BY: when nothing else is under way it says that
 * the casefile is forwarded, which decides whether it is late.
 */
void dispatcher_forwarded(
    struct step *s, const struct row_head *row, struct str by);
/* Some of it came back to UNIT. */
void dispatcher_not_forwarded(struct step *s, struct str unit);
/* The matter may ask that somebody looks on the spot before it is closed. */
void dispatcher_await_look(struct step *s, struct row_casefile *c);
/* Somebody has, or nobody needs to any more. */
void dispatcher_looked_at(struct step *s, struct row_casefile *c);
/* Refuses NOT_YOUR_UNIT unless UNIT is the place's room or the centre. */
bool dispatcher_is_room_or_centre(
    struct step *s, struct str unit, const struct row_casefile *c);
/* The same unless UNIT's word ends it: with a call the caller's alone. */
bool dispatcher_may_close(
    struct step *s, struct str unit, const struct row_casefile *c);
/*
 * After some work has ended: when nothing is open any more the casefile is
 * handled, or back to opened when nothing came of it.
 */
void dispatcher_settle(struct step *s, struct row_casefile *c);
/* UNIT brought a result, handed in at DONE_AT, while C is in hand. */
void dispatcher_result(
    struct step *s, struct row_casefile *c, struct str unit, int64_t done_at);
/* OFFICER has reported it on duty, first or like others after them. */
bool dispatcher_reported(const struct row_casefile *c, struct str officer);
/* Refuses REPORTER_IS_HANDLER or UNKNOWN_OFFICER; true if OFFICER may. */
bool dispatcher_may_handle(struct step *s, struct str officer);

/* Tiers, from the lowest. */
enum tier {
	TIER_GRID,
	TIER_VILLAGE,
	TIER_TOWNSHIP,
	TIER_COUNTY,
};
struct str dispatcher_tier_name(enum tier tier);
enum tier dispatcher_tier_of(struct str name);
/* Where UNIT sits. */
enum tier dispatcher_tier_at(const struct row_unit *unit);

/* A tier and a unit of it, in the grid a worker too; no unit: no way. */
struct way {
	enum tier tier;
	struct str unit;
	struct str worker;
};
/* The lowest way that is able, by the matter. */
struct way dispatcher_way(struct step *s, const struct row_casefile *c);
/* The next one above the tier of C, past HOLDER. */
struct way dispatcher_way_up(
    struct step *s, const struct row_casefile *c, struct str holder);
/* The next one below the tier of C. */
struct way dispatcher_way_down(struct step *s, const struct row_casefile *c);
/* Says that C has its tier now, and a way to TO; BY rule or room. */
void dispatcher_say_routed(
    struct step *s, const struct row_casefile *c, struct str to, struct str by);
/* Whether one of the three lists gives M to UNIT, for what lies at PLACE. */
bool dispatcher_in_list(struct step *s, const struct row_matter *m,
    const struct row_unit *unit, struct str place);
/* Who helps with C by the list, beside MAIN. */
struct strs dispatcher_assisting(
    struct step *s, const struct row_casefile *c, struct str main);
/* The admission by which UNIT may have C; empty: it needs none, or has none. */
struct str dispatcher_admission_for(
    struct step *s, const struct row_casefile *c, struct str unit);
/* Refuses NOT_LISTED when FROM would send C down to TO without a list. */
bool dispatcher_may_send(struct step *s, const struct row_casefile *c,
    struct str from, const struct row_unit *to);
/* Division in which C lies today, after mergers. */
struct str dispatcher_place(struct step *s, const struct row_casefile *c);
/* Command room of its township; of a county-wide one, the county centre. */
struct str dispatcher_room(struct step *s, const struct row_casefile *c);
struct str dispatcher_centre(struct step *s, const struct row_casefile *c);
/* Who gives work at TIER. */
struct str dispatcher_giver(
    struct step *s, const struct row_casefile *c, enum tier tier);
/* The matter in the version of the opening; NULL when it is not known. */
const struct row_matter *dispatcher_matter(
    struct step *s, const struct row_casefile *c);

/* Work for a unit, and its finish. */
struct order {
	struct str unit;
	struct str giver;
	struct str worker; /* who is to do it; empty: the unit says */
	int64_t rework;
	bool designated;
	bool assisting;
	struct str step; /* of a bundle that it is for, or empty */
	struct due finish;
};
/* Done by the matter's limit from now, not after the promise. */
struct due dispatcher_finish(struct step *s, const struct row_casefile *c);
/* What is left until TO, which stands fast; the warning is at 80 % of that. */
struct due dispatcher_until(struct step *s, int64_t to);
/* A new task; says task.assigned and starts its clocks. */
void dispatcher_give(
    struct step *s, const struct row_casefile *c, const struct order *o);
/* T is its unit's from now: starts its clocks, says task.assigned. */
void dispatcher_assign(struct step *s, const struct row_casefile *c,
    struct row_task *t, struct due finish);
/* T is done by FINISH from now on. */
void dispatcher_set_finish(
    struct step *s, struct row_task *t, struct due finish);
/* What T's unit has asked for, or has still to do, is of no account now. */
void dispatcher_requests_over(struct row_task *t);
/*
 * UNIT gave T, and its unit has asked until ASKED (0: it has not); refuses
 * NOT_YOUR_UNIT or NOTHING_ASKED.
 */
bool dispatcher_may_answer(
    struct step *s, struct str unit, const struct row_task *t, int64_t asked);
/* T stands still no more: its finish is what was left, says suspension.ended.
 */
void dispatcher_off_the_books(struct step *s, struct row_task *t);
/* T, which the caller's move ends, goes on at TO: says task.moved. */
void dispatcher_move_on(
    struct step *s, struct row_task *t, const struct row_unit *to);
/* The wish goes to those who are registered; false: there is nobody. */
bool dispatcher_offer_wish(struct step *s, struct row_casefile *c);
/* A dispute about T at RUNG, since FROM; the caller moves T. */
struct row_dispute *dispatcher_dispute(
    struct step *s, struct row_task *t, int rung, int64_t from);
/* T is in dispute no more: it went to TO, or (empty) its unit did it. */
void dispatcher_dispute_over(
    struct step *s, const struct row_task *t, struct str to);
/* The matter of C is such that its limits stand fast. */
bool dispatcher_limits_stand(struct step *s, const struct row_casefile *c);
/*
 * The promise to the citizen, the overall limit of C: work of it begins, or
 * has come back; UNIT (empty: whoever it is) has it now.
 */
void dispatcher_promise_runs(
    struct step *s, struct row_casefile *c, struct str unit);
/* All of its work is handed in, or nobody has any more. */
void dispatcher_promise_rests(struct step *s, struct row_casefile *c);
/* It is not before TO. */
void dispatcher_promise(struct step *s, struct row_casefile *c, int64_t to);
/* Some of the work goes on the books; T is taken from there. */
void dispatcher_promise_stops(struct step *s, struct row_casefile *c);
void dispatcher_promise_goes_on(
    struct step *s, struct row_casefile *c, const struct row_task *t);
/* The main task that its unit still has in hand, or NULL; not a step's. */
struct row_task *dispatcher_task_in_hand(struct step *s);
/* Takes T back; WHY as in task.withdrawn. */
void dispatcher_withdraw(struct step *s, struct row_task *t, struct str why);

/*
 * Whether the limit that a deadline message tells of was set anew after it
 * had run out: what is told at one instant is heard one after the other.
 */
bool dispatcher_is_stale(const struct step *s);
/*
 * TRIGGER of the pack's list (cards.csv) came about for UNIT: a card in its
 * colour, a deeper colour, a talk, or nothing.  THING and WORD are the cause
 * that dispatcher_cause_over() ends.
 */
void dispatcher_trigger(struct step *s, const char *trigger, struct str unit,
    struct str thing, const char *word);
/* The same, but a blue card waits for UNTIL, when THING's own limit ends. */
void dispatcher_remind(struct step *s, const char *trigger, struct str unit,
    struct str thing, const char *word, int64_t until);

/*
 * Bundles (一件事): rules_bundle.c begins and decomposes, rules_step.c has the
 * steps, rules_integrate.c what is put together or stopped, rules_lag.c the
 * forecast.
 */
/* The matter of C starts a bundle by itself: its lead unit has it in hand. */
bool dispatcher_bundle_begins(struct step *s, struct row_casefile *c);
/* As the pack had them when B began; never NULL. */
const struct row_template *dispatcher_template(
    struct step *s, const struct row_bundle *b);
const struct row_bundle_step *dispatcher_step_template(
    struct step *s, const struct row_bundle *b, const struct row_step *step);
struct row_bundle *dispatcher_bundle_of(
    struct step *s, const struct row_step *step);
/* The next step of B after PREV; the one with CODE, or NULL. */
struct row_step *dispatcher_next_step(
    struct step *s, const struct row_bundle *b, const struct row_step *prev);
struct row_step *dispatcher_step_with(
    struct step *s, const struct row_bundle *b, struct str code);
/* Task T is now the one of its step. */
void dispatcher_step_has(
    struct step *s, const struct row_task *t, struct due finish);
/*
 * T's finish was armed anew: it stands still while people look for papers of
 * its step.
 */
void dispatcher_step_stands(struct step *s, const struct row_task *t);
/* Refuses PAPER_MISSING while the step of T waits for papers. */
bool dispatcher_step_goes(struct step *s, const struct row_task *t);
/* T was accepted, and so its step is done. */
void dispatcher_step_ends(struct step *s, const struct row_task *t);
/* The step is skipped: WHY as in step.skipped. */
void dispatcher_step_leave_out(
    struct step *s, struct row_step *step, const char *why, struct str reason);
/* Whatever may begin begins; the bundle goes on when nothing is open. */
void dispatcher_steps_advance(struct step *s, struct row_bundle *b);
/* Integrated, and no step is open. */
void dispatcher_bundle_complete(struct step *s, struct row_bundle *b);
/* Says once when B will be late at this pace. */
void dispatcher_bundle_look(struct step *s, struct row_bundle *b);

/* The unit of the county that the pack names for KEY; else the centre. */
struct str dispatcher_office(struct step *s, const char *key);
/* Refuses APPROVER_MISSING unless OFFICER is a leader of the county. */
bool dispatcher_approves(struct step *s, struct str officer);

/* Limit LIMIT (NULL: any) of THING is a cause no more; lifts cards. */
void dispatcher_cause_over(struct step *s, struct str thing, const char *limit);
/* UNIT has to do it again; so many times are a problem order. */
void dispatcher_reworked(struct step *s, struct str unit);
/* So many units in it, and none of them leads: that is one, too. */
void dispatcher_no_lead(struct step *s);
/* The open card of UNIT, or NULL. */
struct row_card *dispatcher_open_card(struct step *s, struct str unit);
/* Its colour, excused or not. */
struct str dispatcher_colour(const struct row_card *card);
/* A card of COLOUR (a state) for UNIT, or that colour for the one it has. */
void dispatcher_card_give(struct step *s, struct str unit, int colour,
    struct str thing, const char *word);
/* Ends it whatever its causes are. */
void dispatcher_card_end(struct step *s, struct row_card *card);
/* Arms what follows on CARD's colour. */
void dispatcher_card_next(struct step *s, struct row_card *card, int64_t from);
/* UNIT's leader is called to a talk unless one is called; TRIGGER is why. */
void dispatcher_talk(
    struct step *s, const char *trigger, struct str unit, struct str about);
/* Whether OFFICER leads PLACE, a township or the county. */
bool dispatcher_leads(struct step *s, struct str officer, struct str place);
/*
 * Who may judge UNIT: the county centre, of others than itself, or a leader
 * of the county.  Refuses NOT_YOUR_UNIT.
 */
bool dispatcher_may_judge(
    struct step *s, struct str by, struct str officer, struct str unit);

#endif
