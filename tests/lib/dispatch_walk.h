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

/* Everything there is of the casefile. */
#define MARKS_MAX 256
struct mark {
	char id[64];
	int thing;
	struct row_head row; /* as it was then */
};
struct marks {
	struct mark v[MARKS_MAX];
	size_t n;
};
void walk_look(const struct kit *k, struct marks *m);

/* Opens the casefile, of some matter. */
void walk_begin(struct walk *w);
/* One message, sensible or not, or some time; true if it was taken. */
bool walk_step(struct walk *w);
/* Everybody does what is theirs until the casefile is archived. */
void walk_end(struct walk *w);

#endif
