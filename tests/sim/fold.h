/*
 * I7: what the services hold is what follows from the journal.  A second
 * world with nothing but the journal, the sealed boxes and the log of what
 * was put aside works through all of it, service after service, nothing
 * going wrong; it must come to the same rows and say the same facts.
 */
#ifndef SIM_FOLD_H
#define SIM_FOLD_H

#include "tests/sim/world.h"

/* W must be settled.  What differs is W's broken promise. */
void fold_check(struct world *w);

/* Inside that world. */
struct fold;
/* A fact that a service says of cause and effect. */
void fold_said(struct session *s, struct event *e, const char *status,
    struct str envelope);
/* Whether SERVICE could not take the event at this place. */
bool fold_is_unreadable(const struct fold *f, const char *service, int64_t seq);

#endif
