/*
 * A hint to the bus that the journal has grown.  Lost without regret: the
 * bus looks by itself a little later.
 */
#ifndef BUS_BELL_H
#define BUS_BELL_H

#include "common/base/base.h"

struct bell;

enum rc bell_open(
    struct bell **bp, const char *endpoint, struct err *e) MUST_CHECK;
void bell_ring(struct bell *b);
void bell_close(struct bell **bp);

#endif
