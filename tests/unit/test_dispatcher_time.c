/* More time and standing still: rules_extension.c, rules_suspension.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static int64_t
at(const char *time)
{
	int64_t t;

	must(clock_parse(str_of(time), &t));
	return t;
}

static bool
more(struct kit *k, const char *until)
{
	return KIT_SEND(k, extension_ask, .task = STR(T1), .until = at(until),
	    .reason = STR("a part is missing"), .unit = STR(VILLAGE));
}

static bool
granted(struct kit *k)
{
	return KIT_SEND(k, extension_grant, .task = STR(T1), .unit = STR(ROOM));
}

static bool
books(struct kit *k, const char *until)
{
	return KIT_SEND(k, suspension_ask, .task = STR(T1), .until = at(until),
	    .reason = STR("frost"), .unit = STR(VILLAGE));
}

static bool
on_the_books(struct kit *k)
{
	return KIT_SEND(
	    k, suspension_grant, .task = STR(T1), .unit = STR(ROOM));
}

/* DITCH: 5 working days, until Wednesday the 25th. */
static void
test_more_time_moves_the_limit_and_the_promise_twice(void **state)
{
	struct kit *k = *state;
	const struct msg_extension_granted *m;

	dispatch_open(k, DITCH);
	assert_false(granted(k));
	assert_refused(k, "NOTHING_ASKED");
	assert_false(more(k, PROMISE));
	assert_refused(k, "NOT_LATER");
	/* One original limit, 5 working days, ends on the 1st. */
	assert_false(more(k, "2026-04-02T00:00:00+08:00"));
	assert_refused(k, "TOO_LONG");
	assert_true(more(k, "2026-04-01T23:59:59+08:00"));
	assert_due(k, T1, "extension", "2026-03-19T23:59:59+08:00");
	assert_false(more(k, "2026-03-27T12:00:00+08:00"));
	assert_refused(k, "ASKED_ALREADY");
	assert_false(KIT_SEND(
	    k, extension_grant, .task = STR(T1), .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(granted(k));
	m = KIT_SAID(k, extension_granted, 0);
	assert_int_equal(m->n, 1);
	assert_time(m->promise, "2026-04-01T23:59:59+08:00");
	assert_due(k, T1, "finish", "2026-04-01T23:59:59+08:00");
	assert_unarmed(k, T1, "extension");
	/* A refusal uses no count. */
	assert_true(more(k, "2026-04-02T12:00:00+08:00"));
	assert_true(KIT_SEND(k, extension_decline, .task = STR(T1),
	    .reason = STR("no"), .unit = STR(ROOM)));
	assert_due(k, T1, "finish", "2026-04-01T23:59:59+08:00");
	assert_true(more(k, "2026-04-02T12:00:00+08:00"));
	assert_true(granted(k));
	assert_false(more(k, "2026-04-03T12:00:00+08:00"));
	assert_refused(k, "COUNT_USED");
}

static void
test_it_is_asked_before_the_limit_and_not_for_what_stands(void **state)
{
	struct kit *k = *state;

	kit_place(k, "330122109219");
	kit_case(k, "330122-26-0000777");
	assert_true(
	    KIT_SEND(k, casefile_opened, .casefile = STR("330122-26-0000777"),
		.matter = STR(DITCH), .channel = STR("grid"), .urgent = true,
		.finish_by = kit_now(k) + 30 * DAY_MS, .pack = STR("tonglu")));
	assert_true(KIT_SEND(k, task_sign, .task = STR("330122-26-0000777/T1"),
	    .unit = STR(VILLAGE)));
	assert_false(
	    KIT_SEND(k, extension_ask, .task = STR("330122-26-0000777/T1"),
		.until = kit_now(k) + 31 * DAY_MS, .reason = STR("x"),
		.unit = STR(VILLAGE)));
	assert_refused(k, "NOT_EXTENDABLE");
	assert_false(
	    KIT_SEND(k, suspension_ask, .task = STR("330122-26-0000777/T1"),
		.until = kit_now(k) + 31 * DAY_MS, .reason = STR("x"),
		.unit = STR(VILLAGE)));
	assert_refused(k, "NOT_SUSPENDABLE");
}

static void
test_after_the_limit_it_is_too_late_to_ask(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_run_until(k, "2026-03-26T08:00:00+08:00");
	assert_false(more(k, "2026-03-27T12:00:00+08:00"));
	assert_refused(k, "OVERDUE_ALREADY");
	assert_false(books(k, "2026-03-27T12:00:00+08:00"));
	assert_refused(k, "OVERDUE_ALREADY");
}

static void
test_the_silence_of_the_sender_leaves_the_old_limit(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(more(k, "2026-03-27T12:00:00+08:00"));
	assert_true(books(k, "2026-04-27T12:00:00+08:00"));
	kit_run_until(k, "2026-03-21T00:00:00+08:00");
	assert_int_equal(kit_total(k, &msg_extension_lapsed_desc), 1);
	assert_int_equal(kit_total(k, &msg_suspension_declined_desc), 1);
	assert_false(granted(k));
	assert_refused(k, "NOTHING_ASKED");
	assert_due(k, T1, "finish", PROMISE);
}

static void
test_on_the_books_the_clock_stands_still_until_the_day(void **state)
{
	struct kit *k = *state;
	const struct row_task *t;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_false(books(k, "2027-03-20T00:00:00+08:00"));
	assert_refused(k, "TOO_LONG");
	kit_at(k, "2026-03-20T10:00:00+08:00");
	assert_true(books(k, "2026-06-01T08:00:00+08:00"));
	assert_true(on_the_books(k));
	assert_state(k, T1, "paused");
	assert_false(dispatch_submit(k, T1, VILLAGE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	kit_run_until(k, "2026-05-31T23:59:59+08:00");
	assert_state(k, T1, "paused");
	assert_state(k, K1, "");
	kit_run_until(k, "2026-06-01T08:00:00+08:00");
	assert_state(k, T1, "signed");
	/* The 19th is behind it, and no day that the pause touched counts. */
	t = (const struct row_task *)kit_row(k, T1);
	assert_time(t->finish_by, "2026-06-05T23:59:59+08:00");
	assert_due(k, T1, "finish", "2026-06-05T23:59:59+08:00");
	assert_false(books(k, "2026-06-04T12:00:00+08:00"));
	assert_refused(k, "COUNT_USED");
}

static void
test_it_may_end_before_its_day_or_be_declined(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(books(k, "2026-06-01T08:00:00+08:00"));
	assert_true(KIT_SEND(k, suspension_decline, .task = STR(T1),
	    .reason = STR("do it"), .unit = STR(ROOM)));
	assert_true(books(k, "2026-06-01T08:00:00+08:00"));
	assert_true(on_the_books(k));
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_true(
	    KIT_SEND(k, suspension_end, .task = STR(T1), .unit = STR(VILLAGE)));
	assert_unarmed(k, T1, "until");
	assert_due(k, T1, "finish", "2026-03-26T23:59:59+08:00");
	assert_time(KIT_SAID(k, suspension_ended, 0)->promise,
	    "2026-03-26T23:59:59+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
}

/* A pack that allows two of them. */
static struct registry *
twice(void)
{
	return county_with("limits.csv", "order.suspend.count,none,1,",
	    "order.suspend.count,none,2,");
}

static bool
off_the_books(struct kit *k, const char *time)
{
	kit_at(k, time);
	return KIT_SEND(
	    k, suspension_end, .task = STR(T1), .unit = STR(VILLAGE));
}

static const struct row_task *
task(const struct kit *k)
{
	return (const struct row_task *)kit_row(k, T1);
}

/* Working days: none that either pause touched counts. */
static void
test_both_pauses_move_the_finish(void **state)
{
	struct registry *r = twice();
	struct kit *k = kit_new(&dispatcher_machine, r);

	(void)state;
	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-19T10:00:00+08:00");
	assert_true(books(k, "2026-05-01T00:00:00+08:00"));
	assert_true(on_the_books(k));
	assert_true(off_the_books(k, "2026-03-20T10:00:00+08:00"));
	assert_due(k, T1, "finish", "2026-03-27T23:59:59+08:00");
	assert_time(task(k)->finish_by, "2026-03-27T23:59:59+08:00");
	kit_at(k, "2026-03-24T10:00:00+08:00");
	assert_true(books(k, "2026-03-25T10:00:00+08:00"));
	assert_true(on_the_books(k));
	/* By itself this time, and the row says what the limit says. */
	kit_run_until(k, "2026-03-25T10:00:00+08:00");
	assert_state(k, T1, "signed");
	assert_due(k, T1, "finish", "2026-03-31T23:59:59+08:00");
	assert_time(task(k)->finish_by, "2026-03-31T23:59:59+08:00");
	assert_time(KIT_SAID(k, suspension_ended, 0)->promise,
	    "2026-03-31T23:59:59+08:00");
	assert_int_equal(task(k)->pauses.n, 2);
	assert_false(books(k, "2026-03-28T10:00:00+08:00"));
	assert_refused(k, "COUNT_USED");
	kit_free(&k);
	registry_free(&r);
}

/* A natural limit ends later by as much as both pauses are long. */
static void
test_the_sum_of_the_pauses_moves_a_natural_limit(void **state)
{
	struct registry *r = twice();
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct kit *k = kit_new(&dispatcher_machine, r);
		int64_t sum = 0, was, start;

		kit_place(k, "330122109219");
		assert_true(
		    KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
			.matter = STR("PU-004"), .channel = STR("grid"),
			.finish_by = kit_now(k) + 30 * DAY_MS,
			.pack = STR("tonglu")));
		was = task(k)->finish_by;
		start = kit_now(k);
		assert_int_equal(was - start, 8 * HOUR_MS);
		assert_true(dispatch_sign(k, T1, "330122109-B-GDS"));
		for (int p = 0; p < 2; p++) {
			char from[CLOCK_TEXT], to[CLOCK_TEXT];
			int64_t wait, length;

			seed = seed * UINT64_C(6364136223846793005) + 1;
			wait = (int64_t)(seed >> 33) % (2 * HOUR_MS);
			length = (int64_t)(seed >> 30) % (30 * DAY_MS) + 1;
			(void)clock_format(kit_now(k) + wait, from);
			(void)clock_format(kit_now(k) + wait + length, to);
			kit_at(k, from);
			assert_true(KIT_SEND(k, suspension_ask, .task = STR(T1),
			    .until = at(to), .reason = STR("frost"),
			    .unit = STR("330122109-B-GDS")));
			assert_true(KIT_SEND(k, suspension_grant,
			    .task = STR(T1), .unit = STR(CENTRE)));
			length = at(to) - kit_now(k);
			(void)kit_run_until(k, to);
			assert_state(k, T1, "signed");
			sum += length;
			assert_int_equal(task(k)->finish_by, was + sum);
		}
		kit_free(&k);
	}
	registry_free(&r);
}

/* A year at most, together. */
static void
test_two_suspensions_are_a_year_at_most(void **state)
{
	struct registry *r = twice();
	struct kit *k = kit_new(&dispatcher_machine, r);

	(void)state;
	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(books(k, "2026-09-14T09:00:00+08:00"));
	assert_true(on_the_books(k));
	kit_run_until(k, "2026-09-14T09:00:00+08:00");
	assert_state(k, T1, "signed");
	/* 180 days are used: 185 are left. */
	assert_false(books(k, "2027-03-20T09:00:00+08:00"));
	assert_refused(k, "TOO_LONG");
	assert_true(books(k, "2027-03-18T09:00:00+08:00"));
	kit_free(&k);
	registry_free(&r);
}

/* Raised from the books: above, there is the time that was left. */
static void
test_what_is_raised_from_the_books_keeps_its_rest(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-20T10:00:00+08:00");
	assert_true(books(k, "2026-06-01T08:00:00+08:00"));
	assert_true(on_the_books(k));
	kit_at(k, "2026-04-20T10:00:00+08:00");
	assert_true(KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = STR(ROOM)));
	/* The 19th is used, the 20th of April still stood still. */
	assert_time(KIT_SAID(k, suspension_ended, 0)->promise,
	    "2026-04-24T23:59:59+08:00");
	assert_time(KIT_SAID(k, task_assigned, 0)->finish_by,
	    "2026-04-24T23:59:59+08:00");
	assert_state(k, T1, "withdrawn");
	assert_unarmed(k, T1, "finish");
}

/* What the citizen was promised moves by what was granted, and only so. */
static void
test_nothing_but_a_grant_moves_the_promise(void **state)
{
	struct kit *k = *state;
	const struct row_casefile *c;

	dispatch_open(k, DITCH);
	c = (const struct row_casefile *)kit_row(k, CASEFILE);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(more(k, "2026-03-30T12:00:00+08:00"));
	assert_time(c->finish_by, PROMISE);
	assert_true(KIT_SEND(k, extension_decline, .task = STR(T1),
	    .reason = STR("no"), .unit = STR(ROOM)));
	assert_time(c->finish_by, PROMISE);
	/* Sent back with two days to mend it: the unit's limit, not this. */
	kit_at(k, "2026-03-25T20:00:00+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(KIT_SEND(k, task_reject, .task = STR(T1),
	    .missing = STR("photo"), .unit = STR(ROOM)));
	assert_due(k, T1, "finish", "2026-03-27T23:59:59+08:00");
	assert_time(c->finish_by, PROMISE);
	assert_true(more(k, "2026-03-30T12:00:00+08:00"));
	assert_true(granted(k));
	assert_time(c->finish_by, "2026-03-30T12:00:00+08:00");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_more_time_moves_the_limit_and_the_promise_twice),
		TEST(test_it_is_asked_before_the_limit_and_not_for_what_stands),
		TEST(test_after_the_limit_it_is_too_late_to_ask),
		TEST(test_the_silence_of_the_sender_leaves_the_old_limit),
		TEST(test_on_the_books_the_clock_stands_still_until_the_day),
		TEST(test_it_may_end_before_its_day_or_be_declined),
		TEST(test_both_pauses_move_the_finish),
		TEST(test_the_sum_of_the_pauses_moves_a_natural_limit),
		TEST(test_two_suspensions_are_a_year_at_most),
		TEST(test_what_is_raised_from_the_books_keeps_its_rest),
		TEST(test_nothing_but_a_grant_moves_the_promise),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
