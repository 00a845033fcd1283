#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_walk_inner.h"

static const struct str helpers[] = {
	{ RESCUE, sizeof(RESCUE) - 1 },
	{ WATER, sizeof(WATER) - 1 },
};

static bool
of_offer(struct walk *w, const struct row_task *t)
{
	if (str_is(t->state, "offered") || walk_dice(w, 6) == 0)
		return SEND(w, task_take, .task = t->id,
		    .unit = walk_unit(w, STR(ECOLOGY)),
		    .officer =
			walk_dice(w, 2) > 0 ? STR(ECOLOGIST) : STR(RESCUER));
	return SEND(w, task_offer, .casefile = STR(CASEFILE),
	    .members = { helpers, walk_dice(w, 8) == 0 ? 1 : 0 },
	    .unit = walk_unit(w, STR(ROOM)));
}

/* The service hears its own facts, a little later. */
static bool
of_echo(struct walk *w, const struct row_task *t)
{
	if (!str_is(t->state, "withdrawn"))
		return SEND(w, task_urge, .task = t->id,
		    .unit = walk_unit(w, t->giver));
	return SEND(w, task_withdrawn, .task = t->id, .unit = t->unit,
	    .why = STR("raised"));
}

static bool
of_progress(struct walk *w, const struct row_task *t)
{
	if (t->handed_to.n > 0 && walk_dice(w, 2) == 0)
		return SEND(w, task_recall, .task = t->id, .unit = t->unit);
	switch (walk_dice(w, 6)) {
	case 0:
		return SEND(w, task_hand, .task = t->id,
		    .to =
			str_is(t->unit, VILLAGE) ? STR(WORKER) : STR(ECOLOGIST),
		    .unit = walk_unit(w, t->unit));
	case 1:
		return SEND(w, task_recall, .task = t->id,
		    .unit = walk_unit(w, t->unit));
	case 2:
		return SEND(w, task_contact, .task = t->id,
		    .unit = walk_unit(w, t->unit));
	case 3:
		return SEND(w, task_arrive, .task = t->id,
		    .unit = walk_unit(w, t->unit));
	case 4:
		return SEND(w, task_urge, .task = t->id,
		    .unit = walk_unit(w, t->giver));
	default:
		if (walk_dice(w, 3) > 0)
			return of_echo(w, t);
		return SEND(w, task_withdraw, .task = t->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, t->giver));
	}
}

static bool
of_return(struct walk *w, const struct row_task *t)
{
	if (str_is(t->state, "contested"))
		return walk_dice(w, 4) > 0
			   ? SEND(w, return_decline, .task = t->id,
				 .reason = walk_reason(w),
				 .unit = walk_unit(w, t->giver))
			   : SEND(w, return_withdraw, .task = t->id,
				 .unit = walk_unit(w, t->unit));
	return SEND(w, return_ask, .task = t->id, .reason = walk_reason(w),
	    .unit = walk_unit(w, t->unit));
}

/* Who decides at the rung of D. */
static struct str
decider(const struct row_dispute *d)
{
	return str_is(d->state, "office")     ? STR("330122-D-ZFB")
	       : str_is(d->state, "standing") ? STR("330122-GLW")
					      : STR(CENTRE);
}

static bool
of_ladder(struct walk *w, const struct row_dispute *d)
{
	struct strs with = { helpers, walk_dice(w, 4) / 2 };
	struct str main = walk_dice(w, 2) > 0 ? d->unit : walk_any_unit(w);

	if (str_is(d->state, "parties") && d->main.n > 0 && walk_dice(w, 3) > 0)
		return SEND(w, dispute_settle, .dispute = d->id,
		    .main = d->main, .assisting = d->assisting,
		    .unit = walk_dice(w, 2) > 0 ? d->main : d->unit);
	switch (walk_dice(w, 8)) {
	case 0:
	case 1:
		return SEND(w, dispute_settle, .dispute = d->id,
		    .main = d->main.n > 0 ? d->main : STR(ECOLOGY),
		    .assisting = d->main.n > 0 ? d->assisting : with,
		    .unit = walk_dice(w, 3) == 0 ? walk_any_unit(w)
			    : walk_dice(w, 2) == 0 && d->main.n > 0 ? d->main
								    : d->unit);
	case 2:
		return SEND(w, dispute_settle, .dispute = d->id,
		    .main = walk_any_unit(w), .unit = d->unit);
	case 3:
		return SEND(w, dispute_designate, .dispute = d->id,
		    .main = main, .assisting = with, .basis = STR("list"),
		    .unit = walk_unit(w, decider(d)));
	case 4:
		return SEND(w, dispute_drop, .dispute = d->id,
		    .unit = walk_unit(w, d->unit));
	default:
		return SEND(w, dispute_refer, .dispute = d->id,
		    .reason = walk_reason(w),
		    .unit = walk_unit(
			w, str_is(d->state, "parties") ? d->unit : decider(d)));
	}
}

