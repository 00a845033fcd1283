/* One thing: rules_bundle.c, rules_step.c, rules_integrate.c, rules_lag.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_bundle.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct row_bundle *
bundle(const struct kit *k)
{
	return (const struct row_bundle *)kit_row(k, O1);
}

static void
test_a_matter_starts_its_bundle_by_itself(void **state)
{
	struct kit *k = *state;
	const struct msg_bundle_started *m;

	dispatch_open(k, HOUSE);
	m = KIT_SAID(k, bundle_started, 0);
	assert_str(m->bundle, O1);
	assert_str(m->template, "BJ");
	assert_str(m->unit, TOWNSHIP);
	assert_str(m->by, "rule");
	assert_time(m->decompose_by, "2026-03-19T23:59:59+08:00");
	assert_time(m->finish_by, "2026-04-13T23:59:59+08:00");
	assert_str(KIT_SAID(k, casefile_routed, 0)->to, TOWNSHIP);
	assert_state(k, O1, "decomposing");
	assert_state(k, CASEFILE, "in_hand");
	assert_null(KIT_SAID(k, task_assigned, 0));
	/* The promise is that of the whole. */
	assert_int_equal(
	    ((const struct row_casefile *)kit_row(k, CASEFILE))->finish_by,
	    m->finish_by);
}

static void
test_it_is_decomposed_and_only_the_first_step_begins(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, HOUSE);
	assert_true(bundle_decompose(k));
	assert_int_equal(KIT_SAID(k, bundle_decomposed, 0)->steps, 14);
	assert_state(k, O1, "running");
	assert_state(k, O1 "/BJ-01", "working");
	assert_state(k, O1 "/BJ-02", "waiting");
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, VILLAGE);
	assert_str(KIT_SAID(k, task_assigned, 0)->step, O1 "/BJ-01");
	assert_str(KIT_SAID(k, task_assigned, 0)->from, TOWNSHIP);
	assert_null(KIT_SAID(k, task_assigned, 1));
	assert_unarmed(k, O1, "decompose");
	assert_due(k, T1, "finish", "2026-03-19T23:59:59+08:00");
	assert_null(KIT_SAID(k, bundle_lagged, 0));
}

static void
test_steps_run_side_by_side_and_what_is_not_so_is_skipped(void **state)
{
	struct kit *k = *state;

	bundle_house(k);
	bundle_do(k, "BJ-01");
	bundle_do(k, "BJ-02");
	bundle_do(k, "BJ-03");
	bundle_do(k, "BJ-04");
	assert_state(k, O1 "/BJ-05", "working");
	assert_state(k, O1 "/BJ-07", "working");
	assert_true(bundle_say(k, "BJ-05", "forest_water_road", false));
	bundle_do(k, "BJ-05");
	assert_str(KIT_SAID(k, step_skipped, 0)->step, O1 "/BJ-09");
	assert_str(KIT_SAID(k, step_skipped, 0)->why, "condition");
	assert_state(k, O1 "/BJ-06", "working");
	assert_state(k, O1 "/BJ-08", "waiting");
	bundle_do(k, "BJ-07");
	assert_state(k, O1 "/BJ-08", "waiting");
	bundle_do(k, "BJ-06");
	assert_state(k, O1 "/BJ-08", "working");
	/* Nobody is spared a step by silence. */
	assert_state(k, CASEFILE, "in_hand");
}

static void
test_an_unanswered_condition_holds(void **state)
{
	struct kit *k = *state;

	bundle_house(k);
	bundle_do(k, "BJ-01");
	bundle_do(k, "BJ-02");
	bundle_do(k, "BJ-03");
	bundle_do(k, "BJ-04");
	bundle_do(k, "BJ-05");
	assert_state(k, O1 "/BJ-09", "working");
}

