/*
 * `huying score rebuild`: what its files share.  Everything is compared
 * field by field; nothing is written.
 */
#ifndef CLI_SCORE_REBUILD_H
#define CLI_SCORE_REBUILD_H

#include "cli/score.h"

#define REBUILD_TOLD_MAX 20
#define STRANGE "does not follow from the journal"

/* Things of one kind: made again, found, and how many are not alike. */
struct checks {
	int64_t made;
	int64_t found;
	int64_t differ;
};

struct rebuild {
	const struct score_args *args;
	struct db *db;
	struct refold fold;
	struct arena *arena; /* of one look at the stored rows */
	struct args query;
	int64_t n_casefiles;
	struct checks tallies, scores, facts;
	struct row_score *made; /* scores, by id */
	size_t n_made;
	size_t cap_made;
	struct buf told; /* what differs, one a line, the first of them */
	size_t n_told;
};

/* ID of KIND ("tally") is not as it should be: WHAT. */
void rebuild_tell(struct rebuild *b, struct checks *c, const char *kind,
    struct str id, const char *what);
/* Tells the first field in which MADE and FOUND, of D's type, differ. */
void rebuild_compare(struct rebuild *b, struct checks *c, const char *kind,
    const struct msg_desc *d, struct str id, const void *made,
    const void *found);

/* score_tallies.c: the casefiles of this batch; then those left over. */
const struct db_query *rebuild_tally_queries(size_t *n);
enum rc rebuild_check_batch(struct rebuild *b, struct err *e) MUST_CHECK;
enum rc rebuild_find_strays(struct rebuild *b, struct err *e) MUST_CHECK;

/* score_scores.c: every publication once more; then the scores they leave. */
const struct db_query *rebuild_score_queries(size_t *n);
enum rc rebuild_publish(struct rebuild *b, struct err *e) MUST_CHECK;
enum rc rebuild_check_scores(struct rebuild *b, struct err *e) MUST_CHECK;

#endif
