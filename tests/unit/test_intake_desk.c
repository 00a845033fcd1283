/* The desk decides on a report. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define OTHER "330122-26-0000300"
#define S(text) STR(text)

static struct registry *registry;
static struct kit *k;

static const struct prepared heard = {
	.said = true,
	.named = true,
	.phone = true,
	.place = { "村口", 6 },
	.text = { "路灯不亮", 12 },
	.token = { "00112233445566778899aabbccddeeff", 32 },
};

static int
setup(void **state)
{
	(void)state;
	if (registry == NULL)
		registry = county_new();
	k = kit_new(&intake_machine, registry);
	kit_place(k, "330122109215");
	kit_extra(k, &heard);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_free(&k);
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	registry_free(&registry);
	return 0;
}

static void
receive(void)
{
	(void)teardown(NULL);
	(void)setup(NULL);
	assert_true(KIT_SEND(k, report_submit, .channel = S("hotline")));
}

static void
test_the_desk_the_room_and_the_county_may_decide(void **state)
{
	static const char *const desks[] = { "330122-GLZX", "330122-RX",
		"330122109-CMD" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(desks); i++) {
		receive();
		kit_at(k, "2026-03-18T09:10:00+08:00");
		assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
		    .matter = S("PU-011"), .unit = str_of(desks[i])));
		assert_true(
		    str_is(KIT_SAID(k, report_accepted, 0)->by, "desk"));
		assert_true(
		    KIT_SAID(k, casefile_opened, 0)->finish_by > kit_now(k));
		assert_string_equal(kit_state(k, CASE), "accepted");
		assert_string_equal(kit_due(k, CASE, "accept"), "");
	}
	receive();
	assert_false(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("PU-011"), .unit = S("330122002-CMD")));
	assert_string_equal(kit_refusal(k), "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("PU-011"), .unit = S("330122-NO")));
	assert_string_equal(kit_refusal(k), "UNKNOWN_UNIT");
	assert_false(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("ZZ-1"), .unit = S("330122-RX")));
	assert_string_equal(kit_refusal(k), "UNKNOWN_MATTER");
	assert_string_equal(kit_state(k, CASE), "received");
}

static void
test_the_desk_finds_that_it_is_a_duplicate(void **state)
{
	static const struct duplicate d = { S(OTHER), S("PU-011"), "same_place",
		false, 3 };
	static const struct prepared p = { .duplicates = &d,
		.n_duplicates = 1 };

	(void)state;
	receive();
	kit_extra(k, &p);
	assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("PU-011"), .unit = S("330122-RX")));
	assert_int_equal(kit_n(k), 2);
	assert_true(str_is(KIT_SAID(k, report_merged, 0)->casefile, OTHER));
	assert_string_equal(kit_state(k, CASE), "merged");
	assert_string_equal(kit_due(k, CASE, "accept"), "");
	/* With another matter it is something else. */
	receive();
	kit_extra(k, &p);
	assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("CA-001"), .unit = S("330122-RX")));
	assert_string_equal(kit_state(k, CASE), "accepted");
}

