/*
 * Looks on and says which promise is broken: when a transaction commits,
 * after every step, and at the end.
 */
#ifndef SIM_WATCH_H
#define SIM_WATCH_H

#include "tests/sim/server.h"

struct watch;
struct world;

struct watch *watch_new(struct world *w);
void watch_free(struct watch **wp);

/* E was handed in by S: stored, or there already (duplicate, reused). */
void watch_appended(struct session *s, const struct event *e,
    const char *status, struct str envelope);
/* Just before everything of S becomes visible. */
void watch_commit(struct session *s);
void watch_end(struct world *w);
/* History was cut. */
void watch_cut(struct world *w);

#endif
