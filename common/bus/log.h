/*
 * Reading the journal from outside, reliably: any range, filtered by the
 * bus, then on as it happens, without gap or repeat.  Comes back by itself
 * after a lost connection, from where it was.
 */
#ifndef BUS_LOG_H
#define BUS_LOG_H

#include "common/base/arena.h"
#include "common/base/clock.h"

struct log_reader;

struct log_options {
	int64_t from_seq; /* first seq wanted; 0: see from_time, from_head */
	int64_t epoch;    /* in which from_seq was a place; 0: never mind */
	struct str from_time;     /* RFC 3339 */
	bool from_head;           /* only what comes from now on */
	struct str until_time;    /* ends before what was recorded then */
	const struct str *topics; /* prefixes; none: every topic */
	size_t n_topics;
	struct str casefile;
	struct str division; /* it and all inside */
	/*
	 * Id of a report.submit: only what it caused, and all of the casefile
	 * that it became (sorted out on this side).
	 */
	struct str report;
	bool follow;
	/*
	 * The bus keeps the place under this name, see log_commit(): begins
	 * behind it, and as the other options say only when there is none.
	 */
	struct str cursor;
	/* Tell also LOG_CUT and LOG_RETIRED, see there. */
	bool notices;
	const char *key_file; /* this and the next: see link.h */
	int silence_ms;
};

enum log_what {
	LOG_EVENT,
	/*
	 * History was cut short: events from SEQ on that were read may not be
	 * in the journal any more.  Those that are there now follow.
	 */
	LOG_CUT,
	/*
	 * What was asked for is not there any more; SEQ is the oldest there
	 * is.  Nothing follows until log_skip().
	 */
	LOG_RETIRED,
};

struct log_event {
	enum log_what what;
	int64_t seq;
	int64_t at;
	int64_t epoch;       /* it was recorded in; of a notice, the new one */
	struct str envelope; /* borrowed until the next call */
};

/* OPTIONS' strings are copied. */
enum rc log_open(struct log_reader **rp, const char *endpoint,
    const struct log_options *options, struct err *e) MUST_CHECK;
void log_reader_close(struct log_reader **rp);

/*
 * The next event; seq rises, but for behind LOG_CUT.  RC_GONE: nothing
 * within TIMEOUT_MS, or the end of a range that is not followed
 * (log_ended()).  RC_RETRY: the bus has been silent for too long, or cannot
 * read now; calling again goes on trying.  Without notices a cut is passed
 * over, and RC_REJECT is what LOG_RETIRED would tell.
 */
enum rc log_next(struct log_reader *r, int timeout_ms, struct log_event *event,
    struct err *e) MUST_CHECK;
bool log_ended(const struct log_reader *r);
/* After LOG_RETIRED: goes on from SEQ, knowing what is missing. */
void log_skip(struct log_reader *r, int64_t seq);
/*
 * With a cursor: all up to SEQ, an event that was handed out, is worked off.
 * The bus learns it soon, at the latest in log_reader_close(); what it has
 * not learnt comes again next time.
 */
void log_commit(struct log_reader *r, int64_t seq);

/* Highest seq that the bus has spoken of. */
int64_t log_head(const struct log_reader *r);
/*
 * Everything below it was looked at, and what fits was handed out; 0 before
 * the bus has answered.  With log_epoch() the place to come back to.
 */
int64_t log_place(const struct log_reader *r);
int64_t log_epoch(const struct log_reader *r);

#endif
