/* Booked receptions: seats, moves, and what becomes of the day. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define S(text) STR(text)

static struct registry *registry;
static struct kit *k;

static int
setup(void **state)
{
	(void)state;
	if (registry == NULL)
		registry = county_new();
	k = kit_new(&intake_machine, registry);
	kit_place(k, "330122");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_free(&k);
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	registry_free(&registry);
	return 0;
}

static bool
book(const char *at)
{
	return KIT_SEND(k, booking_book, .room = S("330122-LDR"),
	    .channel = S("phone"), .at = county_time(at),
	    .unit = S("330122-RX"));
}

static bool
move(const char *at)
{
	return KIT_SEND(k, booking_move, .booking = S(CASE),
	    .at = county_time(at), .unit = S("330122-RX"));
}

static void
test_a_leader_sits_every_day_on_a_rota(void **state)
{
	struct str friday, saturday;

	(void)state;
	assert_false(book("2026-03-18T08:59+08:00"));
	assert_string_equal(kit_refusal(k), "IN_THE_PAST");
	assert_false(book("2026-03-20T20:00+08:00"));
	assert_string_equal(kit_refusal(k), "ROTA_EMPTY");
	assert_true(book("2026-03-20T10:00+08:00"));
	friday = KIT_SAID(k, booking_booked, 0)->leader;
	assert_int_equal(KIT_SAID(k, booking_booked, 0)->n, 1);
	assert_string_equal(
	    kit_due(k, CASE, "day"), "2026-03-20T23:59:59+08:00");
	assert_true(move("2026-03-21T10:00+08:00"));
	saturday = KIT_SAID(k, booking_moved, 0)->leader;
	assert_false(str_eq(friday, saturday));
	assert_string_equal(
	    kit_due(k, CASE, "day"), "2026-03-21T23:59:59+08:00");
	assert_true(move("2026-03-20T11:00+08:00"));
	assert_false(move("2026-03-21T10:00+08:00"));
	assert_string_equal(kit_refusal(k), "MOVED_TWICE");
}

static void
test_a_day_has_so_many_seats(void **state)
{
	static struct row_seat taken[10];
	static struct prepared p = { .seats = { taken, ARRAY_LEN(taken) } };
	struct str leader;

	(void)state;
	assert_true(book("2026-03-20T10:00+08:00"));
	leader = KIT_SAID(k, booking_booked, 0)->leader;
	for (size_t i = 0; i < ARRAY_LEN(taken); i++)
		taken[i] =
		    (struct row_seat){ S("330122-26-0000001"), S("330122-LDR"),
			    leader, county_time("2026-03-20T00:00+08:00") };
	kit_extra(k, &p);
	kit_case(k, "330122-26-0000418");
	assert_false(book("2026-03-20T10:00+08:00"));
	assert_string_equal(kit_refusal(k), "DAY_FULL");
	/* Another day has its own; its own seat does not stand in the way. */
	assert_true(book("2026-03-21T10:00+08:00"));
	taken[0].booking = S(CASE);
	kit_case(k, CASE);
	assert_true(move("2026-03-20T14:00+08:00"));
	p.seats.n--;
	kit_case(k, "330122-26-0000419");
	assert_true(book("2026-03-20T10:00+08:00"));
	assert_int_equal(KIT_SAID(k, booking_booked, 0)->n, 10);
}

static void
test_it_is_kept_on_its_day_by_whoever_sits_there(void **state)
{
	(void)state;
	assert_true(book("2026-03-20T10:00+08:00"));
	assert_false(KIT_SEND(
	    k, booking_keep, .booking = S(CASE), .unit = S("330122-LDR")));
	assert_string_equal(kit_refusal(k), "NOT_THE_DAY");
	kit_at(k, "2026-03-20T09:40:00+08:00");
	assert_true(KIT_SEND(k, booking_keep, .booking = S(CASE),
	    .leader = S("OF-LD-0001"), .unit = S("330122-LDR")));
	assert_true(KIT_SAID(k, booking_kept, 0)->substitute);
	assert_string_equal(kit_state(k, CASE), "kept");
	assert_string_equal(kit_due(k, CASE, "day"), "");
}

