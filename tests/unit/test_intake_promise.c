/* Callbacks while the work goes on: the promise to the citizen has passed. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define B1 CASE "/B1"
#define S(text) STR(text)

static struct registry *registry;
static struct kit *k;

static const struct prepared caller = { .said = true,
	.phone = true,
	.text = { "路灯不亮", 12 },
	.token = { "0011", 4 } };
static const struct prepared nobody = { .said = true };

static void
open_case(const struct registry *r, const struct prepared *p)
{
	kit_free(&k);
	k = kit_new(&intake_machine, r);
	kit_place(k, "330122109215");
	kit_extra(k, p);
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("hotline"), .matter = S("PU-011")));
	kit_extra(k, NULL);
}

static void
close_case(const char *at)
{
	kit_at(k, at);
	assert_true(KIT_SEND(k, casefile_closed, .casefile = S(CASE),
	    .matter = S("PU-011"), .outcome = S("solved"),
	    .handler = S("330122-D-SCJ"), .unit = S("330122109-CMD")));
}

static int
setup(void **state)
{
	(void)state;
	if (registry == NULL)
		registry = county_new();
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
record(const char *unit)
{
	return KIT_SEND(k, callback_record, .callback = S(B1),
	    .contacted = true, .solved = true, .satisfied = S("basic"),
	    .unit = str_of(unit));
}

static void
overdue(const char *thing, const char *limit)
{
	(void)KIT_SEND(k, deadline_overdue, .thing = str_of(thing),
	    .limit = str_of(limit), .unit = S("330122-D-SCJ"),
	    .due_at = kit_now(k));
}

static void
test_when_the_promise_passes_the_citizen_is_asked(void **state)
{
	const struct msg_callback_recorded *f;

	(void)state;
	open_case(registry, &caller);
	overdue(CASE "/T1", "sign");
	overdue("330122-26-0000999/T1", "finish");
	overdue(CASE "/C1", "finish");
	assert_null(kit_row(k, B1));
	overdue(CASE "/T1", "finish");
	assert_true(KIT_SAID(k, callback_opened, 0)->open);
	assert_string_equal(kit_state(k, B1), "due");
	overdue(CASE "/T2", "finish");
	assert_int_equal(kit_n(k), 0);
	/* Nobody closed it: it is not solved. */
	assert_false(record("330122-RX"));
	assert_string_equal(kit_refusal(k), "VALUE_BAD");
	assert_false(record("330122-D-SCJ"));
	assert_string_equal(kit_refusal(k), "CALLER_IS_HANDLER");
	assert_true(KIT_SEND(k, callback_record, .callback = S(B1),
	    .contacted = true, .satisfied = S("no"), .unit = S("330122-RX")));
	f = KIT_SAID(k, callback_recorded, 0);
	assert_true(str_is(f->outcome, "open"));
	assert_true(str_is(f->unit, "330122-D-SCJ"));
	overdue(CASE "/T2", "finish");
	assert_int_equal(kit_n(k), 0);
	/* And again at closing. */
	close_case("2026-03-20T16:00:00+08:00");
	assert_false(KIT_SAID(k, callback_opened, 0)->open);
	assert_string_equal(kit_state(k, CASE "/B2"), "due");
}

static void
test_closing_overtakes_the_question_about_the_promise(void **state)
{
	(void)state;
	open_case(registry, &caller);
	overdue(CASE "/T1", "finish");
	close_case("2026-03-20T16:00:00+08:00");
	assert_int_equal(kit_n(k), 2);
	assert_true(
	    str_is(KIT_SAID(k, callback_opened, 0)->callback, CASE "/B2"));
	assert_true(str_is(KIT_SAID(k, callback_lapsed, 0)->why, "not_due"));
	assert_string_equal(kit_state(k, B1), "lapsed");
	assert_string_equal(kit_due(k, B1, "call"), "");
	assert_string_equal(kit_state(k, CASE "/B2"), "due");
}

static void
test_who_cannot_be_called_is_not_asked_about_the_promise(void **state)
{
	(void)state;
	open_case(registry, &nobody);
	overdue(CASE "/T1", "finish");
	assert_int_equal(kit_n(k), 0);
}

/* With nobody at it, or after it came back: the casefile's own limit. */
static void
test_it_is_asked_whoever_has_the_casefile(void **state)
{
	(void)state;
	open_case(registry, &caller);
	overdue("330122-26-0000999", "overall");
	overdue(CASE, "close");
	assert_null(kit_row(k, B1));
	overdue(CASE, "overall");
	assert_true(KIT_SAID(k, callback_opened, 0)->open);
	/* The task's limit ends with it, and asks nothing more. */
	overdue(CASE "/T1", "finish");
	assert_int_equal(kit_n(k), 0);
}

static void
test_a_pack_may_want_no_question_about_the_promise(void **state)
{
	struct registry *other = county_with("limits.csv",
	    "callback.at_promise,none,1,", "callback.at_promise,none,0,");

	(void)state;
	open_case(other, &caller);
	overdue(CASE "/T1", "finish");
	assert_int_equal(kit_n(k), 0);
	kit_free(&k);
	registry_free(&other);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_when_the_promise_passes_the_citizen_is_asked),
		TEST(test_closing_overtakes_the_question_about_the_promise),
		TEST(test_who_cannot_be_called_is_not_asked_about_the_promise),
		TEST(test_it_is_asked_whoever_has_the_casefile),
		TEST(test_a_pack_may_want_no_question_about_the_promise),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
