/* The statements of the project, as the simulation does them. */
#ifndef SIM_QUERY_H
#define SIM_QUERY_H

#include "tests/sim/server.h"

/* query_thing.c: X_load and X_save of the services' things. */
query_fn query_thing_load, query_thing_save;
/* Reads the SQL of a load or save into the plan NAME; false: neither. */
bool plan_make(struct store *st, const char *name, const char *sql);
struct plan *plan_find(const struct store *st, const char *name);
bool plan_is_load(const struct plan *p);

/* query_journal.c */
query_fn query_append, query_events, query_event, query_clock, query_still;
int64_t call_head(const struct call *c);
void event_columns(PGresult *r);
void event_row(struct call *c, const struct event *e);
/* query_run.c */
query_fn query_cursors, query_whole, query_probe, query_advance, query_lazy,
    query_seen, query_gone, query_replan, query_lag, query_newest;
/* query_parked.c */
query_fn query_parked, query_park, query_parked_events, query_parked_end,
    query_parked_next, query_parked_again;
/* The I-th row if it is SERVICE's (and CASEFILE's, unless that is empty). */
const struct version *parked_at(const struct table *t, size_t i,
    const struct tx *who, struct str service, struct str casefile);
bool parked_holds(
    const struct store *st, struct str service, struct str casefile);
bool parked_is_first(
    const struct table *t, const struct version *v, const struct tx *who);
/* Whether V, or anything of SERVICE, is to be tried now. */
bool parked_row_is_due(const struct table *t, const struct version *v,
    int64_t now_us, const struct tx *who);
bool parked_is_due(const struct store *st, struct str service);
/* query_errand.c */
query_fn query_errand, query_request_lock, query_request_done, query_request;
/* query_deadline.c */
query_fn query_due, query_fired, query_mark, query_arm, query_meet, query_pause,
    query_ledger, query_resume, query_counted;
/* query_rehome.c */
query_fn query_running, query_rehome;
/* query_intake.c */
/* intake.person() of TOKEN, or NULL. */
struct str query_person(struct call *c, struct str token);
query_fn query_boxes, query_propose, query_nearby, query_persons, query_callers,
    query_identities, query_seal, query_formers, query_seats;
/* query_scoring.c */
query_fn query_counts, query_revision, query_behind;
/* query_look.c */
query_fn query_volumes, query_clusters, query_reds, query_ungraded,
    query_warned, query_watched, query_topics, query_emergencies, query_follow;

/* One object of a JSON array, as cells of a table's columns. */
struct json_rows;
struct json_rows *json_rows_open(struct str json);
void json_rows_close(struct json_rows **jp);
size_t json_rows_n(const struct json_rows *j);
/*
 * Fills CELLS (t->n_columns), bytes in ARENA; what is not there is NULL.
 * Times are read as PostgreSQL does.
 */
void json_rows_cells(const struct json_rows *j, size_t i, const struct table *t,
    struct str *cells, struct arena *arena);

#endif
