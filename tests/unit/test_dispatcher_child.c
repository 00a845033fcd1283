/* What other services do on a casefile: services/dispatcher/rules_child.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const struct row_casefile *
casefile(const struct kit *k)
{
	return (const struct row_casefile *)kit_row(k, CASEFILE);
}

static const struct row_child *
child(const struct kit *k, const char *id)
{
	return (const struct row_child *)kit_row(k, id);
}

static bool
file(struct kit *k, const char *unit)
{
	return KIT_SEND(
	    k, penalty_filed, .penalty = STR(P1), .unit = str_of(unit));
}

static bool
apply(struct kit *k, const char *unit)
{
	return KIT_SEND(
	    k, mediation_applied, .mediation = STR(M1), .unit = str_of(unit));
}

static void
test_who_files_has_the_penalty_instead_of_the_task(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, "CA-003"); /* TEAM's */
	kit_place(k, "330122");     /* it may be told from anywhere */
	assert_true(file(k, TEAM));
	assert_str(child(k, P1)->division, "330122109219");
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "penalty");
	assert_state(k, T1, "withdrawn");
	assert_state(k, P1, "open");
	assert_state(k, CASEFILE, "in_hand");
	assert_unarmed(k, T1, "finish");
	assert_false(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_refused(k, "CHILD_OPEN");
	/* Told twice, it is still one. */
	assert_false(file(k, TEAM));
	assert_int_equal(kit_n(k), 0);
}

static void
test_a_task_of_another_unit_stays(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH); /* the village's */
	assert_true(file(k, TEAM));
	assert_null(KIT_SAID(k, task_withdrawn, 0));
	assert_state(k, T1, "assigned");
	assert_true(KIT_SEND(
	    k, penalty_decided, .penalty = STR(P1), .unit = STR(TEAM)));
	assert_state(k, P1, "ended");
	assert_state(k, CASEFILE, "in_hand");
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_state(k, CASEFILE, "handled");
}

static void
test_each_end_of_a_penalty_is_a_result(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, "CA-003");
		assert_true(file(k, TEAM));
		if (i == 0)
			KIT_SEND(k, penalty_decided, .penalty = STR(P1),
			    .unit = STR(TEAM));
		else if (i == 1)
			KIT_SEND(k, penalty_ended, .penalty = STR(P1),
			    .unit = STR(TEAM), .outcome = STR("slight"));
		else
			KIT_SEND(k, penalty_closed, .penalty = STR(P1),
			    .unit = STR(TEAM));
		assert_str(KIT_SAID(k, casefile_handled, 0)->unit, TEAM);
		assert_state(k, P1, "ended");
		/* What comes after the decision moves nothing. */
		KIT_SEND(
		    k, penalty_closed, .penalty = STR(P1), .unit = STR(TEAM));
		assert_int_equal(kit_n(k), 0);
		kit_free(&k);
	}
}

static void
test_the_committee_mediates_instead_of_its_village(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(apply(k, COMMITTEE));
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "mediation");
	assert_true(KIT_SEND(k, mediation_accepted, .mediation = STR(M1),
	    .level = STR("village"), .unit = STR(COMMITTEE)));
	assert_true(KIT_SEND(k, mediation_climbed, .mediation = STR(M1),
	    .level = STR("township"), .unit = STR("330122109-MC")));
	assert_true(
	    KIT_SEND(k, agreement_made, .agreement = STR(CASEFILE "/A1"),
		.mediation = STR(M1), .unit = STR("330122109-MC")));
	assert_str(KIT_SAID(k, casefile_handled, 0)->unit, "330122109-MC");
	assert_state(k, M1, "ended");
	assert_int_equal(child(k, M1)->ended_at, kit_now(k));
	KIT_SEND(k, mediation_closed, .mediation = STR(M1),
	    .unit = STR("330122109-MC"));
	assert_int_equal(kit_n(k), 0);
}

static void
test_an_agreement_of_another_mediation_ends_nothing(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(apply(k, COMMITTEE));
	KIT_SEND(k, agreement_made, .agreement = STR(CASEFILE "/A1"),
	    .mediation = STR(CASEFILE "/M2"), .unit = STR(COMMITTEE));
	assert_int_equal(kit_n(k), 0);
	assert_state(k, M1, "open");
}

static void
test_a_mediation_without_agreement_is_explained(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(apply(k, COMMITTEE));
	assert_true(KIT_SEND(k, mediation_ended, .mediation = STR(M1),
	    .unit = STR(COMMITTEE), .why = STR("declined")));
	assert_state(k, CASEFILE, "handled");
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("explained"), .unit = STR(ROOM)));
}

