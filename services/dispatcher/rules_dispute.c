/*
 * Whose work it is (派单异议): raised, settled by the parties, decided above
 * them, given up.  The rungs and the time on each are in rules_ladder.c.
 */
#include "services/dispatcher/rules_dispute.h"

static struct row_dispute *
open_dispute(struct step *s, const struct row_task *t)
{
	struct row_head *r = NULL;

	while ((r = step_next(s, THING_DISPUTE, r)) != NULL)
		if (step_in(s, THING_DISPUTE, r, DISPUTE_OPEN) &&
		    str_eq(((struct row_dispute *)r)->task, t->id))
			return (struct row_dispute *)r;
	return NULL;
}

static void
say_raised(struct step *s, const struct row_dispute *d,
    const struct row_task *t, struct str reason)
{
	step_emit(s, &msg_dispute_raised_desc,
	    &(struct msg_dispute_raised){ .dispute = d->id,
		.task = d->task,
		.unit = d->unit,
		.with = t->giver,
		.rung = d->state,
		.holder = dispute_holder(s, d),
		.reason = reason,
		.headless = d->headless,
		.until = d->rung_by });
}

static struct row_dispute *
begin(struct step *s, struct row_task *t, int rung, int64_t from)
{
	struct row_dispute *d = step_new(s, THING_DISPUTE, rung);

	d->task = t->id;
	d->unit = t->unit;
	d->raised_at = s->at;
	t->dispute_by = 0;
	step_touch(s, HEAD(t));
	step_meet(s, HEAD(t), "dispute");
	dispute_begin_rung(s, d, from);
	return d;
}

struct row_dispute *
dispatcher_dispute(struct step *s, struct row_task *t, int rung, int64_t from)
{
	struct row_dispute *d = begin(s, t, rung, from);

	say_raised(s, d, t, (struct str){ NULL, 0 });
	return d;
}

static bool
is_about_penalties(struct step *s, const struct msg_dispute_raise *m)
{
	const struct row_matter *matter =
	    dispatcher_matter(s, dispatcher_casefile(s));

	return m->jurisdiction ||
	       (matter != NULL && str_is(matter->kind, "enforcement"));
}

