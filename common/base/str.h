/* Borrowed bytes: never NUL terminated, never owned. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "common/base/base.h"

#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* A list of borrowed strings. */
struct strs {
	const struct str *p;
	size_t n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) str_precision(s), (s).p != NULL ? (s).p : ""

static inline struct str
str_of(const char *z)
{
	return (struct str){ z, z != NULL ? strlen(z) : 0 };
}

/* A negative precision would print up to a NUL that is not there. */
static inline int
str_precision(struct str a)
{
	return a.n < INT32_MAX ? (int)a.n : INT32_MAX;
}

static inline bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool
str_is(struct str a, const char *z)
{
	return str_eq(a, str_of(z));
}

/* Byte order, shorter first on a tie: for sorting and searching. */
static inline int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool
str_starts(struct str a, struct str prefix)
{
	return a.n >= prefix.n &&
	       (prefix.n == 0 || memcmp(a.p, prefix.p, prefix.n) == 0);
}

static inline struct str
str_cut(struct str a, size_t from, size_t len)
{
	must(from <= a.n);
	if (a.p == NULL) /* even NULL + 0 is undefined */
		return a;
	return (struct str){ a.p + from, len < a.n - from ? len : a.n - from };
}

/* Nothing but blanks, or nothing. */
bool str_is_blank(struct str a);
/* First position of byte C, or a.n when it is not there. */
size_t str_find(struct str a, char c);
/* First position of NEEDLE, or a.n. */
size_t str_search(struct str a, struct str needle);
/* Takes the next piece up to SEP off *REST; false when nothing is left. */
bool str_next(struct str *rest, char sep, struct str *piece);
/* Whether PIECE is one of the SEP-separated pieces of LIST. */
bool str_in(struct str list, char sep, struct str piece);
/* Whole string as a signed decimal number; no sign but '-', no blanks. */
bool str_i64(struct str a, int64_t *value);
/* For hash tables of our own ids; a stranger could make it collide. */
size_t str_hash(struct str a);
bool str_utf8_ok(struct str a);
/* One code point at *POS (valid UTF-8 only); *POS moves behind it. */
uint32_t str_rune(struct str a, size_t *pos);
/* Number of code points of valid UTF-8. */
size_t str_runes(struct str a);

#endif
