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

/* Where a thing stands. */
static int
state_of(const struct mark *one)
{
	return thing_state(
	    &dispatcher_machine.things[one->thing], one->row.state);
}

static int
state_in(const struct marks *m, const char *id)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->v[i].id, id) == 0)
			return state_of(&m->v[i]);
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

		if (from == state_of(&is->v[i]))
			continue;
		assert_true(applied || desc == NULL);
		/* Of several limits at once only the end is seen. */
		assert_true(
		    is_way(is->v[i].thing, from, state_of(&is->v[i]), desc) ||
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

/* The limit runs, or has run out and is on an open card. */
static bool
is_watched(const struct kit *k, const struct marks *m, const char *thing,
    const char *limit)
{
	char cause[96];

	if (kit_due(k, thing, limit)[0] != '\0')
		return true;
	(void)snprintf(cause, sizeof(cause), "%s:%s", thing, limit);
	for (size_t i = 0; i < m->n; i++) {
		const struct row_card *card;

		if (m->v[i].thing != THING_CARD ||
		    state_of(&m->v[i]) == CARD_LIFTED)
			continue;
		card = (const struct row_card *)kit_row(k, m->v[i].id);
		for (size_t c = 0; c < card->causes.n; c++)
			if (str_is(card->causes.p[c], cause))
				return true;
	}
	return false;
}

static size_t
n_open(const struct kit *k, const struct marks *m)
{
	size_t n = 0;

	static const struct {
		int thing;
		uint32_t open;
	} works[] = {
#define WORK(thing, open) { THING_##thing, open },
#include "services/dispatcher/states_work.def"
#undef WORK
	};

	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < ARRAY_LEN(works); j++)
			n += m->v[i].thing == works[j].thing &&
			     (IN(state_of(&m->v[i])) & works[j].open) != 0 &&
			     (works[j].thing != THING_CHILD ||
				 !str_is(((const struct row_child *)kit_row(
					      k, m->v[i].id))
					     ->kind,
				     "callback"));
	return n;
}

static size_t
n_drafts(const struct marks *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->v[i].thing == THING_CALL &&
		     state_of(&m->v[i]) == CALL_DRAFTED;
	return n;
}

static void
check_casefile(
    const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_casefile *c =
	    (const struct row_casefile *)kit_row(k, one->id);

	if (state_of(one) == CASEFILE_OPENED)
		assert_true(is_watched(k, m, one->id, "route"));
	if (state_of(one) == CASEFILE_HANDLED)
		assert_true(is_watched(k, m, one->id, "close"));
	if (state_of(one) == CASEFILE_IN_HAND)
		assert_true(n_open(k, m) > 0);
	if (state_of(one) == CASEFILE_HANDLED && c->verify_by > 0)
		assert_true(is_watched(k, m, one->id, "verify"));
	if (state_of(one) != CASEFILE_HANDLED)
		assert_int_equal(c->verify_by, 0);
	assert_int_equal(state_of(one) == CASEFILE_MERGED &&
			     !str_eq(c->parent, STR("330122-26-0000418")),
	    0);
	/* A draft finds no way yet. */
	if (state_of(one) == CASEFILE_OPENED)
		assert_int_equal(n_open(k, m) - n_drafts(m), 0);
	if (state_of(one) == CASEFILE_HANDLED)
		assert_int_equal(n_open(k, m), 0);
	if (state_of(one) >= CASEFILE_HANDLED &&
	    state_of(one) != CASEFILE_MERGED)
		assert_true(c->handler.n > 0 && c->done_at > 0);
}

static void
check_task(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_task *t = (const struct row_task *)kit_row(k, one->id);
	const char *due = kit_due(k, one->id, "finish");
	int state = state_of(one);
	bool disputed = false;
	char finish[CLOCK_TEXT];

	/* The row says what the limit says, however often it stood still. */
	if ((IN(state) & TASK_UNDONE) != 0 && due[0] != '\0')
		assert_string_equal(due, clock_format(t->finish_by, finish));

	for (size_t i = 0; i < m->n; i++)
		disputed =
		    disputed ||
		    (m->v[i].thing == THING_DISPUTE &&
			(IN(state_of(&m->v[i])) & DISPUTE_OPEN) != 0 &&
			str_is(
			    ((const struct row_dispute *)kit_row(k, m->v[i].id))
				->task,
			    one->id));
	assert_true(
	    state != TASK_CONTESTED || is_watched(k, m, one->id, "answer"));
	assert_true(state != TASK_DISPUTED || disputed);
	assert_int_equal(
	    state == TASK_PAUSED, kit_due(k, one->id, "until")[0] != '\0');
	assert_int_equal(
	    state == TASK_OFFERED, kit_due(k, one->id, "take")[0] != '\0');
}

