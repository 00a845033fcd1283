#include "services/intake/rules_name.h"

/* What stands before a name. */
enum left {
	LEFT_NONE,   /* another word */
	LEFT_EDGE,   /* nothing, or punctuation */
	LEFT_ROLE,   /* "摊主" */
	LEFT_FAMILY, /* "姓", or a lone "叫" */
	LEFT_NAMING, /* "名叫" */
};

/* What stands behind it. */
enum right {
	RIGHT_NONE,
	RIGHT_AFTER, /* a word that often follows a name */
	RIGHT_EDGE,
	RIGHT_SPEECH, /* "反映" */
	RIGHT_PROOF,  /* "（电话" */
};

#define GIVEN_MAX 2
#define FREE_MIN 2
#define FREE_MAX 6
/* How far behind a name a number may stand and still be theirs. */
#define PROOF_REACH 10

struct look {
	const struct words *w;
	const struct glyphs *gs;
};

static uint32_t
glyph(const struct look *k, size_t at)
{
	return at < k->gs->n ? k->gs->g[at] : 0;
}

static bool
is_edge(const struct look *k, size_t at)
{
	uint32_t g = glyph(k, at);

	return !glyph_is_han(g) && !glyph_is_mark(g) && glyph_digit(g) == 0 &&
	       !(glyph_plain(g) >= 'a' && glyph_plain(g) <= 'z');
}

static bool
ends_sentence(uint32_t g)
{
	return g == 0 || g == 0x3002 || g == '\n' || g == 0xff1b ||
	       g == 0xff01 || g == 0xff1f || g == 0x201d;
}

/* Back over "：", "是" and the like; not over a comma. */
static size_t
before_colon(const struct look *k, size_t at)
{
	for (size_t i = 0; i < 3 && at > 0; i++) {
		uint32_t g = glyph(k, at - 1);

		if (g != ':' && g != 0xff1a && g != 0x662f && g != 0x4e3a &&
		    g != 0x201c && g != '"' && !glyph_is_blank(g))
			break;
		at--;
	}
	return at;
}

static bool
is_naming(const struct look *k, size_t at)
{
	size_t n = words_until(k->w, WORD_NAMING, k->gs, at);

	if (n == 0 || words_until(k->w, WORD_NOT_NAMING, k->gs, at) > n)
		return false;
	/* One character alone calls all sorts of things. */
	return n > 1 || words_until(k->w, WORD_PERSON, k->gs, at - n) > 0;
}

/* A role ends before AT, and does not go on: 保洁, but 保洁员. */
static bool
is_role(const struct look *k, size_t at)
{
	size_t n = words_until(k->w, WORD_ROLE, k->gs, at);

	return n > 0 && words_from(k->w, WORD_ROLE, k->gs, at - n) <= n;
}

static enum left
left_of(const struct look *k, size_t at)
{
	size_t end = before_colon(k, at);
	bool calls = end > 0 && glyph(k, end - 1) == 0x53eb;

	if (is_naming(k, end))
		return LEFT_NAMING;
	if (end > 0 && glyph(k, end - 1) == 0x59d3 &&
	    (end < 2 || glyph(k, end - 2) != 0x767e))
		return LEFT_FAMILY;
	if (calls && words_until(k->w, WORD_NOT_NAMING, k->gs, end) == 0)
		return LEFT_FAMILY;
	if (is_role(k, end))
		return LEFT_ROLE;
	return at == 0 || is_edge(k, at - 1) || glyph_is_mark(glyph(k, at - 1))
		   ? LEFT_EDGE
		   : LEFT_NONE;
}

/* A phone or identity number follows soon, in the same sentence. */
static bool
is_proven(const struct look *k, size_t at)
{
	bool opens = is_edge(k, at) || glyph_is_mark(glyph(k, at)) ||
		     words_from(k->w, WORD_PROOF, k->gs, at) > 0;

	for (size_t i = 0; opens && i <= PROOF_REACH; i++) {
		uint32_t g = glyph(k, at + i);

		if (g == GLYPH_MARK + MARK_PHONE ||
		    g == GLYPH_MARK + MARK_IDENTITY)
			return true;
		if (ends_sentence(g) || glyph_is_mark(g))
			return false;
	}
	return false;
}

/* "，男，" */
static bool
is_described(const struct look *k, size_t at)
{
	uint32_t g = glyph(k, at + 1);

	return is_edge(k, at) && (g == 0x7537 || g == 0x5973) &&
	       is_edge(k, at + 2);
}

static enum right
right_of(const struct look *k, size_t at)
{
	if (is_proven(k, at) || is_described(k, at))
		return RIGHT_PROOF;
	if (words_from(k->w, WORD_SPEECH, k->gs, at) > 0)
		return RIGHT_SPEECH;
	if (at >= k->gs->n || is_edge(k, at))
		return RIGHT_EDGE;
	return words_from(k->w, WORD_AFTER, k->gs, at) > 0 ||
		       words_from(k->w, WORD_TITLE, k->gs, at) > 0
		   ? RIGHT_AFTER
		   : RIGHT_NONE;
}

/* N characters that may all be a given name's. */
static bool
is_given(const struct look *k, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!glyph_is_han(glyph(k, at + i)) ||
		    words_from(k->w, WORD_NEVER, k->gs, at + i) > 0)
			return false;
	return n > 0;
}

/* A place, or an ordinary word that begins like a name. */
static bool
is_ordinary(const struct look *k, size_t at, size_t s, size_t n)
{
	size_t common = words_from(k->w, WORD_COMMON, k->gs, at);

	return (common > s && common <= n) ||
	       words_from(k->w, WORD_DIVISION, k->gs, at) > 1 ||
	       words_from(k->w, WORD_ROLE, k->gs, at) > 0;
}

