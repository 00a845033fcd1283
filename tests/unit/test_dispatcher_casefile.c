/* Opening, handling, closing: services/dispatcher/rules.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct row_casefile *
casefile(const struct kit *k)
{
	return (const struct row_casefile *)kit_row(k, CASEFILE);
}

static void
test_the_tables_are_sound(void **state)
{
	(void)state;
	assert_null(machine_check(&dispatcher_machine));
}

static void
test_a_casefile_is_opened_once_and_under_its_own_number(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(SMELL), .channel = STR("grid"),
	    .finish_by = kit_now(k), .pack = STR("tonglu")));
	assert_string_equal(kit_state(k, T2), "");
	kit_case(k, "330122-26-0000999");
	assert_false(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(SMELL), .channel = STR("grid"),
	    .finish_by = kit_now(k), .pack = STR("tonglu")));
	assert_int_equal(kit_n(k), 0);
}

static void
test_accepted_work_makes_it_handled(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_handled *m;

	dispatch_handled(k);
	m = KIT_SAID(k, casefile_handled, 0);
	assert_str(m->unit, VILLAGE);
	assert_false(m->late);
	assert_time(m->close_by, "2026-03-20T23:59:59+08:00");
	assert_due(k, CASEFILE, "close", "2026-03-20T23:59:59+08:00");
	assert_state(k, CASEFILE, "handled");
	assert_int_equal(casefile(k)->close_by, m->close_by);
	assert_str(casefile(k)->channel, "hotline");
}

/* Late is who forwards late, whenever it was done or is looked at. */
static void
test_late_is_when_the_work_was_handed_in(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, PROMISE);
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_false(KIT_SAID(k, task_submitted, 0)->late);
	assert_false(KIT_SAID(k, casefile_forwarded, 0)->late);
	/* Looked at and closed after the promise: still in time. */
	kit_at(k, "2026-03-27T09:00:00+08:00");
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_false(KIT_SAID(k, casefile_handled, 0)->late);
	assert_true(dispatch_look(k, true));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_false(KIT_SAID(k, casefile_closed, 0)->late);
}

static void
test_a_second_after_the_promise_is_late(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, "2026-03-26T00:00:00+08:00");
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(KIT_SAID(k, task_submitted, 0)->late);
	assert_true(KIT_SAID(k, casefile_forwarded, 0)->late);
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_true(KIT_SAID(k, casefile_handled, 0)->late);
	assert_true(dispatch_look(k, true));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(ROOM)));
	assert_true(KIT_SAID(k, casefile_closed, 0)->late);
}

static bool
close_by(struct kit *k, const char *unit)
{
	return KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = str_of(unit));
}

static void
test_closing_takes_the_word_of_the_place(void **state)
{
	static const struct {
		const char *unit, *code;
	} who[] = { { OTHER_ROOM, "NOT_YOUR_UNIT" },
		{ ECOLOGY, "NOT_YOUR_UNIT" }, { PEACE, "NOT_YOUR_UNIT" },
		{ "330122109207-V", "NOT_YOUR_UNIT" }, { "x", "UNKNOWN_UNIT" },
		{ ROOM, "" }, { TOWNSHIP, "" }, { CENTRE, "" },
		{ VILLAGE, "" } };

	for (size_t i = 0; i < ARRAY_LEN(who); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);

		dispatch_handled(k);
		assert_true(dispatch_look(k, true));
		assert_int_equal(
		    close_by(k, who[i].unit), who[i].code[0] == '\0');
		assert_refused(k, who[i].code);
		kit_free(&k);
	}
}

static void
test_a_closed_casefile_has_its_handler_and_no_clock(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_closed *m;

	dispatch_closed(k, "solved");
	m = KIT_SAID(k, casefile_closed, 0);
	assert_str(m->matter, DITCH);
	assert_str(m->outcome, "solved");
	assert_str(m->handler, VILLAGE);
	assert_str(m->unit, ROOM);
	assert_state(k, CASEFILE, "closed");
	assert_unarmed(k, CASEFILE, "close");
	assert_int_equal(casefile(k)->close_by, 0);
	assert_int_equal(casefile(k)->route_by, 0);
	assert_false(close_by(k, ROOM));
	assert_refused(k, "CASEFILE_ENDED");
}

static void
test_a_village_closes_only_what_it_handled(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_true(dispatch_sign(k, T1, ECONOMY));
	assert_true(dispatch_submit(k, T1, ECONOMY));
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_true(dispatch_look(k, true));
	assert_false(close_by(k, VILLAGE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(close_by(k, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(close_by(k, ROOM));
}

static void
test_open_work_is_named_when_closing_is_refused(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(close_by(k, ROOM));
	assert_refused(k, "CHILD_OPEN");
	assert_true(str_search(KIT_SAID(k, command_refused, 0)->reason,
			STR(T1)) < KIT_SAID(k, command_refused, 0)->reason.n);
}

static void
test_a_room_that_does_not_close_gets_a_card(void **state)
{
	struct kit *k = *state;

	dispatch_handled(k);
	assert_true(dispatch_look(k, true));
	kit_run_until(k, "2026-03-20T23:59:59+08:00");
	assert_state(k, K1, "yellow");
	assert_str(((const struct row_card *)kit_row(k, K1))->unit, ROOM);
	assert_true(close_by(k, ROOM));
	assert_state(k, K1, "lifted");
}

static void
test_other_casefiles_are_not_found(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	kit_case(k, "330122-26-0000999");
	assert_false(close_by(k, ROOM));
	assert_refused(k, "UNKNOWN_ID");
	assert_false(dispatch_sign(k, T1, VILLAGE));
	assert_refused(k, "UNKNOWN_ID");
	assert_false(dispatch_call(k, "work"));
	assert_refused(k, "UNKNOWN_ID");
}

/* A refused command leaves everything as it was. */
static void
test_a_refusal_says_one_thing_and_changes_nothing(void **state)
{
	struct kit *k = kit_new(&dispatcher_machine, *state);
	const struct msg_command_refused *m;

	dispatch_open(k, DITCH);
	assert_false(dispatch_submit(k, T1, VILLAGE));
	m = KIT_SAID(k, command_refused, 0);
	assert_int_equal(kit_n(k), 1);
	assert_str(m->command, "task.submit");
	assert_str(m->thing, T1);
	assert_str(m->unit, VILLAGE);
	assert_str(m->code, "NOT_ALLOWED_NOW");
	assert_true(m->reason.n > 0);
	assert_state(k, T1, "assigned");
	assert_due(k, T1, "finish", PROMISE);
	kit_free(&k);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_tables_are_sound),
		TEST(test_a_casefile_is_opened_once_and_under_its_own_number),
		TEST(test_accepted_work_makes_it_handled),
		TEST(test_late_is_when_the_work_was_handed_in),
		TEST(test_a_second_after_the_promise_is_late),
		cmocka_unit_test(test_closing_takes_the_word_of_the_place),
		TEST(test_a_closed_casefile_has_its_handler_and_no_clock),
		TEST(test_a_village_closes_only_what_it_handled),
		TEST(test_open_work_is_named_when_closing_is_refused),
		TEST(test_a_room_that_does_not_close_gets_a_card),
		TEST(test_other_casefiles_are_not_found),
		cmocka_unit_test(
		    test_a_refusal_says_one_thing_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
