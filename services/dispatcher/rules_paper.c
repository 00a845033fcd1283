/* Papers of steps: asked for once, brought, made; and steps left out. */
#include "services/dispatcher/rules.h"

static struct row_task *
task_of(struct step *s, const struct row_step *step)
{
	return (struct row_task *)step_find(s, THING_TASK, step->task);
}

/* Refuses NOT_OF_STEP unless all of LIST are in OF. */
static bool
all_of(struct step *s, struct strs list, struct strs of)
{
	for (size_t i = 0; i < list.n; i++)
		if (!strs_has(of, list.p[i])) {
			step_refuse_because(
			    s, "NOT_OF_STEP", "%.*s", STR_ARG(list.p[i]));
			return false;
		}
	return true;
}

void
dispatcher_step_record(struct step *s)
{
	const struct msg_step_record *m = s->msg;
	struct row_step *step = (struct row_step *)s->row;
	struct row_bundle *b = dispatcher_bundle_of(s, step);
	const struct row_bundle_step *t = dispatcher_step_template(s, b, step);

	if ((!step_acts_for(s, m->unit, b->lead) &&
		!step_must_be(s, m->unit, step->owner)) ||
	    !all_of(s, m->papers, t->makes) || !all_of(s, m->yes, t->asks) ||
	    !all_of(s, m->no, t->asks))
		return;
	b->papers = strs_join(s->arena, b->papers, m->papers);
	b->no =
	    strs_join(s->arena, strs_without(s->arena, b->no, m->yes), m->no);
	b->yes =
	    strs_without(s->arena, strs_join(s->arena, b->yes, m->yes), m->no);
	step_touch(s, HEAD(b));
	step_emit(s, &msg_step_recorded_desc,
	    &(struct msg_step_recorded){ .step = step->id,
		.unit = m->unit,
		.papers = m->papers,
		.yes = m->yes,
		.no = m->no });
}

void
dispatcher_step_ask_papers(struct step *s)
{
	const struct msg_step_ask_papers *m = s->msg;
	struct row_step *step = (struct row_step *)s->row;
	struct row_bundle *b = dispatcher_bundle_of(s, step);
	const struct row_task *t = task_of(s, step);
	struct due due = step_due(s, "step.papers", s->at);

	if (!step_must_be(s, m->unit, step->owner) ||
	    !all_of(s, m->papers, dispatcher_step_template(s, b, step)->needs))
		return;
	if (step->asked.n > 0 || m->papers.n == 0) {
		step_refuse(
		    s, step->asked.n > 0 ? "ASKED_BEFORE" : "PAPER_MISSING");
		return;
	}
	if (t == NULL || !step_in(s, THING_TASK, HEAD(t), TASK_UNDONE)) {
		step_refuse(s, "NO_TASK");
		return;
	}
	step->asked = m->papers;
	step->asked_at = s->at;
	step->papers_by = due.at;
	step_touch(s, HEAD(step));
	step_pause(s, HEAD(t), "finish", "papers");
	step_arm(s, HEAD(step), "papers", ARM_QUIET, step->owner, due);
	step_emit(s, &msg_step_papers_asked_desc,
	    &(struct msg_step_papers_asked){ .step = step->id,
		.unit = step->owner,
		.papers = step->asked,
		.papers_by = step->papers_by });
}

/* The finish, later by the time for which it stood still. */
static int64_t
shifted(struct step *s, const struct row_step *step, const struct row_task *t)
{
	const struct calendar *c = registry_calendar(s->registry);
	int64_t still =
	    step->asked_at > step->since ? step->asked_at : step->since;
	struct pause pause = { still, s->at };
	struct limit limit;
	int64_t due;

	/* By its own clock, unless something else has changed it since. */
	if (!limit_parse(step->term, &limit) || limit.clock == LIMIT_NONE ||
	    calendar_due(c, limit, step->since, NULL) != t->finish_by)
		return t->finish_by + (s->at - still);
	due = calendar_due_paused(c, limit, step->since, &pause, 1, NULL);
	return due > t->finish_by ? due : t->finish_by;
}

