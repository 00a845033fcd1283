/* What the events of a call come to (cli/case.h). */
#include "tests/lib/caseview.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define OF(unit_) .call = STR(N "/C1"), .unit = STR(unit_)

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
test_a_call_knows_who_came_and_when(void **state)
{
	struct case_view *v = *state;
	const struct case_attendance *a;

	open_it(v);
	SAY(v, T0, call_raised, .call = STR(N "/C1"), .class = STR("work"),
	    .unit = STR("CMD"), .main = STR("A"), .reason = STR("r"));
	SAY(v, T0, call_unit_asked, .call = STR(N "/C1"), .unit = STR("A"),
	    .role = STR("main"), .report_in_by = T0 + 30 * MIN);
	SAY(v, T0, call_unit_asked, .call = STR(N "/C1"), .unit = STR("B"),
	    .role = STR("assisting"), .report_in_by = T0 + 30 * MIN);
	SAY(v, T0 + 4 * MIN, call_signed, .call = STR(N "/C1"),
	    .unit = STR("A"));
	SAY(v, T0 + 42 * MIN, call_reported_in, .call = STR(N "/C1"),
	    .unit = STR("A"), .officer = STR("O"), .late = true);
	SAY(v, T0 + 50 * MIN, call_unit_missed, .call = STR(N "/C1"),
	    .unit = STR("B"));
	assert_int_equal(v->n_calls, 1);
	assert_int_equal(v->n_attendances, 2);
	a = &v->attendances[0];
	assert_int_equal(a->signed_at - a->asked_at, 4 * MIN);
	assert_int_equal(a->here_at - a->report_in_by, 12 * MIN);
	assert_true(a->late);
	assert_int_equal(v->attendances[1].missed_at, T0 + 50 * MIN);
	assert_int_equal(v->attendances[1].here_at, 0);
	assert_false(v->calls[0].over);
	/* Who leads has it, whoever else is spoken of. */
	assert_true(str_is(v->things[1].unit, "A"));
}

static void
test_a_call_knows_who_was_lost_let_go_and_judged(void **state)
{
	struct case_view *v = *state;
	const struct case_attendance *a = &v->attendances[0];
	const struct case_attendance *b = &v->attendances[1];

	open_it(v);
	SAY(v, T0, call_raised, OF("CMD"), .class = STR("emergency"),
	    .main = STR("A"), .partner = STR("CMD2"), .reason = STR("r"));
	SAY(v, T0, call_unit_asked, OF("A"), .role = STR("main"));
	SAY(v, T0, call_unit_asked, OF("B"), .role = STR("assisting"));
	assert_true(str_is(v->calls[0].partner, "CMD2"));
	SAY(v, T0 + MIN, call_reported_in, OF("A"), .officer = STR("O"));
	SAY(v, T0 + 70 * MIN, call_presence_lost, OF("A"), .n = 1,
	    .report_in_by = T0 + 100 * MIN);
	assert_true(a->away);
	assert_int_equal(a->lost, 1);
	SAY(v, T0 + 80 * MIN, call_presence_confirmed, OF("A"), .again = true);
	assert_false(a->away);
	SAY(v, T0 + 81 * MIN, call_relieved, OF("A"), .out = STR("O"),
	    .officer = STR("P"));
	assert_true(str_is(a->officer, "P"));
	SAY(v, T0 + 82 * MIN, call_unit_excused, OF("B"), .reason = STR("r"));
	assert_string_equal(b->let_go, "excused");
	/* Needed after all, and then to lead: all begins anew. */
	SAY(v, T0 + 90 * MIN, call_unit_asked, OF("B"),
	    .role = STR("assisting"));
	SAY(v, T0 + 91 * MIN, call_designated, .call = STR(N "/C1"),
	    .main = STR("B"), .was = STR("A"));
	assert_int_equal(v->n_attendances, 2);
	assert_null(b->let_go);
	assert_int_equal(b->asked_at, T0 + 90 * MIN);
	assert_true(str_is(b->role, "main"));
	assert_true(str_is(a->role, "assisting"));
	assert_true(str_is(v->things[1].unit, "B"));
	SAY(v, T0 + 99 * MIN, call_released, OF("CMD"));
	assert_true(v->calls[0].over);
	SAY(v, T0 + 100 * MIN, call_graded, OF("A"), .score = 0);
	SAY(v, T0 + 100 * MIN, call_unit_ungraded, OF("B"));
	assert_int_equal(a->score, 0);
	assert_int_equal(b->score, CASE_NO_SCORE);
	assert_true(b->ungraded);
}

int
main(void)
{
#define CASE_TEST(t)                                                           \
	cmocka_unit_test_setup_teardown(t, caseview_setup, caseview_teardown)
	const struct CMUnitTest tests[] = {
		CASE_TEST(test_a_call_knows_who_came_and_when),
		CASE_TEST(test_a_call_knows_who_was_lost_let_go_and_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
