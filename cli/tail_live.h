/*
 * The live feed alone, for huying tail --live-only: nothing is read from the
 * journal but what the feed is seen to have lost.
 */
#ifndef CLI_TAIL_LIVE_H
#define CLI_TAIL_LIVE_H

#include "cli/tail_source.h"

struct tail_live;

enum rc tail_live_open(struct tail_live **lp, const struct source_options *o,
    struct err *e) MUST_CHECK;
void tail_live_close(struct tail_live **lp);
/* As source_next(). */
enum came tail_live_next(
    struct tail_live *l, int timeout_ms, struct tail_event *ev, struct err *e);
/* After CAME_LOST: of which type; empty when of several, perhaps. */
struct str tail_live_lost(const struct tail_live *l);
/* What the last heartbeat said; 0 before the first. */
int64_t tail_live_head(const struct tail_live *l);
int64_t tail_live_epoch(const struct tail_live *l);

#endif
