/*
 * Order, dispatch, accept (群众点单、社区派单、单位或党员接单).  A wish is
 * offered to those who are registered in the community (双报到); the first
 * one gets it, and what nobody takes goes the ordinary way.
 */
#include "services/dispatcher/rules.h"

/* The community that offers; where there is none, the room. */
static struct str
community(struct step *s, const struct row_casefile *c)
{
	const struct row_unit *u =
	    registry_resolve(s->registry, STR("community"),
		(struct str){ NULL, 0 }, dispatcher_place(s, c), s->at);

	return u != NULL ? u->code : dispatcher_room(s, c);
}

/*
 * Whether MEMBER, or somebody of UNIT, is registered at PLACE; neither
 * named: anybody at all.
 */
static bool
is_registered(
    struct step *s, struct str place, struct str unit, struct str member)
{
	const struct row_roster *r;
	const struct row_officer *o;
	size_t i = 0;

	while (
	    (r = registry_next(s->registry, TABLE_roster, s->at, &i)) != NULL) {
		if (!str_is(r->role, "registered") || !str_eq(r->unit, place))
			continue;
		o = registry_officer(s->registry, r->officer, s->at);
		if (o != NULL &&
		    (member.n == 0 || str_eq(r->officer, member)) &&
		    (unit.n == 0 || str_eq(o->unit, unit)))
			return true;
	}
	return false;
}

static void
offer(struct step *s, struct row_casefile *c, struct str from,
    struct strs units, struct strs members)
{
	struct row_task *t = step_new(s, THING_TASK, TASK_OFFERED);
	struct due take = step_due(s, "task.take", s->at);

	if (take.at > c->finish_by)
		take = dispatcher_until(s, c->finish_by);
	t->unit = from;
	t->giver = dispatcher_room(s, c);
	t->assigned_at = s->at;
	t->sign_by = t->return_by = t->take_by = take.at;
	t->finish_by = c->finish_by;
	t->units = units;
	t->members = members;
	c->tier = dispatcher_tier_name(TIER_VILLAGE);
	c->result = false;
	step_touch(s, HEAD(c));
	step_arm(s, HEAD(t), "take", ARM_WINDOW, from, take);
	dispatcher_promise_runs(s, c, t->giver);
	step_emit(s, &msg_task_offered_desc,
	    &(struct msg_task_offered){ .task = t->id,
		.from = from,
		.matter = c->matter,
		.units = units,
		.members = members,
		.take_by = t->take_by });
}

bool
dispatcher_offer_wish(struct step *s, struct row_casefile *c)
{
	struct str place = community(s, c), any = { NULL, 0 };

	if (c->finish_by <= s->at || !is_registered(s, place, any, any))
		return false;
	offer(s, c, place, (struct strs){ NULL, 0 }, (struct strs){ NULL, 0 });
	return true;
}

void
dispatcher_task_offer(struct step *s)
{
	const struct msg_task_offer *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	struct str place = community(s, c), any = { NULL, 0 };
	bool all;

	if (!step_acts_for(s, m->unit, place) &&
	    !dispatcher_is_room_or_centre(s, m->unit, c))
		return;
	all = is_registered(s, place, any, any);
	for (size_t i = 0; i < m->units.n; i++)
		all = all && is_registered(s, place, m->units.p[i], any);
	for (size_t i = 0; i < m->members.n; i++)
		all = all && is_registered(s, place, any, m->members.p[i]);
	if (!all) {
		step_refuse(s, "NOT_REGISTERED");
		return;
	}
	dispatcher_way_found(s, c);
	offer(s, c, place, m->units, m->members);
}

void
dispatcher_task_take(struct step *s)
{
	const struct msg_task_take *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);

	if (!step_in(s, THING_TASK, HEAD(t), IN(TASK_OFFERED))) {
		step_refuse(
		    s, t->take_by > 0 ? "TAKEN_ALREADY" : "NOT_ALLOWED_NOW");
		return;
	}
	if (step_unit(s, m->unit) == NULL ||
	    (m->officer.n > 0 && !dispatcher_may_handle(s, m->officer)))
		return;
	if (!is_registered(s, t->unit, m->unit, m->officer) ||
	    (t->units.n + t->members.n > 0 && !strs_has(t->units, m->unit) &&
		!strs_has(t->members, m->officer))) {
		step_refuse(s, "NOT_REGISTERED");
		return;
	}
	step_meet(s, HEAD(t), "take");
	t->unit = m->unit;
	t->officer = m->officer;
	step_emit(s, &msg_task_taken_desc,
	    &(struct msg_task_taken){
		.task = t->id, .unit = t->unit, .officer = t->officer });
	dispatcher_assign(s, c, t, dispatcher_finish(s, c));
	dispatcher_promise_runs(s, c, t->unit);
}

/* The lowest that is able gets it, unless others are at it anyway. */
void
dispatcher_task_not_taken(struct step *s)
{
	struct row_task *t = (struct row_task *)s->row;
	struct row_casefile *c = dispatcher_casefile(s);
	struct way way = dispatcher_way(s, c);

	step_move(s, THING_TASK, HEAD(t), TASK_WITHDRAWN);
	step_emit(s, &msg_task_not_taken_desc,
	    &(struct msg_task_not_taken){ .task = t->id, .from = t->unit });
	if (way.unit.n == 0 || dispatcher_open_work(s).n > 0) {
		dispatcher_settle(s, c);
		return;
	}
	c->tier = dispatcher_tier_name(way.tier);
	step_touch(s, HEAD(c));
	dispatcher_say_routed(s, c, way.unit, STR("rule"));
	dispatcher_give(s, c,
	    &(struct order){ .unit = way.unit,
		.giver = dispatcher_giver(s, c, way.tier),
		.finish = dispatcher_finish(s, c) });
}
