/* The words of the pack that tell names from other words (pure). */
#ifndef INTAKE_RULES_WORDS_H
#define INTAKE_RULES_WORDS_H

#include "common/registry/registry.h"
#include "services/intake/rules_glyph.h"

/* In the order of the kinds in schemas/pack/rule.def; their own two last. */
enum word_kind {
	WORD_ROLE,
	WORD_NAMING,
	WORD_NOT_NAMING,
	WORD_PERSON,
	WORD_TITLE,
	WORD_AFTER,
	WORD_SPEECH,
	WORD_PROOF,
	WORD_NEVER,
	WORD_PLACE,
	WORD_HOME,
	WORD_DOORWAY,
	WORD_UNSURE,
	WORD_COMMON,   /* a family name and a character that follows it */
	WORD_SURNAME,  /* from the pack's family names */
	WORD_DIVISION, /* names of places, without village, town, ... */
	WORD_COUNT,
};

struct words;

/* Everything in force at AT; lives as long as ARENA. */
struct words *words_new(
    const struct registry *r, int64_t at, struct arena *arena);

/* Length of the longest word of KIND that begins at AT, ends before AT. */
size_t words_from(const struct words *w, enum word_kind kind,
    const struct glyphs *gs, size_t at);
size_t words_until(const struct words *w, enum word_kind kind,
    const struct glyphs *gs, size_t at);
/* Whether the N glyphs at AT hold a word of KIND. */
bool words_inside(const struct words *w, enum word_kind kind,
    const struct glyphs *gs, size_t at, size_t n);

#endif
