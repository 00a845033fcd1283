#include "tests/sim/defect.h"

#include "tests/sim/world.h"

#include <stdlib.h>

enum defect
defect_find(const char *name)
{
	size_t d = 0;

	while (d < DEFECT_COUNT && strcmp(defect_names[d], name) != 0)
		d++;
	return (enum defect)d;
}

struct str
defect_other_state(const char *query, struct str state)
{
	for (size_t s = 0; s < SERVICES; s++) {
		const struct machine *m = services[s]->machine;

		for (size_t t = 0; t < m->n_things; t++) {
			if (strcmp(m->things[t].save, query) != 0)
				continue;
			for (size_t i = 1; m->things[t].states[i] != NULL; i++)
				if (!str_is(state, m->things[t].states[i]))
					return str_of(m->things[t].states[i]);
		}
	}
	return state;
}

static void
lose_a_row(struct session *s)
{
	struct spot *one;

	if (s->tx.n == 0)
		return;
	one = s->tx.touched[dice_below(&the_world->luck, s->tx.n)];
	/* Of what the services own; the loop's rows have their own defects. */
	if (!one->changed || one->table->columns[1].type != CELL_TEXT ||
	    strcmp(one->table->columns[1].name, "casefile") != 0)
		return;
	free(one->next);
	one->next = NULL;
	one->changed = false;
}

void
defect_commit(struct session *s)
{
	enum defect d = s->store->defect;

	if (d == DEFECT_lost_rows && world_chance(20))
		lose_a_row(s);
	if (d == DEFECT_lost_facts && world_chance(20) &&
	    strcmp(s->who, "people") != 0) {
		for (size_t i = 0; i < s->n_pending; i++)
			free(s->pending[i]);
		s->n_pending = 0;
	}
}
