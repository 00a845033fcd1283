/* The overall limit of a casefile: rules_promise.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PARENT "330122-26-0000400"

static int64_t
at(const char *time)
{
	int64_t t;

	must(clock_parse(str_of(time), &t));
	return t;
}

/* It runs until TIME, and UNIT has the casefile. */
static void
assert_runs(const struct kit *k, const char *time, const char *unit)
{
	const struct row_casefile *c =
	    (const struct row_casefile *)kit_row(k, CASEFILE);

	assert_due(k, CASEFILE, "overall", time);
	assert_string_equal(kit_bound(k, CASEFILE, "overall"), unit);
	assert_time(c->overall_by, time);
}

static void
assert_rests(const struct kit *k)
{
	const struct row_casefile *c =
	    (const struct row_casefile *)kit_row(k, CASEFILE);

	assert_unarmed(k, CASEFILE, "overall");
	assert_int_equal(c->overall_by, 0);
}

static void
test_it_runs_from_the_opening_until_all_is_handed_in(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_runs(k, PROMISE, VILLAGE);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_rests(k);
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_rests(k);
	dispatch_look(k, true);
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_rests(k);
}

static void
test_it_goes_with_whoever_has_it(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_runs(k, PROMISE, ECONOMY);
	assert_true(KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = STR(ROOM)));
	assert_string_not_equal(kit_bound(k, CASEFILE, "overall"), ECONOMY);
	assert_true(dispatch_call(k, "work"));
	assert_runs(k, PROMISE, ECOLOGY);
	assert_true(KIT_SEND(k, call_cancel, .call = STR(C1),
	    .reason = STR("not now"), .unit = STR(ROOM)));
	assert_runs(k, PROMISE, ROOM);
	assert_state(k, CASEFILE, "opened");
}

static void
test_a_place_without_a_way_has_a_promise_too(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	assert_runs(k, PROMISE, ROOM);
	assert_int_equal(kit_fire(k, "overdue", CASEFILE, "overall"), true);
	/* Told once, it is not told again. */
	assert_unarmed(k, CASEFILE, "overall");
}

/* Handed in early, sent back when the promise had passed. */
static void
test_what_is_sent_back_late_has_passed_its_promise(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_rests(k);
	kit_run_until(k, "2026-03-27T09:00:00+08:00");
	assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("the lid"), .unit = STR(ROOM)));
	assert_int_equal(
	    ((const struct row_casefile *)kit_row(k, CASEFILE))->forwarded_at,
	    0);
	/* The rework has time; the citizen was promised the 25th. */
	assert_string_not_equal(kit_due(k, T1, "finish"), PROMISE);
	assert_runs(k, "2026-03-27T09:00:00+08:00", VILLAGE);
	kit_run_until(k, "2026-03-27T09:00:00+08:00");
	assert_unarmed(k, CASEFILE, "overall");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_rests(k);
}

static void
test_sent_back_in_time_it_runs_on(void **state)
{
	struct kit *k = *state;

	dispatch_handled(k);
	assert_rests(k);
	assert_true(dispatch_look(k, false));
	assert_runs(k, PROMISE, VILLAGE);
}

static void
test_it_moves_with_an_extension(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, extension_ask, .task = STR(T1),
	    .until = at("2026-04-01T23:59:59+08:00"), .reason = STR("a part"),
	    .unit = STR(VILLAGE)));
	assert_true(
	    KIT_SEND(k, extension_grant, .task = STR(T1), .unit = STR(ROOM)));
	assert_runs(k, "2026-04-01T23:59:59+08:00", VILLAGE);
}

static void
on_the_books(struct kit *k)
{
	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-20T10:00:00+08:00");
	assert_true(KIT_SEND(k, suspension_ask, .task = STR(T1),
	    .until = at("2026-06-01T08:00:00+08:00"), .reason = STR("frost"),
	    .unit = STR(VILLAGE)));
	assert_true(
	    KIT_SEND(k, suspension_grant, .task = STR(T1), .unit = STR(ROOM)));
}

