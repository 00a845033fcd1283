/*
 * Publishing from outside: hands events to the bus, keeps each until its
 * outcome is known, and sends it again (same bytes, same id) when an answer
 * does not come.
 */
#ifndef BUS_PUBLISH_H
#define BUS_PUBLISH_H

#include "common/msg/envelope.h"

struct publisher;

enum outcome_status {
	OUTCOME_STORED,
	OUTCOME_DUPLICATE, /* stored before, under the same seq */
	OUTCOME_REFUSED,   /* code, field, reason say why; not stored */
	OUTCOME_UNKNOWN,   /* publish it again with the same id */
};

#define OUTCOME_ID 129
struct outcome {
	int64_t n; /* which one, as publisher_put() numbered it */
	enum outcome_status status;
	int64_t seq;
	char code[40];
	char field[96];
	char reason[512];
	bool later;          /* a refusal that may pass: try again later */
	char id[OUTCOME_ID]; /* see publish_one(); else empty */
};

/* Connects and greets; RC_RETRY when no bus answers within TIMEOUT_MS. */
enum rc publisher_open(struct publisher **pp, const char *endpoint,
    const char *name, int timeout_ms, struct err *e) MUST_CHECK;
void publisher_close(struct publisher **pp);

/*
 * Sends one envelope (msgpack bytes), with PART beside it when it is not
 * empty: OPEN, the bus seals it, or sealed already (publisher_seal()).
 * Returns its number.  At most publisher_window() may be unanswered.
 */
enum part_kind {
	PART_NONE,
	PART_OPEN,
	PART_SEALED
};
int64_t publisher_put(struct publisher *p, struct str envelope,
    enum part_kind kind, struct str part);
size_t publisher_unanswered(const struct publisher *p);
size_t publisher_window(const struct publisher *p);

/*
 * Waits for the next outcome.  RC_GONE: none came within TIMEOUT_MS.
 * Temporary refusals and unknown outcomes are sent again by themselves
 * until GIVE_UP_MS after the first try.
 */
enum rc publisher_next(struct publisher *p, int timeout_ms, struct outcome *out,
    struct err *e) MUST_CHECK;
#define PUBLISHER_GIVE_UP_MS 60000

/*
 * Seals PLAIN (encoded msg_sealed_report) to intake's key, which the bus
 * told at the greeting.  RC_REJECT when it has none.
 */
enum rc publisher_seal(struct publisher *p, struct str plain, struct buf *box,
    struct err *e) MUST_CHECK;

/*
 * One command, start to end, while nothing else is unanswered: envelope
 * around MSG (with a new id unless ENV has one), sent, outcome awaited.  It
 * tells the id.
 */
enum rc publish_one(struct publisher *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, struct outcome *out,
    struct err *e) MUST_CHECK;
/* The same for a report and, sealed beside it, who hands it in. */
enum rc publish_submit(struct publisher *p, const struct msg_envelope *env,
    const struct msg_report_submit *report,
    const struct msg_sealed_report *person, struct outcome *out,
    struct err *e) MUST_CHECK;

#endif
