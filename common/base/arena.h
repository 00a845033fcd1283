/* Memory with one lifetime: allocate freely, release all at once. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "common/base/str.h"

struct arena;

/* CAP bounds the bytes between two resets; more dies (a bug of ours). */
struct arena *arena_new(size_t cap);
void arena_free(struct arena **ap);
/* Keeps at most one chunk of 1 MiB for the next time. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type.  NULL only when the bound is reached. */
void *arena_alloc(struct arena *a, size_t n);
size_t arena_used(const struct arena *a);
/* A copy that lives until the reset. */
struct str arena_str(struct arena *a, struct str s);
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

#endif
