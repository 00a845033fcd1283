/* Finding a way, and climbing: services/dispatcher/rules_route.c. */
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
test_the_matter_and_the_place_give_the_way(void **state)
{
	static const struct {
		const char *matter, *division, *tier, *to, *from;
	} ways[] = {
		{ RUBBISH, "330122109219", "village", VILLAGE, ROOM },
		{ RUBBISH, "330122109219001", "village", VILLAGE, ROOM },
		/* A community has its own committee of that kind. */
		{ RUBBISH, "330122109002", "village", "330122109002-C", ROOM },
		/* No village: the township's module that leads the matter. */
		{ RUBBISH, "330122109", "township", PEACE, ROOM },
		/* Nor a township: the county centre, which gives it itself. */
		{ RUBBISH, "330122", "county", CENTRE, CENTRE },
		{ SEWAGE, "330122109219", "township", ECONOMY, ROOM },
		{ "CA-003", "330122109219", "township", TEAM, ROOM },
		{ "CA-019", "330122109219", "township", STATION, ROOM },
		/* A station is the township's, whatever tier is named. */
		{ "PS-002", "330122109219", "township", STATION, ROOM },
		{ "FM-001", "330122109219", "township", "330122109-B-SJS",
		    ROOM },
		/* No branch there: the department itself. */
		{ "FM-001", "330122", "county", "330122-D-SCJ", CENTRE },
		{ "HP-005", "330122109219", "village", COMMITTEE, ROOM },
		{ "HP-005", "330122109", "township", "330122109-MC", ROOM },
		{ "DP-005", "330122109219", "township", "330122109-MC", ROOM },
		{ SMELL, "330122109219", "county", ECOLOGY, CENTRE },
		{ "CS-009", "330122109219", "county", CENTRE, CENTRE },
		/* A place that nobody knows is the county's. */
		{ RUBBISH, "339999999", "county", CENTRE, CENTRE },
	};

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct kit *k = kit_new(&dispatcher_machine, *state);
		const struct msg_casefile_routed *routed;
		const struct msg_task_assigned *given;

		kit_place(k, ways[i].division);
		assert_true(KIT_SEND(k, casefile_opened,
		    .casefile = STR(CASEFILE), .matter = str_of(ways[i].matter),
		    .channel = STR("grid"),
		    .finish_by = kit_now(k) + 30 * DAY_MS,
		    .pack = STR("tonglu")));
		routed = KIT_SAID(k, casefile_routed, 0);
		given = KIT_SAID(k, task_assigned, 0);
		assert_non_null(routed);
		assert_non_null(given);
		assert_str(routed->tier, ways[i].tier);
		assert_str(routed->to, ways[i].to);
		assert_str(routed->by, "rule");
		assert_str(given->unit, ways[i].to);
		assert_str(given->from, ways[i].from);
		assert_str(given->matter, ways[i].matter);
		assert_state(k, CASEFILE, "in_hand");
		assert_state(k, T1, "assigned");
		kit_free(&k);
	}
}

static void
test_clocks_run_from_the_dispatch(void **state)
{
	struct kit *k = *state;
	const struct msg_task_assigned *m;

	dispatch_open(k, RUBBISH);
	m = KIT_SAID(k, task_assigned, 0);
	/* Half an hour to sign is the matter's own. */
	assert_time(m->sign_by, "2026-03-18T09:30:00+08:00");
	assert_time(m->return_by, "2026-03-20T23:59:59+08:00");
	/* Four working hours from nine: three before noon, one after two. */
	assert_time(m->finish_by, "2026-03-18T15:00:00+08:00");
	assert_due(k, T1, "sign", "2026-03-18T09:30:00+08:00");
	assert_due(k, T1, "return", "2026-03-20T23:59:59+08:00");
	assert_due(k, T1, "finish", "2026-03-18T15:00:00+08:00");
	assert_unarmed(k, CASEFILE, "route");
	/* Signing starts nothing: it is due when it was. */
	kit_at(k, "2026-03-18T11:30:00+08:00");
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_due(k, T1, "finish", "2026-03-18T15:00:00+08:00");
	assert_time(((const struct row_task *)kit_row(k, T1))->finish_from,
	    "2026-03-18T09:00:00+08:00");
}

