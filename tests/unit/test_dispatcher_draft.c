/* Calls that leaders, or a neighbour, must allow: rules_call_draft.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY

/* By ROOM for ECOLOGY; PARTNER and LEAD may be "". */
static bool
draft(struct kit *k, const char *class, const char *partner, const char *lead)
{
	return KIT_SEND(k, call_draft, .casefile = STR(CASEFILE),
	    .class = str_of(class), .main = STR(ECOLOGY),
	    .reason = STR("no power"), .lat = LAT, .lon = LON,
	    .partner = str_of(partner), .lead = str_of(lead),
	    .unit = STR(ROOM));
}

static bool
approve(struct kit *k, const char *unit, const char *officer)
{
	return KIT_SEND(k, call_approve, .call = STR(C1), .unit = str_of(unit),
	    .officer = str_of(officer));
}

static bool
agree(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_agree, .call = STR(C1), .unit = str_of(unit));
}

static bool
decline(struct kit *k, const char *unit, const char *reason)
{
	return KIT_SEND(k, call_decline, .call = STR(C1),
	    .reason = str_of(reason), .unit = str_of(unit));
}

static const struct row_call *
call(const struct kit *k)
{
	return (const struct row_call *)kit_row(k, C1);
}

static void
test_a_work_call_waits_for_the_head_of_the_township(void **state)
{
	struct kit *k = *state;
	const struct msg_call_drafted *m;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", "", ""));
	m = KIT_SAID(k, call_drafted, 0);
	assert_str(m->waits_for, LEADERS);
	assert_time(m->precheck_by, "2026-03-18T11:00:00+08:00");
	assert_due(k, C1, "precheck", "2026-03-18T11:00:00+08:00");
	/* Nobody is called yet, and the task goes on. */
	assert_null(KIT_SAID(k, call_raised, 0));
	assert_state(k, A1, "");
	assert_state(k, T1, "assigned");

	assert_false(approve(k, LEADERS, OTHER_HEAD));
	assert_refused(k, "APPROVER_MISSING");
	assert_false(approve(k, LEADERS, DUTY));
	assert_refused(k, "APPROVER_MISSING");
	assert_false(approve(k, ROOM, TOWN_HEAD));
	assert_refused(k, "NOT_YOUR_UNIT");
	kit_at(k, "2026-03-18T10:00:00+08:00");
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_str(KIT_SAID(k, call_approved, 0)->waits_for, "");
	assert_str(KIT_SAID(k, call_raised, 0)->main, ECOLOGY);
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "called");
	assert_state(k, C1, "gathering");
	assert_unarmed(k, C1, "precheck");
	/* Its clocks run from the yes, not from the asking. */
	assert_due(k, A1, "sign", "2026-03-18T11:00:00+08:00");
	assert_false(approve(k, LEADERS, TOWN_HEAD));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static void
test_a_tough_call_waits_for_the_county_too(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "tough", "", ""));
	assert_due(k, C1, "precheck", "2026-03-19T23:59:59+08:00");
	/* The township first. */
	assert_false(approve(k, COUNTY_LEADERS, COUNTY_HEAD));
	assert_refused(k, "APPROVER_MISSING");
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_str(KIT_SAID(k, call_approved, 0)->waits_for, COUNTY_LEADERS);
	assert_null(KIT_SAID(k, call_raised, 0));
	assert_state(k, C1, "drafted");
	/* The next leader has a limit of their own. */
	assert_due(k, C1, "precheck", "2026-03-20T23:59:59+08:00");
	assert_false(approve(k, LEADERS, TOWN_HEAD));
	assert_refused(k, "APPROVER_MISSING");
	assert_true(approve(k, COUNTY_LEADERS, COUNTY_HEAD));
	assert_str(KIT_SAID(k, call_raised, 0)->class, "tough");
	assert_int_equal(call(k)->approvers.n, 2);
	assert_state(k, C1, "gathering");
}

