/* What gives a card (cards.csv), and what is heard at one instant. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define OFFICE "330122-D-ZFB"
#define STANDING "330122-GLW"

/* clang-format off */
static const struct trigger {
	const char *name;
	bool limit;
} triggers[] = {
#define TRIGGER_NAMED(name) { name, false },
#define TRIGGER_LIMIT(name) { name, true },
#include "schemas/pack/triggers.def"
#undef TRIGGER_NAMED
#undef TRIGGER_LIMIT
};
/* clang-format on */

static const struct row_card *
card(const struct kit *k, const char *id)
{
	return (const struct row_card *)kit_row(k, id);
}

static void
trigger_of(const struct move *mv, char *out, size_t cap)
{
	bool child = mv->thing == THING_CHILD;

	(void)snprintf(out, cap, "%s.%s.%s",
	    child ? "penalty" : dispatcher_machine.things[mv->thing].name,
	    mv->limit,
	    mv->on == &msg_deadline_due_soon_desc ? "due_soon" : "overdue");
}

static bool
is_listed(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(triggers); i++)
		if (strcmp(triggers[i].name, name) == 0)
			return true;
	return false;
}

/* The list of schemas/pack is the table's: no limit more, none less. */
static void
test_every_limit_that_feeds_cards_is_listed(void **state)
{
	size_t found = 0, n_limits = 0;
	char name[80];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(triggers); i++) {
		bool there = false;

		n_limits += triggers[i].limit;
		for (size_t j = 0; j < dispatcher_machine.n_moves; j++) {
			const struct move *mv = &dispatcher_machine.moves[j];

			if (mv->limit == NULL ||
			    mv->on == &msg_deadline_lapsed_desc)
				continue;
			trigger_of(mv, name, sizeof(name));
			there = there || strcmp(name, triggers[i].name) == 0;
			if (mv->rule == dispatcher_card_soon ||
			    mv->rule == dispatcher_card_late)
				assert_true(is_listed(name));
		}
		if (triggers[i].limit && !there)
			fail_msg("%s: no such limit", triggers[i].name);
		found += triggers[i].limit && there;
	}
	assert_int_equal(found, n_limits);
}

static bool
disputed(struct kit *k)
{
	dispatch_open(k, DITCH);
	return KIT_SEND(k, return_ask, .task = STR(T1),
		   .reason = STR("the canal is the county's"),
		   .unit = STR(VILLAGE)) &&
	       KIT_SEND(k, return_decline, .task = STR(T1),
		   .reason = STR("the list says so"), .unit = STR(ROOM)) &&
	       KIT_SEND(k, dispute_raise, .about = STR(T1),
		   .reason = STR("not ours"), .unit = STR(VILLAGE));
}

static bool
propose(struct kit *k, const char *unit)
{
	static const struct str helper = { WATER, sizeof(WATER) - 1 };

	return KIT_SEND(k, dispute_settle, .dispute = STR(Q1),
	    .main = STR(ECOLOGY), .assisting = { &helper, 1 },
	    .unit = str_of(unit));
}

/* Three units in it, and none of them leads. */
static void
test_three_units_without_a_lead_are_a_problem_order(void **state)
{
	struct kit *k = *state;

	assert_true(disputed(k));
	assert_true(propose(k, VILLAGE));
	assert_true(propose(k, ECOLOGY));
	/* They may still agree; when they do not, it climbs. */
	assert_int_equal(kit_total(k, &msg_card_issued_desc), 1);
	kit_run_until(k, "2026-03-20T00:00:00+08:00");
	assert_state(k, Q1, "centre");
	assert_state(k, K2, "yellow");
	assert_str(card(k, K2)->unit, CENTRE);
	assert_str(card(k, K2)->causes.p[0], CASEFILE ":no_lead");
	assert_true(KIT_SEND(k, dispute_designate, .dispute = STR(Q1),
	    .main = STR(ECOLOGY), .basis = STR("river list"),
	    .unit = STR(CENTRE)));
	assert_state(k, K2, "lifted");
}