static void
test_the_promise_caps_the_limit_of_the_matter(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SMELL);
	assert_due(k, T1, "finish", PROMISE);
}

static void
test_danger_and_petitions_have_their_own_clocks(void **state)
{
	struct kit *k = *state;

	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(DITCH), .channel = STR("hotline"), .urgent = true,
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	assert_due(k, T1, "sign", "2026-03-18T10:00:00+08:00");
	kit_case(k, "330122-26-0000418");
	assert_true(
	    KIT_SEND(k, casefile_opened, .casefile = STR("330122-26-0000418"),
		.matter = STR("PT-004"), .channel = STR("petition_desk"),
		.finish_by = kit_now(k) + 30 * DAY_MS, .pack = STR("tonglu")));
	assert_due(
	    k, "330122-26-0000418/T1", "return", "2026-03-25T23:59:59+08:00");
}

static void
test_an_unknown_matter_waits_for_the_room(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_routed *m;

	dispatch_open(k, NOBODYS);
	assert_int_equal(kit_n(k), 0);
	assert_state(k, CASEFILE, "opened");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
	assert_time(casefile(k)->route_by, "2026-03-18T09:15:00+08:00");
	assert_false(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR(ECOLOGY), .unit = STR(OTHER_ROOM)));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_false(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR("330122-NONE"), .unit = STR(ROOM)));
	assert_refused(k, "UNKNOWN_UNIT");
	assert_true(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR(ECOLOGY), .unit = STR(ROOM)));
	m = KIT_SAID(k, casefile_routed, 0);
	assert_str(m->by, "room");
	assert_str(m->tier, "county");
	assert_str(KIT_SAID(k, task_assigned, 0)->from, CENTRE);
	/* Without a matter the general limit holds. */
	assert_due(k, T1, "finish", "2026-03-25T23:59:59+08:00");
	assert_unarmed(k, CASEFILE, "route");
	assert_int_equal(casefile(k)->route_by, 0);
	assert_state(k, CASEFILE, "in_hand");
	assert_false(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR(ECOLOGY), .unit = STR(ROOM)));
	assert_refused(k, "NOT_ALLOWED_NOW");
	assert_true(kit_allowed(k, "casefile.raise"));
	assert_true(kit_allowed(k, "call.raise"));
	assert_false(kit_allowed(k, "task.accept"));
}

static void
test_the_centre_may_find_the_way_too(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, NOBODYS);
	/* What no list names is not sent down. */
	assert_false(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR(VILLAGE), .unit = STR(CENTRE)));
	assert_refused(k, "NOT_LISTED");
	assert_true(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR(ECOLOGY), .unit = STR(CENTRE)));
	assert_str(KIT_SAID(k, task_assigned, 0)->from, CENTRE);
	assert_str(KIT_SAID(k, casefile_routed, 0)->tier, "county");
}

static void
test_a_room_that_finds_no_way_gets_a_card_until_it_does(void **state)
{
	struct kit *k = *state;
	const struct msg_card_issued *m;

	dispatch_open(k, NOBODYS);
	kit_run_until(k, "2026-03-18T09:15:00+08:00");
	m = KIT_SAID(k, card_issued, 0);
	assert_non_null(m);
	assert_str(m->unit, ROOM);
	assert_str(m->colour, "yellow");
	assert_str(m->cause, CASEFILE);
	assert_true(KIT_SEND(k, casefile_route, .casefile = STR(CASEFILE),
	    .to = STR(ECONOMY), .unit = STR(ROOM)));
	assert_non_null(KIT_SAID(k, card_lifted, 0));
	assert_unarmed(k, K1, "next");
}

