/* Offices, changes of boundaries, versions of packs, cadres. */
#include "tests/lib/dispatch_walk_inner.h"

#include "services/dispatcher/rules.h"

#define CIVIL "330122-D-MZJ"

/* What was said of the task of A meanwhile, once more. */
static bool
say_of_task(struct walk *w, const struct row_support *a)
{
	const struct row_task *t =
	    (const struct row_task *)kit_row(w->k, a->task.p);

	if (str_is(t->state, "withdrawn"))
		return SEND(w, task_withdrawn, .task = t->id, .unit = t->unit,
		    .why = STR("raised"));
	if (str_is(t->state, "moved"))
		return SEND(w, task_moved, .task = t->id);
	if (str_is(t->state, "submitted"))
		return SEND(w, task_submitted, .task = t->id);
	return SEND(w, support_answer, .support = a->id,
	    .answer = walk_reason(w), .unit = walk_unit(w, a->office));
}

static bool
of_support(struct walk *w)
{
	static const char *const offices[] = { PEACE, ECONOMY, ROOM, ECOLOGY };
	const struct row_support *a =
	    (const struct row_support *)walk_some(w, "I");
	const struct row_task *t = (const struct row_task *)walk_some(w, "T");

	if (a == NULL || (t != NULL && walk_dice(w, 3) == 0))
		return SEND(w, support_ask, .task = t != NULL ? t->id : STR(T1),
		    .office = ONE_OF(w, offices), .what = walk_reason(w),
		    .unit = t != NULL ? walk_unit(w, t->unit) : STR(ROOM));
	if (walk_dice(w, 4) == 0)
		return SEND(w, support_withdraw, .support = a->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, a->unit));
	return say_of_task(w, a);
}

static bool
assess(struct walk *w)
{
	static const struct str places[] = { { "330122109", 9 } };

	return SEND(w, boundary_assess, .title = STR("one of two"),
	    .kind = STR("merge_townships"), .places = { places, 1 },
	    .risk = walk_dice(w, 3) > 0 ? STR("low") : STR("high"),
	    .opinion = walk_reason(w), .measures = STR("a hotline"),
	    .unit = walk_unit(w, STR(CIVIL)));
}

/* What its state is mostly followed by, or anything. */
static bool
of_boundary(struct walk *w)
{
	static const char *const next[] = { "assessed", "cleared",
		"effective" };
	const struct row_boundary *b =
	    (const struct row_boundary *)walk_some(w, "U");
	uint64_t what = walk_dice(w, 5);

	if (b == NULL || walk_dice(w, 6) == 0)
		return assess(w);
	for (uint64_t i = 0; i < ARRAY_LEN(next) && walk_dice(w, 4) > 0; i++)
		if (str_is(b->state, next[i]))
			what = i;
	switch (what) {
	case 0:
		return SEND(w, boundary_clear, .boundary = b->id,
		    .document = walk_reason(w), .approver = STR(COUNTY_HEAD),
		    .unit = walk_unit(w, STR(GOVERNMENT)));
	case 1:
		return SEND(w, boundary_begun, .boundary = b->id,
		    .pack = STR("tonglu"), .version = STR("2026.2"));
	case 2:
		return SEND(w, boundary_evaluate, .boundary = b->id,
		    .opinion = walk_reason(w), .unit = walk_unit(w, b->unit));
	case 3:
		return SEND(w, boundary_drop, .boundary = b->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, b->unit));
	default:
		return SEND(w, boundary_reassess, .boundary = b->id,
		    .risk = STR("low"), .opinion = walk_reason(w),
		    .measures = STR("a hotline"),
		    .unit = walk_unit(w, b->unit));
	}
}

static bool
of_version(struct walk *w)
{
	const struct row_head *v = walk_some(w, "E");

	if (v == NULL || walk_dice(w, 4) == 0)
		return SEND(w, registry_changed, .pack = STR("tonglu"),
		    .version = STR("2026.2"), .begins = kit_now(w->k) + DAY_MS);
	return SEND(w, version_follow, .version = v->id);
}

bool
walk_structure(struct walk *w)
{
	switch (walk_dice(w, 10)) {
	case 0:
	case 1:
	case 2:
		return of_boundary(w);
	case 3:
		return of_version(w);
	case 4:
		return SEND(w, cadre_return, .cadre = STR("OF-PZ-0007"),
		    .reason = walk_reason(w), .unit = walk_unit(w, STR(ROOM)),
		    .officer = STR(TOWN_HEAD));
	default:
		return of_support(w);
	}
}

void
walk_end_structure(struct walk *w)
{
	const struct row_head *r;

	for (size_t n = 1; (r = walk_row(w->k, "I", n)) != NULL; n++)
		(void)SEND(w, support_withdraw, .support = r->id,
		    .reason = STR("no more"),
		    .unit = ((const struct row_support *)r)->unit);
	for (size_t n = 1; (r = walk_row(w->k, "U", n)) != NULL; n++) {
		struct str unit = ((const struct row_boundary *)r)->unit;

		(void)SEND(w, boundary_drop, .boundary = r->id,
		    .reason = STR("no more"), .unit = unit);
		(void)SEND(w, boundary_evaluate, .boundary = r->id,
		    .opinion = STR("well"), .unit = unit);
	}
}
