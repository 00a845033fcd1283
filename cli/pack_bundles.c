/* Bundles and their steps. */
#include "cli/pack_check.h"

#include <stdlib.h>

#define STEPS_DEEP ((size_t)20) /* one behind the other */

static const struct row_bundle_step *
step_row(const struct pack *p, size_t i)
{
	return pack_row(p, TABLE_bundle_step, i);
}

/* Two bundles for one matter: which one would start? */
static void
check_starts(struct pack *p, size_t i)
{
	const struct row_template *b = pack_row(p, TABLE_template, i);

	for (size_t k = 0; k < b->matters.n; k++) {
		const struct row_template *first = registry_bundle_of(
		    p->registry, b->matters.p[k], p->meta.valid_from);

		if (first != NULL && !str_eq(first->code, b->code))
			pack_fault_at(p, TABLE_template, i, "matters",
			    "matters: %.*s starts bundle %.*s already",
			    STR_ARG(b->matters.p[k]), STR_ARG(first->code));
	}
}

static bool
has_steps(const struct pack *p, struct str bundle)
{
	for (size_t i = 0; i < p->tables[TABLE_bundle_step].n; i++)
		if (str_eq(step_row(p, i)->bundle, bundle))
			return true;
	return false;
}

/* A result that no step makes would be missing for ever. */
static bool
is_made(const struct pack *p, struct str bundle, struct str paper)
{
	for (size_t i = 0; i < p->tables[TABLE_bundle_step].n; i++) {
		const struct row_bundle_step *s = step_row(p, i);

		for (size_t k = 0; k < s->makes.n; k++)
			if (str_eq(s->bundle, bundle) &&
			    str_eq(s->makes.p[k], paper))
				return true;
	}
	return false;
}

static void
check_bundle(struct pack *p, size_t i)
{
	const struct row_template *b = pack_row(p, TABLE_template, i);

	pack_check_reference(p, TABLE_template, i, "lead_unit", b->lead_unit);
	pack_check_duration(
	    p, TABLE_template, i, "total_limit", b->total_limit);
	check_starts(p, i);
	if (b->code.n > 0 && pack_has(p, TABLE_bundle_step) &&
	    !has_steps(p, b->code))
		pack_fault_at(p, TABLE_template, i, "code",
		    "code: the bundle has no steps");
	for (size_t k = 0; k < b->papers.n; k++)
		if (!is_made(p, b->code, b->papers.p[k]))
			pack_fault_at(p, TABLE_template, i, "papers",
			    "papers: no step makes \"%.*s\"",
			    STR_ARG(pack_shown(b->papers.p[k])));
}

/* Does a step that STEP waits for, at whatever distance, ask WORD? */
static bool
is_asked(const struct pack *p, const struct row_bundle_step *step,
    struct str word, size_t depth)
{
	for (size_t k = 0; k < step->depends_on.n && depth > 0; k++) {
		const struct row_bundle_step *d = registry_step(
		    p->registry, step->depends_on.p[k], p->meta.valid_from);

		if (d == NULL)
			continue;
		for (size_t a = 0; a < d->asks.n; a++)
			if (str_eq(d->asks.p[a], word))
				return true;
		if (is_asked(p, d, word, depth - 1))
			return true;
	}
	return false;
}

static void
check_step(struct pack *p, size_t i)
{
	const struct row_bundle_step *s = step_row(p, i);
	int64_t at = p->meta.valid_from;

	if (s->bundle.n > 0 && pack_has(p, TABLE_template) &&
	    registry_bundle(p->registry, s->bundle, at) == NULL)
		pack_fault_at(p, TABLE_bundle_step, i, "bundle",
		    "bundle: no bundle \"%.*s\"",
		    STR_ARG(pack_shown(s->bundle)));
	pack_check_reference(
	    p, TABLE_bundle_step, i, "owner_unit", s->owner_unit);
	pack_check_duration(
	    p, TABLE_bundle_step, i, "limit_finish", s->limit_finish);
	if (s->condition.n > 0 && !is_asked(p, s, s->condition, STEPS_DEEP))
		pack_fault_at(p, TABLE_bundle_step, i, "condition",
		    "condition: no step before it asks \"%.*s\"",
		    STR_ARG(pack_shown(s->condition)));
	for (size_t k = 0; k < s->depends_on.n; k++) {
		const struct row_bundle_step *d =
		    registry_step(p->registry, s->depends_on.p[k], at);

		if (d == NULL || !str_eq(d->bundle, s->bundle))
			pack_fault_at(p, TABLE_bundle_step, i, "depends_on",
			    "depends_on: no step \"%.*s\" in this bundle",
			    STR_ARG(pack_shown(s->depends_on.p[k])));
		else if (s->counts_in_total && !d->counts_in_total)
			pack_fault_at(p, TABLE_bundle_step, i, "depends_on",
			    "depends_on: %.*s is outside the total limit",
			    STR_ARG(d->code));
	}
}

