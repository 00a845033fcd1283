/* What the citizen says to a closed casefile: rules_child.c. */
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
answer(struct kit *k, const char *callback, const char *outcome, bool solved,
    const char *satisfied)
{
	return KIT_SEND(k, callback_recorded, .callback = str_of(callback),
	    .unit = STR(VILLAGE), .outcome = str_of(outcome), .contacted = true,
	    .solved = solved, .satisfied = str_of(satisfied));
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

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_citizens_answer_archives_or_reopens),
		TEST(test_what_is_not_solved_goes_back_to_its_handler),
		TEST(test_rework_that_strands_has_no_old_result),
		TEST(test_it_is_archived_when_every_citizen_has_answered),
		TEST(test_the_first_bad_answer_reopens_it_and_no_other),
		TEST(test_a_late_bad_answer_opens_the_archive),
		cmocka_unit_test(
		    test_what_is_seen_again_at_the_door_may_open_it),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
