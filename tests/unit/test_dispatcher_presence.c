/* Who came shows again and again that it is there: rules_attendance_place.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY
#define A2 C1 "/" RESCUE
#define SECOND "OF-ZB-0079" /* of ECOLOGY, too */

static bool
recheck(struct kit *k, const char *unit, double lat)
{
	return KIT_SEND(k, call_recheck, .call = STR(C1), .lat = lat,
	    .lon = LON, .unit = str_of(unit));
}

static void
test_presence_is_shown_again(void **state)
{
	struct kit *k = *state;
	const struct msg_call_presence_confirmed *m;

	dispatch_working(k, "emergency");
	assert_due(k, A1, "recheck", "2026-03-18T10:00:00+08:00");
	assert_false(recheck(k, RESCUE, LAT));
	assert_refused(k, "NOT_ALLOWED_NOW"); /* it has not come */
	kit_at(k, "2026-03-18T09:50:00+08:00");
	assert_false(recheck(k, ECOLOGY, LAT + 0.1));
	assert_refused(k, "NOT_AT_PLACE");
	assert_true(recheck(k, ECOLOGY, LAT));
	m = KIT_SAID(k, call_presence_confirmed, 0);
	assert_str(m->unit, ECOLOGY);
	assert_str(m->proof, "position");
	assert_false(m->again);
	assert_time(m->recheck_by, "2026-03-18T10:50:00+08:00");
	assert_due(k, A1, "recheck", "2026-03-18T10:50:00+08:00");
}

static void
test_work_is_shown_once_a_working_day(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "work");
	assert_due(k, A1, "recheck", "2026-03-19T23:59:59+08:00");
	kit_at(k, "2026-03-20T09:00:00+08:00"); /* a Friday */
	assert_true(recheck(k, ECOLOGY, LAT));
	assert_due(k, A1, "recheck", "2026-03-23T23:59:59+08:00");
}

static void
test_the_grace_saves_who_is_a_little_late(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	kit_run_until(k, "2026-03-18T10:14:00+08:00");
	assert_state(k, A1, "present");
	assert_due(k, A1, "grace", "2026-03-18T10:15:00+08:00");
	assert_true(recheck(k, ECOLOGY, LAT));
	assert_unarmed(k, A1, "grace");
	kit_run_until(k, "2026-03-18T10:20:00+08:00");
	assert_state(k, A1, "present");
	assert_int_equal(dispatch_seat(k, A1)->lost, 0);
}

static void
test_who_shows_nothing_is_lost_and_comes_again(void **state)
{
	struct kit *k = *state;
	const struct msg_call_presence_lost *m;

	dispatch_working(k, "emergency");
	assert_true(dispatch_come(k, C1, RESCUE));
	kit_run_until(k, "2026-03-18T10:00:00+08:00");
	assert_true(recheck(k, RESCUE, LAT));
	assert_true(kit_fire(k, "lapsed", A1, "grace"));
	m = KIT_SAID(k, call_presence_lost, 0);
	assert_str(m->unit, ECOLOGY);
	assert_int_equal(m->n, 1);
	/* From the end of the grace on, whenever that is looked at. */
	assert_time(m->report_in_by, "2026-03-18T10:45:00+08:00");
	assert_str(KIT_SAID(k, card_issued, 0)->colour, "yellow");
	assert_str(KIT_SAID(k, card_issued, 0)->limit, "lost");
	assert_state(k, A1, "lost");
	assert_state(k, A2, "present");
	assert_state(k, C1, "working");
	assert_due(k, A1, "report_in", "2026-03-18T10:45:00+08:00");
	/* The lead cannot hand in from somewhere else. */
	assert_true(dispatch_part(k));
	assert_false(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_false(
	    KIT_SEND(k, call_leave, .call = STR(C1), .unit = STR(ECOLOGY)));
	assert_refused(k, "NOT_RELEASED");

	assert_true(dispatch_come(k, C1, ECOLOGY));
	assert_true(KIT_SAID(k, call_presence_confirmed, 0)->again);
	assert_null(KIT_SAID(k, call_reported_in, 0)); /* it came once */
	assert_str(KIT_SAID(k, card_lifted, 0)->colour, "yellow");
	assert_false(dispatch_seat(k, A1)->late);
	assert_unarmed(k, A1, "report_in");
}

/* It is not there any more, and the county hears of it. */
static void
test_a_lead_that_stays_lost_goes_to_the_county(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	assert_true(dispatch_come(k, C1, RESCUE));
	kit_run_until(k, "2026-03-18T10:10:00+08:00");
	assert_true(recheck(k, RESCUE, LAT));
	kit_run_until(k, "2026-03-18T10:45:00+08:00");
	assert_int_equal(kit_total(k, &msg_call_escalated_desc), 1);
	assert_due(k, C1, "rule", "2026-03-18T10:55:00+08:00");
	assert_true(
	    KIT_SEND(k, call_designate, .call = STR(C1), .main = STR(RESCUE),
		.reason = STR("they are there"), .unit = STR(CENTRE)));
	assert_state(k, C1, "working");
	assert_unarmed(k, C1, "rule");
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(RESCUE), .officer = STR(RESCUER)));
}

