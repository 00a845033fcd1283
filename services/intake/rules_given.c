#include "services/intake/rules_given.h"

#include "common/msg/digits.h"

/* Shorter ones would take out half of the text. */
#define NAME_MIN 2
#define ADDRESS_MIN 5
#define CODE_MIN 5
/* So many last digits of a number give it away. */
#define TAIL_MIN 6

/* The digits of a number, whatever stands between them. */
struct number {
	char d[DIGITS_MAX];
	size_t n;
	enum mark mark;
};

static struct number
number_of(struct str text, enum mark mark)
{
	struct number number = { .mark = mark };

	for (size_t at = 0; at < text.n;) {
		char d = digit_of(str_rune(text, &at));

		if (d != 0 && number.n < DIGITS_MAX)
			number.d[number.n++] = d;
	}
	return number;
}

static bool
is_same(const struct number *number, const char *d, size_t n)
{
	if (n > number->n || n < CODE_MIN)
		return false;
	if (n < number->n && n < TAIL_MIN)
		return false;
	return memcmp(number->d + number->n - n, d, n) == 0;
}

/* Bytes of the text from AT on, a digit, that repeat NUMBER; or 0. */
static size_t
repeats(const struct number *number, const struct digits *run)
{
	size_t n = 0, len = 0;

	for (size_t i = 0; i < run->n_groups; i++) {
		n += run->group[i].n;
		if (is_same(number, run->d, n))
			len = run->group[i].to - run->group[0].from;
	}
	return len;
}

struct str
given_numbers(
    const struct msg_sealed_report *given, struct str text, struct arena *arena)
{
	const struct number numbers[] = {
		number_of(given->phone, MARK_PHONE),
		number_of(given->id_number, MARK_IDENTITY),
	};
	/* The shortest hit has 5 bytes, a mark 12. */
	char *p = arena_alloc(arena, text.n * 3 + 1);
	size_t n = 0, next;

	must(p != NULL);
	for (size_t at = 0; at < text.n; at = next) {
		struct str out;
		struct digits run;
		size_t len = 0, which = 0;

		next = at;
		if (digit_of(str_rune(text, &next)) != 0) {
			digits_take(text, at, &run);
			next = run.group[0].to;
			while (len == 0 && which < ARRAY_LEN(numbers))
				len = repeats(&numbers[which++], &run);
		}
		out = str_cut(text, at, next - at);
		if (len > 0) {
			out = mark_text(numbers[which - 1].mark);
			next = at + len;
		}
		memcpy(p + n, out.p, out.n);
		n += out.n;
	}
	return (struct str){ p, n };
}

static bool
is_latin(uint32_t g)
{
	g = glyph_plain(g);
	return (g >= 'a' && g <= 'z') || glyph_digit(g) != 0;
}

/* PART without blanks, in lower case. */
static struct glyphs
plain(struct glyphs part, struct arena *arena)
{
	struct glyphs out = { .n = 0 };

	out.g = arena_alloc(arena, (part.n + 1) * sizeof(*out.g));
	must(out.g != NULL);
	for (size_t i = 0; i < part.n; i++)
		if (!glyph_is_blank(part.g[i]))
			out.g[out.n++] = glyph_plain(part.g[i]);
	return out;
}

/* What people put between the characters of a name to hide it. */
static bool
is_filler(uint32_t g)
{
	static const uint32_t fillers[] = { '-', '_', '*', '.', '/', '~', '|',
		'+', 0x200b, 0x200c, 0x200d, 0x2014, 0xff0d, 0xfeff };

	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		if (g == fillers[i])
			return true;
	return glyph_is_blank(g);
}

/* How many glyphs of GS from AT on spell WANTED; fillers do not count. */
static size_t
spelled(const struct glyphs *gs, size_t at, const struct glyphs *wanted)
{
	size_t i = at, found = 0;

	while (i < gs->n && found < wanted->n) {
		if (glyph_plain(gs->g[i]) == wanted->g[found])
			found++;
		else if (found == 0 || !is_filler(gs->g[i]))
			return 0;
		i++;
	}
	if (found < wanted->n)
		return 0;
	/* Not a part of a longer word. */
	if (is_latin(gs->g[at]) && at > 0 && is_latin(gs->g[at - 1]))
		return 0;
	if (is_latin(gs->g[i - 1]) && i < gs->n && is_latin(gs->g[i]))
		return 0;
	return i - at;
}