static void
test_who_does_not_come_is_asked_once(void **state)
{
	(void)state;
	assert_true(book("2026-03-20T10:00+08:00"));
	(void)kit_run_until(k, "2026-03-21T00:00:00+08:00");
	assert_string_equal(kit_state(k, CASE), "missed");
	assert_true(kit_due(k, CASE, "ask")[0] != '\0');
	assert_true(KIT_SEND(k, booking_ask, .booking = S(CASE),
	    .why = S("无人接听"), .unit = S("330122-RX")));
	assert_string_equal(kit_state(k, CASE), "asked");
	assert_false(KIT_SEND(
	    k, booking_cancel, .booking = S(CASE), .unit = S("330122-RX")));
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
}

static bool
book_with(const char *leader)
{
	return KIT_SEND(k, booking_book, .room = S("330122-LDR"),
	    .channel = S("web"), .at = county_time("2026-03-20T10:00+08:00"),
	    .leader = str_of(leader), .unit = S("330122-RX"));
}

static void
test_a_certain_leader_is_seen_on_their_own_day(void **state)
{
	struct str sits;

	(void)state;
	assert_true(book("2026-03-20T10:00+08:00"));
	sits = KIT_SAID(k, booking_booked, 0)->leader;
	kit_case(k, "330122-26-0000418");
	assert_false(book_with("OF-NO"));
	assert_string_equal(kit_refusal(k), "UNKNOWN_OFFICER");
	assert_false(book_with(
	    str_is(sits, "OF-LD-0001") ? "OF-LD-0002" : "OF-LD-0001"));
	assert_string_equal(kit_refusal(k), "ROTA_EMPTY");
	assert_true(book_with(sits.p));
	assert_true(str_eq(KIT_SAID(k, booking_booked, 0)->leader, sits));
}

static void
test_who_comes_is_a_token(void **state)
{
	static const struct prepared known = { .token = { "0011", 4 } };
	static const struct prepared spoilt = { .bad_seal = true };

	(void)state;
	kit_extra(k, &spoilt);
	assert_false(book("2026-03-20T10:00+08:00"));
	assert_string_equal(kit_refusal(k), "BAD_SEAL");
	kit_extra(k, &known);
	assert_true(book("2026-03-20T10:00+08:00"));
	assert_true(str_is(KIT_SAID(k, booking_booked, 0)->token, "0011"));
}

static void
test_only_leaders_receive_in_their_room(void **state)
{
	(void)state;
	assert_true(book("2026-03-20T10:00+08:00"));
	kit_at(k, "2026-03-20T09:40:00+08:00");
	assert_false(KIT_SEND(k, booking_keep, .booking = S(CASE),
	    .leader = S("OF-GW-0321"), .unit = S("330122-LDR")));
	assert_string_equal(kit_refusal(k), "NOT_A_LEADER");
	assert_false(KIT_SEND(
	    k, booking_keep, .booking = S(CASE), .unit = S("330122109-CMD")));
	assert_string_equal(kit_refusal(k), "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(
	    k, booking_keep, .booking = S(CASE), .unit = S("330122-RX")));
}

/* The town is merged away: its room is the successor's. */
static void
test_a_seat_goes_on_in_the_successors_room(void **state)
{
	struct registry *merged =
	    county_merged(registry, "2026-03-20T00:00:00+08:00");
	struct kit *m = kit_new(&intake_machine, merged);

	(void)state;
	kit_place(m, "330122109");
	assert_true(KIT_SEND(m, booking_book, .room = S("330122109-LDR"),
	    .channel = S("phone"), .at = county_time("2026-03-20T10:00+08:00"),
	    .unit = S("330122109-LDR")));
	kit_at(m, "2026-03-20T00:00:00+08:00");
	assert_true(KIT_SEND(m, casefile_rehomed, .casefile = S(CASE),
	    .from = S("330122109"), .to = S(NEW_TOWN)));
	assert_true(str_is(((const struct row_booking *)kit_row(m, CASE))->room,
	    NEW_TOWN "-LDR"));
	assert_string_equal(kit_bound(m, CASE, "day"), NEW_TOWN "-LDR");
	assert_true(KIT_SEND(
	    m, booking_keep, .booking = S(CASE), .unit = S(NEW_TOWN "-LDR")));
	kit_free(&m);
	registry_free(&merged);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_leader_sits_every_day_on_a_rota),
		TEST(test_a_day_has_so_many_seats),
		TEST(test_it_is_kept_on_its_day_by_whoever_sits_there),
		TEST(test_who_does_not_come_is_asked_once),
		TEST(test_a_certain_leader_is_seen_on_their_own_day),
		TEST(test_who_comes_is_a_token),
		TEST(test_only_leaders_receive_in_their_room),
		TEST(test_a_seat_goes_on_in_the_successors_room),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
