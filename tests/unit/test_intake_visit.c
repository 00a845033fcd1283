/* What is asked for at a door: before night, and looked at again. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define V1 CASE "/V1"
#define V2 CASE "/V2"
#define VILLAGE "330122109215-V"
#define S(text) STR(text)

static struct registry *registry;
static struct kit *k;

static const struct prepared heard = { .said = true, .phone = true };

static void
ask(const char *unit, const char *at)
{
	kit_free(&k);
	k = kit_new(&intake_machine, registry);
	kit_place(k, "330122109215");
	kit_at(k, at);
	kit_extra(k, &heard);
	assert_true(KIT_SEND(k, report_submit, .channel = S("visit"),
	    .matter = S("PU-011"), .visit = S("HF-7"), .unit = str_of(unit),
	    .reporter = S("citizen")));
	kit_extra(k, NULL);
}

static int
setup(void **state)
{
	(void)state;
	if (registry == NULL)
		registry = county_new();
	ask(VILLAGE, "2026-03-18T19:30:00+08:00");
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

static bool
forward(void)
{
	return KIT_SEND(k, casefile_forwarded, .casefile = S(CASE),
	    .unit = S("330122-P-SZ"));
}

static bool
close_case(const char *outcome, const char *handler)
{
	return KIT_SEND(k, casefile_closed, .casefile = S(CASE),
	    .matter = S("PU-011"), .outcome = str_of(outcome),
	    .handler = str_of(handler), .unit = S("330122109-CMD"));
}

static bool
explain(const char *unit, const char *why)
{
	return KIT_SEND(k, visit_explain, .request = S(V1), .why = str_of(why),
	    .unit = str_of(unit));
}

static bool
look(const char *unit, bool solved)
{
	return KIT_SEND(k, visit_look_back, .request = S(V1), .solved = solved,
	    .seen = S("灯已亮"), .unit = str_of(unit));
}

static void
test_the_day_ends_at_midnight_whenever_it_was_asked_for(void **state)
{
	const struct msg_visit_opened *f = KIT_SAID(k, visit_opened, 0);

	(void)state;
	assert_true(str_is(f->visit, "HF-7"));
	assert_true(str_is(f->unit, VILLAGE));
	assert_string_equal(
	    kit_due(k, V1, "night"), "2026-03-18T23:59:59+08:00");
	ask("", "2026-03-22T00:00:00+08:00");
	/* Who was there did not say: it is their township's. */
	assert_true(
	    str_is(KIT_SAID(k, visit_opened, 0)->unit, "330122109-CMD"));
	assert_string_equal(
	    kit_due(k, V1, "night"), "2026-03-22T23:59:59+08:00");
}

static void
test_only_what_is_asked_for_at_a_door(void **state)
{
	(void)state;
	kit_case(k, "330122-26-0000418");
	kit_extra(k, &heard);
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("hotline"), .matter = S("PU-011")));
	assert_null(KIT_SAID(k, visit_opened, 0));
}

static void
test_handed_in_before_night_is_the_same_day(void **state)
{
	(void)state;
	kit_at(k, "2026-03-18T23:59:59+08:00");
	assert_true(forward());
	assert_true(KIT_SAID(k, visit_settled, 0)->same_day);
	assert_string_equal(kit_state(k, V1), "settled");
	assert_string_equal(kit_due(k, V1, "night"), "");
	/* Handed in again after it was sent back: the first time counted. */
	assert_false(forward());
	assert_int_equal(kit_n(k), 0);
}

static void
test_night_comes(void **state)
{
	(void)state;
	assert_int_equal(kit_run_until(k, "2026-03-19T00:00:00+08:00"), 1);
	assert_true(str_is(KIT_SAID(k, visit_stayed, 0)->unit, VILLAGE));
	assert_string_equal(kit_state(k, V1), "stayed");
	kit_at(k, "2026-03-19T08:00:00+08:00");
	assert_true(explain(VILLAGE, "配件明天到"));
	assert_false(KIT_SAID(k, visit_explained, 0)->same_day);
	assert_true(forward());
	assert_false(KIT_SAID(k, visit_settled, 0)->same_day);
}

static void
test_a_word_to_the_household_is_enough_for_the_night(void **state)
{
	(void)state;
	assert_false(explain("330122-D-SCJ", "配件明天到"));
	assert_string_equal(kit_refusal(k), "NOT_YOUR_UNIT");
	assert_false(explain(VILLAGE, " "));
	assert_string_equal(kit_refusal(k), "REASON_MISSING");
	assert_true(explain(VILLAGE, "配件明天到"));
	assert_true(KIT_SAID(k, visit_explained, 0)->same_day);
	assert_string_equal(kit_due(k, V1, "night"), "");
	assert_false(explain(VILLAGE, "配件明天到"));
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
}

