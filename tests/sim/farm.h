/* Many worlds, each in a process of its own, and what they came to. */
#ifndef SIM_FARM_H
#define SIM_FARM_H

#include "tests/sim/world.h"

struct farm {
	uint64_t from;
	uint64_t to;
	uint64_t steps; /* before things calm down, at most */
	uint64_t jobs;
	enum defect defect;
	const char *trace; /* file for one seed's statements, or NULL */
	bool verbose;
};

/* Once: the county, the keys of intake. */
void farm_open(void);

/* Each prints what it finds; true when it is as it should be. */
bool farm_one(const struct farm *f);
bool farm_many(const struct farm *f);
bool farm_list(const struct farm *f, const char *path);
/* Each defect must be caught within N seeds. */
bool farm_defects(const struct farm *f, uint64_t n);
bool farm_moves(const struct farm *f);

#endif