static bool
of_dispute(struct walk *w, const struct row_task *t)
{
	const struct row_dispute *d =
	    (const struct row_dispute *)walk_some(w, "Q");

	if (d != NULL && str_is(t->state, "disputed") && walk_dice(w, 6) > 0)
		return of_ladder(w, d);
	if (t->dispute_by > 0 && walk_dice(w, 4) > 0)
		return SEND(w, dispute_raise, .about = t->id,
		    .reason = STR("no"), .unit = t->unit);
	return SEND(w, dispute_raise,
	    .about = walk_dice(w, 4) > 0 ? t->id : STR(CASEFILE),
	    .reason = walk_reason(w),
	    .unit = walk_unit(w, walk_dice(w, 2) > 0 ? t->unit : STR(ROOM)));
}

static bool
of_extension(struct walk *w, const struct row_task *t)
{
	if (t->extend_to > 0 && walk_dice(w, 3) == 0)
		return SEND(
		    w, extension_grant, .task = t->id, .unit = t->giver);
	switch (walk_dice(w, 4)) {
	case 0:
		return SEND(w, extension_grant, .task = t->id,
		    .unit = walk_unit(w, t->giver));
	case 1:
		return SEND(w, extension_decline, .task = t->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, t->giver));
	default:
		return SEND(w, extension_ask, .task = t->id,
		    .until = t->finish_by + HOUR_MS, .reason = walk_reason(w),
		    .unit = walk_unit(w, t->unit));
	}
}

static bool
of_suspension(struct walk *w, const struct row_task *t)
{
	if (str_is(t->state, "paused") && walk_dice(w, 3) == 0)
		return SEND(w, suspension_end, .task = t->id,
		    .unit = walk_unit(w, t->unit));
	if (t->suspend_to > 0 && walk_dice(w, 3) > 0)
		return SEND(
		    w, suspension_grant, .task = t->id, .unit = t->giver);
	switch (walk_dice(w, 4)) {
	case 0:
		return SEND(w, suspension_grant, .task = t->id,
		    .unit = walk_unit(w, t->giver));
	case 1:
		return SEND(w, suspension_decline, .task = t->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, t->giver));
	default:
		return SEND(w, suspension_ask, .task = t->id,
		    .until =
			kit_now(w->k) + (int64_t)walk_dice(w, 9) * DAY_MS + 1,
		    .reason = walk_reason(w), .unit = walk_unit(w, t->unit));
	}
}

/* One step on with a task that somebody else helps with. */
static bool
of_main(struct walk *w, const struct row_task *helps)
{
	const struct row_task *t = (const struct row_task *)walk_some(w, "T");

	for (int i = 0; i < 8 && t->assisting; i++)
		t = (const struct row_task *)walk_some(w, "T");
	if (str_is(t->state, "submitted"))
		return SEND(w, task_accept, .task = t->id, .unit = t->giver);
	if (str_is(t->state, "assigned"))
		return SEND(w, task_sign, .task = t->id, .unit = t->unit);
	if (str_is(t->state, "accepted"))
		return SEND(w, task_withdraw, .task = helps->id,
		    .reason = STR("done"), .unit = helps->giver);
	return SEND(w, task_submit, .task = t->id, .result = STR("done"),
	    .unit = t->unit, .officer = STR(WORKER));
}

static bool
is_warned(struct walk *w)
{
	const struct row_head *card = walk_some(w, "K");

	return card != NULL && str_is(card->state, "blue");
}

