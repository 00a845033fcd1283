/* Random messages for the dispatcher's rules, and the way out of it all. */
#ifndef TESTS_DISPATCH_WALK_H
#define TESTS_DISPATCH_WALK_H

#include "tests/lib/dispatch.h"

struct row_task;

struct walk {
	struct kit *k;
	const struct registry *registry;
	uint64_t seed;
	bool bundles;                /* it is mostly about bundles */
	size_t well;                 /* so many steps go as they should */
	const struct msg_desc *desc; /* of the last step; NULL: time passed */
};

/* Penalties, mediations and callbacks are numbered up to this. */
#define WALK_IDS 3

/* Units that messages name. */
extern const char *const walk_units[];
extern const size_t walk_n_units;

/* Everything there is of the casefile. */
#define MARKS_MAX 512
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
/* dispatch_check.c: where a thing stands. */
int walk_state(const struct mark *one);
/* Everything that waits has a limit, a card or an open child. */
void walk_check(const struct kit *k, const struct marks *m);

/* Offers, returns, disputes, extensions, suspensions. */
bool walk_task(struct walk *w);
/* Brings T to its end, and says again what was said about it. */
void walk_end_task(struct walk *w, const struct row_task *t);
bool walk_put(const struct kit *k, struct marks *m, int thing, const char *id);

/* dispatch_walk_bundle.c: bundles and steps (O1, O1/BJ-01, ...). */
bool walk_bundle(struct walk *w);
bool walk_bundle_work(struct walk *w);
bool walk_bundle_well(struct walk *w);
void walk_end_bundles(struct walk *w);
void walk_look_bundles(const struct kit *k, struct marks *m);

/* Opens the casefile, of some matter. */
void walk_begin(struct walk *w);
/* One message, sensible or not, or some time; true if it was taken. */
bool walk_step(struct walk *w);
/* Everybody does what is theirs until the casefile is archived. */
void walk_end(struct walk *w);

#endif
