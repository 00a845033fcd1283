/* What must be true of a casefile in a random walk, wherever it stands. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_walk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

int
walk_state(const struct mark *one)
{
	return thing_state(
	    &dispatcher_machine.things[one->thing], one->row.state);
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
		    walk_state(&m->v[i]) == CARD_LIFTED)
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
			     (IN(walk_state(&m->v[i])) & works[j].open) != 0 &&
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
		     walk_state(&m->v[i]) == CALL_DRAFTED;
	return n;
}

/* The promise runs while work is not handed in, but for that on the books. */
static void
check_promise(
    const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_casefile *c =
	    (const struct row_casefile *)kit_row(k, one->id);
	const char *due = kit_due(k, one->id, "overall");
	bool open = str_is(c->state, "opened") || str_is(c->state, "in_hand");
	bool still = false;
	char text[CLOCK_TEXT];

	for (size_t i = 0; i < m->n; i++)
		still = still || (m->v[i].thing == THING_TASK &&
				     walk_state(&m->v[i]) == TASK_PAUSED);
	assert_int_equal(c->overall_by > 0, open && c->forwarded_at == 0);
	if (c->overall_by == 0)
		assert_string_equal(due, "");
	else if (c->overall_by > kit_now(k) && !still)
		assert_string_equal(due, clock_format(c->overall_by, text));
}

static void
check_casefile(
    const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_casefile *c =
	    (const struct row_casefile *)kit_row(k, one->id);

	if (walk_state(one) == CASEFILE_OPENED)
		assert_true(is_watched(k, m, one->id, "route"));
	if (walk_state(one) == CASEFILE_HANDLED)
		assert_true(is_watched(k, m, one->id, "close"));
	if (walk_state(one) == CASEFILE_IN_HAND)
		assert_true(n_open(k, m) > 0);
	check_promise(k, m, one);
	if (walk_state(one) == CASEFILE_HANDLED && c->verify_by > 0)
		assert_true(is_watched(k, m, one->id, "verify"));
	if (walk_state(one) != CASEFILE_HANDLED)
		assert_int_equal(c->verify_by, 0);
	assert_int_equal(walk_state(one) == CASEFILE_MERGED &&
			     !str_eq(c->parent, STR("330122-26-0000418")),
	    0);
	/* A draft finds no way yet. */
	if (walk_state(one) == CASEFILE_OPENED)
		assert_int_equal(n_open(k, m) - n_drafts(m), 0);
	if (walk_state(one) == CASEFILE_HANDLED)
		assert_int_equal(n_open(k, m), 0);
	if (walk_state(one) >= CASEFILE_HANDLED &&
	    walk_state(one) != CASEFILE_MERGED)
		assert_true(c->handler.n > 0 && c->done_at > 0);
}

static void
check_task(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_task *t = (const struct row_task *)kit_row(k, one->id);
	const char *due = kit_due(k, one->id, "finish");
	int state = walk_state(one);
	bool disputed = false;
	char finish[CLOCK_TEXT];

	/* The row says what the limit says, however often it stood still. */
	if ((IN(state) & TASK_UNDONE) != 0 && due[0] != '\0')
		assert_string_equal(due, clock_format(t->finish_by, finish));

	for (size_t i = 0; i < m->n; i++)
		disputed =
		    disputed ||
		    (m->v[i].thing == THING_DISPUTE &&
			(IN(walk_state(&m->v[i])) & DISPUTE_OPEN) != 0 &&
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

	if (walk_state(one) == CALL_GATHERING ||
	    walk_state(one) == CALL_WORKING) {
		assert_true(is_watched(
		    k, m, one->id, emergency ? "recheck" : "finish"));
		assert_true(lead_is_awaited(k, m, one, call));
	}
	if (walk_state(one) == CALL_DRAFTED)
		assert_true(is_watched(k, m, one->id, "precheck"));
	if (walk_state(one) == CALL_SUBMITTED)
		assert_true(is_watched(k, m, one->id, "check"));
	if (walk_state(one) == CALL_RELEASED)
		assert_true(is_watched(k, m, one->id, "grade"));
}

/* Something of it may run, or a limit waits for somebody. */
static void
check_bundle(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const char *limit = walk_state(one) == BUNDLE_DECOMPOSING ? "decompose"
			    : walk_state(one) == BUNDLE_INTEGRATING
				? "integrate"
				: NULL;
	size_t begun = 0;

	if (limit != NULL)
		assert_true(is_watched(k, m, one->id, limit));
	if ((IN(walk_state(one)) & BUNDLE_UNFINISHED) != 0)
		assert_true(is_watched(k, m, one->id, "finish"));
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].thing != THING_STEP ||
		    !str_is(((const struct row_step *)kit_row(k, m->v[i].id))
				->bundle,
			one->id))
			continue;
		begun += (IN(walk_state(&m->v[i])) & STEP_BEGUN) != 0;
		assert_int_equal((IN(walk_state(&m->v[i])) & STEP_OPEN) != 0 &&
				     (IN(walk_state(one)) & BUNDLE_OPEN) == 0,
		    0);
	}
	if (walk_state(one) == BUNDLE_RUNNING ||
	    walk_state(one) == BUNDLE_FOLLOWING)
		assert_true(begun > 0);
}

