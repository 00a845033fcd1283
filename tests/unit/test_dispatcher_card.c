/* Supervision in colours: services/dispatcher/rules_card.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct row_card *
card(const struct kit *k, const char *id)
{
	return (const struct row_card *)kit_row(k, id);
}

static void
test_blue_yellow_red_and_red_again(void **state)
{
	struct kit *k = *state;
	const struct msg_card_issued *m;
	const struct msg_card_deepened *d;

	dispatch_open(k, DITCH); /* five working days, until the 25th */
	kit_run_until(k, "2026-03-24T07:59:59+08:00");
	assert_state(k, K1, "");
	assert_true(kit_fire(k, "due_soon", T1, "finish"));
	m = KIT_SAID(k, card_issued, 0);
	assert_str(m->colour, "blue");
	assert_str(m->unit, VILLAGE);
	assert_str(m->cause, T1);
	assert_str(m->limit, "finish");
	assert_time(m->next_by, PROMISE);
	/* A blue card waits for the very limit that it warns of. */
	assert_unarmed(k, K1, "next");
	assert_time(card(k, K1)->issued_at, "2026-03-24T07:59:59+08:00");

	kit_run_until(k, "2026-03-25T23:59:58+08:00");
	kit_at(k, PROMISE);
	assert_true(kit_fire(k, "overdue", T1, "finish"));
	d = KIT_SAID(k, card_deepened, 0);
	assert_str(d->colour, "yellow");
	assert_str(d->cause, T1);
	assert_str(d->limit, "finish");
	assert_time(d->next_by, "2026-03-27T23:59:59+08:00");
	assert_due(k, K1, "next", "2026-03-27T23:59:59+08:00");

	kit_run_until(k, "2026-03-27T23:59:59+08:00");
	d = KIT_SAID(k, card_deepened, 0);
	assert_str(d->colour, "red");
	assert_str(d->cause, T1);
	/* Qingming lies between: 4 to 6 April. */
	assert_due(k, K1, "next", "2026-04-03T23:59:59+08:00");
	kit_run_until(k, "2026-04-03T23:59:59+08:00");
	assert_null(KIT_SAID(k, card_deepened, 0));
	assert_int_equal(card(k, K1)->reds, 1);
	assert_due(k, K1, "next", "2026-04-13T23:59:59+08:00");
	assert_state(k, K1, "red");

	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_str(KIT_SAID(k, card_lifted, 0)->colour, "red");
	assert_state(k, K1, "lifted");
	assert_unarmed(k, K1, "next");
	assert_int_equal(card(k, K1)->causes.n, 0);
	assert_int_equal(card(k, K1)->next_by, 0);
}

static void
test_work_in_time_lifts_the_blue_card(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_run_until(k, "2026-03-24T09:00:00+08:00");
	assert_state(k, K1, "blue");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_str(KIT_SAID(k, card_lifted, 0)->colour, "blue");
	/* The giver sleeps over the check: a card of its own. */
	kit_run_until(k, "2026-03-27T00:00:00+08:00");
	assert_state(k, K2, "yellow");
	assert_str(card(k, K2)->unit, ROOM);
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_state(k, K2, "lifted");
}

static void
test_a_late_limit_without_a_warning_begins_yellow(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(kit_fire(k, "overdue", T1, "finish"));
	assert_str(KIT_SAID(k, card_issued, 0)->colour, "yellow");
	assert_due(k, K1, "next", "2026-03-27T23:59:59+08:00");
}

static void
test_an_emergency_deepens_in_minutes(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "emergency"));
	kit_run_until(k, "2026-03-18T09:24:00+08:00");
	assert_state(k, K1, "blue");
	assert_state(k, K2, "blue");
	kit_run_until(k, "2026-03-18T09:30:00+08:00");
	assert_state(k, K1, "yellow");
	assert_due(k, K1, "next", "2026-03-18T09:45:00+08:00");
	kit_run_until(k, "2026-03-18T09:45:00+08:00");
	assert_state(k, K1, "red");
	/* The first department comes, late: only its card is lifted. */
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_state(k, K1, "lifted");
	assert_state(k, K2, "red");
}

static void
test_a_release_ends_the_causes_of_who_never_came(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "emergency");
	kit_run_until(k, "2026-03-18T09:50:00+08:00");
	assert_state(k, K1, "red");
	assert_str(card(k, K1)->unit, RESCUE);
	assert_true(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_state(k, K1, "lifted");
}

static void
test_one_matter_one_unit_one_card(void **state)
{
	struct kit *k = *state;

	/* ECOLOGY is late to come, and late to finish. */
	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	kit_run_until(k, "2026-04-02T00:00:00+08:00");
	assert_state(k, K1, "red");
	assert_str(card(k, K1)->unit, ECOLOGY);
	/* Nor has it signed or spoken with the caller. */
	assert_int_equal(card(k, K1)->causes.n, 4);
	assert_str(card(k, K2)->unit, RESCUE);
	/* So was the county, which had to help. */
	assert_str(card(k, CASEFILE "/K3")->unit, CENTRE);
	assert_state(k, CASEFILE "/K4", "");
	/* All but one are over: the card stays. */
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, CENTRE);
	assert_null(KIT_SAID(k, card_lifted, 1));
	assert_int_equal(card(k, K1)->causes.n, 1);
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_true(KIT_SAID(k, call_submitted, 0)->late);
	assert_state(k, K1, "lifted");
}

