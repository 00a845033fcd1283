/* Departments that do not come, and the county's word: rules_call_lead.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY
#define A2 C1 "/" RESCUE
#define A3 C1 "/" WATER

static void
called(struct kit *k, const char *class)
{
	dispatch_open(k, SEWAGE);
	must(dispatch_call(k, class));
}

static bool
refuse(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_refuse, .call = STR(C1),
	    .reason = STR("no people"), .unit = str_of(unit));
}

static bool
rule(struct kit *k, const char *about, const char *ruling)
{
	return KIT_SEND(k, call_rule, .call = STR(C1), .about = str_of(about),
	    .ruling = str_of(ruling), .reason = STR("by the list"),
	    .unit = STR(CENTRE));
}

static bool
designate(struct kit *k, const char *main)
{
	return KIT_SEND(k, call_designate, .call = STR(C1),
	    .main = str_of(main), .reason = STR("they can"),
	    .unit = STR(CENTRE));
}

/* Of UNIT, still open; "" when it has none. */
static const char *
colour_of(const struct kit *k, const char *unit)
{
	static const char *const ids[] = { K1, K2, CASEFILE "/K3",
		CASEFILE "/K4" };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		const struct row_card *card =
		    (const struct row_card *)kit_row(k, ids[i]);

		if (card != NULL && str_is(card->unit, unit) &&
		    !str_is(card->state, "lifted"))
			return kit_state(k, ids[i]);
	}
	return "";
}

static void
test_a_refusal_goes_to_the_county_and_counts(void **state)
{
	struct kit *k = *state;
	const struct msg_call_escalated *m;

	called(k, "work");
	assert_true(refuse(k, RESCUE));
	m = KIT_SAID(k, call_escalated, 0);
	assert_str(m->unit, RESCUE);
	assert_str(m->why, "refused");
	assert_str(m->to, CENTRE);
	assert_time(m->rule_by, "2026-03-18T11:00:00+08:00");
	assert_due(k, A2, "rule", "2026-03-18T11:00:00+08:00");
	assert_string_equal(colour_of(k, RESCUE), "yellow");
	/* The other one is asked as before. */
	assert_state(k, A1, "asked");
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_state(k, C1, "working");

	assert_false(
	    KIT_SEND(k, call_rule, .call = STR(C1), .about = STR(RESCUE),
		.ruling = STR("stay"), .reason = STR("so"), .unit = STR(ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, call_rule, .call = STR(C1),
	    .about = STR(RESCUE), .ruling = STR("stay"), .unit = STR(CENTRE)));
	assert_refused(k, "REASON_MISSING");
	assert_false(rule(k, WATER, "stay"));
	assert_refused(k, "NOT_ASKED");
	assert_false(rule(k, ECOLOGY, "stay"));
	assert_refused(k, "NOT_ALLOWED_NOW"); /* it does not refuse */
	assert_true(rule(k, RESCUE, "stay"));
	assert_int_equal(KIT_SAID(k, call_ruled, 0)->refused, 1);
	assert_state(k, A2, "signed");
	assert_unarmed(k, A2, "rule");
	assert_due(k, A2, "report_in", "2026-03-23T23:59:59+08:00");
	/* Until it is there the card stays; a second no is none. */
	assert_string_equal(colour_of(k, RESCUE), "yellow");
	assert_false(refuse(k, RESCUE));
	assert_refused(k, "RULED");
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_string_equal(colour_of(k, RESCUE), "");
}

static void
test_who_is_excused_need_not_come(void **state)
{
	struct kit *k = *state;

	called(k, "work");
	assert_true(refuse(k, RESCUE));
	assert_true(rule(k, RESCUE, "excuse"));
	assert_str(KIT_SAID(k, call_unit_excused, 0)->unit, RESCUE);
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, RESCUE);
	assert_state(k, A2, "excused");
	assert_unarmed(k, A2, "report_in");
	assert_unarmed(k, A2, "contact");
	assert_false(dispatch_come(k, C1, RESCUE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_true(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_state(k, A2, "excused");
	assert_null(KIT_SAID(k, call_unit_missed, 0));
	/* It is not judged, and nobody waits for that. */
	assert_false(KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = STR(RESCUE), .score = 50, .unit = STR(ROOM)));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = STR(ECOLOGY), .score = 90, .unit = STR(ROOM)));
	assert_true(KIT_SEND(k, call_grade_back, .call = STR(C1), .score = 90,
	    .unit = STR(ECOLOGY)));
	assert_state(k, C1, "ended");
}

