/* Campaigns that answer something: emergencies, topics, warnings. */
#include "services/dispatcher/rules_campaign.h"
#include "tests/lib/campaign_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct kit *
begin(void **state)
{
	struct kit *k = kit_new(&dispatcher_machine, *state);

	kit_at(k, "2026-03-02T09:00:00+08:00");
	kit_case(k, CAMPAIGN);
	kit_place(k, "330122");
	return k;
}

static bool
declare(struct kit *k, const char *approver)
{
	kit_case(k, CAMPAIGN);
	return KIT_SEND(k, emergency_declare, .level = STR("red"),
	    .approver = str_of(approver), .unit = STR(CENTRE));
}

/* All hands: seven kinds, fourteen townships, half an hour. */
static void
test_a_typhoon_asks_everybody_at_once(void **state)
{
	struct kit *k = begin(state);
	const struct msg_emergency_stood_down *how;

	assert_false(declare(k, TOWN_HEAD));
	assert_refused(k, "APPROVER_MISSING");
	assert_true(declare(k, COUNTY_HEAD));
	assert_int_equal(KIT_SAID(k, emergency_declared, 0)->receipts, 98);
	assert_int_equal(KIT_SAID(k, emergency_declared, 0)->matters.n, 7);
	assert_int_equal(kit_total(k, &msg_receipt_issued_desc), 98);
	assert_state(k, G1, "running");
	assert_due(k, H1, "receive", "2026-03-02T09:30:00+08:00");
	assert_true(campaign_receive(k, H1, "330122002-CMD"));
	(void)kit_run_until(k, "2026-03-02T09:31:00+08:00");
	/* One card a township, whatever it lets lie. */
	assert_int_equal(kit_total(k, &msg_card_issued_desc), 14);
	assert_state(k, CAMPAIGN "/K1", "yellow");
	/* Cards of an emergency redden fast. */
	(void)kit_run_until(k, "2026-03-02T10:31:00+08:00");
	assert_state(k, CAMPAIGN "/K1", "red");
	kit_case(k, CAMPAIGN);
	assert_true(KIT_SEND(k, emergency_stand_down, .campaign = STR(G1),
	    .reason = STR("it has passed"), .unit = STR(CENTRE)));
	how = KIT_SAID(k, emergency_stood_down, 0);
	assert_int_equal(how->silent, 97);
	assert_int_equal(how->received, 1);
	assert_state(k, G1, "stopped");
	assert_state(k, CAMPAIGN "/K1", "lifted");
	assert_int_equal(kit_run_until(k, "2031-01-01T00:00:00+08:00"), 0);
	kit_free(&k);
}

/* Chosen, planned, dispatched, measured: the topic of a month. */
static void
test_a_topic_is_chosen_before_it_is_planned(void **state)
{
	struct kit *k = begin(state);
	static const struct str problems[] = { { "hoses", 5 },
		{ "bottles", 7 } };
	static const struct str kinds[] = { { GAS, sizeof(GAS) - 1 } };
	static const struct str members[] = { { RESCUE, sizeof(RESCUE) - 1 },
		{ ECOLOGY, sizeof(ECOLOGY) - 1 } };

	assert_true(KIT_SEND(k, campaign_choose, .theme = STR("gas"),
	    .problems = { problems, 2 }, .warning = STR("2026-03/SF-016"),
	    .unit = STR(CENTRE)));
	assert_state(k, G1, "chosen");
	assert_due(k, G1, "plan", "2026-03-16T23:59:59+08:00");
	assert_true(KIT_SEND(k, campaign_plan, .on = STR(G1),
	    .class = STR("fixed"), .matters = { kinds, 1 },
	    .finish_by = kit_now(k) + 9 * DAY_MS, .unit = STR(CENTRE)));
	assert_state(k, G1, "planned");
	assert_str(KIT_SAID(k, campaign_planned, 0)->theme, "gas");
	assert_int_equal(KIT_SAID(k, campaign_planned, 0)->receipts, 14);
	assert_unarmed(k, G1, "plan");
	assert_true(KIT_SEND(k, group_form, .campaign = STR(G1),
	    .members = { members, 2 }, .charter = STR("gas"),
	    .unit = STR(CENTRE)));
	assert_true(KIT_SEND(k, campaign_stop, .campaign = STR(G1),
	    .reason = STR("done by law now"), .unit = STR(CENTRE)));
	assert_int_equal(KIT_SAID(k, group_dissolved, 0)->members.n, 2);
	assert_int_equal(kit_run_until(k, "2031-01-01T00:00:00+08:00"), 0);
	kit_free(&k);
}

