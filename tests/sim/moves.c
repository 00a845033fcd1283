#include "tests/sim/moves.h"

#include <stdio.h>

void
moves_add(struct moves_seen *to, const struct moves_seen *from)
{
	for (size_t s = 0; s < SERVICES; s++)
		for (size_t i = 0; i < MOVES_MAX; i++)
			to->n[s][i] += from->n[s][i];
}

void
moves_note(struct moves_seen *m, size_t s, size_t move)
{
	if (m != NULL && s < SERVICES && move < MOVES_MAX)
		m->n[s][move]++;
}

static void
print_from(const struct thing *t, uint32_t from)
{
	for (int i = 0; i < STATES_MAX; i++)
		if ((from & IN(i)) != 0)
			printf(" %s", i > 0 ? t->states[i] : "new");
}

void
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
}
