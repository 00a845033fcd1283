/*
 * How long things took: counts of whole microseconds in cells that grow with
 * the value, so that any figure is right to one part in a thousand.  Plain
 * memory: it may be shared between processes, and copied.
 */
#ifndef TESTS_LIB_HIST_H
#define TESTS_LIB_HIST_H

#include "common/base/base.h"

#define HIST_BITS 10 /* cells per doubling: 2^10 */
#define HIST_TOP 36  /* values from 2^36 us (19 hours) on count as that */
#define HIST_CELLS ((HIST_TOP - HIST_BITS + 2) << HIST_BITS)

struct hist {
	uint64_t n;
	int64_t max; /* exact */
	uint32_t count[HIST_CELLS];
};

/* All zero is an empty one. */
void hist_add(struct hist *h, int64_t us); /* below 0 counts as 0 */
void hist_merge(struct hist *into, const struct hist *from);
/* The value that SHARE (0 to 1) of them do not exceed; 0 when empty. */
int64_t hist_at(const struct hist *h, double share);

#endif
