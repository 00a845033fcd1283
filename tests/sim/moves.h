/* Which moves of the life cycles have happened, over all worlds. */
#ifndef SIM_MOVES_H
#define SIM_MOVES_H

#include "tests/sim/world.h"

#define MOVES_MAX 512

struct moves_seen {
	uint32_t n[SERVICES][MOVES_MAX];
};

void moves_add(struct moves_seen *to, const struct moves_seen *from);
/* A row of THING of service number S goes FROM -> TO on what ON tells. */
void moves_note(struct moves_seen *m, size_t s, size_t move);
void moves_print(const struct moves_seen *m);

#endif