/*
 * A call without its lead: the lead has a clock that still runs, or the
 * county has one, or is late with its word and has a card.
 */
static bool
lead_is_awaited(const struct kit *k, const struct marks *m,
    const struct mark *one, const struct row_call *call)
{
	char id[96];

	if (is_watched(k, m, one->id, "rule"))
		return true;
	(void)snprintf(id, sizeof(id), "%s/%.*s", one->id, STR_ARG(call->main));
	return strcmp(kit_state(k, id), "present") == 0 ||
	       kit_due(k, id, "report_in")[0] != '\0' ||
	       is_watched(k, m, id, "rule");
}

static void
check_call(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_call *call =
	    (const struct row_call *)kit_row(k, one->id);
	bool emergency = str_is(call->class, "emergency");

	if (state_of(one) == CALL_GATHERING || state_of(one) == CALL_WORKING) {
		assert_true(is_watched(
		    k, m, one->id, emergency ? "recheck" : "finish"));
		assert_true(lead_is_awaited(k, m, one, call));
	}
	if (state_of(one) == CALL_DRAFTED)
		assert_true(is_watched(k, m, one->id, "precheck"));
	if (state_of(one) == CALL_SUBMITTED)
		assert_true(is_watched(k, m, one->id, "check"));
	if (state_of(one) == CALL_RELEASED)
		assert_true(is_watched(k, m, one->id, "grade"));
}

/* Something of it may run, or a limit waits for somebody. */
static void
check_bundle(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const char *limit = state_of(one) == BUNDLE_DECOMPOSING   ? "decompose"
			    : state_of(one) == BUNDLE_INTEGRATING ? "integrate"
								  : NULL;
	size_t begun = 0;

	if (limit != NULL)
		assert_true(is_watched(k, m, one->id, limit));
	if ((IN(state_of(one)) & BUNDLE_UNFINISHED) != 0)
		assert_true(is_watched(k, m, one->id, "finish"));
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].thing != THING_STEP ||
		    !str_is(((const struct row_step *)kit_row(k, m->v[i].id))
				->bundle,
			one->id))
			continue;
		begun += (IN(state_of(&m->v[i])) & STEP_BEGUN) != 0;
		assert_int_equal((IN(state_of(&m->v[i])) & STEP_OPEN) != 0 &&
				     (IN(state_of(one)) & BUNDLE_OPEN) == 0,
		    0);
	}
	if (state_of(one) == BUNDLE_RUNNING ||
	    state_of(one) == BUNDLE_FOLLOWING)
		assert_true(begun > 0);
}

static void
check_step(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_step *step =
	    (const struct row_step *)kit_row(k, one->id);
	uint32_t in = IN(state_of(one));

	if ((in & STEP_BEGUN) != 0) {
		const struct row_task *t =
		    (const struct row_task *)kit_row(k, step->task.p);

		assert_non_null(t);
		assert_true(str_is(t->step, one->id));
		assert_false(str_is(t->state, "withdrawn"));
	}
	assert_int_equal(state_of(one) == STEP_LACKING,
	    kit_due(k, one->id, "papers")[0] != '\0');
	assert_int_equal(
	    state_of(one) == STEP_STALLED, is_watched(k, m, one->id, "decide"));
}

static void
check_attendance(
    const struct kit *k, const struct marks *m, const struct mark *one)
{
	assert_int_equal((IN(state_of(one)) & ATTENDANCE_AWAITED) != 0,
	    is_watched(k, m, one->id, "report_in"));
	assert_int_equal(state_of(one) == ATTENDANCE_PRESENT,
	    is_watched(k, m, one->id, "recheck") ||
		kit_due(k, one->id, "grace")[0] != '\0');
	assert_int_equal(state_of(one) == ATTENDANCE_REFUSING,
	    is_watched(k, m, one->id, "rule"));
}

