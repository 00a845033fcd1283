/* Inside common/run only: what its files share. */
#ifndef RUN_INNER_H
#define RUN_INNER_H

#include "common/bus/bell.h"
#include "common/bus/feed.h"
#include "common/run/run.h"

#include <czmq.h>

#define SLOTS 8
#define BATCH_MAX 200
/* Under steady load deadlines are looked at so often. */
#define FIRE_EVERY_MS 250
#define BATCH_ARENA ((size_t)256 * 1024 * 1024)

/* Facts on their way into the journal; in the batch's arena. */
struct outbox {
	size_t n;
	size_t cap;
	struct str *source, *id, *type, *subject, *division, *digest, *body;
};
/* An event that could not be digested, on its way aside. */
struct parked {
	struct parked *next;
	int64_t seq;
	struct str subject;
	const char *why;
};

struct run {
	const struct run_desc *desc;
	struct conf conf;
	struct db *db;
	struct registry *registry;
	struct feed *feed;
	struct bell *bell;
	void *private;
	struct args args[4]; /* for this file's own statements */

	/* The batch under way. */
	struct arena *arena;
	int64_t now;
	int64_t head;
	bool mine[SLOTS];
	int64_t cursor[SLOTS];
	int64_t first; /* seq it starts after */
	int64_t last;  /* seq it reaches */
	int64_t last_at;
	bool reload; /* it ends with registry.changed */
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

	/* After a batch that the database refused: so many one by one. */
	size_t singly;
	int64_t done_seq; /* where the last batch ended, and its time */
	int64_t done_at;
	int64_t fired_ms; /* when deadlines were looked at, monotonic */
	int64_t backoff_ms;
	bool more; /* the last stretch ended before the work did */
};

/* run.c: the county as the database has it now; on failure the old one. */
enum rc run_reload(struct run *r, struct err *e);

/* load.c: what the batch works on. */
enum rc batch_take(struct run *r, struct err *e);
enum rc batch_load(struct run *r, struct err *e);
struct folder *folder_get(struct run *r, struct str casefile);

/* batch.c */
/* One transaction; *DID is whether there was anything to do. */
enum rc batch_run(struct run *r, bool *did, struct err *e);

/* deadline.c */
/* Says what ran out by UNTIL. */
enum rc deadlines_fire(struct run *r, int64_t until, struct err *e);
/* Whether a rule paused or resumed a limit. */
bool deadlines_paused(const struct run *r);
/* First this, while nothing is sent yet ... */
enum rc deadlines_resume(struct run *r, struct err *e);
/* ... then the rest. */
void deadlines_save(struct run *r);

/* append.c */
void outbox_put(struct run *r, struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg);
void outbox_send(struct run *r);

/* Sends a statement of the running transaction; counted for later. */
void run_send(struct run *r, const char *query, struct args *a);

#endif
