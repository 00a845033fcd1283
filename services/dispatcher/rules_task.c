/* Work for one unit: given, signed, handed in, checked. */
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

/* The matter's own limit, else the pack's KEY (NULL: none then). */
static bool
stage_due(struct step *s, struct str own, const char *key, struct due *due)
{
	struct limit limit;

	if (own.n > 0 && limit_parse(own, &limit) && limit.clock != LIMIT_NONE)
		*due = step_due_rule(s, limit, s->at);
	else if (key != NULL)
		*due = step_due(s, key, s->at);
	else
		return false;
	return true;
}

/* In danger it is never slower than a call. */
static struct due
sign_due(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	struct str own = { NULL, 0 };
	struct due due, fast = step_due(s, "order.sign.whistle", s->at);

	if (m != NULL)
		own = m->limit_sign;
	(void)stage_due(s, own, "order.sign.hotline", &due);
	return c->urgent || (m != NULL && str_is(m->call_class, "emergency"))
		   ? due_min(due, fast)
		   : due;
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

void
dispatcher_set_finish(struct step *s, struct row_task *t, struct due finish)
{
	char text[CLOCK_TEXT];

	t->finish_by = finish.at;
	t->finish_from = finish.from;
	t->finish_rule =
	    arena_str(s->arena, str_of(limit_format(finish.rule, text)));
	step_touch(s, HEAD(t));
	step_arm(s, HEAD(t), "finish", ARM_DUTY, t->unit, finish);
}

/* Who came in by these is on duty, or nobody: no citizen waits. */
static bool
somebody_waits(const struct row_casefile *c)
{
	return !str_is(c->channel, "grid") && !str_is(c->channel, "sensor") &&
	       !str_is(c->channel, "inspection");
}

/* Speaking to who waits, and being on the spot. */
static void
start_stages(struct step *s, const struct row_casefile *c, struct row_task *t)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	struct str none = { NULL, 0 };
	struct due due;

	if (t->assisting)
		return;
	if (somebody_waits(c) &&
	    stage_due(
		s, m != NULL ? m->limit_contact : none, "task.contact", &due)) {
		t->contact_by = due.at;
		step_arm(s, HEAD(t), "contact", ARM_DUTY, t->unit, due);
	}
	if (m != NULL && stage_due(s, m->limit_onsite, NULL, &due)) {
		t->onsite_by = due.at;
		step_arm(s, HEAD(t), "onsite", ARM_DUTY, t->unit, due);
	}
}

void
dispatcher_assign(struct step *s, const struct row_casefile *c,
    struct row_task *t, struct due finish)
{
	struct due sign = sign_due(s, c);
	struct due window = return_due(s, c);

	t->assigned_at = s->at;
	t->sign_by = sign.at;
	step_arm(s, HEAD(t), "sign", ARM_DUTY, t->unit, sign);
	dispatcher_set_finish(s, t, finish);
	t->return_by = t->designated ? s->at : window.at;
	if (!t->designated)
		step_arm(s, HEAD(t), "return", ARM_WINDOW, t->unit, window);
	start_stages(s, c, t);
	step_emit(s, &msg_task_assigned_desc,
	    &(struct msg_task_assigned){ .task = t->id,
		.unit = t->unit,
		.from = t->giver,
		.matter = c->matter,
		.rework = t->rework,
		.sign_by = t->sign_by,
		.return_by = t->return_by,
		.finish_by = t->finish_by,
		.contact_by = t->contact_by,
		.onsite_by = t->onsite_by,
		.assisting = t->assisting,
		.step = t->step });
}

void
dispatcher_give(
    struct step *s, const struct row_casefile *c, const struct order *o)
{
	struct row_task *t = step_new(s, THING_TASK, TASK_ASSIGNED);

	t->division = c->division;
	t->unit = o->unit;
	t->giver = o->giver;
	t->rework = o->rework;
	t->designated = o->designated;
	t->officer = o->worker;
	t->assisting = o->assisting;
	t->step = o->step;
	dispatcher_assign(s, c, t, o->finish);
	if (t->step.n > 0)
		dispatcher_step_has(s, t, o->finish);
	else
		dispatcher_promise_runs(s, dispatcher_casefile(s),
		    t->assisting ? (struct str){ NULL, 0 } : t->unit);
}

struct row_task *
dispatcher_task_in_hand(struct step *s)
{
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if (step_in(s, THING_TASK, r, TASK_HELD) &&
		    !((const struct row_task *)r)->assisting &&
		    ((const struct row_task *)r)->step.n == 0)
			return (struct row_task *)r;
	return NULL;
}

void
dispatcher_withdraw(struct step *s, struct row_task *t, struct str why)
{
	/* Whoever goes on with it has the time that was left. */
	if (step_in(s, THING_TASK, HEAD(t), IN(TASK_PAUSED)) &&
	    !str_is(why, "terminated") && !str_is(why, "merged"))
		dispatcher_off_the_books(s, t);
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

bool
dispatcher_may_answer(
    struct step *s, struct str unit, const struct row_task *t, int64_t asked)
{
	if (!step_must_be(s, unit, t->giver))
		return false;
	if (asked == 0)
		step_refuse(s, "NOTHING_ASKED");
	return !step_refused(s);
}

/* Doing the work also settles a return, or a dispute about it. */
void
dispatcher_requests_over(struct row_task *t)
{
	t->dispute_by = 0;
	t->extend_to = 0;
	t->suspend_to = 0;
	t->contact_by = 0;
	t->onsite_by = 0;
}

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
	dispatcher_requests_over(t);
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
	dispatcher_dispute_over(s, t, (struct str){ NULL, 0 });
	dispatcher_cause_over(s, t->id, NULL);
	dispatcher_forwarded(s, HEAD(t), t->unit);
}

/* A checker who is named must be somebody, and somebody else. */
static bool
may_check(struct step *s, struct str checker, const struct row_task *t)
{
	if (checker.n == 0)
		return true;
	if (step_officer(s, checker) == NULL)
		return false;
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
	/* Who helps is not who answers for it. */
	if (t->step.n > 0)
		dispatcher_step_ends(s, t);
	else if (!t->assisting)
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
	    !may_check(s, m->officer, t) || !step_has_reason(s, m->missing))
		return;
	rework = step_due(s, "task.rework", s->at);
	rest = dispatcher_until(s, t->finish_by);
	/* What is left of the old limit is not taken away. */
	if (rest.at > rework.at)
		rework = rest;
	t->rejected++;
	step_meet(s, HEAD(t), "check");
	dispatcher_set_finish(s, t, rework);
	step_emit(s, &msg_task_rejected_desc,
	    &(struct msg_task_rejected){ .task = t->id,
		.unit = t->unit,
		.n = t->rejected,
		.missing = m->missing,
		.finish_by = t->finish_by });
	dispatcher_cause_over(s, t->id, NULL);
	if (t->step.n == 0)
		dispatcher_not_forwarded(s, t->unit);
	dispatcher_reworked(s, t->unit);
}
