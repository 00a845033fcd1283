/* The county's part: a department that refuses, or a lead that is late. */
#include "services/dispatcher/rules_call.h"

/* Whether the limit is still the one that has run out (or nearly). */
static bool
is_due(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	const struct row_call *call = (const struct row_call *)s->row;
	int64_t by = str_is(m->limit, "precheck")  ? call->precheck_by
		     : str_is(m->limit, "confirm") ? call->confirm_by
						   : call->rule_by;

	return by > 0 && m->due_at >= by;
}

void
dispatcher_call_soon(struct step *s)
{
	if (is_due(s))
		dispatcher_card_soon(s);
}

void
dispatcher_call_late(struct step *s)
{
	if (is_due(s))
		dispatcher_card_late(s);
}

struct str
dispatcher_ruler(struct step *s)
{
	return dispatcher_centre(s, dispatcher_casefile(s));
}

void
dispatcher_escalate(struct step *s, struct row_call *call,
    const struct row_attendance *a, struct str why, struct due rule)
{
	step_emit(s, &msg_call_escalated_desc,
	    &(struct msg_call_escalated){ .call = call->id,
		.unit = a->unit,
		.why = why,
		.to = dispatcher_ruler(s),
		.rule_by = rule.at });
}

/* A department is late; without its lead a call goes to the county. */
void
dispatcher_call_unit_late(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_attendance *a = (struct row_attendance *)s->row;
	struct row_call *call =
	    (struct row_call *)step_find(s, THING_CALL, a->call);
	struct due due;

	dispatcher_card_late(s);
	if (m->due_at < a->report_in_by || !str_eq(a->unit, call->main) ||
	    !step_in(s, THING_CALL, HEAD(call), CALL_UNDONE) ||
	    call->rule_by > 0)
		return;
	due = step_due(s, dispatcher_class(call->class)->rule, m->due_at);
	call->rule_by = due.at;
	step_touch(s, HEAD(call));
	step_arm(s, HEAD(call), "rule", ARM_DUTY, dispatcher_ruler(s), due);
	dispatcher_escalate(s, call, a, STR("late"), due);
}

void
dispatcher_come_again(
    struct step *s, const struct row_call *call, struct row_attendance *a)
{
	struct due due;

	if (!step_in(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_AWAITED) ||
	    s->at < a->report_in_by)
		return;
	due = step_due(s, dispatcher_class(call->class)->back, s->at);
	/* Who comes by then is late for all that. */
	a->late = a->late || a->present_at == 0;
	a->report_in_by = due.at;
	step_touch(s, HEAD(a));
	step_arm(s, HEAD(a), "report_in", ARM_DUTY, a->unit, due);
	step_emit(s, &msg_call_unit_urged_desc,
	    &(struct msg_call_unit_urged){ .call = a->call,
		.unit = a->unit,
		.report_in_by = a->report_in_by });
}

void
dispatcher_lead_found(struct step *s, struct row_call *call)
{
	if (call->rule_by == 0)
		return;
	call->rule_by = 0;
	step_touch(s, HEAD(call));
	step_meet(s, HEAD(call), "rule");
	dispatcher_cause_over(s, call->id, "rule");
}

static void
excuse(struct step *s, const struct msg_call_rule *m, struct row_attendance *a)
{
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_EXCUSED);
	step_meet_all(s, HEAD(a));
	step_emit(s, &msg_call_unit_excused_desc,
	    &(struct msg_call_unit_excused){
		.call = a->call, .unit = a->unit, .reason = m->reason });
	dispatcher_cause_over(s, a->id, NULL);
}

