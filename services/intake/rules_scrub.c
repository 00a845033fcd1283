#include "services/intake/rules_scrub.h"

#include "common/msg/digits.h"
#include "services/intake/rules_given.h"
#include "services/intake/rules_name.h"

/* How far behind "家住" the house number may stand. */
#define HOME_REACH 24
/* One round finds nearly all; what it takes out may show one more. */
#define ROUNDS_MAX 16

/* Numbers that anybody can see: TEXT with marks for them. */
static struct str
scrub_numbers(struct str text, struct arena *arena)
{
	/* The shortest hit has 5 bytes, a mark 12. */
	char *p = arena_alloc(arena, text.n * 3 + 1);
	size_t n = 0;

	must(p != NULL);
	for (size_t at = 0; at < text.n;) {
		struct personal_hit hit = personal_find(text, at);
		struct str mark;

		memcpy(p + n, text.p + at, hit.from - at);
		n += hit.from - at;
		if (hit.kind == PERSONAL_NONE)
			break;
		mark = mark_text(mark_of(hit.kind));
		memcpy(p + n, mark.p, mark.n);
		n += mark.n;
		at = hit.from + hit.len;
	}
	return (struct str){ p, n };
}

static bool
is_number(uint32_t g)
{
	return glyph_digit(g) != 0 || (g < 0x10000 && digit_of(g) != 0) ||
	       g == 0x5341;
}

/* Where the house number ends that begins behind AT; AT: there is none. */
static size_t
doorway_end(const struct words *w, const struct glyphs *gs, size_t at)
{
	size_t end = at;

	for (size_t i = at; i < gs->n && i < at + HOME_REACH; i++) {
		size_t n = words_from(w, WORD_DOORWAY, gs, i);

		if (n > 0 && i > at && is_number(gs->g[i - 1]))
			end = i + n;
		if (!glyph_is_han(gs->g[i]) && glyph_digit(gs->g[i]) == 0 &&
		    gs->g[i] != '-' && !glyph_is_blank(gs->g[i]) &&
		    gs->g[i] != ':' && gs->g[i] != 0xff1a)
			break;
	}
	return end;
}

static bool
scrub_homes(const struct words *w, struct glyphs *gs)
{
	bool any = false;

	for (size_t i = 0; i < gs->n; i++) {
		size_t from = i + words_from(w, WORD_HOME, gs, i), end;

		if (from == i)
			continue;
		while (from < gs->n &&
		       (gs->g[from] == ':' || gs->g[from] == 0xff1a ||
			   glyph_is_blank(gs->g[from])))
			from++;
		end = doorway_end(w, gs, from);
		if (end == from)
			continue;
		glyphs_replace(gs, from, end - from, MARK_ADDRESS);
		any = true;
	}
	return any;
}

static bool
scrub_names(const struct words *w, struct glyphs *gs)
{
	struct name_hit hit;
	bool any = false;

	for (size_t at = 0; name_find(w, gs, at, &hit); at = hit.at + 1) {
		glyphs_replace(gs, hit.at, hit.n, MARK_NAME);
		any = true;
	}
	return any;
}

struct str
scrub_text(const struct words *w, struct str text,
    const struct msg_sealed_report *given, struct arena *arena)
{
	struct glyphs gs;
	bool any = true;

	/* What is known first: its letters and digits are still together. */
	gs = glyphs_of(text, arena);
	(void)given_words(given, w, &gs, arena);
	text = scrub_numbers(glyphs_text(&gs, arena), arena);
	text = given_numbers(given, text, arena);
	gs = glyphs_of(text, arena);
	for (size_t i = 0; i < ROUNDS_MAX && any; i++) {
		any = given_words(given, w, &gs, arena);
		any = scrub_homes(w, &gs) || any;
		any = scrub_names(w, &gs) || any;
	}
	return glyphs_text(&gs, arena);
}

struct str
scrub_cut(struct str text, size_t max)
{
	size_t n = max;

	if (text.n <= max)
		return text;
	while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	/* A mark is four characters of three bytes; do not leave half. */
	for (size_t back = 3; back <= 9 && back <= n; back += 3)
		for (size_t m = 0; m < MARK_COUNT; m++)
			if (str_starts(str_cut(text, n - back, text.n),
				mark_text((enum mark)m)))
				return str_cut(text, 0, n - back);
	return str_cut(text, 0, n);
}
