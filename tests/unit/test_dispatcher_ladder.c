/* Returns that become disputes: rules_return.c, rules_dispute.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define OFFICE "330122-D-ZFB"
#define STANDING "330122-GLW"
#define Q2 CASEFILE "/Q2"

static bool
ask(struct kit *k)
{
	return KIT_SEND(k, return_ask, .task = STR(T1),
	    .reason = STR("the canal is the county's"), .to = STR(ECOLOGY),
	    .unit = STR(VILLAGE));
}

static bool
decline(struct kit *k)
{
	return KIT_SEND(k, return_decline, .task = STR(T1),
	    .reason = STR("the list says so"), .unit = STR(ROOM));
}

static bool
dispute(struct kit *k)
{
	return KIT_SEND(k, dispute_raise, .about = STR(T1),
	    .reason = STR("not ours"), .unit = STR(VILLAGE));
}

static bool
settle(struct kit *k, const char *main, const char *unit)
{
	return KIT_SEND(k, dispute_settle, .dispute = STR(Q1),
	    .main = str_of(main), .unit = str_of(unit));
}

static bool
refer(struct kit *k, const char *unit)
{
	return KIT_SEND(k, dispute_refer, .dispute = STR(Q1),
	    .reason = STR("needs both budgets"), .unit = str_of(unit));
}

static bool
designate(struct kit *k, const char *main, const char *basis, const char *unit)
{
	static const struct str helper = { VILLAGE, sizeof(VILLAGE) - 1 };

	return KIT_SEND(k, dispute_designate, .dispute = STR(Q1),
	    .main = str_of(main),
	    .assisting = { &helper, str_is(str_of(main), VILLAGE) ? 0 : 1 },
	    .basis = str_of(basis), .unit = str_of(unit));
}

static void
disputed(struct kit *k)
{
	dispatch_open(k, DITCH);
	assert_true(ask(k));
	assert_true(decline(k));
	assert_true(dispute(k));
}

static void
test_only_a_declined_return_is_disputed_in_time(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(dispute(k));
	assert_refused(k, "NO_DECLINED_RETURN");
	assert_true(ask(k));
	assert_true(decline(k));
	assert_due(k, T1, "dispute", "2026-03-19T23:59:59+08:00");
	assert_false(
	    KIT_SEND(k, dispute_raise, .about = STR(T1), .jurisdiction = true,
		.reason = STR("fines"), .unit = STR(VILLAGE)));
	assert_refused(k, "ENFORCEMENT");
	kit_run_until(k, "2026-03-20T00:00:00+08:00");
	assert_int_equal(kit_total(k, &msg_return_kept_desc), 1);
	assert_false(dispute(k));
	assert_refused(k, "NO_DECLINED_RETURN");
	assert_state(k, T1, "signed");
}

static void
test_a_dispute_climbs_from_due_instant_to_due_instant(void **state)
{
	struct kit *k = *state;

	disputed(k);
	assert_state(k, T1, "disputed");
	assert_due(k, T1, "finish", PROMISE);
	assert_due(k, Q1, "rung", "2026-03-19T23:59:59+08:00");
	kit_run_until(k, "2026-03-20T00:00:00+08:00");
	assert_state(k, Q1, "centre");
	/* 2 working days after the 19th, 3 after the 23rd, 10 after the 26th.
	 */
	assert_due(k, Q1, "rung", "2026-03-23T23:59:59+08:00");
	kit_run_until(k, "2026-03-24T00:00:00+08:00");
	assert_state(k, Q1, "office");
	assert_due(k, Q1, "rung", "2026-03-26T23:59:59+08:00");
	assert_false(refer(k, CENTRE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(refer(k, OFFICE));
	assert_str(KIT_SAID(k, dispute_climbed, 0)->holder, STANDING);
	assert_state(k, Q1, "standing");
	assert_false(refer(k, STANDING));
	assert_refused(k, "NOT_ALLOWED_NOW");
	/* 10 working days, over Qingming (4 to 6 April). */
	assert_due(k, Q1, "rung", "2026-04-08T23:59:59+08:00");
	kit_run_until(k, "2026-04-16T00:00:00+08:00");
	assert_state(k, Q1, "standing");
	assert_due(k, Q1, "rung", "2026-04-22T23:59:59+08:00");
	assert_true(designate(k, ECOLOGY, "river list", STANDING));
	assert_state(k, Q1, "decided");
	assert_unarmed(k, Q1, "rung");
}

/* The first receiver leads meanwhile; who is named may not return it. */
static void
test_a_decision_names_who_leads_and_who_helps(void **state)
{
	struct kit *k = *state;

	disputed(k);
	assert_false(designate(k, ECOLOGY, "list", CENTRE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(refer(k, ROOM));
	assert_false(designate(k, ECOLOGY, "list", VILLAGE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(designate(k, "", "list", CENTRE));
	assert_refused(k, "MAIN_MISSING");
	assert_false(designate(k, ECOLOGY, "", CENTRE));
	assert_refused(k, "BASIS_MISSING");
	assert_true(designate(k, ECOLOGY, "river list", CENTRE));
	assert_str(KIT_SAID(k, dispute_decided, 0)->rung, "centre");
	assert_str(KIT_SAID(k, task_moved, 0)->to, ECOLOGY);
	assert_time(KIT_SAID(k, task_assigned, 0)->finish_by, PROMISE);
	assert_true(KIT_SAID(k, task_assigned, 1)->assisting);
	assert_state(k, T1, "moved");
	assert_false(KIT_SEND(k, return_ask, .task = STR(T2),
	    .reason = STR("no"), .unit = STR(ECOLOGY)));
	assert_refused(k, "DESIGNATED");
	/* Both must be done; who leads answers for it. */
	assert_true(dispatch_sign(k, T2, ECOLOGY));
	assert_true(dispatch_submit(k, T2, ECOLOGY));
	assert_true(dispatch_accept(k, T2, ROOM));
	assert_state(k, CASEFILE, "in_hand");
	assert_true(dispatch_sign(k, T3, VILLAGE));
	assert_true(dispatch_submit(k, T3, VILLAGE));
	assert_true(dispatch_accept(k, T3, ROOM));
	assert_state(k, CASEFILE, "handled");
	assert_str(((const struct row_casefile *)kit_row(k, CASEFILE))->handler,
	    ECOLOGY);
}

static void
test_the_parties_settle_it_when_all_say_the_same(void **state)
{
	struct kit *k = *state;

	disputed(k);
	assert_false(settle(k, ECOLOGY, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(settle(k, ECOLOGY, VILLAGE));
	assert_str(KIT_SAID(k, dispute_proposed, 0)->missing.p[0], ECOLOGY);
	assert_state(k, Q1, "parties");
	assert_true(settle(k, ECOLOGY, ECOLOGY));
	assert_state(k, Q1, "settled");
	assert_state(k, T1, "moved");
	assert_state(k, T2, "assigned");
	assert_int_equal(KIT_SAID(k, task_assigned, 0)->assisting, false);
}

static void
test_who_disputes_may_drop_it_or_do_it(void **state)
{
	struct kit *k = *state;

	disputed(k);
	assert_false(KIT_SEND(
	    k, dispute_drop, .dispute = STR(Q1), .unit = STR(ECOLOGY)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(
	    k, dispute_drop, .dispute = STR(Q1), .unit = STR(VILLAGE)));
	assert_state(k, Q1, "dropped");
	assert_state(k, T1, "signed");
	assert_true(dispatch_submit(k, T1, VILLAGE));
}

static void
test_doing_it_or_losing_it_ends_the_dispute(void **state)
{
	struct kit *k = *state;

	disputed(k);
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_str(KIT_SAID(k, dispute_dropped, 0)->why, "done");
	assert_state(k, Q1, "dropped");
	assert_unarmed(k, Q1, "rung");
}

static void
test_a_task_that_is_gone_takes_its_dispute_along(void **state)
{
	struct kit *k = *state;

	disputed(k);
	assert_true(refer(k, VILLAGE));
	assert_true(KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = STR(ROOM)));
	assert_false(designate(k, ECOLOGY, "list", CENTRE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(KIT_SEND(k, task_withdrawn, .task = STR(T1),
	    .unit = STR(VILLAGE), .why = STR("raised")));
	assert_state(k, Q1, "dropped");
	assert_unarmed(k, Q1, "rung");
}

static void
test_nobodys_matter_is_put_to_the_centre_by_the_room(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	assert_state(k, CASEFILE, "opened");
	assert_false(KIT_SEND(k, dispute_raise, .about = STR(CASEFILE),
	    .reason = STR("nobody's"), .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, dispute_raise, .about = STR(CASEFILE),
	    .reason = STR("nobody's"), .unit = STR(ROOM)));
	assert_true(KIT_SAID(k, dispute_raised, 0)->headless);
	assert_state(k, CASEFILE, "in_hand");
	assert_state(k, T1, "disputed");
	assert_state(k, Q1, "centre");
	assert_unarmed(k, CASEFILE, "route");
	assert_true(designate(k, WATER, "water list", CENTRE));
	assert_state(k, T2, "assigned");
}

static void
test_a_return_may_be_taken_back_and_not_past_an_officer(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, task_hand, .task = STR(T1), .to = STR(WORKER),
	    .unit = STR(VILLAGE)));
	assert_false(ask(k));
	assert_refused(k, "HANDED_INSIDE");
	assert_true(
	    KIT_SEND(k, task_recall, .task = STR(T1), .unit = STR(VILLAGE)));
	assert_true(ask(k));
	assert_int_equal(KIT_SAID(k, return_asked, 0)->n, 1);
	assert_true(KIT_SEND(
	    k, return_withdraw, .task = STR(T1), .unit = STR(VILLAGE)));
	assert_state(k, T1, "signed");
	assert_unarmed(k, T1, "answer");
	assert_false(ask(k));
	assert_refused(k, "RETURNED_BEFORE");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_a_declined_return_is_disputed_in_time),
		TEST(test_a_dispute_climbs_from_due_instant_to_due_instant),
		TEST(test_a_decision_names_who_leads_and_who_helps),
		TEST(test_the_parties_settle_it_when_all_say_the_same),
		TEST(test_who_disputes_may_drop_it_or_do_it),
		TEST(test_doing_it_or_losing_it_ends_the_dispute),
		TEST(test_a_task_that_is_gone_takes_its_dispute_along),
		TEST(test_nobodys_matter_is_put_to_the_centre_by_the_room),
		TEST(test_a_return_may_be_taken_back_and_not_past_an_officer),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
