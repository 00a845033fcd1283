/* Tasks and their return: services/dispatcher/rules_task.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct row_task *
task(const struct kit *k, const char *id)
{
	return (const struct row_task *)kit_row(k, id);
}

static void
test_signing_meets_the_limit(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(dispatch_sign(k, T1, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(dispatch_sign(k, T1, "330122109999-V"));
	assert_refused(k, "UNKNOWN_UNIT");
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(KIT_SAID(k, task_signed, 0)->late);
	assert_unarmed(k, T1, "sign");
	assert_due(k, T1, "finish", PROMISE);
	assert_false(dispatch_sign(k, T1, VILLAGE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(kit_allowed(k, "task.submit"));
	assert_true(kit_allowed(k, "return.ask"));
	assert_false(kit_allowed(k, "task.sign"));
	assert_false(kit_allowed(k, "call.raise"));
}

static void
test_signing_late_is_told_but_no_card_follows(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	kit_run_until(k, "2026-03-20T08:00:00+08:00");
	assert_state(k, K1, "");
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(KIT_SAID(k, task_signed, 0)->late);
}

static void
test_only_signed_work_is_handed_in(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(dispatch_submit(k, T1, VILLAGE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(kit_allowed(k, "task.sign"));
}

static void
test_who_handles_is_known_and_not_the_reporter(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(
	    KIT_SEND(k, task_submit, .task = STR(T1), .result = STR("done"),
		.unit = STR(VILLAGE), .officer = STR("OF-GW-9999")));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_false(KIT_SEND(k, task_submit, .task = STR(T1),
	    .result = STR("done"), .unit = STR(VILLAGE), .officer = STR("")));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_false(
	    KIT_SEND(k, task_submit, .task = STR(T1), .result = STR("done"),
		.unit = STR(VILLAGE), .officer = STR("OF-GW-0325")));
	assert_refused(k, "REPORTER_IS_HANDLER");
	assert_false(dispatch_submit(k, T1, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(dispatch_submit(k, T1, VILLAGE));
}

static void
test_handing_in_stops_the_clocks_and_starts_the_check(void **state)
{
	struct kit *k = *state;
	const struct msg_task_submitted *m;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-19T16:00:00+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	m = KIT_SAID(k, task_submitted, 0);
	assert_str(m->officer, WORKER);
	assert_time(m->check_by, "2026-03-23T23:59:59+08:00");
	assert_due(k, T1, "check", "2026-03-23T23:59:59+08:00");
	assert_unarmed(k, T1, "finish");
	assert_unarmed(k, T1, "return");
	assert_time(task(k, T1)->assigned_at, "2026-03-18T09:00:00+08:00");
	assert_time(task(k, T1)->submitted_at, "2026-03-19T16:00:00+08:00");
	assert_false(dispatch_submit(k, T1, VILLAGE));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static void
test_the_giver_checks_and_not_the_handler(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_false(dispatch_accept(k, T1, VILLAGE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, task_accept, .task = STR(T1),
	    .unit = STR(ROOM), .officer = STR(WORKER)));
	assert_refused(k, "CHECKER_IS_HANDLER");
	assert_false(KIT_SEND(k, task_accept, .task = STR(T1),
	    .unit = STR(ROOM), .officer = STR("nobody")));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_true(
	    KIT_SEND(k, task_accept, .task = STR(T1), .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, task_accepted, 0)->unit, VILLAGE);
	assert_state(k, T1, "accepted");
	assert_unarmed(k, T1, "check");
}

static bool
reject(struct kit *k, const char *missing)
{
	return KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = str_of(missing), .unit = STR(ROOM),
	    .officer = STR(DUTY));
}

static void
test_rejected_work_goes_back_with_time_to_mend_it(void **state)
{
	struct kit *k = *state;
	const struct msg_task_rejected *m;

	dispatch_open(k, RUBBISH); /* until 15:00 */
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-18T14:00:00+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_false(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("photo"), .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(
	    KIT_SEND(k, task_reject, .task = STR(T1), .missing = STR("photo"),
		.unit = STR(ROOM), .officer = STR("nobody")));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_false(reject(k, " \t"));
	assert_refused(k, "REASON_MISSING");
	assert_true(reject(k, "photo after the work"));
	m = KIT_SAID(k, task_rejected, 0);
	assert_int_equal(m->n, 1);
	assert_time(m->finish_by, "2026-03-20T23:59:59+08:00");
	assert_due(k, T1, "finish", "2026-03-20T23:59:59+08:00");
	assert_unarmed(k, T1, "check");
	assert_state(k, T1, "signed");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_false(KIT_SAID(k, task_submitted, 0)->late);
	assert_true(reject(k, "again"));
	assert_int_equal(KIT_SAID(k, task_rejected, 0)->n, 2);
}

