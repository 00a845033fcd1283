/* What the events of a casefile come to (cli/case.h). */
#include "tests/lib/caseview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void
open_it(struct case_view *v)
{
	SAY(v, T0, report_received, .report = STR(N), .channel = STR("grid"));
	SAY(v, T0 + MIN, casefile_opened, .casefile = STR(N),
	    .matter = STR("CA-001"), .channel = STR("grid"),
	    .finish_by = T0 + 120 * MIN);
	SAY(v, T0 + MIN, casefile_routed, .casefile = STR(N),
	    .matter = STR("CA-001"), .tier = STR("village"));
	SAY(v, T0 + MIN, task_assigned, .task = STR(N "/T1"),
	    .unit = STR("U1"));
}

static void
test_the_latest_word_says_where_it_stands(void **state)
{
	struct case_view *v = *state;

	open_it(v);
	assert_string_equal(v->state, "in hand");
	assert_int_equal(v->state_at, T0 + MIN);
	assert_int_equal(v->received_at, T0);
	assert_int_equal(v->promise, T0 + 120 * MIN);
	assert_true(str_is(v->matter, "CA-001"));
	assert_true(str_is(v->division, "330122109"));
	SAY(v, T0 + 60 * MIN, casefile_handled, .casefile = STR(N),
	    .unit = STR("U1"));
	assert_string_equal(v->state, "handled");
	assert_int_equal(v->handled_at, T0 + 60 * MIN);
	assert_true(str_is(v->handler, "U1"));
	SAY(v, T0 + 90 * MIN, casefile_reopened, .casefile = STR(N), .n = 1,
	    .finish_by = T0 + 300 * MIN);
	assert_string_equal(v->state, "reopened");
	assert_int_equal(v->promise, T0 + 300 * MIN);
	assert_int_equal(v->handled_at, 0);
}

static void
test_commands_change_nothing(void **state)
{
	struct case_view *v = *state;

	open_it(v);
	SAY(v, T0 + 5 * MIN, casefile_close, .casefile = STR(N),
	    .outcome = STR("solved"), .unit = STR("U1"));
	SAY(v, T0 + 5 * MIN, task_submit, .task = STR(N "/T1"),
	    .unit = STR("U9"));
	assert_string_equal(v->state, "in hand");
	assert_int_equal(v->n_things, 1);
	assert_true(str_is(v->things[0].unit, "U1"));
	assert_int_equal(v->outcome.n, 0);
}

static void
test_things_are_open_until_their_last_word(void **state)
{
	struct case_view *v = *state;

	open_it(v);
	SAY(v, T0 + 2 * MIN, task_signed, .task = STR(N "/T1"),
	    .unit = STR("U1"));
	SAY(v, T0 + 3 * MIN, deadline_overdue, .thing = STR(N "/T1"),
	    .limit = STR("finish"), .unit = STR("U1"));
	assert_int_equal(v->n_things, 1);
	assert_ptr_equal(v->things[0].last, &msg_task_signed_desc);
	assert_false(v->things[0].ended);
	SAY(v, T0 + 4 * MIN, return_asked, .task = STR(N "/T1"),
	    .unit = STR("U1"), .reason = STR("x"));
	assert_int_equal(v->n_things, 1);
	SAY(v, T0 + 5 * MIN, card_issued, .card = STR(N "/K1"),
	    .unit = STR("U1"), .colour = STR("blue"));
	SAY(v, T0 + 6 * MIN, task_moved, .task = STR(N "/T1"),
	    .unit = STR("U1"), .to = STR("U2"));
	assert_int_equal(v->n_things, 2);
	assert_true(v->things[0].ended);
	assert_false(v->things[1].ended);
}

static void
test_what_went_down_ends_too(void **state)
{
	struct case_view *v = *state;

	SAY(v, T0, campaign_planned, .campaign = STR(N "/G1"));
	SAY(v, T0, receipt_issued, .receipt = STR(N "/H1"), .unit = STR("U1"));
	SAY(v, T0, receipt_issued, .receipt = STR(N "/H2"), .unit = STR("U2"));
	SAY(v, T0, fault_booked, .fault = STR(N "/F1"), .unit = STR("U1"));
	assert_int_equal(v->n_things, 4);
	SAY(v, T0 + MIN, receipt_accepted, .receipt = STR(N "/H1"));
	SAY(v, T0 + MIN, receipt_ended, .receipt = STR(N "/H2"));
	SAY(v, T0 + MIN, campaign_closed, .campaign = STR(N "/G1"));
	for (size_t i = 0; i < 3; i++)
		assert_true(v->things[i].ended);
	assert_false(v->things[3].ended);
	SAY(v, T0 + 2 * MIN, fault_written_off, .fault = STR(N "/F1"));
	assert_true(v->things[3].ended);
}