static bool
choose(struct kit *k, const char *on)
{
	static const struct str problems[] = { { "hoses", 5 },
		{ "bottles", 7 } };

	return KIT_SEND(k, campaign_choose, .on = str_of(on),
	    .theme = STR("gas"), .problems = { problems, 2 },
	    .unit = STR(CENTRE));
}

/* What the month has already is found by prepare(). */
static void
test_a_month_has_one_topic(void **state)
{
	static const struct topics one = { .n = 1,
		.last = { "330122-26-0000800/G1", 20 } };
	static const struct topics none;
	struct kit *k = begin(state);

	kit_extra(k, &one);
	assert_false(choose(k, ""));
	assert_refused(k, "TOPIC_CHOSEN");
	kit_extra(k, &none);
	assert_true(choose(k, ""));
	kit_free(&k);
}

#define W1 CAMPAIGN "/W1"

static void
warn(struct kit *k)
{
	assert_true(KIT_SEND(k, warning_raised, .warning = STR(W1),
	    .kind = STR("cluster"), .unit = STR(ROOM),
	    .span = STR("2026-03-01"), .matter = STR(GAS), .value = 4,
	    .threshold = 3));
	assert_state(k, W1, "raised");
}

/* From one demand to one class of problems, and back with a result. */
static void
test_a_campaign_answers_a_warning(void **state)
{
	struct kit *k = begin(state);

	warn(k);
	assert_true(choose(k, W1));
	assert_str(KIT_SAID(k, campaign_chosen, 0)->warning, W1);
	assert_str(KIT_SAID(k, warning_responded, 0)->campaign, G1);
	assert_state(k, W1, "responded");
	assert_unarmed(k, W1, "respond");
	assert_unarmed(k, W1, "handle");
	assert_true(campaign_plan_on(k, G1, "2026-04-03T18:00:00+08:00"));
	assert_true(campaign_issue(k, G1));
	assert_true(campaign_receive(k, H1, ROOM));
	assert_true(campaign_report(k, H1, ROOM, 2));
	assert_true(campaign_accept(k, H1, CENTRE));
	assert_true(campaign_close(k, ""));
	assert_state(k, W1, "handled");
	assert_str(KIT_SAID(k, warning_handled, 0)->campaign, G1);
	assert_str(
	    KIT_SAID(k, warning_handled, 0)->result, "all kitchens seen");
	assert_false(KIT_SAID(k, warning_handled, 0)->late);
	kit_free(&k);
}

/* Called off: whoever was warned owes it again. */
static void
test_a_campaign_that_is_called_off_answers_nothing(void **state)
{
	struct kit *k = begin(state);

	warn(k);
	assert_true(campaign_plan_on(k, W1, "2026-04-03T18:00:00+08:00"));
	assert_str(KIT_SAID(k, campaign_planned, 0)->warning, W1);
	assert_state(k, W1, "responded");
	assert_true(KIT_SEND(k, campaign_stop, .campaign = STR(G1),
	    .reason = STR("no money"), .unit = STR(CENTRE)));
	assert_state(k, W1, "responded");
	assert_due(k, W1, "handle", "2026-03-16T23:59:59+08:00");
	(void)kit_run_until(k, "2026-03-17T09:00:00+08:00");
	assert_state(k, CAMPAIGN "/K1", "yellow");
	kit_case(k, CAMPAIGN);
	assert_true(KIT_SEND(k, warning_handle, .warning = STR(W1),
	    .result = STR("looked at by hand"), .unit = STR(CENTRE)));
	assert_state(k, CAMPAIGN "/K1", "lifted");
	kit_free(&k);
}

