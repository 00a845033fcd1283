/* Looked at, sent back, ended, merged: rules_verify.c, _close.c, _merge.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PARENT "330122-26-0000100"

static const struct row_casefile *
casefile(const struct kit *k)
{
	return (const struct row_casefile *)kit_row(k, CASEFILE);
}

static bool
close_it(struct kit *k, const char *outcome)
{
	return KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = str_of(outcome), .unit = STR(ROOM));
}

static void
test_overdue_is_decided_when_the_last_work_is_handed_in(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, PROMISE);
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_str(KIT_SAID(k, casefile_forwarded, 0)->unit, VILLAGE);
	assert_false(KIT_SAID(k, casefile_forwarded, 0)->late);
	assert_true(casefile(k)->forwarded_at == kit_now(k));
	kit_at(k, "2026-03-26T09:00:00+08:00");
	assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("pipe"), .unit = STR(ROOM)));
	assert_int_equal(casefile(k)->forwarded_at, 0);
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(KIT_SAID(k, casefile_forwarded, 0)->late);
}

static void
test_somebody_else_looks_before_it_is_closed(void **state)
{
	static const struct {
		const char *unit, *officer, *code;
	} who[] = { { VILLAGE, WORKER, "VERIFIER_IS_HANDLER" },
		{ VILLAGE, "nobody", "UNKNOWN_OFFICER" },
		{ OTHER_ROOM, DUTY, "NOT_YOUR_UNIT" },
		{ "330122109207-V", CLERK, "NOT_YOUR_UNIT" },
		{ VILLAGE, CLERK, "" }, { ROOM, DUTY, "" } };

	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_handled(k);
		assert_time(KIT_SAID(k, casefile_handled, 0)->verify_by,
		    "2026-03-18T09:30:00+08:00");
		assert_false(close_it(k, "solved"));
		assert_refused(k, "NOT_VERIFIED");
		(void)KIT_SEND(k, casefile_verify, .casefile = STR(CASEFILE),
		    .ok = true, .found = STR("runs"),
		    .unit = str_of(who[i].unit),
		    .officer = str_of(who[i].officer));
		assert_refused(k, who[i].code);
		assert_int_equal(close_it(k, "solved"), who[i].code[0] == '\0');
		kit_free(&k);
	}
}

static void
test_what_is_explained_needs_no_look(void **state)
{
	struct kit *k = *state;

	dispatch_handled(k);
	assert_true(close_it(k, "explained"));
	assert_str(KIT_SAID(k, casefile_closed, 0)->tier, "village");
	assert_unarmed(k, CASEFILE, "verify");
}

static void
test_nobody_looking_is_the_rooms_card(void **state)
{
	struct kit *k = *state;

	dispatch_handled(k);
	kit_run_until(k, "2026-03-18T09:30:00+08:00");
	assert_state(k, K1, "yellow");
	assert_true(dispatch_look(k, true));
	assert_state(k, K1, "lifted");
	/* What was said a moment too late is no card. */
	(void)KIT_SEND(k, deadline_overdue, .thing = STR(CASEFILE),
	    .limit = STR("verify"), .unit = STR(ROOM), .due_at = kit_now(k));
	assert_state(k, K2, "");
}

static void
test_a_failed_look_sends_it_back(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_rejected *m;

	dispatch_handled(k);
	assert_true(dispatch_look(k, false));
	m = KIT_SAID(k, casefile_rejected, 0);
	assert_str(m->unit, VILLAGE);
	assert_int_equal(m->n, 1);
	assert_time(m->finish_by, PROMISE);
	assert_state(k, CASEFILE, "in_hand");
	assert_state(k, T2, "assigned");
	assert_unarmed(k, CASEFILE, "close");
	assert_true(dispatch_sign(k, T2, VILLAGE));
	assert_true(dispatch_submit(k, T2, VILLAGE));
	assert_true(dispatch_accept(k, T2, ROOM));
	assert_false(close_it(k, "solved"));
	assert_refused(k, "NOT_VERIFIED");
}