static void
test_a_dispute_is_with_who_decides(void **state)
{
	struct case_view *v = *state;

	open_it(v);
	SAY(v, T0 + 2 * MIN, dispute_raised, .dispute = STR(N "/Q1"),
	    .task = STR(N "/T1"), .unit = STR("U1"), .rung = STR("parties"));
	assert_true(str_is(v->things[1].unit, "U1"));
	SAY(v, T0 + 3 * MIN, dispute_climbed, .dispute = STR(N "/Q1"),
	    .task = STR(N "/T1"), .rung = STR("centre"), .holder = STR("C"));
	assert_true(str_is(v->things[1].unit, "C"));
	assert_true(str_is(v->things[1].rung, "centre"));
	assert_false(v->things[1].ended);
	SAY(v, T0 + 4 * MIN, dispute_decided, .dispute = STR(N "/Q1"),
	    .task = STR(N "/T1"), .main = STR("U1"));
	assert_true(v->things[1].ended);
}

static void
test_the_promise_moves_with_the_task(void **state)
{
	struct case_view *v = *state;

	open_it(v);
	SAY(v, T0 + 2 * MIN, extension_granted, .task = STR(N "/T1"),
	    .unit = STR("U1"), .promise = T0 + 200 * MIN);
	assert_int_equal(v->promise, T0 + 200 * MIN);
	SAY(v, T0 + 3 * MIN, suspension_granted, .task = STR(N "/T1"),
	    .unit = STR("U1"), .until = T0 + 90 * MIN);
	SAY(v, T0 + 4 * MIN, task_contacted, .task = STR(N "/T1"),
	    .unit = STR("U1"));
	assert_int_equal(v->things[0].books_until, T0 + 90 * MIN);
	assert_int_equal(case_still_until(v), T0 + 90 * MIN);
	SAY(v, T0 + 90 * MIN, suspension_ended, .task = STR(N "/T1"),
	    .unit = STR("U1"), .promise = T0 + 290 * MIN);
	assert_int_equal(v->things[0].books_until, 0);
	assert_int_equal(case_still_until(v), 0);
	assert_int_equal(v->promise, T0 + 290 * MIN);
}

static void
test_a_promise_on_the_books_is_not_overdue(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 256);
	/* Its day is over, and nobody is late. */
	case_put_promise(T0, T0 + 300 * MIN, T0 + 200 * MIN, &out);
	assert_true(str_is(buf_get(&out),
	    "03-18 09:00, stands still: on the books until 03-18 14:00"));
	buf_reset(&out);
	case_put_promise(T0, 0, T0 + 200 * MIN, &out);
	assert_true(
	    str_is(buf_get(&out), "was due 03-18 09:00, overdue 3h 20m"));
	buf_fini(&out);
}

static void
test_a_wish_is_offered_and_then_in_hand(void **state)
{
	struct case_view *v = *state;

	SAY(v, T0, casefile_opened, .casefile = STR(N), .wish = true);
	SAY(v, T0, task_offered, .task = STR(N "/T1"), .from = STR("V"));
	assert_string_equal(v->state, "offered");
	assert_true(str_is(v->things[0].unit, "V"));
	SAY(v, T0 + MIN, task_taken, .task = STR(N "/T1"), .unit = STR("U1"));
	assert_string_equal(v->state, "in hand");
	assert_true(str_is(v->things[0].unit, "U1"));
}

