/* A front desk (前台) asks a back office (后台) of its township. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define I1 CASEFILE "/I1"

static int
begin(void **state)
{
	*state = kit_new(&dispatcher_machine, *state);
	dispatch_open(*state, SEWAGE);
	assert_true(dispatch_sign(*state, T1, ECONOMY));
	return 0;
}

static bool
ask(struct kit *k, const char *task, const char *office, const char *unit)
{
	return KIT_SEND(k, support_ask, .task = str_of(task),
	    .office = str_of(office), .what = STR("a car and two people"),
	    .unit = str_of(unit));
}

static bool
answer(struct kit *k, const char *unit)
{
	return KIT_SEND(k, support_answer, .support = STR(I1),
	    .answer = STR("both at nine"), .unit = str_of(unit));
}

static void
test_the_answer_comes_in_time_and_the_task_stays(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k, T1, PEACE, ECONOMY));
	assert_str(KIT_SAID(k, support_asked, 0)->office, PEACE);
	assert_due(k, I1, "answer", "2026-03-19T23:59:59+08:00");
	assert_false(answer(k, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(answer(k, PEACE));
	assert_false(KIT_SAID(k, support_answered, 0)->late);
	assert_state(k, I1, "answered");
	assert_unarmed(k, I1, "answer");
	assert_state(k, T1, "signed");
	assert_state(k, CASEFILE, "in_hand");
	/* One behind the other it may be asked again. */
	assert_true(ask(k, T1, PEACE, ECONOMY));
}

static void
test_who_may_ask_whom(void **state)
{
	static const struct {
		const char *office, *unit, *code;
	} tries[] = {
		{ ROOM, PEACE, "NOT_YOUR_UNIT" },
		{ ECONOMY, ECONOMY, "SAME_UNIT" },
		{ OTHER_ROOM, ECONOMY, "OFFICE_ELSEWHERE" },
		{ ECOLOGY, ECONOMY, "OFFICE_ELSEWHERE" },
		{ VILLAGE, ECONOMY, "OFFICE_ELSEWHERE" },
		{ "330122109-XX", ECONOMY, "UNKNOWN_UNIT" },
		{ ROOM, ECONOMY, "" },
		{ ROOM, ECONOMY, "ASKED_ALREADY" },
	};

	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		(void)ask(*state, T1, tries[i].office, tries[i].unit);
		assert_refused(*state, tries[i].code);
	}
	assert_false(KIT_SEND(*state, support_ask, .task = STR(T1),
	    .office = STR(PEACE), .what = STR(" "), .unit = STR(ECONOMY)));
	assert_refused(*state, "REASON_MISSING");
}

static void
test_a_department_has_no_back_office_in_a_township(void **state)
{
	struct kit *k = *state;

	kit_case(k, "330122-26-0000902");
	must(KIT_SEND(k, casefile_opened, .casefile = STR("330122-26-0000902"),
	    .matter = STR(SMELL), .channel = STR("grid"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	assert_false(ask(k, "330122-26-0000902/T1", ROOM, ECOLOGY));
	assert_refused(k, "OFFICE_ELSEWHERE");
}

static void
test_an_answer_that_is_late_gives_a_card(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k, T1, PEACE, ECONOMY));
	assert_true(kit_fire(k, "overdue", I1, "answer"));
	assert_str(KIT_SAID(k, card_issued, 0)->unit, PEACE);
	assert_state(k, K1, "yellow");
	kit_at(k, "2026-03-20T09:00:00+08:00");
	assert_true(answer(k, PEACE));
	assert_true(KIT_SAID(k, support_answered, 0)->late);
	assert_state(k, K1, "lifted");
}

static void
test_nobody_waits_when_the_task_is_gone(void **state)
{
	struct kit *k = *state;

	assert_true(ask(k, T1, PEACE, ECONOMY));
	assert_true(ask(k, T1, ROOM, ECONOMY));
	assert_true(KIT_SEND(k, support_withdraw, .support = STR(I1),
	    .reason = STR("found one"), .unit = STR(ECONOMY)));
	assert_str(KIT_SAID(k, support_dropped, 0)->why, "withdrawn");
	assert_state(k, I1, "dropped");
	assert_false(answer(k, PEACE));
	assert_refused(k, "NOT_ALLOWED_NOW");
	/* Another task is none of its business. */
	assert_false(KIT_SEND(k, task_submitted, .task = STR(T2),
			 .unit = STR(ECONOMY), .from = STR(ROOM)) &&
		     kit_n(k) > 0);
	assert_state(k, CASEFILE "/I2", "asked");
	assert_true(KIT_SEND(k, task_submitted, .task = STR(T1),
	    .unit = STR(ECONOMY), .from = STR(ROOM)));
	assert_str(KIT_SAID(k, support_dropped, 0)->why, "submitted");
	assert_state(k, CASEFILE "/I2", "dropped");
	assert_unarmed(k, CASEFILE "/I2", "answer");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_answer_comes_in_time_and_the_task_stays),
		TEST(test_who_may_ask_whom),
		TEST(test_a_department_has_no_back_office_in_a_township),
		TEST(test_an_answer_that_is_late_gives_a_card),
		TEST(test_nobody_waits_when_the_task_is_gone),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
