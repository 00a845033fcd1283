/*
 * Text as one number a character (pure), so that rules can look to both
 * sides.  What was taken out stands as one glyph, a mark.
 */
#ifndef INTAKE_RULES_GLYPH_H
#define INTAKE_RULES_GLYPH_H

#include "common/base/arena.h"
#include "common/msg/personal.h"

/* What stands where something personal stood. */
enum mark {
	MARK_PHONE,
	MARK_IDENTITY,
	MARK_PLATE,
	MARK_CARD,
	MARK_ACCOUNT,
	MARK_NAME,
	MARK_ADDRESS,
	MARK_COUNT,
};

/* Above all that Unicode has. */
#define GLYPH_MARK UINT32_C(0x110000)

struct glyphs {
	uint32_t *g;
	size_t n;
};

/* "【电话】" for MARK_PHONE. */
struct str mark_text(enum mark m);
enum mark mark_of(enum personal_kind kind);

/* Marks in TEXT (valid UTF-8) become one glyph each. */
struct glyphs glyphs_of(struct str text, struct arena *arena);
/* And back. */
struct str glyphs_text(const struct glyphs *gs, struct arena *arena);
/* N glyphs from AT on become mark M. */
void glyphs_replace(struct glyphs *gs, size_t at, size_t n, enum mark m);

bool glyph_is_mark(uint32_t g);
/* A Chinese character. */
bool glyph_is_han(uint32_t g);
/* A digit, full-width or not, else 0; letters in lower case. */
char glyph_digit(uint32_t g);
uint32_t glyph_plain(uint32_t g);
/* A blank of some kind, or the dot inside foreign names. */
bool glyph_is_blank(uint32_t g);

#endif
