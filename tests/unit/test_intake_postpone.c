/* Who is told that the promise moves: services/intake/rules_postpone.c. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define T1 CASE "/T1"
#define SOON INT64_C(1774540800000)
#define LATER INT64_C(1775540800000)

static const struct prepared caller = { .said = true,
	.phone = true,
	.text = { "路灯不亮", 12 },
	.token = { "0011", 4 } };
static const struct prepared nobody = { .said = true };

static int
load(void **state)
{
	*state = county_new();
	return 0;
}

static int
unload(void **state)
{
	registry_free((struct registry **)state);
	return 0;
}

static struct kit *
open_case(const struct registry *r, const struct prepared *p)
{
	struct kit *k = kit_new(&intake_machine, r);

	kit_place(k, "330122109215");
	kit_extra(k, p);
	assert_true(KIT_SEND(k, report_submit, .channel = STR("hotline"),
	    .matter = STR("PU-011")));
	kit_extra(k, NULL);
	return k;
}

static void
test_more_time_is_told_with_its_reason(void **state)
{
	struct kit *k = open_case(*state, &caller);
	const struct msg_report_postponed *f;

	assert_true(KIT_SEND(k, extension_granted, .task = STR(T1),
	    .unit = STR("330122-P-SZ"), .n = 1, .reason = STR("a part"),
	    .finish_by = LATER, .promise = LATER));
	f = KIT_SAID(k, report_postponed, 0);
	assert_true(str_is(f->report, CASE));
	assert_true(str_is(f->channel, "hotline"));
	assert_true(str_is(f->token, "0011"));
	assert_true(str_is(f->why, "extended"));
	assert_true(str_is(f->reason, "a part"));
	assert_int_equal(f->promise, LATER);
	/* A helper's time inside the promise is nothing to the citizen. */
	assert_true(KIT_SEND(k, extension_granted, .task = STR(T1),
	    .unit = STR("330122-P-SZ"), .n = 1, .reason = STR("a part"),
	    .finish_by = SOON, .promise = LATER));
	assert_int_equal(kit_n(k), 0);
	kit_free(&k);
}

static void
test_standing_still_and_going_on_are_told(void **state)
{
	struct kit *k = open_case(*state, &caller);
	const struct msg_report_postponed *f;

	assert_true(KIT_SEND(k, suspension_granted, .task = STR(T1),
	    .unit = STR("330122-P-SZ"), .reason = STR("frost"), .until = SOON));
	f = KIT_SAID(k, report_postponed, 0);
	assert_true(str_is(f->why, "books"));
	assert_true(str_is(f->reason, "frost"));
	assert_int_equal(f->until, SOON);
	assert_int_equal(f->promise, 0);
	assert_true(KIT_SEND(k, suspension_ended, .task = STR(T1),
	    .unit = STR("330122-P-SZ"), .finish_by = LATER, .promise = LATER));
	f = KIT_SAID(k, report_postponed, 0);
	assert_true(str_is(f->why, "resumed"));
	assert_int_equal(f->promise, LATER);
	kit_free(&k);
}

static void
test_who_can_not_be_reached_is_not(void **state)
{
	struct kit *k = open_case(*state, &nobody);

	assert_true(KIT_SEND(k, extension_granted, .task = STR(T1),
	    .unit = STR("330122-P-SZ"), .n = 1, .reason = STR("a part"),
	    .finish_by = LATER, .promise = LATER));
	assert_int_equal(kit_n(k), 0);
	kit_free(&k);
}

/* Whoever reported it twice has one telephone. */
static void
test_one_person_is_told_once(void **state)
{
	static struct str again = { CASE, sizeof(CASE) - 1 };
	static const struct prepared twice = { .again = { &again, 1 } };
	struct kit *k = open_case(*state, &caller);

	kit_extra(k, &twice);
	assert_true(KIT_SEND(k, extension_granted, .task = STR(T1),
	    .unit = STR("330122-P-SZ"), .n = 1, .reason = STR("a part"),
	    .finish_by = LATER, .promise = LATER));
	assert_int_equal(kit_n(k), 0);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_more_time_is_told_with_its_reason),
		cmocka_unit_test(test_standing_still_and_going_on_are_told),
		cmocka_unit_test(test_who_can_not_be_reached_is_not),
		cmocka_unit_test(test_one_person_is_told_once),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