static void
test_it_is_integrated_and_what_follows_runs_on(void **state)
{
	struct kit *k = *state;

	bundle_approved(k);
	assert_str(KIT_SAID(k, bundle_integrating, 0)->unit, TOWNSHIP);
	assert_state(k, O1, "integrating");
	assert_false(bundle_integrate(k));
	assert_refused(k, "PAPER_MISSING");
	assert_true(bundle_papers(k));
	assert_true(bundle_integrate(k));
	assert_false(KIT_SAID(k, bundle_integrated, 0)->late);
	assert_state(k, O1, "following");
	assert_unarmed(k, O1, "finish");
	assert_unarmed(k, O1, "integrate");
	assert_state(k, CASEFILE, "in_hand");
	bundle_do(k, "BJ-10");
	bundle_do(k, "BJ-11");
	bundle_do(k, "BJ-12");
	bundle_do(k, "BJ-13");
	assert_false(bundle_skip(k, "BJ-13"));
	assert_refused(k, "NOT_ALLOWED_NOW");
	bundle_do(k, "BJ-14");
	assert_int_equal(KIT_SAID(k, bundle_completed, 0)->done, 13);
	assert_int_equal(KIT_SAID(k, bundle_completed, 0)->skipped, 1);
	assert_state(k, O1, "completed");
	assert_state(k, O1 "/BJ-01", "closed");
	assert_state(k, CASEFILE, "handled");
	/* In time is what was integrated in time. */
	assert_false(KIT_SAID(k, casefile_handled, 0)->late);
	assert_str(KIT_SAID(k, casefile_handled, 0)->unit, TOWNSHIP);
}

static void
test_papers_are_asked_for_once_and_the_clock_stands_still(void **state)
{
	static const struct str two[] = { { "户口簿", 9 }, { "身份证", 9 } };
	static const struct str other[] = { { "房产证", 9 } };
	struct kit *k = *state;

	bundle_house(k);
	assert_false(bundle_ask(k, "BJ-01", other, 1));
	assert_refused(k, "NOT_OF_STEP");
	assert_true(bundle_ask(k, "BJ-01", two, 2));
	assert_state(k, O1 "/BJ-01", "lacking");
	assert_due(k, O1 "/BJ-01", "papers", "2026-03-25T23:59:59+08:00");
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(dispatch_submit(k, T1, VILLAGE));
	assert_refused(k, "PAPER_MISSING");
	kit_at(k, "2026-03-20T10:00:00+08:00");
	assert_false(bundle_supply(k, "BJ-01", two, 1));
	assert_refused(k, "PAPER_MISSING");
	assert_true(bundle_supply(k, "BJ-01", two, 2));
	assert_state(k, O1 "/BJ-01", "working");
	assert_unarmed(k, O1 "/BJ-01", "papers");
	assert_int_equal(
	    KIT_SAID(k, step_supplied, 0)->finish_by > kit_now(k), 1);
	assert_time(((const struct row_task *)kit_row(k, T1))->finish_by,
	    kit_due(k, T1, "finish"));
	assert_false(bundle_ask(k, "BJ-01", two, 1));
	assert_refused(k, "ASKED_BEFORE");
}

/* More time is granted while they are looked for: it stands still as well. */
static void
test_more_time_does_not_set_a_clock_going_that_stands_still(void **state)
{
	static const struct str one[] = { { "户口簿", 9 } };
	struct kit *k = *state;
	const struct row_task *t;

	bundle_house(k);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	t = (const struct row_task *)kit_row(k, T1);
	assert_true(KIT_SEND(k, extension_ask, .task = STR(T1),
	    .until = t->finish_by + HOUR_MS, .reason = STR("snow"),
	    .unit = STR(VILLAGE)));
	assert_true(bundle_ask(k, "BJ-01", one, 1));
	assert_true(
	    KIT_SEND(k, extension_grant, .task = STR(T1), .unit = t->giver));
	kit_at(k, "2026-03-20T10:00:00+08:00");
	assert_true(bundle_supply(k, "BJ-01", one, 1));
	assert_time(t->finish_by, kit_due(k, T1, "finish"));
	assert_true(KIT_SAID(k, step_supplied, 0)->finish_by > kit_now(k));
}

