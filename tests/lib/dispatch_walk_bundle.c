/* Random messages about bundles and their steps. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_bundle.h"
#include "tests/lib/dispatch_walk_inner.h"

#include <stdio.h>

#define CODES 14 /* BJ-01 to BJ-14; the other bundle has fewer */

static const char *const templates[] = { "BJ", "HL", "LT", "ZZ" };

static struct row_bundle *
bundle_row(const struct walk *w, size_t n)
{
	char id[64];

	(void)snprintf(id, sizeof(id), CASEFILE "/O%zu", n);
	return (struct row_bundle *)(uintptr_t)kit_row(w->k, id);
}

static size_t
n_bundles(const struct walk *w)
{
	size_t n = 0;

	while (bundle_row(w, n + 1) != NULL)
		n++;
	return n;
}

static const struct row_step *
step_row(const struct walk *w, const struct row_bundle *b, size_t n)
{
	char id[64];

	(void)snprintf(id, sizeof(id), "%.*s/%.*s-%02zu", STR_ARG(b->id),
	    STR_ARG(b->template), n);
	return (const struct row_step *)kit_row(w->k, id);
}

/* The registry's own lists live as long as the kit. */
static const struct row_bundle_step *
template_of(const struct walk *w, const struct row_step *step)
{
	return registry_step(w->registry, step->template, kit_now(w->k));
}

/* Some of LIST, its first ones, or one that is not of it. */
static struct strs
some_of(struct walk *w, struct strs list)
{
	static const struct str strange[] = { { "x", 1 } };

	if (walk_dice(w, 12) == 0)
		return (struct strs){ strange, 1 };
	return (struct strs){ list.p, walk_dice(w, list.n + 1) };
}

static bool
of_step(struct walk *w, const struct row_bundle *b, const struct row_step *step)
{
	const struct row_bundle_step *t = template_of(w, step);

	switch (walk_dice(w, 8)) {
	case 0:
		return SEND(w, step_skip, .step = step->id,
		    .reason = STR("not needed"), .unit = walk_unit(w, b->lead));
	case 1:
		return SEND(w, step_record, .step = step->id,
		    .papers = some_of(w, t->makes), .yes = some_of(w, t->asks),
		    .unit = walk_unit(w, step->owner));
	case 2:
	case 3:
		return SEND(w, step_record, .step = step->id,
		    .papers = some_of(w, t->makes), .no = some_of(w, t->asks),
		    .unit = walk_unit(w, step->owner));
	case 4:
	case 5:
		return SEND(w, step_ask_papers, .step = step->id,
		    .papers = some_of(w, t->needs),
		    .unit = walk_unit(w, step->owner));
	default:
		return SEND(w, step_supply, .step = step->id,
		    .papers = t->needs, .unit = walk_unit(w, step->owner));
	}
}

static bool
reopen(struct walk *w, const struct row_bundle *b)
{
	static const struct strs none = { NULL, 0 };
	const struct row_step *step = step_row(w, b, 1 + walk_dice(w, CODES));
	struct strs steps = { step != NULL ? &step->template : NULL, 1 };

	return SEND(w, bundle_reopen, .bundle = b->id,
	    .steps = step != NULL ? steps : none, .reason = STR("again"),
	    .unit = walk_unit(w, b->lead));
}

static bool
stop(struct walk *w, const struct row_bundle *b, bool agreed)
{
	static const struct str clerk[] = { { CENTRE_CLERK,
	    sizeof(CENTRE_CLERK) - 1 } };

	return SEND(w, bundle_stop, .bundle = b->id, .reason = STR("enough"),
	    .approvers = { clerk, agreed ? 1 : 0 },
	    .unit = walk_unit(w, b->lead));
}

static bool
of_whole(struct walk *w, const struct row_bundle *b)
{
	switch (walk_dice(w, 24) / 2) {
	case 0:
	case 1:
		return SEND(w, bundle_decompose, .bundle = b->id,
		    .unit = walk_unit(w, b->lead));
	case 2:
	case 3:
		return SEND(w, bundle_integrate, .bundle = b->id,
		    .result = STR("done"), .unit = walk_unit(w, b->lead));
	case 4:
	case 5:
	case 6:
	case 7:
	case 8:
	case 9:
	case 10:
		return reopen(w, b);
	default:
		return stop(w, b, walk_dice(w, 4) == 0);
	}
}

/* Mostly one that somebody has in hand. */
static const struct row_step *
some_step(struct walk *w, const struct row_bundle *b)
{
	size_t from = walk_dice(w, CODES);

	for (size_t i = 0; walk_dice(w, 6) > 0 && i < CODES; i++) {
		const struct row_step *step =
		    step_row(w, b, 1 + (from + i) % CODES);

		if (step != NULL && !str_is(step->state, "waiting") &&
		    !str_is(step->state, "done"))
			return step;
	}
	return step_row(w, b, 1 + from);
}

bool
walk_bundle(struct walk *w)
{
	size_t n = n_bundles(w);
	const struct row_bundle *b = n > 0 ? bundle_row(w, n) : NULL;
	const struct row_step *step = b != NULL ? some_step(w, b) : NULL;

	if (b == NULL || walk_dice(w, 40) == 0)
		return SEND(w, bundle_start, .casefile = STR(CASEFILE),
		    .template =
			str_of(templates[walk_dice(w, ARRAY_LEN(templates))]),
		    .unit = walk_unit(w, STR(ROOM)));
	if (step != NULL && walk_dice(w, 3) > 0)
		return of_step(w, b, step);
	return of_whole(w, b);
}

