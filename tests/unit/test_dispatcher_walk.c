/*
 * Thousands of messages in random order: no assert breaks, only moves of the
 * table are made, nobody waits without a clock, and all of it comes to an
 * end.  The seed is fixed, so a failure comes again.
 */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define WALKS 5000
#define STEPS 120
#define MOVES_MAX 1000

static int
state_in(const struct marks *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].id, id) == 0)
			return walk_state(&m->v[i]);
	return STATE_NEW;
}

/* Moves of the table that were seen. */
static bool seen[MOVES_MAX];

/* Is FROM -> TO a row of the table?  DESC NULL: some limit ran out. */
static bool
is_row(int thing, int from, int to, const struct msg_desc *desc)
{
	bool any = false;

	for (size_t i = 0; i < dispatcher_machine.n_moves; i++) {
		const struct move *mv = &dispatcher_machine.moves[i];
		bool on = desc != NULL
			      ? mv->on == desc
			      : mv->on == &msg_deadline_overdue_desc ||
				    mv->on == &msg_deadline_due_soon_desc ||
				    mv->on == &msg_deadline_lapsed_desc;

		if (on && mv->thing == thing && mv->to == to &&
		    (mv->from & IN(from)) != 0) {
			seen[i] = true;
			any = true;
		}
	}
	return any;
}

/* One message may take a thing two steps: opened, and in hand at once. */
static bool
is_way(int thing, int from, int to, const struct msg_desc *desc)
{
	if (is_row(thing, from, to, desc))
		return true;
	for (int mid = 1; mid < STATES_MAX; mid++)
		if (is_row(thing, from, mid, desc) &&
		    is_row(thing, mid, to, desc))
			return true;
	return false;
}

static void
check_moves(const struct marks *was, const struct marks *is,
    const struct msg_desc *desc, bool applied, const char *refusal)
{
	for (size_t i = 0; i < is->n; i++) {
		int from = state_in(was, is->v[i].id);

		if (from == walk_state(&is->v[i]))
			continue;
		assert_true(applied || desc == NULL);
		/* Of several limits at once only the end is seen. */
		assert_true(
		    is_way(is->v[i].thing, from, walk_state(&is->v[i]), desc) ||
		    desc == NULL);
	}
	for (size_t i = 0; i < dispatcher_machine.n_moves; i++) {
		const struct move *mv = &dispatcher_machine.moves[i];

		/* Some are there to be refused to everybody, with a reason. */
		if (mv->on == desc && mv->to == STAY &&
		    (applied || strcmp(refusal, "NOT_RELEASED") == 0 ||
			strcmp(refusal, "TAKEN_ALREADY") == 0))
			seen[i] = true;
	}
}

static void
step(struct walk *w, struct marks *was)
{
	struct marks is;
	bool applied = walk_step(w);

	walk_look(w->k, &is);
	check_moves(was, &is, w->desc, applied, kit_refusal(w->k));
	walk_check(w->k, &is);
	*was = is;
}

/* From wherever it is, the right people can bring it to its end. */
static void
check_end(struct walk *w)
{
	struct marks m;

	walk_end(w);
	walk_look(w->k, &m);
	for (size_t i = 0; i < m.n; i++) {
		const struct move *out = NULL;

		for (size_t j = 0; j < dispatcher_machine.n_moves; j++) {
			const struct move *mv = &dispatcher_machine.moves[j];

			if (mv->thing == m.v[i].thing && mv->to != STAY &&
			    (mv->from & IN(walk_state(&m.v[i]))) != 0)
				out = mv;
		}
		/* Who was let go is called again only while the call lasts. */
		if (m.v[i].thing == THING_ATTENDANCE &&
		    (IN(walk_state(&m.v[i])) & ATTENDANCE_BOUND) == 0)
			continue;
		/* An answer that comes too late may still open the archive. */
		if (out != NULL && m.v[i].thing != THING_CASEFILE)
			print_error("%s is %s\n", m.v[i].id,
			    dispatcher_machine.things[m.v[i].thing]
				.states[walk_state(&m.v[i])]);
		assert_true(out == NULL || m.v[i].thing == THING_CASEFILE);
	}
	assert_state(w->k, CASEFILE, "archived");
	assert_int_equal(kit_run_until(w->k, "2031-01-01T00:00:00+08:00"), 0);
}

/* The pack's list decides what is given, and whether there is orange. */
static bool
is_the_packs(const struct move *mv)
{
	if (mv->thing == THING_TALK)
		return mv->aim == AIM_ALONG;
	if (mv->thing != THING_CARD)
		return false;
	/* Late signing or contact is on no card; what is merged has none. */
	if (mv->on == &msg_task_sign_desc || mv->on == &msg_return_ask_desc ||
	    mv->on == &msg_task_contact_desc ||
	    mv->on == &msg_casefile_followed_desc)
		return true;
	/* No two units become one in it: test_dispatcher_rehome.c. */
	if (mv->on == &msg_casefile_rehome_desc)
		return true;
	/* Months are longer than a walk. */
	if (mv->on == &msg_boundary_clear_desc ||
	    mv->on == &msg_boundary_begun_desc ||
	    mv->on == &msg_boundary_evaluate_desc)
		return true;
	return (mv->aim == AIM_ALONG && (mv->from & IN(STATE_NEW)) != 0) ||
	       mv->to == CARD_ORANGE || mv->from == IN(CARD_ORANGE);
}

/* Campaigns have a walk of their own. */
static bool
is_of_campaign(const struct move *mv)
{
	static const char *const nouns[] = { "campaign.", "emergency.",
		"receipt.", "fault.", "group." };

	for (size_t i = 0; i < ARRAY_LEN(nouns); i++)
		if (str_starts(str_of(mv->on->type), str_of(nouns[i])))
			return true;
	return mv->thing == THING_CAMPAIGN || mv->thing == THING_RECEIPT ||
	       mv->thing == THING_FAULT;
}

static void
test_random_walks_keep_every_promise_and_end(void **state)
{
	uint64_t seed = UINT64_C(20260321);
	size_t missed = 0;

	assert_true(dispatcher_machine.n_moves <= MOVES_MAX);
	for (size_t i = 0; i < WALKS; i++) {
		struct walk w = { .k = kit_new(&dispatcher_machine, *state),
			.registry = *state,
			.seed = seed };
		struct marks was = { .n = 0 }, is;

		walk_begin(&w);
		walk_look(w.k, &is);
		check_moves(&was, &is, &msg_casefile_opened_desc, true, "");
		was = is;
		for (size_t n = 0; n < STEPS; n++)
			step(&w, &was);
		check_end(&w);
		seed = w.seed;
		kit_free(&w.k);
	}
	/* Limits that only leave a thing where it is are tested elsewhere. */
	for (size_t i = 0; i < dispatcher_machine.n_moves; i++) {
		const struct move *mv = &dispatcher_machine.moves[i];

		if (seen[i] || (mv->limit != NULL && mv->to == STAY) ||
		    is_the_packs(mv) || is_of_campaign(mv))
			continue;
		print_error("never seen: %s, %s -> %s\n",
		    dispatcher_machine.things[mv->thing].name, mv->on->type,
		    mv->to == STAY
			? "stay"
			: dispatcher_machine.things[mv->thing].states[mv->to]);
		missed++;
	}
	assert_int_equal(missed, 0);
}

/* A pack that lets a task stand still more than once. */
static int
load(void **state)
{
	*state = county_with("limits.csv", "order.suspend.count,none,1,",
	    "order.suspend.count,none,3,");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_walks_keep_every_promise_and_end),
	};

	return cmocka_run_group_tests(tests, load, dispatch_unload);
}
