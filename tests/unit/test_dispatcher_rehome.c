/* A township and a village are merged away while work is open. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAY "2026-03-20T00:00:00+08:00"

static struct registry *merged;

static int
load(void **state)
{
	if (dispatch_load(state) != 0)
		return -1;
	merged = county_merged(*state, DAY);
	return 0;
}

static int
unload(void **state)
{
	registry_free(&merged);
	return dispatch_unload(state);
}

static int
begin(void **state)
{
	*state = kit_new(&dispatcher_machine, merged);
	return 0;
}

static bool
rehome(struct kit *k)
{
	return KIT_SEND(k, casefile_rehome, .casefile = STR(CASEFILE));
}

static void
assert_heir(const char *code, const char *day, const char *want)
{
	const struct row_unit *u =
	    registry_heir(merged, str_of(code), county_time(day));

	if (want == NULL)
		assert_null(u);
	else
		assert_true(u != NULL && str_is(u->code, want));
}

static void
test_an_heir_is_of_the_same_kind_where_the_place_goes_on(void **state)
{
	(void)state;
	assert_heir(VILLAGE, "2026-03-19T12:00+08:00", VILLAGE);
	assert_heir(VILLAGE, "2026-03-20T00:00+08:00", NEW_VILLAGE);
	assert_heir(ROOM, "2026-03-20T00:00+08:00", NEW_ROOM);
	assert_heir("330122109-M2", "2026-03-20T00:00+08:00", "330122112-M2");
	assert_heir(ECOLOGY, "2026-03-20T00:00+08:00", ECOLOGY);
	assert_heir("330122109-XX", "2026-03-20T00:00+08:00", NULL);
}

static void
test_open_work_goes_on_with_the_successor_and_its_limits(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_rehomed *m;
	char due[CLOCK_TEXT];

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	(void)snprintf(due, sizeof(due), "%s", kit_due(k, T1, "finish"));
	assert_false(rehome(k));
	assert_string_equal(kit_refusal(k), "NOT_MOVED");

	kit_at(k, DAY);
	assert_true(rehome(k));
	m = KIT_SAID(k, casefile_rehomed, 0);
	assert_true(str_is(m->from, "330122109219"));
	assert_true(str_is(m->to, NEW_PLACE));
	assert_int_equal(m->gone.n, m->heirs.n);
	assert_true(str_is(
	    ((const struct row_task *)kit_row(k, T1))->unit, NEW_VILLAGE));
	assert_true(
	    str_is(((const struct row_task *)kit_row(k, T1))->giver, NEW_ROOM));
	assert_string_equal(kit_due(k, T1, "finish"), due);
	assert_false(rehome(k));
}

/* The limit still names who had it then. */
static void
test_what_runs_out_is_on_the_card_of_who_took_over(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, DAY);
	assert_true(rehome(k));
	(void)kit_run_until(k, "2026-03-27T00:00:00+08:00");
	assert_true(str_is(
	    ((const struct row_card *)kit_row(k, K1))->unit, NEW_VILLAGE));
}

static void
test_an_old_name_is_told_who_took_over(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, DAY);
	assert_false(dispatch_submit(k, T1, VILLAGE));
	assert_string_equal(kit_refusal(k), "UNIT_GONE");
	/* Whether it has been rehomed yet or not. */
	assert_true(
	    KIT_SEND(k, task_submit, .task = STR(T1), .result = STR("done"),
		.unit = STR(NEW_VILLAGE), .officer = STR(WORKER)));
}

static void
test_what_has_ended_keeps_its_old_unit(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, RUBBISH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(dispatch_accept(k, T1, ROOM));
	kit_at(k, DAY);
	assert_true(rehome(k));
	assert_true(
	    str_is(((const struct row_task *)kit_row(k, T1))->unit, VILLAGE));
	assert_true(KIT_SEND(k, casefile_verify, .casefile = STR(CASEFILE),
	    .ok = true, .found = STR("clean"), .unit = STR(NEW_ROOM),
	    .officer = STR(VERIFIER)));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(NEW_ROOM)));
}

static void
test_a_card_of_before_moves_and_there_is_one(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(kit_fire(k, "due_soon", T1, "finish"));
	assert_str(KIT_SAID(k, card_issued, 0)->unit, VILLAGE);
	kit_at(k, DAY);
	assert_true(rehome(k));
	assert_true(kit_fire(k, "overdue", T1, "finish"));
	assert_str(KIT_SAID(k, card_deepened, 0)->unit, NEW_VILLAGE);
	assert_int_equal(kit_total(k, &msg_card_issued_desc), 1);
}

static void
test_groups_that_were_merged_go_on_in_one(void **state)
{
	struct kit *k = *state;

	kit_place(k, OLD_GRID);
	must(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(DITCH), .channel = STR("grid"),
	    .finish_by = kit_now(k) + 9 * DAY_MS, .pack = STR("tonglu")));
	kit_at(k, DAY);
	assert_true(rehome(k));
	assert_str(KIT_SAID(k, casefile_rehomed, 0)->to, NEW_GRID);
	assert_int_equal(KIT_SAID(k, casefile_rehomed, 0)->gone.n, 0);
	assert_str(
	    ((const struct row_task *)kit_row(k, T1))->unit, "330122102200-V");
	assert_false(rehome(k));
}

static void
test_what_comes_under_an_old_code_lies_where_it_goes_on(void **state)
{
	struct kit *k = *state;

	kit_at(k, DAY);
	dispatch_open(k, DITCH);
	assert_str(kit_row(k, CASEFILE)->division, NEW_PLACE);
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, NEW_VILLAGE);
	assert_false(rehome(k));
}

/* Who takes over the powers takes over what was let in for them. */
static void
test_an_admission_goes_on_with_the_successor(void **state)
{
	static const struct str units[] = { { VILLAGE, sizeof(VILLAGE) - 1 } };
	const struct registry_admission a = { .id = STR(CASEFILE "/Z1"),
		.matter = STR(SEWAGE),
		.units = { units, 1 },
		.from = county_time("2026-03-01T00:00+08:00"),
		.until = county_time("2026-06-01T00:00+08:00") };
	int64_t day = county_time(DAY);
	const struct row_unit *heir =
	    registry_unit(merged, STR(NEW_VILLAGE), day);

	(void)state;
	registry_admit(merged, &a);
	assert_str(registry_admitted(merged, STR(SEWAGE), heir, day), a.id.p);
	registry_revoke(merged, a.id);
	assert_int_equal(
	    registry_admitted(merged, STR(SEWAGE), heir, day).n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_an_heir_is_of_the_same_kind_where_the_place_goes_on),
		cmocka_unit_test_setup_teardown(
		    test_open_work_goes_on_with_the_successor_and_its_limits,
		    begin, dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_runs_out_is_on_the_card_of_who_took_over, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_an_old_name_is_told_who_took_over, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_has_ended_keeps_its_old_unit, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_a_card_of_before_moves_and_there_is_one, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_groups_that_were_merged_go_on_in_one, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_comes_under_an_old_code_lies_where_it_goes_on,
		    begin, dispatch_done),
		cmocka_unit_test(test_an_admission_goes_on_with_the_successor),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
