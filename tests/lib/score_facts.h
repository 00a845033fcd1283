/* Facts that scoring counts: one of each kind, and random ones. */
#ifndef TESTS_SCORE_FACTS_H
#define TESTS_SCORE_FACTS_H

#include "tests/lib/score_county.h"

#define SCORE_CASE "330122-26-0000417"
#define SCORE_TEAM "330122109-T"

/* What a fact of casefile SCORE_CASE about SCORE_TEAM leaves behind. */
struct score_kind {
	const struct msg_desc *desc;
	const void *msg;  /* complete: it may go into a journal */
	const char *what; /* word of its tally */
	bool late;
	const char *column; /* of struct row_count, then 1 */
};
extern const struct score_kind score_kinds[];
extern const size_t score_kinds_n;

/* A fact of CASEFILE, for live_append() or a journal in memory. */
#define FACT(casefile, m, ...)                                                 \
	(struct score_fact)                                                    \
	{                                                                      \
		casefile, 0, 0, &msg_##m##_desc, &(const struct msg_##m)       \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
/* Its callback reached somebody. */
#define ANSWER(casefile, who, yes)                                             \
	FACT(casefile, callback_recorded, .callback = STR(casefile "/A1"),     \
	    .unit = STR(who), .outcome = STR("solved"), .contacted = true,     \
	    .solved = yes, .satisfied = (yes) ? STR("yes") : STR("no"))
#define CASE_1 "330122-26-0000001"
#define CASE_2 "330122-26-0000002"

/* 0 ... BELOW - 1, the same for the same seed. */
unsigned score_draw(uint64_t *seed, unsigned below);
/*
 * A random fact of one of N casefiles (330122-26-0000001 on) about one of
 * five units, one of which no registry knows.  Lives in ARENA.
 */
struct score_fact score_random_fact(
    uint64_t *seed, unsigned n, int64_t seq, int64_t at, struct arena *arena);

#endif