static void
test_withdrawn_work_blames_nobody(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	kit_run_until(k, "2026-03-24T00:00:00+08:00");
	assert_state(k, K1, "red");
	assert_true(dispatch_call(k, "work"));
	assert_state(k, K1, "lifted");
}

static void
test_a_second_cause_after_the_first_is_a_second_card(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_run_until(k, "2026-03-26T00:00:00+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("photo"), .unit = STR(ROOM)));
	assert_state(k, K1, "lifted");
	kit_run_until(k, "2026-03-31T00:00:00+08:00");
	assert_state(k, K1, "lifted");
	assert_state(k, K2, "yellow");
}

/* A deadline fact as the journal may hold it behind a command. */
static bool
tell_overdue(struct kit *k, const char *thing, const char *limit,
    const char *unit, const char *due)
{
	int64_t at;

	must(clock_parse(str_of(due), &at));
	return KIT_SEND(k, deadline_overdue, .thing = str_of(thing),
	    .limit = str_of(limit), .unit = str_of(unit), .due_at = at);
}

static void
test_what_was_overtaken_issues_no_card(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, RUBBISH); /* until 15:00 */
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-18T15:00:00+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	/* Recorded just before: it is no longer true. */
	tell_overdue(k, T1, "finish", VILLAGE, "2026-03-18T15:00:00+08:00");
	assert_int_equal(kit_n(k), 0);
	assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("photo"), .unit = STR(ROOM)));
	tell_overdue(k, T1, "finish", VILLAGE, "2026-03-18T15:00:00+08:00");
	assert_int_equal(kit_n(k), 0);
	assert_state(k, K1, "");
	tell_overdue(k, T1, "finish", VILLAGE, "2026-03-20T23:59:59+08:00");
	assert_state(k, K1, "yellow");
}

static void
test_other_limits_other_things_and_nobody_get_no_card(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	tell_overdue(k, T1, "sign", VILLAGE, PROMISE);
	tell_overdue(k, T2, "finish", VILLAGE, PROMISE);
	tell_overdue(k, T1, "finish", "", PROMISE);
	tell_overdue(k, P1, "decide", TEAM, PROMISE);
	assert_int_equal(kit_total(k, &msg_card_issued_desc), 0);
}

static void
test_a_late_penalty_is_on_a_card_until_it_is_decided(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, "CA-003");
	assert_true(
	    KIT_SEND(k, penalty_filed, .penalty = STR(P1), .unit = STR(TEAM)));
	tell_overdue(k, P1, "pay", TEAM, PROMISE);
	assert_state(k, K1, "");
	tell_overdue(k, P1, "decide", TEAM, "2026-03-18T09:00:00+08:00");
	assert_state(k, K1, "red");
	assert_str(card(k, K1)->unit, TEAM);
	assert_true(KIT_SEND(
	    k, penalty_decided, .penalty = STR(P1), .unit = STR(TEAM)));
	assert_state(k, K1, "lifted");
}

static void
test_a_penalty_is_warned_of_in_blue(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, "CA-003");
	assert_true(
	    KIT_SEND(k, penalty_filed, .penalty = STR(P1), .unit = STR(TEAM)));
	assert_true(KIT_SEND(k, deadline_due_soon, .thing = STR(P1),
	    .limit = STR("decide"), .unit = STR(TEAM),
	    .due_at = kit_now(k) + DAY_MS));
	assert_state(k, K1, "blue");
	tell_overdue(k, P1, "decide", TEAM, "2026-03-19T09:00:00+08:00");
	assert_state(k, K1, "red");
}

static void
test_three_reworks_are_a_problem_order(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	for (int i = 1; i <= 3; i++) {
		assert_state(k, K1, "");
		assert_true(dispatch_submit(k, T1, VILLAGE));
		assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
		    .missing = STR("photo"), .unit = STR(ROOM)));
	}
	assert_state(k, K1, "yellow");
	assert_str(card(k, K1)->unit, VILLAGE);
	assert_str(KIT_SAID(k, card_issued, 0)->limit, "rework");
	/* Handing it in is not enough this time. */
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_state(k, K1, "yellow");
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_state(k, K1, "lifted");
}

static void
test_a_refusal_is_a_card_until_it_comes(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_true(KIT_SEND(k, call_refuse, .call = STR(C1),
	    .reason = STR("no car"), .unit = STR(ECOLOGY)));
	assert_state(k, K1, "yellow");
	assert_str(KIT_SAID(k, card_issued, 0)->limit, "refused");
	assert_due(k, K1, "next", "2026-03-20T23:59:59+08:00");
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_state(k, K1, "lifted");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_blue_yellow_red_and_red_again),
		TEST(test_work_in_time_lifts_the_blue_card),
		TEST(test_a_late_limit_without_a_warning_begins_yellow),
		TEST(test_an_emergency_deepens_in_minutes),
		TEST(test_a_release_ends_the_causes_of_who_never_came),
		TEST(test_one_matter_one_unit_one_card),
		TEST(test_withdrawn_work_blames_nobody),
		TEST(test_a_second_cause_after_the_first_is_a_second_card),
		TEST(test_what_was_overtaken_issues_no_card),
		TEST(test_other_limits_other_things_and_nobody_get_no_card),
		TEST(test_a_late_penalty_is_on_a_card_until_it_is_decided),
		TEST(test_a_penalty_is_warned_of_in_blue),
		TEST(test_three_reworks_are_a_problem_order),
		TEST(test_a_refusal_is_a_card_until_it_comes),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
