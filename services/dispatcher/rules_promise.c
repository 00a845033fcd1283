/*
 * The promise to the citizen is the overall limit of a casefile.  It runs
 * while any of its work is not handed in, whoever has it, and stands still
 * while some of it is on the books.  Tasks and calls have limits of their
 * own that warn, so this one only says that it has passed: what was sent back
 * late, or lies with nobody, passes it all the same.
 */
#include "services/dispatcher/rules.h"

/* Who has C in hand; nobody: the room of its place. */
static struct str
holder(struct step *s, const struct row_casefile *c)
{
	const struct row_task *t = dispatcher_task_in_hand(s);
	struct row_head *r = NULL;

	if (t != NULL)
		return t->unit;
	while ((r = step_next(s, THING_CALL, r)) != NULL)
		if (step_in(s, THING_CALL, r, CALL_OPEN))
			return ((const struct row_call *)r)->main;
	while ((r = step_next(s, THING_BUNDLE, r)) != NULL)
		if (step_in(s, THING_BUNDLE, r, BUNDLE_UNFINISHED))
			return ((const struct row_bundle *)r)->lead;
	while ((r = step_next(s, THING_CHILD, r)) != NULL)
		if (step_in(s, THING_CHILD, r, IN(CHILD_OPEN)) &&
		    ((const struct row_child *)r)->unit.n > 0)
			return ((const struct row_child *)r)->unit;
	return dispatcher_room(s, c);
}

/* Some work of the casefile is on the books; BUT (or NULL) is of no account. */
static bool
is_still(struct step *s, const struct row_task *but)
{
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if ((const struct row_task *)r != but &&
		    step_in(s, THING_TASK, r, IN(TASK_PAUSED)))
			return true;
	return false;
}

/* It was said that it has passed, and it has not moved since. */
static bool
is_told(const struct step *s, const struct row_casefile *c)
{
	return c->overall_by > 0 && c->overall_by <= s->at &&
	       c->finish_by <= c->overall_by;
}

/* What is past already passes now: who has it now is late from now on. */
static void
run(struct step *s, struct row_casefile *c, struct str unit)
{
	c->overall_by = c->finish_by > s->at ? c->finish_by : s->at;
	step_touch(s, HEAD(c));
	step_arm(s, HEAD(c), "overall", ARM_QUIET,
	    unit.n > 0 ? unit : holder(s, c),
	    dispatcher_until(s, c->overall_by));
}

void
dispatcher_promise_runs(struct step *s, struct row_casefile *c, struct str unit)
{
	if (!step_in(s, THING_CASEFILE, HEAD(c),
		IN(CASEFILE_OPENED) | IN(CASEFILE_IN_HAND)))
		return;
	c->forwarded_at = 0;
	step_touch(s, HEAD(c));
	if (is_told(s, c))
		return;
	if (is_still(s, NULL))
		c->overall_by = c->finish_by;
	else
		run(s, c, unit);
}

void
dispatcher_promise_rests(struct step *s, struct row_casefile *c)
{
	if (c->overall_by == 0)
		return;
	c->overall_by = 0;
	step_touch(s, HEAD(c));
	/* The ledger has no pause without an end. */
	if (is_still(s, NULL))
		step_resume(s, HEAD(c), "overall");
	step_meet(s, HEAD(c), "overall");
	dispatcher_cause_over(s, c->id, "overall");
}

void
dispatcher_promise(struct step *s, struct row_casefile *c, int64_t to)
{
	if (to <= c->finish_by)
		return;
	c->finish_by = to;
	step_touch(s, HEAD(c));
	if (c->overall_by == 0)
		return;
	dispatcher_cause_over(s, c->id, "overall");
	if (is_still(s, NULL))
		c->overall_by = to;
	else
		run(s, c, (struct str){ NULL, 0 });
}

void
dispatcher_promise_stops(struct step *s, struct row_casefile *c)
{
	dispatcher_cause_over(s, c->id, "overall");
	if (c->overall_by > 0 && !is_still(s, NULL))
		step_pause(s, HEAD(c), "overall", "on the books");
}

/*
 * The ledger keeps what was left of it in wall time; what counts is the
 * finish of T, by its own rule.
 */
void
dispatcher_promise_goes_on(
    struct step *s, struct row_casefile *c, const struct row_task *t)
{
	if (t->finish_by > c->finish_by)
		c->finish_by = t->finish_by;
	step_touch(s, HEAD(c));
	if (c->overall_by == 0)
		return;
	c->overall_by = c->finish_by;
	if (is_still(s, t))
		return;
	step_resume(s, HEAD(c), "overall");
	run(s, c, t->unit);
}
