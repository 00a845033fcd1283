/* Between handled and closed: somebody else looks, and it may come back. */
#include "services/dispatcher/rules.h"

/* Whether the matter asks for a look on the spot before closing (核实). */
static bool
asks_for_a_look(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);

	return m != NULL && (str_is(m->verification, "before_closing") ||
				str_is(m->verification, "both"));
}

void
dispatcher_await_look(struct step *s, struct row_casefile *c)
{
	struct due due;

	if (!asks_for_a_look(s, c))
		return;
	due = step_due(s, "casefile.verify", s->at);
	c->verify_by = due.at;
	step_arm(s, HEAD(c), "verify", ARM_DUTY, dispatcher_room(s, c), due);
}

void
dispatcher_looked_at(struct step *s, struct row_casefile *c)
{
	if (c->verify_by == 0)
		return;
	c->verify_by = 0;
	step_meet(s, HEAD(c), "verify");
	dispatcher_cause_over(s, c->id, "verify");
}

/* Whether OFFICER handed in any of its work. */
static bool
has_handled(struct step *s, struct str officer)
{
	struct row_head *r;

	for (r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if (((struct row_task *)r)->submitted_at > 0 &&
		    str_eq(((struct row_task *)r)->officer, officer))
			return true;
	for (r = step_next(s, THING_CALL, NULL); r != NULL;
	     r = step_next(s, THING_CALL, r))
		if (str_eq(((struct row_call *)r)->officer, officer))
			return true;
	return false;
}

/* The village of the place, its room, or the centre. */
static bool
may_look(struct step *s, struct str unit, const struct row_casefile *c)
{
	const struct row_unit *u = step_unit(s, unit);

	if (u == NULL)
		return false;
	if (dispatcher_tier_at(u) <= TIER_VILLAGE &&
	    registry_inside(dispatcher_place(s, c), u->division))
		return true;
	return dispatcher_is_room_or_centre(s, unit, c);
}

static bool
may_verify(struct step *s, const struct msg_casefile_verify *m,
    const struct row_casefile *c)
{
	if (!may_look(s, m->unit, c) || step_officer(s, m->officer) == NULL)
		return false;
	if (has_handled(s, m->officer)) {
		step_refuse(s, "VERIFIER_IS_HANDLER");
		return false;
	}
	return step_has_reason(s, m->found);
}

/* Where the work goes back to: who handled it, or the room. */
static struct str
handler_or_room(struct step *s, const struct row_casefile *c)
{
	const struct row_unit *u = step_successor(s, c->handler);

	return u != NULL ? u->code : dispatcher_room(s, c);
}

/* What is left of the promise, and time to do better in any case. */
static struct due
rework_finish(struct step *s, const struct row_casefile *c)
{
	struct due rework = step_due(s, "task.rework", s->at);

	return c->finish_by > rework.at ? dispatcher_until(s, c->finish_by)
					: rework;
}

static void
send_back(struct step *s, struct row_casefile *c, struct str missing)
{
	struct str unit = handler_or_room(s, c);
	struct due finish = rework_finish(s, c);

	dispatcher_not_yet_closed(s, c);
	c->rejected++;
	c->result = false;
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
	step_emit(s, &msg_casefile_rejected_desc,
	    &(struct msg_casefile_rejected){ .casefile = c->id,
		.unit = unit,
		.n = c->rejected,
		.missing = missing,
		.finish_by = finish.at });
	dispatcher_give(s, c,
	    &(struct order){ .unit = unit,
		.giver = dispatcher_giver(s, c, dispatcher_tier_of(c->tier)),
		.rework = c->reopened,
		.finish = finish });
	dispatcher_reworked(s, unit);
}

void
dispatcher_casefile_verify(struct step *s)
{
	const struct msg_casefile_verify *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (!may_verify(s, m, c))
		return;
	dispatcher_looked_at(s, c);
	c->verifier = m->officer;
	step_touch(s, HEAD(c));
	step_emit(s, &msg_casefile_verified_desc,
	    &(struct msg_casefile_verified){ .casefile = c->id,
		.ok = m->ok,
		.found = m->found,
		.unit = m->unit,
		.officer = m->officer });
	if (!m->ok)
		send_back(s, c, m->found);
}

/* Nobody looked in time; unless somebody has in the meantime. */
void
dispatcher_casefile_unseen(struct step *s)
{
	if (((const struct row_casefile *)s->row)->verify_by > 0)
		dispatcher_card_late(s);
}

/* Who would close it is not content. */
void
dispatcher_casefile_reject(struct step *s)
{
	const struct msg_casefile_reject *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (!dispatcher_may_close(s, m->unit, c) ||
	    !step_has_reason(s, m->missing))
		return;
	send_back(s, c, m->missing);
}
