/* A township summons departments, and lets them go. */
#include "services/dispatcher/rules.h"

static const struct call_class classes[] = {
	{
	    .name = "emergency",
	    .sign = "whistle.emergency.sign",
	    .report_in = "whistle.emergency.report_in",
	    .check = "call.check.emergency",
	    .recheck = "call.emergency.recheck",
	},
	{
	    .name = "work",
	    .sign = "whistle.work.sign",
	    .report_in = "whistle.work.report_in",
	    .finish = "call.work.finish",
	    .check = "call.check",
	    .township_leader = true,
	},
	{
	    .name = "tough",
	    .sign = "whistle.tough.sign",
	    .report_in = "whistle.tough.report_in",
	    .finish = "call.tough.finish",
	    .check = "call.check",
	    .township_leader = true,
	    .county_leader = true,
	},
};

const struct call_class *
dispatcher_class(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (str_is(name, classes[i].name))
			return &classes[i];
	return NULL;
}

/* A unit of the county: at the county, or a station or branch of one. */
static bool
is_countys(struct step *s, const struct row_unit *u)
{
	const struct row_unit *up;

	if (dispatcher_tier_at(u) == TIER_COUNTY)
		return true;
	if (str_is(u->kind, "township") || str_is(u->kind, "street"))
		return false;
	up = registry_unit(s->registry, u->parent, s->at);
	return up != NULL && dispatcher_tier_at(up) == TIER_COUNTY;
}

/* Whether an open call of the casefile has asked UNIT already. */
static bool
is_called(struct step *s, struct str unit)
{
	for (struct row_head *r = step_next(s, THING_CALL, NULL); r != NULL;
	     r = step_next(s, THING_CALL, r)) {
		const struct row_call *call = (const struct row_call *)r;
		const struct row_attendance *a = NULL;

		if (!step_in(s, THING_CALL, r, CALL_OPEN))
			continue;
		while ((a = dispatcher_next_seat(s, call, a)) != NULL)
			if (str_eq(a->unit, unit))
				return true;
	}
	return false;
}

/* Refuses a unit that is unknown or called twice. */
static bool
is_new_unit(struct step *s, const struct msg_call_raise *m, size_t n)
{
	struct str unit = m->assisting.p[n];
	bool twice = str_eq(unit, m->main) || is_called(s, unit);

	if (step_unit(s, unit) == NULL)
		return false;
	for (size_t i = 0; i < n; i++)
		twice = twice || str_eq(m->assisting.p[i], unit);
	if (twice)
		step_refuse_because(s, "UNIT_TWICE", "%.*s", STR_ARG(unit));
	return !twice;
}

static bool
units_fit(struct step *s, const struct msg_call_raise *m)
{
	const struct row_unit *main = step_unit(s, m->main);
	int64_t max = registry_number(s->registry, "call.units.max", s->at, 0);

	if (main == NULL)
		return false;
	if (!is_countys(s, main)) {
		step_refuse(s, "OWN_POWER");
		return false;
	}
	if (is_called(s, m->main)) {
		step_refuse_because(s, "UNIT_TWICE", "%.*s", STR_ARG(m->main));
		return false;
	}
	if (m->assisting.n >= (size_t)max) {
		step_refuse_because(
		    s, "TOO_MANY_UNITS", "%lld at most", (long long)max);
		return false;
	}
	for (size_t i = 0; i < m->assisting.n; i++)
		if (!is_new_unit(s, m, i))
			return false;
	return true;
}

static bool
has_leader(struct step *s, struct strs officers, struct str place)
{
	for (size_t i = 0; i < officers.n; i++)
		if (dispatcher_leads(s, officers.p[i], place))
			return true;
	return false;
}

static bool
is_approved(struct step *s, const struct msg_call_raise *m,
    const struct row_casefile *c, const struct call_class *class)
{
	struct str place = dispatcher_place(s, c);
	struct str county = registry_county_of(place);
	struct str town = registry_township_of(place);

	/* What lies in no township is the county's to approve. */
	if (class->township_leader &&
	    !has_leader(s, m->approvers, town.n > 0 ? town : county)) {
		step_refuse_because(s, "APPROVER_MISSING",
		    "a leader of the %s must approve",
		    town.n > 0 ? "township" : "county");
		return false;
	}
	if (class->county_leader && !has_leader(s, m->approvers, county)) {
		step_refuse_because(s, "APPROVER_MISSING",
		    "a leader of the county must approve");
		return false;
	}
	return true;
}

/* Where to report in: as called, else where the casefile lies. */
static void
set_place(struct row_call *call, const struct msg_call_raise *m,
    const struct row_casefile *c)
{
	bool said = m->place.n > 0 || m->lat != 0 || m->lon != 0;

	call->place = said ? m->place : c->place;
	call->lat = said ? m->lat : c->lat;
	call->lon = said ? m->lon : c->lon;
}

static void
arm_recheck(struct step *s, const struct row_call *call,
    const struct call_class *class, int64_t from)
{
	if (class->recheck != NULL)
		step_arm(s, HEAD(call), "recheck", ARM_WINDOW, call->room,
		    step_due(s, class->recheck, from));
}

static void
arm_finish(struct step *s, struct row_call *call, struct due due)
{
	call->finish_by = due.at;
	step_arm(s, HEAD(call), "finish", ARM_DUTY, call->main, due);
}

static void
ask_all(struct step *s, const struct row_call *call, struct strs assisting)
{
	dispatcher_ask(s, call, call->main, 0);
	for (size_t i = 0; i < assisting.n; i++)
		dispatcher_ask(s, call, assisting.p[i], i + 1);
}

