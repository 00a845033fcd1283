/* Inside the watch only: what its files share about one commit. */
#ifndef SIM_WATCH_INNER_H
#define SIM_WATCH_INNER_H

#include "common/msg/envelope.h"
#include "tests/sim/watch.h"
#include "tests/sim/world.h"

/* How far one slot's cursor goes. */
struct stretch {
	bool moves;
	int64_t from; /* exclusive */
	int64_t to;
};

struct watch {
	struct world *w;
	struct arena *arena;    /* of one commit */
	unsigned char *intents; /* how often a letter is in the journal */
	size_t n_intents;
};

/* One transaction of a service, about to be committed. */
struct look {
	struct watch *x;
	struct session *s;
	const struct machine *machine;
	size_t service; /* its number */
	struct stretch slot[SLOT_COUNT];
	/* The events that it takes its service past, in their order. */
	const struct event **events;
	size_t n_events;
	/* The facts that it says, and their envelopes. */
	struct msg_envelope *facts;
};

bool look_envelope(
    const struct look *l, const struct event *e, struct msg_envelope *env);
/* The casefile that E is about; that of a report follows from its place. */
struct str look_casefile(const struct look *l, const struct event *e);

void look_at_moves(const struct look *l);  /* I8 */
void look_at_limits(const struct look *l); /* I9 */
void look_at_parked(const struct look *l); /* I15 */
void parked_end(struct world *w);
void limits_end(struct world *w);
void owners_end(struct world *w); /* I16 */
/* Something about it is put aside, or was dropped by a person. */
bool owners_aside(const struct world *w, struct str casefile);

#endif
