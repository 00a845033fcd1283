/*
 * Which events huying tail shows (pure).  The bus filters by prefix; here
 * the same is checked to the letter, so that "call" is not "callback".
 */
#ifndef CLI_TAIL_FILTER_H
#define CLI_TAIL_FILTER_H

#include "common/msg/envelope.h"

#define FILTER_WORDS_MAX 16

struct filter {
	/* "call", "call.raised", "*.raised/330122109"; none: every topic */
	const char *topics[FILTER_WORDS_MAX];
	size_t n_topics;
	/* Shell patterns over the type; entries may be NULL. */
	const char *types[FILTER_WORDS_MAX];
	const char *not_types[FILTER_WORDS_MAX];
	/* Of the casefile; the bus checks them.  NULL: any. */
	const char *casefile;
	const char *division;
};

bool filter_matches(const struct filter *f, const struct msg_envelope *env);

/*
 * Prefixes of topics that let through whatever F matches, for the bus; their
 * number, 0 when only everything will do.  They live in TEXT.
 */
size_t filter_prefixes(const struct filter *f,
    struct str prefixes[FILTER_WORDS_MAX],
    char text[FILTER_WORDS_MAX][TOPIC_MAX]);

#endif
