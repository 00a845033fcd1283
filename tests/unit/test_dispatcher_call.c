/* Calls at work, to their end: services/dispatcher/rules_call.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY
#define A2 C1 "/" RESCUE

static bool
hand_in(struct kit *k, const char *unit, const char *officer)
{
	return KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
	    .unit = str_of(unit), .officer = str_of(officer));
}

static void
test_the_main_department_hands_in(void **state)
{
	struct kit *k = *state;
	const struct msg_call_submitted *m;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_false(hand_in(k, ECOLOGY, ECOLOGIST));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(kit_allowed(k, "call.report_in"));
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_false(hand_in(k, RESCUE, RESCUER));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(hand_in(k, ECOLOGY, "nobody"));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_false(hand_in(k, ECOLOGY, "OF-GW-0325"));
	assert_refused(k, "REPORTER_IS_HANDLER");
	assert_false(hand_in(k, ECOLOGY, ECOLOGIST));
	assert_refused(k, "PART_MISSING");
	assert_true(dispatch_part(k));
	assert_true(hand_in(k, ECOLOGY, ECOLOGIST));
	m = KIT_SAID(k, call_submitted, 0);
	assert_false(m->late);
	assert_time(m->check_by, "2026-03-20T23:59:59+08:00");
	assert_due(k, C1, "check", "2026-03-20T23:59:59+08:00");
	assert_unarmed(k, C1, "finish");
	assert_str(
	    ((const struct row_call *)kit_row(k, C1))->officer, ECOLOGIST);
	assert_state(k, C1, "submitted");
}

static void
test_an_emergency_is_checked_in_hours_and_never_late(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_true(hand_in(k, ECOLOGY, ECOLOGIST));
	assert_false(KIT_SAID(k, call_submitted, 0)->late);
	assert_due(k, C1, "check", "2026-03-19T11:00:00+08:00");
	assert_unarmed(k, C1, "recheck");
}

static void
test_an_emergency_is_looked_at_every_hour(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	assert_true(dispatch_come(k, C1, RESCUE));
	kit_run_until(k, "2026-03-18T10:00:00+08:00");
	assert_due(k, C1, "recheck", "2026-03-18T11:00:00+08:00");
	assert_int_equal(kit_n(k), 0);
	kit_run_until(k, "2026-03-18T20:30:00+08:00");
	assert_due(k, C1, "recheck", "2026-03-18T21:00:00+08:00");
	/* Nobody was there for days: that is said once. */
	kit_at(k, "2026-03-21T09:20:00+08:00");
	assert_true(kit_fire(k, "lapsed", C1, "recheck"));
	assert_due(k, C1, "recheck", "2026-03-21T10:20:00+08:00");
}

static bool
veto(struct kit *k, const char *unit, const char *reason)
{
	return KIT_SEND(k, call_veto, .call = STR(C1), .reason = str_of(reason),
	    .unit = str_of(unit));
}

static void
test_a_veto_sends_it_back_to_work(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_false(veto(k, CENTRE, "more"));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(veto(k, ROOM, ""));
	assert_refused(k, "REASON_MISSING");
	kit_at(k, "2026-03-24T09:00:00+08:00");
	assert_true(veto(k, ROOM, "it still smells"));
	assert_int_equal(KIT_SAID(k, call_vetoed, 0)->n, 1);
	assert_state(k, C1, "working");
	assert_unarmed(k, C1, "check");
	/* Two working days from now are more than what was left. */
	assert_due(k, C1, "finish", "2026-03-26T23:59:59+08:00");
	assert_true(hand_in(k, ECOLOGY, ECOLOGIST));
	assert_false(KIT_SAID(k, call_submitted, 0)->late);
	assert_true(veto(k, ROOM, "still"));
	assert_int_equal(KIT_SAID(k, call_vetoed, 0)->n, 2);
}

static void
test_a_veto_takes_no_time_away(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_true(veto(k, ROOM, "more"));
	assert_due(k, C1, "finish", PROMISE);
}

static void
test_a_vetoed_emergency_is_looked_at_again(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "emergency");
	kit_at(k, "2026-03-18T09:40:00+08:00");
	assert_true(veto(k, ROOM, "more"));
	assert_due(k, C1, "recheck", "2026-03-18T10:40:00+08:00");
	assert_unarmed(k, C1, "finish");
}

static bool
release(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_release, .call = STR(C1), .unit = str_of(unit));
}