/* Whom a class asks, beside the township's own, is the pack's. */
static void
test_a_pack_may_ask_the_county_for_every_call(void **state)
{
	struct registry *strict = county_with("limits.csv",
	    "whistle.work.approver,none,township_leader,",
	    "whistle.work.approver,none,township_leader+county_leader,");
	struct kit *k = kit_new(&dispatcher_machine, strict);

	(void)state;
	dispatch_open(k, SEWAGE);
	assert_false(dispatch_call(k, "work"));
	assert_refused(k, "APPROVER_MISSING");
	assert_true(draft(k, "work", "", ""));
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_str(KIT_SAID(k, call_approved, 0)->waits_for, COUNTY_LEADERS);
	assert_true(approve(k, COUNTY_LEADERS, COUNTY_HEAD));
	assert_state(k, C1, "gathering");
	kit_free(&k);
	registry_free(&strict);
}

static void
test_a_leader_who_sleeps_over_it_gets_a_card(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", "", ""));
	kit_run_until(k, "2026-03-18T10:36:00+08:00");
	assert_state(k, K1, "blue");
	kit_run_until(k, "2026-03-18T11:00:00+08:00");
	assert_state(k, K1, "yellow");
	assert_str(((const struct row_card *)kit_row(k, K1))->unit, LEADERS);
	assert_state(k, C1, "drafted");
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, LEADERS);
}

static void
test_declined_it_is_no_call(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", "", ""));
	assert_false(decline(k, ROOM, "no"));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(decline(k, LEADERS, ""));
	assert_refused(k, "REASON_MISSING");
	assert_true(decline(k, LEADERS, "we can do that"));
	assert_str(KIT_SAID(k, call_declined, 0)->unit, LEADERS);
	assert_state(k, C1, "declined");
	assert_unarmed(k, C1, "precheck");
	assert_state(k, CASEFILE, "in_hand");
	assert_state(k, T1, "assigned");
	assert_false(approve(k, LEADERS, TOWN_HEAD));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static void
test_a_casefile_without_a_way_keeps_its_limit_while_it_is_drafted(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	assert_true(draft(k, "work", "", ""));
	assert_state(k, CASEFILE, "opened");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
	assert_true(KIT_SEND(k, call_cancel, .call = STR(C1),
	    .reason = STR("not now"), .unit = STR(ROOM)));
	assert_state(k, C1, "cancelled");
	assert_state(k, CASEFILE, "opened");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
	assert_unarmed(k, C1, "precheck");
}

static void
test_what_needs_no_draft_is_raised(void **state)
{
	static const char *const classes[] = { "emergency", "community",
		"loud" };

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		assert_false(draft(k, classes[i], "", ""));
		assert_refused(k, "CLASS_UNKNOWN");
		kit_free(&k);
	}
}

/* Somebody called them while the leaders were thinking. */
static void
test_the_last_word_still_looks_who_is_called(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", "", ""));
	assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(ECOLOGY),
	    .reason = STR("fish die"), .unit = STR(ROOM),
	    .officer = STR(ON_DUTY)));
	assert_state(k, C2, "gathering");
	assert_false(approve(k, LEADERS, TOWN_HEAD));
	assert_refused(k, "UNIT_TWICE");
	assert_state(k, C1, "drafted");
	assert_true(decline(k, LEADERS, "they come already"));
}

static void
test_a_joint_call_needs_the_neighbours_word(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", OTHER_ROOM, ""));
	assert_str(KIT_SAID(k, call_drafted, 0)->unit, ROOM);
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_str(KIT_SAID(k, call_approved, 0)->waits_for, OTHER_ROOM);
	assert_state(k, C1, "drafted");
	assert_false(agree(k, ROOM));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(agree(k, OTHER_ROOM));
	assert_str(KIT_SAID(k, call_raised, 0)->partner, OTHER_ROOM);
	assert_str(KIT_SAID(k, call_raised, 0)->unit, ROOM);
	assert_state(k, C1, "gathering");
	/* Who is there may be vouched for by either room. */
	assert_true(
	    KIT_SEND(k, call_report_in, .call = STR(C1), .unit = STR(ECOLOGY),
		.officer = STR(ECOLOGIST), .voucher = STR("OF-ZB-0023")));
	assert_str(KIT_SAID(k, call_reported_in, 0)->proof, "room");
}

static void
test_the_neighbour_may_be_faster_than_the_leaders(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", OTHER_ROOM, ""));
	assert_true(agree(k, OTHER_ROOM));
	assert_str(KIT_SAID(k, call_approved, 0)->waits_for, LEADERS);
	assert_false(agree(k, OTHER_ROOM));
	assert_refused(k, "PARTNER_WRONG");
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_state(k, C1, "gathering");
}

