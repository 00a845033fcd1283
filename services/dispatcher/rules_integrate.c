/* A bundle is integrated up: one result, steps again, or no further. */
#include "services/dispatcher/rules.h"

/* The first result paper that a step should have made and did not; or "". */
static struct str
missing_paper(struct step *s, const struct row_bundle *b)
{
	struct strs results = dispatcher_template(s, b)->papers;
	const struct row_step *step = NULL;

	while ((step = dispatcher_next_step(s, b, step)) != NULL) {
		struct strs makes = dispatcher_step_template(s, b, step)->makes;

		if (!step_in(s, THING_STEP, HEAD(step), IN(STEP_DONE)))
			continue;
		for (size_t i = 0; i < makes.n; i++)
			if (strs_has(results, makes.p[i]) &&
			    !strs_has(b->papers, makes.p[i]))
				return makes.p[i];
	}
	return (struct str){ NULL, 0 };
}

/* Its steps are history. */
static void
close_steps(struct step *s, const struct row_bundle *b)
{
	struct row_step *step = NULL;

	while ((step = dispatcher_next_step(s, b, step)) != NULL)
		if (step_in(s, THING_STEP, HEAD(step), STEP_ENDED))
			step_move(s, THING_STEP, HEAD(step), STEP_CLOSED);
}

void
dispatcher_bundle_complete(struct step *s, struct row_bundle *b)
{
	const struct row_step *step = NULL;
	int64_t done = 0, skipped = 0;

	while ((step = dispatcher_next_step(s, b, step)) != NULL) {
		done += step_in(s, THING_STEP, HEAD(step), IN(STEP_DONE));
		skipped += step_in(s, THING_STEP, HEAD(step), IN(STEP_SKIPPED));
	}
	step_move(s, THING_BUNDLE, HEAD(b), BUNDLE_COMPLETED);
	step_meet_all(s, HEAD(b));
	close_steps(s, b);
	step_emit(s, &msg_bundle_completed_desc,
	    &(struct msg_bundle_completed){ .bundle = b->id,
		.unit = b->lead,
		.done = done,
		.skipped = skipped });
}

static bool
is_over(struct step *s, const struct row_bundle *b)
{
	const struct row_step *step = NULL;

	while ((step = dispatcher_next_step(s, b, step)) != NULL)
		if (step_in(s, THING_STEP, HEAD(step), STEP_OPEN))
			return false;
	return true;
}

void
dispatcher_bundle_integrate(struct step *s)
{
	const struct msg_bundle_integrate *m = s->msg;
	struct row_bundle *b = (struct row_bundle *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);
	struct str paper;

	if (!step_must_be(s, m->unit, b->lead))
		return;
	paper = missing_paper(s, b);
	if (paper.n > 0) {
		step_refuse_because(s, "PAPER_MISSING", "%.*s", STR_ARG(paper));
		return;
	}
	b->integrated_at = s->at;
	step_meet_all(s, HEAD(b));
	step_emit(s, &msg_bundle_integrated_desc,
	    &(struct msg_bundle_integrated){ .bundle = b->id,
		.unit = b->lead,
		.result = m->result,
		.late = s->at > b->finish_by });
	/* What follows it is not waited for: overdue is decided here. */
	dispatcher_promise_rests(s, c);
	c->forwarded_at = s->at;
	step_emit(s, &msg_casefile_forwarded_desc,
	    &(struct msg_casefile_forwarded){ .casefile = c->id,
		.unit = b->lead,
		.late = s->at > c->finish_by });
	dispatcher_result(s, c, b->lead, s->at);
	if (is_over(s, b))
		dispatcher_bundle_complete(s, b);
	else
		step_move(s, THING_BUNDLE, HEAD(b), BUNDLE_FOLLOWING);
	dispatcher_cause_over(s, b->id, NULL);
	dispatcher_settle(s, c);
}

/* Refuses a step that is not there, or has not ended. */
static bool
may_reopen(struct step *s, const struct row_bundle *b, struct strs steps)
{
	for (size_t i = 0; i < steps.n; i++) {
		const struct row_step *step =
		    dispatcher_step_with(s, b, steps.p[i]);
		bool ended = step != NULL &&
			     step_in(s, THING_STEP, HEAD(step), STEP_ENDED);

		if (ended)
			continue;
		step_refuse_because(s,
		    step != NULL ? "NOT_ENDED" : "UNKNOWN_STEP", "%.*s",
		    STR_ARG(steps.p[i]));
		return false;
	}
	return true;
}

