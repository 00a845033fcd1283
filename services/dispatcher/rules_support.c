/*
 * The back office serves the front desk (后台服务前台): the office that has a
 * task asks another office of its township, which answers in time.  The
 * answer ends nothing but the question.
 */
#include "services/dispatcher/rules.h"

/* Another office at the township of T's unit, or a refusal. */
static bool
is_back_office(struct step *s, const struct row_task *t, struct str office)
{
	const struct row_unit *front = step_successor(s, t->unit);
	const struct row_unit *back = step_unit(s, office);

	if (back == NULL)
		return false;
	if (front == NULL || registry_township_of(front->division).n == 0 ||
	    !str_eq(back->division, registry_township_of(front->division)))
		step_refuse_because(
		    s, "OFFICE_ELSEWHERE", "%.*s", STR_ARG(office));
	else if (str_eq(front->code, back->code))
		step_refuse(s, "SAME_UNIT");
	return !step_refused(s);
}

static bool
is_asked(struct step *s, const struct row_task *t, struct str office)
{
	for (struct row_head *r = step_next(s, THING_SUPPORT, NULL); r != NULL;
	     r = step_next(s, THING_SUPPORT, r)) {
		const struct row_support *a = (const struct row_support *)r;

		if (step_in(s, THING_SUPPORT, r, IN(SUPPORT_ASKED)) &&
		    str_eq(a->task, t->id) && str_eq(a->office, office))
			return true;
	}
	return false;
}

void
dispatcher_support_ask(struct step *s)
{
	const struct msg_support_ask *m = s->msg;
	const struct row_task *t = (const struct row_task *)s->row;
	struct row_support *a;
	struct due due;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !is_back_office(s, t, m->office) || !step_person(s, m->officer) ||
	    !step_has_reason(s, m->what))
		return;
	if (is_asked(s, t, m->office)) {
		step_refuse(s, "ASKED_ALREADY");
		return;
	}
	due = step_due(s, "support.answer", s->at);
	a = step_new(s, THING_SUPPORT, SUPPORT_ASKED);
	a->task = t->id;
	a->unit = t->unit;
	a->office = m->office;
	a->asked_at = s->at;
	a->answer_by = due.at;
	step_arm(s, HEAD(a), "answer", ARM_DUTY, a->office, due);
	step_emit(s, &msg_support_asked_desc,
	    &(struct msg_support_asked){ .support = a->id,
		.task = a->task,
		.office = a->office,
		.what = m->what,
		.unit = a->unit,
		.answer_by = a->answer_by });
}

void
dispatcher_support_answer(struct step *s)
{
	const struct msg_support_answer *m = s->msg;
	struct row_support *a = (struct row_support *)s->row;

	if (!step_must_be(s, m->unit, a->office) ||
	    !step_person(s, m->officer) || !step_has_reason(s, m->answer))
		return;
	a->answered_at = s->at;
	step_meet(s, HEAD(a), "answer");
	step_emit(s, &msg_support_answered_desc,
	    &(struct msg_support_answered){ .support = a->id,
		.task = a->task,
		.answer = m->answer,
		.unit = m->unit,
		.late = s->at > a->answer_by });
	dispatcher_cause_over(s, a->id, NULL);
}

static void
drop(struct step *s, const struct row_support *a, const char *why)
{
	step_meet(s, HEAD(a), "answer");
	step_emit(s, &msg_support_dropped_desc,
	    &(struct msg_support_dropped){ .support = a->id,
		.task = a->task,
		.office = a->office,
		.why = str_of(why) });
	dispatcher_cause_over(s, a->id, NULL);
}

void
dispatcher_support_withdraw(struct step *s)
{
	const struct msg_support_withdraw *m = s->msg;
	const struct row_support *a = (const struct row_support *)s->row;

	if (step_must_be(s, m->unit, a->unit) && step_has_reason(s, m->reason))
		drop(s, a, "withdrawn");
}

/* The task was handed in, moved or taken back: its id comes first in each. */
void
dispatcher_support_over(struct step *s)
{
	const struct str *task = s->msg;

	if (!str_eq(((const struct row_support *)s->row)->task, *task))
		return;
	step_move(s, THING_SUPPORT, s->row, SUPPORT_DROPPED);
	drop(s, (const struct row_support *)s->row,
	    s->desc == &msg_task_submitted_desc ? "submitted"
	    : s->desc == &msg_task_moved_desc   ? "task_moved"
						: "task_withdrawn");
}
