/* One department in one call: asked, on its way, there, judged. */
#include "services/dispatcher/rules_call.h"

struct row_attendance *
dispatcher_next_seat(struct step *s, const struct row_call *call,
    const struct row_attendance *prev)
{
	struct row_head *r =
	    step_next(s, THING_ATTENDANCE, prev != NULL ? HEAD(prev) : NULL);

	while (
	    r != NULL && !str_eq(((struct row_attendance *)r)->call, call->id))
		r = step_next(s, THING_ATTENDANCE, r);
	return (struct row_attendance *)r;
}

struct row_attendance *
dispatcher_seat(struct step *s, const struct row_call *call, struct str unit)
{
	struct row_attendance *a = NULL;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (str_eq(a->unit, unit))
			return a;
	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (step_acts_for(s, unit, a->unit))
			return a;
	return NULL;
}

size_t
dispatcher_n_seats(struct step *s, const struct row_call *call)
{
	const struct row_attendance *a = NULL;
	size_t n = 0;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		n++;
	return n;
}

struct row_attendance *
dispatcher_seat_in(struct step *s, struct str unit, uint32_t states)
{
	const struct row_call *call = (const struct row_call *)s->row;
	struct row_attendance *a;

	if (step_unit(s, unit) == NULL)
		return NULL;
	a = dispatcher_seat(s, call, unit);
	if (a == NULL) {
		step_refuse_because(s, "NOT_ASKED", "%.*s", STR_ARG(unit));
		return NULL;
	}
	if (!step_in(s, THING_ATTENDANCE, HEAD(a), states)) {
		step_refuse_state(s, THING_ATTENDANCE, HEAD(a), a->unit);
		return NULL;
	}
	return a;
}

#define ID_MAX 48 /* of ROW_HEAD */

/* <call>/<unit>; a code that no id can hold gives way to its number. */
static struct str
seat_id(struct step *s, const struct row_call *call, struct str unit, size_t n)
{
	if (call->id.n + 1 + unit.n > ID_MAX || str_find(unit, '_') < unit.n)
		return arena_printf(
		    s->arena, "%.*s/%zu", STR_ARG(call->id), n + 1);
	return arena_printf(
	    s->arena, "%.*s/%.*s", STR_ARG(call->id), STR_ARG(unit));
}

/* A new one; who was freed or excused is called again as if for the first. */
static struct row_attendance *
new_seat(struct step *s, const struct row_call *call, struct str unit, size_t n)
{
	struct row_attendance *a = dispatcher_seat(s, call, unit);

	if (a == NULL || !str_eq(a->unit, unit)) {
		a = step_new_id(s, THING_ATTENDANCE, ATTENDANCE_ASKED,
		    seat_id(s, call, unit, n));
		a->n = (int64_t)n;
		return a;
	}
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_ASKED);
	a->present_at = a->contacted_at = 0;
	a->late = a->part = a->ruled = false;
	return a;
}

void
dispatcher_ask(
    struct step *s, const struct row_call *call, struct str unit, size_t n)
{
	const struct call_class *class = dispatcher_class(call->class);
	struct row_attendance *a = new_seat(s, call, unit, n);
	struct due sign = step_due(s, class->sign, s->at);
	struct due report_in = step_due(s, class->report_in, s->at);
	struct due contact;

	a->call = call->id;
	a->unit = unit;
	a->role = str_eq(unit, call->main) ? STR("main") : STR("assisting");
	a->asked_at = s->at;
	a->sign_by = sign.at;
	a->report_in_by = report_in.at;
	step_arm(s, HEAD(a), "sign", ARM_DUTY, unit, sign);
	step_arm(s, HEAD(a), "report_in", ARM_DUTY, unit, report_in);
	if (class->contact != NULL) {
		contact = step_due(s, class->contact, s->at);
		a->contact_by = contact.at;
		step_arm(s, HEAD(a), "contact", ARM_DUTY, unit, contact);
	}
	step_emit(s, &msg_call_unit_asked_desc,
	    &(struct msg_call_unit_asked){ .call = a->call,
		.unit = a->unit,
		.role = a->role,
		.sign_by = a->sign_by,
		.report_in_by = a->report_in_by,
		.contact_by = a->contact_by });
}

/* An acknowledgement is not presence: report_in runs on. */
void
dispatcher_call_sign(struct step *s)
{
	const struct msg_call_sign *m = s->msg;
	struct row_attendance *a =
	    dispatcher_seat_in(s, m->unit, IN(ATTENDANCE_ASKED));

	if (a == NULL)
		return;
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_SIGNED);
	step_meet(s, HEAD(a), "sign");
	step_emit(s, &msg_call_signed_desc,
	    &(struct msg_call_signed){ .call = a->call, .unit = a->unit });
	dispatcher_cause_over(s, a->id, "sign");
}

