/* When a bundle will end at its pace, and the warning when that is too late. */
#include "services/dispatcher/rules.h"

#define ALL INT64_C(1000) /* per mille */
#define NOT_KNOWN INT64_C(-1)

/* One step on the way to the end. */
struct leg {
	const struct row_step *step;
	int64_t end;
	size_t held_by; /* leg that it waits for longest; itself: none */
};
struct way_on {
	struct leg *v;
	size_t n;
};

/* A step not begun takes a share of its limit. */
static int64_t
end_of_next(struct step *s, const struct row_bundle *b,
    const struct row_step *step, int64_t from)
{
	const struct row_bundle_step *t = dispatcher_step_template(s, b, step);
	int64_t share = registry_number(
	    s->registry, "bundle.forecast.permille", s->at, ALL);
	struct limit limit;

	if (!limit_parse(t->limit_finish, &limit) || limit.clock == LIMIT_NONE)
		return from;
	return from + (step_due_rule(s, limit, from).at - from) / ALL * share;
}

/* Who works is done in time; who is late already, at any moment. */
static int64_t
end_of_begun(struct step *s, const struct row_step *step)
{
	bool still = !step_in(s, THING_STEP, HEAD(step), IN(STEP_WORKING));
	int64_t left = step->finish_by - (still ? step->asked_at : s->at);

	return left > 0 ? s->at + left : s->at;
}

static size_t
leg_of(const struct way_on *w, struct str code)
{
	size_t i = 0;

	while (i < w->n && !str_eq(w->v[i].step->template, code))
		i++;
	return i;
}

/* The end of leg I, or NOT_KNOWN while that of one before it is not. */
static int64_t
end_of(struct step *s, const struct row_bundle *b, struct way_on *w, size_t i)
{
	struct leg *leg = &w->v[i];
	int64_t from = s->at;

	if (step_in(s, THING_STEP, HEAD(leg->step), STEP_ENDED))
		return s->at;
	if (step_in(s, THING_STEP, HEAD(leg->step), STEP_BEGUN))
		return end_of_begun(s, leg->step);
	for (size_t k = 0; k < leg->step->after.n; k++) {
		size_t on = leg_of(w, leg->step->after.p[k]);

		if (on == w->n ||
		    step_in(s, THING_STEP, HEAD(w->v[on].step), STEP_ENDED))
			continue;
		if (w->v[on].end == NOT_KNOWN)
			return NOT_KNOWN;
		if (w->v[on].end >= from) {
			from = w->v[on].end;
			leg->held_by = on;
		}
	}
	return end_of_next(s, b, leg->step, from);
}

/* The steps that count, and when each ends, by rounds. */
static struct way_on
look_ahead(struct step *s, const struct row_bundle *b)
{
	const struct row_step *step = NULL;
	struct way_on w = { .n = 0 };

	w.v = arena_alloc(
	    s->arena, (step_count(s, THING_STEP) + 1) * sizeof(*w.v));
	must(w.v != NULL);
	while ((step = dispatcher_next_step(s, b, step)) != NULL)
		if (dispatcher_step_template(s, b, step)->counts_in_total) {
			w.v[w.n] = (struct leg){ step, NOT_KNOWN, w.n };
			w.n++;
		}
	for (bool moved = true; moved;) {
		moved = false;
		for (size_t i = 0; i < w.n; i++) {
			if (w.v[i].end != NOT_KNOWN)
				continue;
			w.v[i].end = end_of(s, b, &w, i);
			moved = moved || w.v[i].end != NOT_KNOWN;
		}
	}
	return w;
}

void
dispatcher_bundle_look(struct step *s, struct row_bundle *b)
{
	struct way_on w;
	size_t last = 0, holds;

	if (b->lagged || !step_in(s, THING_BUNDLE, HEAD(b), IN(BUNDLE_RUNNING)))
		return;
	w = look_ahead(s, b);
	for (size_t i = 0; i < w.n; i++)
		if (w.v[i].end > w.v[last].end)
			last = i;
	if (w.n == 0 || w.v[last].end <= b->finish_by)
		return;
	for (holds = last; w.v[holds].held_by != holds;)
		holds = w.v[holds].held_by;
	b->lagged = true;
	step_touch(s, HEAD(b));
	step_emit(s, &msg_bundle_lagged_desc,
	    &(struct msg_bundle_lagged){ .bundle = b->id,
		.unit = b->lead,
		.step = w.v[holds].step->id,
		.forecast = w.v[last].end,
		.finish_by = b->finish_by });
}

/* A step that is late says nothing by itself: somebody has to look. */
void
dispatcher_bundle_watch(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	struct row_bundle *b = (struct row_bundle *)s->row;
	struct due next = step_due(s, "bundle.watch", m->due_at);

	dispatcher_bundle_look(s, b);
	if (b->lagged)
		return;
	if (next.at <= s->at)
		next = step_due(s, "bundle.watch", s->at);
	step_arm(s, HEAD(b), "watch", ARM_WINDOW, b->lead, next);
}