static void
test_a_county_that_does_not_rule_gets_a_card(void **state)
{
	struct kit *k = *state;

	called(k, "emergency");
	assert_true(refuse(k, RESCUE));
	assert_due(k, A2, "rule", "2026-03-18T09:10:00+08:00");
	kit_run_until(k, "2026-03-18T09:10:00+08:00");
	assert_string_equal(colour_of(k, CENTRE), "yellow");
	assert_true(rule(k, RESCUE, "stay"));
	assert_string_equal(colour_of(k, CENTRE), "");
}

static void
test_a_lead_that_refuses_is_kept_or_replaced(void **state)
{
	struct kit *k = *state;

	called(k, "work");
	assert_true(refuse(k, ECOLOGY));
	assert_false(rule(k, ECOLOGY, "excuse"));
	assert_refused(k, "MAIN_STAYS");
	assert_false(KIT_SEND(k, call_designate, .call = STR(C1),
	    .main = STR(WATER), .reason = STR("so"), .unit = STR(ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(designate(k, ECOLOGY));
	assert_refused(k, "UNIT_TWICE");
	assert_false(designate(k, ""));
	assert_refused(k, "MAIN_MISSING");
	assert_false(designate(k, TEAM));
	assert_refused(k, "OWN_POWER");
	assert_false(designate(k, "330122-NONE"));
	assert_refused(k, "UNKNOWN_UNIT");
	kit_at(k, "2026-03-18T10:00:00+08:00");
	assert_true(designate(k, WATER));
	assert_str(KIT_SAID(k, call_designated, 0)->was, ECOLOGY);
	assert_str(KIT_SAID(k, call_unit_asked, 0)->unit, WATER);
	assert_str(KIT_SAID(k, call_unit_asked, 0)->role, "main");
	assert_str(dispatch_seat(k, A1)->role, "assisting");
	/* Limits of its own, from when it was named. */
	assert_due(k, A3, "sign", "2026-03-18T11:00:00+08:00");
	assert_due(k, C1, "finish", PROMISE);

	/* Now the first may be let off; who was named ends the call. */
	assert_true(rule(k, ECOLOGY, "excuse"));
	assert_true(KIT_SEND(k, call_report_in, .call = STR(C1), .lat = LAT,
	    .lon = LON, .unit = STR(WATER), .officer = STR("OF-ZB-0100")));
	assert_str(KIT_SAID(k, call_gathered, 0)->main, WATER);
	assert_false(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(WATER), .officer = STR("OF-ZB-0100")));
	assert_true(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, casefile_handled, 0)->unit, WATER);
	assert_str(KIT_SAID(k, call_unit_missed, 0)->unit, RESCUE);
}

/* The clock is never lost: late, told to come, late again, and so on. */
static void
test_a_late_lead_is_seen_again_and_again(void **state)
{
	struct kit *k = *state;

	called(k, "emergency");
	kit_run_until(k, "2026-03-18T09:30:00+08:00");
	assert_int_equal(kit_total(k, &msg_call_escalated_desc), 1);
	assert_due(k, C1, "rule", "2026-03-18T09:40:00+08:00");
	assert_unarmed(k, A1, "report_in");
	kit_at(k, "2026-03-18T09:35:00+08:00");
	assert_true(rule(k, ECOLOGY, "stay"));
	assert_time(KIT_SAID(k, call_unit_urged, 0)->report_in_by,
	    "2026-03-18T10:05:00+08:00");
	assert_unarmed(k, C1, "rule");
	assert_due(k, A1, "report_in", "2026-03-18T10:05:00+08:00");
	kit_run_until(k, "2026-03-18T10:05:00+08:00");
	assert_int_equal(kit_total(k, &msg_call_escalated_desc), 2);
	assert_due(k, C1, "rule", "2026-03-18T10:15:00+08:00");
	/* Within a second limit it comes, and is late all the same. */
	kit_at(k, "2026-03-18T10:10:00+08:00");
	assert_true(rule(k, ECOLOGY, "stay"));
	kit_at(k, "2026-03-18T10:12:00+08:00");
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_true(KIT_SAID(k, call_reported_in, 0)->late);
	assert_string_equal(colour_of(k, ECOLOGY), "");
}

/* Ruled on in the very moment in which it became late. */
static void
test_no_clock_is_lost_at_the_limit_itself(void **state)
{
	struct kit *k = *state;

	called(k, "emergency");
	kit_run_until(k, "2026-03-18T09:30:00+08:00");
	assert_unarmed(k, A1, "report_in");
	assert_true(rule(k, ECOLOGY, "stay"));
	assert_due(k, A1, "report_in", "2026-03-18T10:00:00+08:00");
}

static void
test_who_is_named_to_lead_and_is_late_too_is_urged(void **state)
{
	struct kit *k = *state;

	called(k, "emergency");
	kit_run_until(k, "2026-03-18T09:35:00+08:00");
	assert_true(designate(k, RESCUE));
	assert_str(KIT_SAID(k, call_unit_urged, 0)->unit, RESCUE);
	assert_null(KIT_SAID(k, call_unit_asked, 0));
	assert_due(k, A2, "report_in", "2026-03-18T10:05:00+08:00");
	assert_unarmed(k, C1, "rule");
	assert_state(k, C1, "gathering");
	kit_run_until(k, "2026-03-18T10:05:00+08:00");
	assert_due(k, C1, "rule", "2026-03-18T10:15:00+08:00");
}

static void
test_who_is_there_and_named_begins_at_once(void **state)
{
	struct kit *k = *state;

	called(k, "emergency");
	assert_true(dispatch_come(k, C1, RESCUE));
	kit_run_until(k, "2026-03-18T09:35:00+08:00");
	assert_true(designate(k, RESCUE));
	assert_str(KIT_SAID(k, call_gathered, 0)->main, RESCUE);
	assert_null(KIT_SAID(k, call_unit_urged, 0));
	assert_state(k, C1, "working");
}

/* Sent back while its lead was lost: it has to come again. */
static void
test_a_veto_finds_a_lead_that_was_lost(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "emergency");
	kit_run_until(k, "2026-03-18T10:50:00+08:00");
	assert_state(k, A1, "lost");
	assert_unarmed(k, A1, "report_in");
	assert_int_equal(kit_total(k, &msg_call_escalated_desc), 0);
	assert_true(KIT_SEND(k, call_veto, .call = STR(C1),
	    .reason = STR("it smells"), .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, call_unit_urged, 0)->unit, ECOLOGY);
	assert_due(k, A1, "report_in", "2026-03-18T11:20:00+08:00");
	kit_run_until(k, "2026-03-18T11:20:00+08:00");
	assert_int_equal(kit_total(k, &msg_call_escalated_desc), 1);
}

