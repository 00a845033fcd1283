/* huying replay: what its files share. */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "cli/cli.h"
#include "common/run/replay.h"

#define REPLAY_TOLD_MAX 20

struct replay_job {
	const char *db; /* connection strings: what works, and the copy */
	char copy[1100];
	struct conf conf;
	bool json;
	const struct run_desc *desc[8]; /* which services */
	size_t n;
	struct db *beside; /* the copy */
};

/* One service, and what came out. */
struct replay_report {
	const struct run_desc *desc;
	struct replay_figures figures;
	int64_t rows;   /* compared */
	int64_t differ; /* rows, facts and limits that are not the same */
	int64_t n_told; /* of them, one a line */
	int64_t took_ms;
};

/*
 * replay_copy.c: the schema, and of the live database as of one moment
 * everything that a replay needs and is compared with.  RC_GONE: the journal
 * does not reach back to its first event.
 */
enum rc replay_copy(struct replay_job *job, struct err *e) MUST_CHECK;
/* How far DESC's service was, and what it put aside. */
enum rc replay_aim(struct replay_job *job, const struct run_desc *desc,
    struct err *e) MUST_CHECK;

/* replay_compare.c */
enum rc replay_compare_prepare(struct db *db, struct err *e) MUST_CHECK;
enum rc replay_compare(struct replay_job *job, struct replay_report *report,
    struct err *e) MUST_CHECK;
/* replay.c: one difference: WHAT of ID in TABLE (or "facts", "limits"). */
void replay_tell(const struct replay_job *job, struct replay_report *report,
    const char *table, struct str id, struct str what);

/* replay_vault.c: what identities come to, whatever nonce they are under. */
enum rc replay_compare_vault(struct replay_job *job,
    struct replay_report *report, struct err *e) MUST_CHECK;

#endif
