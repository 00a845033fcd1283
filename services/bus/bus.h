/* Inside services/bus: what its files share. */
#ifndef BUS_BUS_H
#define BUS_BUS_H

#include "common/base/notify.h"
#include "common/base/signals.h"
#include "common/bus/socket.h"
#include "common/bus/window.h"
#include "common/conf/conf.h"
#include "common/db/db.h"
#include "common/health/health.h"
#include "common/health/metric.h"
#include "services/bus/access.h"
#include "services/bus/check.h"
#include "services/bus/wall.h"

#define PUBLISH_BATCH 500
#define PUBLISH_BYTES ((size_t)4 * 1024 * 1024)
/* One batch commits while the next one is taken in. */
#define PUBLISH_WINDOW (2 * PUBLISH_BATCH)
#define RETRY_AFTER_MS 1000
#define SUBS_MAX 256
#define CLIENT_SUBS_MAX 32 /* of one that comes over TCP */
#define BEAT_MS 1000
#define TYPES_MAX 512

/* One publish of a batch, and what its sender is told. */
struct entry {
	struct str identity;
	struct str number;
	struct checked event;
	bool refused;
	bool boxed;        /* its sealed part is to be stored */
	struct str answer; /* body of a refusal */
};

struct batch {
	struct entry entries[PUBLISH_BATCH];
	size_t n;
	struct arena *arena; /* all of its strings */
};

/* What it has done, for whoever watches. */
#define TALLY_OUTCOMES 4
struct tally {
	int64_t
	    outcome[TALLY_OUTCOMES]; /* stored, duplicate, refused, unknown */
	int64_t n_live;
	int64_t n_log;
	struct metric_times append;
	struct metric_words refused;   /* publishes, by code */
	struct metric_words db_errors; /* by SQLSTATE */
};

struct sub;     /* sub.h */
struct gate;    /* gate.h */
struct figures; /* figures.c */

struct bus {
	struct conf conf;
	struct db *db;   /* appends, one batch after the other */
	struct db *read; /* everything else, while an append may be under way */
	struct registry *registry;
	bool registry_old; /* a pack was loaded since */
	bool clock_old;    /* the sandbox clock was moved */
	struct args args;
	struct args read_args;
	unsigned char seal_key[SEAL_KEY_LEN];
	bool has_seal_key;

	struct wall wall;
	struct gate *gate;
	struct access *access;
	zsock_t *publish;
	zsock_t *live;
	zsock_t *log;
	zsock_t *ring;

	struct batch *filling;
	struct batch *flying; /* sent, its outcome not known yet; or NULL */
	struct batch batches[2];
	int64_t flown_ms; /* when it was sent */

	int64_t epoch;
	int64_t epoch_from;    /* first seq of this epoch */
	int64_t first;         /* oldest seq of the journal */
	int64_t head;          /* last seq known to be committed */
	int64_t now;           /* of the database, as of the last look */
	struct window *window; /* what went out live last */
	int64_t sent;          /* last seq that went out live */
	bool behind;           /* more is waiting in the journal */
	int64_t looked_ms;
	int64_t beat_ms;
	/* Last seq of each message of msg_all[]; as of beat and checkpoint. */
	int64_t last_of[TYPES_MAX];
	int64_t beat_sent;
	int64_t saved_sent;

	struct sub *subs;
	size_t n_subs;

	struct health *health;
	struct figures *figures;
	struct notify notify;
	struct tally tally;
	size_t fed; /* who of them is the next to be served */
};

/* store.c: the journal */
enum rc store_open(struct bus *b, struct err *e) MUST_CHECK;
bool store_alive(const struct bus *b);
/* Head, epoch and time; tells the others when the epoch has risen. */
enum rc store_head(struct bus *b, struct err *e) MUST_CHECK;
enum rc store_registry(struct bus *b, struct err *e) MUST_CHECK;
enum rc store_range(struct bus *b, int64_t after, int64_t until, int64_t limit,
    struct str casefile, struct rows **rows, struct err *e) MUST_CHECK;
