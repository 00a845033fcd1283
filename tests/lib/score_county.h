/* A small county for tests of scoring, and a fold of facts in memory. */
#ifndef TESTS_SCORE_COUNTY_H
#define TESTS_SCORE_COUNTY_H

#include "services/scoring/rules.h"

/* How callbacks count; the weights are per cent. */
struct score_rule {
	int64_t response, resolution, satisfaction;
	int64_t basic_permille;
	int64_t start_day;
	const char *without; /* "no_data" or "zero" */
};
/* 10 / 50 / 40, 0.9, from the 19th, no data (rules.md 2.4.3). */
extern const struct score_rule score_huairou;

/*
 * From 2026-01-01: county 330122 with 330122-D-KPB (the board's department),
 * 330122-D-SCJ, the villages 330122109001-V ... 330122109008-V and the teams
 * 330122109-T and 330122102-T.
 */
struct registry *score_county(const struct score_rule *rule);

/* One fact on its way: MSG must live as long as the fold. */
struct score_fact {
	const char *casefile;
	int64_t seq;
	int64_t at;
	const struct msg_desc *desc;
	const void *msg;
};

#define SCORE_FOLDERS_MAX 64
struct score_fold {
	const struct registry *registry;
	struct arena *arena;
	struct folder folders[SCORE_FOLDERS_MAX];
	size_t n;
	struct decision last; /* of the fact applied last */
};
void score_fold_init(struct score_fold *f, const struct registry *r);
void score_fold_fini(struct score_fold *f);
void score_fold_apply(struct score_fold *f, const struct score_fact *fact);
/* What the tallies come to in period NAME, of facts before BEFORE. */
struct score_basis score_fold_counts(
    struct score_fold *f, const char *name, int64_t before);
/* UNIT's line of B; all zero when it has none. */
struct row_count score_count_of(const struct score_basis *b, const char *unit);

/* "2026-04-01T09:00:00+08:00" as Unix ms. */
int64_t score_time(const char *text);

#endif
