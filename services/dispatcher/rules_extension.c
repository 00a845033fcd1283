/* More time (延期): asked before the limit, so often and so long at most. */
#include "services/dispatcher/rules.h"

bool
dispatcher_limits_stand(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);

	return c->urgent || (m != NULL && (str_is(m->call_class, "emergency") ||
					      str_is(m->kind, "petition")));
}

/* One original limit more, and never more than the pack's longest. */
static int64_t
latest(struct step *s, const struct row_casefile *c, const struct row_task *t)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	struct due most = step_due(s, "order.extension.max", t->finish_by);
	struct limit own;

	if (m == NULL || !limit_parse(m->limit_finish, &own) ||
	    own.clock == LIMIT_NONE)
		own =
		    registry_limit(s->registry, "order.finish.general", s->at);
	return due_min(most, step_due_rule(s, own, t->finish_by)).at;
}

/* Refuses; what can never be comes first. */
static bool
may_extend(struct step *s, const struct row_task *t, int64_t until)
{
	const struct row_casefile *c = dispatcher_casefile(s);

	if (dispatcher_limits_stand(s, c))
		step_refuse(s, "NOT_EXTENDABLE");
	else if (s->at > t->finish_by)
		step_refuse(s, "OVERDUE_ALREADY");
	else if (t->extended >= registry_number(s->registry,
				    "order.extension.count", s->at, 0))
		step_refuse(s, "COUNT_USED");
	else if (t->extend_to > 0)
		step_refuse(s, "ASKED_ALREADY");
	else if (until <= t->finish_by)
		step_refuse(s, "NOT_LATER");
	else if (until > latest(s, c, t))
		step_refuse(s, "TOO_LONG");
	return !step_refused(s);
}

void
dispatcher_extension_ask(struct step *s)
{
	const struct msg_extension_ask *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct due answer;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !step_has_reason(s, m->reason) || !may_extend(s, t, m->until))
		return;
	answer = step_due(s, "extension.answer", s->at);
	t->extend_to = m->until;
	t->extend_why = m->reason;
	step_touch(s, HEAD(t));
	step_arm(s, HEAD(t), "extension", ARM_QUIET, t->giver, answer);
	step_emit(s, &msg_extension_asked_desc,
	    &(struct msg_extension_asked){ .task = t->id,
		.unit = t->unit,
		.until = t->extend_to,
		.reason = t->extend_why,
		.answer_by = answer.at });
}

void
dispatcher_extension_grant(struct step *s)
{
	const struct msg_extension_grant *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);

	if (!dispatcher_may_answer(s, m->unit, t, t->extend_to))
		return;
	t->extended++;
	step_meet(s, HEAD(t), "extension");
	dispatcher_set_finish(s, t, dispatcher_until(s, t->extend_to));
	dispatcher_step_stands(s, t);
	t->extend_to = 0;
	dispatcher_promise(s, c, t->finish_by);
	step_emit(s, &msg_extension_granted_desc,
	    &(struct msg_extension_granted){ .task = t->id,
		.unit = t->unit,
		.n = t->extended,
		.reason = t->extend_why,
		.finish_by = t->finish_by,
		.promise = c->finish_by });
	dispatcher_cause_over(s, t->id, "finish");
}

void
dispatcher_extension_decline(struct step *s)
{
	const struct msg_extension_decline *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!dispatcher_may_answer(s, m->unit, t, t->extend_to) ||
	    !step_has_reason(s, m->reason))
		return;
	t->extend_to = 0;
	step_touch(s, HEAD(t));
	step_meet(s, HEAD(t), "extension");
	step_emit(s, &msg_extension_declined_desc,
	    &(struct msg_extension_declined){
		.task = t->id, .unit = t->unit, .reason = m->reason });
}

void
dispatcher_extension_lapsed(struct step *s)
{
	struct row_task *t = (struct row_task *)s->row;

	if (t->extend_to == 0)
		return; /* answered a moment ago */
	t->extend_to = 0;
	step_touch(s, HEAD(t));
	step_emit(s, &msg_extension_lapsed_desc,
	    &(struct msg_extension_lapsed){
		.task = t->id, .unit = t->unit, .from = t->giver });
}
