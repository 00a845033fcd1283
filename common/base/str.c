#include "common/base/str.h"

bool
str_is_blank(struct str a)
{
	static const char blanks[] = { ' ', '\t', '\r', '\n' };

	for (size_t i = 0; i < a.n; i++)
		if (memchr(blanks, a.p[i], sizeof(blanks)) == NULL)
			return false;
	return true;
}

size_t
str_find(struct str a, char c)
{
	const char *hit = a.n > 0 ? memchr(a.p, c, a.n) : NULL;

	return hit != NULL ? (size_t)(hit - a.p) : a.n;
}

size_t
str_search(struct str a, struct str needle)
{
	const char *hit;

	if (needle.n == 0 || a.n < needle.n)
		return needle.n == 0 ? 0 : a.n;
	for (size_t at = 0; at + needle.n <= a.n; at++) {
		hit = memchr(a.p + at, needle.p[0], a.n - needle.n - at + 1);
		if (hit == NULL)
			return a.n;
		at = (size_t)(hit - a.p);
		if (memcmp(hit, needle.p, needle.n) == 0)
			return at;
	}
	return a.n;
}

bool
str_next(struct str *rest, char sep, struct str *piece)
{
	size_t at;

	if (rest->p == NULL)
		return false;
	at = str_find(*rest, sep);
	*piece = str_cut(*rest, 0, at);
	*rest = at < rest->n ? str_cut(*rest, at + 1, rest->n)
			     : (struct str){ NULL, 0 };
	return true;
}

bool
str_in(struct str list, char sep, struct str piece)
{
	struct str one;

	while (str_next(&list, sep, &one))
		if (str_eq(one, piece))
			return true;
	return false;
}

bool
str_i64(struct str a, int64_t *value)
{
	bool minus = a.n > 0 && a.p[0] == '-';
	uint64_t v = 0, max = (uint64_t)INT64_MAX + minus;

	if (a.n == (size_t)minus)
		return false;
	for (size_t i = minus; i < a.n; i++) {
		unsigned d = (unsigned char)a.p[i] - (unsigned)'0';

		if (d > 9 || v > (max - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*value = minus ? (int64_t)(~v + 1) : (int64_t)v;
	return true;
}

/* Length of the sequence that byte B starts, 0 when it starts none. */
static size_t
utf8_len(unsigned char b)
{
	return b < 0x80   ? 1
	       : b < 0xc2 ? 0
	       : b < 0xe0 ? 2
	       : b < 0xf0 ? 3
	       : b < 0xf5 ? 4
			  : 0;
}

/* Bounds of the second byte: no overlong form, no surrogate, no > 10FFFF. */
static bool
utf8_second_ok(unsigned char first, unsigned char second)
{
	unsigned char lo = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
	unsigned char hi = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

	return second >= lo && second <= hi;
}

/* FNV-1a, folded: tables take the low bits. */
size_t
str_hash(struct str a)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < a.n; i++)
		h = (h ^ (unsigned char)a.p[i]) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

bool
str_utf8_ok(struct str a)
{
	for (size_t i = 0, len; i < a.n; i += len) {
		const unsigned char *u = (const unsigned char *)a.p + i;

		len = utf8_len(u[0]);
		if (len == 0 || len > a.n - i)
			return false;
		if (len > 1 && !utf8_second_ok(u[0], u[1]))
			return false;
		for (size_t k = 2; k < len; k++)
			if ((u[k] & 0xc0) != 0x80)
				return false;
	}
	return true;
}

uint32_t
str_rune(struct str a, size_t *pos)
{
	const unsigned char *u;
	size_t len;
	uint32_t r;

	must(*pos < a.n);
	u = (const unsigned char *)a.p + *pos;
	len = utf8_len(u[0]);
	must(len > 0 && len <= a.n - *pos);
	r = len == 1 ? u[0] : u[0] & (0x7fu >> len);
	for (size_t k = 1; k < len; k++)
		r = r << 6 | (u[k] & 0x3fu);
	*pos += len;
	return r;
}

size_t
str_runes(struct str a)
{
	size_t n = 0;

	for (size_t i = 0; i < a.n; i++)
		n += ((unsigned char)a.p[i] & 0xc0) != 0x80;
	return n;
}