static struct registry *
without_units(void)
{
	static const struct row_limit route = {
		.key = { "casefile.route", 14 },
		.clock = { "natural", 7 },
		.amount = { "15m", 3 },
	};
	struct registry *r = registry_new();

	registry_add(r, TABLE_limit, &route, 0, INT64_MAX);
	registry_seal(r, STR("empty"));
	return r;
}

static void
test_a_county_without_rooms_keeps_at_least_its_clock(void **state)
{
	struct registry *r = without_units();
	struct kit *k = kit_new(&dispatcher_machine, r);

	(void)state;
	dispatch_open(k, NOBODYS);
	assert_due(k, CASEFILE, "route", "2026-03-18T09:15:00+08:00");
	kit_run_until(k, "2026-03-18T09:15:00+08:00");
	assert_due(k, CASEFILE, "route", "2026-03-18T09:30:00+08:00");
	assert_time(casefile(k)->route_by, "2026-03-18T09:30:00+08:00");
	assert_int_equal(kit_n(k), 0);
	kit_run_until(k, "2026-03-18T12:00:00+08:00");
	assert_due(k, CASEFILE, "route", "2026-03-18T12:15:00+08:00");
	kit_free(&k);
	registry_free(&r);
}

static bool
raise_by(struct kit *k, const char *unit)
{
	return KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big for us"), .unit = str_of(unit));
}

static void
test_it_climbs_tier_by_tier_under_the_same_finish(void **state)
{
	struct kit *k = *state;
	const struct msg_task_assigned *m;

	dispatch_open(k, DITCH);
	kit_at(k, "2026-03-19T10:00:00+08:00");
	assert_true(raise_by(k, VILLAGE));
	assert_str(KIT_SAID(k, casefile_raised, 0)->tier, "township");
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "raised");
	m = KIT_SAID(k, task_assigned, 0);
	assert_str(m->unit, ECONOMY);
	assert_str(m->from, ROOM);
	assert_time(m->finish_by, PROMISE);
	assert_time(m->sign_by, "2026-03-20T23:59:59+08:00");
	assert_state(k, T1, "withdrawn");
	assert_unarmed(k, T1, "finish");
	assert_unarmed(k, T1, "sign");
	assert_false(raise_by(k, VILLAGE));
	assert_refused(k, "NOT_YOUR_UNIT");
	assert_true(raise_by(k, ROOM));
	m = KIT_SAID(k, task_assigned, 0);
	assert_str(m->unit, CENTRE);
	assert_str(m->from, CENTRE);
	assert_time(m->finish_by, PROMISE);
	assert_false(raise_by(k, CENTRE));
	assert_refused(k, "TOP_LEVEL");
	assert_state(k, CASEFILE, "in_hand");
	assert_state(k, T3, "assigned");
}

static void
test_a_station_is_followed_by_its_department(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, "CA-019");
	assert_true(raise_by(k, STATION));
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, POLICE);
	assert_str(KIT_SAID(k, casefile_raised, 0)->tier, "county");
}

static void
test_what_is_handed_in_can_not_be_raised(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_false(raise_by(k, VILLAGE));
	assert_refused(k, "NO_TASK");
}
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_matter_and_the_place_give_the_way),
		TEST(test_clocks_run_from_the_dispatch),
		TEST(test_the_promise_caps_the_limit_of_the_matter),
		TEST(test_danger_and_petitions_have_their_own_clocks),
		TEST(test_an_unknown_matter_waits_for_the_room),
		TEST(test_the_centre_may_find_the_way_too),
		TEST(test_a_room_that_finds_no_way_gets_a_card_until_it_does),
		cmocka_unit_test(
		    test_a_county_without_rooms_keeps_at_least_its_clock),
		TEST(test_it_climbs_tier_by_tier_under_the_same_finish),
		TEST(test_a_station_is_followed_by_its_department),
		TEST(test_what_is_handed_in_can_not_be_raised),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