static bool
is_place(const struct look *k, size_t at, size_t n)
{
	return words_from(k->w, WORD_PLACE, k->gs, at + n - 1) > 0;
}

/* A sentence of two or three characters: signed. */
static bool
is_signature(const struct look *k, size_t at, size_t n)
{
	uint32_t before = at > 0 ? glyph(k, at - 1) : 0;

	return n > 2 ||
	       (ends_sentence(before) && ends_sentence(glyph(k, at + n)));
}

/* "黄海" is a word, but "老板黄海燕说" is somebody. */
static bool
is_name_after_all(const struct look *k, size_t at, size_t s, size_t n,
    enum left left, enum right right)
{
	bool whole = n == s + 2 || s == 2;

	if (!whole)
		return false;
	if (left == LEFT_ROLE)
		return right != RIGHT_NONE && right != RIGHT_EDGE;
	return right == RIGHT_PROOF &&
	       words_from(k->w, WORD_DIVISION, k->gs, at) == 0;
}

/* With a role before it, such as "摊主". */
static bool
is_name_in_role(bool sure, bool whole, enum right right)
{
	if (sure)
		return whole || right > RIGHT_NONE;
	return whole && right >= RIGHT_SPEECH;
}

/*
 * Whether the N glyphs at AT, a family name of S and some more, are a name
 * between LEFT and RIGHT.
 */
static bool
is_name(const struct look *k, size_t at, size_t s, size_t n, enum left left,
    enum right right)
{
	bool sure = words_from(k->w, WORD_UNSURE, k->gs, at) < s;
	bool ordinary = is_ordinary(k, at, s, n);

	if (left == LEFT_NAMING || left == LEFT_FAMILY)
		return right > RIGHT_NONE || (sure && !ordinary);
	if (ordinary)
		return sure && is_name_after_all(k, at, s, n, left, right);
	if (left == LEFT_ROLE)
		return is_name_in_role(sure, n == s + 2, right);
	if (!sure)
		return false;
	/* "二组王小明家" */
	if (glyph(k, at + n) == 0x5bb6 && at > 0 &&
	    words_until(k->w, WORD_PLACE, k->gs, at) > 0)
		return true;
	if (is_place(k, at, n))
		return false;
	if (right == RIGHT_PROOF)
		return true;
	if (left != LEFT_EDGE)
		return false;
	return right == RIGHT_SPEECH ||
	       (right == RIGHT_EDGE && is_signature(k, at, n));
}

/* Length of the name with a family name at AT; 0: none. */
static size_t
family_name(const struct look *k, size_t at, enum left left)
{
	size_t s = words_from(k->w, WORD_SURNAME, k->gs, at), best = 0;
	enum right best_right = RIGHT_NONE;

	if (s == 0)
		return 0;
	for (size_t n = s + GIVEN_MAX; n > s; n--) {
		enum right right = right_of(k, at + n);

		if (!is_given(k, at + s, n - s) ||
		    !is_name(k, at, s, n, left, right))
			continue;
		if (best == 0 ||
		    (best_right == RIGHT_NONE && right > RIGHT_NONE)) {
			best = n;
			best_right = right;
		}
	}
	/* "姓王，" */
	if (best == 0 && left == LEFT_FAMILY &&
	    right_of(k, at + s) > RIGHT_NONE)
		best = s;
	return best;
}

/* "王某", and of "王阿姨" the 王. */
static size_t
titled_name(const struct look *k, size_t at, enum left left)
{
	size_t s = words_from(k->w, WORD_SURNAME, k->gs, at);
	size_t t = s > 0 ? words_from(k->w, WORD_TITLE, k->gs, at + s) : 0;
	bool alone =
	    left != LEFT_NONE || words_until(k->w, WORD_NEVER, k->gs, at) > 0;

	if (t == 0 || !alone || words_from(k->w, WORD_UNSURE, k->gs, at) >= s ||
	    words_from(k->w, WORD_ROLE, k->gs, at) > s)
		return 0;
	return glyph(k, at + s) == 0x67d0 ? s + t : s;
}

/* Anything up to the next punctuation, where it must be a name. */
static size_t
free_name(const struct look *k, size_t at, enum left left)
{
	size_t n = 0;
	bool proven;

	while (n <= FREE_MAX && glyph_is_han(glyph(k, at + n)) &&
	       words_from(k->w, WORD_NEVER, k->gs, at + n) == 0)
		n++;
	if (n < FREE_MIN || n > FREE_MAX ||
	    (at + n < k->gs->n && !is_edge(k, at + n)))
		return 0;
	if (words_inside(k->w, WORD_PROOF, k->gs, at, n) ||
	    words_inside(k->w, WORD_AFTER, k->gs, at, n))
		return 0;
	proven = is_proven(k, at + n);
	if (left == LEFT_ROLE)
		return proven ? n : 0;
	return proven || !words_inside(k->w, WORD_ROLE, k->gs, at, n) ? n : 0;
}

static size_t
name_at(const struct look *k, size_t at)
{
	enum left left = left_of(k, at);
	size_t n = titled_name(k, at, left);

	if (n == 0)
		n = family_name(k, at, left);
	if (n == 0 && (left == LEFT_NAMING || left == LEFT_ROLE))
		n = free_name(k, at, left);
	return n;
}

bool
name_find(const struct words *w, const struct glyphs *gs, size_t from,
    struct name_hit *hit)
{
	struct look k = { w, gs };

	for (size_t at = from; at < gs->n; at++) {
		size_t n = glyph_is_han(gs->g[at]) ? name_at(&k, at) : 0;

		if (n == 0)
			continue;
		*hit = (struct name_hit){ at, n };
		return true;
	}
	return false;
}