/* What is in force is found by prepare(). */
static void
test_nobody_is_asked_twice_in_one_danger(void **state)
{
	static const struct str kinds[] = { { "SF-001", 6 }, { "SF-002", 6 } };
	static const struct str town[] = { { "330122109", 9 } };
	static const struct str village[] = { { "330122109219", 12 } };
	struct row_campaign one = { .id = STR("330122-26-0000800/G1"),
		.matters = { kinds, 1 },
		.targets = { village, 1 } };
	struct emergencies in_force = { &one, 1 };
	struct kit *k = begin(state);

	kit_extra(k, &in_force);
	assert_false(declare(k, COUNTY_HEAD));
	assert_refused(k, "IN_EMERGENCY");
	/* Other kinds there, or the same elsewhere, are another danger. */
	assert_true(KIT_SEND(k, emergency_declare, .level = STR("red"),
	    .matters = { kinds + 1, 1 }, .targets = { town, 1 },
	    .approver = STR(COUNTY_HEAD), .unit = STR(CENTRE)));
	one.targets = (struct strs){ NULL, 0 };
	assert_false(KIT_SEND(k, emergency_declare, .level = STR("red"),
	    .matters = { kinds, 1 }, .targets = { town, 1 },
	    .approver = STR(COUNTY_HEAD), .unit = STR(CENTRE)));
	assert_refused(k, "IN_EMERGENCY");
	in_force.n = 0;
	assert_true(declare(k, COUNTY_HEAD));
	kit_free(&k);
}

/* However it ends, everybody hears that the county is back to normal. */
static void
test_an_emergency_that_is_called_off_is_stood_down(void **state)
{
	struct kit *k = begin(state);

	assert_true(declare(k, COUNTY_HEAD));
	assert_true(KIT_SEND(k, campaign_stop, .campaign = STR(G1),
	    .reason = STR("a false alarm"), .unit = STR(CENTRE)));
	assert_int_equal(KIT_SAID(k, emergency_stood_down, 0)->silent, 98);
	assert_true(
	    ((const struct row_campaign *)kit_row(k, G1))->stopped_seq > 0);
	kit_free(&k);
}

/* Of a topic each problem has its own result. */
static void
test_each_problem_of_a_topic_is_measured(void **state)
{
	static const struct str kinds[] = { { GAS, sizeof(GAS) - 1 } };
	static const struct str towns[] = { { TOWN, sizeof(TOWN) - 1 } };
	static const struct str results[] = { { "five hoses", 10 },
		{ "no old bottle", 13 } };
	struct kit *k = begin(state);

	assert_true(choose(k, ""));
	assert_true(KIT_SEND(k, campaign_plan, .on = STR(G1),
	    .class = STR("fixed"), .level = STR("township"),
	    .matters = { kinds, 1 }, .targets = { towns, 1 },
	    .finish_by = kit_now(k) + 9 * DAY_MS, .unit = STR(CENTRE)));
	assert_true(campaign_issue(k, G1));
	assert_true(campaign_receive(k, H1, ROOM));
	assert_true(campaign_report(k, H1, ROOM, 0));
	assert_true(campaign_accept(k, H1, CENTRE));
	assert_state(k, G1, "checking");
	for (size_t n = 0; n < 2; n++) {
		assert_false(KIT_SEND(k, campaign_close, .campaign = STR(G1),
		    .measured = STR("seen"), .results = { results, n },
		    .unit = STR(CENTRE)));
		assert_refused(k, "NOT_MEASURED");
	}
	assert_true(KIT_SEND(k, campaign_close, .campaign = STR(G1),
	    .measured = STR("seen"), .results = { results, 2 },
	    .unit = STR(CENTRE)));
	assert_int_equal(KIT_SAID(k, campaign_closed, 0)->results.n, 2);
	assert_str(
	    KIT_SAID(k, campaign_closed, 0)->results.p[1], "no old bottle");
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_typhoon_asks_everybody_at_once),
		cmocka_unit_test(test_a_topic_is_chosen_before_it_is_planned),
		cmocka_unit_test(test_a_month_has_one_topic),
		cmocka_unit_test(test_a_campaign_answers_a_warning),
		cmocka_unit_test(
		    test_a_campaign_that_is_called_off_answers_nothing),
		cmocka_unit_test(test_nobody_is_asked_twice_in_one_danger),
		cmocka_unit_test(
		    test_an_emergency_that_is_called_off_is_stood_down),
		cmocka_unit_test(test_each_problem_of_a_topic_is_measured),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
