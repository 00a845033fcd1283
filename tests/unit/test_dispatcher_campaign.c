/* Campaigns: three classes, receipts, one case more. */
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

/* Villages of TOWN are asked by its room only, and answer to it. */
static void
test_level_by_level_each_divides_to_its_own(void **state)
{
	struct kit *k = begin(state);
	const struct row_receipt *r;

	assert_true(campaign_plan(k, "level", "2026-04-03T23:59:59+08:00"));
	assert_int_equal(KIT_SAID(k, campaign_planned, 0)->receipts, 1);
	assert_due(k, G1, "issue", "2026-03-30T23:59:59+08:00");
	assert_true(campaign_issue(k, G1));
	assert_state(k, G1, "running");
	assert_state(k, H1, "issued");
	assert_due(k, H1, "receive", "2026-03-03T23:59:59+08:00");
	assert_due(k, G1, "finish", "2026-04-03T23:59:59+08:00");
	assert_unarmed(k, G1, "issue");

	assert_false(campaign_receive(k, H1, OTHER_ROOM));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(campaign_receive(k, H1, ROOM));
	assert_due(k, H1, "report", "2026-04-03T23:59:59+08:00");
	assert_unarmed(k, H1, "receive");
	assert_true(
	    KIT_SEND(k, receipt_divide, .receipt = STR(H1), .unit = STR(ROOM)));
	assert_state(k, H1, "split");
	assert_int_equal(KIT_SAID(k, receipt_divided, 0)->parts,
	    kit_total(k, &msg_receipt_issued_desc) - 1);
	assert_true(KIT_SAID(k, receipt_divided, 0)->parts > 5);
	r = (const struct row_receipt *)kit_row(k, H2);
	assert_str(r->above, ROOM);
	assert_str(r->part_of, H1);
	assert_int_equal(r->division.n, 12);
	kit_free(&k);
}

/* What was divided is in when its parts are; the sums stay honest. */
static void
test_a_campaign_is_gathered_measured_and_closed(void **state)
{
	struct kit *k = begin(state);
	static const struct str part[] = { { VILLAGE, sizeof(VILLAGE) - 1 } };
	const struct msg_campaign_closed *sum;

	campaign_received(k, "level");
	assert_true(KIT_SEND(k, receipt_divide, .receipt = STR(H1),
	    .units = { part, 1 }, .unit = STR(ROOM)));
	assert_true(campaign_receive(k, H2, VILLAGE));
	assert_true(campaign_report(k, H2, VILLAGE, 2));
	assert_due(k, H2, "check", "2026-03-05T23:59:59+08:00");
	assert_false(campaign_accept(k, H2, CENTRE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, receipt_send_back, .receipt = STR(H2),
	    .reason = STR("no photos"), .unit = STR(ROOM)));
	assert_state(k, H2, "received");
	assert_due(k, H2, "report", "2026-04-03T18:00:00+08:00");
	assert_true(campaign_report(k, H2, VILLAGE, 3));
	assert_true(campaign_accept(k, H2, ROOM));
	assert_state(k, G1, "running");
	assert_true(campaign_report(k, H1, ROOM, 5));
	assert_true(campaign_accept(k, H1, CENTRE));
	assert_state(k, G1, "checking");
	assert_int_equal(KIT_SAID(k, campaign_gathered, 0)->accepted, 2);
	assert_unarmed(k, G1, "finish");
	assert_due(k, G1, "check", "2026-03-16T23:59:59+08:00");

	assert_true(campaign_close(k, ""));
	sum = KIT_SAID(k, campaign_closed, 0);
	assert_int_equal(sum->found, 5);
	assert_int_equal(sum->checked, 41);
	assert_int_equal(sum->missing, 0);
	assert_state(k, G1, "closed");
	assert_int_equal(kit_run_until(k, "2031-01-01T00:00:00+08:00"), 0);
	kit_free(&k);
}

static void
test_all_levels_ask_townships_and_villages_at_once(void **state)
{
	struct kit *k = begin(state);
	int64_t n;

	assert_true(campaign_plan(k, "all", "2026-04-03T23:59:59+08:00"));
	assert_true(campaign_issue(k, G1));
	n = KIT_SAID(k, campaign_issued, 0)->receipts;
	assert_int_equal(n, kit_total(k, &msg_receipt_issued_desc));
	assert_true(n > 10);
	for (int64_t i = 0; i < n; i++) {
		const struct msg_receipt_issued *m =
		    KIT_SAID(k, receipt_issued, (size_t)i);
		bool room = str_is(m->unit, ROOM);

		assert_str(m->above, room ? CENTRE : ROOM);
	}
	/* Everybody has it already. */
	assert_true(campaign_receive(k, H1, ROOM));
	assert_false(
	    KIT_SEND(k, receipt_divide, .receipt = STR(H1), .unit = STR(ROOM)));
	assert_refused(k, "NOT_SPLITTABLE");
	kit_free(&k);
}