static void
test_whoever_is_sent_away_is_told_where_to(void **state)
{
	static const struct {
		const char *kind;
		bool needs_way;
	} rows[] = { { "emergency_line", true }, { "other_procedure", true },
		{ "in_petition", true }, { "beyond_duty", true },
		{ "no_new_facts", true }, { "secret_or_privacy", false },
		{ "unlawful", false }, { "handled_lawfully", true },
		{ "other", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		receive();
		assert_int_equal(
		    KIT_SEND(k, report_refuse, .report = S(CASE),
			.kind = str_of(rows[i].kind), .unit = S("330122-RX")),
		    !rows[i].needs_way);
		if (rows[i].needs_way) {
			assert_string_equal(kit_refusal(k), "WAY_MISSING");
			assert_true(KIT_SEND(k, report_refuse,
			    .report = S(CASE), .kind = str_of(rows[i].kind),
			    .way = S("请拨打110报警"), .unit = S("330122-RX")));
			assert_true(str_is(KIT_SAID(k, report_refused, 0)->way,
			    "请拨打110报警"));
			assert_true(
			    KIT_SAID(k, report_refused, 0)->basis.n > 0);
		}
		assert_string_equal(kit_state(k, CASE), "refused");
		assert_string_equal(kit_due(k, CASE, "accept"), "");
	}
}

static void
refuse_as(const char *kind, const char *way, const char *former)
{
	(void)KIT_SEND(k, report_refuse, .report = S(CASE),
	    .kind = str_of(kind), .way = str_of(way), .former = str_of(former),
	    .unit = S("330122-RX"));
}

/* 110, 119, 120 or 122 for danger to life, and the county knows at once. */
static void
test_danger_to_life_alarms_the_county(void **state)
{
	const struct msg_report_alarmed *f;

	(void)state;
	receive();
	refuse_as("emergency_line", "请找村里", "");
	assert_string_equal(kit_refusal(k), "WAY_MISSING");
	refuse_as("danger", "请拨打119", "");
	assert_string_equal(kit_refusal(k), "KIND_UNKNOWN");
	refuse_as("emergency_line", "请拨打119", "");
	assert_string_equal(kit_state(k, CASE), "refused");
	f = KIT_SAID(k, report_alarmed, 0);
	assert_non_null(f);
	assert_true(str_is(f->to, "330122-GLZX"));
	assert_true(str_is(f->room, "330122109-CMD"));
	receive();
	refuse_as("unlawful", "", "");
	assert_string_equal(kit_state(k, CASE), "refused");
	assert_null(KIT_SAID(k, report_alarmed, 0));
}

/* The same again without anything new: linked, and its progress told. */
static void
test_a_repeated_demand_is_linked_to_the_former_one(void **state)
{
	static const struct prepared p = { .former = {
					       true, { OTHER, 17 }, "done" } };

	(void)state;
	receive();
	refuse_as("no_new_facts", "", OTHER);
	assert_string_equal(kit_refusal(k), "UNKNOWN_FORMER");
	kit_extra(k, &p);
	refuse_as("no_new_facts", "", CASE);
	assert_string_equal(kit_refusal(k), "UNKNOWN_FORMER");
	refuse_as("no_new_facts", "", OTHER);
	assert_string_equal(kit_state(k, CASE), "refused");
	assert_true(str_is(KIT_SAID(k, report_refused, 0)->former, OTHER));
	assert_true(str_is(KIT_SAID(k, report_refused, 0)->progress, "done"));
}

static void
test_what_is_decided_stays_decided(void **state)
{
	(void)state;
	receive();
	assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("PU-011"), .unit = S("330122-RX")));
	assert_false(KIT_SEND(k, report_refuse, .report = S(CASE),
	    .kind = S("other"), .unit = S("330122-RX")));
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
	assert_false(kit_allowed(k, "report.accept"));
	assert_false(
	    KIT_SEND(k, report_accept, .report = S("330122-26-0009999"),
		.matter = S("PU-011"), .unit = S("330122-RX")));
	assert_string_equal(kit_refusal(k), "UNKNOWN_ID");
	/* A number is given once. */
	kit_case(k, CASE);
	assert_false(KIT_SEND(k, report_submit, .channel = S("app")));
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
	assert_string_equal(kit_state(k, CASE), "accepted");
}

static bool
answer(const char *matter, const char *text)
{
	return KIT_SEND(k, report_answer, .report = S(CASE),
	    .matter = str_of(matter), .answer = str_of(text),
	    .unit = S("330122-RX"));
}

static void
test_a_question_is_answered_at_the_desk(void **state)
{
	(void)state;
	receive();
	assert_false(answer("PU-011", "明天就修"));
	assert_string_equal(kit_refusal(k), "NOT_A_QUESTION");
	assert_false(answer("ZZ-1", "明天就修"));
	assert_string_equal(kit_refusal(k), "UNKNOWN_MATTER");
	assert_false(answer("CS-001", "  "));
	assert_string_equal(kit_refusal(k), "REASON_MISSING");
	assert_true(answer("CS-001", "窗口周六也开"));
	assert_int_equal(kit_n(k), 1);
	assert_true(str_is(KIT_SAID(k, report_answered, 0)->matter, "CS-001"));
	assert_string_equal(kit_state(k, CASE), "answered");
	assert_string_equal(kit_due(k, CASE, "accept"), "");
	assert_false(answer("CS-001", "窗口周六也开"));
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_question_is_answered_at_the_desk),
		TEST(test_the_desk_the_room_and_the_county_may_decide),
		TEST(test_the_desk_finds_that_it_is_a_duplicate),
		TEST(test_whoever_is_sent_away_is_told_where_to),
		TEST(test_danger_to_life_alarms_the_county),
		TEST(test_a_repeated_demand_is_linked_to_the_former_one),
		TEST(test_what_is_decided_stays_decided),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
