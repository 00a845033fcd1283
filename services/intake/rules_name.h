/* Names of people in running text, by what stands around them (pure). */
#ifndef INTAKE_RULES_NAME_H
#define INTAKE_RULES_NAME_H

#include "services/intake/rules_words.h"

struct name_hit {
	size_t at; /* glyphs */
	size_t n;
};

/*
 * The first name at or after glyph FROM.  Numbers must be marks already:
 * they prove that a name stands before them.
 */
bool name_find(const struct words *w, const struct glyphs *gs, size_t from,
    struct name_hit *hit);

#endif
