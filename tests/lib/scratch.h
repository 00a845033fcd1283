/* A database of its own for a test, in the throw-away cluster of TEST_DB. */
#ifndef TESTS_LIB_SCRATCH_H
#define TESTS_LIB_SCRATCH_H

#include "common/db/db.h"

struct scratch;

/* Whether TEST_DB is set; says on stderr that TEST is skipped if not. */
bool scratch_possible(const char *test);

/*
 * Makes a database with every migration applied; dies when it can not.
 * scratch_free() drops it.  TEST_DB is a libpq connection string of a user
 * who may make databases.
 */
struct scratch *scratch_new(void);
void scratch_free(struct scratch **sp);

/* A connection for the test itself, and how others connect. */
struct db *scratch_db(struct scratch *s);
const char *scratch_dsn(const struct scratch *s);

/* Runs statements; dies when one fails. */
void scratch_run(struct scratch *s, const char *fmt, ...) PRINTF(2, 3);
/* The one value of a query, as text, in ARENA; "no row" if there is none. */
struct str scratch_ask(struct scratch *s, struct arena *arena, const char *sql);

#endif
