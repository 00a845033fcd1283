/* The last scores by unit, as huying summary finds them in the journal. */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include "common/msg/envelope.h"
#include "common/registry/registry.h"

#define SCORES_MAX 400

/* All of one period and revision. */
struct summary_scores {
	struct msg_score_published v[SCORES_MAX];
	size_t n;
};

/* Takes M in; its texts are copied into ARENA. */
void summary_score(struct summary_scores *s,
    const struct msg_score_published *m, struct arena *arena);
/* Sorts them by rank; names of units are those of AT. */
void summary_scores_print(
    struct summary_scores *s, const struct registry *registry, int64_t at);

#endif