/* It comes all the same, and has no second refusal. */
static void
keep(struct step *s, const struct msg_call_rule *m, struct row_attendance *a)
{
	const struct row_call *call = (const struct row_call *)s->row;

	a->ruled = true;
	step_touch(s, HEAD(a));
	if (step_in(s, THING_ATTENDANCE, HEAD(a), IN(ATTENDANCE_REFUSING))) {
		step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_SIGNED);
		step_meet(s, HEAD(a), "rule");
		dispatcher_cause_over(s, a->id, "rule");
	}
	step_emit(s, &msg_call_ruled_desc,
	    &(struct msg_call_ruled){ .call = a->call,
		.unit = a->unit,
		.refused = a->refused,
		.reason = m->reason });
	dispatcher_come_again(s, call, a);
}

/* A late lead may be ruled on too: it stays the lead. */
void
dispatcher_call_rule(struct step *s)
{
	const struct msg_call_rule *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	bool to_excuse = str_is(m->ruling, "excuse");
	struct row_attendance *a;
	bool main;

	if (!step_must_be(s, m->unit, dispatcher_ruler(s)) ||
	    !step_has_reason(s, m->reason))
		return;
	main = str_eq(m->about, call->main);
	a = dispatcher_seat_in(s, m->about,
	    main && call->rule_by > 0 ? ATTENDANCE_AWAITED
				      : IN(ATTENDANCE_REFUSING));
	if (a == NULL)
		return;
	if (main && to_excuse) {
		step_refuse(s, "MAIN_STAYS");
		return;
	}
	if (main)
		dispatcher_lead_found(s, call);
	if (to_excuse)
		excuse(s, m, a);
	else
		keep(s, m, a);
}

/* UNIT's attendance, while it is bound to come or there; else NULL. */
static struct row_attendance *
bound(struct step *s, const struct row_call *call, struct str unit)
{
	struct row_attendance *a = dispatcher_seat(s, call, unit);

	return a != NULL && str_eq(a->unit, unit) &&
		       step_in(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_BOUND)
		   ? a
		   : NULL;
}

static bool
can_lead(struct step *s, const struct row_call *call, struct str unit)
{
	if (str_eq(unit, call->main)) {
		step_refuse_because(
		    s, "UNIT_TWICE", "%.*s leads", STR_ARG(unit));
		return false;
	}
	return dispatcher_may_lead(
		   s, dispatcher_class(call->class), call->room, unit) &&
	       (bound(s, call, unit) != NULL ||
		   dispatcher_may_join(s, call, unit));
}

static void
change_lead(struct step *s, struct row_call *call, struct str unit)
{
	struct row_attendance *was = dispatcher_seat(s, call, call->main);
	struct row_attendance *a = bound(s, call, unit);
	size_t n = dispatcher_n_seats(s, call);

	was->role = STR("assisting");
	step_touch(s, HEAD(was));
	call->main = unit;
	if (a == NULL) {
		dispatcher_ask(s, call, unit, n);
		return;
	}
	a->role = STR("main");
	step_touch(s, HEAD(a));
}

void
dispatcher_call_designate(struct step *s)
{
	const struct msg_call_designate *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct str was = call->main;
	struct row_attendance *a;

	if (!step_must_be(s, m->unit, dispatcher_ruler(s)) ||
	    !step_has_reason(s, m->reason) || !can_lead(s, call, m->main))
		return;
	step_emit(s, &msg_call_designated_desc,
	    &(struct msg_call_designated){
		.call = call->id, .main = m->main, .was = was });
	change_lead(s, call, m->main);
	dispatcher_lead_found(s, call);
	dispatcher_cause_over(s, call->id, "finish");
	dispatcher_finish_again(s, call);
	step_touch(s, HEAD(call));
	dispatcher_promise_runs(s, dispatcher_casefile(s), call->main);
	a = dispatcher_seat(s, call, m->main);
	dispatcher_come_again(s, call, a);
	if (step_in(s, THING_ATTENDANCE, HEAD(a), IN(ATTENDANCE_PRESENT)))
		dispatcher_gather(s, call);
	else if (step_in(s, THING_CALL, HEAD(call), IN(CALL_WORKING)))
		step_move(s, THING_CALL, HEAD(call), CALL_GATHERING);
}