/* The next thing that the task of a step needs. */
static bool
go_on(struct walk *w, const struct row_task *t)
{
	if (str_is(t->state, "assigned"))
		return SEND(w, task_sign, .task = t->id, .unit = t->unit);
	if (str_is(t->state, "submitted"))
		return SEND(w, task_accept, .task = t->id, .unit = t->giver);
	return SEND(w, task_submit, .task = t->id, .result = STR("done"),
	    .unit = t->unit, .officer = STR(WORKER));
}

/* A step at work comes nearer to its end. */
bool
walk_bundle_work(struct walk *w)
{
	const struct row_bundle *b = bundle_row(w, n_bundles(w));
	size_t from = walk_dice(w, CODES);

	for (size_t i = 0; b != NULL && i < CODES; i++) {
		const struct row_step *step =
		    step_row(w, b, 1 + (from + i) % CODES);

		if (step != NULL && str_is(step->state, "working"))
			return go_on(w, (const struct row_task *)kit_row(
					    w->k, step->task.p));
	}
	return walk_bundle(w);
}

/* What a done step has made, when it is not recorded yet. */
static bool
record_made(struct walk *w, const struct row_bundle *b)
{
	for (size_t n = 1; n <= CODES; n++) {
		const struct row_step *step = step_row(w, b, n);
		struct strs makes = { NULL, 0 };

		if (step != NULL && str_is(step->state, "done"))
			makes = template_of(w, step)->makes;
		if (makes.n > 0 && !strs_has(b->papers, makes.p[0]))
			return SEND(w, step_record, .step = step->id,
			    .papers = makes, .unit = step->owner);
	}
	return false;
}

static bool
wait_days(struct walk *w, int64_t days)
{
	char text[CLOCK_TEXT];

	w->desc = NULL;
	(void)kit_run_until(
	    w->k, clock_format(kit_now(w->k) + days * DAY_MS, text));
	return true;
}

/* Papers are asked for; they come, or are late, or never come. */
static bool
want_papers(struct walk *w, const struct row_bundle *b)
{
	for (size_t n = 1; n <= CODES; n++) {
		const struct row_step *step = step_row(w, b, n);

		if (step == NULL)
			continue;
		if (str_is(step->state, "working") && step->asked.n == 0 &&
		    template_of(w, step)->needs.n > 0 && walk_dice(w, 2) > 0)
			return SEND(w, step_ask_papers, .step = step->id,
			    .papers = template_of(w, step)->needs,
			    .unit = step->owner);
		if (str_is(step->state, "lacking") && walk_dice(w, 2) > 0)
			return wait_days(w, 9);
		if (str_is(step->state, "stalled") && walk_dice(w, 2) > 0)
			return wait_days(w, 5);
		if (str_is(step->state, "stalled") &&
		    template_of(w, step)->optional)
			return SEND(w, step_skip, .step = step->id,
			    .reason = STR("they want none"), .unit = b->lead);
		if (str_is(step->state, "lacking") ||
		    str_is(step->state, "stalled"))
			return SEND(w, step_supply, .step = step->id,
			    .papers = step->asked, .unit = step->owner);
	}
	return false;
}

/* Everything goes as it should. */
bool
walk_bundle_well(struct walk *w)
{
	const struct row_bundle *b = bundle_row(w, n_bundles(w));

	if (b != NULL && str_is(b->state, "decomposing"))
		return SEND(
		    w, bundle_decompose, .bundle = b->id, .unit = b->lead);
	if (b != NULL && str_is(b->state, "integrating"))
		return record_made(w, b) ||
		       SEND(w, bundle_integrate, .bundle = b->id,
			   .result = STR("done"), .unit = b->lead);
	if (b != NULL && str_is(b->state, "following") && walk_dice(w, 12) == 0)
		return stop(w, b, true);
	if (b != NULL &&
	    (str_is(b->state, "following") || walk_dice(w, 3) == 0) &&
	    want_papers(w, b))
		return true;
	return walk_bundle_work(w);
}

static void
end_steps(struct walk *w, const struct row_bundle *b)
{
	for (size_t n = 1; n <= CODES; n++) {
		const struct row_step *step = step_row(w, b, n);

		if (step == NULL)
			continue;
		if (str_is(step->state, "lacking") ||
		    str_is(step->state, "stalled"))
			must(SEND(w, step_supply, .step = step->id,
			    .papers = step->asked, .unit = step->owner));
		if (str_is(step->state, "working"))
			walk_end_task(w, (const struct row_task *)kit_row(
					     w->k, step->task.p));
		if (str_is(step->state, "done"))
			must(SEND(w, step_record, .step = step->id,
			    .papers = template_of(w, step)->makes,
			    .unit = step->owner));
	}
}

void
walk_end_bundles(struct walk *w)
{
	const struct row_bundle *b;

	for (size_t n = 1; (b = bundle_row(w, n)) != NULL; n++) {
		if (str_is(b->state, "decomposing"))
			must(SEND(w, bundle_decompose, .bundle = b->id,
			    .unit = b->lead));
		/* Each round ends what the round before let begin. */
		for (size_t i = 0; i < CODES; i++)
			end_steps(w, b);
		if (str_is(b->state, "integrating"))
			must(SEND(w, bundle_integrate, .bundle = b->id,
			    .result = STR("done"), .unit = b->lead));
	}
}

void
walk_look_bundles(const struct kit *k, struct marks *m)
{
	struct walk w = { .k = (struct kit *)(uintptr_t)k };
	const struct row_bundle *b;

	for (size_t n = 1; (b = bundle_row(&w, n)) != NULL; n++) {
		(void)walk_put(k, m, THING_BUNDLE, b->id.p);
		for (size_t i = 1; i <= CODES; i++) {
			const struct row_step *step = step_row(&w, b, i);

			if (step != NULL)
				(void)walk_put(k, m, THING_STEP, step->id.p);
		}
	}
}