/* The bounds are those of the view; a casefile beyond them is cut short. */
static void
test_more_than_fits_is_left_out(void **state)
{
	struct case_view *v = *state;
	char id[2 * CASE_THINGS_MAX][48];

	for (int i = 0; i < 2 * CASE_THINGS_MAX; i++) {
		struct buf b;

		buf_init(&b, sizeof(id[i]));
		buf_printf(&b, N "/T%d", i);
		memcpy(id[i], b.p, b.n);
		SAY(v, T0, task_assigned, .task = { id[i], b.n });
		SAY(v, T0, call_raised, .call = { id[i], b.n });
		SAY(v, T0, call_unit_asked, .call = { id[i], b.n });
		buf_fini(&b);
	}
	assert_int_equal(v->n_things, CASE_THINGS_MAX);
	assert_true(v->cut);
	assert_int_equal(v->n_calls, CASE_CALLS_MAX);
	assert_int_equal(v->n_attendances, CASE_ATTENDANCES_MAX);
}

static void
test_limits_are_told_in_words(void **state)
{
	static const struct {
		const char *kind, *state;
		int64_t due, met; /* minutes from now; met 0: not */
		const char *words;
		bool awaited;
	} rows[] = {
		{ "duty", "armed", 90, 0, "running, in 1h 30m", true },
		{ "window", "armed", 28, 0, "open, for 28m", true },
		{ "duty", "armed", -1, 0, "overdue 1m", true },
		{ "duty", "paused", 90, 0, "paused (hearing)", true },
		{ "duty", "cancelled", 90, -12, "met, 1h 42m before", false },
		{ "duty", "cancelled", -60, -25, "missed by 35m", false },
		{ "duty", "fired", -180, 0, "overdue 3h", true },
		{ "quiet", "fired", -60, -25, "missed by 35m", false },
		{ "window", "fired", -60, 0, "closed", false },
		{ "window", "cancelled", -60, -70, "ended", false },
	};
	struct case_view *v = *state;

	open_it(v);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct case_limit l = { .thing = STR(N "/T1"),
			.kind = str_of(rows[i].kind),
			.state = str_of(rows[i].state),
			.paused_for = STR("hearing"),
			.due_at = T0 + rows[i].due * MIN,
			.met_at =
			    rows[i].met != 0 ? T0 + rows[i].met * MIN : 0 };
		struct buf b;

		buf_init(&b, 1024);
		case_put_limit(v, &l, T0, &b);
		buf_char(&b, '\0');
		assert_string_equal(b.p, rows[i].words);
		assert_int_equal(case_limit_awaited(v, &l), rows[i].awaited);
		buf_fini(&b);
	}
}

static void
test_work_that_was_taken_away_was_not_done_in_time(void **state)
{
	const struct case_limit l = { .thing = STR(N "/T1"),
		.kind = STR("duty"),
		.state = STR("cancelled"),
		.due_at = T0 + 60 * MIN,
		.met_at = T0 + 5 * MIN };
	const struct case_limit other = { .thing = STR(N "/T10"),
		.kind = STR("duty"),
		.state = STR("fired"),
		.due_at = T0 };
	struct case_view *v = *state;
	struct buf b;

	open_it(v);
	SAY(v, T0 + 5 * MIN, task_withdrawn, .task = STR(N "/T1"),
	    .unit = STR("U1"), .why = STR("called"));
	buf_init(&b, 1024);
	case_put_limit(v, &l, T0, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p, "dropped, task.withdrawn");
	buf_fini(&b);
	/* T10 is not T1. */
	assert_true(case_limit_awaited(v, &other));
}

int
main(void)
{
#define CASE_TEST(t)                                                           \
	cmocka_unit_test_setup_teardown(t, caseview_setup, caseview_teardown)
	const struct CMUnitTest tests[] = {
		CASE_TEST(test_the_latest_word_says_where_it_stands),
		CASE_TEST(test_commands_change_nothing),
		CASE_TEST(test_what_went_down_ends_too),
		CASE_TEST(test_things_are_open_until_their_last_word),
		CASE_TEST(test_a_dispute_is_with_who_decides),
		CASE_TEST(test_the_promise_moves_with_the_task),
		CASE_TEST(test_a_promise_on_the_books_is_not_overdue),
		CASE_TEST(test_a_wish_is_offered_and_then_in_hand),
		CASE_TEST(test_more_than_fits_is_left_out),
		CASE_TEST(test_limits_are_told_in_words),
		CASE_TEST(test_work_that_was_taken_away_was_not_done_in_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