static void
test_rejecting_takes_no_time_away(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH); /* until the 25th */
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(reject(k, "photo"));
	assert_time(KIT_SAID(k, task_rejected, 0)->finish_by, PROMISE);
	assert_due(k, T1, "finish", PROMISE);
}

static bool
ask(struct kit *k, const char *task_id, const char *unit)
{
	return KIT_SEND(k, return_ask, .task = str_of(task_id),
	    .reason = STR("the road is the county's"), .to = STR(ECOLOGY),
	    .unit = str_of(unit));
}

static bool
agree(struct kit *k, const char *task_id, const char *to)
{
	return KIT_SEND(k, return_agree, .task = str_of(task_id),
	    .to = str_of(to), .unit = STR(ROOM));
}

static bool
decline(struct kit *k, const char *reason)
{
	return KIT_SEND(k, return_decline, .task = STR(T1),
	    .reason = str_of(reason), .unit = STR(ROOM));
}

static void
test_a_return_is_asked_with_a_reason_inside_the_window(void **state)
{
	struct kit *k = *state;
	const struct msg_return_asked *m;

	dispatch_open(k, DITCH);
	assert_false(KIT_SEND(k, return_ask, .task = STR(T1),
	    .reason = STR("  "), .unit = STR(VILLAGE)));
	assert_refused(k, "REASON_MISSING");
	assert_false(ask(k, T1, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, return_ask, .task = STR(T1),
	    .reason = STR("why"), .to = STR("nobody"), .unit = STR(VILLAGE)));
	assert_refused(k, "UNKNOWN_UNIT");
	kit_at(k, "2026-03-20T23:59:59+08:00");
	assert_true(ask(k, T1, VILLAGE));
	m = KIT_SAID(k, return_asked, 0);
	assert_str(m->to, ECOLOGY);
	/* The 20th is a Friday: one working day is Monday. */
	assert_time(m->answer_by, "2026-03-23T23:59:59+08:00");
	assert_state(k, T1, "contested");
	assert_due(k, T1, "answer", "2026-03-23T23:59:59+08:00");
	assert_due(k, T1, "finish", PROMISE);
	assert_unarmed(k, T1, "sign");
	assert_unarmed(k, T1, "return");
}

static void
test_the_window_closes_without_blame(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	kit_run_until(k, "2026-03-21T00:00:00+08:00");
	assert_false(ask(k, T1, VILLAGE));
	assert_refused(k, "WINDOW_PASSED");
	assert_state(k, T1, "assigned");
	assert_state(k, K1, "");
}

