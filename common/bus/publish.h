/*
 * Publishing from outside: hands events to the bus, keeps each until its
 * outcome is known, and sends it again (same bytes, same id) when an answer
 * does not come or says "later".  With a spool, over the end of the process.
 */
#ifndef BUS_PUBLISH_H
#define BUS_PUBLISH_H

#include "common/msg/envelope.h"

struct publisher;

enum outcome_status {
	OUTCOME_STORED,
	OUTCOME_DUPLICATE, /* stored before, under the same seq */
	OUTCOME_REFUSED,   /* code, field, reason say why; not stored */
	OUTCOME_UNKNOWN,   /* perhaps stored; code, reason say what is known */
};

#define OUTCOME_ID 129
#define OUTCOME_TYPE 65
struct outcome {
	int64_t n; /* which one, as publisher_put() numbered it */
	enum outcome_status status;
	int64_t seq;
	char code[40];
	char field[96];
	char reason[512];
	bool later;          /* given up: the same again may succeed later */
	char id[OUTCOME_ID]; /* of the event, and its type; empty if unsound */
	char type[OUTCOME_TYPE];
};

struct publisher_options {
	const char *endpoint;
	const char *key_file; /* see link.h */
	const char *name;     /* of this client, for the bus's log */
	const char *spool;    /* its directory; NULL: none */
	int64_t spool_bytes;  /* 0: PUBLISHER_SPOOL_BYTES */
	int timeout_ms;       /* to wait for the bus at first; 0: not at all */
	/*
	 * An event that found no final answer for so long gets its outcome
	 * as REFUSED or UNKNOWN; 0: PUBLISHER_GIVE_UP_MS.  Never with a spool.
	 */
	int give_up_ms;
	int silence_ms; /* see link.h */
};
#define PUBLISHER_GIVE_UP_MS 60000
#define PUBLISHER_SPOOL_BYTES ((int64_t)1 << 30)

/*
 * Connects and greets; RC_RETRY when no bus answers within the timeout.
 * With a spool that is no error, and what is in it goes out first; RC_RETRY
 * is another process that has it, then.
 */
enum rc publisher_open_as(struct publisher **pp,
    const struct publisher_options *o, struct err *e) MUST_CHECK;
/* Without a spool. */
enum rc publisher_open(struct publisher **pp, const char *endpoint,
    const char *name, int timeout_ms, struct err *e) MUST_CHECK;
void publisher_close(struct publisher **pp);

/*
 * Takes one envelope (msgpack bytes), with PART beside it when there is one:
 * OPEN, the bus seals it (or, before it reaches a spool, this), or sealed
 * already (publisher_seal()).  *N is its number: rising, for ever with a
 * spool.  RC_RETRY: no room now, take outcomes first, or no key is known yet
 * to seal with; RC_REJECT: too long.
 *
 * Without a spool it is sent.  With one it is written; it is on disk after
 * the next publisher_sync() or publisher_next(), and goes out in the latter.
 */
enum part_kind {
	PART_NONE,
	PART_OPEN,
	PART_SEALED
};
enum rc publisher_put(struct publisher *p, struct str envelope,
    enum part_kind kind, struct str part, int64_t *n, struct err *e) MUST_CHECK;
/* No-op without a spool. */
enum rc publisher_sync(struct publisher *p, struct err *e) MUST_CHECK;
/* Without a final answer; the spool's included. */
int64_t publisher_unanswered(const struct publisher *p);
/* How many the bus wants under way at most. */
size_t publisher_window(const struct publisher *p);

/*
 * The next outcome: one for each event, in any order; with a spool also
 * those of events that an earlier process put.  RC_GONE: none came within
 * TIMEOUT_MS, and E tells what is wrong if something is.  RC_RETRY: the
 * spool cannot write (a full disk).  To be called again and again: nothing
 * moves in between.
 */
enum rc publisher_next(struct publisher *p, int timeout_ms, struct outcome *out,
    struct err *e) MUST_CHECK;

/*
 * Seals PLAIN (encoded msg_sealed_report) to intake's key, which the bus
 * told at the greeting, or, with a spool, at an earlier one.  RC_REJECT when
 * none is known.
 */
enum rc publisher_seal(struct publisher *p, struct str plain, struct buf *box,
    struct err *e) MUST_CHECK;

/*
 * publish_message.c, without a spool and while nothing else is unanswered:
 * one event, start to end.
 */
enum rc publish_bytes(struct publisher *p, struct str envelope,
    enum part_kind kind, struct str part, struct outcome *out,
    struct err *e) MUST_CHECK;
/* One command: envelope around MSG, with a new id unless ENV has one. */
enum rc publish_one(struct publisher *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, struct outcome *out,
    struct err *e) MUST_CHECK;
/* The same for a report and, sealed beside it, who hands it in. */
enum rc publish_submit(struct publisher *p, const struct msg_envelope *env,
    const struct msg_report_submit *report,
    const struct msg_sealed_report *person, struct outcome *out,
    struct err *e) MUST_CHECK;

#endif
