/* One level up or down (四级联动): the lowest that is able handles it. */
#include "services/dispatcher/rules.h"

/* Holder, room and centre may; the task that would go, or NULL. */
static struct row_task *
movable(struct step *s, struct str unit, const struct row_casefile *c)
{
	struct row_task *t = dispatcher_task_in_hand(s);

	if (t == NULL) {
		step_refuse(s, "NO_TASK");
		return NULL;
	}
	if (step_unit(s, unit) == NULL)
		return NULL;
	if (!step_acts_for(s, unit, t->unit) &&
	    !dispatcher_is_room_or_centre(s, unit, c))
		return NULL;
	return t;
}

/* The work goes on at WAY under the same finish. */
static void
move_level(struct step *s, struct row_casefile *c, struct row_task *t,
    struct way way, const char *why)
{
	dispatcher_withdraw(s, t, str_of(why));
	dispatcher_give(s, c,
	    &(struct order){ .unit = way.unit,
		.giver = dispatcher_giver(s, c, way.tier),
		.worker = way.worker,
		.rework = t->rework,
		.finish = dispatcher_until(s, t->finish_by) });
}

void
dispatcher_casefile_raise(struct step *s)
{
	const struct msg_casefile_raise *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	struct row_task *t = movable(s, m->unit, c);
	struct way way;

	if (t == NULL || !step_has_reason(s, m->reason))
		return;
	way = dispatcher_way_up(s, c, t->unit);
	if (way.unit.n == 0) {
		step_refuse(s, "TOP_LEVEL");
		return;
	}
	c->tier = dispatcher_tier_name(way.tier);
	step_touch(s, HEAD(c));
	step_emit(s, &msg_casefile_raised_desc,
	    &(struct msg_casefile_raised){ .casefile = c->id,
		.tier = c->tier,
		.reason = m->reason,
		.to = way.unit });
	move_level(s, c, t, way, "raised");
}

/* The way down, or a refusal. */
static bool
find_way_down(struct step *s, const struct row_casefile *c, struct way *way)
{
	enum tier tier = dispatcher_tier_of(c->tier);
	const struct row_unit *to;

	if (tier == TIER_GRID) {
		step_refuse(s, "BOTTOM_LEVEL");
		return false;
	}
	*way = dispatcher_way_down(s, c);
	to = registry_unit(s->registry, way->unit, s->at);
	if (to == NULL) {
		step_refuse(s, "LOWER_UNABLE");
		return false;
	}
	return way->tier == TIER_GRID ||
	       dispatcher_may_send(s, c, dispatcher_giver(s, c, tier), to);
}

void
dispatcher_casefile_lower(struct step *s)
{
	const struct msg_casefile_lower *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	struct row_task *t = movable(s, m->unit, c);
	struct way way;

	if (t == NULL || !step_has_reason(s, m->reason) ||
	    !find_way_down(s, c, &way))
		return;
	c->tier = dispatcher_tier_name(way.tier);
	step_touch(s, HEAD(c));
	step_emit(s, &msg_casefile_lowered_desc,
	    &(struct msg_casefile_lowered){ .casefile = c->id,
		.tier = c->tier,
		.to = way.unit,
		.worker = way.worker,
		.reason = m->reason,
		.admission = dispatcher_admission_for(s, c, way.unit) });
	move_level(s, c, t, way, "lowered");
}
