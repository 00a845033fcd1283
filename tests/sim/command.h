/* One thing that somebody wants to publish. */
#ifndef SIM_COMMAND_H
#define SIM_COMMAND_H

#include "tests/sim/world.h"

struct letter {
	char id[48];
	const struct msg_desc *desc;
	struct str source, subject, division, digest, envelope, box, box_digest;
	bool sent;
	bool acked;
	int64_t seq; /* as told; 0: not yet */
	char bytes[];
};

/*
 * A command that fits what the tables hold, or nearly: legal ones by looking
 * at the states, others that will be refused.  N is its number.  On the heap;
 * NULL when there is nothing to say just now.
 */
struct letter *command_new(struct world *w, size_t n);
/* The same content under another id. */
struct letter *command_again(const struct letter *l, const char *id);

#endif
