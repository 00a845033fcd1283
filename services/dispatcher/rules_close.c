/* Its end: closed, ended unhandled; a merged one ends with its parent. */
#include "services/dispatcher/rules.h"

/* The last call of a township that went out; NULL: none. */
static const struct row_call *
last_call(struct step *s)
{
	const struct row_call *last = NULL;

	for (struct row_head *r = step_next(s, THING_CALL, NULL); r != NULL;
	     r = step_next(s, THING_CALL, r))
		if (step_in(s, THING_CALL, r,
			CALL_OPEN | IN(CALL_RELEASED) | IN(CALL_ENDED)) &&
		    !str_is(((struct row_call *)r)->class, "community"))
			last = (const struct row_call *)r;
	return last;
}

bool
dispatcher_may_close(
    struct step *s, struct str unit, const struct row_casefile *c)
{
	const struct row_unit *handler = step_successor(s, c->handler);
	const struct row_call *call = last_call(s);

	/* Who called the county in decides alone when it is done. */
	if (call != NULL)
		return (call->partner.n > 0 &&
			   step_acts_for(s, unit, call->partner)) ||
		       step_must_be(s, unit, call->room);
	if (handler != NULL && dispatcher_tier_at(handler) <= TIER_VILLAGE &&
	    step_acts_for(s, unit, handler->code))
		return true;
	return dispatcher_is_room_or_centre(s, unit, c);
}

/* It is closed now; what was merged into it closes with it. */
static void
say_closed(
    struct step *s, struct row_casefile *c, struct str unit, struct str ground)
{
	step_emit(s, &msg_casefile_closed_desc,
	    &(struct msg_casefile_closed){ .casefile = c->id,
		.matter = c->matter,
		.outcome = c->outcome,
		.handler = c->handler,
		.unit = unit,
		.late = c->late,
		.tier = c->tier,
		.ground = ground,
		.parent = c->parent });
	for (size_t i = 0; i < c->children.n; i++)
		step_emit_about(s, c->children.p[i],
		    &msg_casefile_followed_desc,
		    &(struct msg_casefile_followed){
			.casefile = c->children.p[i],
			.parent = c->id,
			.outcome = c->outcome,
			.handler = c->handler,
			.unit = unit,
			.tier = c->tier,
			.ground = ground,
			.done_at = c->done_at });
	c->children = (struct strs){ NULL, 0 };
	dispatcher_promise_rests(s, c);
	dispatcher_cause_over(s, c->id, NULL);
}

void
dispatcher_casefile_close(struct step *s)
{
	const struct msg_casefile_close *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	struct str open = dispatcher_open_work(s);

	if (!dispatcher_may_close(s, m->unit, c))
		return;
	if (open.n > 0) {
		step_refuse_because(s, "CHILD_OPEN", "%.*s", STR_ARG(open));
		return;
	}
	/* What is explained leaves nothing to be seen. */
	if (c->verify_by > 0 && str_is(m->outcome, "solved")) {
		step_refuse(s, "NOT_VERIFIED");
		return;
	}
	dispatcher_not_yet_closed(s, c);
	c->outcome = m->outcome;
	say_closed(s, c, m->unit, (struct str){ NULL, 0 });
}

/* The kinds that the regulation knows. */
static bool
is_ground(struct step *s, struct str ground)
{
	static const char *const grounds[] = {
#define GROUND(code, text) #code,
#include "services/dispatcher/reasons_ground.def"
#undef GROUND
	};

	for (size_t i = 0; i < ARRAY_LEN(grounds); i++)
		if (str_is(ground, grounds[i]))
			return true;
	step_refuse_because(s, "GROUND_UNKNOWN", "%.*s", STR_ARG(ground));
	return false;
}

/* Who has it, and so may ask; refuses NOT_YOUR_UNIT. */
static bool
is_holder(struct step *s, const struct row_casefile *c, struct str unit)
{
	const struct row_task *t = dispatcher_task_in_hand(s);

	return step_must_be(
	    s, unit, t != NULL ? t->unit : dispatcher_room(s, c));
}

/*
 * Ended unhandled: by the centre, on its holder's written request.  The
 * citizen gets an explanation, and is called like any other.
 */
void
dispatcher_casefile_terminate(struct step *s)
{
	const struct msg_casefile_terminate *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (!step_must_be(s, m->unit, dispatcher_centre(s, c)) ||
	    !is_ground(s, m->ground) || !is_holder(s, c, m->holder) ||
	    !step_has_reason(s, m->request) || !dispatcher_only_tasks(s))
		return;
	dispatcher_way_found(s, c);
	dispatcher_promise_rests(s, c);
	dispatcher_withdraw_all(s, STR("terminated"));
	c->outcome = STR("explained");
	c->handler = m->holder;
	c->done_at = s->at;
	c->late = s->at > c->finish_by;
	say_closed(s, c, m->unit, m->ground);
}

/* The parent is closed, and so is this one; its own promise counts. */
void
dispatcher_casefile_followed(struct step *s)
{
	const struct msg_casefile_followed *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (!str_eq(c->parent, m->parent))
		return;
	c->outcome = m->outcome;
	c->handler = m->handler;
	c->tier = m->tier;
	c->done_at = m->done_at;
	c->late = c->done_at > c->finish_by;
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_CLOSED);
	say_closed(s, c, m->unit, m->ground);
}
