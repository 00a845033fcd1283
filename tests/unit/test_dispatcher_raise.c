/* Calls as they are raised: services/dispatcher/rules_call.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY
#define A2 C1 "/" RESCUE

static const struct row_call *
call(const struct kit *k)
{
	return (const struct row_call *)kit_row(k, C1);
}

static void
test_each_class_has_its_clocks(void **state)
{
	static const struct {
		const char *class, *sign, *report_in, *finish;
	} classes[] = {
		{ "emergency", "2026-03-18T09:15:00+08:00",
		    "2026-03-18T09:30:00+08:00", "" },
		{ "work", "2026-03-18T10:00:00+08:00",
		    "2026-03-23T23:59:59+08:00", PROMISE },
		{ "tough", "2026-03-18T10:00:00+08:00",
		    "2026-03-25T23:59:59+08:00", PROMISE },
	};

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		assert_true(dispatch_call(k, classes[i].class));
		assert_due(k, A1, "sign", classes[i].sign);
		assert_due(k, A2, "sign", classes[i].sign);
		assert_due(k, A1, "report_in", classes[i].report_in);
		assert_due(k, A2, "report_in", classes[i].report_in);
		assert_due(k, C1, "finish", classes[i].finish);
		assert_due(k, C1, "recheck",
		    i == 0 ? "2026-03-18T10:00:00+08:00" : "");
		kit_free(&k);
	}
}

static void
test_a_call_takes_the_place_of_the_task(void **state)
{
	struct kit *k = *state;
	const struct msg_call_raised *m;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	m = KIT_SAID(k, call_raised, 0);
	assert_str(m->call, C1);
	assert_str(m->unit, ROOM);
	assert_str(m->main, ECOLOGY);
	assert_int_equal(m->assisting.n, 1);
	assert_time(m->finish_by, PROMISE);
	assert_str(KIT_SAID(k, call_unit_asked, 0)->unit, ECOLOGY);
	assert_str(KIT_SAID(k, call_unit_asked, 0)->role, "main");
	assert_str(KIT_SAID(k, call_unit_asked, 1)->unit, RESCUE);
	assert_str(KIT_SAID(k, call_unit_asked, 1)->role, "assisting");
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "called");
	assert_state(k, T1, "withdrawn");
	assert_state(k, C1, "gathering");
	assert_state(k, A1, "asked");
	assert_unarmed(k, T1, "finish");
	assert_time(call(k)->raised_at, "2026-03-18T09:00:00+08:00");
	assert_int_equal(call(k)->approvers.n, 1);
	assert_str(call(k)->approvers.p[0], TOWN_HEAD);
	assert_int_equal(dispatch_seat(k, A1)->n, 0);
	assert_int_equal(dispatch_seat(k, A2)->n, 1);
	/* It had its way already. */
	assert_null(KIT_SAID(k, casefile_routed, 0));
}

static void
test_a_call_is_a_way_for_a_casefile_that_had_none(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	assert_true(dispatch_call(k, "work"));
	assert_str(KIT_SAID(k, casefile_routed, 0)->to, ECOLOGY);
	assert_str(KIT_SAID(k, casefile_routed, 0)->tier, "township");
	assert_str(KIT_SAID(k, casefile_routed, 0)->by, "room");
	assert_unarmed(k, CASEFILE, "route");
	assert_state(k, CASEFILE, "in_hand");
}

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}
static const struct str none = { NULL, 0 };
static const struct str town_head[] = { S(TOWN_HEAD) };
static const struct str county_head[] = { S(COUNTY_HEAD) };
static const struct str heads[] = { S(TOWN_HEAD), S(COUNTY_HEAD) };
static const struct str other_head[] = { S(OTHER_HEAD) };
static const struct str clerk[] = { S(DUTY), S("nobody") };
static const struct str main_again[] = { S(WATER), S(ECOLOGY) };
static const struct str twice[] = { S(WATER), S(RESCUE), S(WATER) };
static const struct str stranger[] = { S("330122-D-XXX") };
static const struct str many[] = { S("330122-D-XWB"), S("330122-D-ZFB"),
	S("330122-D-JW"), S("330122-D-ZZB"), S("330122-D-XCB"),
	S("330122-D-TZB"), S("330122-D-SCJ"), S("330122-D-ZGJ"),
	S("330122-D-GAJ"), S("330122-D-YJJ"), S("330122-D-ZJJ"),
	S("330122-D-JTJ"), S("330122-D-LSJ"), S("330122-P-GS"),
	S("330122-P-GD"), S("330122-P-PS") };

#define LIST(a)                                                                \
	{                                                                      \
		(a), ARRAY_LEN(a)                                              \
	}