static void
test_a_fixed_level_is_asked_alone(void **state)
{
	struct kit *k = begin(state);
	static const struct str kinds[] = { { GAS, sizeof(GAS) - 1 },
		{ RUBBISH, sizeof(RUBBISH) - 1 } };
	static const struct str where[] = { { "330122109219", 12 } };

	assert_true(KIT_SEND(k, campaign_plan, .class = STR("fixed"),
	    .level = STR("village"), .matters = { kinds, 2 },
	    .targets = { where, 1 }, .finish_by = kit_now(k) + 9 * DAY_MS,
	    .unit = STR(CENTRE)));
	assert_true(campaign_issue(k, G1));
	assert_int_equal(KIT_SAID(k, campaign_issued, 0)->receipts, 2);
	assert_str(KIT_SAID(k, receipt_issued, 0)->unit, VILLAGE);
	assert_str(KIT_SAID(k, receipt_issued, 1)->matter, RUBBISH);
	kit_free(&k);
}

/* Time is up: what is missing is named, or given more time. */
static void
test_time_up_then_sent_back_then_missing(void **state)
{
	struct kit *k = begin(state);
	static const struct str again[] = { { ROOM, sizeof(ROOM) - 1 } };

	campaign_received(k, "fixed");
	(void)kit_run_until(k, "2026-04-03T19:00:00+08:00");
	assert_state(k, G1, "checking");
	assert_state(k, CAMPAIGN "/K1", "yellow");
	assert_true(KIT_SEND(k, campaign_send_back, .campaign = STR(G1),
	    .units = { again, 1 }, .finish_by = kit_now(k) + 5 * DAY_MS,
	    .reason = STR("not one kitchen"), .unit = STR(CENTRE)));
	assert_state(k, G1, "running");
	assert_due(k, H1, "report", "2026-04-08T19:00:00+08:00");
	assert_state(k, CAMPAIGN "/K1", "lifted");
	(void)kit_run_until(k, "2026-04-08T20:00:00+08:00");
	assert_state(k, G1, "checking");
	assert_true(campaign_close(k, ROOM));
	assert_state(k, H1, "ended");
	assert_true(KIT_SAID(k, receipt_ended, 0)->missing);
	assert_int_equal(KIT_SAID(k, campaign_closed, 0)->missing, 1);
	assert_int_equal(kit_run_until(k, "2031-01-01T00:00:00+08:00"), 0);
	kit_free(&k);
}

/* One casefile makes a class of problems visible (从一个诉求到一类问题). */
static void
test_a_campaign_grows_from_a_casefile(void **state)
{
	struct kit *k = begin(state);
	static const struct str kinds[] = { { DITCH, sizeof(DITCH) - 1 } };

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, campaign_plan, .on = STR(CASEFILE),
	    .class = STR("all"), .matters = { kinds, 1 },
	    .finish_by = kit_now(k) + 9 * DAY_MS, .unit = STR(CENTRE)));
	assert_state(k, CASEFILE "/G1", "planned");
	assert_state(k, CASEFILE, "in_hand");
	kit_case(k, "330122-26-0000999");
	assert_false(KIT_SEND(k, campaign_plan, .on = STR("330122-26-0000999"),
	    .class = STR("all"), .matters = { kinds, 1 },
	    .finish_by = kit_now(k) + 9 * DAY_MS, .unit = STR(CENTRE)));
	assert_refused(k, "UNKNOWN_ID");
	kit_free(&k);
}

/* A closed penalty case: the whole sector is looked at, where the pack says. */
static void
test_one_case_one_rectification(void **state)
{
	struct kit *k = begin(state);
	const struct row_campaign *c;

	dispatch_open(k, GAS);
	must(KIT_SEND(k, penalty_filed, .penalty = STR(P1), .unit = STR(TEAM)));
	must(KIT_SEND(k, penalty_decided, .penalty = STR(P1)));
	(void)KIT_SEND(
	    k, penalty_closed, .penalty = STR(P1), .unit = STR(TEAM));
	assert_state(k, CASEFILE "/G1", "planned");
	c = (const struct row_campaign *)kit_row(k, CASEFILE "/G1");
	assert_str(c->cause, P1);
	assert_str(c->unit, CENTRE);
	assert_str(c->division, "330122");
	assert_str(c->matters.p[0], GAS);
	assert_int_equal(KIT_SAID(k, campaign_planned, 0)->receipts, 14);
	(void)KIT_SEND(
	    k, penalty_closed, .penalty = STR(P1), .unit = STR(TEAM));
	assert_state(k, CASEFILE "/G2", "");
	assert_true(campaign_issue(k, CASEFILE "/G1"));
	assert_state(k, CASEFILE "/H14", "issued");
	kit_free(&k);
}