/* An assisting department that is lost is its own trouble. */
static void
test_an_assistant_that_is_lost_stops_nobody(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	assert_true(dispatch_come(k, C1, RESCUE));
	kit_run_until(k, "2026-03-18T10:14:00+08:00");
	assert_true(recheck(k, ECOLOGY, LAT));
	kit_run_until(k, "2026-03-18T10:50:00+08:00");
	assert_state(k, A2, "lost");
	assert_int_equal(kit_total(k, &msg_call_escalated_desc), 0);
	assert_true(
	    KIT_SEND(k, call_submit, .call = STR(C1), .result = STR("clean"),
		.unit = STR(ECOLOGY), .officer = STR(ECOLOGIST)));
	assert_true(
	    KIT_SEND(k, call_release, .call = STR(C1), .unit = STR(ROOM)));
	/* It was there once: it is released, and has missed nothing. */
	assert_state(k, A2, "released");
	assert_null(KIT_SAID(k, call_unit_missed, 0));
}

static bool
relieve(struct kit *k, const char *unit, const char *officer, double lat)
{
	return KIT_SEND(k, call_relieve, .call = STR(C1), .lat = lat,
	    .lon = LON, .unit = str_of(unit), .officer = str_of(officer));
}

static void
test_a_newcomer_stands_there_before_the_other_goes(void **state)
{
	struct kit *k = *state;
	const struct msg_call_relieved *m;

	dispatch_working(k, "emergency");
	assert_false(relieve(k, RESCUE, RESCUER, LAT));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_false(relieve(k, ECOLOGY, RESCUER, LAT));
	assert_refused(k, "NOT_ON_ROSTER");
	assert_false(relieve(k, ECOLOGY, "nobody", LAT));
	assert_refused(k, "UNKNOWN_OFFICER");
	assert_false(relieve(k, ECOLOGY, SECOND, LAT + 0.1));
	assert_refused(k, "NOT_AT_PLACE");
	assert_str(dispatch_seat(k, A1)->officer, ECOLOGIST);
	kit_at(k, "2026-03-18T09:45:00+08:00");
	assert_true(relieve(k, ECOLOGY, SECOND, LAT));
	m = KIT_SAID(k, call_relieved, 0);
	assert_str(m->out, ECOLOGIST);
	assert_str(m->officer, SECOND);
	/* The newcomer has shown that they are there. */
	assert_due(k, A1, "recheck", "2026-03-18T10:45:00+08:00");
}

static void
test_who_vouches_is_of_the_room(void **state)
{
	static const struct {
		const char *voucher;
		bool good;
	} who[] = { { DUTY, true }, { RESCUER, false }, { "nobody", false },
		{ "OF-ZB-0023", false } };

	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_working(k, "work");
		assert_int_equal(KIT_SEND(k, call_recheck, .call = STR(C1),
				     .unit = STR(ECOLOGY),
				     .voucher = str_of(who[i].voucher)),
		    who[i].good);
		assert_refused(k, who[i].good ? "" : "NOT_AT_PLACE");
		kit_free(&k);
	}
}

/* Resident, rotating, on call (常驻、轮驻、随驻): the roster says who. */
static void
test_a_team_sends_who_is_on_its_roster(void **state)
{
	static const struct {
		const char *officer, *code;
	} who[] = {
		{ RESCUER, "" },      /* on call for the team */
		{ "OF-ZB-0250", "" }, /* its own */
		{ ECOLOGIST, "NOT_ON_ROSTER" },
		{ DUTY, "NOT_ON_ROSTER" },
	};

	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_working(k, "work");
		assert_true(KIT_SEND(k, call_add, .call = STR(C1),
		    .added = STR("330122-EM-FX"), .unit = STR(ROOM)));
		(void)KIT_SEND(k, call_report_in, .call = STR(C1), .lat = LAT,
		    .lon = LON, .unit = STR("330122-EM-FX"),
		    .officer = str_of(who[i].officer));
		assert_refused(k, who[i].code);
		kit_free(&k);
	}
}

/* Whoever may go can be needed again. */
static void
test_who_was_let_go_is_called_again(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "work");
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_false(KIT_SEND(k, call_add, .call = STR(C1),
	    .added = STR(RESCUE), .unit = STR(ROOM)));
	assert_refused(k, "UNIT_TWICE");
	assert_true(dispatch_part(k));
	assert_true(KIT_SEND(k, call_free, .call = STR(C1),
	    .freed = STR(RESCUE), .unit = STR(ROOM)));
	assert_state(k, A2, "freed");
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_true(KIT_SEND(k, call_add, .call = STR(C1), .added = STR(RESCUE),
	    .unit = STR(ROOM)));
	assert_state(k, A2, "asked");
	assert_due(k, A2, "report_in", "2026-03-24T23:59:59+08:00");
	assert_true(dispatch_come(k, C1, RESCUE));
	assert_non_null(KIT_SAID(k, call_reported_in, 0));
	/* Its second part is another one. */
	assert_false(KIT_SEND(k, call_free, .call = STR(C1),
	    .freed = STR(RESCUE), .unit = STR(ROOM)));
	assert_refused(k, "PART_MISSING");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_presence_is_shown_again),
		TEST(test_work_is_shown_once_a_working_day),
		TEST(test_the_grace_saves_who_is_a_little_late),
		TEST(test_who_shows_nothing_is_lost_and_comes_again),
		TEST(test_a_lead_that_stays_lost_goes_to_the_county),
		TEST(test_an_assistant_that_is_lost_stops_nobody),
		TEST(test_a_newcomer_stands_there_before_the_other_goes),
		TEST(test_who_was_let_go_is_called_again),
		cmocka_unit_test(test_who_vouches_is_of_the_room),
		cmocka_unit_test(test_a_team_sends_who_is_on_its_roster),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
