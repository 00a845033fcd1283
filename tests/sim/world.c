#include "tests/sim/world.h"

#include "tests/sim/defect.h"
#include "tests/sim/fold.h"
#include "tests/sim/host.h"
#include "tests/sim/people.h"
#include "tests/sim/watch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* 2026-03-18T09:00:00+08:00, a Wednesday. */
#define BEGIN_US INT64_C(1773795600000000)

struct world *the_world;

extern const struct run_desc intake_service, dispatcher_service,
    enforcement_service, mediation_service, scoring_service;
const struct run_desc *const services[SERVICES] = {
	&intake_service,
	&dispatcher_service,
	&enforcement_service,
	&mediation_service,
	&scoring_service,
};

/* In one world of so many a township is merged away while work is open. */
#define MERGED_OF 5
static const struct registry *the_county, *the_merged_county;
static int64_t the_merger_us;

const struct registry *
world_registry(void)
{
	return the_world->seed % MERGED_OF == 0 ? the_merged_county
						: the_county;
}

int64_t
world_merger_us(void)
{
	return world_registry() == the_merged_county ? the_merger_us : 0;
}

void
world_set_counties(const struct registry *whole, const struct registry *merged,
    int64_t merger_us)
{
	the_county = whole;
	the_merged_county = merged;
	the_merger_us = merger_us;
}

/* FNV-1a; for comparing runs, nothing else. */
void
world_mix(const void *p, size_t n)
{
	const unsigned char *at = p;
	uint64_t h = the_world->hash;

	for (size_t i = 0; i < n; i++)
		h = (h ^ at[i]) * UINT64_C(1099511628211);
	the_world->hash = h;
}

void
world_broken(const char *fmt, ...)
{
	struct world *w = the_world;
	va_list ap;

	if (w->broken[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(w->broken, sizeof(w->broken), fmt, ap);
	va_end(ap);
	world_say("BROKEN: %s", w->broken);
}

void
world_say(const char *fmt, ...)
{
	const struct world *w = the_world;
	char clock[CLOCK_TEXT];
	va_list ap;

	if (!w->verbose)
		return;
	(void)printf("%6llu %10.6f %s %-11s ",
	    (unsigned long long)w->counts.steps, (double)w->mono_us / 1e6,
	    clock_format(w->store.now_us / 1000, clock),
	    w->self != NULL ? services[w->self->service]->name : "-");
	va_start(ap, fmt);
	(void)vprintf(fmt, ap);
	va_end(ap);
	(void)putchar('\n');
}

bool
world_chance(unsigned permille)
{
	return dice_hit(&the_world->luck, permille);
}

static void
make_cursors(struct world *w)
{
	struct table *t = &w->store.fixed[TABLE_cursor];
	struct tx tx = { .n = 0 };

	for (size_t s = 0; s < SERVICES; s++)
		for (int64_t n = 0; n < SLOT_COUNT; n++) {
			struct num slot = num_of(n), seq = num_of(0);
			struct str cells[] = { str_of(services[s]->name),
				CELL_NUM(slot), CELL_NUM(seq) };

			spot_write(table_spot(t, cells), &tx, cells);
		}
	tx_commit(&tx);
	tx_fini(&tx);
}

/* The seed's own chance, an empty database. */
static void
world_make(struct world *w, uint64_t seed)
{
	const struct machine *machines[SERVICES];

	*w = (struct world){ .seed = seed,
		.hash = UINT64_C(14695981039346656037),
		.base_us = BEGIN_US };
	the_world = w;
	host_seed(seed ^ 1);
	dice_init(&w->dice, seed ^ 2);
	dice_init(&w->luck, seed ^ 3);
	dice_init(&w->body, seed ^ 4);
	for (size_t s = 0; s < SERVICES; s++)
		machines[s] = services[s]->machine;
	store_init(&w->store, machines, SERVICES);
	w->store.now_us = BEGIN_US;
	make_cursors(w);
}

static void
world_people_it(struct world *w)
{
	instances_make(w);
	w->watch = watch_new(w);
	w->people = people_new(w);
}

void
world_init(struct world *w, uint64_t seed, enum defect defect)
{
	world_make(w, seed);
	w->store.defect = defect;
	chaos_plan(w);
	world_people_it(w);
	w->history = history_new();
}

void
world_init_folding(struct world *f, const struct world *w)
{
	world_make(f, w->seed);
	f->verbose = w->verbose;
	f->calm = true;
	f->store.folding = true;
	f->plan.step_us = 1;
	for (size_t s = 0; s < SERVICES; s++)
		f->plan.instances[s] = 1;
	world_people_it(f);
	/* One service after the other. */
	for (size_t s = 0; s < SERVICES; s++) {
		f->instance[s].wanted = false;
		f->instance[s].start_at_us = 0;
	}
}

void
world_fini(struct world *w)
{
	for (size_t i = 0; i < w->n_instances; i++)
		instance_free(&w->instance[i]);
	for (size_t i = 0; i < w->n_sessions; i++)
		session_free(&w->session[i]);
	people_free(&w->people);
	watch_free(&w->watch);
	history_free(&w->history);
	store_fini(&w->store);
	the_world = NULL;
}

/* Who could do something now. */
struct ready {
	unsigned char kind;
	unsigned char index;
};
enum {
	READY_INSTANCE,
	READY_SESSION,
	READY_PEOPLE,
	READY_FEED
};

static size_t
who_is_ready(const struct world *w, struct ready *v)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n_instances; i++)
		if (instance_ready(w, &w->instance[i]))
			v[n++] =
			    (struct ready){ READY_INSTANCE, (unsigned char)i };
	for (size_t i = 0; i < w->n_sessions; i++)
		if (session_ready(w->session[i], w->mono_us))
			v[n++] =
			    (struct ready){ READY_SESSION, (unsigned char)i };
	if (people_ready(w->people))
		v[n++] = (struct ready){ READY_PEOPLE, 0 };
	if (feed_ready(w))
		v[n++] = (struct ready){ READY_FEED, 0 };
	return n;
}

