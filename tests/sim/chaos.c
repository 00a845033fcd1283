/* What goes wrong, how often, and to whom: by the seed. */
#include "tests/sim/world.h"

#define F(name, what) #name,
const char *const fault_names[FAULT_COUNT] = { FAULTS(F) };
#undef F

#define OCCASIONS 100000

/* How often at most, where it happens at all: a swarm of different worlds. */
static const unsigned most[FAULT_COUNT] = {
	[FAULT_crash] = 1500,
	[FAULT_stop] = 400,
	[FAULT_freeze] = 400,
	[FAULT_cut] = 2500,
	[FAULT_silence] = 300,
	[FAULT_outage] = 150,
	[FAULT_serialization] = 5000,
	[FAULT_deadlock] = 2000,
	[FAULT_timeout] = 2000,
	[FAULT_unique] = 2000,
	[FAULT_disk_full] = 2000,
	[FAULT_doubt] = 1000,
	[FAULT_feed_loss] = 20000,
	[FAULT_feed_again] = 5000,
	[FAULT_feed_late] = 20000,
	[FAULT_poison] = 5000,
	[FAULT_garbage] = 3000,
	[FAULT_resend] = 15000,
	[FAULT_wish] = 30000,
	[FAULT_history] = 60,
};

void
chaos_plan(struct world *w)
{
	struct plan_of_world *p = &w->plan;
	bool none = dice_hit(&w->luck, 50);

	for (size_t s = 0; s < SERVICES; s++)
		p->instances[s] = 1 + dice_below(&w->luck, 3);
	for (size_t f = 0; f < FAULT_COUNT; f++)
		if (!none && most[f] > 0 && dice_hit(&w->luck, 400))
			p->rate[f] =
			    1 + (unsigned)dice_below(&w->luck, most[f]);
	/* Without time nothing runs out. */
	p->rate[FAULT_clock] = 100 + (unsigned)dice_below(&w->luck, 1000);
	p->n_commands = 50 + dice_below(&w->luck, 300);
	p->step_us = dice_scale(&w->luck, 20, 2000);
}

void
chaos_count(enum fault f)
{
	the_world->counts.faults[f]++;
}

bool
chaos_strikes(enum fault f)
{
	struct world *w = the_world;

	if (w->calm || w->plan.rate[f] == 0 ||
	    dice_below(&w->luck, OCCASIONS) >= w->plan.rate[f])
		return false;
	chaos_count(f);
	return true;
}

const char *
chaos_sqlstate(const struct session *s, const struct request *q)
{
	static const struct {
		enum fault fault;
		const char *sqlstate;
	} states[] = {
		{ FAULT_serialization, "40001" },
		{ FAULT_deadlock, "40P01" },
		{ FAULT_timeout, "57014" },
		{ FAULT_unique, "23505" },
		{ FAULT_disk_full, "53100" },
	};

	if (strcmp(q->name, "rollback") == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		/* Only what is written can be there twice. */
		if (states[i].fault == FAULT_unique &&
		    strstr(q->name, "_save") == NULL)
			continue;
		if (chaos_strikes(states[i].fault)) {
			world_say("%s fails %s with %s", s->who, q->name,
			    states[i].sqlstate);
			return states[i].sqlstate;
		}
	}
	return NULL;
}

bool
chaos_is_poison(const char *service, struct str casefile)
{
	struct world *w = the_world;
	struct dice d;
	uint64_t mixed = str_hash(casefile) ^ str_hash(str_of(service)) * 31;

	if (w->plan.rate[FAULT_poison] == 0)
		return false;
	dice_init(&d, w->seed ^ mixed);
	if (dice_below(&d, OCCASIONS) >= w->plan.rate[FAULT_poison])
		return false;
	chaos_count(FAULT_poison);
	return true;
}

static struct instance *
some_running(struct world *w)
{
	struct instance *i = &w->instance[dice_below(&w->luck, w->n_instances)];

	return i->fiber != NULL ? i : NULL;
}