static void
test_who_would_close_may_send_it_back(void **state)
{
	struct kit *k = *state;

	dispatch_handled(k);
	assert_false(KIT_SEND(k, casefile_reject, .casefile = STR(CASEFILE),
	    .missing = STR("lid"), .unit = STR(OTHER_ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, casefile_reject, .casefile = STR(CASEFILE),
	    .missing = STR(" "), .unit = STR(ROOM)));
	assert_refused(k, "REASON_MISSING");
	assert_true(KIT_SEND(k, casefile_reject, .casefile = STR(CASEFILE),
	    .missing = STR("lid"), .unit = STR(ROOM)));
	assert_int_equal(casefile(k)->rejected, 1);
	assert_state(k, CASEFILE, "in_hand");
}

static bool
end_it(struct kit *k, const char *ground, const char *holder, const char *unit)
{
	return KIT_SEND(k, casefile_terminate, .casefile = STR(CASEFILE),
	    .ground = str_of(ground), .holder = str_of(holder),
	    .request = STR("as the rule says"), .unit = str_of(unit));
}

static void
test_the_centre_ends_it_on_its_holders_request(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_closed *m;

	dispatch_open(k, DITCH);
	assert_false(end_it(k, "petition", VILLAGE, ROOM));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(end_it(k, "petition", ECOLOGY, CENTRE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(end_it(k, "bored", VILLAGE, CENTRE));
	assert_refused(k, "GROUND_UNKNOWN");
	assert_true(end_it(k, "petition", VILLAGE, CENTRE));
	m = KIT_SAID(k, casefile_closed, 0);
	assert_str(m->outcome, "explained");
	assert_str(m->ground, "petition");
	assert_str(m->handler, VILLAGE);
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "terminated");
	assert_state(k, CASEFILE, "closed");
	assert_false(end_it(k, "petition", VILLAGE, CENTRE));
	assert_refused(k, "CASEFILE_ENDED");
}

static void
test_other_work_is_ended_first(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_false(end_it(k, "petition", ROOM, CENTRE));
	assert_refused(k, "CHILD_OPEN");
}

static bool
merge(struct kit *k, const char *parent)
{
	return KIT_SEND(k, casefile_merge, .casefile = STR(CASEFILE),
	    .parent = str_of(parent), .reason = STR("the same ditch"),
	    .unit = STR(ROOM));
}

static void
test_a_child_waits_for_its_parent_and_closes_with_it(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_closed *m;

	dispatch_open(k, DITCH);
	assert_false(merge(k, CASEFILE));
	assert_refused(k, "CYCLE");
	assert_true(merge(k, PARENT));
	assert_state(k, CASEFILE, "merged");
	assert_state(k, T1, "withdrawn");
	assert_str(KIT_SAID(k, casefile_joined, 0)->casefile, PARENT);
	assert_str(KIT_SAID(k, casefile_joined, 0)->child, CASEFILE);
	/* Nothing but its parent moves it. */
	assert_false(close_it(k, "solved"));
	assert_refused(k, "CASEFILE_ENDED");
	assert_false(KIT_SAID(k, command_refused, 0)->allowed.n > 0);
	kit_at(k, "2026-03-27T09:00:00+08:00");
	assert_true(KIT_SEND(k, casefile_followed, .casefile = STR(CASEFILE),
	    .parent = STR(PARENT), .outcome = STR("solved"),
	    .handler = STR(VILLAGE), .unit = STR(ROOM), .done_at = kit_now(k)));
	m = KIT_SAID(k, casefile_closed, 0);
	assert_str(m->casefile, CASEFILE);
	assert_str(m->parent, PARENT);
	/* Its own promise counts for it. */
	assert_true(m->late);
	assert_state(k, CASEFILE, "closed");
	/* A citizen who is not content has it opened by itself again. */
	assert_true(KIT_SEND(k, callback_recorded, .callback = STR(B1),
	    .outcome = STR("solved"), .satisfied = STR("no")));
	assert_state(k, CASEFILE, "in_hand");
	assert_int_equal(casefile(k)->parent.n, 0);
}

static void
test_a_parent_carries_its_children_to_its_end(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, casefile_joined, .casefile = STR(CASEFILE),
	    .child = STR(PARENT), .finish_by = kit_now(k) + DAY_MS));
	assert_null(KIT_SAID(k, casefile_parted, 0));
	/* The earlier promise holds for the work that is under way. */
	assert_due(k, T1, "finish", "2026-03-19T09:00:00+08:00");
	assert_false(merge(k, "330122-26-0000200"));
	assert_refused(k, "CYCLE");
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_true(dispatch_look(k, true));
	assert_true(close_it(k, "solved"));
	assert_str(KIT_SAID(k, casefile_followed, 0)->casefile, PARENT);
	assert_str(KIT_SAID(k, casefile_followed, 0)->handler, VILLAGE);
	assert_int_equal(casefile(k)->children.n, 0);
}

