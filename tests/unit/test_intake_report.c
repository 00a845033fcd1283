/* Reports: every way in, every reason why not. */
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
test_the_tables_are_sound(void **state)
{
	(void)state;
	assert_null(machine_check(&intake_machine));
}

static void
test_a_report_without_a_matter_waits_for_its_desk(void **state)
{
	const struct msg_report_received *f;

	(void)state;
	assert_true(KIT_SEND(k, report_submit, .channel = S("grid"),
	    .urgent = true, .lat = 29.9, .lon = 119.4));
	assert_int_equal(kit_n(k), 1);
	f = KIT_SAID(k, report_received, 0);
	assert_non_null(f);
	assert_true(str_is(f->report, CASE));
	assert_true(str_is(f->reporter, "staff"));
	assert_true(str_eq(f->text, heard.text));
	assert_true(str_eq(f->token, heard.token));
	assert_true(f->urgent);
	assert_int_equal(f->accept_by - kit_now(k), 15 * MINUTE_MS);
	assert_string_equal(kit_state(k, CASE), "received");
	assert_string_equal(
	    kit_due(k, CASE, "accept"), "2026-03-18T09:15:00+08:00");
	/* It is the room's to decide, and it is told when it is late. */
	assert_int_equal(kit_run_until(k, "2026-03-18T09:14:00+08:00"), 1);
	assert_int_equal(kit_run_until(k, "2026-03-18T09:15:00+08:00"), 1);
	assert_string_equal(kit_state(k, CASE), "received");
}

static void
test_a_given_matter_opens_a_casefile_at_once(void **state)
{
	const struct msg_casefile_opened *f;

	(void)state;
	assert_true(KIT_SEND(k, report_submit, .channel = S("hotline"),
	    .matter = S("PU-011"), .unit = S("330122109-CMD"),
	    .officer = { NULL, 0 }));
	assert_int_equal(kit_n(k), 3);
	assert_non_null(KIT_SAID(k, report_received, 0));
	assert_true(str_is(KIT_SAID(k, report_accepted, 0)->by, "rule"));
	f = KIT_SAID(k, casefile_opened, 0);
	assert_true(str_is(f->casefile, CASE));
	assert_true(str_is(f->matter, "PU-011"));
	assert_true(f->callback);
	assert_false(f->urgent);
	assert_true(str_is(f->reporter_unit, "330122109-CMD"));
	assert_true(str_eq(f->place, heard.place));
	assert_true(str_eq(f->pack, registry_version(registry)));
	assert_string_equal(kit_state(k, CASE), "accepted");
	assert_string_equal(kit_due(k, CASE, "accept"), "");
}

static void
test_the_promise_is_the_matters_own(void **state)
{
	const struct row_matter *m = registry_matter(
	    registry, S("CA-001"), county_time("2026-03-18T09:00+08:00"));
	struct limit rule;

	(void)state;
	assert_true(limit_parse(m->limit_finish, &rule));
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("grid"), .matter = S("CA-001")));
	assert_int_equal(KIT_SAID(k, casefile_opened, 0)->finish_by,
	    calendar_due(registry_calendar(registry), rule, kit_now(k), NULL));
	assert_false(KIT_SAID(k, casefile_opened, 0)->callback);
}

static void
test_an_emergency_is_urgent_whoever_reports_it(void **state)
{
	(void)state;
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("sensor"), .matter = S("SF-008")));
	assert_true(KIT_SAID(k, casefile_opened, 0)->urgent);
	assert_true(
	    str_is(KIT_SAID(k, report_received, 0)->reporter, "sensor"));
}