static void
check_step(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_step *step =
	    (const struct row_step *)kit_row(k, one->id);
	uint32_t in = IN(walk_state(one));

	if ((in & STEP_BEGUN) != 0) {
		const struct row_task *t =
		    (const struct row_task *)kit_row(k, step->task.p);

		assert_non_null(t);
		assert_true(str_is(t->step, one->id));
		assert_false(str_is(t->state, "withdrawn"));
	}
	assert_int_equal(walk_state(one) == STEP_LACKING,
	    kit_due(k, one->id, "papers")[0] != '\0');
	assert_int_equal(walk_state(one) == STEP_STALLED,
	    is_watched(k, m, one->id, "decide"));
}

static void
check_attendance(
    const struct kit *k, const struct marks *m, const struct mark *one)
{
	assert_int_equal((IN(walk_state(one)) & ATTENDANCE_AWAITED) != 0,
	    is_watched(k, m, one->id, "report_in"));
	assert_int_equal(walk_state(one) == ATTENDANCE_PRESENT,
	    is_watched(k, m, one->id, "recheck") ||
		kit_due(k, one->id, "grace")[0] != '\0');
	assert_int_equal(walk_state(one) == ATTENDANCE_REFUSING,
	    is_watched(k, m, one->id, "rule"));
}

static void
check_card(const struct kit *k, const struct marks *m, const struct mark *one)
{
	const struct row_card *card =
	    (const struct row_card *)kit_row(k, one->id);

	if (walk_state(one) == CARD_LIFTED) {
		assert_int_equal(card->causes.n, 0);
		assert_unarmed(k, one->id, "next");
		return;
	}
	assert_true(card->causes.n > 0);
	if (walk_state(one) == CARD_EXCUSED) {
		assert_true(is_watched(k, m, one->id, "until"));
		assert_unarmed(k, one->id, "next");
	} else if (walk_state(one) != CARD_BLUE)
		assert_true(kit_due(k, one->id, "next")[0] != '\0');
	for (size_t i = 0; i < m->n; i++)
		if (m->v[i].thing == THING_CARD &&
		    walk_state(&m->v[i]) != CARD_LIFTED && &m->v[i] != one)
			assert_false(str_eq(card->unit,
			    ((const struct row_card *)kit_row(k, m->v[i].id))
				->unit));
}

void
walk_check(const struct kit *k, const struct marks *m)
{
	size_t tasks = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct mark *one = &m->v[i];
		uint32_t in = IN(walk_state(one));

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
			assert_int_equal(walk_state(one) == TALK_CALLED,
			    is_watched(k, m, one->id, "hold"));
		else if (one->thing == THING_ATTENDANCE)
			check_attendance(k, m, one);
		else if (one->thing == THING_ADMISSION) {
			assert_int_equal(walk_state(one) == ADMISSION_REQUESTED,
			    is_watched(k, m, one->id, "assess"));
			assert_int_equal(walk_state(one) == ADMISSION_ASSESSED,
			    is_watched(k, m, one->id, "decide"));
			assert_int_equal(walk_state(one) == ADMISSION_ADMITTED,
			    is_watched(k, m, one->id, "expire"));
		} else if (one->thing == THING_SUPPORT) {
			assert_int_equal(walk_state(one) == SUPPORT_ASKED,
			    is_watched(k, m, one->id, "answer"));
		} else if (one->thing == THING_BOUNDARY) {
			assert_int_equal(walk_state(one) == BOUNDARY_ASSESSED,
			    is_watched(k, m, one->id, "clear"));
			assert_int_equal(walk_state(one) == BOUNDARY_CLEARED,
			    is_watched(k, m, one->id, "complete"));
			assert_int_equal(walk_state(one) == BOUNDARY_EFFECTIVE,
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
			assert_int_equal(walk_state(one) == TASK_SUBMITTED,
			    is_watched(k, m, one->id, "check"));
		}
	}
	assert_true(tasks <= 1);
}
