/* What the rules of disputes and of their ladder share. */
#ifndef DISPATCHER_DISPUTE_H
#define DISPATCHER_DISPUTE_H

#include "services/dispatcher/rules.h"

/* rules_dispute.c */
/* The task that D is about, or NULL: it is gone, and that is refused. */
struct row_task *dispute_task(struct step *s, const struct row_dispute *d);

/* rules_ladder.c */
/* Who decides at the rung of D; empty: the parties. */
struct str dispute_holder(struct step *s, const struct row_dispute *d);
/* Refuses NOT_YOUR_UNIT unless UNIT decides at the rung of D. */
bool dispute_decides(
    struct step *s, struct str unit, const struct row_dispute *d);
/* The time of the rung that D has come to runs FROM then on. */
void dispute_begin_rung(struct step *s, struct row_dispute *d, int64_t from);

#endif