static void
test_on_the_books_it_stands_still(void **state)
{
	struct kit *k = *state;

	on_the_books(k);
	kit_run_until(k, "2026-05-31T23:59:59+08:00");
	assert_due(k, CASEFILE, "overall", PROMISE);
	kit_run_until(k, "2026-06-01T08:00:00+08:00");
	assert_state(k, T1, "signed");
	assert_runs(k, "2026-06-05T23:59:59+08:00", VILLAGE);
}

static void
test_taken_from_the_books_by_a_call_it_runs(void **state)
{
	struct kit *k = *state;
	const struct row_casefile *c;
	char text[CLOCK_TEXT];

	on_the_books(k);
	assert_true(dispatch_call(k, "work"));
	assert_state(k, T1, "withdrawn");
	c = (const struct row_casefile *)kit_row(k, CASEFILE);
	assert_runs(k, clock_format(c->finish_by, text), ECOLOGY);
}

static void
test_a_child_has_the_promise_of_its_parent(void **state)
{
	struct kit *k = *state;

	on_the_books(k);
	assert_true(KIT_SEND(k, casefile_merge, .casefile = STR(CASEFILE),
	    .parent = STR(PARENT), .reason = STR("the same"),
	    .unit = STR(ROOM)));
	assert_rests(k);
	assert_true(KIT_SEND(k, casefile_parted, .casefile = STR(CASEFILE),
	    .parent = STR(PARENT), .why = STR("ended")));
	assert_runs(k, PROMISE, ROOM);
}

static void
test_a_parent_has_the_earlier_promise(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, casefile_joined, .casefile = STR(CASEFILE),
	    .child = STR(PARENT),
	    .finish_by = at("2026-03-20T12:00:00+08:00")));
	assert_runs(k, "2026-03-20T12:00:00+08:00", VILLAGE);
}

static void
test_reopened_it_is_promised_anew(void **state)
{
	struct kit *k = *state;
	const struct row_casefile *c;
	char text[CLOCK_TEXT];

	dispatch_closed(k, "solved");
	assert_rests(k);
	assert_true(KIT_SEND(k, callback_opened, .callback = STR(B1)));
	assert_true(KIT_SEND(k, callback_recorded, .callback = STR(B1),
	    .unit = STR(VILLAGE), .outcome = STR("solved"), .contacted = true,
	    .solved = false, .satisfied = STR("no")));
	c = (const struct row_casefile *)kit_row(k, CASEFILE);
	assert_runs(k, clock_format(c->finish_by, text), VILLAGE);
}

/* A pack may give a card for it: whoever has the casefile gets it. */
static void
test_a_pack_may_give_a_card(void **state)
{
	struct registry *strict =
	    county_with("cards.csv", "casefile.overall.overdue,none,",
		"casefile.overall.overdue,yellow,");
	struct kit *k = kit_new(&dispatcher_machine, strict);

	(void)state;
	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	kit_run_until(k, "2026-03-27T09:00:00+08:00");
	assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("the lid"), .unit = STR(ROOM)));
	assert_true(kit_fire(k, "overdue", CASEFILE, "overall"));
	assert_str(KIT_SAID(k, card_issued, 0)->unit, VILLAGE);
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, VILLAGE);
	kit_free(&k);
	registry_free(&strict);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_runs_from_the_opening_until_all_is_handed_in),
		TEST(test_it_goes_with_whoever_has_it),
		TEST(test_a_place_without_a_way_has_a_promise_too),
		TEST(test_what_is_sent_back_late_has_passed_its_promise),
		TEST(test_sent_back_in_time_it_runs_on),
		TEST(test_it_moves_with_an_extension),
		TEST(test_on_the_books_it_stands_still),
		TEST(test_taken_from_the_books_by_a_call_it_runs),
		TEST(test_a_child_has_the_promise_of_its_parent),
		TEST(test_a_parent_has_the_earlier_promise),
		TEST(test_reopened_it_is_promised_anew),
		TEST(test_a_pack_may_give_a_card),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