static struct session *
some_session(struct world *w)
{
	struct session *s;

	if (w->n_sessions == 0)
		return NULL;
	s = w->session[dice_below(&w->luck, w->n_sessions)];
	return s->ended || s->hanging_up ? NULL : s;
}

static void
strike_instance(struct world *w)
{
	struct instance *i;

	if (chaos_strikes(FAULT_crash) && (i = some_running(w)) != NULL)
		instance_crash(w, i);
	if (chaos_strikes(FAULT_stop) && (i = some_running(w)) != NULL)
		i->told_to_stop = true;
	if (chaos_strikes(FAULT_freeze) && (i = some_running(w)) != NULL)
		i->frozen_until_us =
		    w->mono_us + dice_scale(&w->luck, 1000, 20000000);
}

static void
strike_connection(struct world *w)
{
	struct session *s;

	if (chaos_strikes(FAULT_cut) && (s = some_session(w)) != NULL) {
		size_t keep = dice_below(&w->luck, s->n_requests + 1);

		world_say("cut %s %d keeps %zu", s->who, s->number, keep);
		connection_cut(w, s, keep);
	}
	if (chaos_strikes(FAULT_silence) && (s = some_session(w)) != NULL) {
		world_say("silence %s %d", s->who, s->number);
		connection_silence(w, s);
	}
}

static void
fall(struct world *w)
{
	for (size_t i = 0; i < w->n_sessions; i++)
		if (!w->session[i]->hanging_up)
			connection_cut(w, w->session[i], 0);
	w->outage = true;
	w->outage_until_us = w->mono_us + dice_scale(&w->luck, 10000, 10000000);
}

/* Nothing of a session outlives its server. */
static void
forget_sessions(struct world *w)
{
	for (size_t i = 0; i < w->n_sessions; i++)
		session_free(&w->session[i]);
	w->n_sessions = 0;
}

static void
strike_database(struct world *w)
{
	if (!w->outage && chaos_strikes(FAULT_outage)) {
		world_say("outage");
		fall(w);
	}
	if (!w->outage && chaos_strikes(FAULT_history)) {
		fall(w);
		forget_sessions(w);
		history_cut(w, 1 + dice_below(&w->luck, 20));
	}
	if (w->outage && (w->calm || w->mono_us >= w->outage_until_us))
		w->outage = false;
}

/* The time of the first limit that runs; 0: none does. */
static int64_t
next_wake(const struct world *w)
{
	const struct table *t = &w->store.fixed[TABLE_deadline];
	int64_t next = 0;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = t->spots[i]->now;
		int64_t at =
		    v != NULL ? pg_time_ms(v->cell[COL_deadline_wake_at]) : 0;

		if (at > 0 && (next == 0 || at < next))
			next = at;
	}
	return next * 1000;
}

/* Ahead by a little, by days, or to the very moment when something is due. */
static void
strike_clock(struct world *w)
{
	int64_t wake, ahead;

	if (!chaos_strikes(FAULT_clock))
		return;
	wake = next_wake(w) - w->store.now_us;
	switch (dice_below(&w->luck, 8)) {
	case 0:
	case 1:
	case 2:
		ahead = dice_scale(&w->luck, 1000000, INT64_C(3600000000));
		break;
	case 3:
		ahead = dice_scale(
		    &w->luck, INT64_C(3600000000), INT64_C(864000000000));
		break;
	default:
		ahead = wake + (int64_t)dice_below(&w->luck, 4001) - 2000;
		break;
	}
	if (ahead <= 0)
		return;
	w->base_us += ahead;
	w->store.now_us += ahead;
	world_say("the clock goes %lld ms ahead", (long long)ahead / 1000);
}

void
chaos_step(struct world *w)
{
	strike_database(w);
	if (w->calm)
		return;
	strike_instance(w);
	strike_connection(w);
	strike_clock(w);
}