static void
test_a_stalled_step_is_decided_by_the_lead(void **state)
{
	static const struct str one[] = { { "登记申请书", 15 } };
	struct kit *k = *state;

	bundle_following(k);
	bundle_do(k, "BJ-10");
	bundle_do(k, "BJ-11");
	bundle_do(k, "BJ-12");
	bundle_do(k, "BJ-13");
	assert_true(bundle_ask(k, "BJ-14", one, 1));
	assert_true(kit_fire(k, "overdue", O1 "/BJ-14", "papers"));
	assert_state(k, O1 "/BJ-14", "stalled");
	assert_str(KIT_SAID(k, step_stalled, 0)->unit, TOWNSHIP);
	assert_true(kit_due(k, O1 "/BJ-14", "decide")[0] != '\0');
	assert_true(bundle_skip(k, "BJ-14"));
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "bundle");
	assert_str(KIT_SAID(k, step_skipped, 0)->why, "lead");
	assert_state(k, O1, "completed");
	assert_state(k, CASEFILE, "handled");
}

static void
test_a_step_that_is_moved_keeps_its_place(void **state)
{
	struct kit *k = *state;

	bundle_house(k);
	assert_true(KIT_SEND(k, return_ask, .task = STR(T1),
	    .reason = STR("not ours"), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, return_agree, .task = STR(T1),
	    .to = STR(ECONOMY), .unit = STR(TOWNSHIP)));
	assert_state(k, T1, "moved");
	assert_str(
	    ((const struct row_task *)kit_row(k, T2))->step, O1 "/BJ-01");
	assert_str(
	    ((const struct row_step *)kit_row(k, O1 "/BJ-01"))->owner, ECONOMY);
	/* What the casefile's own task would be is not there to be raised. */
	assert_false(KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = STR(ROOM)));
	assert_refused(k, "NO_TASK");
	bundle_do(k, "BJ-01");
	assert_state(k, O1 "/BJ-01", "done");
	assert_state(k, O1 "/BJ-02", "working");
}

static void
test_calls_and_penalties_leave_the_steps_alone(void **state)
{
	struct kit *k = *state;

	bundle_house(k);
	assert_true(dispatch_call(k, "emergency"));
	assert_state(k, T1, "assigned");
	assert_true(KIT_SEND(
	    k, penalty_filed, .penalty = STR(P1), .unit = STR(VILLAGE)));
	assert_state(k, T1, "assigned");
	assert_state(k, O1 "/BJ-01", "working");
}

static void
test_the_lead_reopens_before_there_is_a_result(void **state)
{
	struct kit *k = *state;

	bundle_approved(k);
	assert_false(bundle_reopen(k, "BJ-77", "again"));
	assert_refused(k, "UNKNOWN_STEP");
	assert_false(bundle_reopen(k, "BJ-13", "again"));
	assert_refused(k, "NOT_ENDED");
	assert_false(bundle_reopen(k, "BJ-07", " "));
	assert_refused(k, "REASON_MISSING");
	assert_true(bundle_reopen(k, "BJ-07", "the paper is not signed"));
	assert_state(k, O1, "running");
	assert_state(k, O1 "/BJ-07", "working");
	assert_state(k, O1 "/BJ-08", "done");
	assert_unarmed(k, O1, "integrate");
	assert_int_equal(KIT_SAID(k, task_assigned, 0)->rework, 1);
	bundle_do(k, "BJ-07");
	assert_state(k, O1, "integrating");
	assert_int_equal(bundle(k)->reopened, 1);
}

static void
test_the_centre_lets_it_be_stopped(void **state)
{
	struct kit *k = *state;

	bundle_house(k);
	assert_false(bundle_stop(k, DUTY));
	assert_refused(k, "APPROVER_MISSING");
	assert_true(bundle_stop(k, CENTRE_CLERK));
	assert_state(k, O1, "stopped");
	assert_state(k, O1 "/BJ-01", "stopped");
	assert_state(k, T1, "withdrawn");
	/* Nothing came of it: somebody must find it another way. */
	assert_state(k, CASEFILE, "opened");
	assert_true(kit_due(k, CASEFILE, "route")[0] != '\0');
	assert_unarmed(k, O1, "finish");
	assert_unarmed(k, O1, "watch");
}