static void
test_two_units_are_not_and_referring_counts_as_climbing(void **state)
{
	struct kit *k = *state;

	assert_true(disputed(k));
	assert_true(KIT_SEND(k, dispute_settle, .dispute = STR(Q1),
	    .main = STR(ECOLOGY), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, dispute_refer, .dispute = STR(Q1),
	    .reason = STR("no"), .unit = STR(VILLAGE)));
	assert_state(k, K2, "");
	kit_case(k, "330122-26-0000418");
	assert_true(
	    KIT_SEND(k, casefile_opened, .casefile = STR("330122-26-0000418"),
		.matter = STR(DITCH), .channel = STR("grid"),
		.finish_by = kit_now(k) + 30 * DAY_MS, .pack = STR("tonglu")));
	assert_true(KIT_SEND(k, return_ask, .task = STR("330122-26-0000418/T1"),
	    .reason = STR("no"), .unit = STR(VILLAGE)));
	assert_true(
	    KIT_SEND(k, return_decline, .task = STR("330122-26-0000418/T1"),
		.reason = STR("no"), .unit = STR(ROOM)));
	assert_true(
	    KIT_SEND(k, dispute_raise, .about = STR("330122-26-0000418/T1"),
		.reason = STR("no"), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, dispute_settle,
	    .dispute = STR("330122-26-0000418/Q1"), .main = STR(ECOLOGY),
	    .assisting = { &(struct str){ WATER, sizeof(WATER) - 1 }, 1 },
	    .unit = STR(VILLAGE)));
	assert_true(
	    KIT_SEND(k, dispute_refer, .dispute = STR("330122-26-0000418/Q1"),
		.reason = STR("no"), .unit = STR(VILLAGE)));
	assert_state(k, "330122-26-0000418/K2", "yellow");
	/* Who gives up keeps it, and so leads. */
	assert_true(KIT_SEND(k, dispute_drop,
	    .dispute = STR("330122-26-0000418/Q1"), .unit = STR(VILLAGE)));
	assert_state(k, "330122-26-0000418/K2", "lifted");
}

static bool
refer(struct kit *k, const char *unit)
{
	return KIT_SEND(k, dispute_refer, .dispute = STR(Q1),
	    .reason = STR("higher"), .unit = str_of(unit));
}

/* Nobody is above the top rung: red, and its third one is a talk. */
static void
test_the_top_of_the_ladder_is_told_in_red(void **state)
{
	struct kit *k = *state;

	assert_true(disputed(k));
	assert_true(refer(k, VILLAGE));
	assert_true(refer(k, CENTRE));
	assert_true(refer(k, OFFICE));
	assert_due(k, Q1, "rung", "2026-04-01T23:59:59+08:00");
	kit_run_until(k, "2026-04-01T23:59:58+08:00");
	assert_null(kit_row(k, K2));
	kit_run_until(k, "2026-04-02T00:00:00+08:00");
	assert_state(k, K2, "red");
	assert_str(card(k, K2)->unit, OFFICE);
	assert_state(k, Q1, "standing");
	assert_due(k, Q1, "rung", "2026-04-09T23:59:59+08:00");
	kit_run_until(k, "2026-04-17T00:00:00+08:00");
	assert_int_equal(card(k, K2)->reds, 2);
	assert_true(KIT_SEND(k, dispute_designate, .dispute = STR(Q1),
	    .main = STR(ECOLOGY), .basis = STR("river list"),
	    .unit = STR(STANDING)));
	assert_state(k, K2, "lifted");
}

/* A pack that wants it makes late contact a card, too. */
static void
test_what_the_pack_says_of_a_limit_is_done(void **state)
{
	struct registry *strict = county_with("cards.csv",
	    "task.contact.overdue,none", "task.contact.overdue,blue");
	struct kit *k = *state, *other = kit_new(&dispatcher_machine, strict);

	dispatch_open(k, DITCH);
	kit_run_until(k, "2026-03-20T08:00:00+08:00");
	assert_state(k, K1, "");
	dispatch_open(other, DITCH);
	kit_run_until(other, "2026-03-20T08:00:00+08:00");
	assert_state(other, K1, "blue");
	assert_str(card(other, K1)->causes.p[0], T1 ":contact");
	assert_true(KIT_SEND(other, task_contact, .task = STR(T1),
	    .way = STR("phone"), .unit = STR(VILLAGE)));
	assert_state(other, K1, "lifted");
	kit_free(&other);
	registry_free(&strict);
}

static void
test_nobody_was_on_the_spot(void **state)
{
	struct kit *k = *state;

	/* SEWAGE: a day to be there, three working days to finish. */
	dispatch_open(k, SEWAGE);
	assert_true(dispatch_sign(k, T1, ECONOMY));
	assert_due(k, T1, "onsite", "2026-03-19T09:00:00+08:00");
	assert_true(kit_fire(k, "overdue", T1, "onsite"));
	assert_state(k, K1, "yellow");
	assert_true(
	    KIT_SEND(k, task_arrive, .task = STR(T1), .unit = STR(ECONOMY)));
	assert_state(k, K1, "lifted");
	assert_unarmed(k, T1, "onsite");
}

/* Reminded in blue, and not more while its own limit is not over. */
static void
test_a_declined_return_waits_for_the_finish(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, return_ask, .task = STR(T1),
	    .reason = STR("not ours"), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, return_decline, .task = STR(T1),
	    .reason = STR("it is"), .unit = STR(ROOM)));
	assert_state(k, K1, "blue");
	assert_time(card(k, K1)->next_by, PROMISE);
	assert_unarmed(k, K1, "next");
	kit_run_until(k, "2026-03-25T23:59:58+08:00");
	assert_state(k, K1, "blue");
	kit_run_until(k, PROMISE);
	assert_state(k, K1, "yellow");
	assert_due(k, K1, "next", "2026-03-27T23:59:59+08:00");
}

