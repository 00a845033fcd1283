/* Random messages for the dispatcher's rules, and the way out of it all. */
#ifndef TESTS_DISPATCH_WALK_H
#define TESTS_DISPATCH_WALK_H

#include "tests/lib/dispatch.h"

struct walk {
	struct kit *k;
	uint64_t seed;
	const struct msg_desc *desc; /* of the last step; NULL: time passed */
};

/* Penalties, mediations and callbacks are numbered up to this. */
#define WALK_IDS 3

/* Units that messages name. */
extern const char *const walk_units[];
extern const size_t walk_n_units;

/* Opens the casefile, of some matter. */
void walk_begin(struct walk *w);
/* One message, sensible or not, or some time; true if it was taken. */
bool walk_step(struct walk *w);
/* Everybody does what is theirs until the casefile is archived. */
void walk_end(struct walk *w);

#endif