static void
pass_time(struct world *w, int64_t us)
{
	w->mono_us += us;
	w->store.now_us = w->base_us + w->mono_us;
}

/* Nobody can do anything: on to the next moment when somebody can. */
static void
sleep_until_next(struct world *w)
{
	int64_t next = w->announce_at_us;

	for (size_t i = 0; i < w->n_instances; i++)
		if (instance_wakes(&w->instance[i]) < next)
			next = instance_wakes(&w->instance[i]);
	if (people_wake(w->people) < next)
		next = people_wake(w->people);
	pass_time(w, next > w->mono_us ? next - w->mono_us : 1000);
}

static void
run_one(struct world *w, struct ready r)
{
	world_mix(&r, sizeof(r));
	switch (r.kind) {
	case READY_INSTANCE:
		instance_step(w, &w->instance[r.index]);
		break;
	case READY_SESSION:
		session_step(w->session[r.index], w->mono_us);
		break;
	case READY_PEOPLE:
		people_step(w->people);
		break;
	default:
		feed_step(w);
		break;
	}
}

void
world_step(struct world *w)
{
	struct ready v[INSTANCES_MAX + SESSIONS_MAX + 2];
	size_t n;

	while ((n = who_is_ready(w, v)) == 0)
		sleep_until_next(w);
	run_one(w, v[dice_below(&w->dice, n)]);
	world_sweep(w);
	pass_time(
	    w, 1 + (int64_t)dice_below(&w->dice, (uint64_t)w->plan.step_us));
	chaos_step(w);
	w->counts.steps++;
}

void
world_run(struct world *w)
{
	while (w->broken[0] == '\0' && !people_done(w->people) &&
	       w->counts.steps < w->plan.n_steps)
		world_step(w);
	world_settle(w);
	if (w->broken[0] == '\0')
		people_check(w->people);
	if (w->broken[0] == '\0')
		watch_end(w);
	if (w->broken[0] == '\0')
		fold_check(w);
}
