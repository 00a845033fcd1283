/*
 * On the books (挂账): the finish stands still until a day, on the ledger of
 * pauses, and runs again by itself with what was left.
 */
#include "services/dispatcher/rules.h"

static bool
may_suspend(struct step *s, const struct row_task *t, int64_t until)
{
	if (t->step.n > 0)
		step_refuse_because(
		    s, "OF_A_STEP", "it is of %.*s", STR_ARG(t->step));
	else if (dispatcher_limits_stand(s, dispatcher_casefile(s)))
		step_refuse(s, "NOT_SUSPENDABLE");
	else if (s->at > t->finish_by)
		step_refuse(s, "OVERDUE_ALREADY");
	else if (t->suspended >=
		 registry_number(s->registry, "order.suspend.count", s->at, 0))
		step_refuse(s, "COUNT_USED");
	else if (t->suspend_to > 0)
		step_refuse(s, "ASKED_ALREADY");
	else if (until <= s->at)
		step_refuse(s, "NOT_LATER");
	else if (until > step_due(s, "order.suspend.max", s->at).at -
			     step_paused_ms(t->pauses))
		step_refuse(s, "TOO_LONG");
	return !step_refused(s);
}

void
dispatcher_suspension_ask(struct step *s)
{
	const struct msg_suspension_ask *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct due answer;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !step_has_reason(s, m->reason) || !may_suspend(s, t, m->until))
		return;
	answer = step_due(s, "suspension.answer", s->at);
	t->suspend_to = m->until;
	t->suspend_why = m->reason;
	step_touch(s, HEAD(t));
	step_arm(s, HEAD(t), "suspension", ARM_QUIET, t->giver, answer);
	step_emit(s, &msg_suspension_asked_desc,
	    &(struct msg_suspension_asked){ .task = t->id,
		.unit = t->unit,
		.until = t->suspend_to,
		.reason = t->suspend_why,
		.answer_by = answer.at });
}

void
dispatcher_suspension_grant(struct step *s)
{
	const struct msg_suspension_grant *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!dispatcher_may_answer(s, m->unit, t, t->suspend_to))
		return;
	/* At that instant it has run out, and there is nothing to pause. */
	if (s->at >= t->finish_by) {
		step_refuse(s, "OVERDUE_ALREADY");
		return;
	}
	if (t->suspend_to <= s->at) {
		step_refuse(s, "NOT_LATER");
		return;
	}
	t->suspended++;
	t->paused_at = s->at;
	t->extend_to = 0;
	t->onsite_by = 0;
	step_meet(s, HEAD(t), "suspension");
	step_meet(s, HEAD(t), "extension");
	step_meet(s, HEAD(t), "onsite");
	step_pause(s, HEAD(t), "finish", "on the books");
	dispatcher_promise_stops(s, dispatcher_casefile(s));
	step_arm(s, HEAD(t), "until", ARM_WINDOW, t->unit,
	    dispatcher_until(s, t->suspend_to));
	step_emit(s, &msg_suspension_granted_desc,
	    &(struct msg_suspension_granted){ .task = t->id,
		.unit = t->unit,
		.reason = t->suspend_why,
		.until = t->suspend_to });
	dispatcher_cause_over(s, t->id, "finish");
	dispatcher_cause_over(s, t->id, "onsite");
}

static void
declined(struct step *s, struct row_task *t, struct str reason)
{
	t->suspend_to = 0;
	step_touch(s, HEAD(t));
	step_emit(s, &msg_suspension_declined_desc,
	    &(struct msg_suspension_declined){
		.task = t->id, .unit = t->unit, .reason = reason });
}

void
dispatcher_suspension_decline(struct step *s)
{
	const struct msg_suspension_decline *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!dispatcher_may_answer(s, m->unit, t, t->suspend_to) ||
	    !step_has_reason(s, m->reason))
		return;
	step_meet(s, HEAD(t), "suspension");
	declined(s, t, m->reason);
}

void
dispatcher_suspension_lapsed(struct step *s)
{
	struct row_task *t = (struct row_task *)s->row;

	if (t->suspend_to > 0) /* else answered a moment ago */
		declined(s, t, (struct str){ NULL, 0 });
}

/* What the ledger says of the finish, computed the same way from the same. */
void
dispatcher_off_the_books(struct step *s, struct row_task *t)
{
	struct row_casefile *c = dispatcher_casefile(s);
	struct limit rule;

	step_resume(s, HEAD(t), "finish");
	t->pauses = step_add_pause(s, t->pauses, t->paused_at, s->at);
	if (limit_parse(t->finish_rule, &rule))
		t->finish_by =
		    step_due_paused(s, rule, t->finish_from, t->pauses);
	else
		t->finish_by += s->at - t->paused_at;
	t->suspend_to = 0;
	t->paused_at = 0;
	step_touch(s, HEAD(t));
	dispatcher_promise_goes_on(s, c, t);
	step_emit(s, &msg_suspension_ended_desc,
	    &(struct msg_suspension_ended){ .task = t->id,
		.unit = t->unit,
		.finish_by = t->finish_by,
		.promise = c->finish_by });
}

void
dispatcher_suspension_end(struct step *s)
{
	const struct msg_suspension_end *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_acts_for(s, m->unit, t->giver) &&
	    !step_must_be(s, m->unit, t->unit))
		return;
	step_meet(s, HEAD(t), "until");
	dispatcher_off_the_books(s, t);
}

void
dispatcher_suspension_over(struct step *s)
{
	dispatcher_off_the_books(s, (struct row_task *)s->row);
}