#define NOT_KNOWN INT64_C(-1)     /* yet; after the walk: in a circle */
#define BEHIND_CIRCLE INT64_C(-2) /* waits for one for ever */

/* When each step may end at the soonest, by rounds; steps are few. */
struct path {
	int64_t *end;    /* by row; else one of the two below */
	bool one_clock;  /* so that amounts add up */
	int64_t longest; /* of the steps that count */
};

/* The end of step I once all it waits for is known. */
static int64_t
end_of(const struct pack *p, const struct path *path, size_t i)
{
	const struct row_bundle_step *s = step_row(p, i);
	struct limit l;
	int64_t start = 0;

	for (size_t k = 0; k < p->tables[TABLE_bundle_step].n; k++) {
		struct strs on = s->depends_on;

		for (size_t d = 0; d < on.n; d++) {
			if (!str_eq(step_row(p, k)->code, on.p[d]))
				continue;
			if (path->end[k] < 0)
				return NOT_KNOWN;
			if (path->end[k] > start)
				start = path->end[k];
		}
	}
	return start + (limit_parse(s->limit_finish, &l) ? l.amount : 0);
}

/* Does a step that has no end wait for step I? */
static bool
waited_for(const struct pack *p, const struct path *path, size_t i)
{
	for (size_t k = 0; k < p->tables[TABLE_bundle_step].n; k++) {
		struct strs on = step_row(p, k)->depends_on;

		for (size_t d = 0; path->end[k] == NOT_KNOWN && d < on.n; d++)
			if (str_eq(step_row(p, i)->code, on.p[d]))
				return true;
	}
	return false;
}

/* Leaves only those without an end that are in the circle themselves. */
static void
find_circles(const struct pack *p, struct path *path)
{
	bool moved = true;

	while (moved) {
		moved = false;
		for (size_t i = 0; i < p->tables[TABLE_bundle_step].n; i++) {
			if (path->end[i] != NOT_KNOWN || waited_for(p, path, i))
				continue;
			path->end[i] = BEHIND_CIRCLE;
			moved = true;
		}
	}
}

static void
walk(const struct pack *p, struct path *path)
{
	size_t n = p->tables[TABLE_bundle_step].n;
	bool moved = true;

	for (size_t i = 0; i < n; i++)
		path->end[i] = NOT_KNOWN;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < n; i++) {
			if (path->end[i] >= 0)
				continue;
			path->end[i] = end_of(p, path, i);
			moved = moved || path->end[i] >= 0;
		}
	}
}

/* Does everything that counts run by the total's own clock? */
static void
measure(const struct pack *p, struct path *path, const struct row_template *b,
    enum limit_clock clock)
{
	path->one_clock = true;
	path->longest = 0;
	for (size_t i = 0; i < p->tables[TABLE_bundle_step].n; i++) {
		const struct row_bundle_step *s = step_row(p, i);
		struct limit l;

		if (!str_eq(s->bundle, b->code) || !s->counts_in_total)
			continue;
		if (!limit_parse(s->limit_finish, &l) || l.clock != clock)
			path->one_clock = false;
		if (path->end[i] > path->longest)
			path->longest = path->end[i];
	}
}

static void
check_total(struct pack *p, struct path *path, size_t i)
{
	const struct row_template *b = pack_row(p, TABLE_template, i);
	struct limit total, longest;
	char text[CLOCK_TEXT];

	if (!limit_parse(b->total_limit, &total) || total.clock == LIMIT_NONE)
		return;
	measure(p, path, b, total.clock);
	longest = (struct limit){ total.clock, path->longest };
	if (path->one_clock && longest.amount > total.amount)
		pack_fault_at(p, TABLE_template, i, "total_limit",
		    "total_limit: the steps take %s",
		    limit_format(longest, text));
}

void
pack_check_bundles(struct pack *p)
{
	size_t n = p->tables[TABLE_bundle_step].n;
	struct path path = { .end = xmalloc((n + 1) * sizeof(int64_t)) };

	for (size_t i = 0; i < n; i++)
		check_step(p, i);
	walk(p, &path);
	find_circles(p, &path);
	for (size_t i = 0; i < n; i++)
		if (path.end[i] == NOT_KNOWN)
			pack_fault_at(p, TABLE_bundle_step, i, "depends_on",
			    "depends_on: goes in a circle");
	for (size_t i = 0; i < p->tables[TABLE_template].n; i++) {
		check_bundle(p, i);
		check_total(p, &path, i);
	}
	free(path.end);
}
