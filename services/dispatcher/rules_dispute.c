/*
 * Whose work it is (派单异议): the parties, the centre designates, the
 * government office, the standing meeting or the governance committee.
 * Time climbs; nothing is decided by it.
 */
#include "services/dispatcher/rules.h"

/* A rung: who decides there, and how long. */
static const struct rung {
	int state;
	const char *limit;
	const char *unit; /* line of the pack that names who; NULL: see below */
} rungs[] = {
	{ DISPUTE_PARTIES, "dispute.parties", NULL },
	{ DISPUTE_CENTRE, "dispute.centre", NULL },
	{ DISPUTE_OFFICE, "dispute.office", "dispute.rung.office" },
	{ DISPUTE_STANDING, "dispute.standing", "dispute.rung.standing" },
};

static const struct rung *
rung_of(int state)
{
	for (size_t i = 0; i < ARRAY_LEN(rungs); i++)
		if (rungs[i].state == state)
			return &rungs[i];
	never("a dispute on no rung");
}

static int
state_of(struct step *s, const struct row_dispute *d)
{
	return thing_state(&s->machine->things[THING_DISPUTE], d->state);
}

/* Who decides at RUNG; where the pack names nobody, the centre. */
static struct str
holder(struct step *s, const struct rung *rung)
{
	const struct row_limit *row;
	size_t i = 0;

	if (rung->state == DISPUTE_PARTIES)
		return (struct str){ NULL, 0 };
	while (rung->unit != NULL && (row = registry_next(s->registry,
					  TABLE_limit, s->at, &i)) != NULL)
		if (str_is(row->key, rung->unit) &&
		    registry_unit(s->registry, row->amount, s->at) != NULL)
			return row->amount;
	return dispatcher_centre(s, dispatcher_casefile(s));
}

/* Parties settle in a window; above them somebody's duty runs. */
static void
arm_rung(struct step *s, struct row_dispute *d, const struct rung *rung,
    const char *limit, int64_t from)
{
	struct due due = step_due(s, limit, from);
	enum arm_kind kind = rung->state == DISPUTE_PARTIES    ? ARM_WINDOW
			     : rung->state == DISPUTE_STANDING ? ARM_DUTY
							       : ARM_QUIET;

	d->rung_by = due.at;
	step_touch(s, HEAD(d));
	step_arm(s, HEAD(d), "rung", kind,
	    kind == ARM_WINDOW ? d->unit : holder(s, rung), due);
}

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
		.holder = holder(s, rung_of(state_of(s, d))),
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
	arm_rung(s, d, rung_of(rung), rung_of(rung)->limit, from);
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
	    !dispatcher_has_reason(s, m->reason))
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
	    !dispatcher_has_reason(s, m->reason))
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
	dispatcher_cause_over(s, d->id, NULL);
}

static struct row_task *
task_of(struct step *s, const struct row_dispute *d)
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
	struct strs none = { NULL, 0 };

	if (!strs_has(d->agreed, d->main))
		none = strs_add(s->arena, none, d->main);
	for (size_t i = 0; i < d->assisting.n; i++)
		if (!strs_has(d->agreed, d->assisting.p[i]))
			none = strs_add(s->arena, none, d->assisting.p[i]);
	if (!strs_has(d->agreed, d->unit) && !strs_has(none, d->unit))
		none = strs_add(s->arena, none, d->unit);
	return none;
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
	if (step_refused(s) || (t = task_of(s, d)) == NULL)
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

static void
climb(struct step *s, struct row_dispute *d, int64_t from, struct str by,
    struct str reason)
{
	int next = state_of(s, d) + 1;
	const struct rung *rung = rung_of(next);

	step_move(s, THING_DISPUTE, HEAD(d), next);
	arm_rung(s, d, rung, rung->limit, from);
	step_emit(s, &msg_dispute_climbed_desc,
	    &(struct msg_dispute_climbed){ .dispute = d->id,
		.task = d->task,
		.rung = d->state,
		.holder = holder(s, rung),
		.by = by,
		.reason = reason,
		.until = d->rung_by });
}

/* Refuses NOT_YOUR_UNIT unless UNIT decides at the rung of D. */
static bool
decides(struct step *s, struct str unit, const struct row_dispute *d)
{
	return step_must_be(s, unit, holder(s, rung_of(state_of(s, d))));
}

void
dispatcher_dispute_refer(struct step *s)
{
	const struct msg_dispute_refer *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	const struct row_task *t = task_of(s, d);

	if (t == NULL)
		return;
	if (!step_in(s, THING_DISPUTE, HEAD(d), IN(DISPUTE_PARTIES))) {
		if (!decides(s, m->unit, d))
			return;
	} else if (!step_acts_for(s, m->unit, t->giver) &&
		   !step_must_be(s, m->unit, d->unit)) {
		return;
	}
	if (dispatcher_has_reason(s, m->reason))
		climb(s, d, s->at, m->unit, m->reason);
}

/* Counted from the due instant, whenever it was seen. */
void
dispatcher_dispute_climb(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct str none = { NULL, 0 };

	climb(s, (struct row_dispute *)s->row, m->due_at, none, none);
}

/* The top rung has nobody above it: it is told again and again. */
void
dispatcher_dispute_again(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;

	dispatcher_card_late(s);
	arm_rung(s, d, rung_of(DISPUTE_STANDING), "dispute.standing.again",
	    m->due_at);
}

void
dispatcher_dispute_designate(struct step *s)
{
	const struct msg_dispute_designate *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	struct str rung = d->state;
	struct row_task *t;

	if (!decides(s, m->unit, d) || !are_units(s, m->main, m->assisting))
		return;
	if (m->basis.n == 0) {
		step_refuse(s, "BASIS_MISSING");
		return;
	}
	t = task_of(s, d);
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
	dispatcher_cause_over(s, d->id, NULL);
}

void
dispatcher_dispute_drop(struct step *s)
{
	const struct msg_dispute_drop *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	struct row_task *t;

	if (!step_must_be(s, m->unit, d->unit))
		return;
	t = task_of(s, d);
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
	dispatcher_cause_over(s, d->id, NULL);
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