static void
test_somebody_else_looks_again(void **state)
{
	(void)state;
	assert_true(close_case("solved", "330122-P-SZ"));
	/* Closed before night without a word of forwarding. */
	assert_true(KIT_SAID(k, visit_settled, 0)->same_day);
	assert_true(str_is(KIT_SAID(k, visit_look_asked, 0)->unit, VILLAGE));
	assert_string_equal(
	    kit_due(k, V1, "look_back"), "2026-03-25T23:59:59+08:00");
	assert_false(look("330122-P-SZ", true));
	assert_string_equal(kit_refusal(k), "CALLER_IS_HANDLER");
	assert_true(look(VILLAGE, true));
	assert_true(KIT_SAID(k, visit_looked_back, 0)->solved);
	assert_string_equal(kit_state(k, V1), "looked_back");
	assert_string_equal(kit_due(k, V1, "look_back"), "");
}

static void
test_who_handled_it_does_not_look_at_it(void **state)
{
	(void)state;
	assert_true(forward());
	assert_true(close_case("solved", VILLAGE));
	assert_null(KIT_SAID(k, visit_settled, 0));
	assert_true(
	    str_is(KIT_SAID(k, visit_look_asked, 0)->unit, "330122109-CMD"));
	assert_false(look(VILLAGE, true));
	assert_string_equal(kit_refusal(k), "CALLER_IS_HANDLER");
}

static void
test_solved_that_is_not_waits_for_the_next_closing(void **state)
{
	(void)state;
	assert_true(close_case("solved", "330122-P-SZ"));
	assert_true(look(VILLAGE, false));
	assert_string_equal(kit_state(k, V1), "unsolved");
	assert_string_equal(kit_due(k, V1, "look_back"), "");
	kit_at(k, "2026-03-20T10:00:00+08:00");
	assert_true(close_case("solved", "330122-P-SZ"));
	assert_false(KIT_SAID(k, visit_settled, 0)->same_day);
	assert_string_equal(kit_state(k, V1), "looking");
}

static void
test_explained_was_never_said_to_be_solved(void **state)
{
	(void)state;
	assert_true(close_case("explained", "330122-P-SZ"));
	assert_true(look(VILLAGE, false));
	assert_true(
	    str_is(KIT_SAID(k, visit_looked_back, 0)->outcome, "explained"));
	assert_string_equal(kit_state(k, V1), "looked_back");
}

static void
test_what_is_opened_again_is_looked_at_after_its_next_closing(void **state)
{
	(void)state;
	assert_true(close_case("solved", "330122-P-SZ"));
	(void)KIT_SEND(k, casefile_reopened, .casefile = S(CASE), .n = 1,
	    .finish_by = kit_now(k) + DAY_MS);
	assert_string_equal(kit_state(k, V1), "unsolved");
	assert_string_equal(kit_due(k, V1, "look_back"), "");
	assert_true(close_case("solved", "330122-P-SZ"));
	assert_string_equal(kit_state(k, V1), "looking");
}

/* It was reported before: night and the look back are the household's all the
 * same. */
static void
test_what_others_reported_before_is_settled_with_theirs(void **state)
{
	const struct msg_visit_opened *m;

	(void)state;
	kit_case(k, CASE);
	assert_true(KIT_SEND(k, report_added, .casefile = S(CASE),
	    .report = S("330122-26-0000500"), .unit = S("330122109-CMD"),
	    .officer = S("OF-ZB-0028"), .channel = S("visit"),
	    .visit = S("HF-8")));
	m = KIT_SAID(k, visit_opened, 0);
	assert_true(str_is(m->request, V2));
	assert_true(str_is(m->visit, "HF-8"));
	assert_true(str_is(m->unit, "330122109-CMD"));
	assert_string_equal(
	    kit_due(k, V2, "night"), "2026-03-18T23:59:59+08:00");
	/* Nobody stands at the door of who called. */
	assert_false(KIT_SEND(k, report_added, .casefile = S(CASE),
	    .report = S("330122-26-0000501"), .channel = S("hotline")));
	assert_true(close_case("solved", "330122-P-SZ"));
	assert_string_equal(kit_state(k, V1), "looking");
	assert_string_equal(kit_state(k, V2), "looking");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_day_ends_at_midnight_whenever_it_was_asked_for),
		TEST(test_only_what_is_asked_for_at_a_door),
		TEST(test_handed_in_before_night_is_the_same_day),
		TEST(test_night_comes),
		TEST(test_a_word_to_the_household_is_enough_for_the_night),
		TEST(test_somebody_else_looks_again),
		TEST(test_who_handled_it_does_not_look_at_it),
		TEST(test_solved_that_is_not_waits_for_the_next_closing),
		TEST(test_explained_was_never_said_to_be_solved),
		TEST(
		    test_what_is_opened_again_is_looked_at_after_its_next_closing),
		TEST(test_what_others_reported_before_is_settled_with_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
