/* Inside services/bus: what its files share. */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "common/bus/socket.h"
#include "common/conf/conf.h"
#include "common/db/db.h"
#include "services/bus/check.h"

#define PUBLISH_BATCH 500
#define PUBLISH_BYTES ((size_t)4 * 1024 * 1024)
#define SUBS_MAX 256
#define BEAT_MS 1000

/* One publish of the batch under way, and what its sender is told. */
struct entry {
	struct str identity;
	struct str number;
	struct checked event;
	bool refused;
	bool boxed;        /* its sealed part is to be stored */
	struct str answer; /* body of a refusal */
};

struct sub; /* sub.h */

struct bus {
	struct conf conf;
	struct db *db;
	struct registry *registry;
	bool registry_old;   /* a pack was loaded since */
	struct arena *arena; /* of the publish batch */
	struct args args;
	unsigned char seal_key[SEAL_KEY_LEN];
	bool has_seal_key;

	zsock_t *publish;
	zsock_t *live;
	zsock_t *log;
	zsock_t *ring;

	int64_t epoch;
	int64_t head; /* last seq known to be committed */
	int64_t now;  /* of the database, as of the last look */
	int64_t sent; /* last seq that went out live */
	bool behind;  /* and more was waiting then */
	int64_t beat_ms;

	struct entry entries[PUBLISH_BATCH];
	size_t n_entries;
	struct sub *subs;
	size_t n_subs;
};

/* store.c */
enum rc store_open(struct bus *b, struct err *e) MUST_CHECK;
enum rc store_head(struct bus *b, struct err *e) MUST_CHECK;
enum rc store_registry(struct bus *b, struct err *e) MUST_CHECK;
/* Stores the batch; RECEIPTS (caller frees) has a row per event. */
enum rc store_append(
    struct bus *b, struct rows **receipts, struct err *e) MUST_CHECK;
enum rc store_range(struct bus *b, int64_t after, int64_t until, int64_t limit,
    struct str casefile, struct rows **rows, struct err *e) MUST_CHECK;
enum rc store_seq_at(
    struct bus *b, int64_t at, int64_t *seq, struct err *e) MUST_CHECK;
enum rc store_seen(struct bus *b, bool gone, struct err *e) MUST_CHECK;

/* publish.c: takes in what waits, stores it, answers.  True if any. */
bool publish_turn(struct bus *b);

/* live.c */
void live_turn(struct bus *b);

/* log.c */
void log_turn(struct bus *b);
bool log_waiting(const struct bus *b); /* a reader with credit is behind */
void log_close(struct bus *b);

/* Header map {epoch, seq, at, slot} of one event, as live and log send it. */
struct str header_of(
    struct bus *b, struct buf *buf, int64_t seq, int64_t at, int64_t slot);

#endif