static const struct {
	const char *class, *main, *unit, *code;
	struct strs assisting, approvers;
} calls[] = {
	/* clang-format off */
	{ "emergency", ECOLOGY, ROOM, "", { 0 }, { 0 } },
	{ "emergency", ECOLOGY, TOWNSHIP, "", { 0 }, { 0 } },
	{ "emergency", ECOLOGY, OTHER_ROOM, "NOT_YOUR_UNIT",
	    { 0 }, { 0 } },
	{ "emergency", ECOLOGY, CENTRE, "NOT_YOUR_UNIT", { 0 }, { 0 } },
	{ "emergency", ECOLOGY, ECOLOGY, "NOT_YOUR_UNIT",
	    { 0 }, { 0 } },
	{ "emergency", ECOLOGY, "x", "UNKNOWN_UNIT", { 0 }, { 0 } },
	{ "loud", ECOLOGY, ROOM, "CLASS_UNKNOWN", { 0 }, { 0 } },
	{ "emergency", "330122-D-XXX", ROOM, "UNKNOWN_UNIT",
	    { 0 }, { 0 } },
	{ "emergency", "", ROOM, "MAIN_MISSING", { 0 }, { 0 } },
	/* Branches and stations are their department's. */
	{ "emergency", ECOLOGY_BRANCH, ROOM, "", { 0 }, { 0 } },
	{ "emergency", STATION, ROOM, "", { 0 }, { 0 } },
	{ "emergency", WATER, ROOM, "", { 0 }, { 0 } },
	{ "emergency", TEAM, ROOM, "OWN_POWER", { 0 }, { 0 } },
	{ "emergency", ECONOMY, ROOM, "OWN_POWER", { 0 }, { 0 } },
	{ "emergency", TOWNSHIP, ROOM, "OWN_POWER", { 0 }, { 0 } },
	{ "emergency", "330122002-T", ROOM, "OWN_POWER",
	    { 0 }, { 0 } },
	{ "emergency", VILLAGE, ROOM, "OWN_POWER", { 0 }, { 0 } },
	{ "emergency", ECOLOGY, ROOM, "UNIT_TWICE", LIST(main_again),
	    { 0 } },
	{ "emergency", ECOLOGY, ROOM, "UNIT_TWICE", LIST(twice),
	    { 0 } },
	{ "emergency", ECOLOGY, ROOM, "UNKNOWN_UNIT", LIST(stranger),
	    { 0 } },
	{ "emergency", ECOLOGY, ROOM, "TOO_MANY_UNITS", LIST(many),
	    { 0 } },
	{ "emergency", ECOLOGY, ROOM, "", { many, 15 }, { 0 } },
	{ "work", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 }, { 0 } },
	{ "work", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 },
	    LIST(clerk) },
	{ "work", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 },
	    LIST(other_head) },
	{ "work", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 },
	    LIST(county_head) },
	{ "work", ECOLOGY, ROOM, "", { 0 }, LIST(town_head) },
	{ "tough", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 },
	    LIST(town_head) },
	{ "tough", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 },
	    LIST(county_head) },
	/* The county's leader is asked, and not only named. */
	{ "tough", ECOLOGY, ROOM, "APPROVER_MISSING", { 0 }, LIST(heads) },
	/* clang-format on */
};

static void
test_who_may_call_whom_and_with_whose_word(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_open(k, SEWAGE);
		(void)KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
		    .class = str_of(calls[i].class),
		    .main = str_of(calls[i].main),
		    .assisting = calls[i].assisting, .reason = STR("help"),
		    .approvers = calls[i].approvers,
		    .unit = str_of(calls[i].unit), .officer = STR(ON_DUTY));
		assert_refused(k, calls[i].code);
		assert_state(
		    k, C1, calls[i].code[0] == '\0' ? "gathering" : "");
		kit_free(&k);
	}
}

static void
test_a_call_says_why(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_false(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(ECOLOGY), .reason = none,
	    .unit = STR(ROOM)));
	assert_refused(k, "REASON_MISSING");
}

static void
test_the_centre_calls_for_what_lies_in_no_township(void **state)
{
	struct kit *k = *state;

	kit_place(k, "330122");
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(DITCH), .channel = STR("sensor"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	assert_false(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("work"), .main = STR(ECOLOGY), .reason = STR("help"),
	    .approvers = LIST(town_head), .unit = STR(CENTRE)));
	assert_refused(k, "APPROVER_MISSING");
	assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("tough"), .main = STR(ECOLOGY), .reason = STR("help"),
	    .approvers = LIST(county_head), .unit = STR(CENTRE)));
	assert_str(KIT_SAID(k, call_raised, 0)->unit, CENTRE);
}

static void
test_a_unit_in_an_open_call_is_not_called_again(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_call(k, "work"));
	assert_false(dispatch_call(k, "emergency"));
	assert_refused(k, "UNIT_TWICE");
	assert_true(KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(WATER),
	    .reason = STR("a pipe broke"), .unit = STR(ROOM),
	    .officer = STR(ON_DUTY)));
	assert_state(k, C2 "/" WATER, "asked");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_class_has_its_clocks),
		TEST(test_a_call_takes_the_place_of_the_task),
		TEST(test_a_call_is_a_way_for_a_casefile_that_had_none),
		cmocka_unit_test(test_who_may_call_whom_and_with_whose_word),
		TEST(test_a_call_says_why),
		TEST(test_the_centre_calls_for_what_lies_in_no_township),
		TEST(test_a_unit_in_an_open_call_is_not_called_again),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