static void
test_the_neighbour_may_say_no(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", OTHER_ROOM, ""));
	assert_false(decline(k, OTHER_ROOM, "not ours"));
	assert_refused(k, "NOT_YOUR_UNIT"); /* the leaders' word is awaited */
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_true(decline(k, OTHER_ROOM, "it is upstream of us"));
	assert_str(KIT_SAID(k, call_declined, 0)->unit, OTHER_ROOM);
	assert_state(k, C1, "declined");
}

/* The drafting room's word is its draft; the other leads and releases. */
static void
test_the_neighbour_may_lead(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", OTHER_ROOM, OTHER_ROOM));
	assert_str(KIT_SAID(k, call_drafted, 0)->unit, OTHER_ROOM);
	assert_true(approve(k, LEADERS, TOWN_HEAD));
	assert_str(KIT_SAID(k, call_approved, 0)->waits_for, OTHER_ROOM);
	assert_true(agree(k, OTHER_ROOM));
	assert_str(KIT_SAID(k, call_raised, 0)->unit, OTHER_ROOM);
	assert_str(KIT_SAID(k, call_raised, 0)->partner, ROOM);
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_due(k, C1, "check", "2026-03-20T23:59:59+08:00");
	assert_false(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(
	    k, call_release, .call = STR(C1), .unit = STR(OTHER_ROOM)));
	/* The place's own room closes its casefile all the same. */
	assert_true(dispatch_look(k, true));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
}

static void
test_who_cannot_be_a_partner(void **state)
{
	static const struct {
		const char *partner, *lead, *code;
	} pairs[] = {
		{ ROOM, "", "PARTNER_WRONG" },
		{ CENTRE, "", "PARTNER_WRONG" },
		{ ECOLOGY, "", "PARTNER_WRONG" },
		{ OTHER_ROOM, "330122101-CMD", "PARTNER_WRONG" },
		{ "330122-NONE", "", "UNKNOWN_UNIT" },
		{ OTHER_ROOM, ROOM, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		assert_int_equal(
		    draft(k, "work", pairs[i].partner, pairs[i].lead),
		    pairs[i].code[0] == '\0');
		assert_refused(k, pairs[i].code);
		kit_free(&k);
	}
}

static void
test_a_joint_call_is_raised_at_once_only_in_danger(void **state)
{
	static const struct str heads[] = { { TOWN_HEAD,
	    sizeof(TOWN_HEAD) - 1 } };
	static const char *const classes[] = { "work", "emergency" };

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		assert_int_equal(
		    KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
			.class = str_of(classes[i]), .main = STR(ECOLOGY),
			.reason = STR("the river"), .partner = STR(OTHER_ROOM),
			.approvers = { heads, 1 }, .unit = STR(ROOM),
			.officer = STR(ON_DUTY)),
		    i == 1);
		assert_refused(k, i == 0 ? "APPROVER_MISSING" : "");
		kit_free(&k);
	}
}

static void
test_only_a_joint_call_is_agreed_to(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(draft(k, "work", "", ""));
	assert_false(agree(k, OTHER_ROOM));
	assert_refused(k, "PARTNER_WRONG");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_work_call_waits_for_the_head_of_the_township),
		TEST(test_a_tough_call_waits_for_the_county_too),
		cmocka_unit_test(test_a_pack_may_ask_the_county_for_every_call),
		TEST(test_a_leader_who_sleeps_over_it_gets_a_card),
		TEST(test_declined_it_is_no_call),
		TEST(
		    test_a_casefile_without_a_way_keeps_its_limit_while_it_is_drafted),
		cmocka_unit_test(test_what_needs_no_draft_is_raised),
		TEST(test_the_last_word_still_looks_who_is_called),
		TEST(test_a_joint_call_needs_the_neighbours_word),
		TEST(test_the_neighbour_may_be_faster_than_the_leaders),
		TEST(test_the_neighbour_may_say_no),
		TEST(test_the_neighbour_may_lead),
		cmocka_unit_test(test_who_cannot_be_a_partner),
		cmocka_unit_test(
		    test_a_joint_call_is_raised_at_once_only_in_danger),
		TEST(test_only_a_joint_call_is_agreed_to),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