static void
go_on(struct step *s, struct row_step *step)
{
	struct row_task *t = task_of(s, step);

	if (t == NULL || !step_in(s, THING_TASK, HEAD(t), TASK_UNDONE))
		return;
	/* What was over before anybody asked stays over. */
	if (t->finish_by <= step->asked_at)
		return;
	t->finish_by = shifted(s, step, t);
	step->finish_by = t->finish_by;
	step_touch(s, HEAD(t));
	step_resume(s, HEAD(t), "finish");
	step_arm(s, HEAD(t), "finish", ARM_DUTY, t->unit,
	    dispatcher_until(s, t->finish_by));
}

/* Whoever sits at a desk where people bring their papers. */
static bool
may_take(struct step *s, struct str unit, const struct row_bundle *b,
    const struct row_step *step)
{
	const struct row_casefile *c = dispatcher_casefile(s);
	const struct row_unit *u = step_unit(s, unit);

	if (u == NULL)
		return false;
	if (step_acts_for(s, unit, step->owner) ||
	    step_acts_for(s, unit, b->lead) ||
	    str_eq(u->division, dispatcher_place(s, c)))
		return true;
	return step_must_be(s, unit, dispatcher_room(s, c));
}

void
dispatcher_step_supply(struct step *s)
{
	const struct msg_step_supply *m = s->msg;
	struct row_step *step = (struct row_step *)s->row;
	struct row_bundle *b = dispatcher_bundle_of(s, step);
	struct strs missing = strs_without(s->arena, step->asked, m->papers);

	if (!may_take(s, m->unit, b, step))
		return;
	if (missing.n > 0) {
		step_refuse_because(
		    s, "PAPER_MISSING", "%.*s", STR_ARG(missing.p[0]));
		return;
	}
	step_move(s, THING_STEP, HEAD(step), STEP_WORKING);
	step_meet_all(s, HEAD(step));
	go_on(s, step);
	step_emit(s, &msg_step_supplied_desc,
	    &(struct msg_step_supplied){ .step = step->id,
		.unit = step->owner,
		.papers = step->asked,
		.finish_by = step->finish_by });
	dispatcher_bundle_look(s, b);
	dispatcher_cause_over(s, step->id, "decide");
}

/* Nobody brought them: silence is no answer, so somebody must decide. */
void
dispatcher_step_stalled(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_step *step = (struct row_step *)s->row;
	struct row_bundle *b = dispatcher_bundle_of(s, step);
	struct due due = step_due(s, "step.decide", m->due_at);

	step->decide_by = due.at;
	step_arm(s, HEAD(step), "decide", ARM_DUTY, b->lead, due);
	step_emit(s, &msg_step_stalled_desc,
	    &(struct msg_step_stalled){ .step = step->id,
		.unit = b->lead,
		.decide_by = step->decide_by });
}

void
dispatcher_step_skip(struct step *s)
{
	const struct msg_step_skip *m = s->msg;
	struct row_step *step = (struct row_step *)s->row;
	struct row_bundle *b = dispatcher_bundle_of(s, step);
	struct row_casefile *c = dispatcher_casefile(s);
	struct row_task *t = task_of(s, step);

	if (!step_must_be(s, m->unit, b->lead) ||
	    !step_has_reason(s, m->reason))
		return;
	if (!dispatcher_step_template(s, b, step)->optional) {
		step_refuse(s, "NOT_OPTIONAL");
		return;
	}
	step_meet_all(s, HEAD(step));
	if (t != NULL && step_in(s, THING_TASK, HEAD(t), TASK_BUSY))
		dispatcher_withdraw(s, t, STR("bundle"));
	dispatcher_step_leave_out(s, step, "lead", m->reason);
	dispatcher_steps_advance(s, b);
	dispatcher_bundle_look(s, b);
	dispatcher_cause_over(s, step->id, "decide");
	dispatcher_settle(s, c);
}