enum rc store_seq_at(
    struct bus *b, int64_t at, int64_t *seq, struct err *e) MUST_CHECK;
enum rc store_seen(struct bus *b, bool gone, struct err *e) MUST_CHECK;
/* last_of[]: where the bus left off, and what was appended since. */
enum rc store_load_types(struct bus *b, struct err *e) MUST_CHECK;
enum rc store_save_types(struct bus *b, struct err *e) MUST_CHECK;
/* Places of named readers: RC_GONE when there is none. */
enum rc store_reader(struct bus *b, struct str client, struct str name,
    int64_t *seq, int64_t *epoch, struct err *e) MUST_CHECK;
enum rc store_save_reader(struct bus *b, struct str client, struct str name,
    int64_t seq, struct err *e) MUST_CHECK;

/* figures.c: what is told over HTTP */
enum rc figures_open(struct bus *b, struct err *e) MUST_CHECK;
void figures_close(struct bus *b);
/* Asks for what the whole installation is counted by; never waits. */
void figures_turn(struct bus *b);
/* To be polled for reading while an answer is under way; else -1. */
int figures_socket(const struct bus *b);
/* log.c: which of its readers has all, is being served, or is slow. */
enum reader_state {
	READER_CURRENT,
	READER_BEHIND,
	READER_STALLED,
	READER_STATES
};
enum reader_state log_reader_state(const struct bus *b, const struct sub *s);

/* append.c: one batch on its way into the journal */
enum rc append_send(struct bus *b, struct batch *t, struct err *e) MUST_CHECK;
/* RECEIPTS (caller frees) has a row per event that was not refused. */
enum rc append_result(
    struct bus *b, struct rows **receipts, struct err *e) MUST_CHECK;
enum receipt_column {
	RECEIPT_N,
	RECEIPT_SEQ,
	RECEIPT_STATUS,
	RECEIPT_AT,
	RECEIPT_EPOCH
};

/* answer.c: what publishers are told */
#define ANSWER_MAX ((size_t)8 * 1024)
enum retry {
	RETRY_NEVER,
	RETRY_LATER,
	RETRY_SAME_ID, /* perhaps it was stored */
};
/* The map that a refusal carries; written into OUT. */
struct str answer_refusal(struct buf *out, const char *code, struct str field,
    struct str reason, enum retry retry, int64_t after_ms);
void answer_send(struct bus *b, struct str identity, const char *word,
    struct str number, struct str body);
void answer_welcome(
    struct bus *b, struct str identity, const struct client *who);
void answer_stored(struct bus *b, const struct entry *en, int64_t seq,
    int64_t epoch, bool again);
void answer_no(struct bus *b, const struct entry *en, const char *code,
    const char *field, const char *reason, enum retry retry);

/* publish.c: takes in what waits, stores it, answers. */
void publish_turn(struct bus *b);
/* At the end: what was taken in gets its answer, or TOLD says to go. */
void publish_drain(struct bus *b, struct signals *told);
/* Whether another publish can be taken in now. */
bool publish_open(const struct bus *b);

/* live.c */
void live_turn(struct bus *b, bool rung);
/* Looks again; whether the county or the clock has changed since. */
bool live_refresh(struct bus *b);
/* What this bus appended itself; sends it if nothing is missing before. */
void live_take(
    struct bus *b, const struct batch *t, const struct rows *receipts);
/* The epoch has risen: what went out from FROM on may not be any more. */
void live_cut(struct bus *b, int64_t from);

/* log.c */
void log_turn(struct bus *b);
/* How long until a reader who is behind can be served; INT_MAX: none is. */
int log_wait_ms(const struct bus *b);
void log_cut(struct bus *b, int64_t from);
void log_close(struct bus *b);
/* Somebody's rights have changed: readers that lost theirs are dropped. */
void log_review(struct bus *b);

/* Header map {epoch, seq, at, slot, prev}, as live and log send it. */
struct str header_of(struct buf *buf, const struct window_event *ev);
/* Row I of store_range(); TOPIC is where its topic goes. */
struct window_event event_of(
    const struct rows *rows, size_t i, char topic[TOPIC_MAX]);

#endif
