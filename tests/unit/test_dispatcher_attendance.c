/* Who comes and how it is judged: rules_attendance.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY
#define A2 C1 "/" RESCUE

static bool
sign(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_sign, .call = STR(C1), .unit = str_of(unit));
}

static void
test_a_signature_is_not_presence(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_false(sign(k, WATER));
	assert_refused(k, "NOT_ASKED");
	/* The branch on the spot signs for its department. */
	assert_true(sign(k, ECOLOGY_BRANCH));
	assert_str(KIT_SAID(k, call_signed, 0)->unit, ECOLOGY);
	assert_state(k, A1, "signed");
	assert_unarmed(k, A1, "sign");
	assert_due(k, A1, "report_in", "2026-03-23T23:59:59+08:00");
	assert_state(k, C1, "gathering");
	assert_false(sign(k, ECOLOGY));
	assert_refused(k, "NOT_ALLOWED_NOW");
	/* What the call allows, and its seat does. */
	assert_true(kit_allowed(k, "call.report_in"));
	assert_true(kit_allowed(k, "call.refuse"));
	assert_true(kit_allowed(k, "call.contact"));
	assert_false(kit_allowed(k, "call.sign"));
	assert_false(kit_allowed(k, "call.free"));
	assert_false(kit_allowed(k, "call.rule"));
	assert_false(kit_allowed(k, "call.release"));
}

static void
test_the_main_department_begins_the_work(void **state)
{
	struct kit *k = *state;
	const struct msg_call_reported_in *m;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	kit_at(k, "2026-03-18T10:30:00+08:00");
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_null(KIT_SAID(k, call_gathered, 0));
	assert_state(k, C1, "gathering");
	assert_true(dispatch_come(k, C1, ECOLOGY));
	m = KIT_SAID(k, call_reported_in, 0);
	assert_str(m->officer, ECOLOGIST);
	assert_str(m->role, "main");
	assert_false(m->late);
	assert_time(m->asked_at, "2026-03-18T09:00:00+08:00");
	assert_str(KIT_SAID(k, call_gathered, 0)->main, ECOLOGY);
	assert_state(k, C1, "working");
	assert_state(k, A1, "present");
	assert_unarmed(k, A1, "sign");
	assert_unarmed(k, A1, "report_in");
	assert_false(dispatch_come(k, C1, ECOLOGY));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static void
test_coming_late_is_told(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "emergency"));
	kit_at(k, "2026-03-18T09:30:00+08:00");
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_false(KIT_SAID(k, call_reported_in, 0)->late);
	kit_at(k, "2026-03-18T09:30:01+08:00");
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_true(KIT_SAID(k, call_reported_in, 0)->late);
	assert_true(dispatch_seat(k, A2)->late);
	assert_int_equal(dispatch_seat(k, A2)->present_at, kit_now(k));
	assert_str(dispatch_seat(k, A2)->officer, RESCUER);
}

static bool
come_from(struct kit *k, double lat, double lon, bool vouched)
{
	return KIT_SEND(k, call_report_in, .call = STR(C1), .lat = lat,
	    .lon = lon, .voucher = vouched ? STR(DUTY) : STR(""),
	    .unit = STR(ECOLOGY), .officer = STR(ECOLOGIST));
}

static void
test_presence_is_within_the_radius(void **state)
{
	/* A degree of latitude is 111.195 km; of longitude there 96.36 km. */
	static const struct {
		double lat, lon;
		bool near;
	} places[] = {
		{ LAT, LON, true },
		{ LAT + 0.00449, LON, true },  /* 499.3 m */
		{ LAT + 0.00450, LON, false }, /* 500.4 m */
		{ LAT - 0.00449, LON, true },
		{ LAT, LON + 0.00518, true },  /* 499.2 m */
		{ LAT, LON + 0.00520, false }, /* 501.1 m */
		{ LAT, LON - 0.00520, false },
		{ LAT + 0.0035, LON + 0.0035, false }, /* 514.9 m */
		{ LAT + 0.0033, LON + 0.0033, true },
		{ 0, 0, false },
		{ 200, LON, false },
		{ LAT, -400, false },
		{ -LAT, LON, false },
		{ 1e300, -1e300, false },
		{ __builtin_nan(""), LON, false },
		{ LAT, __builtin_inf(), false },
	};

	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		assert_true(dispatch_call(k, "work"));
		assert_int_equal(
		    come_from(k, places[i].lat, places[i].lon, false),
		    places[i].near);
		assert_refused(k, places[i].near ? "" : "NOT_AT_PLACE");
		kit_free(&k);
	}
}

