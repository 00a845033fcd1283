/*
 * Those who publish: each has a connection of the bus, hands in commands,
 * and keeps what is not answered, to hand it in again under the same id.
 */
#ifndef SIM_PEOPLE_H
#define SIM_PEOPLE_H

#include "tests/sim/server.h"

struct people;
struct world;

struct people *people_new(struct world *w);
void people_free(struct people **pp);
/* Results of, and the end of, one of their sessions. */
void people_take(struct people *p, struct session *s, PGresult *res);
void people_lost(struct people *p, struct session *s);
bool people_ready(const struct people *p);
int64_t people_wake(const struct people *p);
void people_step(struct people *p);
/* History was cut: what they were told and is gone, they hand in again. */
void people_cut(struct people *p);
/* Something that they said about CASEFILE is not acknowledged yet. */
bool people_wait_for(const struct people *p, struct str casefile);
/* Everything published and answered. */
bool people_done(const struct people *p);
/* Whether every answer they got is what the journal holds. */
void people_check(const struct people *p);

#endif