static bool
begin(struct walk *w)
{
	switch (walk_dice(w, 12)) {
	case 0:
	case 1:
		return SEND(w, task_offer, .casefile = STR(CASEFILE),
		    .unit = walk_unit(w, STR(ROOM)));
	case 2:
		return SEND(w, dispute_raise, .about = STR(CASEFILE),
		    .reason = walk_reason(w), .unit = walk_unit(w, STR(ROOM)));
	case 3:
	case 4:
	case 5:
		return SEND(w, casefile_route, .casefile = STR(CASEFILE),
		    .to = walk_unit(w, STR(VILLAGE)),
		    .unit = walk_unit(w, STR(ROOM)));
	default:
		return false; /* somebody else may begin */
	}
}

/* A call with another township waits for words, and nobody need route it. */
static bool
is_called(struct walk *w)
{
	const struct row_call *c = (const struct row_call *)walk_some(w, "C");

	return c != NULL && str_is(c->state, "drafted") && c->partner.n > 0 &&
	       walk_dice(w, 6) > 0;
}

bool
walk_task(struct walk *w)
{
	static bool (*const kinds[])(struct walk * w,
	    const struct row_task *t) = { of_offer, of_progress, of_return,
		of_return, of_dispute, of_dispute, of_dispute, of_extension,
		of_extension, of_suspension, of_suspension };
	const struct row_task *t = (const struct row_task *)walk_some(w, "T");

	if (strcmp(kit_state(w->k, CASEFILE), "opened") == 0)
		return is_called(w) ? walk_call(w) : begin(w);
	if (strcmp(kit_state(w->k, CASEFILE), "merged") == 0)
		return SEND(w, mediation_applied, .mediation = STR(M1),
		    .unit = walk_unit(w, STR(COMMITTEE)));
	if (t == NULL)
		return false;
	if (str_is(t->state, "withdrawn"))
		return of_echo(w, t);
	if (str_is(t->state, "assigned") && walk_dice(w, 2) > 0)
		return SEND(
		    w, task_sign, .task = t->id, .unit = walk_unit(w, t->unit));
	if (is_warned(w) && t->suspend_to > 0)
		return SEND(
		    w, suspension_grant, .task = t->id, .unit = t->giver);
	if (is_warned(w) && t->extend_to > 0)
		return SEND(
		    w, extension_grant, .task = t->id, .unit = t->giver);
	if (t->assisting && walk_dice(w, 2) > 0)
		return of_main(w, t);
	if (t->assisting && walk_dice(w, 2) == 0)
		return SEND(w, task_withdraw, .task = t->id,
		    .reason = STR("done"), .unit = t->giver);
	if (is_warned(w) && str_is(t->state, "signed") && walk_dice(w, 4) == 0)
		return walk_dice(w, 2) > 0 ? of_extension(w, t)
					   : of_suspension(w, t);
	/* What has begun mostly goes on. */
	if (str_is(t->state, "contested") && walk_dice(w, 3) > 0)
		return of_return(w, t);
	if ((str_is(t->state, "disputed") || t->dispute_by > 0) &&
	    walk_dice(w, 3) > 0)
		return of_dispute(w, t);
	if (t->suspend_to > 0 && walk_dice(w, 2) > 0)
		return of_suspension(w, t);
	return kinds[walk_dice(w, ARRAY_LEN(kinds))](w, t);
}

void
walk_end_task(struct walk *w, const struct row_task *t)
{
	if (str_is(t->state, "withdrawn"))
		(void)SEND(w, task_withdrawn, .task = t->id, .unit = t->unit,
		    .why = STR("raised"));
	if (str_is(t->state, "offered"))
		must(SEND(w, task_withdraw, .task = t->id, .reason = STR("x"),
		    .unit = t->giver));
	if (str_is(t->state, "paused"))
		must(SEND(w, suspension_end, .task = t->id, .unit = t->unit));
	if (str_is(t->state, "assigned"))
		must(SEND(w, task_sign, .task = t->id, .unit = t->unit));
	if (str_is(t->state, "signed") || str_is(t->state, "contested") ||
	    str_is(t->state, "disputed"))
		must(SEND(w, task_submit, .task = t->id, .result = STR("done"),
		    .unit = t->unit, .officer = STR(WORKER)));
	if (str_is(t->state, "submitted"))
		must(SEND(w, task_accept, .task = t->id, .unit = t->giver));
}