/* Other matters do not ask for it. */
static void
test_most_cases_are_only_themselves(void **state)
{
	struct kit *k = begin(state);

	dispatch_open(k, RUBBISH);
	must(KIT_SEND(k, penalty_filed, .penalty = STR(P1), .unit = STR(TEAM)));
	(void)KIT_SEND(
	    k, penalty_closed, .penalty = STR(P1), .unit = STR(TEAM));
	assert_state(k, CASEFILE "/G1", "");
	kit_free(&k);
}

/* What came back may be divided again, to those who have no part yet. */
static void
test_a_receipt_that_came_back_gives_nobody_a_second_part(void **state)
{
	struct kit *k = begin(state);
	static const struct str part[] = { { VILLAGE, sizeof(VILLAGE) - 1 } };
	static const struct str more[] = { { OTHER_VILLAGE,
	    sizeof(OTHER_VILLAGE) - 1 } };

	campaign_received(k, "level");
	assert_true(KIT_SEND(k, receipt_divide, .receipt = STR(H1),
	    .units = { part, 1 }, .unit = STR(ROOM)));
	assert_true(campaign_receive(k, H2, VILLAGE));
	assert_true(campaign_report(k, H2, VILLAGE, 2));
	assert_true(campaign_accept(k, H2, ROOM));
	assert_true(campaign_report(k, H1, ROOM, 2));
	assert_true(KIT_SEND(k, receipt_send_back, .receipt = STR(H1),
	    .reason = STR("one village only"), .unit = STR(CENTRE)));
	assert_false(KIT_SEND(k, receipt_divide, .receipt = STR(H1),
	    .units = { part, 1 }, .unit = STR(ROOM)));
	assert_refused(k, "UNIT_TWICE");
	assert_true(KIT_SEND(k, receipt_divide, .receipt = STR(H1),
	    .units = { more, 1 }, .unit = STR(ROOM)));
	assert_state(k, H3, "issued");
	assert_state(k, H1, "split");
	assert_true(campaign_receive(k, H3, OTHER_VILLAGE));
	assert_true(campaign_report(k, H3, OTHER_VILLAGE, 0));
	assert_true(campaign_accept(k, H3, ROOM));
	assert_true(campaign_report(k, H1, ROOM, 2));
	assert_true(KIT_SEND(k, receipt_send_back, .receipt = STR(H1),
	    .reason = STR("now all of them"), .unit = STR(CENTRE)));
	assert_true(
	    KIT_SEND(k, receipt_divide, .receipt = STR(H1), .unit = STR(ROOM)));
	for (int64_t i = 0; i < KIT_SAID(k, receipt_divided, 0)->parts; i++) {
		struct str unit = KIT_SAID(k, receipt_issued, (size_t)i)->unit;

		assert_false(str_is(unit, VILLAGE));
		assert_false(str_is(unit, OTHER_VILLAGE));
	}
	kit_free(&k);
}

/* Every village and room of the county, and nobody is left out at the end. */
static void
test_a_campaign_to_everybody_ends_for_everybody(void **state)
{
	struct kit *k = begin(state);
	static const struct str kinds[] = { { GAS, sizeof(GAS) - 1 },
		{ RUBBISH, sizeof(RUBBISH) - 1 } };
	char id[64];
	int64_t n;

	assert_true(KIT_SEND(k, campaign_plan, .class = STR("all"),
	    .matters = { kinds, 2 }, .finish_by = kit_now(k) + 9 * DAY_MS,
	    .unit = STR(CENTRE)));
	n = KIT_SAID(k, campaign_planned, 0)->receipts;
	assert_true(n > 400);
	assert_true(campaign_issue(k, G1));
	assert_int_equal(KIT_SAID(k, campaign_issued, 0)->receipts, n);
	assert_true(KIT_SEND(k, campaign_stop, .campaign = STR(G1),
	    .reason = STR("enough"), .unit = STR(CENTRE)));
	for (int64_t i = 1; i <= n; i++) {
		(void)snprintf(id, sizeof(id), CAMPAIGN "/H%lld", (long long)i);
		assert_state(k, id, "ended");
	}
	(void)snprintf(id, sizeof(id), CAMPAIGN "/H%lld", (long long)n + 1);
	assert_state(k, id, "");
	assert_int_equal(kit_run_until(k, "2031-01-01T00:00:00+08:00"), 0);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_level_by_level_each_divides_to_its_own),
		cmocka_unit_test(
		    test_a_campaign_is_gathered_measured_and_closed),
		cmocka_unit_test(
		    test_all_levels_ask_townships_and_villages_at_once),
		cmocka_unit_test(test_a_fixed_level_is_asked_alone),
		cmocka_unit_test(test_time_up_then_sent_back_then_missing),
		cmocka_unit_test(test_a_campaign_grows_from_a_casefile),
		cmocka_unit_test(test_one_case_one_rectification),
		cmocka_unit_test(test_most_cases_are_only_themselves),
		cmocka_unit_test(
		    test_a_receipt_that_came_back_gives_nobody_a_second_part),
		cmocka_unit_test(
		    test_a_campaign_to_everybody_ends_for_everybody),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