static void
test_the_distance_is_told(void **state)
{
	struct kit *k = *state;
	struct str reason;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_false(come_from(k, LAT + 0.1, LON, false));
	reason = KIT_SAID(k, command_refused, 0)->reason;
	assert_true(str_search(reason, STR("11120 m away")) < reason.n);
	/* The room may vouch for who stands behind the hill. */
	assert_true(come_from(k, LAT + 0.1, LON, true));
}

static void
test_without_a_position_the_words_decide(void **state)
{
	static const struct {
		const char *place;
		bool there;
	} words[] = { { "大桥头", true }, { "大桥", false }, { "", false } };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		/* No place is named: it is that of the casefile. */
		assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
		    .class = STR("emergency"), .main = STR(ECOLOGY),
		    .reason = STR("help"), .unit = STR(ROOM),
		    .officer = STR(ON_DUTY)));
		assert_int_equal(
		    KIT_SEND(k, call_report_in, .call = STR(C1),
			.place = str_of(words[i].place), .unit = STR(ECOLOGY),
			.officer = STR(ECOLOGIST)),
		    words[i].there);
		assert_refused(k, words[i].there ? "" : "NOT_AT_PLACE");
		kit_free(&k);
	}
}

static void
test_the_place_of_the_casefile_is_that_of_the_call(void **state)
{
	struct kit *k = *state;

	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(SEWAGE), .channel = STR("sensor"), .lat = LAT,
	    .lon = LON, .finish_by = kit_now(k) + DAY_MS,
	    .pack = STR("tonglu")));
	assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(ECOLOGY),
	    .reason = STR("help"), .unit = STR(ROOM), .officer = STR(ON_DUTY)));
	assert_false(come_from(k, LAT, LON + 0.1, false));
	assert_refused(k, "NOT_AT_PLACE");
	assert_false(come_from(k, LAT + 0.1, LON, false));
	assert_refused(k, "NOT_AT_PLACE");
	assert_true(come_from(k, LAT, LON, false));
}

static void
test_a_call_without_any_place_is_everywhere(void **state)
{
	struct kit *k = *state;

	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(SEWAGE), .channel = STR("app"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(ECOLOGY),
	    .reason = STR("help"), .unit = STR(ROOM), .officer = STR(ON_DUTY)));
	assert_true(come_from(k, 0, 0, false));
}

