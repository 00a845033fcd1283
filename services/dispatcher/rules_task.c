/* Work for one unit, and giving it back. */
#include "services/dispatcher/rules.h"

struct due
dispatcher_until(struct step *s, int64_t to)
{
	int64_t length = to > s->at ? to - s->at : 0;

	return (struct due){
		.rule = { LIMIT_NATURAL, (length + MINUTE_MS - 1) / MINUTE_MS },
		.from = s->at,
		.soon = length > 0 ? s->at + length / 5 * 4 : to,
		.at = to,
	};
}

struct due
dispatcher_finish(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	struct limit limit;
	struct due due;

	if (m != NULL && limit_parse(m->limit_finish, &limit) &&
	    limit.clock != LIMIT_NONE)
		due = step_due_rule(s, limit, s->at);
	else
		due = step_due(s, "order.finish.general", s->at);
	return due.at <= c->finish_by ? due : dispatcher_until(s, c->finish_by);
}

static struct due
sign_due(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	bool fast =
	    c->urgent || (m != NULL && str_is(m->call_class, "emergency"));

	return step_due(
	    s, fast ? "order.sign.whistle" : "order.sign.hotline", s->at);
}

static struct due
return_due(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	bool petition = m != NULL && str_is(m->kind, "petition");

	return step_due(s,
	    petition ? "order.return.window.petition" : "order.return.window",
	    s->at);
}

static void
start_clocks(struct step *s, const struct row_casefile *c, struct row_task *t,
    struct due finish)
{
	struct due sign = sign_due(s, c);
	struct due window = return_due(s, c);

	t->sign_by = sign.at;
	t->finish_by = finish.at;
	step_arm(s, HEAD(t), "sign", ARM_DUTY, t->unit, sign);
	step_arm(s, HEAD(t), "finish", ARM_DUTY, t->unit, finish);
	t->return_by = t->designated ? s->at : window.at;
	if (!t->designated)
		step_arm(s, HEAD(t), "return", ARM_WINDOW, t->unit, window);
}

void
dispatcher_give(
    struct step *s, const struct row_casefile *c, const struct order *o)
{
	struct row_task *t = step_new(s, THING_TASK, TASK_ASSIGNED);

	t->unit = o->unit;
	t->giver = o->giver;
	t->rework = o->rework;
	t->designated = o->designated;
	t->officer = o->worker;
	t->step = o->step;
	t->assigned_at = s->at;
	start_clocks(s, c, t, o->finish);
	step_emit(s, &msg_task_assigned_desc,
	    &(struct msg_task_assigned){ .task = t->id,
		.unit = t->unit,
		.from = t->giver,
		.matter = c->matter,
		.rework = t->rework,
		.sign_by = t->sign_by,
		.return_by = t->return_by,
		.finish_by = t->finish_by,
		.step = t->step });
	if (t->step.n > 0)
		dispatcher_step_has(s, t, o->finish);
}

struct row_task *
dispatcher_task_in_hand(struct step *s)
{
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if (step_in(s, THING_TASK, r, TASK_UNDONE) &&
		    ((const struct row_task *)r)->step.n == 0)
			return (struct row_task *)r;
	return NULL;
}

void
dispatcher_withdraw(struct step *s, struct row_task *t, struct str why)
{
	step_move(s, THING_TASK, HEAD(t), TASK_WITHDRAWN);
	step_meet_all(s, HEAD(t));
	step_emit(s, &msg_task_withdrawn_desc,
	    &(struct msg_task_withdrawn){
		.task = t->id, .unit = t->unit, .why = why });
	dispatcher_cause_over(s, t->id, NULL);
}

void
dispatcher_task_sign(struct step *s)
{
	const struct msg_task_sign *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->unit))
		return;
	step_meet(s, HEAD(t), "sign");
	step_emit(s, &msg_task_signed_desc,
	    &(struct msg_task_signed){
		.task = t->id, .unit = t->unit, .late = s->at > t->sign_by });
	dispatcher_cause_over(s, t->id, "sign");
}

/* Doing the work also settles a return that still waits for its answer. */
void
dispatcher_task_submit(struct step *s)
{
	const struct msg_task_submit *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct due check;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !dispatcher_may_handle(s, m->officer) ||
	    !dispatcher_step_goes(s, t))
		return;
	check = step_due(s, "task.check", s->at);
	t->officer = m->officer;
	t->submitted_at = s->at;
	t->late = s->at > t->finish_by;
	t->check_by = check.at;
	step_meet_all(s, HEAD(t));
	step_arm(s, HEAD(t), "check", ARM_DUTY, t->giver, check);
	step_emit(s, &msg_task_submitted_desc,
	    &(struct msg_task_submitted){ .task = t->id,
		.unit = t->unit,
		.officer = t->officer,
		.result = m->result,
		.late = t->late,
		.check_by = t->check_by,
		.from = t->giver });
	dispatcher_cause_over(s, t->id, NULL);
	dispatcher_forwarded(s, HEAD(t), t->unit);
}

