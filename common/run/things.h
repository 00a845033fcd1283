/* The statements of a service, prepared when it connects. */
#ifndef RUN_THINGS_H
#define RUN_THINGS_H

#include "common/run/run.h"

/*
 * Loading and saving the rows of each thing; the table is what its row in
 * rows.def says.  What bears a number of its own (no mark) is found by it too:
 * it may lie with another casefile.  OUT has place for 2 * THINGS_MAX; text
 * lives in ARENA.
 */
size_t run_things(
    const struct machine *m, struct db_query *out, struct arena *arena);
/* The loop's, the things', the service's own and the registry's. */
enum rc run_prepare(
    struct db *db, const struct run_desc *desc, struct err *e) MUST_CHECK;

#endif
