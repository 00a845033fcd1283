/* The SQL of this service (queries.sql). */
#ifndef SCORING_STORE_H
#define SCORING_STORE_H

#include "common/db/db.h"
#include "services/scoring/rules.h"

const struct db_query *scoring_store_queries(size_t *n);

/*
 * Everything that counts in P before SEQ, in ARENA.  What lies before SEQ
 * must be in the tables already: see run_await_before().
 */
enum rc scoring_store_basis(struct db *db, const struct period *p, int64_t seq,
    struct arena *arena, struct score_basis *b, struct err *e) MUST_CHECK;
/* What a look at P, of what lies before SEQ, needs; clusters of LEAST. */
enum rc scoring_store_look(struct db *db, const struct span *p, int64_t least,
    int64_t seq, struct arena *arena, struct look_basis *b,
    struct err *e) MUST_CHECK;

/* Whether the clock looks already, by what lies before SEQ. */
enum rc scoring_store_watched(
    struct db *db, int64_t seq, bool *watched, struct err *e) MUST_CHECK;

#endif
