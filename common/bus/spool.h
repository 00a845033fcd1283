/*
 * Events on their way to the bus, kept in a directory until a final answer
 * came for each.  Survives the end of the process at any moment, and what
 * was synced, the loss of power.  One process at a time.
 *
 *   events-N   what was handed in from event N on, and what is settled
 *   refused    what the bus refused for good, one JSON object a line
 *   key        intake's public key, as the bus last told it
 *   damaged-N  a copy of events-N that the disk has damaged
 */
#ifndef BUS_SPOOL_H
#define BUS_SPOOL_H

#include "common/base/buf.h"

struct spool;

/* How far the oldest unsettled event and the last one handed out may lie
 * apart. */
#define SPOOL_SPAN 1024
#define SPOOL_MIN_BYTES ((int64_t)2 << 20)
#define SPOOL_KEY_LEN 32

struct spool_record {
	int64_t n; /* its number here: from 1, without a hole, for ever */
	struct str envelope;
	struct str part; /* sealed; empty: none */
	bool damaged;    /* the disk has lost it: only the number is left */
};

/*
 * DIR is made if it is not there; at most MAX_BYTES are kept in it.
 * RC_RETRY: another process has it open; RC_REJECT: no such directory can
 * be used.
 */
enum rc spool_open(struct spool **sp, const char *dir, int64_t max_bytes,
    struct err *e) MUST_CHECK;
void spool_close(struct spool **sp);

/*
 * Keeps an event.  Written when this returns, on disk after the next
 * spool_sync() or spool_next().  RC_RETRY: the spool or the disk is full,
 * nothing was kept.
 */
enum rc spool_append(struct spool *s, struct str envelope, struct str part,
    int64_t *n, struct err *e) MUST_CHECK;
enum rc spool_sync(struct spool *s, struct err *e) MUST_CHECK;

/*
 * The next unsettled event in order, on disk by then; R borrows until the
 * next call.  From the oldest after spool_open(), each once.  RC_GONE: no
 * more; RC_RETRY: it lies SPOOL_SPAN or further behind the oldest.
 */
enum rc spool_next(
    struct spool *s, struct spool_record *r, struct err *e) MUST_CHECK;

/*
 * A final answer came for N, which spool_next() handed out.  That it did may
 * be forgotten in a crash; then N comes again.
 */
void spool_settle(struct spool *s, int64_t n);
/* Why the bus did not take an event. */
struct spool_reason {
	const char *code;
	const char *field;
	const char *reason;
};
/* Writes R down as refused, on disk when this returns.  RC_RETRY: full. */
enum rc spool_refuse(struct spool *s, const struct spool_record *r,
    const struct spool_reason *why, struct err *e) MUST_CHECK;

/* Events without a final answer. */
int64_t spool_unsettled(const struct spool *s);
/* The key last kept; false when there was none yet. */
bool spool_key(const struct spool *s, unsigned char key[SPOOL_KEY_LEN]);
enum rc spool_keep_key(struct spool *s, const unsigned char key[SPOOL_KEY_LEN],
    struct err *e) MUST_CHECK;

#endif