static void
test_only_an_obvious_matter_is_taken_without_the_desk(void **state)
{
	static const struct {
		double first, second;
		bool taken;
	} rows[] = { { 0.9, 0.1, true }, { 0.6, 0.4, true },
		{ 0.59, 0.1, false }, { 0.9, 0.71, false }, { 0.9, 0.9, false },
		{ 0.61, 0, true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct msg_proposal v[] = {
			{ S("PU-011"), rows[i].first },
			{ S("CA-001"), rows[i].second },
		};
		struct prepared p = heard;

		p.proposals = v;
		p.n_proposals = rows[i].second > 0 ? 2 : 1;
		(void)teardown(NULL);
		(void)setup(NULL);
		kit_extra(k, &p);
		assert_true(KIT_SEND(k, report_submit, .channel = S("app")));
		assert_string_equal(kit_state(k, CASE),
		    rows[i].taken ? "accepted" : "received");
		assert_int_equal(KIT_SAID(k, report_received, 0)->proposals.n,
		    p.n_proposals);
		assert_int_equal(KIT_SAID(k, report_received, 0)->matter.n, 0);
	}
}

static void
test_a_duplicate_is_added_and_not_opened(void **state)
{
	static const struct duplicate d[] = {
		{ S("330122-26-0000100"), S("CA-001"), "same_place", false, 9 },
		{ S(OTHER), S("PU-011"), "same_division", false, 3 },
	};
	struct prepared p = heard;

	(void)state;
	p.duplicates = d;
	p.n_duplicates = ARRAY_LEN(d);
	kit_extra(k, &p);
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("hotline"), .matter = S("PU-011")));
	assert_int_equal(kit_n(k), 3);
	assert_true(str_is(KIT_SAID(k, report_merged, 0)->casefile, OTHER));
	assert_true(str_is(KIT_SAID(k, report_added, 0)->casefile, OTHER));
	assert_true(str_is(KIT_SAID(k, report_added, 0)->report, CASE));
	assert_true(
	    str_is(KIT_SAID(k, report_merged, 0)->why, "same_division"));
	assert_true(str_is(KIT_SAID(k, report_merged, 0)->report, CASE));
	assert_string_equal(kit_state(k, CASE), "merged");
	assert_true(str_is(kit_row(k, CASE)->casefile, OTHER));
	assert_string_equal(kit_due(k, CASE, "accept"), "");
}

static void
test_without_a_matter_only_a_sure_duplicate_counts(void **state)
{
	struct duplicate d = { S(OTHER), S("PU-011"), "same_division", false,
		3 };
	struct prepared p = heard;

	(void)state;
	p.duplicates = &d;
	p.n_duplicates = 1;
	kit_extra(k, &p);
	assert_true(KIT_SEND(k, report_submit, .channel = S("hotline")));
	assert_string_equal(kit_state(k, CASE), "received");
	d.sure = true;
	kit_case(k, "330122-26-0000418");
	assert_true(KIT_SEND(k, report_submit, .channel = S("hotline")));
	assert_string_equal(kit_state(k, "330122-26-0000418"), "merged");
}

/* A quarrel of two other people is another quarrel. */
static void
test_only_what_has_a_place_is_merged(void **state)
{
	struct duplicate d = { S(OTHER), S("DP-013"), "same_division", true,
		3 };
	struct prepared p = heard;

	(void)state;
	p.duplicates = &d;
	p.n_duplicates = 1;
	kit_extra(k, &p);
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("grid"), .matter = S("DP-013")));
	assert_string_equal(kit_state(k, CASE), "accepted");
	d.why = "same_text";
	kit_case(k, "330122-26-0000418");
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("grid"), .matter = S("DP-013")));
	assert_string_equal(kit_state(k, "330122-26-0000418"), "merged");
}

static void
submit_and_check(const struct prepared *p, const char *division,
    struct msg_report_submit m, const char *code)
{
	kit_extra(k, p);
	kit_place(k, division);
	m.channel = S("app");
	assert_false(kit_send(k, &msg_report_submit_desc, &m));
	assert_string_equal(kit_refusal(k), code);
	assert_int_equal(kit_n(k), 1);
	assert_true(str_is(KIT_SAID(k, command_refused, 0)->code, code));
	assert_string_equal(kit_state(k, CASE), "");
}