/*
 * What it asked is to be answered anew, people may be asked again, and only a
 * new answer lets it be skipped.
 */
static void
reopen_step(struct step *s, struct row_bundle *b, struct row_step *step)
{
	const struct row_bundle_step *t = dispatcher_step_template(s, b, step);
	struct strs again = { &t->condition, 1 };

	/* Named twice. */
	if (!step_in(s, THING_STEP, HEAD(step), STEP_ENDED))
		return;
	b->yes = strs_without(s->arena, b->yes, t->asks);
	b->no = strs_without(s->arena, b->no, t->asks);
	b->no = strs_without(s->arena, b->no, again);
	step->rework++;
	step->asked = (struct strs){ NULL, 0 };
	step->done_at = 0;
	step_move(s, THING_STEP, HEAD(step), STEP_WAITING);
	step_emit(s, &msg_step_reopened_desc,
	    &(struct msg_step_reopened){
		.step = step->id, .unit = step->owner, .n = step->rework });
}

void
dispatcher_bundle_reopen(struct step *s)
{
	const struct msg_bundle_reopen *m = s->msg;
	struct row_bundle *b = (struct row_bundle *)s->row;

	if (!step_must_be(s, m->unit, b->lead) ||
	    !step_has_reason(s, m->reason) || !may_reopen(s, b, m->steps))
		return;
	if (m->steps.n == 0) {
		step_refuse(s, "UNKNOWN_STEP");
		return;
	}
	b->reopened++;
	step_move(s, THING_BUNDLE, HEAD(b), BUNDLE_RUNNING);
	step_meet(s, HEAD(b), "integrate");
	step_emit(s, &msg_bundle_reopened_desc,
	    &(struct msg_bundle_reopened){ .bundle = b->id,
		.unit = b->lead,
		.n = b->reopened,
		.reason = m->reason });
	for (size_t i = 0; i < m->steps.n; i++)
		reopen_step(s, b, dispatcher_step_with(s, b, m->steps.p[i]));
	dispatcher_steps_advance(s, b);
	dispatcher_bundle_look(s, b);
	dispatcher_cause_over(s, b->id, "integrate");
}

/* Somebody of the centre who is not the one who asks. */
static bool
is_approved(struct step *s, const struct msg_bundle_stop *m)
{
	struct str centre = dispatcher_centre(s, dispatcher_casefile(s));

	for (size_t i = 0; i < m->approvers.n; i++) {
		const struct row_officer *o =
		    registry_officer(s->registry, m->approvers.p[i], s->at);

		if (o != NULL && str_eq(o->unit, centre) &&
		    !str_eq(o->id, m->officer))
			return true;
	}
	step_refuse_because(s, "APPROVER_MISSING",
	    "somebody of the county centre must approve");
	return false;
}

static void
stop_step(struct step *s, struct row_step *step)
{
	struct row_task *t =
	    (struct row_task *)step_find(s, THING_TASK, step->task);

	step_move(s, THING_STEP, HEAD(step), STEP_STOPPED);
	step_meet_all(s, HEAD(step));
	if (t != NULL && step_in(s, THING_TASK, HEAD(t), TASK_BUSY))
		dispatcher_withdraw(s, t, STR("bundle"));
	dispatcher_cause_over(s, step->id, NULL);
}

void
dispatcher_bundle_stop(struct step *s)
{
	const struct msg_bundle_stop *m = s->msg;
	struct row_bundle *b = (struct row_bundle *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);
	struct row_step *step = NULL;

	if (!step_must_be(s, m->unit, b->lead) ||
	    !step_has_reason(s, m->reason) || !is_approved(s, m))
		return;
	step_move(s, THING_BUNDLE, HEAD(b), BUNDLE_STOPPED);
	step_meet_all(s, HEAD(b));
	step_emit(s, &msg_bundle_stopped_desc,
	    &(struct msg_bundle_stopped){
		.bundle = b->id, .unit = b->lead, .reason = m->reason });
	while ((step = dispatcher_next_step(s, b, step)) != NULL)
		if (step_in(s, THING_STEP, HEAD(step), STEP_OPEN))
			stop_step(s, step);
	close_steps(s, b);
	dispatcher_cause_over(s, b->id, NULL);
	dispatcher_settle(s, c);
}
