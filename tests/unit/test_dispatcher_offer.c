/* Wishes that are offered, and work under way: rules_offer.c, rules_progress.c.
 */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
wish(struct kit *k, const char *matter)
{
	kit_case(k, CASEFILE);
	kit_place(k, "330122109219");
	must(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = str_of(matter), .channel = STR("hotline"), .wish = true,
	    .reporter_officer = STR("OF-GW-0325"),
	    .finish_by = kit_now(k) + 8 * DAY_MS, .pack = STR("tonglu")));
}

static bool
take(struct kit *k, const char *unit, const char *member)
{
	return KIT_SEND(k, task_take, .task = STR(T1), .unit = str_of(unit),
	    .officer = str_of(member));
}

static void
test_the_first_who_is_registered_gets_it(void **state)
{
	struct kit *k = *state;

	wish(k, DITCH);
	assert_state(k, T1, "offered");
	assert_str(((const struct row_task *)kit_row(k, T1))->unit, VILLAGE);
	assert_due(k, T1, "take", "2026-03-23T23:59:59+08:00");
	assert_false(take(k, WATER, ""));
	assert_refused(k, "NOT_REGISTERED");
	assert_true(take(k, ECOLOGY, ECOLOGIST));
	assert_str(KIT_SAID(k, task_taken, 0)->unit, ECOLOGY);
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, ECOLOGY);
	assert_state(k, T1, "assigned");
	assert_unarmed(k, T1, "take");
	assert_false(take(k, RESCUE, RESCUER));
	assert_refused(k, "TAKEN_ALREADY");
	assert_true(dispatch_sign(k, T1, ECOLOGY));
	assert_true(dispatch_submit(k, T1, ECOLOGY));
	assert_true(dispatch_accept(k, T1, ROOM));
	assert_state(k, CASEFILE, "handled");
}

static void
test_what_nobody_takes_goes_the_ordinary_way(void **state)
{
	struct kit *k = *state;

	wish(k, SEWAGE);
	kit_run_until(k, "2026-03-24T00:00:00+08:00");
	assert_state(k, T1, "withdrawn");
	assert_int_equal(kit_total(k, &msg_task_not_taken_desc), 1);
	assert_state(k, T2, "assigned");
	assert_str(((const struct row_task *)kit_row(k, T2))->unit, ECONOMY);
	assert_state(k, CASEFILE, "in_hand");
}

static void
test_nobodys_wish_goes_back_to_the_room(void **state)
{
	struct kit *k = *state;

	wish(k, NOBODYS);
	assert_state(k, T1, "offered");
	kit_run_until(k, "2026-03-24T00:00:00+08:00");
	assert_state(k, CASEFILE, "opened");
	assert_due(k, CASEFILE, "route", "2026-03-24T00:14:59+08:00");
}

static void
test_the_room_offers_to_some_only(void **state)
{
	static const struct str one = { RESCUE, sizeof(RESCUE) - 1 };
	static const struct str bad = { WATER, sizeof(WATER) - 1 };
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	assert_false(KIT_SEND(k, task_offer, .casefile = STR(CASEFILE),
	    .units = { &bad, 1 }, .unit = STR(ROOM)));
	assert_refused(k, "NOT_REGISTERED");
	assert_true(KIT_SEND(k, task_offer, .casefile = STR(CASEFILE),
	    .units = { &one, 1 }, .unit = STR(ROOM)));
	assert_false(take(k, ECOLOGY, ECOLOGIST));
	assert_refused(k, "NOT_REGISTERED");
	assert_true(take(k, RESCUE, ""));
}

static bool
urge(struct kit *k, const char *unit)
{
	return KIT_SEND(k, task_urge, .task = STR(T1), .unit = str_of(unit));
}

static void
test_urging_is_for_the_sender_and_once_a_day(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(urge(k, ECONOMY));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(urge(k, ROOM));
	assert_false(urge(k, CENTRE));
	assert_refused(k, "TOO_SOON");
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_true(urge(k, CENTRE));
	assert_int_equal(KIT_SAID(k, task_urged, 0)->n, 2);
}

static void
test_who_waits_is_spoken_to_in_time(void **state)
{
	struct kit *k = *state;
	bool late;

	dispatch_open(k, DITCH);
	assert_due(k, T1, "contact", "2026-03-19T23:59:59+08:00");
	kit_run_until(k, "2026-03-20T08:00:00+08:00");
	assert_true(KIT_SEND(k, task_contact, .task = STR(T1),
	    .way = STR("phone"), .unit = STR(VILLAGE)));
	late = KIT_SAID(k, task_contacted, 0)->late;
	assert_true(late);
	assert_unarmed(k, T1, "contact");
	assert_true(
	    KIT_SEND(k, task_arrive, .task = STR(T1), .unit = STR(VILLAGE)));
	assert_false(KIT_SAID(k, task_arrived, 0)->late);
}

static void
test_inside_a_unit_it_goes_to_its_own_people(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(
	    KIT_SEND(k, task_recall, .task = STR(T1), .unit = STR(VILLAGE)));
	assert_refused(k, "NOTHING_HANDED");
	assert_false(KIT_SEND(k, task_hand, .task = STR(T1), .to = STR(RESCUER),
	    .unit = STR(VILLAGE)));
	assert_refused(k, "OFFICER_ELSEWHERE");
	assert_false(KIT_SEND(k, task_hand, .task = STR(T1),
	    .to = STR("OF-GW-0325"), .unit = STR(VILLAGE)));
	assert_refused(k, "REPORTER_IS_HANDLER");
	assert_true(KIT_SEND(k, task_hand, .task = STR(T1), .to = STR(WORKER),
	    .unit = STR(VILLAGE)));
}

static void
test_the_sender_takes_it_back_and_the_room_routes_it(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_false(KIT_SEND(k, task_withdraw, .task = STR(T1),
	    .reason = STR("wrong"), .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, task_withdraw, .task = STR(T1),
	    .reason = STR("wrong"), .unit = STR(ROOM)));
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "sender");
	assert_state(k, CASEFILE, "opened");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_first_who_is_registered_gets_it),
		TEST(test_what_nobody_takes_goes_the_ordinary_way),
		TEST(test_nobodys_wish_goes_back_to_the_room),
		TEST(test_the_room_offers_to_some_only),
		TEST(test_urging_is_for_the_sender_and_once_a_day),
		TEST(test_who_waits_is_spoken_to_in_time),
		TEST(test_inside_a_unit_it_goes_to_its_own_people),
		TEST(test_the_sender_takes_it_back_and_the_room_routes_it),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
