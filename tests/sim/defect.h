/* Defects planted in the simulated database, see store.h. */
#ifndef SIM_DEFECT_H
#define SIM_DEFECT_H

#include "common/base/id.h"
#include "tests/sim/server.h"

enum defect defect_find(const char *name); /* DEFECT_COUNT: no such one */
/* Another state of the thing that QUERY saves. */
struct str defect_other_state(const char *query, struct str state);

/* query_deadline.c: what runs out by NOW_US and is not held up. */
bool deadline_row_is_due(const struct store *st, const struct version *v,
    struct str service, int64_t now_us);
/* The id of the fact that V's running cycle is "over", or "soon" to be. */
const char *deadline_fact_id(const char *service, const struct version *v,
    const char *which, char id[ID_TEXT]);
bool deadline_is_due(
    const struct store *st, struct str service, int64_t now_us);

#endif
