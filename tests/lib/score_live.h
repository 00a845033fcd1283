/*
 * The scoring service on a database of its own, in this process: the real
 * loop of common/run, a batch at a time, without a bus.
 */
#ifndef TESTS_SCORE_LIVE_H
#define TESTS_SCORE_LIVE_H

#include "common/run/inner.h"
#include "tests/lib/score_facts.h"

struct live {
	struct db *admin; /* where databases are made */
	struct db *db;    /* of the test itself */
	struct run *run;  /* the service */
	struct arena *arena;
	char name[64];
	char dsn[512];
	int64_t n_events;     /* appended so far: ids are made of it */
	char output[1 << 18]; /* of the last command */
};

/*
 * A new database with the schema and the county of score_county.h; its
 * clock stands still at 2026-03-20 09:00; HUYING_DB names it.  Needs TEST_DB
 * (or HUYING_TEST_DB), a cluster in which databases may be made.
 */
void live_open(struct live *l);
void live_close(struct live *l);
/* Whether there is a cluster; says so on stderr when there is none. */
bool live_possible(void);

/* Moves the clock of the database. */
void live_at(struct live *l, int64_t at);
/* Appends N facts in one commit, at the clock's time; returns the last seq. */
int64_t live_append(struct live *l, const struct score_fact *facts, size_t n);
/* N (at most 64) random facts, at the clock's time. */
void live_append_random(struct live *l, uint64_t *seed, size_t n);
/* The board asks for PERIOD; SUBJECT may be NULL.  Returns its seq. */
int64_t live_publish(struct live *l, const char *period, const char *subject);
/* An event whose message cannot be read; returns its seq. */
int64_t live_poison(struct live *l, const char *casefile);

/* The service works until nothing is left; dies when it fails. */
void live_run(struct live *l);
/* One batch and what it came to. */
enum rc live_batch(struct live *l, bool *did);
/* A second service beside the first; they share the slots. */
struct run *live_instance(struct live *l);
void live_instance_free(struct run **rp);

/* huying score A B C (NULL: no more words); its exit code. */
int live_score(struct live *l, const char *a, const char *b, const char *c);
/* huying replay scoring */
int live_replay(struct live *l);

/* For statements of the test. */
void live_script(struct live *l, const char *fmt, ...) PRINTF(2, 3);
int64_t live_number(struct live *l, const char *sql);

#endif