static void
test_agreeing_moves_the_work_under_the_same_finish(void **state)
{
	struct kit *k = *state;
	const struct msg_task_assigned *m;

	dispatch_open(k, DITCH);
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_true(ask(k, T1, VILLAGE));
	assert_false(KIT_SEND(k, return_agree, .task = STR(T1),
	    .to = STR(ECOLOGY), .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(agree(k, T1, "nobody"));
	assert_refused(k, "UNKNOWN_UNIT");
	assert_false(agree(k, T1, VILLAGE));
	assert_refused(k, "SAME_UNIT");
	assert_true(agree(k, T1, ECOLOGY));
	assert_str(KIT_SAID(k, return_agreed, 0)->to, ECOLOGY);
	assert_str(KIT_SAID(k, task_moved, 0)->to, ECOLOGY);
	assert_str(KIT_SAID(k, task_moved, 0)->unit, VILLAGE);
	m = KIT_SAID(k, task_assigned, 0);
	assert_str(m->task, T2);
	assert_str(m->unit, ECOLOGY);
	assert_str(m->from, ROOM);
	assert_time(m->finish_by, PROMISE);
	assert_int_equal(m->return_by, kit_now(k));
	assert_state(k, T1, "moved");
	assert_unarmed(k, T1, "finish");
	assert_unarmed(k, T1, "answer");
	assert_due(k, T2, "finish", PROMISE);
	assert_unarmed(k, T2, "return");
	/* It is the county's now: there is nothing above. */
	assert_false(KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = STR(ECOLOGY)));
	assert_refused(k, "TOP_LEVEL");
	assert_false(ask(k, T2, ECOLOGY));
	assert_refused(k, "DESIGNATED");
}

static void
test_declining_leaves_the_work_and_ends_the_asking(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(ask(k, T1, VILLAGE));
	assert_false(KIT_SEND(k, return_decline, .task = STR(T1),
	    .reason = STR("not yours"), .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(decline(k, ""));
	assert_refused(k, "REASON_MISSING");
	assert_true(decline(k, "the list says so"));
	assert_str(KIT_SAID(k, return_declined, 0)->unit, VILLAGE);
	assert_state(k, T1, "signed");
	assert_unarmed(k, T1, "answer");
	assert_due(k, T1, "finish", PROMISE);
	assert_false(ask(k, T1, VILLAGE));
	assert_refused(k, "RETURNED_BEFORE");
	assert_true(dispatch_submit(k, T1, VILLAGE));
}

static void
test_the_silence_of_the_giver_costs_the_giver(void **state)
{
	struct kit *k = *state;
	const struct row_card *card;

	dispatch_open(k, DITCH);
	assert_true(ask(k, T1, VILLAGE));
	kit_run_until(k, "2026-03-20T00:00:00+08:00");
	card = (const struct row_card *)kit_row(k, K1);
	assert_state(k, K1, "yellow");
	assert_str(card->unit, ROOM);
	assert_state(k, T1, "disputed");
	assert_state(k, Q1, "centre");
	assert_true(agree(k, T1, ECOLOGY));
	assert_non_null(KIT_SAID(k, card_lifted, 0));
	assert_state(k, K1, "lifted");
	assert_state(k, Q1, "settled");
	assert_state(k, T1, "moved");
}

static void
test_doing_contested_work_settles_the_return(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(ask(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_unarmed(k, T1, "answer");
	assert_unarmed(k, T1, "finish");
	assert_state(k, T1, "submitted");
	assert_false(agree(k, T1, ECOLOGY));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static void
test_danger_is_answered_in_minutes(void **state)
{
	struct kit *k = *state;

	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(DITCH), .channel = STR("grid"), .urgent = true,
	    .finish_by = kit_now(k) + 30 * DAY_MS, .pack = STR("tonglu")));
	/* The kit stands in the township: no village, so its module has it. */
	assert_true(ask(k, T1, ECONOMY));
	assert_due(k, T1, "answer", "2026-03-18T09:10:00+08:00");
}

static void
test_a_moved_task_keeps_its_rework(void **state)
{
	struct kit *k = *state;

	dispatch_closed(k, "solved");
	assert_true(KIT_SEND(k, callback_recorded, .callback = STR(B1),
	    .unit = STR(VILLAGE), .outcome = STR("solved"),
	    .satisfied = STR("no")));
	assert_int_equal(task(k, T2)->rework, 1);
	assert_true(ask(k, T2, VILLAGE));
	assert_true(agree(k, T2, ECOLOGY));
	assert_int_equal(KIT_SAID(k, task_assigned, 0)->rework, 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_signing_meets_the_limit),
		TEST(test_signing_late_is_told_but_no_card_follows),
		TEST(test_only_signed_work_is_handed_in),
		TEST(test_who_handles_is_known_and_not_the_reporter),
		TEST(test_handing_in_stops_the_clocks_and_starts_the_check),
		TEST(test_the_giver_checks_and_not_the_handler),
		TEST(test_rejected_work_goes_back_with_time_to_mend_it),
		TEST(test_rejecting_takes_no_time_away),
		TEST(test_a_return_is_asked_with_a_reason_inside_the_window),
		TEST(test_the_window_closes_without_blame),
		TEST(test_agreeing_moves_the_work_under_the_same_finish),
		TEST(test_declining_leaves_the_work_and_ends_the_asking),
		TEST(test_the_silence_of_the_giver_costs_the_giver),
		TEST(test_doing_contested_work_settles_the_return),
		TEST(test_danger_is_answered_in_minutes),
		TEST(test_a_moved_task_keeps_its_rework),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
