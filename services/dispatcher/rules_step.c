/* Steps of a bundle: which may begin, and what their owners do. */
#include "services/dispatcher/rules.h"

struct row_bundle *
dispatcher_bundle_of(struct step *s, const struct row_step *step)
{
	struct row_head *b = step_find(s, THING_BUNDLE, step->bundle);

	must(b != NULL);
	return (struct row_bundle *)b;
}

const struct row_bundle_step *
dispatcher_step_template(
    struct step *s, const struct row_bundle *b, const struct row_step *step)
{
	static const struct row_bundle_step none = { .counts_in_total = true };
	const struct row_bundle_step *t =
	    registry_step(s->registry, step->template, b->started_at);

	return t != NULL ? t : &none;
}

struct row_step *
dispatcher_next_step(
    struct step *s, const struct row_bundle *b, const struct row_step *prev)
{
	struct row_head *r =
	    step_next(s, THING_STEP, prev != NULL ? HEAD(prev) : NULL);

	while (r != NULL && !str_eq(((struct row_step *)r)->bundle, b->id))
		r = step_next(s, THING_STEP, r);
	return (struct row_step *)r;
}

struct row_step *
dispatcher_step_with(
    struct step *s, const struct row_bundle *b, struct str code)
{
	struct row_step *step = NULL;

	while ((step = dispatcher_next_step(s, b, step)) != NULL)
		if (str_eq(step->template, code))
			break;
	return step;
}

void
dispatcher_step_has(struct step *s, const struct row_task *t, struct due finish)
{
	struct row_step *step =
	    (struct row_step *)step_find(s, THING_STEP, t->step);
	char text[CLOCK_TEXT];

	must(step != NULL);
	step->owner = t->unit;
	step->task = t->id;
	step->term =
	    arena_printf(s->arena, "%s", limit_format(finish.rule, text));
	step->since = finish.from;
	step->finish_by = t->finish_by;
	step_touch(s, HEAD(step));
	dispatcher_step_stands(s, t);
}

void
dispatcher_step_stands(struct step *s, const struct row_task *t)
{
	const struct row_head *step = step_find(s, THING_STEP, t->step);

	if (step != NULL &&
	    step_in(s, THING_STEP, step, IN(STEP_LACKING) | IN(STEP_STALLED)))
		step_pause(s, HEAD(t), "finish", "papers");
}

/* By the step's own limit, inside the whole as long as that runs. */
static struct due
finish_of(
    struct step *s, const struct row_bundle *b, const struct row_bundle_step *t)
{
	struct limit limit;
	struct due due;

	if (!limit_parse(t->limit_finish, &limit) || limit.clock == LIMIT_NONE)
		return dispatcher_until(s, b->finish_by);
	due = step_due_rule(s, limit, s->at);
	if (!t->counts_in_total || due.at <= b->finish_by ||
	    s->at >= b->finish_by)
		return due;
	return dispatcher_until(s, b->finish_by);
}

/* The lead unit checks its steps; its own are checked by who gave the whole. */
static struct str
checker_of(struct step *s, const struct row_bundle *b, struct str owner)
{
	const struct row_unit *lead =
	    registry_unit(s->registry, b->lead, s->at);

	if (lead != NULL && !str_eq(owner, b->lead))
		return b->lead;
	return dispatcher_giver(s, dispatcher_casefile(s),
	    lead != NULL ? dispatcher_tier_at(lead) : TIER_COUNTY);
}

static void
ready(struct step *s, struct row_bundle *b, struct row_step *step)
{
	dispatcher_give(s, dispatcher_casefile(s),
	    &(struct order){ .unit = step->owner,
		.giver = checker_of(s, b, step->owner),
		.rework = step->rework,
		.step = step->id,
		.finish =
		    finish_of(s, b, dispatcher_step_template(s, b, step)) });
	step_move(s, THING_STEP, HEAD(step), STEP_WORKING);
	step_emit(s, &msg_step_readied_desc,
	    &(struct msg_step_readied){ .step = step->id,
		.unit = step->owner,
		.task = step->task,
		.finish_by = step->finish_by });
}

void
dispatcher_step_leave_out(
    struct step *s, struct row_step *step, const char *why, struct str reason)
{
	step->done_at = s->at;
	step_move(s, THING_STEP, HEAD(step), STEP_SKIPPED);
	step_emit(s, &msg_step_skipped_desc,
	    &(struct msg_step_skipped){ .step = step->id,
		.unit = step->owner,
		.why = str_of(why),
		.reason = reason });
}

