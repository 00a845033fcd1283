/* A call that needs the word of leaders first (预审), or of a neighbour. */
#include "services/dispatcher/rules_call.h"

/* Whose word CALL waits for now; empty: nobody's. */
static struct str
awaited(
    struct step *s, const struct row_casefile *c, const struct row_call *call)
{
	struct str unit = dispatcher_approval_missing(
	    s, c, dispatcher_class(call->class), call->approvers);

	if (unit.n == 0 && call->partner.n > 0 && !call->agreed)
		/* The one of the two rooms that did not draft it. */
		return str_eq(call->partner, dispatcher_room(s, c))
			   ? call->room
			   : call->partner;
	return unit;
}

static void
arm_precheck(struct step *s, struct row_call *call, struct str unit)
{
	struct due due =
	    step_due(s, dispatcher_class(call->class)->precheck, s->at);

	call->precheck_by = due.at;
	step_arm(s, HEAD(call), "precheck", ARM_DUTY, unit, due);
}

static bool
needs_draft(struct step *s, struct str name)
{
	const struct call_class *class = dispatcher_class(name);

	if (class != NULL && class->precheck != NULL)
		return true;
	step_refuse_because(s, "CLASS_UNKNOWN", "raise it, it needs no draft");
	return false;
}

void
dispatcher_call_draft(struct step *s)
{
	const struct msg_call_draft *m = s->msg;
	const struct row_casefile *c = (const struct row_casefile *)s->row;
	struct plea p = { m->class, m->main, m->assisting, m->reason, m->place,
		m->lat, m->lon, m->partner, m->lead, m->unit, m->officer };
	struct row_call *call;
	struct str unit;

	if (!needs_draft(s, m->class) || !dispatcher_plea_fits(s, c, &p))
		return;
	call = dispatcher_new_call(s, c, &p, CALL_DRAFTED);
	unit = awaited(s, c, call);
	must(unit.n > 0);
	arm_precheck(s, call, unit);
	step_emit(s, &msg_call_drafted_desc,
	    &(struct msg_call_drafted){ .call = call->id,
		.class = call->class,
		.unit = call->room,
		.main = call->main,
		.waits_for = unit,
		.precheck_by = call->precheck_by });
}

/* It waits for the next word, or is out. */
static void
go_on(struct step *s, struct row_call *call, struct str by, struct str officer)
{
	struct row_casefile *c = dispatcher_casefile(s);
	struct str next = awaited(s, c, call);

	step_emit(s, &msg_call_approved_desc,
	    &(struct msg_call_approved){ .call = call->id,
		.unit = by,
		.officer = officer,
		.waits_for = next });
	dispatcher_cause_over(s, call->id, "precheck");
	if (next.n > 0) {
		arm_precheck(s, call, next);
		step_touch(s, HEAD(call));
		return;
	}
	call->precheck_by = 0;
	step_meet(s, HEAD(call), "precheck");
	step_move(s, THING_CALL, HEAD(call), CALL_GATHERING);
	dispatcher_call_out(s, c, call);
	if (step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_OPENED)))
		step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
}

/* Others may have called since: the last word must still find it well. */
static bool
may_go_on(struct step *s, const struct row_call *call)
{
	const struct row_casefile *c = dispatcher_casefile(s);

	if (!step_in(s, THING_CASEFILE, HEAD(c),
		IN(CASEFILE_OPENED) | IN(CASEFILE_IN_HAND))) {
		step_refuse_because(s, "NOT_ALLOWED_NOW",
		    "the casefile is %.*s", STR_ARG(c->state));
		return false;
	}
	return dispatcher_units_fit(s, dispatcher_class(call->class),
	    call->room, call->main, call->assisting);
}

void
dispatcher_call_approve(struct step *s)
{
	const struct msg_call_approve *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	const struct row_casefile *c = dispatcher_casefile(s);
	const struct call_class *class = dispatcher_class(call->class);
	struct strs words = strs_add(s->arena, call->approvers, m->officer);
	struct str was =
	    dispatcher_approval_missing(s, c, class, call->approvers);

	if (was.n == 0 ||
	    str_eq(was, dispatcher_approval_missing(s, c, class, words))) {
		step_refuse_because(s, "APPROVER_MISSING",
		    "the word of %.*s is awaited",
		    STR_ARG(awaited(s, c, call)));
		return;
	}
	if (!step_must_be(s, m->unit, was) || !may_go_on(s, call))
		return;
	call->approvers = words;
	go_on(s, call, was, m->officer);
}

/* A joint call (跨乡镇) needs the neighbour's word too. */
void
dispatcher_call_agree(struct step *s)
{
	const struct msg_call_agree *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct str other;

	if (call->partner.n == 0 || call->agreed) {
		step_refuse(s, "PARTNER_WRONG");
		return;
	}
	other =
	    str_eq(call->partner, dispatcher_room(s, dispatcher_casefile(s)))
		? call->room
		: call->partner;
	if (!step_must_be(s, m->unit, other) || !may_go_on(s, call))
		return;
	call->agreed = true;
	go_on(s, call, other, m->officer);
}

void
dispatcher_call_decline(struct step *s)
{
	const struct msg_call_decline *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);

	if (!step_must_be(s, m->unit, awaited(s, c, call)) ||
	    !step_has_reason(s, m->reason))
		return;
	call->precheck_by = 0;
	step_move(s, THING_CALL, HEAD(call), CALL_DECLINED);
	step_meet_all(s, HEAD(call));
	step_emit(s, &msg_call_declined_desc,
	    &(struct msg_call_declined){
		.call = call->id, .unit = m->unit, .reason = m->reason });
	dispatcher_cause_over(s, call->id, NULL);
	dispatcher_settle(s, c);
}
