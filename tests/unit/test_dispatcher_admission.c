/* Duty admission: services/dispatcher/rules_admission.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NUMBER "330122-26-0000777"
#define Z1 NUMBER "/Z1"
#define TERM "2026-09-01T00:00:00+08:00"

static int
begin(void **state)
{
	*state = kit_new(&dispatcher_machine, *state);
	kit_case(*state, NUMBER);
	kit_place(*state, "330122");
	return 0;
}

static bool
request(struct kit *k, const char *matter, const char *to, const char *until,
    const char *means, const char *unit)
{
	struct str units[] = { str_of(to) };

	return KIT_SEND(k, admission_request, .matter = str_of(matter),
	    .units = { units, 1 }, .until = county_time(until),
	    .means = str_of(means), .reason = STR("too many ditches"),
	    .unit = str_of(unit));
}

static bool
ask(struct kit *k)
{
	/* Rows keep what messages lend them. */
	static const struct str units[] = { { VILLAGE, sizeof(VILLAGE) - 1 } };

	return KIT_SEND(k, admission_request, .matter = STR(SEWAGE),
	    .units = { units, 1 }, .until = county_time(TERM),
	    .means = STR("one post"), .reason = STR("too many ditches"),
	    .unit = STR(ECOLOGY));
}

static bool
assess(struct kit *k, const char *heard, const char *unit)
{
	struct str who[] = { str_of(heard) };

	return KIT_SEND(k, admission_assess, .admission = STR(Z1),
	    .agrees = true, .opinion = STR("for a season"), .heard = { who, 1 },
	    .unit = str_of(unit));
}

static bool
admit(struct kit *k, const char *until, const char *approver, const char *unit)
{
	return KIT_SEND(k, admission_admit, .admission = STR(Z1),
	    .until = county_time(until), .document = STR("2026-7"),
	    .approver = str_of(approver), .unit = str_of(unit));
}

static void
test_who_may_ask_for_what(void **state)
{
	static const struct {
		const char *matter, *to, *until, *means, *unit, *code;
	} tries[] = {
		{ SEWAGE, VILLAGE, TERM, "one post", ECOLOGY, "" },
		{ SEWAGE, VILLAGE, TERM, "one post", ROOM, "NOT_YOUR_UNIT" },
		{ NOBODYS, VILLAGE, TERM, "one post", ECOLOGY,
		    "UNKNOWN_MATTER" },
		{ SEWAGE, VILLAGE, TERM, " ", ECOLOGY, "MEANS_MISSING" },
		{ SEWAGE, VILLAGE, "2026-03-18T09:00:00+08:00", "one post",
		    ECOLOGY, "TERM_MISSING" },
		{ SEWAGE, VILLAGE, "2027-09-01T00:00:00+08:00", "one post",
		    ECOLOGY, "TERM_TOO_LONG" },
		{ SEWAGE, TOWNSHIP, TERM, "one post", ECOLOGY,
		    "LISTED_ALREADY" },
		{ SEWAGE, WATER, TERM, "one post", ECOLOGY, "LISTED_ALREADY" },
		{ DITCH, VILLAGE, TERM, "one post", ECOLOGY, "LISTED_ALREADY" },
		{ SEWAGE, "330122-NONE", TERM, "one post", ECOLOGY,
		    "UNKNOWN_UNIT" },
		/* In no list at all: even a township needs it. */
		{ "PB-002", TOWNSHIP, TERM, "one post", ECOLOGY, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		kit_case(k, NUMBER);
		kit_place(k, "330122");
		(void)request(k, tries[i].matter, tries[i].to, tries[i].until,
		    tries[i].means, tries[i].unit);
		assert_refused(k, tries[i].code);
		assert_state(
		    k, Z1, tries[i].code[0] == '\0' ? "requested" : "");
		kit_free(&k);
	}
}

static void
test_heard_assessed_admitted_for_a_term_and_over(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k));
	assert_str(KIT_SAID(k, admission_requested, 0)->assessor, STAFFING);
	assert_due(k, Z1, "assess", "2026-04-01T23:59:59+08:00");
	assert_false(assess(k, ROOM, GOVERNMENT));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(assess(k, OTHER_ROOM, STAFFING));
	assert_refused(k, "NOT_HEARD");
	assert_false(admit(k, TERM, COUNTY_HEAD, GOVERNMENT));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(assess(k, ROOM, STAFFING));
	assert_false(admit(k, TERM, TOWN_HEAD, GOVERNMENT));
	assert_refused(k, "APPROVER_MISSING");
	assert_false(admit(k, TERM, COUNTY_HEAD, ECOLOGY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(admit(k, TERM, COUNTY_HEAD, GOVERNMENT));
	assert_str(KIT_SAID(k, admission_admitted, 0)->matter, SEWAGE);
	assert_str(KIT_SAID(k, admission_admitted, 0)->units.p[0], VILLAGE);
	assert_due(k, Z1, "expire", TERM);
	(void)kit_run_until(k, TERM);
	assert_state(k, Z1, "expired");
	assert_int_equal(kit_total(k, &msg_admission_expired_desc), 1);
}

static void
test_the_department_may_ask_no_more(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k));
	assert_false(KIT_SEND(k, admission_withdraw, .admission = STR(Z1),
	    .reason = STR("done"), .unit = STR(WATER)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, admission_withdraw, .admission = STR(Z1),
	    .reason = STR("done"), .unit = STR(ECOLOGY)));
	assert_state(k, Z1, "withdrawn");
	assert_unarmed(k, Z1, "assess");
}

static void
test_a_refusal_says_why(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k));
	assert_true(assess(k, ROOM, STAFFING));
	assert_false(KIT_SEND(k, admission_refuse, .admission = STR(Z1),
	    .reason = STR(" "), .unit = STR(GOVERNMENT)));
	assert_refused(k, "REASON_MISSING");
	assert_true(KIT_SEND(k, admission_refuse, .admission = STR(Z1),
	    .reason = STR("no money"), .unit = STR(GOVERNMENT)));
	assert_state(k, Z1, "refused");
	assert_unarmed(k, Z1, "decide");
}

static void
test_it_may_be_taken_back(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k));
	assert_true(assess(k, ROOM, STAFFING));
	assert_true(admit(k, TERM, COUNTY_HEAD, GOVERNMENT));
	assert_true(KIT_SEND(k, admission_revoke, .admission = STR(Z1),
	    .reason = STR("abused"), .unit = STR(GOVERNMENT)));
	assert_str(KIT_SAID(k, admission_revoked, 0)->admission, Z1);
	assert_state(k, Z1, "expired");
	assert_unarmed(k, Z1, "expire");
}

static void
test_who_does_not_assess_gets_a_card(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k));
	kit_run_until(k, "2026-04-01T23:59:59+08:00");
	assert_state(k, NUMBER "/K1", "yellow");
	assert_str(((const struct row_card *)kit_row(k, NUMBER "/K1"))->unit,
	    STAFFING);
	assert_true(assess(k, ROOM, STAFFING));
	assert_state(k, NUMBER "/K1", "lifted");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_may_ask_for_what),
		TEST(test_heard_assessed_admitted_for_a_term_and_over),
		TEST(test_the_department_may_ask_no_more),
		TEST(test_a_refusal_says_why),
		TEST(test_it_may_be_taken_back),
		TEST(test_who_does_not_assess_gets_a_card),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
