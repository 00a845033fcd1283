/* While it is done: who does it, who was spoken to, and hurry (催办). */
#include "services/dispatcher/rules.h"

void
dispatcher_task_hand(struct step *s)
{
	const struct msg_task_hand *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	const struct row_officer *o;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !dispatcher_may_handle(s, m->to))
		return;
	o = registry_officer(s->registry, m->to, s->at);
	if (!step_acts_for(s, o->unit, t->unit)) {
		step_refuse(s, "OFFICER_ELSEWHERE");
		return;
	}
	t->handed_to = m->to;
	step_touch(s, HEAD(t));
	step_emit(s, &msg_task_handed_desc,
	    &(struct msg_task_handed){
		.task = t->id, .unit = t->unit, .to = m->to });
}

void
dispatcher_task_recall(struct step *s)
{
	const struct msg_task_recall *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->unit))
		return;
	if (t->handed_to.n == 0) {
		step_refuse(s, "NOTHING_HANDED");
		return;
	}
	step_emit(s, &msg_task_recalled_desc,
	    &(struct msg_task_recalled){
		.task = t->id, .unit = t->unit, .from = t->handed_to });
	t->handed_to = (struct str){ NULL, 0 };
	step_touch(s, HEAD(t));
}

void
dispatcher_task_contact(struct step *s)
{
	const struct msg_task_contact *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->unit))
		return;
	step_meet(s, HEAD(t), "contact");
	step_emit(s, &msg_task_contacted_desc,
	    &(struct msg_task_contacted){ .task = t->id,
		.unit = t->unit,
		.way = m->way,
		.late = t->contact_by > 0 && s->at > t->contact_by });
	t->contact_by = 0;
	step_touch(s, HEAD(t));
	dispatcher_cause_over(s, t->id, "contact");
}

void
dispatcher_task_arrive(struct step *s)
{
	const struct msg_task_arrive *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->unit))
		return;
	step_meet(s, HEAD(t), "onsite");
	step_emit(s, &msg_task_arrived_desc,
	    &(struct msg_task_arrived){ .task = t->id,
		.unit = t->unit,
		.late = t->onsite_by > 0 && s->at > t->onsite_by });
	t->onsite_by = 0;
	step_touch(s, HEAD(t));
	dispatcher_cause_over(s, t->id, "onsite");
}

void
dispatcher_task_urge(struct step *s)
{
	const struct msg_task_urge *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_acts_for(s, m->unit, t->giver) &&
	    !dispatcher_is_room_or_centre(s, m->unit, dispatcher_casefile(s)))
		return;
	if (t->urged_at > 0 &&
	    s->at < step_due(s, "task.urge", t->urged_at).at) {
		step_refuse(s, "TOO_SOON");
		return;
	}
	t->urged++;
	t->urged_at = s->at;
	step_touch(s, HEAD(t));
	step_emit(s, &msg_task_urged_desc,
	    &(struct msg_task_urged){
		.task = t->id, .unit = t->unit, .by = m->unit, .n = t->urged });
}

/* Nothing stays without an owner: what is left decides, or the room. */
void
dispatcher_task_withdraw(struct step *s)
{
	const struct msg_task_withdraw *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->giver) ||
	    !step_has_reason(s, m->reason))
		return;
	/* The bundle has a place for it: step.skip, bundle.stop. */
	if (t->step.n > 0) {
		step_refuse_because(
		    s, "OF_A_STEP", "it is of %.*s", STR_ARG(t->step));
		return;
	}
	dispatcher_withdraw(s, t, STR("sender"));
	dispatcher_settle(s, dispatcher_casefile(s));
}
