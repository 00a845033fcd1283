/*
 * What other services do on the casefile: penalties and mediations keep it
 * in hand, callbacks keep it from the archive.
 */
#include "services/dispatcher/rules.h"

static struct row_child *
open_child(struct step *s, struct str id, struct str kind, struct str unit)
{
	struct row_child *child;

	if (dispatcher_casefile(s) == NULL ||
	    step_find(s, THING_CHILD, id) != NULL)
		return NULL;
	s->row = HEAD(dispatcher_casefile(s));
	child = step_new_id(s, THING_CHILD, CHILD_OPEN, id);
	child->kind = kind;
	child->unit = unit;
	child->opened_at = s->at;
	return child;
}

/* The unit does now as KIND what it had as a task, or what was offered. */
static void
replace_task(struct step *s, struct str unit, struct str kind)
{
	struct row_head *r = NULL;

	while ((r = step_next(s, THING_TASK, r)) != NULL)
		if (step_in(s, THING_TASK, r, IN(TASK_OFFERED)) ||
		    (step_in(s, THING_TASK, r, TASK_BUSY) &&
			((const struct row_task *)r)->step.n == 0 &&
			step_acts_for(s, ((struct row_task *)r)->unit, unit)))
			dispatcher_withdraw(s, (struct row_task *)r, kind);
}

/* Work begins: an opened or handled casefile is in hand (again). */
static void
take_in_hand(struct step *s, struct row_casefile *c, struct str unit)
{
	const struct row_unit *u = registry_unit(s->registry, unit, s->at);

	if (step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_OPENED))) {
		dispatcher_way_found(s, c);
		c->tier = dispatcher_tier_name(
		    u != NULL ? dispatcher_tier_at(u) : TIER_COUNTY);
		dispatcher_say_routed(s, c, unit, STR("rule"));
	} else if (step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_HANDLED))) {
		dispatcher_not_yet_closed(s, c);
	} else {
		return;
	}
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
}

static void
begin(struct step *s, struct str id, struct str kind, struct str unit)
{
	if (open_child(s, id, kind, unit) == NULL)
		return;
	replace_task(s, unit, kind);
	take_in_hand(s, dispatcher_casefile(s), unit);
	dispatcher_promise_runs(s, dispatcher_casefile(s), unit);
}

void
dispatcher_penalty_filed(struct step *s)
{
	const struct msg_penalty_filed *m = s->msg;

	begin(s, m->penalty, STR("penalty"), m->unit);
}

void
dispatcher_mediation_applied(struct step *s)
{
	const struct msg_mediation_applied *m = s->msg;

	begin(s, m->mediation, STR("mediation"), m->unit);
}

void
dispatcher_callback_opened(struct step *s)
{
	const struct msg_callback_opened *m = s->msg;

	(void)open_child(
	    s, m->callback, STR("callback"), (struct str){ NULL, 0 });
}

void
dispatcher_mediation_accepted(struct step *s)
{
	const struct msg_mediation_accepted *m = s->msg;

	((struct row_child *)s->row)->unit = m->unit;
	step_touch(s, s->row);
}

void
dispatcher_mediation_climbed(struct step *s)
{
	const struct msg_mediation_climbed *m = s->msg;

	((struct row_child *)s->row)->unit = m->unit;
	step_touch(s, s->row);
}

/*
 * It has ended, and that is a result: a decision, an agreement, or a clear
 * answer that there will be none (the casefile is then closed as explained).
 */
static void
end_child(struct step *s, struct row_child *child)
{
	struct row_casefile *c = dispatcher_casefile(s);

	child->ended_at = s->at;
	step_move(s, THING_CHILD, HEAD(child), CHILD_ENDED);
	dispatcher_cause_over(s, child->id, NULL);
	dispatcher_result(s, c, child->unit, s->at);
	dispatcher_settle(s, c);
}

void
dispatcher_child_done(struct step *s)
{
	end_child(s, (struct row_child *)s->row);
}

void
dispatcher_agreement_made(struct step *s)
{
	const struct msg_agreement_made *m = s->msg;

	if (str_eq(s->row->id, m->mediation))
		end_child(s, (struct row_child *)s->row);
}

void
dispatcher_callback_over(struct step *s)
{
	((struct row_child *)s->row)->ended_at = s->at;
}

/* Every citizen has said what there is to say. */
static void
archive(struct step *s, struct row_casefile *c)
{
	for (struct row_head *r = step_next(s, THING_CHILD, NULL); r != NULL;
	     r = step_next(s, THING_CHILD, r))
		if (step_in(s, THING_CHILD, r, IN(CHILD_OPEN)) &&
		    str_is(((struct row_child *)r)->kind, "callback"))
			return;
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_ARCHIVED);
	step_emit(s, &msg_casefile_archived_desc,
	    &(struct msg_casefile_archived){ .casefile = c->id });
}

/*
 * Back to the unit that handled it, or to the room when that is no more.
 * What comes back again and again is a problem order (问题工单): the centre
 * gives it and checks it.
 */
static void
reopen(struct step *s, struct row_casefile *c)
{
	struct due due = step_due(s, "casefile.reopen", s->at);
	const struct row_unit *u;
	struct str unit;
	bool problem;

	/* From the archive it comes to who has taken over since. */
	(void)step_rehome(s, THING_CASEFILE, HEAD(c), NULL);
	u = step_successor(s, c->handler);
	unit = u != NULL ? u->code : dispatcher_room(s, c);
	c->reopened++;
	problem = c->reopened >= registry_number(s->registry,
				     "casefile.problem.reopened", s->at, 3);
	c->finish_by = due.at;
	c->result = false;
	c->outcome = (struct str){ NULL, 0 };
	c->parent = (struct str){ NULL, 0 };
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
	step_emit(s, &msg_casefile_reopened_desc,
	    &(struct msg_casefile_reopened){ .casefile = c->id,
		.n = c->reopened,
		.finish_by = c->finish_by,
		.problem = problem,
		.unit = unit });
	dispatcher_give(s, c,
	    &(struct order){ .unit = unit,
		.giver = problem ? dispatcher_centre(s, c)
				 : dispatcher_giver(
				       s, c, dispatcher_tier_of(c->tier)),
		.rework = c->reopened,
		.finish = due });
	dispatcher_reworked(s, u != NULL ? u->code : dispatcher_room(s, c));
}

/*
 * The citizen's answer.  "Solved" that is not, or does not satisfy, comes
 * back; "explained" does not: it was never said to be solved.
 */
void
dispatcher_called_back(struct step *s)
{
	const struct msg_callback_recorded *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (str_is(m->outcome, "solved") &&
	    (!m->solved || str_is(m->satisfied, "no")))
		reopen(s, c);
	else if (step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_CLOSED)))
		archive(s, c);
}

/* The same, seen at the door by somebody else (回头看). */
void
dispatcher_looked_back(struct step *s)
{
	const struct msg_visit_looked_back *m = s->msg;

	if (!m->solved && str_is(m->outcome, "solved"))
		reopen(s, (struct row_casefile *)s->row);
}

void
dispatcher_not_called_back(struct step *s)
{
	archive(s, (struct row_casefile *)s->row);
}