static void
test_the_township_releases_and_it_counts_as_handled(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_false(release(k, ECOLOGY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(release(k, CENTRE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(release(k, ROOM));
	assert_time(KIT_SAID(k, call_released, 0)->grade_by,
	    "2026-03-23T23:59:59+08:00");
	assert_str(KIT_SAID(k, call_unit_missed, 0)->unit, RESCUE);
	assert_null(KIT_SAID(k, call_unit_missed, 1));
	assert_str(KIT_SAID(k, casefile_handled, 0)->unit, ECOLOGY);
	assert_state(k, C1, "released");
	assert_state(k, A1, "released");
	assert_state(k, A2, "missed");
	assert_unarmed(k, A2, "report_in");
	assert_unarmed(k, A2, "sign");
	assert_unarmed(k, C1, "check");
	assert_due(k, C1, "grade", "2026-03-23T23:59:59+08:00");
}

static void
test_only_who_called_closes(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_true(release(k, ROOM));
	assert_false(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(CENTRE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(dispatch_look(k, true));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, casefile_closed, 0)->handler, ECOLOGY);
}

static bool
cancel(struct kit *k, const char *unit, const char *reason)
{
	return KIT_SEND(k, call_cancel, .call = STR(C1),
	    .reason = str_of(reason), .unit = str_of(unit));
}

static void
test_calling_off_frees_all_and_leaves_no_way(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_stranded *m;

	dispatch_working(k, "work");
	assert_false(cancel(k, CENTRE, "why not"));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(cancel(k, ROOM, " "));
	assert_refused(k, "REASON_MISSING");
	assert_true(cancel(k, ROOM, "a false alarm"));
	assert_str(KIT_SAID(k, call_cancelled, 0)->unit, ROOM);
	assert_null(KIT_SAID(k, call_unit_missed, 0));
	m = KIT_SAID(k, casefile_stranded, 0);
	assert_time(m->route_by, "2026-03-18T09:15:00+08:00");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
	assert_state(k, CASEFILE, "opened");
	assert_state(k, C1, "cancelled");
	assert_state(k, A1, "released");
	assert_state(k, A2, "released");
	assert_unarmed(k, C1, "finish");
	assert_unarmed(k, A2, "report_in");
	/* Another way is found, another call made. */
	assert_true(dispatch_call(k, "emergency"));
	assert_state(k, C2, "gathering");
	assert_state(k, CASEFILE, "in_hand");
	assert_unarmed(k, CASEFILE, "route");
}

static void
test_what_is_handed_in_is_not_called_off(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_false(cancel(k, ROOM, "never mind"));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(kit_allowed(k, "call.release"));
	assert_true(kit_allowed(k, "call.veto"));
	assert_false(kit_allowed(k, "call.cancel"));
}

static void
test_one_call_off_does_not_strand_what_another_achieved(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(WATER),
	    .reason = STR("a pipe broke"), .unit = STR(ROOM),
	    .officer = STR(ON_DUTY)));
	assert_true(release(k, ROOM));
	assert_state(k, CASEFILE, "in_hand");
	assert_state(k, C2 "/" WATER, "asked");
	assert_true(KIT_SEND(k, call_cancel, .call = STR(C2),
	    .reason = STR("it did not"), .unit = STR(ROOM)));
	assert_state(k, CASEFILE, "handled");
	assert_str(KIT_SAID(k, casefile_handled, 0)->unit, ECOLOGY);
}

static bool
confirm(struct kit *k, const char *unit, const char *officer, bool emergency)
{
	return KIT_SEND(k, call_confirm, .call = STR(C1),
	    .emergency = emergency, .unit = str_of(unit),
	    .officer = str_of(officer));
}

static void
test_the_head_says_whether_it_was_an_emergency(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	assert_due(k, C1, "confirm", "2026-03-19T09:00:00+08:00");
	assert_false(confirm(k, ROOM, TOWN_HEAD, true));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(confirm(k, LEADERS, OTHER_HEAD, true));
	assert_refused(k, "APPROVER_MISSING");
	assert_true(confirm(k, LEADERS, TOWN_HEAD, false));
	assert_false(KIT_SAID(k, call_confirmed, 0)->emergency);
	assert_str(KIT_SAID(k, call_confirmed, 0)->unit, ROOM);
	assert_true(((const struct row_call *)kit_row(k, C1))->no_emergency);
	/* It is counted against the caller; the call goes on. */
	assert_state(k, C1, "working");
	assert_unarmed(k, C1, "confirm");
	assert_false(confirm(k, LEADERS, TOWN_HEAD, true));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

/* It is the head's limit, and not the room's. */
static void
test_a_head_who_does_not_say_it_gets_a_card(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "emergency");
	assert_true(release(k, ROOM));
	assert_true(kit_fire(k, "overdue", C1, "confirm"));
	assert_str(KIT_SAID(k, card_issued, 0)->unit, LEADERS);
	assert_str(KIT_SAID(k, card_issued, 0)->colour, "yellow");
	assert_true(confirm(k, LEADERS, TOWN_HEAD, true));
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, LEADERS);
}

static void
test_a_work_call_is_no_emergency_to_confirm(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "work");
	assert_false(confirm(k, LEADERS, TOWN_HEAD, true));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

/* The confirmation is one of the words that end it. */
static void
test_the_last_word_ends_it(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "emergency");
	assert_true(release(k, ROOM));
	for (size_t i = 0; i < 2; i++)
		assert_true(KIT_SEND(k, call_grade, .call = STR(C1),
		    .graded = i == 0 ? STR(ECOLOGY) : STR(RESCUE), .score = 80,
		    .unit = STR(ROOM)));
	assert_true(KIT_SEND(k, call_grade_back, .call = STR(C1), .score = 80,
	    .unit = STR(ECOLOGY)));
	assert_state(k, C1, "released");
	assert_true(confirm(k, LEADERS, TOWN_HEAD, true));
	assert_int_equal(KIT_SAID(k, call_ended, 0)->ungraded, 0);
	assert_state(k, C1, "ended");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_main_department_hands_in),
		TEST(test_an_emergency_is_checked_in_hours_and_never_late),
		TEST(test_an_emergency_is_looked_at_every_hour),
		TEST(test_a_veto_sends_it_back_to_work),
		TEST(test_a_veto_takes_no_time_away),
		TEST(test_a_vetoed_emergency_is_looked_at_again),
		TEST(test_the_township_releases_and_it_counts_as_handled),
		TEST(test_only_who_called_closes),
		TEST(test_calling_off_frees_all_and_leaves_no_way),
		TEST(test_what_is_handed_in_is_not_called_off),
		TEST(test_the_head_says_whether_it_was_an_emergency),
		TEST(test_a_head_who_does_not_say_it_gets_a_card),
		TEST(test_a_work_call_is_no_emergency_to_confirm),
		TEST(test_the_last_word_ends_it),
		TEST(test_one_call_off_does_not_strand_what_another_achieved),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
