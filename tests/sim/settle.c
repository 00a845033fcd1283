/* Without faults: until nothing is to be done. */
#include "tests/sim/boundary.h"
#include "tests/sim/defect.h"
#include "tests/sim/people.h"
#include "tests/sim/query.h"
#include "tests/sim/world.h"

#define SETTLE_STEPS 400000

static int64_t
lowest_cursor(const struct world *w, const char *service)
{
	const struct table *t = &w->store.fixed[TABLE_cursor];
	int64_t lowest = INT64_MAX;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;
		int64_t seq = cell_i64(v->cell[COL_cursor_seq]);

		if (seq < lowest &&
		    str_is(v->cell[COL_cursor_service], service))
			lowest = seq;
	}
	return lowest;
}

/* Parked events that will be tried again, or somebody's wish. */
static bool
is_awaited(const struct world *w, const char *service)
{
	const struct table *p = &w->store.fixed[TABLE_parked];
	const struct table *r = &w->store.fixed[TABLE_request];

	for (size_t i = 0; i < r->n_spots; i++) {
		const struct version *v = r->spots[i]->now;

		if (v != NULL && v->cell[COL_request_done_at].p == NULL &&
		    str_is(v->cell[COL_request_service], service))
			return true;
	}
	for (size_t i = 0; i < p->n_spots && !w->store.folding; i++) {
		const struct version *v = p->spots[i]->now;

		if (v != NULL && v->cell[COL_parked_retry_at].p != NULL &&
		    str_is(v->cell[COL_parked_service], service) &&
		    parked_is_first(p, v, NULL))
			return true;
	}
	return false;
}

/* Nothing but waiting for the next try: it comes at once. */
static void
skip_waiting(struct world *w)
{
	const struct table *t = &w->store.fixed[TABLE_parked];
	int64_t next = INT64_MAX, now = pg_time(w->store.now_us);

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;
		struct str at = v != NULL && parked_is_first(t, v, NULL)
				    ? v->cell[COL_parked_retry_at]
				    : STR("");

		if (at.n > 0 && cell_i64(at) < next)
			next = cell_i64(at);
	}
	if (next < INT64_MAX && next > now) {
		w->base_us += next - now;
		w->store.now_us += next - now;
	}
}

static bool
service_quiet(const struct world *w, size_t s)
{
	const char *name = services[s]->name;
	int64_t head = journal_head(&w->store.journal);

	if (w->store.folding && head > w->store.fold_to)
		head = w->store.fold_to;
	return lowest_cursor(w, name) >= head &&
	       !deadline_is_due(&w->store, str_of(name), w->store.now_us) &&
	       !is_awaited(w, name);
}

bool
world_quiet(const struct world *w)
{
	if (w->store.folding)
		return service_quiet(w, w->settling);
	for (size_t s = 0; s < SERVICES; s++)
		if (!service_quiet(w, s))
			return false;
	return true;
}

static void
calm_down(struct world *w)
{
	w->calm = true;
	w->outage = false;
	for (size_t i = 0; i < w->n_instances; i++)
		w->instance[i].frozen_until_us = 0;
}

static void
tell_undrained(const struct world *w)
{
	for (size_t s = 0; s < SERVICES; s++)
		if (!service_quiet(w, s))
			world_broken("I14: %d steps without faults, and %s is "
				     "not drained: cursor %lld of %lld",
			    SETTLE_STEPS, services[s]->name,
			    (long long)lowest_cursor(w, services[s]->name),
			    (long long)journal_head(&w->store.journal));
}

static void
drain(struct world *w)
{
	uint64_t until = w->counts.steps + SETTLE_STEPS;

	while (w->broken[0] == '\0' &&
	       !(people_done(w->people) && world_quiet(w))) {
		if (w->counts.steps == until) {
			tell_undrained(w);
			return;
		}
		world_step(w);
		if (w->counts.steps % 2000 == 0)
			skip_waiting(w);
	}
}

/* The township is gone by now; whatever names it is told. */
static void
rehome(struct world *w)
{
	int64_t late = world_merger_us() - w->store.now_us;

	if (world_merger_us() == 0)
		return;
	if (late > 0) {
		w->base_us += late;
		w->store.now_us += late;
		drain(w);
	}
	boundary_gather(w);
	drain(w);
	if (w->broken[0] == '\0')
		boundary_check(w);
}

void
world_settle(struct world *w)
{
	calm_down(w);
	drain(w);
	if (w->broken[0] == '\0' && !w->store.folding)
		rehome(w);
}