void
dispatcher_call_contact(struct step *s)
{
	const struct msg_call_contact *m = s->msg;
	struct row_attendance *a = dispatcher_seat_in(
	    s, m->unit, IN(ATTENDANCE_ASKED) | IN(ATTENDANCE_SIGNED));

	if (a == NULL)
		return;
	if (a->contacted_at > 0) {
		step_refuse_because(s, "NOT_ALLOWED_NOW", "they have spoken");
		return;
	}
	a->contacted_at = s->at;
	step_touch(s, HEAD(a));
	step_meet(s, HEAD(a), "contact");
	step_emit(s, &msg_call_contacted_desc,
	    &(struct msg_call_contacted){ .call = a->call,
		.unit = a->unit,
		.late = a->contact_by > 0 && s->at > a->contact_by });
	a->contact_by = 0;
	dispatcher_cause_over(s, a->id, "contact");
}

/* It is told to the county and counted; the clock runs on. */
void
dispatcher_call_refuse(struct step *s)
{
	const struct msg_call_refuse *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a = dispatcher_seat_in(
	    s, m->unit, IN(ATTENDANCE_ASKED) | IN(ATTENDANCE_SIGNED));
	struct due rule;

	if (a == NULL || !step_has_reason(s, m->reason))
		return;
	if (a->ruled) {
		step_refuse(s, "RULED");
		return;
	}
	a->refused++;
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_REFUSING);
	step_meet(s, HEAD(a), "sign");
	step_emit(s, &msg_call_unit_refused_desc,
	    &(struct msg_call_unit_refused){
		.call = a->call, .unit = a->unit, .reason = m->reason });
	dispatcher_cause_over(s, a->id, "sign");
	rule = step_due(s, dispatcher_class(call->class)->rule, s->at);
	step_arm(s, HEAD(a), "rule", ARM_DUTY, dispatcher_ruler(s), rule);
	dispatcher_escalate(s, call, a, STR("refused"), rule);
	dispatcher_trigger(s, "call.refused", a->unit, a->id, "refused");
}

/* The matter is not done, so nobody withdraws (事不完、人不撤). */
void
dispatcher_call_leave(struct step *s)
{
	const struct msg_call_leave *m = s->msg;

	if (dispatcher_seat_in(s, m->unit, ATTENDANCE_BOUND) != NULL)
		step_refuse(s, "NOT_RELEASED");
}

/* What an assisting department did; it stays until the township's word. */
void
dispatcher_call_file_part(struct step *s)
{
	const struct msg_call_file_part *m = s->msg;
	struct row_attendance *a =
	    dispatcher_seat_in(s, m->unit, IN(ATTENDANCE_PRESENT));

	if (a == NULL)
		return;
	a->part = true;
	step_touch(s, HEAD(a));
	step_emit(s, &msg_call_part_filed_desc,
	    &(struct msg_call_part_filed){
		.call = a->call, .unit = a->unit, .result = m->result });
}

void
dispatcher_call_free(struct step *s)
{
	const struct msg_call_free *m = s->msg;
	const struct row_call *call = (const struct row_call *)s->row;
	struct row_attendance *a;

	if (!step_must_be(s, m->unit, call->room))
		return;
	a = dispatcher_seat_in(s, m->freed, IN(ATTENDANCE_PRESENT));
	if (a == NULL)
		return;
	if (str_eq(a->unit, call->main)) {
		step_refuse(s, "MAIN_STAYS");
		return;
	}
	if (!a->part) {
		step_refuse_because(
		    s, "PART_MISSING", "of %.*s", STR_ARG(a->unit));
		return;
	}
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_FREED);
	step_meet_all(s, HEAD(a));
	step_emit(s, &msg_call_unit_freed_desc,
	    &(struct msg_call_unit_freed){ .call = a->call, .unit = a->unit });
}

/*
 * Who was not there when the township released has missed it; who was there
 * and was lost has not.
 */
void
dispatcher_free_all(struct step *s, const struct row_call *call)
{
	struct row_attendance *a = NULL;
	bool cancelled = s->desc == &msg_call_cancel_desc;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL) {
		bool missed = !cancelled && a->present_at == 0;

		if (!step_in(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_BOUND))
			continue;
		step_meet_all(s, HEAD(a));
		step_move(s, THING_ATTENDANCE, HEAD(a),
		    missed ? ATTENDANCE_MISSED : ATTENDANCE_RELEASED);
		if (missed)
			step_emit(s, &msg_call_unit_missed_desc,
			    &(struct msg_call_unit_missed){
				.call = call->id, .unit = a->unit });
		dispatcher_cause_over(s, a->id, NULL);
	}
}