static bool
tell(struct kit *k, const char *thing, const char *limit, const char *due)
{
	int64_t at;

	must(clock_parse(str_of(due), &at));
	return KIT_SEND(k, deadline_overdue, .thing = str_of(thing),
	    .limit = str_of(limit), .unit = STR(VILLAGE), .due_at = at);
}

/* Two limits end at one instant, and the first of them gives the next time. */
static void
test_a_card_goes_one_colour_at_a_time(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(KIT_SEND(k, card_issue, .casefile = STR(CASEFILE),
	    .to = STR(VILLAGE), .colour = STR("blue"), .reason = STR("look"),
	    .unit = STR(CENTRE)));
	assert_due(k, K1, "next", "2026-03-20T23:59:59+08:00");
	kit_at(k, "2026-03-25T23:59:59+08:00");
	(void)tell(k, T1, "finish", PROMISE);
	assert_state(k, K1, "yellow");
	(void)tell(k, K1, "next", "2026-03-20T23:59:59+08:00");
	assert_state(k, K1, "yellow");
	assert_int_equal(card(k, K1)->reds, 0);
	(void)tell(k, K1, "next", "2026-03-27T23:59:59+08:00");
	assert_state(k, K1, "red");
	(void)tell(k, K1, "next", "2026-03-27T23:59:59+08:00");
	assert_int_equal(card(k, K1)->reds, 0);
}

/* Referred at the last moment: the rung that ended is not the new one. */
static void
test_a_dispute_climbs_one_rung_at_a_time(void **state)
{
	struct kit *k = *state;

	assert_true(disputed(k));
	assert_true(refer(k, VILLAGE));
	assert_due(k, Q1, "rung", "2026-03-20T23:59:59+08:00");
	kit_at(k, "2026-03-20T23:59:59+08:00");
	assert_true(refer(k, CENTRE));
	(void)tell(k, Q1, "rung", "2026-03-20T23:59:59+08:00");
	assert_state(k, Q1, "office");
	assert_int_equal(kit_total(k, &msg_dispute_climbed_desc), 2);
}

/* An answer and the end of its time at one instant: the answer counts. */
static void
test_an_answer_at_the_last_moment_is_an_answer(void **state)
{
	struct kit *k = *state;
	int64_t until;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	must(clock_parse(STR("2026-03-27T12:00:00+08:00"), &until));
	assert_true(KIT_SEND(k, extension_ask, .task = STR(T1), .until = until,
	    .reason = STR("x"), .unit = STR(VILLAGE)));
	assert_true(
	    KIT_SEND(k, extension_grant, .task = STR(T1), .unit = STR(ROOM)));
	(void)tell(k, T1, "extension", "2026-03-19T23:59:59+08:00");
	assert_true(KIT_SEND(k, suspension_ask, .task = STR(T1), .until = until,
	    .reason = STR("x"), .unit = STR(VILLAGE)));
	assert_true(KIT_SEND(k, suspension_decline, .task = STR(T1),
	    .reason = STR("no"), .unit = STR(ROOM)));
	(void)tell(k, T1, "suspension", "2026-03-20T23:59:59+08:00");
	assert_int_equal(kit_total(k, &msg_extension_lapsed_desc), 0);
	assert_int_equal(kit_total(k, &msg_suspension_declined_desc), 1);
}

/* What has run out cannot stand still: its clock would be lost. */
static void
test_nothing_is_put_on_the_books_at_its_last_moment(void **state)
{
	struct kit *k = *state;
	int64_t until;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	must(clock_parse(STR("2026-06-01T12:00:00+08:00"), &until));
	kit_at(k, "2026-03-25T10:00:00+08:00");
	assert_true(KIT_SEND(k, suspension_ask, .task = STR(T1), .until = until,
	    .reason = STR("frost"), .unit = STR(VILLAGE)));
	kit_run_until(k, PROMISE);
	assert_unarmed(k, T1, "finish");
	assert_false(
	    KIT_SEND(k, suspension_grant, .task = STR(T1), .unit = STR(ROOM)));
	assert_refused(k, "OVERDUE_ALREADY");
	assert_state(k, T1, "signed");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_limit_that_feeds_cards_is_listed),
		TEST(test_three_units_without_a_lead_are_a_problem_order),
		TEST(test_two_units_are_not_and_referring_counts_as_climbing),
		TEST(test_the_top_of_the_ladder_is_told_in_red),
		TEST(test_what_the_pack_says_of_a_limit_is_done),
		TEST(test_nobody_was_on_the_spot),
		TEST(test_a_declined_return_waits_for_the_finish),
		TEST(test_a_card_goes_one_colour_at_a_time),
		TEST(test_a_dispute_climbs_one_rung_at_a_time),
		TEST(test_an_answer_at_the_last_moment_is_an_answer),
		TEST(test_nothing_is_put_on_the_books_at_its_last_moment),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