static void
test_who_comes_is_of_the_department(void **state)
{
	static const struct {
		const char *unit, *officer, *code;
	} who[] = {
		{ ECOLOGY, "nobody", "UNKNOWN_OFFICER" },
		{ ECOLOGY, RESCUER, "NOT_ON_ROSTER" },
		{ ECOLOGY, DUTY, "NOT_ON_ROSTER" },
		{ WATER, ECOLOGIST, "NOT_ASKED" },
		{ "x", ECOLOGIST, "UNKNOWN_UNIT" },
		{ ECOLOGY_BRANCH, ECOLOGIST, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		assert_true(dispatch_call(k, "work"));
		(void)KIT_SEND(k, call_report_in, .call = STR(C1), .lat = LAT,
		    .lon = LON, .unit = str_of(who[i].unit),
		    .officer = str_of(who[i].officer));
		assert_refused(k, who[i].code);
		kit_free(&k);
	}
}

static bool
refuse(struct kit *k, const char *unit, const char *reason)
{
	return KIT_SEND(k, call_refuse, .call = STR(C1),
	    .reason = str_of(reason), .unit = str_of(unit));
}

static void
test_a_refusal_is_told_and_the_clock_runs_on(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_false(refuse(k, WATER, "no"));
	assert_refused(k, "NOT_ASKED");
	assert_false(refuse(k, ECOLOGY, ""));
	assert_refused(k, "REASON_MISSING");
	assert_true(refuse(k, ECOLOGY, "no people"));
	assert_str(KIT_SAID(k, call_unit_refused, 0)->unit, ECOLOGY);
	assert_state(k, A1, "refusing");
	assert_int_equal(dispatch_seat(k, A1)->refused, 1);
	assert_unarmed(k, A1, "sign");
	assert_due(k, A1, "report_in", "2026-03-23T23:59:59+08:00");
	assert_false(refuse(k, ECOLOGY, "still no people"));
	assert_refused(k, "NOT_ALLOWED_NOW");
	/* Coming ends it. */
	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_state(k, A1, "present");
	assert_false(refuse(k, ECOLOGY, "tired"));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static bool
contact(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_contact, .call = STR(C1), .unit = str_of(unit));
}

static void
test_who_does_not_sign_or_speak_in_time_gets_a_card(void **state)
{
	struct kit *k = *state;
	const struct msg_call_contacted *m;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_due(k, A1, "contact", "2026-03-19T09:00:00+08:00");
	assert_true(sign(k, RESCUE));
	kit_run_until(k, "2026-03-18T09:48:00+08:00");
	assert_state(k, K1, "blue");
	assert_state(k, K2, "");
	kit_run_until(k, "2026-03-18T10:00:00+08:00");
	assert_state(k, K1, "yellow");
	assert_true(sign(k, ECOLOGY));
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, ECOLOGY);

	kit_at(k, "2026-03-19T08:30:00+08:00");
	assert_true(contact(k, RESCUE));
	m = KIT_SAID(k, call_contacted, 0);
	assert_false(m->late);
	assert_unarmed(k, A2, "contact");
	assert_false(contact(k, RESCUE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	kit_run_until(k, "2026-03-19T09:00:00+08:00");
	assert_state(k, K2, "yellow");
	assert_str(((const struct row_card *)kit_row(k, K2))->unit, ECOLOGY);
	kit_at(k, "2026-03-19T09:20:00+08:00");
	assert_true(contact(k, ECOLOGY));
	assert_true(KIT_SAID(k, call_contacted, 0)->late);
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, ECOLOGY);
}

/* The fact of the limit may be recorded just behind the word. */
static void
test_a_word_in_the_last_moment_is_in_time(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_true(sign(k, ECOLOGY));
	assert_true(contact(k, ECOLOGY));
	assert_true(KIT_SEND(k, deadline_overdue, .thing = STR(A1),
	    .limit = STR("contact"), .unit = STR(ECOLOGY),
	    .due_at = kit_now(k)));
	assert_state(k, K1, "");
}

/* Minutes of an emergency are no time for cards about signatures. */
static void
test_an_emergency_is_signed_without_cards(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "emergency"));
	assert_unarmed(k, A1, "contact");
	kit_run_until(k, "2026-03-18T09:20:00+08:00");
	assert_state(k, K1, "");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_signature_is_not_presence),
		TEST(test_the_main_department_begins_the_work),
		TEST(test_coming_late_is_told),
		cmocka_unit_test(test_presence_is_within_the_radius),
		TEST(test_the_distance_is_told),
		cmocka_unit_test(test_without_a_position_the_words_decide),
		TEST(test_the_place_of_the_casefile_is_that_of_the_call),
		TEST(test_a_call_without_any_place_is_everywhere),
		cmocka_unit_test(test_who_comes_is_of_the_department),
		TEST(test_a_refusal_is_told_and_the_clock_runs_on),
		TEST(test_who_does_not_sign_or_speak_in_time_gets_a_card),
		TEST(test_a_word_in_the_last_moment_is_in_time),
		TEST(test_an_emergency_is_signed_without_cards),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
