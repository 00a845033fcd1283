/* Inside common/run only: what its files share. */
#ifndef RUN_INNER_H
#define RUN_INNER_H

#include "common/base/notify.h"
#include "common/base/signals.h"
#include "common/bus/bell.h"
#include "common/bus/feed.h"
#include "common/health/health.h"
#include "common/health/metric.h"
#include "common/run/run.h"

#include <czmq.h>

#define SLOTS 8
#define BATCH_MAX 400
/* Under steady load deadlines are looked at so often. */
#define FIRE_EVERY_MS 250
/* So many at once; and behind so many events, only the urgent ones. */
#define FIRE_MAX 2000
#define FIRE_BEHIND 4000
/* A batch that has taken in so much is not made larger ... */
#define BATCH_BYTES ((size_t)4 * 1024 * 1024)
/* ... and no batch, whatever its casefiles hold, may need more. */
#define BATCH_ARENA ((size_t)256 * 1024 * 1024)

/* Facts on their way into the journal; in the batch's arena. */
struct outbox {
	size_t n;
	size_t cap;
	struct str *source, *id, *type, *subject, *division, *digest, *body;
};

/* Why an event is put aside. */
enum park_kind {
	PARK_BEHIND,   /* another one of its casefile is */
	PARK_UNREAD,   /* its bytes say nothing */
	PARK_REFUSED,  /* the database refuses what it leads to */
	PARK_TRANSIENT /* what fails every time may pass by itself */
};
/* How a limit ran out, as deadlines_fire() says it. */
enum fired {
	FIRED_SOON,
	FIRED_OVERDUE,
	FIRED_LAPSED,
	FIRED_KINDS
};
/* An event that could not be digested, on its way aside. */
struct parked {
	struct parked *next;
	int64_t seq;
	struct str casefile;
	struct str trace; /* its traceparent, if it has one */
	enum park_kind kind;
	const char *why;
};

/* A stretch of the journal, read ahead; rows NULL: nothing. */
struct ahead {
	struct rows *rows;
	size_t at; /* next row to look at */
};

/* The casefile whose parked events are being taken again. */
struct errand {
	int64_t request; /* 0: by itself */
	struct str casefile;
	struct str who;
	struct str reason;
	int slot;
	int64_t seqs[BATCH_MAX]; /* that are taken, or the one to be dropped */
	size_t n;
	bool rest; /* there are more behind them */
};

struct replay; /* replay.c */

struct run {
	const struct run_desc *desc;
	struct conf conf;
	struct db *db;
	struct registry *registry;
	struct feed *feed; /* NULL: a replay reads the journal alone */
	struct bell *bell;
	struct replay *replay; /* NULL: the service itself */
	void *private;
	struct args args[4]; /* for this file's own statements */
	int64_t n_crew;      /* instances of the service that are alive */

	/* The batch under way. */
	struct arena *arena;
	int64_t now;
	int64_t head;
	int64_t packs; /* seq of the newest pack or admission */
	int64_t epoch;
	bool mine[SLOTS];
	int64_t cursor[SLOTS];
	int64_t first; /* seq it starts after */
	int64_t last;  /* seq it reaches */
	int64_t last_at;
	struct run_event events[BATCH_MAX];
	size_t n_events;
	struct folder *folders; /* in the arena */
	size_t n_folders;
	size_t folders_cap; /* power of two: a hash table */
	struct str *keys;
	size_t n_keys;
	size_t n_sent; /* statements sent whose results wait */
	struct outbox outbox;
	struct parked *parked;
	const struct errand *errand; /* NULL: the batch follows the cursor */

	struct ahead ahead;
	size_t singly;  /* so many batches are of one event */
	size_t wide;    /* so many batches are of every slot there is */
	unsigned tries; /* this one failed so often, one behind the other */
	unsigned errand_singly;
	int64_t done_seq; /* where the last batch ended, and its time */
	int64_t done_at;
	int64_t fired_ms;      /* when deadlines were looked at, monotonic */
	int64_t fire_after_ms; /* not before, after a refusal */
	int64_t backoff_ms;
	int64_t probed_ms; /* when the loop looked for work, and gave a */
	int64_t seen_ms;   /* sign of life; monotonic */
	bool more;         /* the last stretch ended before the work did */

	/* What this instance has done. */
	int64_t n_taken;
	int64_t n_said;
	int64_t n_fired;
	int64_t fired_as[FIRED_KINDS];
	int64_t n_failed;
	struct metric_times batch_times;
	struct metric_words refused;   /* commands, by code */
	struct metric_words db_errors; /* by SQLSTATE */
	struct notify notify;

	/* What it tells of itself; the last three as of the last look. */
	struct health *health;
	struct health_desc health_desc;
	int64_t lag;
	int64_t age_ms;
	int64_t n_parked;
};

