#include "tests/sim/moves.h"

#include <stdio.h>

void
moves_add(struct moves_seen *to, const struct moves_seen *from)
{
	const size_t n = sizeof(*to) / sizeof(uint32_t);

	for (size_t i = 0; i < n; i++)
		((uint32_t *)to)[i] += ((const uint32_t *)from)[i];
}

void
moves_note(struct moves_seen *m, size_t s, size_t move)
{
	must(s < SERVICES && move < MOVES_MAX);
	if (m != NULL)
		m->n[s][move]++;
}

void
moves_reach(struct moves_seen *m, size_t s, size_t thing, int state)
{
	must(s < SERVICES && thing < THINGS_MAX && state < STATES_MAX);
	if (m != NULL)
		m->state[s][thing][state]++;
}

static void
print_from(const struct thing *t, uint32_t from)
{
	for (int i = 0; i < STATES_MAX; i++)
		if ((from & IN(i)) != 0)
			printf(" %s", i > 0 ? t->states[i] : "new");
}

/*
 * Packs are not loaded here, so none begins and no change of borders with it,
 * and what a fact changes in the registry is not known: the states of THING
 * that can be reached without.
 */
static uint32_t
reachable(const struct machine *m, size_t thing)
{
	uint32_t reached = IN(STATE_NEW), before;

	do {
		before = reached;
		for (size_t i = 0; i < m->n_moves; i++) {
			const struct move *mv = &m->moves[i];

			if ((size_t)mv->thing == thing && mv->to != STAY &&
			    (mv->from & reached) != 0 &&
			    mv->on != &msg_registry_changed_desc &&
			    mv->on != &msg_cadre_return_desc &&
			    mv->on != &msg_boundary_begun_desc)
				reached |= IN(mv->to);
		}
	} while (reached != before);
	return reached;
}

static bool
print_unreached(const struct moves_seen *m)
{
	size_t missed = 0, all = 0;

	for (size_t s = 0; s < SERVICES; s++)
		for (size_t t = 0; t < services[s]->machine->n_things; t++) {
			const struct thing *th =
			    &services[s]->machine->things[t];
			uint32_t can = reachable(services[s]->machine, t);

			for (int i = 1; i < STATES_MAX && th->states[i] != NULL;
			     i++) {
				if ((can & IN(i)) == 0)
					continue;
				all++;
				if (m->state[s][t][i] > 0)
					continue;
				missed++;
				printf("never reached: %s %s %s\n",
				    services[s]->name, th->name, th->states[i]);
			}
		}
	printf("%zu of %zu states reached\n", all - missed, all);
	return missed == 0;
}

bool
moves_print(const struct moves_seen *m)
{
	size_t seen = 0, all = 0;

	for (size_t s = 0; s < SERVICES; s++) {
		const struct machine *a = services[s]->machine;

		for (size_t i = 0; i < a->n_moves; i++) {
			const struct move *mv = &a->moves[i];
			const struct thing *t = &a->things[mv->thing];

			if (mv->to == STAY)
				continue;
			all++;
			seen += m->n[s][i] > 0;
			printf("%8u %s %s on %s%s%s:", m->n[s][i],
			    services[s]->name, t->name, mv->on->type,
			    mv->limit != NULL ? " " : "",
			    mv->limit != NULL ? mv->limit : "");
			print_from(t, mv->from);
			printf(" -> %s\n", t->states[mv->to]);
		}
	}
	printf("%zu of %zu moves seen\n", seen, all);
	return print_unreached(m);
}
