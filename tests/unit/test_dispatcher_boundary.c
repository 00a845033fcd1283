/* The risk record of a change of boundaries, and the day it begins. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NUMBER "330122-26-0000777"
#define U1 NUMBER "/U1"
#define LOADED "000000-26-0000778"
#define E1 LOADED "/E1"
#define CIVIL "330122-D-MZJ"

static int
begin(void **state)
{
	*state = kit_new(&dispatcher_machine, *state);
	kit_case(*state, NUMBER);
	kit_place(*state, "330122");
	return 0;
}

static bool
assess(struct kit *k, const char *risk, const char *unit)
{
	static const struct str places[] = { { "330122109", 9 } };

	return KIT_SEND(k, boundary_assess, .title = STR("one town of two"),
	    .kind = STR("merge_townships"), .places = { places, 1 },
	    .risk = str_of(risk), .opinion = STR("calm"),
	    .measures = STR("a hotline"), .unit = str_of(unit));
}

static bool
clear(struct kit *k, const char *approver, const char *unit)
{
	return KIT_SEND(k, boundary_clear, .boundary = STR(U1),
	    .document = STR("2026-9"), .approver = str_of(approver),
	    .unit = str_of(unit));
}

static bool
evaluate(struct kit *k)
{
	return KIT_SEND(k, boundary_evaluate, .boundary = STR(U1),
	    .opinion = STR("shorter ways"), .unit = STR(CIVIL));
}

static bool
drop(struct kit *k)
{
	return KIT_SEND(k, boundary_drop, .boundary = STR(U1),
	    .reason = STR("not this year"), .unit = STR(CIVIL));
}

static void
loaded(struct kit *k, const char *begins, const char *boundary)
{
	kit_case(k, LOADED);
	kit_place(k, "");
	(void)KIT_SEND(k, registry_changed, .pack = STR("tonglu"),
	    .version = STR("2026.2"),
	    .begins = begins != NULL ? county_time(begins) : 0,
	    .boundary = str_of(boundary));
}

static void
test_assessed_cleared_in_force_evaluated(void **state)
{
	struct kit *k = *state;

	assert_true(assess(k, "low", CIVIL));
	assert_str(KIT_SAID(k, boundary_assessed, 0)->approver, GOVERNMENT);
	assert_due(k, U1, "clear", "2026-04-16T23:59:59+08:00");
	assert_false(evaluate(k));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_false(clear(k, TOWN_HEAD, GOVERNMENT));
	assert_refused(k, "APPROVER_MISSING");
	assert_false(clear(k, COUNTY_HEAD, CIVIL));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(clear(k, COUNTY_HEAD, GOVERNMENT));
	assert_state(k, U1, "cleared");
	assert_unarmed(k, U1, "clear");
	assert_due(k, U1, "complete", "2027-03-18T23:59:59+08:00");
	assert_true(KIT_SEND(k, boundary_begun, .boundary = STR(U1),
	    .pack = STR("tonglu"), .version = STR("2026.2")));
	assert_state(k, U1, "effective");
	assert_due(k, U1, "evaluate", "2027-03-18T23:59:59+08:00");
	assert_false(drop(k));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(evaluate(k));
	assert_false(KIT_SAID(k, boundary_evaluated, 0)->late);
	assert_state(k, U1, "evaluated");
}

static void
test_a_high_risk_is_not_cleared(void **state)
{
	struct kit *k = *state;

	assert_false(assess(k, "high", ROOM));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(assess(k, "high", CIVIL));
	assert_false(clear(k, COUNTY_HEAD, GOVERNMENT));
	assert_refused(k, "RISK_HIGH");
	kit_at(k, "2026-03-25T09:00:00+08:00");
	assert_true(KIT_SEND(k, boundary_reassess, .boundary = STR(U1),
	    .risk = STR("medium"), .opinion = STR("all were heard"),
	    .measures = STR("the old desk stays open"), .unit = STR(CIVIL)));
	assert_str(KIT_SAID(k, boundary_assessed, 0)->risk, "medium");
	assert_true(clear(k, COUNTY_HEAD, GOVERNMENT));
}

static void
test_who_lets_it_lie_gets_a_card(void **state)
{
	struct kit *k = *state;

	assert_true(assess(k, "low", CIVIL));
	assert_true(kit_fire(k, "overdue", U1, "clear"));
	assert_str(KIT_SAID(k, card_issued, 0)->unit, GOVERNMENT);
	assert_true(drop(k));
	assert_state(k, U1, "dropped");
	assert_state(k, NUMBER "/K1", "lifted");
}

/* Each stage in time; what ends it lifts the card. */
static void
test_every_stage_has_its_limit(void **state)
{
	struct kit *k = *state;

	assert_true(assess(k, "low", CIVIL));
	assert_true(kit_fire(k, "overdue", U1, "clear"));
	assert_true(clear(k, COUNTY_HEAD, GOVERNMENT));
	assert_state(k, NUMBER "/K1", "lifted");
	assert_true(kit_fire(k, "overdue", U1, "complete"));
	assert_str(KIT_SAID(k, card_issued, 0)->unit, CIVIL);
	assert_true(KIT_SEND(k, boundary_begun, .boundary = STR(U1),
	    .pack = STR("tonglu"), .version = STR("2026.2")));
	assert_state(k, NUMBER "/K2", "lifted");
	assert_true(kit_fire(k, "overdue", U1, "evaluate"));
	assert_state(k, NUMBER "/K3", "yellow");
	kit_at(k, "2030-01-01T09:00:00+08:00");
	assert_true(evaluate(k));
	assert_true(KIT_SAID(k, boundary_evaluated, 0)->late);
	assert_state(k, NUMBER "/K3", "lifted");
}

static void
test_a_later_version_waits_for_its_day(void **state)
{
	struct kit *k = *state;

	loaded(k, NULL, "");
	assert_state(k, E1, "");
	loaded(k, "2026-04-01T00:00:00+08:00", U1);
	assert_state(k, E1, "loaded");
	assert_due(k, E1, "in_force", "2026-04-01T00:00:00+08:00");
	(void)kit_run_until(k, "2026-04-01T00:00:00+08:00");
	assert_state(k, E1, "in_force");
	assert_int_equal(kit_total(k, &msg_version_begun_desc), 1);
	assert_int_equal(kit_total(k, &msg_boundary_begun_desc), 1);
	assert_true(KIT_SEND(
	    k, version_follow, .version = STR(E1), .after = STR(CASEFILE)));
	assert_str(KIT_SAID(k, version_followed, 0)->after, CASEFILE);
}

static void
test_one_whose_day_is_past_begins_at_once(void **state)
{
	struct kit *k = *state;

	loaded(k, "2026-03-01T00:00:00+08:00", "");
	assert_due(k, E1, "in_force", "2026-03-18T09:00:00+08:00");
	assert_true(kit_fire(k, "lapsed", E1, "in_force"));
	assert_int_equal(kit_total(k, &msg_boundary_begun_desc), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_assessed_cleared_in_force_evaluated),
		TEST(test_a_high_risk_is_not_cleared),
		TEST(test_who_lets_it_lie_gets_a_card),
		TEST(test_every_stage_has_its_limit),
		TEST(test_a_later_version_waits_for_its_day),
		TEST(test_one_whose_day_is_past_begins_at_once),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
