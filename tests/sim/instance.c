/* Processes of services: started, frozen, stopped, killed, started again. */
#include "tests/sim/pq.h"
#include "tests/sim/world.h"

static void
body(void *arg)
{
	struct instance *i = arg;
	char name[] = "service", *argv[] = { name, NULL };

	i->exit_code = run_main(services[i->service], 1, argv);
}

static void
start(struct world *w, struct instance *i)
{
	i->pid = ++w->next_pid;
	i->told_to_stop = false;
	i->wait = WAIT_NOTHING;
	i->exit_code = 0;
	i->skew_us = (int64_t)dice_below(&w->luck, 7200000000) - 3600000000;
	i->fiber = fiber_new(body, i);
	world_say("start pid=%d", i->pid);
}

void
instances_make(struct world *w)
{
	for (size_t s = 0; s < SERVICES; s++)
		for (size_t n = 0; n < w->plan.instances[s]; n++) {
			struct instance *i = &w->instance[w->n_instances];

			*i = (struct instance){ .service = s,
				.number = w->n_instances++,
				.wanted = true,
				.wait = WAIT_NEVER,
				.speed =
				    1 + (unsigned)dice_below(&w->dice, 8) };
			i->start_at_us = (int64_t)dice_below(&w->dice, 2000000);
		}
}

void
instance_free(struct instance *i)
{
	socks_free(i);
	fiber_free(&i->fiber);
	i->wait = WAIT_NEVER;
}

/* Where the next one waits before it begins, as a supervisor has it. */
static void
down(struct world *w, struct instance *i)
{
	instance_free(i);
	i->start_at_us = w->mono_us + (int64_t)dice_below(&w->dice, 1500000);
}

void
instance_crash(struct world *w, struct instance *i)
{
	world_say("kill pid=%d", i->pid);
	for (size_t k = 0; k < CONNS_MAX; k++) {
		struct conn_place *c = &w->conn[k];

		if (c->conn == NULL || c->owner != i)
			continue;
		/* What is on its way still arrives, or part of it. */
		if (c->session != NULL)
			connection_cut(w, c->session,
			    (size_t)dice_below(
				&w->luck, c->session->n_requests + 1));
		*c = (struct conn_place){ .conn = NULL };
	}
	down(w, i);
}

int64_t
instance_wakes(const struct instance *i)
{
	int64_t at = i->wait == WAIT_NEVER ? i->start_at_us : i->until_us;

	if (i->wait == WAIT_NEVER && !i->wanted)
		return INT64_MAX;
	return at > i->frozen_until_us ? at : i->frozen_until_us;
}

bool
instance_ready(const struct world *w, const struct instance *i)
{
	if (w->mono_us < i->frozen_until_us)
		return false;
	switch (i->wait) {
	case WAIT_NOTHING:
		return true;
	case WAIT_NEVER:
		return i->wanted && w->mono_us >= i->start_at_us;
	case WAIT_ANSWER:
		return pq_readable(i->conn) || w->mono_us >= i->until_us;
	case WAIT_WORK:
		return w->mono_us >= i->until_us ||
		       (i->on_signal && i->told_to_stop) ||
		       (i->on_feed && feed_waits(i));
	}
	return false;
}

static void
ended(struct world *w, struct instance *i)
{
	world_say("exit pid=%d code=%d", i->pid, i->exit_code);
	i->n_failed = i->exit_code == 0 ? 0 : i->n_failed + 1;
	/* What nobody closed, the kernel does. */
	for (size_t k = 0; k < CONNS_MAX; k++)
		if (w->conn[k].conn != NULL && w->conn[k].owner == i)
			never("a service ends and leaves a connection");
	down(w, i);
	if (i->n_failed > 20)
		world_broken(
		    "a service ends again and again, code %d", i->exit_code);
}

void
instance_step(struct world *w, struct instance *i)
{
	bool runs;

	if (i->wait == WAIT_NEVER)
		start(w, i);
	i->wait = WAIT_NOTHING;
	w->self = i;
	runs = fiber_run(i->fiber);
	w->self = NULL;
	if (!runs)
		ended(w, i);
}
