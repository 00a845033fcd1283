/*
 * Where huying tail has its events from.  The log: any part of the journal,
 * then on as it happens, from one reader, so there is no seam that could
 * lose or repeat anything.  Or, when asked for, the live feed alone, which
 * may lose; what it lost is noticed, and fetched from the log.
 */
#ifndef CLI_TAIL_SOURCE_H
#define CLI_TAIL_SOURCE_H

#include "cli/tail_cursor.h"
#include "cli/tail_event.h"
#include "cli/tail_filter.h"

struct tail_source;

struct source_options {
	const char *log; /* endpoints */
	const char *live;
	const struct filter *filter; /* outlives the source */
	int64_t from_seq;            /* 0: see the next three */
	int64_t from_time;           /* 0: not by time */
	struct tail_place after;     /* epoch 0: not by a place */
	bool from_head;
	int64_t until; /* before what was recorded then; 0: no end */
	bool follow;
	bool live_only;
	bool fill; /* fetch what the live feed lost */
};

/* What came. */
enum came {
	CAME_EVENT,
	CAME_NOTHING, /* within the time */
	CAME_END,     /* all that was asked for was told */
	CAME_LIVE,    /* what was stored before is told; now as it happens */
	CAME_LOST,    /* events are missing, or were shown and are no more */
	CAME_SILENCE, /* the bus does not answer; it goes on trying */
	CAME_REFUSAL, /* the bus does not want to */
};

enum rc source_open(struct tail_source **sp, const struct source_options *o,
    struct err *e) MUST_CHECK;
void source_close(struct tail_source **sp);

/* EV is borrowed until the next call; E has a text for the last three. */
enum came source_next(struct tail_source *s, int timeout_ms,
    struct tail_event *ev, struct err *e);
/* All up to it was handed out; epoch 0 before the bus has answered. */
struct tail_place source_place(const struct tail_source *s);
/* The last seq that the bus has spoken of. */
int64_t source_head(const struct tail_source *s);
/* Whether the bus has said anything at all. */
bool source_heard(const struct tail_source *s);

#endif
