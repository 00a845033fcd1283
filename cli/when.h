/* Times and durations as people write and read them (pure). */
#ifndef CLI_WHEN_H
#define CLI_WHEN_H

#include "common/base/clock.h"

/* What when_parse() takes, in few words. */
#define WHEN_HELP                                                              \
	"10m 2h 3d (ago), now, today, yesterday, 2026-03-18 or "               \
	"2026-03-18T09:30 (+08:00 unless it has a zone)"

/*
 * "now", "today", "yesterday", "2026-03-18", "2026-03-18T09:30" (+08:00
 * unless it has a zone; a blank will do for the T), "10m" (ago), "+10m"
 * (from now), 1773797400 and 1773797400000 (Unix, seconds and ms).
 */
bool when_parse(struct str text, int64_t now, int64_t *at);
/* "500ms", "10s", "5m", "2h", "1d"; a bare number counts seconds. */
bool when_parse_span(struct str text, int64_t *ms);

/* "28m", "3h 5m", "2d 4h"; at most two units, cut off; "0s" for nothing. */
void when_put_span(struct buf *out, int64_t ms);
/* "03-18 09:30"; with the year when it is not that of NOW. */
void when_put(struct buf *out, int64_t at, int64_t now);
/*
 * "until 03-18 09:30, in 28m" or "was due 03-18 09:30, overdue 3h"; just
 * "was due 03-18 09:30" while it is happening.
 */
void when_put_due(struct buf *out, int64_t due, int64_t now);
/* "09:30:07" */
void when_put_time(struct buf *out, int64_t at);
/* "2026-03-18 Wednesday" */
void when_put_day(struct buf *out, int64_t at);

#endif