static void
test_what_cannot_be_taken_is_refused_with_its_reason(void **state)
{
	static const struct prepared silent;
	struct prepared bad = heard;
	int64_t at = kit_now(k);
	const char *place = "330122109215";

	(void)state;
	bad.bad_seal = true;
	submit_and_check(
	    &bad, place, (struct msg_report_submit){ .lat = 0 }, "BAD_SEAL");
	submit_and_check(&heard, "", (struct msg_report_submit){ .lat = 0 },
	    "UNKNOWN_DIVISION");
	submit_and_check(&heard, "330122999",
	    (struct msg_report_submit){ .lat = 0 }, "UNKNOWN_DIVISION");
	submit_and_check(&heard, "330122109215999",
	    (struct msg_report_submit){ .lat = 0 }, "UNKNOWN_DIVISION");
	submit_and_check(&heard, place,
	    (struct msg_report_submit){ .matter = S("ZZ-999") },
	    "UNKNOWN_MATTER");
	submit_and_check(&silent, place, (struct msg_report_submit){ .lat = 1 },
	    "NOTHING_SAID");
	submit_and_check(NULL, place, (struct msg_report_submit){ .lat = 1 },
	    "NOTHING_SAID");
	submit_and_check(&heard, place,
	    (struct msg_report_submit){ .occurred_at = at + 5 * MINUTE_MS + 1 },
	    "OCCURRED_IN_FUTURE");
	submit_and_check(&heard, place,
	    (struct msg_report_submit){ .unit = S("330122-NO") },
	    "UNKNOWN_UNIT");
	submit_and_check(&heard, place,
	    (struct msg_report_submit){ .officer = S("OF-NO") },
	    "UNKNOWN_OFFICER");
	/* Clocks differ a little; a summary alone is enough. */
	kit_extra(k, NULL);
	assert_true(KIT_SEND(k, report_submit, .channel = S("app"),
	    .summary = S("路灯不亮"), .occurred_at = at + 5 * MINUTE_MS));
	assert_true(
	    str_is(KIT_SAID(k, report_received, 0)->reporter, "anonymous"));
	/* What was not scrubbed is not passed on. */
	assert_int_equal(KIT_SAID(k, report_received, 0)->text.n, 0);
}

static void
test_who_reports_follows_from_how_unless_it_is_said(void **state)
{
	static const struct {
		const char *channel, *reporter, *becomes;
		bool named, phone, reachable;
	} rows[] = {
		{ "hotline", "", "citizen", true, true, true },
		{ "hotline", "", "citizen", true, false, false },
		{ "hotline", "", "anonymous", false, false, false },
		{ "hotline", "anonymous", "anonymous", true, true, false },
		{ "petition_desk", "", "citizen", false, true, true },
		{ "visit", "", "staff", true, true, false },
		{ "visit", "citizen", "citizen", true, true, true },
		{ "upper", "", "staff", false, false, false },
		{ "sensor", "", "sensor", false, false, false },
		{ "reception", "", "citizen", true, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct prepared p = { .said = true,
			.named = rows[i].named,
			.phone = rows[i].phone };

		(void)teardown(NULL);
		(void)setup(NULL);
		kit_extra(k, &p);
		assert_true(KIT_SEND(k, report_submit,
		    .channel = str_of(rows[i].channel),
		    .reporter = str_of(rows[i].reporter),
		    .matter = S("PU-011")));
		assert_true(str_is(KIT_SAID(k, report_received, 0)->reporter,
		    rows[i].becomes));
		assert_int_equal(KIT_SAID(k, casefile_opened, 0)->callback,
		    rows[i].reachable);
	}
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_tables_are_sound),
		TEST(test_a_report_without_a_matter_waits_for_its_desk),
		TEST(test_a_given_matter_opens_a_casefile_at_once),
		TEST(test_the_promise_is_the_matters_own),
		TEST(test_an_emergency_is_urgent_whoever_reports_it),
		TEST(test_only_an_obvious_matter_is_taken_without_the_desk),
		TEST(test_a_duplicate_is_added_and_not_opened),
		TEST(test_without_a_matter_only_a_sure_duplicate_counts),
		TEST(test_only_what_has_a_place_is_merged),
		TEST(test_what_cannot_be_taken_is_refused_with_its_reason),
		TEST(test_who_reports_follows_from_how_unless_it_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