/* A checker who is named must be somebody, and somebody else. */
static bool
may_check(struct step *s, struct str checker, const struct row_task *t)
{
	if (checker.n == 0)
		return true;
	if (registry_officer(s->registry, checker, s->at) == NULL) {
		step_refuse_because(
		    s, "UNKNOWN_OFFICER", "%.*s", STR_ARG(checker));
		return false;
	}
	if (str_eq(checker, t->officer)) {
		step_refuse(s, "CHECKER_IS_HANDLER");
		return false;
	}
	return true;
}

void
dispatcher_task_accept(struct step *s)
{
	const struct msg_task_accept *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);

	if (!step_must_be(s, m->unit, t->giver) || !may_check(s, m->officer, t))
		return;
	step_move(s, THING_TASK, HEAD(t), TASK_ACCEPTED);
	step_meet_all(s, HEAD(t));
	step_emit(s, &msg_task_accepted_desc,
	    &(struct msg_task_accepted){ .task = t->id, .unit = t->unit });
	dispatcher_cause_over(s, t->id, NULL);
	if (t->step.n > 0)
		dispatcher_step_ends(s, t);
	else
		dispatcher_result(s, c, t->unit, t->submitted_at);
	dispatcher_settle(s, c);
}

void
dispatcher_task_reject(struct step *s)
{
	const struct msg_task_reject *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct due rework, rest;

	if (!step_must_be(s, m->unit, t->giver) ||
	    !may_check(s, m->officer, t) ||
	    !dispatcher_has_reason(s, m->missing))
		return;
	rework = step_due(s, "task.rework", s->at);
	rest = dispatcher_until(s, t->finish_by);
	/* What is left of the old limit is not taken away. */
	if (rest.at > rework.at)
		rework = rest;
	t->rejected++;
	t->finish_by = rework.at;
	step_meet(s, HEAD(t), "check");
	step_arm(s, HEAD(t), "finish", ARM_DUTY, t->unit, rework);
	step_emit(s, &msg_task_rejected_desc,
	    &(struct msg_task_rejected){ .task = t->id,
		.unit = t->unit,
		.n = t->rejected,
		.missing = m->missing,
		.finish_by = t->finish_by });
	dispatcher_cause_over(s, t->id, NULL);
	if (t->step.n == 0)
		dispatcher_not_forwarded(s);
	dispatcher_reworked(s, t->unit);
}

static bool
has_returned(struct step *s, struct str unit)
{
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r)) {
		const struct row_task *t = (const struct row_task *)r;

		if (t->returned && str_eq(t->unit, unit))
			return true;
	}
	return false;
}

static bool
may_return(struct step *s, const struct row_task *t)
{
	if (t->designated)
		step_refuse(s, "DESIGNATED");
	else if (has_returned(s, t->unit))
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
	    !dispatcher_has_reason(s, m->reason) ||
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
		.answer_by = t->answer_by });
	dispatcher_cause_over(s, t->id, "sign");
}

/* The work goes on under the same finish, whoever has it. */
static void
move_on(struct step *s, struct row_task *t, const struct row_unit *to)
{
	struct row_casefile *c = dispatcher_casefile(s);

	step_emit(s, &msg_return_agreed_desc,
	    &(struct msg_return_agreed){
		.task = t->id, .unit = t->unit, .to = to->code });
	step_emit(s, &msg_task_moved_desc,
	    &(struct msg_task_moved){
		.task = t->id, .unit = t->unit, .to = to->code });
	c->tier = dispatcher_tier_name(dispatcher_tier_at(to));
	step_touch(s, HEAD(c));
	dispatcher_give(s, c,
	    &(struct order){ .unit = to->code,
		.giver = t->giver,
		.rework = t->rework,
		.designated = true,
		.step = t->step,
		.finish = dispatcher_until(s, t->finish_by) });
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
	step_meet_all(s, HEAD(t));
	move_on(s, t, to);
	dispatcher_cause_over(s, t->id, NULL);
	dispatcher_passed_on(s);
}

void
dispatcher_return_decline(struct step *s)
{
	const struct msg_return_decline *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->giver) ||
	    !dispatcher_has_reason(s, m->reason))
		return;
	step_meet(s, HEAD(t), "answer");
	step_emit(s, &msg_return_declined_desc,
	    &(struct msg_return_declined){
		.task = t->id, .unit = t->unit, .reason = m->reason });
	dispatcher_cause_over(s, t->id, "answer");
	dispatcher_trigger(s, "return.declined", t->unit, t->id, "declined");
}