static void
test_each_of_several_has_limits_of_its_own(void **state)
{
	struct kit *k = *state;

	called(k, "emergency");
	kit_at(k, "2026-03-18T09:10:00+08:00");
	assert_true(KIT_SEND(k, call_add, .call = STR(C1), .added = STR(WATER),
	    .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, call_unit_asked, 0)->role, "assisting");
	assert_due(k, A1, "report_in", "2026-03-18T09:30:00+08:00");
	assert_due(k, A3, "report_in", "2026-03-18T09:40:00+08:00");
	assert_true(refuse(k, WATER));
	assert_true(dispatch_come(k, C1, ECOLOGY));
	kit_run_until(k, "2026-03-18T09:30:00+08:00");
	/* Late, refusing, there: one does not end the others. */
	assert_string_equal(colour_of(k, RESCUE), "yellow");
	assert_state(k, A3, "refusing");
	assert_state(k, A1, "present");
	assert_state(k, C1, "working");
	/* Nobody but the township ends it. */
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_false(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(CENTRE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	assert_state(k, A1, "released");
	assert_state(k, A2, "missed");
	assert_state(k, A3, "missed");
	assert_unarmed(k, A3, "rule");
	assert_string_equal(colour_of(k, RESCUE), "");
}

static void
test_who_was_excused_may_be_named_to_lead(void **state)
{
	struct kit *k = *state;

	called(k, "work");
	assert_true(refuse(k, RESCUE));
	assert_true(rule(k, RESCUE, "excuse"));
	assert_true(designate(k, RESCUE));
	assert_str(KIT_SAID(k, call_unit_asked, 0)->role, "main");
	assert_state(k, A2, "asked");
	assert_str(dispatch_seat(k, A2)->role, "main");
	/* That was another question: it may say no again. */
	assert_true(refuse(k, RESCUE));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_refusal_goes_to_the_county_and_counts),
		TEST(test_who_is_excused_need_not_come),
		TEST(test_a_county_that_does_not_rule_gets_a_card),
		TEST(test_a_lead_that_refuses_is_kept_or_replaced),
		TEST(test_a_late_lead_is_seen_again_and_again),
		TEST(test_no_clock_is_lost_at_the_limit_itself),
		TEST(test_who_is_named_to_lead_and_is_late_too_is_urged),
		TEST(test_who_is_there_and_named_begins_at_once),
		TEST(test_a_veto_finds_a_lead_that_was_lost),
		TEST(test_each_of_several_has_limits_of_its_own),
		TEST(test_who_was_excused_may_be_named_to_lead),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
