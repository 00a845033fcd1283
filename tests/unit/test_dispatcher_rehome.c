/* A township and a village are merged away while work is open. */
#include "services/dispatcher/rules.h"
#include "tests/lib/campaign_kit.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define DAY "2026-03-20T00:00:00+08:00"

static struct registry *merged, *split;

static int
load(void **state)
{
	if (dispatch_load(state) != 0)
		return -1;
	merged = county_merged(*state, DAY);
	split = county_split(*state, DAY);
	return 0;
}

static int
unload(void **state)
{
	registry_free(&merged);
	registry_free(&split);
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
	    registry_heir(merged, str_of(code), STR(""), county_time(day));

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
	assert_string_equal(kit_bound(k, T1, "finish"), NEW_VILLAGE);
	/* The promise is whose work it is. */
	assert_due(k, CASEFILE, "overall", PROMISE);
	assert_string_equal(kit_bound(k, CASEFILE, "overall"), NEW_VILLAGE);
	assert_false(rehome(k));
}

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

static bool
give_card(struct kit *k, const char *to, const char *colour)
{
	return KIT_SEND(k, card_issue, .casefile = STR(CASEFILE),
	    .to = str_of(to), .colour = str_of(colour), .reason = STR("slow"),
	    .unit = STR(CENTRE));
}

/* Both had a card: there is one, in the deeper colour, with all causes. */
static void
test_cards_of_two_units_become_one(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(give_card(k, ROOM, "yellow"));
	assert_true(give_card(k, NEW_ROOM, "blue"));
	kit_at(k, DAY);
	assert_true(rehome(k));
	assert_state(k, K2, "yellow");
	assert_str(KIT_SAID(k, card_deepened, 0)->unit, NEW_ROOM);
	assert_state(k, K1, "lifted");
	assert_str(KIT_SAID(k, card_lifted, 0)->unit, ROOM);
	assert_unarmed(k, K1, "next");
	assert_string_equal(kit_place_of(k, K2, "next"), NEW_PLACE);
}

static void
archive(struct kit *k)
{
	dispatch_closed(k, "solved");
	must(KIT_SEND(k, callback_opened, .callback = STR(B1)));
	must(KIT_SEND(k, callback_recorded, .callback = STR(B1),
	    .outcome = STR("solved"), .solved = true, .satisfied = STR("yes")));
	assert_state(k, CASEFILE, "archived");
}

static bool
rehome_of(struct kit *k, const char *service)
{
	return KIT_SEND(k, casefile_rehome, .casefile = STR(CASEFILE),
	    .of = str_of(service));
}

/* What other services have there goes on; its own history stays. */
static void
test_what_is_archived_stays_and_others_are_told(void **state)
{
	struct kit *k = *state;

	archive(k);
	kit_at(k, DAY);
	assert_false(rehome(k));
	assert_refused(k, "CASEFILE_ENDED");
	assert_true(rehome_of(k, "enforcement"));
	assert_str(KIT_SAID(k, casefile_rehomed, 0)->to, NEW_PLACE);
	assert_str(kit_row(k, CASEFILE)->division, "330122109219");
}

/* It comes back to who has taken over, although nobody told it to move. */
static void
test_what_comes_back_from_the_archive_finds_who_took_over(void **state)
{
	struct kit *k = *state;

	archive(k);
	kit_at(k, DAY);
	assert_true(
	    KIT_SEND(k, visit_looked_back, .request = STR(CASEFILE "/V1"),
		.outcome = STR("solved"), .solved = false));
	assert_str(kit_row(k, CASEFILE)->division, NEW_PLACE);
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, NEW_VILLAGE);
	assert_true(
	    str_is(((const struct row_task *)kit_row(k, T2))->giver, NEW_ROOM));
}

/* A report at the desk, a booking: the dispatcher has nothing of it. */
static void
test_what_it_has_not_is_told_to_who_has(void **state)
{
	struct kit *k = *state;

	kit_place(k, "330122109219");
	kit_at(k, DAY);
	assert_false(rehome(k));
	assert_refused(k, "UNKNOWN_ID");
	assert_true(rehome_of(k, "intake"));
	assert_str(KIT_SAID(k, casefile_rehomed, 0)->from, "330122109219");
	assert_str(KIT_SAID(k, casefile_rehomed, 0)->to, NEW_PLACE);
}

