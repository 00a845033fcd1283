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

static bool
answer(struct kit *k, const char *callback, const char *outcome, bool solved,
    const char *satisfied)
{
	return KIT_SEND(k, callback_recorded, .callback = str_of(callback),
	    .unit = STR(VILLAGE), .outcome = str_of(outcome), .contacted = true,
	    .solved = solved, .satisfied = str_of(satisfied));
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
	assert_true(answer(k, B1, "solved", false, "no"));
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

static void
test_the_citizens_answer_archives_or_reopens(void **state)
{
	static const struct {
		const char *outcome, *satisfied, *then;
		bool solved;
	} answers[] = {
		{ "solved", "yes", "archived", true },
		{ "solved", "basic", "archived", true },
		{ "solved", "no", "in_hand", true },
		{ "solved", "yes", "in_hand", false },
		{ "solved", "no", "in_hand", false },
		/* It was never said to be solved. */
		{ "explained", "yes", "archived", false },
		{ "explained", "no", "archived", true },
		{ "explained", "no", "archived", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_closed(k, answers[i].outcome);
		assert_true(KIT_SEND(k, callback_opened, .callback = STR(B1)));
		assert_true(answer(k, B1, answers[i].outcome, answers[i].solved,
		    answers[i].satisfied));
		assert_state(k, CASEFILE, answers[i].then);
		assert_state(k, B1, "ended");
		kit_free(&k);
	}
}

static void
test_what_is_not_solved_goes_back_to_its_handler(void **state)
{
	struct kit *k = *state;
	const struct msg_task_assigned *m;

	dispatch_closed(k, "solved");
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B1)));
	kit_at(k, "2026-03-23T10:00:00+08:00");
	assert_true(answer(k, B1, "solved", false, "no"));
	assert_int_equal(KIT_SAID(k, casefile_reopened, 0)->n, 1);
	assert_time(KIT_SAID(k, casefile_reopened, 0)->finish_by,
	    "2026-03-26T23:59:59+08:00");
	assert_int_equal(casefile(k)->outcome.n, 0);
	assert_int_equal(child(k, B1)->opened_at + 5 * DAY_MS + HOUR_MS,
	    child(k, B1)->ended_at);
	m = KIT_SAID(k, task_assigned, 0);
	assert_str(m->task, T2);
	assert_str(m->unit, VILLAGE);
	assert_str(m->from, ROOM);
	assert_int_equal(m->rework, 1);
	assert_time(m->finish_by, "2026-03-26T23:59:59+08:00");
	assert_due(k, T2, "finish", "2026-03-26T23:59:59+08:00");
	/* Round two: what counts is the new promise, not the old one. */
	kit_at(k, "2026-03-26T00:00:00+08:00");
	assert_true(dispatch_sign(k, T2, VILLAGE));
	assert_true(dispatch_submit(k, T2, VILLAGE));
	assert_true(dispatch_accept(k, T2, ROOM));
	assert_false(KIT_SAID(k, casefile_handled, 0)->late);
	assert_true(dispatch_look(k, true));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_true(answer(k, B2, "solved", false, "no"));
	assert_int_equal(KIT_SAID(k, casefile_reopened, 0)->n, 2);
}

static void
test_rework_that_strands_has_no_old_result(void **state)
{
	struct kit *k = *state;

	dispatch_closed(k, "solved");
	assert_true(answer(k, B1, "solved", false, "no"));
	assert_true(dispatch_call(k, "work"));
	assert_true(KIT_SEND(k, call_cancel, .call = STR(C1),
	    .reason = STR("false"), .unit = STR(ROOM)));
	assert_state(k, CASEFILE, "opened");
}

static void
test_it_is_archived_when_every_citizen_has_answered(void **state)
{
	struct kit *k = *state;

	dispatch_closed(k, "solved");
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B1)));
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B2)));
	assert_true(answer(k, B1, "solved", true, "yes"));
	assert_state(k, CASEFILE, "closed");
	assert_true(KIT_SEND(
	    k, callback_lapsed, .callback = STR(B2), .why = STR("no_answer")));
	assert_non_null(KIT_SAID(k, casefile_archived, 0));
	assert_state(k, CASEFILE, "archived");
}

static void
test_the_first_bad_answer_reopens_it_and_no_other(void **state)
{
	struct kit *k = *state;

	dispatch_closed(k, "solved");
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B1)));
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B2)));
	assert_true(answer(k, B1, "solved", false, "no"));
	assert_state(k, CASEFILE, "in_hand");
	assert_true(answer(k, B2, "solved", false, "no"));
	assert_int_equal(kit_n(k), 0);
	assert_state(k, B2, "ended");
	assert_state(k, CASEFILE "/T3", "");
}

static void
test_a_late_bad_answer_opens_the_archive(void **state)
{
	struct kit *k = *state;

	dispatch_closed(k, "solved");
	assert_true(KIT_SEND(
	    k, callback_lapsed, .callback = STR(B1), .why = STR("not_due")));
	assert_state(k, CASEFILE, "archived");
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B2)));
	assert_true(answer(k, B2, "solved", false, "no"));
	assert_state(k, CASEFILE, "in_hand");
}

static void
test_what_is_seen_again_at_the_door_may_open_it(void **state)
{
	static const struct {
		const char *outcome, *then;
		bool solved;
	} looks[] = {
		{ "solved", "archived", true },
		{ "solved", "in_hand", false },
		{ "explained", "archived", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_closed(k, looks[i].outcome);
		assert_true(KIT_SEND(k, callback_lapsed, .callback = STR(B1),
		    .why = STR("not_due")));
		(void)KIT_SEND(k, visit_looked_back,
		    .request = STR(CASEFILE "/V1"), .solved = looks[i].solved,
		    .outcome = str_of(looks[i].outcome), .unit = STR(ROOM));
		assert_state(k, CASEFILE, looks[i].then);
		if (strcmp(looks[i].then, "in_hand") == 0)
			assert_str(
			    KIT_SAID(k, task_assigned, 0)->unit, VILLAGE);
		kit_free(&k);
	}
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
		cmocka_unit_test(test_the_citizens_answer_archives_or_reopens),
		TEST(test_what_is_not_solved_goes_back_to_its_handler),
		TEST(test_rework_that_strands_has_no_old_result),
		TEST(test_it_is_archived_when_every_citizen_has_answered),
		TEST(test_the_first_bad_answer_reopens_it_and_no_other),
		TEST(test_a_late_bad_answer_opens_the_archive),
		cmocka_unit_test(
		    test_what_is_seen_again_at_the_door_may_open_it),
		TEST(test_the_last_of_very_many_is_reached),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
