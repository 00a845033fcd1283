/* The parts of `huying score`. */
#ifndef CLI_SCORE_H
#define CLI_SCORE_H

#include "cli/cli.h"
#include "services/scoring/rules.h"

struct score_args {
	const char *db;
	const char *period;
	const char *unit;
	bool json;
};

int score_show(const struct score_args *args);
int score_rebuild(const struct score_args *args);

/* Tells E on stderr; EXIT_CONNECT. */
int score_failed(const struct err *e);

/*
 * The journal once more through the rules of the service (score_fold.c):
 * casefile by casefile, in the order of seq within each, which is all the
 * order that the rules can see.  So memory is bounded by one batch of facts
 * and by the publications, not by the journal.
 */
#define REFOLD_BATCH 5000
#define REFOLD_BATCH_BYTES ((size_t)256 << 20)
#define REFOLD_KEEP_BYTES ((size_t)1 << 30)
#define REFOLD_PARKED_MAX 100000
#define REFOLD_SLOTS 8

/* One score.publish that the service has worked on. */
struct publication {
	int64_t seq;
	int64_t at;
	struct msg_envelope env;
	void *msg;           /* struct msg_score_publish */
	struct str casefile; /* its number: see run_number() */
	bool sound;          /* its period is one */
	struct period period;
	struct counting counting;
};

struct refold {
	struct db *db;
	struct registry *registry;
	struct arena *keep;  /* as long as this */
	struct arena *batch; /* until the next batch */
	struct args args;
	int64_t cursor[REFOLD_SLOTS]; /* how far the service is */
	int64_t *parked;              /* what it put aside, by seq */
	size_t n_parked;
	struct publication *pubs; /* by seq */
	size_t n_pubs;
	char after[64]; /* casefiles up to this one are done */
	bool done;
	int64_t n_facts;
	/* The casefiles of this batch. */
	struct folder *folders;
	size_t n_folders;
};

/* The queries that refold_open() expects to be prepared. */
const struct db_query *refold_queries(size_t *n);

/*
 * Begins one snapshot of the database, in which the service's rows and its
 * cursors belong together; db_rollback() ends it.  DB is borrowed.  R must
 * be finished in any case.
 */
enum rc refold_open(struct refold *r, struct db *db, struct err *e) MUST_CHECK;
void refold_fini(struct refold *r);
/* The next casefiles, whole; n_folders = 0 at the end. */
enum rc refold_next(struct refold *r, struct err *e) MUST_CHECK;
/*
 * Publication I as it comes out when LAST_REVISION of its period was before
 * it, and all casefiles have been counted: its rows in FOLDER, its facts in
 * D, until the next call.
 */
enum rc refold_publish(struct refold *r, size_t i, int64_t last_revision,
    struct folder *folder, struct decision *d, struct err *e) MUST_CHECK;

#endif