/* The casefile gets its way by the call when it had none. */
static void
take_in_hand(
    struct step *s, struct row_casefile *c, const struct row_call *call)
{
	bool wide = registry_township_of(dispatcher_place(s, c)).n == 0;

	if (!step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_OPENED)))
		return;
	dispatcher_way_found(s, c);
	if (c->tier.n == 0)
		c->tier =
		    dispatcher_tier_name(wide ? TIER_COUNTY : TIER_TOWNSHIP);
	step_emit(s, &msg_casefile_routed_desc,
	    &(struct msg_casefile_routed){ .casefile = c->id,
		.matter = c->matter,
		.tier = c->tier,
		.to = call->main,
		.by = STR("room") });
}

static void
withdraw_all(struct step *s)
{
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if (step_in(s, THING_TASK, r, TASK_BUSY))
			dispatcher_withdraw(
			    s, (struct row_task *)r, STR("called"));
}

static struct row_call *
begin_call(struct step *s, const struct row_casefile *c,
    const struct call_class *class)
{
	const struct msg_call_raise *m = s->msg;
	struct row_call *call = step_new(s, THING_CALL, CALL_GATHERING);

	call->class = m->class;
	call->room = dispatcher_room(s, c);
	call->main = m->main;
	call->approvers = m->approvers;
	call->raised_at = s->at;
	set_place(call, m, c);
	if (class->finish != NULL)
		arm_finish(s, call, step_due(s, class->finish, s->at));
	arm_recheck(s, call, class, s->at);
	return call;
}

void
dispatcher_call_raise(struct step *s)
{
	const struct msg_call_raise *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	const struct call_class *class = dispatcher_class(m->class);
	struct row_call *call;

	if (!step_must_be(s, m->unit, dispatcher_room(s, c)) ||
	    !dispatcher_has_reason(s, m->reason))
		return;
	if (class == NULL) {
		step_refuse(s, "CLASS_UNKNOWN");
		return;
	}
	if (!units_fit(s, m) || !is_approved(s, m, c, class))
		return;
	call = begin_call(s, c, class);
	take_in_hand(s, c, call);
	step_emit(s, &msg_call_raised_desc,
	    &(struct msg_call_raised){ .call = call->id,
		.class = call->class,
		.unit = call->room,
		.main = call->main,
		.assisting = m->assisting,
		.reason = m->reason,
		.finish_by = call->finish_by });
	ask_all(s, call, m->assisting);
	withdraw_all(s);
}

/*
 * Nobody is late: the room is only reminded that it still lasts.  After a
 * silence (an outage) once, and not once for every time that has passed.
 */
void
dispatcher_call_recheck(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	const struct row_call *call = (const struct row_call *)s->row;
	const struct call_class *class = dispatcher_class(call->class);
	struct due next = step_due(s, class->recheck, m->due_at);

	arm_recheck(s, call, class, next.at > s->at ? m->due_at : s->at);
}

void
dispatcher_call_submit(struct step *s)
{
	const struct msg_call_submit *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct due check;

	if (!step_must_be(s, m->unit, call->main) ||
	    !dispatcher_may_handle(s, m->officer))
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
	dispatcher_cause_over(s, call->id, NULL);
	dispatcher_forwarded(s, HEAD(call), call->main);
}

void
dispatcher_call_veto(struct step *s)
{
	const struct msg_call_veto *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	const struct call_class *class = dispatcher_class(call->class);
	struct due due;

	if (!step_must_be(s, m->unit, call->room) ||
	    !dispatcher_has_reason(s, m->reason))
		return;
	call->vetoed++;
	step_meet(s, HEAD(call), "check");
	arm_recheck(s, call, class, s->at);
	if (class->finish != NULL) {
		due = step_due(s, "task.rework", s->at);
		arm_finish(s, call,
		    call->finish_by > due.at
			? dispatcher_until(s, call->finish_by)
			: due);
	}
	step_emit(s, &msg_call_vetoed_desc,
	    &(struct msg_call_vetoed){
		.call = call->id, .n = call->vetoed, .reason = m->reason });
	dispatcher_cause_over(s, call->id, NULL);
	dispatcher_not_forwarded(s);
	dispatcher_reworked(s, call->main);
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
	step_meet_all(s, HEAD(call));
	step_arm(s, HEAD(call), "grade", ARM_DUTY, call->room, grade);
	step_emit(s, &msg_call_released_desc,
	    &(struct msg_call_released){ .call = call->id,
		.unit = call->room,
		.grade_by = call->grade_by });
	dispatcher_free_all(s, call);
	dispatcher_cause_over(s, call->id, NULL);
	dispatcher_result(s, c, call->main, call->submitted_at);
	dispatcher_settle(s, c);
}

void
dispatcher_call_cancel(struct step *s)
{
	const struct msg_call_cancel *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;

	if (!step_must_be(s, m->unit, call->room) ||
	    !dispatcher_has_reason(s, m->reason))
		return;
	step_move(s, THING_CALL, HEAD(call), CALL_CANCELLED);
	step_meet_all(s, HEAD(call));
	step_emit(s, &msg_call_cancelled_desc,
	    &(struct msg_call_cancelled){
		.call = call->id, .unit = call->room });
	dispatcher_free_all(s, call);
	dispatcher_cause_over(s, call->id, NULL);
	dispatcher_settle(s, dispatcher_casefile(s));
}
