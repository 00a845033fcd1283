/*
 * People's numbers in ids and codes.  Machines make those, so digits side by
 * side mean little there: only what stands alone, in its usual shape, is a
 * person's.  A UUID or a hash never is.
 */
#include "common/msg/number.h"
#include "common/msg/personal.h"

#define GROUPS_MAX 32
#define SHAPE_GROUPS 3

/* Letters and digits without anything between them: "tel" "138..." "". */
struct group {
	size_t n_before; /* letters */
	size_t n;        /* digits */
	size_t n_after;  /* letters, or more of both */
	const char *d;   /* the digits */
	bool hex;        /* could be a piece of a hash */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Takes the group at the beginning of *S off it. */
static struct group
take_group(struct str *s)
{
	struct group g = { .hex = true };
	size_t i = 0;

	for (; i < s->n && is_alnum(s->p[i]) && !is_digit(s->p[i]); i++)
		g.n_before++;
	g.d = s->p + i;
	for (; i < s->n && is_digit(s->p[i]); i++)
		g.n++;
	for (; i < s->n && is_alnum(s->p[i]); i++)
		g.n_after++;
	for (size_t k = 0; k < i; k++)
		g.hex = g.hex && is_hex(s->p[k]);
	*s = str_cut(*s, i, s->n);
	return g;
}

/* One group of digits, with words of letters around it perhaps. */
static enum personal_kind
one_kind(const struct group *g)
{
	size_t n_letters = g->n_before + g->n_after;

	if (g->n == 17 && g->n_after == 1 && (g->d[17] | 0x20) == 'x' &&
	    number_is_identity(g->d))
		return PERSONAL_IDENTITY;
	for (size_t i = 0; i < g->n_after; i++)
		if (is_digit(g->d[g->n + i]))
			return PERSONAL_NONE;
	if (n_letters > 0 && g->hex)
		return PERSONAL_NONE;
	if (g->n == 18 && number_is_identity(g->d))
		return PERSONAL_IDENTITY;
	if ((g->n == 11 && number_is_phone(g->d, 11)) ||
	    (g->n == 13 && memcmp(g->d, "861", 3) == 0 &&
		number_is_phone(g->d + 2, 11)))
		return PERSONAL_PHONE;
	return PERSONAL_NONE;
}

/* How many digits, or SIZE_MAX when there are letters, too. */
static size_t
bare(const struct group *g)
{
	return g->n_before + g->n_after > 0 ? SIZE_MAX : g->n;
}

/* "20260318": the day is far likelier than the number. */
static bool
is_day(const char *d)
{
	return memcmp(d, "20", 2) == 0 && number_is_date(d + 4);
}

/* Groups with one hyphen, dot or underscore between them each. */
static enum personal_kind
shape_kind(const struct group *g, size_t n)
{
	static const size_t shapes[][SHAPE_GROUPS] = { { 3, 4, 4 }, { 3, 8, 0 },
		{ 4, 7, 0 }, { 4, 8, 0 }, { 6, 8, 4 } };
	char d[18];

	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		size_t n_digits = 0, k = 0;

		for (; k < n && bare(&g[k]) == shapes[i][k]; k++) {
			memcpy(d + n_digits, g[k].d, g[k].n);
			n_digits += g[k].n;
		}
		if (k < n || (n < SHAPE_GROUPS && shapes[i][n] > 0))
			continue;
		if (n_digits == 18)
			return number_is_identity(d) ? PERSONAL_IDENTITY
						     : PERSONAL_NONE;
		return number_is_phone(d, n_digits) && !is_day(d + n_digits - 8)
			   ? PERSONAL_PHONE
			   : PERSONAL_NONE;
	}
	return PERSONAL_NONE;
}

/* Takes the joint inside a piece off *S. */
static bool
take_joint(struct str *s)
{
	if (s->n == 0 || (s->p[0] != '-' && s->p[0] != '.' && s->p[0] != '_'))
		return false;
	*s = str_cut(*s, 1, s->n);
	return true;
}

/* Takes off what stands before a slash, a colon and the like. */
static enum personal_kind
piece_kind(struct str *s)
{
	struct group g[GROUPS_MAX];
	enum personal_kind kind = PERSONAL_NONE;
	size_t n = 0, first = 0;

	do {
		g[n] = take_group(s);
		if (kind == PERSONAL_NONE)
			kind = one_kind(&g[n]);
	} while (++n < GROUPS_MAX && take_joint(s));
	/* Words may stand around a number, but no other digits. */
	while (first < n && g[first].n == 0)
		first++;
	while (n > first && g[n - 1].n == 0)
		n--;
	if (kind == PERSONAL_NONE && n - first >= 2 &&
	    n - first <= SHAPE_GROUPS)
		kind = shape_kind(g + first, n - first);
	return kind;
}

/* The usual id: its groups have no person's shape, so look no further. */
static bool
is_uuid(struct str s)
{
	if (s.n != 36)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;

		if (hyphen ? s.p[i] != '-' : !is_hex(s.p[i]))
			return false;
	}
	return true;
}

enum personal_kind
personal_in_code(struct str code)
{
	enum personal_kind kind = PERSONAL_NONE;

	if (is_uuid(code))
		return PERSONAL_NONE;

	while (kind == PERSONAL_NONE && code.n > 0) {
		kind = piece_kind(&code);
		if (code.n > 0)
			code = str_cut(code, 1, code.n);
	}
	return kind;
}
