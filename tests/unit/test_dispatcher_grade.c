/* How a call ends for each department: rules_call_grade.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define A1 C1 "/" ECOLOGY
#define A2 C1 "/" RESCUE

static bool
leave(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_leave, .call = STR(C1), .unit = str_of(unit));
}

static void
test_nobody_leaves_before_the_release(void **state)
{
	struct kit *k = *state;

	dispatch_working(k, "emergency");
	assert_false(leave(k, ECOLOGY));
	assert_refused(k, "NOT_RELEASED");
	assert_false(leave(k, RESCUE));
	assert_refused(k, "NOT_RELEASED");
	assert_false(leave(k, WATER));
	assert_refused(k, "NOT_ASKED");
	assert_true(KIT_SEND(k, call_cancel, .call = STR(C1),
	    .reason = STR("false alarm"), .unit = STR(ROOM)));
	assert_false(leave(k, ECOLOGY));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

static bool
release(struct kit *k, const char *unit)
{
	return KIT_SEND(k, call_release, .call = STR(C1), .unit = str_of(unit));
}

static bool
grade(struct kit *k, const char *graded, int64_t score)
{
	return KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = str_of(graded), .score = score, .unit = STR(ROOM));
}

static bool
grade_back(struct kit *k, const char *unit, int64_t score)
{
	return KIT_SEND(k, call_grade_back, .call = STR(C1), .score = score,
	    .unit = str_of(unit));
}

static void
test_each_department_gets_one_grade_and_the_last_ends_it(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_false(grade(k, ECOLOGY, 90));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(release(k, ROOM));
	assert_false(KIT_SEND(k, call_grade, .call = STR(C1),
	    .graded = STR(ECOLOGY), .score = 90, .unit = STR(RESCUE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(grade(k, WATER, 90));
	assert_refused(k, "NOT_ASKED");
	assert_false(grade(k, ECOLOGY, 101));
	assert_refused(k, "SCORE_BAD");
	assert_false(grade(k, ECOLOGY, -1));
	assert_refused(k, "SCORE_BAD");
	assert_true(grade(k, ECOLOGY, 100));
	assert_int_equal(KIT_SAID(k, call_graded, 0)->score, 100);
	assert_state(k, C1, "released");
	assert_false(grade(k, ECOLOGY, 0));
	assert_refused(k, "GRADED_BEFORE");
	/* Who never came is judged too. */
	assert_true(grade(k, RESCUE, 0));
	assert_state(k, C1, "released");
	/* The grades go both ways; who never came has none to give. */
	assert_false(grade_back(k, RESCUE, 50));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_false(grade_back(k, ECOLOGY, 101));
	assert_refused(k, "SCORE_BAD");
	assert_true(grade_back(k, ECOLOGY, 70));
	assert_str(KIT_SAID(k, call_graded_back, 0)->room, ROOM);
	assert_int_equal(KIT_SAID(k, call_ended, 0)->ungraded, 0);
	assert_state(k, C1, "ended");
	assert_unarmed(k, C1, "grade");
}

static void
test_a_missing_grade_is_no_grade(void **state)
{
	struct kit *k = *state;

	dispatch_handed_in(k, "work");
	assert_true(release(k, ROOM));
	assert_true(grade(k, ECOLOGY, 80));
	kit_run_until(k, "2026-03-20T17:00:00+08:00");
	assert_true(kit_fire(k, "overdue", C1, "grade"));
	assert_int_equal(KIT_SAID(k, call_ended, 0)->ungraded, 1);
	/* It is told, and counted against who called. */
	assert_str(KIT_SAID(k, call_unit_ungraded, 0)->unit, RESCUE);
	assert_str(KIT_SAID(k, call_unit_ungraded, 0)->room, ROOM);
	assert_null(KIT_SAID(k, call_unit_ungraded, 1));
	assert_state(k, C1, "ended");
	assert_false(grade(k, RESCUE, 50));
	assert_refused(k, "NOT_ALLOWED_NOW");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_leaves_before_the_release),
		TEST(test_each_department_gets_one_grade_and_the_last_ends_it),
		TEST(test_a_missing_grade_is_no_grade),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