/*
 * Nobody is spared a step by silence: its condition fails when it was
 * answered no, or when every step that would have asked was skipped.
 */
static bool
condition_fails(
    struct step *s, const struct row_bundle *b, const struct row_step *one)
{
	struct str word = dispatcher_step_template(s, b, one)->condition;
	const struct row_step *step = NULL;
	size_t asked = 0, skipped = 0;

	if (word.n == 0 || strs_has(b->yes, word))
		return false;
	if (strs_has(b->no, word))
		return true;
	while ((step = dispatcher_next_step(s, b, step)) != NULL) {
		const struct row_bundle_step *t =
		    dispatcher_step_template(s, b, step);

		if (!strs_has(t->asks, word))
			continue;
		asked++;
		skipped += step_in(s, THING_STEP, HEAD(step), IN(STEP_SKIPPED));
	}
	/* Who wants a step again wants it done. */
	return asked > 0 && asked == skipped && one->rework == 0;
}

static bool
may_begin(
    struct step *s, const struct row_bundle *b, const struct row_step *step)
{
	for (size_t i = 0; i < step->after.n; i++) {
		const struct row_step *on =
		    dispatcher_step_with(s, b, step->after.p[i]);

		if (on != NULL && step_in(s, THING_STEP, HEAD(on), STEP_OPEN))
			return false;
	}
	return true;
}

/* Steps that are open, of those that count or of all. */
static size_t
n_open(struct step *s, const struct row_bundle *b, bool all)
{
	const struct row_step *step = NULL;
	size_t n = 0;

	while ((step = dispatcher_next_step(s, b, step)) != NULL)
		if (step_in(s, THING_STEP, HEAD(step), STEP_OPEN) &&
		    (all ||
			dispatcher_step_template(s, b, step)->counts_in_total))
			n++;
	return n;
}

static void
gathered(struct step *s, struct row_bundle *b)
{
	struct due due = step_due(s, "bundle.integrate", s->at);

	b->integrate_by = due.at;
	step_move(s, THING_BUNDLE, HEAD(b), BUNDLE_INTEGRATING);
	step_arm(s, HEAD(b), "integrate", ARM_DUTY, b->lead, due);
	step_emit(s, &msg_bundle_integrating_desc,
	    &(struct msg_bundle_integrating){ .bundle = b->id,
		.unit = b->lead,
		.integrate_by = b->integrate_by });
}

void
dispatcher_steps_advance(struct step *s, struct row_bundle *b)
{
	/* A step that is skipped may let others begin: again, then. */
	for (bool moved = true; moved;) {
		struct row_step *step = NULL;

		moved = false;
		while ((step = dispatcher_next_step(s, b, step)) != NULL) {
			struct str word =
			    dispatcher_step_template(s, b, step)->condition;

			if (!step_in(
				s, THING_STEP, HEAD(step), IN(STEP_WAITING)) ||
			    !may_begin(s, b, step))
				continue;
			moved = true;
			if (condition_fails(s, b, step))
				dispatcher_step_leave_out(
				    s, step, "condition", word);
			else
				ready(s, b, step);
		}
	}
	if (step_in(s, THING_BUNDLE, HEAD(b), IN(BUNDLE_RUNNING)) &&
	    n_open(s, b, false) == 0)
		gathered(s, b);
	else if (step_in(s, THING_BUNDLE, HEAD(b), IN(BUNDLE_FOLLOWING)) &&
		 n_open(s, b, true) == 0)
		dispatcher_bundle_complete(s, b);
}

bool
dispatcher_step_goes(struct step *s, const struct row_task *t)
{
	const struct row_step *step =
	    (const struct row_step *)step_find(s, THING_STEP, t->step);

	if (step == NULL ||
	    step_in(s, THING_STEP, HEAD(step), IN(STEP_WORKING)))
		return true;
	step_refuse(s, "PAPER_MISSING");
	return false;
}

void
dispatcher_step_ends(struct step *s, const struct row_task *t)
{
	struct row_step *step =
	    (struct row_step *)step_find(s, THING_STEP, t->step);
	struct row_bundle *b;

	must(step != NULL);
	b = dispatcher_bundle_of(s, step);
	step->done_at = s->at;
	step_move(s, THING_STEP, HEAD(step), STEP_DONE);
	step_emit(s, &msg_step_done_desc,
	    &(struct msg_step_done){
		.step = step->id, .unit = t->unit, .late = t->late });
	dispatcher_steps_advance(s, b);
	dispatcher_bundle_look(s, b);
}
