/*
 * Giving it back (退单).  Whoever got it first keeps leading until somebody
 * else has it (首接负责); the finish runs on.
 */
#include "services/dispatcher/rules.h"

/* How many returns were asked of the casefile; by UNIT, when it is named. */
static int64_t
returns(struct step *s, struct str unit)
{
	int64_t n = 0;

	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r)) {
		const struct row_task *t = (const struct row_task *)r;

		n += t->returned && (unit.n == 0 || str_eq(t->unit, unit));
	}
	return n;
}

static bool
may_return(struct step *s, const struct row_task *t)
{
	if (t->designated)
		step_refuse(s, "DESIGNATED");
	else if (t->handed_to.n > 0)
		step_refuse(s, "HANDED_INSIDE");
	else if (returns(s, t->unit) > 0)
		step_refuse(s, "RETURNED_BEFORE");
	else if (s->at > t->return_by)
		step_refuse(s, "WINDOW_PASSED");
	return !step_refused(s);
}

/* Asking is acknowledging; the finish clock runs on. */
void
dispatcher_return_ask(struct step *s)
{
	const struct msg_return_ask *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	const struct row_casefile *c = dispatcher_casefile(s);
	struct due answer;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !step_has_reason(s, m->reason) ||
	    (m->to.n > 0 && step_unit(s, m->to) == NULL) || !may_return(s, t))
		return;
	answer = step_due(
	    s, c->urgent ? "return.answer.emergency" : "return.answer", s->at);
	t->returned = true;
	t->answer_by = answer.at;
	step_meet(s, HEAD(t), "sign");
	step_meet(s, HEAD(t), "return");
	step_arm(s, HEAD(t), "answer", ARM_DUTY, t->giver, answer);
	step_emit(s, &msg_return_asked_desc,
	    &(struct msg_return_asked){ .task = t->id,
		.unit = t->unit,
		.reason = m->reason,
		.to = m->to,
		.answer_by = t->answer_by,
		.n = returns(s, (struct str){ NULL, 0 }) });
	dispatcher_cause_over(s, t->id, "sign");
}

/* The work goes on under the same finish, whoever has it. */
void
dispatcher_move_on(
    struct step *s, struct row_task *t, const struct row_unit *to)
{
	struct row_casefile *c = dispatcher_casefile(s);

	step_meet_all(s, HEAD(t));
	step_emit(s, &msg_task_moved_desc,
	    &(struct msg_task_moved){
		.task = t->id, .unit = t->unit, .to = to->code });
	c->tier = dispatcher_tier_name(dispatcher_tier_at(to));
	step_touch(s, HEAD(c));
	dispatcher_give(s, c,
	    &(struct order){ .unit = to->code,
		.step = t->step,
		.giver = t->giver,
		.rework = t->rework,
		.designated = true,
		.finish = dispatcher_until(s, t->finish_by) });
	dispatcher_cause_over(s, t->id, NULL);
}

void
dispatcher_return_agree(struct step *s)
{
	const struct msg_return_agree *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	const struct row_unit *to;

	if (!step_must_be(s, m->unit, t->giver))
		return;
	to = step_unit(s, m->to);
	if (to == NULL)
		return;
	if (str_eq(to->code, t->unit)) {
		step_refuse(s, "SAME_UNIT");
		return;
	}
	if (!dispatcher_may_send(s, dispatcher_casefile(s), t->giver, to))
		return;
	step_emit(s, &msg_return_agreed_desc,
	    &(struct msg_return_agreed){
		.task = t->id, .unit = t->unit, .to = to->code });
	dispatcher_move_on(s, t, to);
	dispatcher_dispute_over(s, t, to->code);
	dispatcher_no_lead(s);
}

void
dispatcher_return_decline(struct step *s)
{
	const struct msg_return_decline *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct due window;

	if (!step_must_be(s, m->unit, t->giver) ||
	    !step_has_reason(s, m->reason))
		return;
	window = step_due(s, "return.dispute", s->at);
	t->dispute_by = window.at;
	step_meet(s, HEAD(t), "answer");
	step_arm(s, HEAD(t), "dispute", ARM_WINDOW, t->unit, window);
	step_emit(s, &msg_return_declined_desc,
	    &(struct msg_return_declined){ .task = t->id,
		.unit = t->unit,
		.reason = m->reason,
		.dispute_by = window.at });
	dispatcher_remind(
	    s, "return.declined", t->unit, t->id, "declined", t->finish_by);
}

void
dispatcher_return_withdraw(struct step *s)
{
	const struct msg_return_withdraw *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->unit))
		return;
	step_meet(s, HEAD(t), "answer");
	step_emit(s, &msg_return_withdrawn_desc,
	    &(struct msg_return_withdrawn){ .task = t->id, .unit = t->unit });
}

/* Silence is neither yes nor no: it goes to the centre, and is counted. */
void
dispatcher_return_lapsed(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	dispatcher_card_late(s);
	step_emit(s, &msg_return_lapsed_desc,
	    &(struct msg_return_lapsed){
		.task = t->id, .unit = t->unit, .from = t->giver });
	dispatcher_dispute(s, t, DISPUTE_CENTRE, m->due_at);
}

void
dispatcher_return_kept(struct step *s)
{
	struct row_task *t = (struct row_task *)s->row;

	if (t->dispute_by == 0)
		return; /* disputed a moment ago, and dropped */
	t->dispute_by = 0;
	step_touch(s, HEAD(t));
	step_emit(s, &msg_return_kept_desc,
	    &(struct msg_return_kept){ .task = t->id, .unit = t->unit });
}