static void
check_card(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_card *card =
	    (const struct row_card *)kit_row(k, one->id);

	if (state_of(one) == CARD_LIFTED) {
		assert_int_equal(card->causes.n, 0);
		assert_unarmed(k, one->id, "next");
		return;
	}
	assert_true(card->causes.n > 0);
	if (state_of(one) == CARD_EXCUSED) {
		assert_true(is_watched(k, m, one->id, "until"));
		assert_unarmed(k, one->id, "next");
	} else if (state_of(one) != CARD_BLUE)
		assert_true(kit_due(k, one->id, "next")[0] != '\0');
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].thing == THING_CARD &&
		    state_of(&m->v[i]) != CARD_LIFTED && &m->v[i] != one)
			assert_false(str_eq(card->unit,
			    ((const struct row_card *)kit_row(k, m->v[i].id))
				->unit));
}

/* Everything that waits has a limit, a card or an open child. */
static void
check_waits(const struct kit *k, const struct marks *m)
{
	size_t tasks = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct mark *one = &m->v[i];
		uint32_t in = IN(state_of(one));

		if (one->thing == THING_CASEFILE)
			check_casefile(k, m, one);
		else if (one->thing == THING_CALL)
			check_call(k, m, one);
		else if (one->thing == THING_DISPUTE)
			assert_int_equal((in & DISPUTE_OPEN) != 0,
			    is_watched(k, m, one->id, "rung"));
		else if (one->thing == THING_BUNDLE)
			check_bundle(k, m, one);
		else if (one->thing == THING_STEP)
			check_step(k, m, one);
		else if (one->thing == THING_CARD)
			check_card(k, m, one);
		else if (one->thing == THING_TALK)
			assert_int_equal(state_of(one) == TALK_CALLED,
			    is_watched(k, m, one->id, "hold"));
		else if (one->thing == THING_ATTENDANCE)
			check_attendance(k, m, one);
		else if (one->thing == THING_ADMISSION) {
			assert_int_equal(state_of(one) == ADMISSION_REQUESTED,
			    is_watched(k, m, one->id, "assess"));
			assert_int_equal(state_of(one) == ADMISSION_ASSESSED,
			    is_watched(k, m, one->id, "decide"));
			assert_int_equal(state_of(one) == ADMISSION_ADMITTED,
			    is_watched(k, m, one->id, "expire"));
		} else if (one->thing == THING_SUPPORT) {
			assert_int_equal(state_of(one) == SUPPORT_ASKED,
			    is_watched(k, m, one->id, "answer"));
		} else if (one->thing == THING_BOUNDARY) {
			assert_int_equal(state_of(one) == BOUNDARY_ASSESSED,
			    is_watched(k, m, one->id, "clear"));
			assert_int_equal(state_of(one) == BOUNDARY_CLEARED,
			    is_watched(k, m, one->id, "complete"));
			assert_int_equal(state_of(one) == BOUNDARY_EFFECTIVE,
			    is_watched(k, m, one->id, "evaluate"));
		} else if (one->thing == THING_TASK) {
			tasks += (in & TASK_BUSY) != 0 &&
				 !((const struct row_task *)kit_row(k, one->id))
				      ->assisting &&
				 ((const struct row_task *)kit_row(k, one->id))
					 ->step.n == 0;
			check_task(k, m, one);
			/* Paused it is armed still, and does not run. */
			assert_int_equal(
			    (in & (TASK_UNDONE | IN(TASK_PAUSED))) != 0,
			    is_watched(k, m, one->id, "finish"));
			assert_int_equal(state_of(one) == TASK_SUBMITTED,
			    is_watched(k, m, one->id, "check"));
		}
	}
	assert_true(tasks <= 1);
}

static void
step(struct walk *w, struct marks *was)
{
	struct marks is;
	bool applied = walk_step(w);

	walk_look(w->k, &is);
	check_moves(was, &is, w->desc, applied, kit_refusal(w->k));
	check_waits(w->k, &is);
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
			    (mv->from & IN(state_of(&m.v[i]))) != 0)
				out = mv;
		}
		/* Who was let go is called again only while the call lasts. */
		if (m.v[i].thing == THING_ATTENDANCE &&
		    (IN(state_of(&m.v[i])) & ATTENDANCE_BOUND) == 0)
			continue;
		/* An answer that comes too late may still open the archive. */
		if (out != NULL && m.v[i].thing != THING_CASEFILE)
			print_error("%s is %s\n", m.v[i].id,
			    dispatcher_machine.things[m.v[i].thing]
				.states[state_of(&m.v[i])]);
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
