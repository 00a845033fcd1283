/* Every refusal about a task and a call, in one long quarrel. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static bool
go_up(struct kit *k)
{
	return KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = STR(CENTRE));
}

static bool
go_down(struct kit *k)
{
	return KIT_SEND(k, casefile_lower, .casefile = STR(CASEFILE),
	    .reason = STR("small"), .unit = STR(CENTRE));
}

static void
refuse_call(struct kit *k, const char *class, const char *main,
    struct strs assisting, const char *code)
{
	assert_false(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = str_of(class), .main = str_of(main),
	    .assisting = assisting, .reason = STR("help"), .unit = STR(ROOM)));
	assert_refused(k, code);
}

static void
quarrel_about_the_call(struct kit *k)
{
	static const struct str again[] = { S(ECOLOGY) };
	struct str many[16];

	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = STR(WATER);
	refuse_call(k, "emergency", ECOLOGY, (struct strs){ 0 }, "NOT_ON_DUTY");
	refuse_call(k, "work", "", (struct strs){ 0 }, "MAIN_MISSING");
	assert_false(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("community"), .main = STR(TEAM), .reason = STR("x"),
	    .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_REGISTERED");
	assert_false(KIT_SEND(k, call_draft, .casefile = STR(CASEFILE),
	    .class = STR("work"), .main = STR(ECOLOGY), .reason = STR("x"),
	    .partner = STR(ROOM), .unit = STR(ROOM)));
	assert_refused(k, "PARTNER_WRONG");
	refuse_call(k, "loud", ECOLOGY, (struct strs){ 0 }, "CLASS_UNKNOWN");
	refuse_call(k, "work", TEAM, (struct strs){ 0 }, "OWN_POWER");
	refuse_call(
	    k, "work", ECOLOGY, (struct strs){ again, 1 }, "UNIT_TWICE");
	refuse_call(
	    k, "work", ECOLOGY, (struct strs){ many, 16 }, "TOO_MANY_UNITS");
	refuse_call(k, "work", ECOLOGY, (struct strs){ 0 }, "APPROVER_MISSING");
	refuse_call(k, "work", "x", (struct strs){ 0 }, "UNKNOWN_UNIT");
}

static bool
ask(struct kit *k, const char *task, const char *unit)
{
	return KIT_SEND(k, return_ask, .task = str_of(task),
	    .reason = STR("not ours"), .unit = str_of(unit));
}

static bool
agree(struct kit *k, const char *task, const char *to)
{
	return KIT_SEND(k, return_agree, .task = str_of(task), .to = str_of(to),
	    .unit = STR(CENTRE));
}

static void
quarrel_about_the_return(struct kit *k)
{
	assert_false(ask(k, CASEFILE "/T9", ECONOMY));
	assert_refused(k, "UNKNOWN_ID");
	assert_false(ask(k, T1, VILLAGE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(go_down(k));
	assert_refused(k, "NOT_LISTED");
	assert_true(ask(k, T1, ECONOMY));
	assert_true(KIT_SEND(k, return_decline, .task = STR(T1),
	    .reason = STR("it is"), .unit = STR(ROOM)));
	assert_false(ask(k, T1, ECONOMY));
	assert_refused(k, "RETURNED_BEFORE");
	assert_true(go_up(k));
	kit_at(k, "2026-03-23T09:00:00+08:00");
	assert_false(ask(k, T2, CENTRE));
	assert_refused(k, "WINDOW_PASSED");
	assert_false(go_up(k));
	assert_refused(k, "TOP_LEVEL");
}

static void
quarrel_about_the_look(struct kit *k)
{
	assert_false(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_refused(k, "NOT_VERIFIED");
	assert_false(KIT_SEND(k, casefile_verify, .casefile = STR(CASEFILE),
	    .ok = true, .found = STR("clean"), .unit = STR(VILLAGE),
	    .officer = STR(WORKER)));
	assert_refused(k, "VERIFIER_IS_HANDLER");
	assert_true(dispatch_look(k, true));
}

static void
quarrel_about_the_work(struct kit *k)
{
	assert_true(dispatch_sign(k, T2, CENTRE));
	assert_false(KIT_SEND(k, task_hand, .task = STR(T2), .to = STR(RESCUER),
	    .unit = STR(CENTRE)));
	assert_refused(k, "OFFICER_ELSEWHERE");
	assert_false(
	    KIT_SEND(k, task_submit, .task = STR(T2), .result = STR("done"),
		.unit = STR(CENTRE), .officer = STR("OF-GW-0325")));
	assert_refused(k, "REPORTER_IS_HANDLER");
	assert_true(dispatch_submit(k, T2, CENTRE));
	assert_false(go_up(k));
	assert_refused(k, "NO_TASK");
	assert_false(KIT_SEND(k, task_accept, .task = STR(T2),
	    .unit = STR(CENTRE), .officer = STR(WORKER)));
	assert_refused(k, "CHECKER_IS_HANDLER");
	assert_true(dispatch_accept(k, T2, CENTRE));
	quarrel_about_the_look(k);
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
}

static void
quarrel_about_the_rework(struct kit *k)
{
	assert_true(KIT_SEND(k, callback_recorded, .callback = STR(B1),
	    .outcome = STR("solved"), .satisfied = STR("no")));
	assert_true(ask(k, T3, CENTRE));
	assert_false(KIT_SEND(k, return_agree, .task = STR(T3),
	    .to = STR(CENTRE), .unit = STR(CENTRE)));
	assert_refused(k, "SAME_UNIT");
	assert_true(agree(k, T3, ECOLOGY));
	assert_false(ask(k, CASEFILE "/T4", ECOLOGY));
	assert_refused(k, "DESIGNATED");
	assert_false(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_refused(k, "CHILD_OPEN");
}

static bool
refuse(struct kit *k)
{
	return KIT_SEND(k, call_refuse, .call = STR(C1),
	    .reason = STR("no people"), .unit = STR(RESCUE));
}

static void
quarrel_about_the_ruling(struct kit *k)
{
	assert_true(refuse(k));
	assert_true(KIT_SEND(k, call_rule, .call = STR(C1),
	    .about = STR(RESCUE), .ruling = STR("stay"), .reason = STR("go"),
	    .unit = STR(CENTRE)));
	assert_false(refuse(k));
	assert_refused(k, "RULED");
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_false(KIT_SEND(k, call_free, .call = STR(C1),
	    .freed = STR(RESCUE), .unit = STR(ROOM)));
	assert_refused(k, "PART_MISSING");
	assert_false(KIT_SEND(k, call_free, .call = STR(C1),
	    .freed = STR(ECOLOGY), .unit = STR(ROOM)));
	assert_refused(k, "MAIN_STAYS");
	assert_true(dispatch_part(k));
}

static bool
come(struct kit *k, const char *unit, const char *officer, double lat)
{
	return KIT_SEND(k, call_report_in, .call = STR(C1), .lat = lat,
	    .lon = LON, .unit = str_of(unit), .officer = str_of(officer));
}

static void
quarrel_about_the_place(struct kit *k)
{
	assert_true(dispatch_call(k, "work"));
	assert_false(come(k, WATER, ECOLOGIST, LAT));
	assert_refused(k, "NOT_ASKED");
	assert_false(come(k, ECOLOGY, "nobody", LAT));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_false(come(k, ECOLOGY, RESCUER, LAT));
	assert_refused(k, "NOT_ON_ROSTER");
	assert_false(come(k, ECOLOGY, ECOLOGIST, 30));
	assert_refused(k, "NOT_AT_PLACE");
	assert_true(come(k, ECOLOGY, ECOLOGIST, LAT));
	assert_false(
	    KIT_SEND(k, call_leave, .call = STR(C1), .unit = STR(ECOLOGY)));
	assert_refused(k, "NOT_RELEASED");
	assert_false(
	    KIT_SEND(k, call_refuse, .call = STR(C1), .unit = STR(RESCUE)));
	assert_refused(k, "REASON_MISSING");
	quarrel_about_the_ruling(k);
	assert_false(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static void
quarrel_about_the_grade(struct kit *k)
{
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_true(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_false(KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = STR(ECOLOGY), .score = 101, .unit = STR(ROOM)));
	assert_refused(k, "SCORE_BAD");
	assert_true(KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = STR(ECOLOGY), .score = 100, .unit = STR(ROOM)));
	assert_false(KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = STR(ECOLOGY), .score = 1, .unit = STR(ROOM)));
	assert_refused(k, "GRADED_BEFORE");
}

void
dispatch_quarrel(struct kit *k)
{
	quarrel_about_the_call(k);
	quarrel_about_the_return(k);
	quarrel_about_the_work(k);
	quarrel_about_the_rework(k);
	quarrel_about_the_place(k);
	quarrel_about_the_grade(k);
}
