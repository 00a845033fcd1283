/* Rows of the simulation and of PostgreSQL as texts that can be compared. */
#ifndef TESTS_CELLTEXT_H
#define TESTS_CELLTEXT_H

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "tests/sim/cell.h"

/* A cell, the same whatever the width of its TYPE (enum cell_type). */
void celltext_put(struct str s, int64_t type, struct buf *out);
/* Rows that are equal to the order of the statement may come in any. */
struct str celltext_sorted(struct str *rows, size_t n, struct arena *arena);

#endif