static void
test_a_fault_on_the_books_follows_and_its_limit_too(void **state)
{
	struct kit *k = *state;

	kit_case(k, CAMPAIGN);
	kit_place(k, "330122109219");
	assert_true(campaign_book(k, ""));
	kit_at(k, DAY);
	assert_true(KIT_SEND(k, casefile_rehome, .casefile = STR(CAMPAIGN)));
	assert_true(str_is(
	    ((const struct row_fault *)kit_row(k, F1))->unit, NEW_VILLAGE));
	assert_true(str_is(
	    ((const struct row_fault *)kit_row(k, F1))->above, NEW_ROOM));
	assert_string_equal(kit_bound(k, F1, "fix"), NEW_VILLAGE);
}

/* Receipts that are owed; what was accepted too, while the campaign runs. */
static void
test_a_campaign_goes_on_with_the_successors(void **state)
{
	struct kit *k = *state;

	kit_case(k, CAMPAIGN);
	kit_place(k, TOWN);
	campaign_received(k, "fixed");
	kit_at(k, DAY);
	assert_true(KIT_SEND(k, casefile_rehome, .casefile = STR(CAMPAIGN)));
	assert_true(str_is(
	    ((const struct row_receipt *)kit_row(k, H1))->unit, NEW_ROOM));
	assert_string_equal(kit_bound(k, H1, "report"), NEW_ROOM);
	assert_true(campaign_report(k, H1, NEW_ROOM, 0));
	assert_true(campaign_accept(k, H1, CENTRE));
}

/* What is given out after the night goes to what the place has become. */
static void
test_a_campaign_of_a_place_that_is_gone_goes_to_its_successor(void **state)
{
	struct kit *k = *state;

	kit_case(k, CAMPAIGN);
	kit_place(k, TOWN);
	assert_true(campaign_plan(k, "fixed", "2026-06-30T18:00:00+08:00"));
	kit_at(k, DAY);
	assert_true(campaign_issue(k, G1));
	assert_true(str_is(
	    ((const struct row_receipt *)kit_row(k, H1))->unit, NEW_ROOM));
}

static int
begin_split(void **state)
{
	*state = kit_new(&dispatcher_machine, split);
	return 0;
}

/* Split by villages: the room of the part in which it lies has it. */
static void
test_of_a_split_town_each_part_takes_its_own(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, DAY);
	/* Before it is told, too. */
	assert_true(
	    KIT_SEND(k, task_urge, .task = STR(T1), .unit = STR(PART_ROOM)));
	assert_true(rehome(k));
	assert_str(kit_row(k, CASEFILE)->division, PART_PLACE);
	assert_true(str_is(
	    ((const struct row_task *)kit_row(k, T1))->unit, PART_VILLAGE));
	assert_true(str_is(
	    ((const struct row_task *)kit_row(k, T1))->giver, PART_ROOM));
	/* Where no village tells, the first part has it. */
	assert_true(str_is(
	    registry_heir(split, STR(ROOM), STR("330122109"), county_time(DAY))
		->code,
	    NEW_ROOM));
}

/* The matter is of the day when it was opened, and names who is gone. */
static void
test_a_department_that_is_gone_is_named_by_old_matters(void **state)
{
	struct kit *k = *state;
	int64_t day = county_time(DAY);

	assert_str(registry_resolve(
		       split, STR(ECOLOGY), STR(""), STR("330122102"), day)
		       ->code,
	    RESCUE);
	dispatch_open(k, SMELL);
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, ECOLOGY);
	kit_at(k, DAY);
	assert_true(rehome(k));
	assert_true(
	    str_is(((const struct row_task *)kit_row(k, T1))->unit, RESCUE));
	assert_string_equal(kit_bound(k, T1, "finish"), RESCUE);
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
		    test_cards_of_two_units_become_one, begin, dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_is_archived_stays_and_others_are_told, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_comes_back_from_the_archive_finds_who_took_over,
		    begin, dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_it_has_not_is_told_to_who_has, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_a_fault_on_the_books_follows_and_its_limit_too, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_a_campaign_goes_on_with_the_successors, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_a_campaign_of_a_place_that_is_gone_goes_to_its_successor,
		    begin, dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_of_a_split_town_each_part_takes_its_own, begin_split,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_a_department_that_is_gone_is_named_by_old_matters,
		    begin_split, dispatch_done),
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
