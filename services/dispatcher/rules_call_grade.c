/* After the release: was it an emergency, and grades both ways (双向评价). */
#include "services/dispatcher/rules_call.h"

static bool
lacks_grade(struct step *s, const struct row_attendance *a)
{
	return !a->graded &&
	       !step_in(s, THING_ATTENDANCE, HEAD(a), IN(ATTENDANCE_EXCUSED));
}

static int64_t
ungraded(struct step *s, const struct row_call *call)
{
	const struct row_attendance *a = NULL;
	int64_t n = 0;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		n += lacks_grade(s, a);
	return n;
}

/* Who came has judged the caller. */
static bool
is_graded_back(struct step *s, const struct row_call *call)
{
	const struct row_attendance *a = NULL;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (step_in(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_CAME) &&
		    !a->graded_back)
			return false;
	return true;
}

static void
say_ended(struct step *s, const struct row_call *call)
{
	step_emit(s, &msg_call_ended_desc,
	    &(struct msg_call_ended){
		.call = call->id, .ungraded = ungraded(s, call) });
}

/* Everything has been said: nothing to wait for. */
static void
end_if_all_said(struct step *s, struct row_call *call)
{
	if (!step_in(s, THING_CALL, HEAD(call), IN(CALL_RELEASED)) ||
	    ungraded(s, call) > 0 || !is_graded_back(s, call) ||
	    call->confirm_by > 0)
		return;
	step_meet_all(s, HEAD(call));
	step_move(s, THING_CALL, HEAD(call), CALL_ENDED);
	say_ended(s, call);
}

static bool
is_score(struct step *s, int64_t score, bool before)
{
	if (score < 0 || score > 100)
		step_refuse(s, "SCORE_BAD");
	else if (before)
		step_refuse(s, "GRADED_BEFORE");
	return !step_refused(s);
}

void
dispatcher_call_grade(struct step *s)
{
	const struct msg_call_grade *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a;

	if (!step_must_be(s, m->unit, call->room))
		return;
	a = dispatcher_seat_in(
	    s, m->graded, ATTENDANCE_CAME | IN(ATTENDANCE_MISSED));
	if (a == NULL || !is_score(s, m->score, a->graded))
		return;
	a->graded = true;
	a->score = m->score;
	step_touch(s, HEAD(a));
	step_emit(s, &msg_call_graded_desc,
	    &(struct msg_call_graded){
		.call = a->call, .unit = a->unit, .score = a->score });
	end_if_all_said(s, call);
}

void
dispatcher_call_grade_back(struct step *s)
{
	const struct msg_call_grade_back *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a =
	    dispatcher_seat_in(s, m->unit, ATTENDANCE_CAME);

	if (a == NULL || !is_score(s, m->score, a->graded_back))
		return;
	a->graded_back = true;
	a->score_back = m->score;
	step_touch(s, HEAD(a));
	step_emit(s, &msg_call_graded_back_desc,
	    &(struct msg_call_graded_back){ .call = a->call,
		.unit = a->unit,
		.room = call->room,
		.score = a->score_back });
	end_if_all_said(s, call);
}

/*
 * A missing grade is no grade, never full marks.  Each is told, and counted
 * against who called (scoring: warning.ungraded.count).
 */
void
dispatcher_call_ungraded(struct step *s)
{
	struct row_call *call = (struct row_call *)s->row;
	const struct row_attendance *a = NULL;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (lacks_grade(s, a))
			step_emit(s, &msg_call_unit_ungraded_desc,
			    &(struct msg_call_unit_ungraded){ .call = call->id,
				.unit = a->unit,
				.room = call->room });

	call->confirm_by = 0;
	step_meet_all(s, HEAD(call));
	say_ended(s, call);
	dispatcher_cause_over(s, call->id, NULL);
}

/* "Not an emergency" is counted against the caller; the call goes on. */
void
dispatcher_call_confirm(struct step *s)
{
	const struct msg_call_confirm *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	const struct row_casefile *c = dispatcher_casefile(s);

	if (call->confirm_by == 0) {
		step_refuse_because(
		    s, "NOT_ALLOWED_NOW", "nothing is to be confirmed");
		return;
	}
	if (!step_must_be(s, m->unit, dispatcher_head_unit(s, c)))
		return;
	if (!dispatcher_is_head(s, c, m->officer)) {
		step_refuse_because(s, "APPROVER_MISSING",
		    "%.*s does not lead the township", STR_ARG(m->officer));
		return;
	}
	call->confirm_by = 0;
	call->no_emergency = !m->emergency;
	step_touch(s, HEAD(call));
	step_meet(s, HEAD(call), "confirm");
	step_emit(s, &msg_call_confirmed_desc,
	    &(struct msg_call_confirmed){ .call = call->id,
		.unit = call->room,
		.emergency = m->emergency,
		.officer = m->officer });
	dispatcher_cause_over(s, call->id, "confirm");
	end_if_all_said(s, call);
}
