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
};

struct log_event {
	int64_t seq;
	int64_t at;
	int64_t epoch;
	struct str envelope; /* borrowed until the next call */
};

/* OPTIONS' strings are copied. */
enum rc log_open(struct log_reader **rp, const char *endpoint,
    const struct log_options *options, struct err *e) MUST_CHECK;
void log_reader_close(struct log_reader **rp);

/*
 * The next event; seq rises, but for a new epoch, whose first event may lie
 * below the last one of the old.  RC_GONE: nothing within TIMEOUT_MS, or the
 * end of a range that is not followed (log_ended()).  RC_RETRY: the bus has
 * been silent for too long; calling again goes on trying.
 */
enum rc log_next(struct log_reader *r, int timeout_ms, struct log_event *event,
    struct err *e) MUST_CHECK;
bool log_ended(const struct log_reader *r);
/* Highest seq that the bus has spoken of. */
int64_t log_head(const struct log_reader *r);
/*
 * Everything below it was looked at, and what fits was handed out; 0 before
 * the bus has answered.  With log_epoch() the place to come back to.
 */
int64_t log_place(const struct log_reader *r);
int64_t log_epoch(const struct log_reader *r);

#endif
