/* A township is merged away: who is told, and what must be so then. */
#ifndef SIM_BOUNDARY_H
#define SIM_BOUNDARY_H

#include "tests/sim/world.h"

struct letter;

/* People will tell every folder with something that names who is gone. */
void boundary_gather(struct world *w);
/* One of these letters; N is its number. */
struct letter *boundary_letter(struct world *w, size_t n);
void boundary_check(struct world *w);

#endif