static void
test_a_penalty_is_a_way_for_a_casefile_that_had_none(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	assert_true(file(k, TEAM));
	assert_str(KIT_SAID(k, casefile_routed, 0)->to, TEAM);
	assert_str(KIT_SAID(k, casefile_routed, 0)->tier, "township");
	assert_state(k, CASEFILE, "in_hand");
	assert_unarmed(k, CASEFILE, "route");
}

static void
test_a_penalty_takes_a_handled_casefile_in_hand_again(void **state)
{
	struct kit *k = *state;

	dispatch_handled(k);
	assert_true(file(k, TEAM));
	assert_state(k, CASEFILE, "in_hand");
	assert_unarmed(k, CASEFILE, "close");
	assert_true(KIT_SEND(k, penalty_ended, .penalty = STR(P1),
	    .unit = STR(TEAM), .outcome = STR("slight")));
	assert_state(k, CASEFILE, "handled");
}

static void
test_what_ends_after_the_closing_changes_no_handler(void **state)
{
	struct kit *k = *state;

	dispatch_closed(k, "solved");
	assert_true(file(k, TEAM));
	assert_state(k, CASEFILE, "closed");
	KIT_SEND(k, penalty_decided, .penalty = STR(P1), .unit = STR(TEAM));
	assert_state(k, P1, "ended");
	assert_int_equal(kit_n(k), 0);
	assert_str(casefile(k)->handler, VILLAGE);
	/* And what is still open then is open when it comes back. */
	assert_true(KIT_SEND(k, penalty_filed, .penalty = STR(CASEFILE "/P2"),
	    .unit = STR(TEAM)));
	assert_true(KIT_SEND(k, callback_recorded, .callback = STR(B1),
	    .unit = STR(VILLAGE), .outcome = STR("solved"), .contacted = true,
	    .solved = false, .satisfied = STR("no")));
	assert_true(dispatch_sign(k, T2, VILLAGE));
	assert_true(dispatch_submit(k, T2, VILLAGE));
	assert_true(dispatch_accept(k, T2, ROOM));
	assert_state(k, CASEFILE, "in_hand");
	KIT_SEND(k, penalty_closed, .penalty = STR(CASEFILE "/P2"));
	assert_str(KIT_SAID(k, casefile_handled, 0)->unit, TEAM);
}

static void
test_a_casefile_that_nobody_opened_here_is_passed_over(void **state)
{
	struct kit *k = *state;

	assert_false(file(k, TEAM));
	assert_false(apply(k, COMMITTEE));
	assert_false(KIT_SEND(k, callback_opened, .callback = STR(B1)));
	assert_false(KIT_SEND(k, callback_recorded, .callback = STR(B1)));
	assert_false(KIT_SEND(k, callback_lapsed, .callback = STR(B1)));
	assert_null(kit_row(k, P1));
	assert_null(kit_row(k, B1));
}

/* However many things of a kind a casefile has, a fact reaches each of them. */
static void
test_the_last_of_very_many_is_reached(void **state)
{
	enum {
		MANY = 150
	};
	struct kit *k = *state;
	char id[MANY][64];

	dispatch_open(k, DITCH);
	for (size_t i = 0; i < MANY; i++) {
		(void)snprintf(id[i], sizeof(id[i]), CASEFILE "/M%zu", i + 1);
		assert_true(KIT_SEND(k, mediation_applied,
		    .mediation = str_of(id[i]), .unit = STR(COMMITTEE)));
	}
	assert_true(
	    KIT_SEND(k, agreement_made, .agreement = STR(CASEFILE "/A1"),
		.mediation = str_of(id[MANY - 1]), .unit = STR(COMMITTEE)));
	assert_state(k, id[MANY - 1], "ended");
	assert_state(k, id[0], "open");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_files_has_the_penalty_instead_of_the_task),
		TEST(test_a_task_of_another_unit_stays),
		cmocka_unit_test(test_each_end_of_a_penalty_is_a_result),
		TEST(test_the_committee_mediates_instead_of_its_village),
		TEST(test_an_agreement_of_another_mediation_ends_nothing),
		TEST(test_a_mediation_without_agreement_is_explained),
		TEST(test_a_penalty_is_a_way_for_a_casefile_that_had_none),
		TEST(test_a_penalty_takes_a_handled_casefile_in_hand_again),
		TEST(test_what_ends_after_the_closing_changes_no_handler),
		TEST(test_a_casefile_that_nobody_opened_here_is_passed_over),
		TEST(test_the_last_of_very_many_is_reached),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
