#include "cli/columns.h"

#include "common/msg/plain.h"

#include <stdint.h>

#define ELLIPSIS "…"

struct range {
	uint32_t first;
	uint32_t last;
};

/* Marks that stand on the character before them; joiners, selectors. */
static const struct range no_column[] = {
	{ 0x300, 0x36f },
	{ 0x483, 0x489 },
	{ 0x591, 0x5bd },
	{ 0x610, 0x61a },
	{ 0x64b, 0x65f },
	{ 0xe31, 0xe31 },
	{ 0xe34, 0xe3a },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f },
	{ 0x20d0, 0x20ff },
	{ 0x302a, 0x302d },
	{ 0x3099, 0x309a },
	{ 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
	{ 0xe0100, 0xe01ef },
};

/* East Asian Width W and F, and the emoji that terminals draw wide. */
static const struct range two_columns[] = {
	{ 0x1100, 0x115f },
	{ 0x231a, 0x231b },
	{ 0x23e9, 0x23ec },
	{ 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 },
	{ 0x2648, 0x2653 },
	{ 0x26a1, 0x26a1 },
	{ 0x26bd, 0x26be },
	{ 0x26d4, 0x26d4 },
	{ 0x2705, 0x2705 },
	{ 0x274c, 0x274c },
	{ 0x2753, 0x2757 },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf },
	{ 0x4e00, 0xa4cf },
	{ 0xa960, 0xa97f },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f },
	{ 0xff01, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x16fe0, 0x18aff },
	{ 0x1b000, 0x1b2ff },
	{ 0x1f004, 0x1f004 },
	{ 0x1f0cf, 0x1f0cf },
	{ 0x1f18e, 0x1f19a },
	{ 0x1f200, 0x1f265 },
	{ 0x1f300, 0x1f64f },
	{ 0x1f680, 0x1f6ff },
	{ 0x1f7e0, 0x1f7eb },
	{ 0x1f90c, 0x1f9ff },
	{ 0x1fa70, 0x1faff },
	{ 0x20000, 0x3fffd },
};

static bool
is_in(uint32_t r, const struct range *ranges, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (r > ranges[mid].last)
			low = mid + 1;
		else if (r < ranges[mid].first)
			high = mid;
		else
			return true;
	}
	return false;
}

size_t
columns_of_rune(uint32_t r)
{
	if (r < 0x300)
		return 1;
	if (is_in(r, no_column, ARRAY_LEN(no_column)))
		return 0;
	return is_in(r, two_columns, ARRAY_LEN(two_columns)) ? 2 : 1;
}

/* The next character as it will be shown; 0: it will not. */
static uint32_t
next_rune(struct str s, size_t *at)
{
	uint32_t r = '?';
	size_t n = 1;

	while (n <= 4 && n <= s.n - *at && !str_utf8_ok(str_cut(s, *at, n)))
		n++;
	if (n > 4 || n > s.n - *at) {
		++*at;
		return r;
	}
	r = str_rune(s, at);
	if (r == '\n' || r == '\t')
		return ' ';
	return plain_rune(r) ? r : 0;
}

/* Bytes of TEXT that fit into MAX columns; *USED: how many they take. */
static size_t
fitting(struct str text, size_t max, size_t *used)
{
	size_t at = 0;

	*used = 0;
	while (at < text.n) {
		size_t next = at;
		uint32_t r = next_rune(text, &next);
		size_t n = r == 0 ? 0 : columns_of_rune(r);

		if (*used + n > max)
			break;
		*used += n;
		at = next;
	}
	return at;
}

size_t
columns_of(struct str text)
{
	size_t used;

	(void)fitting(text, SIZE_MAX / 2, &used);
	return used;
}

static void
put_shown(struct buf *out, struct str s)
{
	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		uint32_t r = next_rune(s, &at);

		if (r == ' ' || r == '?')
			buf_char(out, (char)r);
		else if (r != 0)
			buf_put(out, s.p + from, at - from);
	}
}

size_t
columns_put(struct buf *out, struct str text, size_t max)
{
	size_t used, n = fitting(text, max, &used);

	if (n == text.n) {
		put_shown(out, text);
		return used;
	}
	if (max == 0)
		return 0;
	n = fitting(text, max - 1, &used);
	put_shown(out, str_cut(text, 0, n));
	buf_z(out, ELLIPSIS);
	return used + 1;
}

void
columns_pad(struct buf *out, size_t n)
{
	for (; n > 0; n--)
		buf_char(out, ' ');
}

void
columns_put_cell(struct buf *out, struct str text, size_t width)
{
	size_t used = columns_put(out, text, width);

	columns_pad(out, width - used + 2);
}