static void
test_a_lag_is_told_once(void **state)
{
	struct kit *k = *state;
	const struct msg_bundle_lagged *m;

	bundle_house(k);
	bundle_do(k, "BJ-01");
	assert_null(KIT_SAID(k, bundle_lagged, 0));
	(void)kit_run_until(k, "2026-03-27T00:00:00+08:00");
	assert_int_equal(kit_total(k, &msg_bundle_lagged_desc), 0);
	/* Six days late with the notice: the rest does not fit in any more. */
	(void)kit_run_until(k, "2026-04-03T00:00:00+08:00");
	assert_int_equal(kit_total(k, &msg_bundle_lagged_desc), 1);
	m = KIT_SAID(k, bundle_lagged, 0);
	if (m != NULL)
		assert_str(m->step, O1 "/BJ-02");
	(void)kit_run_until(k, "2026-06-03T00:00:00+08:00");
	assert_int_equal(kit_total(k, &msg_bundle_lagged_desc), 1);
	assert_true(bundle(k)->lagged);
	/* And the lead unit has its card. */
	assert_true(kit_total(k, &msg_card_issued_desc) > 0);
}

static void
test_an_unfit_decomposition_is_refused(void **state)
{
	static const struct str circle[] = { { "BJ-05.BJ-07", 11 },
		{ "BJ-07.BJ-05", 11 } };
	static const struct str wait[] = { { "BJ-07.BJ-06", 11 } };
	static const struct str step[] = { { "BJ-01", 5 } };
	static const struct str none[] = { { "BJ-99", 5 } };
	static const struct str owner[] = { { ECONOMY, sizeof(ECONOMY) - 1 } };
	struct kit *k = *state;

	dispatch_open(k, HOUSE);
	assert_false(KIT_SEND(k, bundle_decompose, .bundle = STR(O1),
	    .waits = { circle, 2 }, .unit = STR(TOWNSHIP)));
	assert_refused(k, "CYCLE");
	assert_false(KIT_SEND(k, bundle_decompose, .bundle = STR(O1),
	    .steps = { step, 1 }, .unit = STR(TOWNSHIP)));
	assert_refused(k, "OWNER_MISSING");
	assert_false(KIT_SEND(k, bundle_decompose, .bundle = STR(O1),
	    .steps = { none, 1 }, .owners = { owner, 1 },
	    .unit = STR(TOWNSHIP)));
	assert_refused(k, "UNKNOWN_STEP");
	assert_false(KIT_SEND(
	    k, bundle_decompose, .bundle = STR(O1), .unit = STR(WATER)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, bundle_decompose, .bundle = STR(O1),
	    .steps = { step, 1 }, .owners = { owner, 1 }, .waits = { wait, 1 },
	    .unit = STR(TOWNSHIP)));
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, ECONOMY);
	assert_int_equal(
	    ((const struct row_step *)kit_row(k, O1 "/BJ-07"))->after.n, 2);
}

static void
test_the_room_starts_one_in_place_of_a_task(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_false(bundle_start(k, "ZZ"));
	assert_refused(k, "UNKNOWN_TEMPLATE");
	assert_true(bundle_start(k, "HL"));
	assert_state(k, T1, "withdrawn");
	assert_state(k, O1, "decomposing");
	assert_str(KIT_SAID(k, bundle_started, 0)->unit, ECOLOGY);
	assert_false(bundle_start(k, "HL"));
	assert_refused(k, "BUNDLE_OPEN");
	assert_false(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_refused(k, "CHILD_OPEN");
}

int
main(void)
{
#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)
	const struct CMUnitTest tests[] = {
		T(test_a_matter_starts_its_bundle_by_itself),
		T(test_it_is_decomposed_and_only_the_first_step_begins),
		T(test_steps_run_side_by_side_and_what_is_not_so_is_skipped),
		T(test_an_unanswered_condition_holds),
		T(test_it_is_integrated_and_what_follows_runs_on),
		T(test_papers_are_asked_for_once_and_the_clock_stands_still),
		T(test_more_time_does_not_set_a_clock_going_that_stands_still),
		T(test_a_stalled_step_is_decided_by_the_lead),
		T(test_a_step_that_is_moved_keeps_its_place),
		T(test_calls_and_penalties_leave_the_steps_alone),
		T(test_the_lead_reopens_before_there_is_a_result),
		T(test_the_centre_lets_it_be_stopped),
		T(test_a_lag_is_told_once),
		T(test_an_unfit_decomposition_is_refused),
		T(test_the_room_starts_one_in_place_of_a_task),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