void
dispatcher_dispute_raise(struct step *s)
{
	const struct msg_dispute_raise *m = s->msg;
	struct row_task *t = (struct row_task *)s->row;

	if (!step_must_be(s, m->unit, t->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	if (is_about_penalties(s, m))
		step_refuse(s, "ENFORCEMENT");
	else if (t->dispute_by == 0)
		step_refuse(s, "NO_DECLINED_RETURN");
	else if (s->at > t->dispute_by)
		step_refuse(s, "WINDOW_PASSED");
	else
		say_raised(
		    s, begin(s, t, DISPUTE_PARTIES, s->at), t, m->reason);
}

/* Nobody's matter (无头事项): the room leads until somebody is named. */
void
dispatcher_dispute_headless(struct step *s)
{
	const struct msg_dispute_raise *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;
	struct row_dispute *d;
	struct row_task *t;

	if (!step_must_be(s, m->unit, dispatcher_room(s, c)) ||
	    !step_has_reason(s, m->reason))
		return;
	if (is_about_penalties(s, m)) {
		step_refuse(s, "ENFORCEMENT");
		return;
	}
	dispatcher_way_found(s, c);
	c->tier = dispatcher_tier_name(TIER_TOWNSHIP);
	dispatcher_say_routed(s, c, dispatcher_room(s, c), STR("room"));
	dispatcher_give(s, c,
	    &(struct order){ .unit = dispatcher_room(s, c),
		.giver = dispatcher_centre(s, c),
		.finish = dispatcher_finish(s, c) });
	t = dispatcher_task_in_hand(s);
	step_move(s, THING_TASK, HEAD(t), TASK_DISPUTED);
	step_meet(s, HEAD(t), "sign");
	d = begin(s, t, DISPUTE_CENTRE, s->at);
	d->headless = true;
	say_raised(s, d, t, m->reason);
}

/* Who leads and who helps: they exist, and nobody twice. */
static bool
are_units(struct step *s, struct str main, struct strs assisting)
{
	if (main.n == 0) {
		step_refuse(s, "MAIN_MISSING");
		return false;
	}
	if (step_unit(s, main) == NULL)
		return false;
	for (size_t i = 0; i < assisting.n; i++) {
		bool twice = str_eq(assisting.p[i], main);

		if (step_unit(s, assisting.p[i]) == NULL)
			return false;
		for (size_t j = 0; j < i; j++)
			twice = twice || str_eq(assisting.p[i], assisting.p[j]);
		if (twice) {
			step_refuse(s, "UNIT_TWICE");
			return false;
		}
	}
	return true;
}

/* Somebody leads: D is no cause of a card any more, nor that nobody does. */
static void
over(struct step *s, const struct row_dispute *d)
{
	dispatcher_cause_over(s, d->id, NULL);
	dispatcher_cause_over(s, s->folder->casefile, "no_lead");
}

/* From now on it is theirs, and may not be returned. */
static void
give_to(struct step *s, struct row_dispute *d, struct row_task *t)
{
	const struct row_unit *main =
	    registry_unit(s->registry, d->main, s->at);

	t->designated = true;
	step_meet_all(s, HEAD(d));
	if (str_eq(d->main, t->unit)) {
		step_meet(s, HEAD(t), "return");
		step_move(s, THING_TASK, HEAD(t), TASK_SIGNED);
	} else {
		step_move(s, THING_TASK, HEAD(t), TASK_MOVED);
		dispatcher_move_on(s, t, main);
	}
	for (size_t i = 0; i < d->assisting.n; i++)
		dispatcher_give(s, dispatcher_casefile(s),
		    &(struct order){ .unit = d->assisting.p[i],
			.giver = t->giver,
			.rework = t->rework,
			.designated = true,
			.assisting = true,
			.finish = dispatcher_until(s, t->finish_by) });
	dispatcher_cause_over(s, t->id, "answer");
	over(s, d);
}

struct row_task *
dispute_task(struct step *s, const struct row_dispute *d)
{
	struct row_head *t = step_find(s, THING_TASK, d->task);

	/* Taken away a moment ago: task.withdrawn is on its way here. */
	if (!step_in(s, THING_TASK, t, IN(TASK_DISPUTED))) {
		step_refuse(s, "NOT_ALLOWED_NOW");
		return NULL;
	}
	return (struct row_task *)t;
}

/* Whose word is missing for what is proposed. */
static struct strs
missing(struct step *s, const struct row_dispute *d)
{
	struct strs all = strs_add(s->arena, d->assisting, d->unit);

	all = strs_join(s->arena,
	    strs_add(s->arena, (struct strs){ NULL, 0 }, d->main),
	    strs_distinct(s->arena, all));
	return strs_without(s->arena, all, d->agreed);
}

static bool
is_same(const struct row_dispute *d, const struct msg_dispute_settle *m)
{
	bool same =
	    str_eq(d->main, m->main) && d->assisting.n == m->assisting.n;

	for (size_t i = 0; same && i < m->assisting.n; i++)
		same = strs_has(d->assisting, m->assisting.p[i]);
	return same;
}

/* The party that UNIT speaks for among those named, and who disputes. */
static struct str
party(struct step *s, const struct row_dispute *d,
    const struct msg_dispute_settle *m)
{
	if (step_acts_for(s, m->unit, m->main))
		return m->main;
	for (size_t i = 0; i < m->assisting.n; i++)
		if (step_acts_for(s, m->unit, m->assisting.p[i]))
			return m->assisting.p[i];
	return step_must_be(s, m->unit, d->unit) ? d->unit
						 : (struct str){ NULL, 0 };
}

/* Every party says the same, the last word makes it. */
void
dispatcher_dispute_settle(struct step *s)
{
	const struct msg_dispute_settle *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	struct row_task *t;
	struct str who;
	struct strs left;

	if (!are_units(s, m->main, m->assisting))
		return;
	who = party(s, d, m);
	if (step_refused(s) || (t = dispute_task(s, d)) == NULL)
		return;
	if (!is_same(d, m)) {
		d->main = m->main;
		d->assisting = m->assisting;
		d->agreed = (struct strs){ NULL, 0 };
	}
	if (!strs_has(d->agreed, who))
		d->agreed = strs_add(s->arena, d->agreed, who);
	step_touch(s, HEAD(d));
	left = missing(s, d);
	if (left.n > 0) {
		step_emit(s, &msg_dispute_proposed_desc,
		    &(struct msg_dispute_proposed){ .dispute = d->id,
			.unit = who,
			.main = d->main,
			.assisting = d->assisting,
			.missing = left });
		return;
	}
	step_move(s, THING_DISPUTE, HEAD(d), DISPUTE_SETTLED);
	step_emit(s, &msg_dispute_settled_desc,
	    &(struct msg_dispute_settled){ .dispute = d->id,
		.task = d->task,
		.main = d->main,
		.assisting = d->assisting });
	give_to(s, d, t);
}

void
dispatcher_dispute_designate(struct step *s)
{
	const struct msg_dispute_designate *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	struct str rung = d->state;
	struct row_task *t;

	if (!dispute_decides(s, m->unit, d) ||
	    !are_units(s, m->main, m->assisting))
		return;
	if (m->basis.n == 0) {
		step_refuse(s, "BASIS_MISSING");
		return;
	}
	t = dispute_task(s, d);
	if (t == NULL)
		return;
	d->main = m->main;
	d->assisting = m->assisting;
	step_move(s, THING_DISPUTE, HEAD(d), DISPUTE_DECIDED);
	step_emit(s, &msg_dispute_decided_desc,
	    &(struct msg_dispute_decided){ .dispute = d->id,
		.task = d->task,
		.rung = rung,
		.main = d->main,
		.assisting = d->assisting,
		.basis = m->basis,
		.by = m->unit });
	give_to(s, d, t);
}

static void
drop(struct step *s, struct row_dispute *d, const char *why)
{
	step_move(s, THING_DISPUTE, HEAD(d), DISPUTE_DROPPED);
	step_meet_all(s, HEAD(d));
	step_emit(s, &msg_dispute_dropped_desc,
	    &(struct msg_dispute_dropped){ .dispute = d->id,
		.task = d->task,
		.unit = d->unit,
		.why = str_of(why) });
	dispatcher_cause_over(s, d->task, "answer");
	over(s, d);
}

void
dispatcher_dispute_drop(struct step *s)
{
	const struct msg_dispute_drop *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	struct row_task *t;

	if (!step_must_be(s, m->unit, d->unit))
		return;
	t = dispute_task(s, d);
	if (t == NULL)
		return;
	drop(s, d, "dropped");
	step_move(s, THING_TASK, HEAD(t), TASK_SIGNED);
}

void
dispatcher_dispute_over(struct step *s, const struct row_task *t, struct str to)
{
	struct row_dispute *d = open_dispute(s, t);

	if (d == NULL)
		return;
	if (to.n == 0) {
		drop(s, d, "done");
		return;
	}
	step_move(s, THING_DISPUTE, HEAD(d), DISPUTE_SETTLED);
	step_meet_all(s, HEAD(d));
	d->main = to;
	step_emit(s, &msg_dispute_settled_desc,
	    &(struct msg_dispute_settled){
		.dispute = d->id, .task = d->task, .main = to });
	over(s, d);
}

/* Its task was raised, called, merged or taken back. */
void
dispatcher_dispute_gone(struct step *s)
{
	const struct msg_task_withdrawn *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;

	if (str_eq(d->task, m->task))
		drop(s, d, "gone");
}
