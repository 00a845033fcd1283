/* Cards by a word, talks, and warnings: rules_card_word.c, rules_talk.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define Y1 CASEFILE "/Y1"
#define W1 "330122-26-0000500/W1"

static const struct row_card *
card(const struct kit *k, const char *id)
{
	return (const struct row_card *)kit_row(k, id);
}

static void
test_a_justified_reason_holds_the_colour(void **state)
{
	struct kit *k = *state;
	int64_t until;

	dispatch_open(k, DITCH);
	kit_run_until(k, PROMISE);
	assert_state(k, K1, "yellow");
	assert_true(KIT_SEND(k, card_explain, .card = STR(K1),
	    .reason = STR("the road is flooded"), .unit = STR(VILLAGE)));
	assert_due(k, K1, "answer", "2026-03-26T23:59:59+08:00");
	/* The clock runs on until somebody says yes. */
	assert_due(k, K1, "next", "2026-03-27T23:59:59+08:00");
	assert_false(KIT_SEND(k, card_excuse, .card = STR(K1),
	    .until = kit_now(k) + DAY_MS, .unit = STR(ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	until = kit_now(k) + 5 * DAY_MS;
	assert_true(KIT_SEND(k, card_excuse, .card = STR(K1), .until = until,
	    .unit = STR(CENTRE)));
	assert_str(KIT_SAID(k, card_excused, 0)->colour, "yellow");
	assert_state(k, K1, "excused");
	assert_unarmed(k, K1, "next");
	assert_unarmed(k, K1, "answer");
	kit_run_until(k, "2026-03-30T23:59:58+08:00");
	assert_state(k, K1, "excused");
	kit_run_until(k, "2026-03-30T23:59:59+08:00");
	assert_state(k, K1, "yellow");
	assert_str(KIT_SAID(k, card_resumed, 0)->colour, "yellow");
	assert_due(k, K1, "next", "2026-04-01T23:59:59+08:00");
	/* A reason is named once a colour. */
	assert_false(KIT_SEND(k, card_explain, .card = STR(K1),
	    .reason = STR("still flooded"), .unit = STR(VILLAGE)));
	assert_refused(k, "EXPLAINED_BEFORE");
	kit_run_until(k, "2026-04-01T23:59:59+08:00");
	assert_state(k, K1, "red");
	assert_true(KIT_SEND(k, card_explain, .card = STR(K1),
	    .reason = STR("still flooded"), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, card_decline, .card = STR(K1),
	    .reason = STR("it is dry now"), .unit = STR(CENTRE)));
	assert_state(k, K1, "red");
}

static void
test_an_excused_card_is_lifted_by_the_work(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_run_until(k, PROMISE);
	assert_true(KIT_SEND(k, card_explain, .card = STR(K1),
	    .reason = STR("rain"), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, card_excuse, .card = STR(K1),
	    .until = kit_now(k) + 3 * DAY_MS, .unit = STR(CENTRE)));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_str(KIT_SAID(k, card_lifted, 0)->colour, "yellow");
	assert_unarmed(k, K1, "until");
}

static void
test_who_sleeps_over_a_reason_gets_a_card(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	kit_run_until(k, PROMISE);
	assert_true(KIT_SEND(k, card_explain, .card = STR(K1),
	    .reason = STR("rain"), .unit = STR(VILLAGE)));
	kit_run_until(k, "2026-03-27T00:00:00+08:00");
	assert_state(k, K2, "blue");
	assert_str(card(k, K2)->unit, CENTRE);
	assert_true(KIT_SEND(k, card_decline, .card = STR(K1),
	    .reason = STR("no"), .unit = STR(CENTRE)));
	assert_state(k, K2, "lifted");
}

static void
test_three_reds_in_a_row_call_the_leader(void **state)
{
	struct kit *k = *state;
	const struct msg_talk_called *m;

	dispatch_open(k, DITCH);
	kit_run_until(k, "2026-04-03T23:59:59+08:00");
	assert_int_equal(card(k, K1)->reds, 1);
	assert_int_equal(kit_total(k, &msg_talk_called_desc), 0);
	kit_run_until(k, "2026-04-13T23:59:59+08:00");
	m = KIT_SAID(k, talk_called, 0);
	assert_str(m->unit, VILLAGE);
	assert_str(m->why, "card.reds");
	assert_str(m->about, K1);
	assert_due(k, Y1, "hold", "2026-04-20T23:59:59+08:00");
	assert_false(
	    KIT_SEND(k, talk_hold, .talk = STR(Y1), .minutes = STR("agreed"),
		.unit = STR(CENTRE), .officer = STR(TOWN_HEAD)));
	assert_refused(k, "LEADER_MISSING");
	/* Nobody holds it: that is the centre's card. */
	kit_run_until(k, "2026-04-21T00:00:00+08:00");
	assert_state(k, K2, "yellow");
	assert_str(card(k, K2)->unit, CENTRE);
	assert_true(
	    KIT_SEND(k, talk_hold, .talk = STR(Y1), .minutes = STR("agreed"),
		.unit = STR(CENTRE), .officer = STR(COUNTY_HEAD)));
	assert_true(KIT_SAID(k, talk_held, 0)->late);
	assert_state(k, K2, "lifted");
	assert_state(k, K1, "red");
}

static void
test_special_starts_red_by_a_word(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(KIT_SEND(k, card_issue, .casefile = STR(CASEFILE),
	    .to = STR(VILLAGE), .colour = STR("red"), .reason = STR("special"),
	    .unit = STR(ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, card_issue, .casefile = STR(CASEFILE),
	    .to = STR(CENTRE), .colour = STR("red"), .reason = STR("special"),
	    .unit = STR(CENTRE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, card_issue, .casefile = STR(CASEFILE),
	    .to = STR(VILLAGE), .colour = STR("red"), .reason = STR("special"),
	    .unit = STR("330122-GOV"), .officer = STR(COUNTY_HEAD)));
	assert_str(KIT_SAID(k, card_issued, 0)->colour, "red");
	assert_due(k, K1, "next", "2026-03-25T23:59:59+08:00");
	/* The word stands until the casefile is closed. */
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_state(k, K1, "red");
	assert_true(dispatch_look(k, true));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_state(k, K1, "lifted");
}

static void
test_a_word_can_be_taken_back(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, card_issue, .casefile = STR(CASEFILE),
	    .to = STR(VILLAGE), .colour = STR("yellow"),
	    .reason = STR("the leader asks"), .unit = STR(CENTRE)));
	assert_true(KIT_SEND(k, card_lift, .card = STR(K1),
	    .reason = STR("he has seen it"), .unit = STR(CENTRE)));
	assert_state(k, K1, "lifted");
}

static bool
warn(struct kit *k, const char *kind)
{
	kit_case(k, "330122-26-0000500");
	return KIT_SEND(k, warning_raised, .warning = STR(W1),
	    .kind = str_of(kind), .unit = STR(ROOM), .span = STR("2026-03-17"),
	    .value = 9, .threshold = 5);
}

static void
test_a_warning_is_answered_and_handled(void **state)
{
	struct kit *k = *state;

	assert_true(warn(k, "rank"));
	assert_state(k, W1, "raised");
	assert_str(KIT_SAID(k, card_issued, 0)->colour, "yellow");
	assert_str(KIT_SAID(k, card_issued, 0)->cause, W1);
	assert_due(k, W1, "respond", "2026-03-19T23:59:59+08:00");
	assert_true(KIT_SEND(k, warning_respond, .warning = STR(W1),
	    .measures = STR("two more people at the desk"), .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, card_lifted, 0)->colour, "yellow");
	assert_due(k, W1, "handle", "2026-04-01T23:59:59+08:00");
	assert_false(KIT_SEND(k, warning_handle, .warning = STR(W1),
	    .result = STR("better"), .unit = STR(ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, warning_handle, .warning = STR(W1),
	    .result = STR("better"), .unit = STR(CENTRE)));
	assert_state(k, W1, "handled");
	assert_unarmed(k, W1, "handle");
}

static void
test_a_warning_that_nobody_answers_goes_red(void **state)
{
	struct kit *k = *state;

	assert_true(warn(k, "volume"));
	assert_state(k, "330122-26-0000500/K1", "blue");
	kit_run_until(k, "2026-03-20T23:59:59+08:00");
	assert_state(k, "330122-26-0000500/K1", "yellow");
	kit_run_until(k, "2026-03-31T00:00:00+08:00");
	assert_state(k, "330122-26-0000500/K1", "red");
}

static void
test_reds_of_many_casefiles_are_a_talk_and_a_cluster_is_no_fault(void **state)
{
	struct kit *k = *state;

	assert_true(warn(k, "reds"));
	assert_str(KIT_SAID(k, talk_called, 0)->why, "warning.reds");
	assert_int_equal(kit_total(k, &msg_card_issued_desc), 0);
	kit_case(k, "330122-26-0000501");
	assert_true(KIT_SEND(k, warning_raised,
	    .warning = STR("330122-26-0000501/W1"), .kind = STR("cluster"),
	    .unit = STR(ROOM), .span = STR("2026-03-17"), .matter = STR(DITCH),
	    .value = 3, .threshold = 3));
	assert_int_equal(kit_n(k), 0);
	assert_state(k, "330122-26-0000501/W1", "raised");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_justified_reason_holds_the_colour),
		TEST(test_an_excused_card_is_lifted_by_the_work),
		TEST(test_who_sleeps_over_a_reason_gets_a_card),
		TEST(test_three_reds_in_a_row_call_the_leader),
		TEST(test_special_starts_red_by_a_word),
		TEST(test_a_word_can_be_taken_back),
		TEST(test_a_warning_is_answered_and_handled),
		TEST(test_a_warning_that_nobody_answers_goes_red),
		TEST(
		    test_reds_of_many_casefiles_are_a_talk_and_a_cluster_is_no_fault),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