static bool
take_out(struct glyphs *gs, const struct glyphs *wanted, enum mark mark)
{
	bool any = false;

	for (size_t at = 0; at < gs->n; at++) {
		size_t n = spelled(gs, at, wanted);

		if (n == 0)
			continue;
		glyphs_replace(gs, at, n, mark);
		any = true;
	}
	return any;
}

/* "王小明等17人（代）": where the name ends. */
static size_t
name_end(const struct glyphs *gs)
{
	for (size_t i = 1; i < gs->n; i++) {
		uint32_t g = gs->g[i];
		bool counts = i + 1 == gs->n || digit_of(gs->g[i + 1]) != 0 ||
			      gs->g[i + 1] == 0x4eba;

		if (g == '(' || g == 0xff08 || (g == 0x7b49 && counts))
			return i;
	}
	return gs->n;
}

/* One name as given, and without a title behind it. */
static bool
take_name(struct glyphs *gs, struct glyphs name, const struct words *w,
    struct arena *arena)
{
	struct glyphs wanted;
	size_t title;
	bool any = false;

	wanted = plain(name, arena);
	if (wanted.n >= NAME_MIN)
		any = take_out(gs, &wanted, MARK_NAME);
	name.n = name_end(&name);
	wanted = plain(name, arena);
	if (wanted.n >= NAME_MIN)
		any = take_out(gs, &wanted, MARK_NAME) || any;
	title = words_until(w, WORD_TITLE, &name, name.n);
	name.n -= title;
	wanted = plain(name, arena);
	/* "严陵阿婆" is of that village; its name is nobody's. */
	if (title > 0 && wanted.n >= NAME_MIN &&
	    words_from(w, WORD_DIVISION, &wanted, 0) == 0 &&
	    words_from(w, WORD_SURNAME, &wanted, 0) > 0)
		any = take_out(gs, &wanted, MARK_NAME) || any;
	return any;
}

static bool
is_comma(uint32_t g)
{
	return g == ',' || g == 0xff0c || g == 0x3001 || g == '/' || g == ';' ||
	       g == 0xff1b;
}

static bool
take_names(struct glyphs *gs, struct str names, const struct words *w,
    struct arena *arena)
{
	struct glyphs all = glyphs_of(names, arena);
	bool any = false;

	for (size_t from = 0, to; from < all.n; from = to + 1) {
		struct glyphs one = { .g = all.g + from };

		for (to = from; to < all.n && !is_comma(all.g[to]); to++)
			one.n++;
		any = take_name(gs, one, w, arena) || any;
	}
	return any;
}

/* The whole address, and every ending of it that has a house number. */
static bool
take_address(struct glyphs *gs, struct str address, struct arena *arena)
{
	struct glyphs all = plain(glyphs_of(address, arena), arena);
	size_t last = 0;
	bool any = false;

	if (all.n >= NAME_MIN)
		any = take_out(gs, &all, MARK_ADDRESS);
	for (size_t i = 0; i < all.n; i++)
		if (glyph_digit(all.g[i]) != 0)
			last = i;
	for (size_t i = 1; i < last && i + ADDRESS_MIN <= all.n; i++) {
		struct glyphs end = { all.g + i, all.n - i };

		any = take_out(gs, &end, MARK_ADDRESS) || any;
	}
	return any;
}

bool
given_words(const struct msg_sealed_report *given, const struct words *w,
    struct glyphs *gs, struct arena *arena)
{
	struct glyphs code = plain(glyphs_of(given->id_number, arena), arena);
	bool any = take_names(gs, given->name, w, arena);

	any = take_address(gs, given->address, arena) || any;
	if (code.n >= CODE_MIN)
		any = take_out(gs, &code, MARK_IDENTITY) || any;
	return any;
}
