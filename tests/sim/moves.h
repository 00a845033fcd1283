/* Which moves of the life cycles, which states were seen, over all worlds. */
#ifndef SIM_MOVES_H
#define SIM_MOVES_H

#include "tests/sim/world.h"

#define MOVES_MAX 640

struct moves_seen {
	uint32_t n[SERVICES][MOVES_MAX];
	uint32_t state[SERVICES][THINGS_MAX][STATES_MAX];
};

void moves_add(struct moves_seen *to, const struct moves_seen *from);
/* MOVE of service number S has happened; a THING of it is in STATE now. */
void moves_note(struct moves_seen *m, size_t s, size_t move);
void moves_reach(struct moves_seen *m, size_t s, size_t thing, int state);
/* All of it; false when there are states that nothing ever was in. */
bool moves_print(const struct moves_seen *m);

#endif