/* Whoever reported it, first or after others, does not handle it (报办分离). */
static void
test_nobody_who_reported_it_handles_it(void **state)
{
	static const struct str clerks[] = { { CLERK, sizeof(CLERK) - 1 } };
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, report_added, .casefile = STR(CASEFILE),
	    .report = STR(PARENT), .officer = STR(WORKER)));
	assert_true(KIT_SEND(k, casefile_joined, .casefile = STR(CASEFILE),
	    .child = STR("330122-26-0000200"), .finish_by = kit_now(k) + DAY_MS,
	    .reporters = { clerks, ARRAY_LEN(clerks) }));
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(dispatch_submit(k, T1, VILLAGE)); /* by WORKER */
	assert_refused(k, "REPORTER_IS_HANDLER");
	assert_false(KIT_SEND(k, task_submit, .task = STR(T1),
	    .unit = STR(VILLAGE), .officer = clerks[0], .result = STR("done")));
	assert_refused(k, "REPORTER_IS_HANDLER");
}

static void
test_reporters_go_along_with_a_child(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, report_added, .casefile = STR(CASEFILE),
	    .report = STR(PARENT), .officer = STR(WORKER)));
	assert_true(KIT_SEND(k, report_added, .casefile = STR(CASEFILE),
	    .report = STR(PARENT), .officer = STR(WORKER)));
	assert_true(merge(k, PARENT));
	assert_int_equal(KIT_SAID(k, casefile_joined, 0)->reporters.n, 2);
	assert_str(KIT_SAID(k, casefile_joined, 0)->reporters.p[0], WORKER);
}

static void
test_a_parent_that_cannot_carry_lets_go(void **state)
{
	struct kit *k = *state;

	kit_case(k, CASEFILE);
	kit_place(k, "330122109219");
	assert_true(KIT_SEND(k, casefile_joined, .casefile = STR(CASEFILE),
	    .child = STR(PARENT), .finish_by = kit_now(k)));
	assert_str(KIT_SAID(k, casefile_parted, 0)->why, "unknown");
	dispatch_closed(k, "solved");
	assert_true(KIT_SEND(k, casefile_joined, .casefile = STR(CASEFILE),
	    .child = STR(PARENT), .finish_by = kit_now(k)));
	assert_str(KIT_SAID(k, casefile_parted, 0)->why, "ended");
	assert_str(KIT_SAID(k, casefile_parted, 0)->casefile, PARENT);
}

static void
test_a_child_without_a_parent_needs_a_way(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(merge(k, PARENT));
	assert_true(KIT_SEND(k, casefile_parted, .casefile = STR(CASEFILE),
	    .parent = STR(PARENT), .why = STR("merged")));
	assert_state(k, CASEFILE, "opened");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
}

static void
test_the_third_time_it_is_a_problem_order_of_the_centre(void **state)
{
	struct kit *k = *state;
	static const char *const tasks[] = { T2, T3, CASEFILE "/T4" };

	dispatch_closed(k, "solved");
	for (size_t i = 0; i < ARRAY_LEN(tasks); i++) {
		bool problem = i == 2;

		assert_true(KIT_SEND(k, callback_recorded, .callback = STR(B1),
		    .outcome = STR("solved"), .satisfied = STR("no")));
		assert_int_equal(
		    KIT_SAID(k, casefile_reopened, 0)->problem, problem);
		assert_str(KIT_SAID(k, task_assigned, 0)->from,
		    problem ? CENTRE : ROOM);
		assert_true(dispatch_sign(k, tasks[i], VILLAGE));
		assert_true(dispatch_submit(k, tasks[i], VILLAGE));
		assert_true(
		    dispatch_accept(k, tasks[i], problem ? CENTRE : ROOM));
		assert_true(dispatch_look(k, true));
		assert_true(close_it(k, "solved"));
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_overdue_is_decided_when_the_last_work_is_handed_in),
		cmocka_unit_test(test_somebody_else_looks_before_it_is_closed),
		TEST(test_what_is_explained_needs_no_look),
		TEST(test_nobody_looking_is_the_rooms_card),
		TEST(test_a_failed_look_sends_it_back),
		TEST(test_who_would_close_may_send_it_back),
		TEST(test_the_centre_ends_it_on_its_holders_request),
		TEST(test_other_work_is_ended_first),
		TEST(test_a_child_waits_for_its_parent_and_closes_with_it),
		TEST(test_a_parent_carries_its_children_to_its_end),
		TEST(test_nobody_who_reported_it_handles_it),
		TEST(test_reporters_go_along_with_a_child),
		TEST(test_a_parent_that_cannot_carry_lets_go),
		TEST(test_a_child_without_a_parent_needs_a_way),
		TEST(test_the_third_time_it_is_a_problem_order_of_the_centre),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
