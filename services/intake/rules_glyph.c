#include "services/intake/rules_glyph.h"

static const struct str mark_texts[MARK_COUNT] = {
	[MARK_PHONE] = { "【电话】", sizeof("【电话】") - 1 },
	[MARK_IDENTITY] = { "【证件】", sizeof("【证件】") - 1 },
	[MARK_PLATE] = { "【车牌】", sizeof("【车牌】") - 1 },
	[MARK_CARD] = { "【卡号】", sizeof("【卡号】") - 1 },
	[MARK_ACCOUNT] = { "【账号】", sizeof("【账号】") - 1 },
	[MARK_NAME] = { "【姓名】", sizeof("【姓名】") - 1 },
	[MARK_ADDRESS] = { "【地址】", sizeof("【地址】") - 1 },
};

struct str
mark_text(enum mark m)
{
	return mark_texts[m];
}

enum mark
mark_of(enum personal_kind kind)
{
	switch (kind) {
	case PERSONAL_PHONE:
		return MARK_PHONE;
	case PERSONAL_IDENTITY:
		return MARK_IDENTITY;
	case PERSONAL_PLATE:
		return MARK_PLATE;
	case PERSONAL_CARD:
		return MARK_CARD;
	case PERSONAL_ACCOUNT:
		return MARK_ACCOUNT;
	case PERSONAL_NONE:
		break;
	}
	never("no hit has no mark");
}

/* The mark that TEXT begins with, or MARK_COUNT. */
static enum mark
mark_at(struct str text)
{
	for (size_t m = 0; m < MARK_COUNT; m++)
		if (str_starts(text, mark_texts[m]))
			return (enum mark)m;
	return MARK_COUNT;
}

struct glyphs
glyphs_of(struct str text, struct arena *arena)
{
	struct glyphs gs = { .n = 0 };

	gs.g = arena_alloc(arena, (text.n + 1) * sizeof(*gs.g));
	must(gs.g != NULL);
	for (size_t at = 0; at < text.n;) {
		enum mark m = mark_at(str_cut(text, at, text.n));

		if (m == MARK_COUNT) {
			gs.g[gs.n++] = str_rune(text, &at);
			continue;
		}
		gs.g[gs.n++] = GLYPH_MARK + m;
		at += mark_texts[m].n;
	}
	return gs;
}

static size_t
put_utf8(char *to, uint32_t r)
{
	size_t len = r < 0x80 ? 1 : r < 0x800 ? 2 : r < 0x10000 ? 3 : 4;

	if (len == 1) {
		to[0] = (char)r;
		return 1;
	}
	for (size_t i = len - 1; i > 0; i--, r >>= 6)
		to[i] = (char)(0x80 | (r & 0x3f));
	to[0] = (char)((0xf00u >> len & 0xff) | r);
	return len;
}

struct str
glyphs_text(const struct glyphs *gs, struct arena *arena)
{
	char *p = arena_alloc(arena, gs->n * mark_texts[0].n + 1);
	size_t n = 0;

	must(p != NULL);
	for (size_t i = 0; i < gs->n; i++) {
		struct str mark;

		if (!glyph_is_mark(gs->g[i])) {
			n += put_utf8(p + n, gs->g[i]);
			continue;
		}
		mark = mark_texts[gs->g[i] - GLYPH_MARK];
		memcpy(p + n, mark.p, mark.n);
		n += mark.n;
	}
	return (struct str){ p, n };
}

void
glyphs_replace(struct glyphs *gs, size_t at, size_t n, enum mark m)
{
	must(n > 0 && at + n <= gs->n);
	gs->g[at] = GLYPH_MARK + m;
	memmove(
	    gs->g + at + 1, gs->g + at + n, (gs->n - at - n) * sizeof(*gs->g));
	gs->n -= n - 1;
}

bool
glyph_is_mark(uint32_t g)
{
	return g >= GLYPH_MARK;
}

bool
glyph_is_han(uint32_t g)
{
	return (g >= 0x3400 && g <= 0x4dbf) || (g >= 0x4e00 && g <= 0x9fff) ||
	       (g >= 0xf900 && g <= 0xfaff) || (g >= 0x20000 && g <= 0x323af);
}

char
glyph_digit(uint32_t g)
{
	if (g >= '0' && g <= '9')
		return (char)g;
	if (g >= 0xff10 && g <= 0xff19)
		return (char)('0' + (g - 0xff10));
	return 0;
}

uint32_t
glyph_plain(uint32_t g)
{
	if (g >= 0xff01 && g <= 0xff5e)
		g -= 0xfee0;
	return g >= 'A' && g <= 'Z' ? g - 'A' + 'a' : g;
}

bool
glyph_is_blank(uint32_t g)
{
	return g == ' ' || g == '\t' || g == '\n' || g == 0xa0 || g == 0xb7 ||
	       g == 0x3000 || g == 0x30fb || g == 0x2022;
}
