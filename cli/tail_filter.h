/*
 * Which events huying tail shows (pure).  The bus filters by prefix; here
 * the same is checked to the letter, so that "call" is not "callback".
 */
#ifndef CLI_TAIL_FILTER_H
#define CLI_TAIL_FILTER_H

#include "common/msg/envelope.h"

#define FILTER_WORDS_MAX 16

/* Entries that are NULL end a list; an empty list takes everything. */
struct filter_words {
	const char *yes[FILTER_WORDS_MAX];
	const char *no[FILTER_WORDS_MAX];
};

struct filter {
	/* "call", "call.raised", "call.*", "*.raised/330122109", "*" */
	struct filter_words topic;
	/* A type, a noun or a shell pattern, as the type part of a topic. */
	struct filter_words type;
	/* A number or a shell pattern over it. */
	struct filter_words casefile;
	/* A division and all inside it, or a shell pattern. */
	struct filter_words division;
	/* A source and all below it, or a shell pattern. */
	struct filter_words source;
};

/* RC_REJECT names the word that could never match anything. */
enum rc filter_check(const struct filter *f, struct err *e) MUST_CHECK;
bool filter_matches(const struct filter *f, const struct msg_envelope *env);

/*
 * Prefixes of topics that let through whatever F matches, for the bus; their
 * number, 0 when only everything will do.  They live in TEXT.  With WHOLE
 * they take in every event of each type, wherever it happened.
 */
size_t filter_prefixes(const struct filter *f, bool whole,
    struct str prefixes[FILTER_WORDS_MAX],
    char text[FILTER_WORDS_MAX][TOPIC_MAX]);

/* The one casefile or division that the bus can sort out by; or empty. */
struct str filter_casefile(const struct filter *f);
struct str filter_division(const struct filter *f);

#endif
