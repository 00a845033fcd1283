/*
 * Campaigns, receipts and faults in random order: only moves of the table
 * are made, whatever waits has a clock or a card, and all of it can be ended.
 * The seed is fixed, so a failure comes again.
 */
#include "services/dispatcher/rules.h"
#include "tests/lib/campaign_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define WALKS 200
#define STEPS 90
#define MOVES_MAX 600

static const int things[] = { THING_CAMPAIGN, THING_RECEIPT, THING_FAULT };
static const struct str photo[] = { { "photo-1", 7 } };
static bool seen[MOVES_MAX];

#define SEND(w, m, ...)                                                        \
	((w)->desc = &msg_##m##_desc,                                          \
	    kit_send((w)->k, (w)->desc, &(struct msg_##m){ __VA_ARGS__ }))

/* Is FROM -> TO of THING listed, on DESC or, without one, on a limit? */
static bool
is_row(int thing, int from, int to, const struct msg_desc *desc)
{
	bool any = false;

	for (size_t i = 0; i < dispatcher_machine.n_moves; i++) {
		const struct move *mv = &dispatcher_machine.moves[i];
		bool on = desc != NULL ? mv->on == desc
				       : str_starts(str_of(mv->on->type),
					     STR("deadline."));

		if (on && mv->thing == thing && mv->to == to &&
		    (mv->from & IN(from)) != 0)
			any = seen[i] = true;
	}
	return any;
}

static void
check_moves(struct cwalk *w)
{
	for (size_t t = 0; t < (size_t)CWALK_KINDS; t++)
		for (size_t n = cwalk_count(w->k, t); n > 0; n--) {
			const struct row_head *r = cwalk_row(w->k, t, n);
			int to = thing_state(
			    &dispatcher_machine.things[things[t]], r->state);
			int from = w->was[t][n];

			if (from != to)
				assert_true(
				    is_row(things[t], from, to, w->desc));
			w->was[t][n] = to;
		}
}

static bool
is_armed(const struct kit *k, const struct row_head *r, const char *limit)
{
	char id[64];

	(void)snprintf(id, sizeof(id), "%.*s", STR_ARG(r->id));
	return kit_due(k, id, limit)[0] != '\0';
}

/* The limit runs, or has run out and is on an open card. */
static bool
is_watched(const struct kit *k, const struct row_head *r, const char *limit)
{
	char id[64], cause[96];
	const struct row_card *card;

	if (is_armed(k, r, limit))
		return true;
	(void)snprintf(id, sizeof(id), "%.*s", STR_ARG(r->id));
	(void)snprintf(cause, sizeof(cause), "%s:%s", id, limit);
	for (size_t n = 1;; n++) {
		(void)snprintf(id, sizeof(id), CAMPAIGN "/K%zu", n);
		card = (const struct row_card *)kit_row(k, id);
		if (card == NULL)
			return false;
		for (size_t i = 0; i < card->causes.n; i++)
			if (str_is(card->causes.p[i], cause))
				return true;
	}
}

/* What waits in which state for which limit. */
static const struct {
	size_t kind;
	const char *state;
	const char *limit;
} waits[] = { { 0, "chosen", "plan" }, { 0, "planned", "issue" },
	{ 0, "running", "finish" }, { 0, "checking", "check" },
	{ 1, "issued", "receive" }, { 1, "received", "report" },
	{ 1, "split", "report" }, { 1, "reported", "check" },
	{ 2, "booked", "fix" }, { 2, "fixed", "verify" } };

static void
check_waits(const struct cwalk *w)
{
	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		for (size_t n = cwalk_count(w->k, waits[i].kind); n > 0; n--) {
			const struct row_head *r =
			    cwalk_row(w->k, waits[i].kind, n);

			if (!str_is(r->state, waits[i].state))
				continue;
			assert_true(is_watched(w->k, r, waits[i].limit));
			/* What is on the books always has a clock. */
			if (waits[i].kind == 2)
				assert_true(is_armed(w->k, r, waits[i].limit));
		}
}

/* The right people can end it from wherever it is. */
static void
check_end(struct cwalk *w)
{
	kit_case(w->k, CAMPAIGN);
	for (size_t n = cwalk_count(w->k, 0); n > 0; n--) {
		const struct row_head *c = cwalk_row(w->k, 0, n);

		if (!str_is(c->state, "closed") && !str_is(c->state, "stopped"))
			assert_true(SEND(w, campaign_stop, .campaign = c->id,
			    .reason = STR("end"), .unit = STR(CENTRE)));
	}
	for (size_t n = cwalk_count(w->k, 2); n > 0; n--) {
		const struct row_head *f = cwalk_row(w->k, 2, n);

		if (str_is(f->state, "booked"))
			assert_true(SEND(w, fault_fix, .fault = f->id,
			    .evidence = { photo, 1 }, .unit = STR(VILLAGE),
			    .officer = STR(CLERK)));
		if (str_is(f->state, "fixed"))
			assert_true(SEND(w, fault_write_off, .fault = f->id,
			    .seen = STR("new"), .unit = STR(ROOM),
			    .officer = STR("OF-ZB-0029")));
	}
	for (size_t n = cwalk_count(w->k, 1); n > 0; n--)
		assert_true(str_is(cwalk_row(w->k, 1, n)->state, "accepted") ||
			    str_is(cwalk_row(w->k, 1, n)->state, "ended"));
	/* Nothing of it runs any more, and it is on nobody's card. */
	for (size_t i = 0; i < ARRAY_LEN(waits); i++)
		for (size_t n = cwalk_count(w->k, waits[i].kind); n > 0; n--)
			assert_false(is_watched(w->k,
			    cwalk_row(w->k, waits[i].kind, n), waits[i].limit));
}

static void
test_random_campaigns_keep_every_promise_and_end(void **state)
{
	uint64_t seed = UINT64_C(20260302);
	size_t missed = 0;

	assert_true(dispatcher_machine.n_moves <= MOVES_MAX);
	for (size_t i = 0; i < WALKS; i++) {
		struct cwalk w = { .k = kit_new(&dispatcher_machine, *state),
			.seed = seed };

		kit_case(w.k, CAMPAIGN);
		kit_place(w.k, "330122");
		for (size_t n = 0; n < STEPS; n++) {
			cwalk_step(&w);
			check_moves(&w);
			check_waits(&w);
		}
		check_end(&w);
		seed = w.seed;
		kit_free(&w.k);
	}
	for (size_t i = 0; i < dispatcher_machine.n_moves; i++) {
		const struct move *mv = &dispatcher_machine.moves[i];

		/* What follows a penalty case is tested with the casefile. */
		if (seen[i] || mv->to == STAY ||
		    mv->on == &msg_penalty_closed_desc ||
		    (mv->thing != THING_CAMPAIGN &&
			mv->thing != THING_RECEIPT && mv->thing != THING_FAULT))
			continue;
		print_error("never seen: %s, %s -> %s\n",
		    dispatcher_machine.things[mv->thing].name, mv->on->type,
		    dispatcher_machine.things[mv->thing].states[mv->to]);
		missed++;
	}
	assert_int_equal(missed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_random_campaigns_keep_every_promise_and_end),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
