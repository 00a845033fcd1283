/* A township summons departments. */
#include "services/dispatcher/rules_call.h"

static const struct call_class classes[] = {
	{
	    .name = "emergency",
	    .sign = "whistle.emergency.sign",
	    .report_in = "whistle.emergency.report_in",
	    .back = "call.back.emergency",
	    .presence = "call.presence.emergency",
	    .rule = "call.rule.emergency",
	    .check = "call.check.emergency",
	    .recheck = "call.emergency.recheck",
	    .confirm = "call.confirm",
	},
	{
	    .name = "work",
	    .precheck = "call.precheck",
	    .sign = "whistle.work.sign",
	    .contact = "whistle.work.contact",
	    .report_in = "whistle.work.report_in",
	    .back = "call.back",
	    .presence = "call.presence",
	    .rule = "call.rule",
	    .finish = "call.work.finish",
	    .check = "call.check",
	    .approver = "whistle.work.approver",
	},
	{
	    .name = "tough",
	    .precheck = "call.precheck.tough",
	    .sign = "whistle.tough.sign",
	    .contact = "whistle.tough.contact",
	    .report_in = "whistle.tough.report_in",
	    .back = "call.back",
	    .presence = "call.presence",
	    .rule = "call.rule",
	    .finish = "call.tough.finish",
	    .check = "call.check",
	    .approver = "whistle.tough.approver",
	},
	{
	    .name = "community",
	    .sign = "whistle.community.sign",
	    .contact = "whistle.community.contact",
	    .report_in = "whistle.community.report_in",
	    .back = "call.back",
	    .presence = "call.presence",
	    .rule = "call.rule",
	    .finish = "call.community.finish",
	    .check = "call.check",
	    .community = true,
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

void
dispatcher_arm_recheck(
    struct step *s, const struct row_call *call, int64_t from)
{
	const char *key = dispatcher_class(call->class)->recheck;

	if (key != NULL)
		step_arm(s, HEAD(call), "recheck", ARM_WINDOW, call->room,
		    step_due(s, key, from));
}

void
dispatcher_arm_finish(struct step *s, struct row_call *call, struct due due)
{
	call->finish_by = due.at;
	step_arm(s, HEAD(call), "finish", ARM_DUTY, call->main, due);
}

void
dispatcher_finish_again(struct step *s, struct row_call *call)
{
	struct due due;

	if (dispatcher_class(call->class)->finish == NULL)
		return;
	due = step_due(s, "task.rework", s->at);
	dispatcher_arm_finish(s, call,
	    call->finish_by > due.at ? dispatcher_until(s, call->finish_by)
				     : due);
}

/* There is one truth about the end: a call outlives no promise. */
static struct due
finish_of(struct step *s, const struct row_casefile *c, const char *key)
{
	struct due due = step_due(s, key, s->at);

	return due.at <= c->finish_by || c->finish_by <= s->at
		   ? due
		   : dispatcher_until(s, c->finish_by);
}

/* Where to report in: as called, else where the casefile lies. */
static void
set_place(
    struct row_call *call, const struct plea *p, const struct row_casefile *c)
{
	bool said = p->place.n > 0 || p->lat != 0 || p->lon != 0;

	call->place = said ? p->place : c->place;
	call->lat = said ? p->lat : c->lat;
	call->lon = said ? p->lon : c->lon;
}

struct row_call *
dispatcher_new_call(struct step *s, const struct row_casefile *c,
    const struct plea *p, int state)
{
	struct row_call *call = step_new(s, THING_CALL, state);
	struct str caller = dispatcher_caller(s, c, dispatcher_class(p->class));

	call->class = p->class;
	call->partner = p->partner;
	call->room = caller;
	if (p->lead.n > 0 && !str_eq(p->lead, caller)) {
		call->room = p->partner;
		call->partner = caller;
	}
	call->main = p->main;
	call->assisting = p->assisting;
	call->reason = p->reason;
	call->raised_at = s->at;
	set_place(call, p, c);
	return call;
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
		if (step_in(s, THING_TASK, r, TASK_BUSY) &&
		    ((const struct row_task *)r)->step.n == 0)
			dispatcher_withdraw(
			    s, (struct row_task *)r, STR("called"));
}

static void
start_clocks(
    struct step *s, const struct row_casefile *c, struct row_call *call)
{
	const struct call_class *class = dispatcher_class(call->class);
	struct due due;

	call->raised_at = s->at;
	if (class->finish != NULL)
		dispatcher_arm_finish(s, call, finish_of(s, c, class->finish));
	dispatcher_arm_recheck(s, call, s->at);
	if (class->confirm == NULL)
		return;
	due = step_due(s, class->confirm, s->at);
	call->confirm_by = due.at;
	step_arm(s, HEAD(call), "confirm", ARM_DUTY, dispatcher_head_unit(s, c),
	    due);
}

void
dispatcher_call_out(
    struct step *s, struct row_casefile *c, struct row_call *call)
{
	start_clocks(s, c, call);
	take_in_hand(s, c, call);
	step_emit(s, &msg_call_raised_desc,
	    &(struct msg_call_raised){ .call = call->id,
		.class = call->class,
		.unit = call->room,
		.main = call->main,
		.assisting = call->assisting,
		.reason = call->reason,
		.finish_by = call->finish_by,
		.partner = call->partner,
		.confirm_by = call->confirm_by });
	dispatcher_ask(s, call, call->main, 0);
	for (size_t i = 0; i < call->assisting.n; i++)
		dispatcher_ask(s, call, call->assisting.p[i], i + 1);
	withdraw_all(s);
	dispatcher_promise_runs(s, c, call->main);
}

/* Without a draft: danger does not wait, or its own leaders have said yes. */
void
dispatcher_call_raise(struct step *s)
{
	const struct msg_call_raise *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	const struct call_class *class = dispatcher_class(m->class);
	struct plea p = { m->class, m->main, m->assisting, m->reason, m->place,
		m->lat, m->lon, m->partner, m->lead, m->unit, m->officer };
	struct strs words = dispatcher_own_words(s, c, m->approvers);
	struct str missing;
	struct row_call *call;

	if (!dispatcher_plea_fits(s, c, &p))
		return;
	missing = dispatcher_approval_missing(s, c, class, words);
	if (missing.n > 0 || (p.partner.n > 0 && class->confirm == NULL)) {
		step_refuse_because(s, "APPROVER_MISSING",
		    "of %.*s; call.draft asks for it",
		    STR_ARG(missing.n > 0 ? missing : p.partner));
		return;
	}
	call = dispatcher_new_call(s, c, &p, CALL_GATHERING);
	call->approvers = words;
	dispatcher_call_out(s, c, call);
}

void
dispatcher_call_add(struct step *s)
{
	const struct msg_call_add *m = s->msg;
	const struct row_call *call = (const struct row_call *)s->row;

	if (step_must_be(s, m->unit, call->room) &&
	    dispatcher_may_join(s, call, m->added))
		dispatcher_ask(s, call, m->added, dispatcher_n_seats(s, call));
}

/* Of where it is about, or of one of the two townships that call. */
static bool
may_command(struct step *s, const struct row_call *call, struct str officer)
{
	const struct row_unit *room =
	    registry_unit(s->registry, call->room, s->at);
	const struct row_unit *other =
	    registry_unit(s->registry, call->partner, s->at);

	return dispatcher_is_head(s, dispatcher_casefile(s), officer) ||
	       (room != NULL && dispatcher_leads(s, officer, room->division)) ||
	       (other != NULL && dispatcher_leads(s, officer, other->division));
}

/* One command for the time of the call (临时指挥部), led by a township. */
void
dispatcher_call_form_group(struct step *s)
{
	const struct msg_call_form_group *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;

	if (!step_must_be(s, m->unit, call->room))
		return;
	if (!may_command(s, call, m->leader)) {
		step_refuse_because(s, "APPROVER_MISSING",
		    "%.*s leads no township of this call", STR_ARG(m->leader));
		return;
	}
	call->team = m->name;
	step_touch(s, HEAD(call));
	step_emit(s, &msg_call_group_formed_desc,
	    &(struct msg_call_group_formed){
		.call = call->id, .name = m->name, .leader = m->leader });
}