/* What sysadmin conventions (s6) expect of exit codes. */
enum {
	RUN_CLEAN = 0,
	RUN_BROKEN = 1,
	RUN_USAGE = 100
};

/* run.c: everything that it needs; RC_GONE when it is told to stop. */
enum rc run_open(struct run *r, struct signals *told, struct err *e) MUST_CHECK;
void run_close(struct run *r);
/* Until it is told to stop; the exit code. */
int run_loop(struct run *r, struct signals *told);
/* run.c: the county as events behind SEQ have it; on failure the old one. */
enum rc run_reload(struct run *r, int64_t seq, struct err *e) MUST_CHECK;

/* take.c: which events the batch works on. */
enum rc batch_take(struct run *r, struct err *e) MUST_CHECK;
/* One event of the journal, decoded, if this service listens to it. */
enum rc batch_take_one(
    struct run *r, const struct feed_event *fe, struct err *e) MUST_CHECK;
/* Puts an event aside, with the rest of the transaction. */
void batch_park(struct run *r, int64_t seq, struct str casefile,
    enum park_kind kind, const char *why);
void ahead_drop(struct run *r);

/* load.c: what they work on. */
enum rc batch_load(struct run *r, struct err *e) MUST_CHECK;
struct folder *folder_get(struct run *r, struct str casefile);

/* batch.c */
/* One transaction; *DID is whether there was anything to do. */
enum rc batch_run(struct run *r, bool *did, struct err *e);
/* The parts of it, for whoever begins a transaction of its own. */
void batch_reset(struct run *r);
enum rc batch_apply(struct run *r, struct err *e) MUST_CHECK;
/* Everything that changed, the facts and COMMIT in one flush. */
enum rc batch_commit(struct run *r, struct err *e) MUST_CHECK;

/* begin.c: the right to work. */
/* Locks what is free, or those of SLOT (-1: any), and asks for the time. */
enum rc batch_begin(struct run *r, int slot, struct err *e) MUST_CHECK;
/*
 * Whether the registry is the one to decide by; if not it is loaded, and
 * the batch is to begin anew.
 */
enum rc batch_registry(struct run *r, bool *fits, struct err *e) MUST_CHECK;

/* watch.c: what is told over HTTP, and in the log */
enum rc watch_open(struct run *r, struct err *e) MUST_CHECK;
/* A batch is committed: counts what was refused in it. */
void watch_batch(struct run *r);
enum rc watch_look(struct run *r, struct err *e) MUST_CHECK;

/* parked.c */
/* Sees to one casefile whose parked events are due, or asked for. */
enum rc errand_run(struct run *r, bool *did, struct err *e) MUST_CHECK;
/* What is written of an errand, with the rest of its transaction. */
void errand_save(struct run *r);
/* Writes what batch_park() was told. */
void parked_save(struct run *r);

/* deadline_fire.c */
/*
 * Says what ran out by UNTIL; URGENT: of that the urgent only.  MOVED NULL:
 * nothing unseen is older than UNTIL.  Else it is set, and nothing said, when
 * something ran out but the journal moved on meanwhile.
 */
enum rc deadlines_fire(struct run *r, int64_t until, bool urgent, bool *moved,
    struct err *e) MUST_CHECK;
/* Whether EV says that a limit of this very service ran out. */
bool deadline_is_own(const struct run *r, const struct run_event *ev);
/* Marks the limits that events of the batch say ran out. */
void deadlines_mark(struct run *r);

/* deadline_rehome.c */
enum rc deadlines_rehome(struct run *r, struct err *e) MUST_CHECK;

/* deadline.c */
/* Whether a rule paused or resumed a limit. */
bool deadlines_paused(const struct run *r);
/* First this, while nothing is sent yet ... */
enum rc deadlines_resume(struct run *r, struct err *e) MUST_CHECK;
/* ... then the rest. */
void deadlines_save(struct run *r);
/* JSON of their statements: one more field of an object, and the sending. */
void deadline_json(struct buf *b, const char *name, struct str value);
void deadline_send(struct run *r, const char *query, struct buf *json);

/* recount.c: limits by the calendar as it is now */
/* Whether EV makes it so; it wants a batch of its own. */
bool recount_is(const struct run_event *ev);
/* Does it, while nothing is sent yet. */
enum rc recount_limits(struct run *r, struct err *e) MUST_CHECK;

/* replay.c: what is another way in a replay. */
bool replay_takes(const struct replay *p, const struct feed_event *fe);
/* Batches do not go past this. */
int64_t replay_stop(const struct replay *p);
/* In place of journal.append(): are they there already? */
const char *replay_append(void);
/* Are the limits' facts of this batch what they may be? */
void replay_limits(struct run *r);

/* append.c */
void outbox_put(struct run *r, struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg);
void outbox_send(struct run *r);

/* Sends a statement of the running transaction; counted for later. */
void run_send(struct run *r, const char *query, struct args *a);

#endif
