/* From the work of a call to the township's word that all may go. */
#include "services/dispatcher/rules_call.h"

/*
 * Nobody is late: the room is only reminded that it still lasts.  After a
 * silence (an outage) once, and not once for every time that has passed.
 */
void
dispatcher_call_recheck(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	const struct row_call *call = (const struct row_call *)s->row;
	struct due next =
	    step_due(s, dispatcher_class(call->class)->recheck, m->due_at);

	dispatcher_arm_recheck(s, call, next.at > s->at ? m->due_at : s->at);
}

/* Refuses PART_MISSING: who is there and has not said what it did. */
static bool
has_parts(struct step *s, const struct row_call *call)
{
	const struct row_attendance *a = NULL;
	struct str ids = { NULL, 0 };

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (!str_eq(a->unit, call->main) && !a->part &&
		    step_in(
			s, THING_ATTENDANCE, HEAD(a), IN(ATTENDANCE_PRESENT)))
			ids = arena_printf(s->arena, "%.*s%s%.*s", STR_ARG(ids),
			    ids.n > 0 ? " " : "", STR_ARG(a->unit));
	if (ids.n == 0)
		return true;
	step_refuse_because(s, "PART_MISSING", "of %.*s", STR_ARG(ids));
	return false;
}

void
dispatcher_call_submit(struct step *s)
{
	const struct msg_call_submit *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct due check;

	if (!step_must_be(s, m->unit, call->main) ||
	    dispatcher_seat_in(s, call->main, IN(ATTENDANCE_PRESENT)) == NULL ||
	    !dispatcher_may_handle(s, m->officer) || !has_parts(s, call))
		return;
	check = step_due(s, dispatcher_class(call->class)->check, s->at);
	call->officer = m->officer;
	call->submitted_at = s->at;
	call->late = call->finish_by > 0 && s->at > call->finish_by;
	call->check_by = check.at;
	step_meet(s, HEAD(call), "finish");
	step_meet(s, HEAD(call), "recheck");
	step_arm(s, HEAD(call), "check", ARM_DUTY, call->room, check);
	step_emit(s, &msg_call_submitted_desc,
	    &(struct msg_call_submitted){ .call = call->id,
		.unit = call->main,
		.result = m->result,
		.late = call->late,
		.check_by = call->check_by });
	dispatcher_cause_over(s, call->id, "finish");
	dispatcher_forwarded(s, HEAD(call), call->main);
}

void
dispatcher_call_veto(struct step *s)
{
	const struct msg_call_veto *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;

	if (!step_must_be(s, m->unit, call->room) ||
	    !step_has_reason(s, m->reason))
		return;
	call->vetoed++;
	step_meet(s, HEAD(call), "check");
	dispatcher_arm_recheck(s, call, s->at);
	dispatcher_finish_again(s, call);
	step_emit(s, &msg_call_vetoed_desc,
	    &(struct msg_call_vetoed){
		.call = call->id, .n = call->vetoed, .reason = m->reason });
	dispatcher_cause_over(s, call->id, "check");
	dispatcher_come_again(s, call, dispatcher_seat(s, call, call->main));
	dispatcher_not_forwarded(s, call->main);
	dispatcher_reworked(s, call->main);
}

static void
dissolve(struct step *s, struct row_call *call)
{
	if (call->team.n == 0)
		return;
	step_emit(s, &msg_call_group_dissolved_desc,
	    &(struct msg_call_group_dissolved){
		.call = call->id, .name = call->team });
	call->team = (struct str){ NULL, 0 };
}

/* Released work counts as ended with a result; the grades come after. */
void
dispatcher_call_release(struct step *s)
{
	const struct msg_call_release *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);
	struct due grade;

	if (!step_must_be(s, m->unit, call->room))
		return;
	grade = step_due(s, "call.grade", s->at);
	call->grade_by = grade.at;
	step_move(s, THING_CALL, HEAD(call), CALL_RELEASED);
	step_meet(s, HEAD(call), "check");
	step_arm(s, HEAD(call), "grade", ARM_DUTY, call->room, grade);
	step_emit(s, &msg_call_released_desc,
	    &(struct msg_call_released){ .call = call->id,
		.unit = call->room,
		.grade_by = call->grade_by });
	dispatcher_free_all(s, call);
	dissolve(s, call);
	dispatcher_cause_over(s, call->id, "check");
	dispatcher_result(s, c, call->main, call->submitted_at);
	dispatcher_settle(s, c);
}

void
dispatcher_call_cancel(struct step *s)
{
	const struct msg_call_cancel *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;

	if (!step_must_be(s, m->unit, call->room) ||
	    !step_has_reason(s, m->reason))
		return;
	step_move(s, THING_CALL, HEAD(call), CALL_CANCELLED);
	step_meet_all(s, HEAD(call));
	step_emit(s, &msg_call_cancelled_desc,
	    &(struct msg_call_cancelled){
		.call = call->id, .unit = call->room });
	dispatcher_free_all(s, call);
	dissolve(s, call);
	dispatcher_cause_over(s, call->id, NULL);
	dispatcher_settle(s, dispatcher_casefile(s));
}
