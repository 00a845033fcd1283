#include "common/msg/number.h"

/* The first groups of a run, seen as one number. */
struct window {
	const char *d;
	size_t n;                       /* digits */
	size_t size[DIGITS_GROUPS_MAX]; /* of its parts */
	size_t n_parts;
	uint32_t gap; /* the last separator */
	bool uniform; /* the same one everywhere */
	bool tight;   /* only blanks, hyphens, dots; one or three of them */
};

/* Groups that only change their script belong to one part. */
static struct window
window_of(const struct digits *run, size_t n_groups)
{
	struct window w = { .d = run->d, .uniform = true, .tight = true };

	for (size_t i = 0; i < n_groups; i++) {
		const struct digit_group *g = &run->group[i];

		w.n += g->n;
		if (i > 0 && g->gap == 0) {
			w.size[w.n_parts - 1] += g->n;
			continue;
		}
		w.size[w.n_parts++] = g->n;
		if (i == 0)
			continue;
		w.uniform = w.uniform && (w.gap == 0 || w.gap == g->gap);
		w.tight = w.tight && digits_is_tight(g->gap);
		w.gap = g->gap;
	}
	return w;
}

static int
two(const char *d)
{
	return (d[0] - '0') * 10 + (d[1] - '0');
}

static bool
is_date(const char *d)
{
	return two(d) >= 1 && two(d) <= 12 && two(d + 2) >= 1 &&
	       two(d + 2) <= 31;
}

/* First two digits of a division code: the provinces. */
static bool
is_province(const char *d)
{
	static const char all[] = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 "
				  "37 41 42 43 44 45 46 50 51 52 53 54 61 62 "
				  "63 64 65 71 81 82 83 91";

	return str_in(STR(all), ' ', (struct str){ d, 2 });
}

static bool
is_born(const char *d)
{
	int century = two(d + 6);

	return is_province(d) && century >= 18 && century <= 20 &&
	       is_date(d + 10);
}

static bool
shaped(const struct window *w, size_t a, size_t b, size_t c)
{
	return w->n_parts == (c > 0 ? 3u : 2u) && w->size[0] == a &&
	       w->size[1] == b && (c == 0 || w->size[2] == c);
}

/*
 * Parts that somebody may break a number into, but not a list of years, nor
 * "15000-200000".
 */
static bool
is_broken_up(const struct window *w)
{
	bool blank = w->gap == ' ' || w->gap == '.' || w->gap > 0x7f;
	size_t least = 4;

	if (w->n_parts == w->n)
		return true;
	if (w->n_parts == 2 && !blank)
		return false;
	for (size_t i = 0; i < w->n_parts; i++)
		if (w->size[i] < least)
			least = w->size[i];
	if (w->n_parts > 2 && w->size[0] == 4 && w->d[1] == '9')
		return false;
	return least >= 2 && w->n_parts <= 6;
}

/*
 * 11 digits from 1.  Numbers from 10, 11 and 12 are not in use; they are
 * taken in their usual shapes only, for years and sizes look like them.
 */
static bool
is_mobile(const struct window *w)
{
	bool in_use = w->d[1] >= '3';

	if (w->n != 11 || w->d[0] != '1')
		return false;
	if (w->n_parts == 1)
		return true;
	if (shaped(w, 3, 8, 0) || shaped(w, 7, 4, 0))
		return in_use || w->tight;
	if (shaped(w, 3, 4, 4))
		return in_use || (w->tight && w->uniform);
	if (!in_use)
		return w->tight && w->uniform &&
		       (shaped(w, 4, 7, 0) || shaped(w, 4, 3, 4) ||
			   shaped(w, 4, 4, 3) || shaped(w, 3, 3, 5));
	return (w->tight || w->n_parts == w->n) && w->uniform &&
	       is_broken_up(w);
}

/* Area code and number; in brackets, too. */
static bool
is_landline(const struct window *w)
{
	size_t area = w->d[1] == '1' || w->d[1] == '2' ? 3 : 4;
	size_t local = w->n - area;

	if (w->n < 10 || w->n > 12 || w->d[0] != '0' || w->d[1] == '0')
		return false;
	if (local != 7 && local != 8)
		return false;
	if (w->d[area] < '2' || (area == 3 && w->d[1] == '1' && w->d[2] != '0'))
		return false;
	return w->n_parts == 1 || shaped(w, area, local, 0) ||
	       shaped(w, area, local - 4, 4) || shaped(w, area, 4, local - 4);
}

/* One group that begins or ends with a mobile number: glued to something. */
static bool
is_glued(const struct window *w)
{
	const char *last = w->d + w->n - 11;

	if (w->n_parts != 1 || w->n < 12)
		return false;
	if (w->n == 12 && w->d[0] == '0' && w->d[1] == '1')
		return true;
	if (w->n >= 13 && w->n <= 15 && last[0] == '1' && last[-1] == '6' &&
	    last[-2] == '8')
		return true;
	if (w->n <= 14 && last[0] == '1' && last[1] >= '3')
		return true;
	return w->n == 22 && w->d[0] == '1' && w->d[11] == '1' &&
	       w->d[1] >= '3' && w->d[12] >= '3';
}

static bool
is_phone(const struct window *w, enum number_hint hint)
{
	if (w->n >= 10 && (is_mobile(w) || is_landline(w) || is_glued(w)))
		return true;
	return hint == HINT_PHONE && w->tight &&
	       ((w->n_parts == 1 && w->n >= 7 && w->n <= 13) ||
		   shaped(w, 4, 4, 0) || shaped(w, 3, 4, 0));
}

static bool
is_identity(const struct window *w, enum number_hint hint)
{
	/* The old number; a grid's code must not look like it. */
	bool old = w->n == 15 && is_province(w->d) && is_date(w->d + 8) &&
		   two(w->d + 6) > 21;

	if (w->n == 18 &&
	    (is_born(w->d) || (w->n_parts == 1 && is_date(w->d + 10))))
		return true;
	if (old && (w->n_parts == 1 || (shaped(w, 6, 6, 3) && w->uniform)))
		return true;
	/* With a phone glued to it. */
	if (w->n_parts == 1 && w->n == 29)
		return is_born(w->d) || is_born(w->d + 11);
	return hint == HINT_IDENTITY && w->tight && w->n >= 6 && w->n <= 20;
}

static bool
in_fours(const struct window *w)
{
	for (size_t i = 0; i + 1 < w->n_parts; i++)
		if (w->size[i] != 4)
			return false;
	return w->n_parts == 4 || w->n_parts == 5;
}

static bool
luhn(const char *d, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned v = (unsigned)(d[n - 1 - i] - '0');

		v = i % 2 == 1 ? v * 2 : v;
		sum += v > 9 ? v - 9 : v;
	}
	return sum % 10 == 0;
}

static bool
is_card(const struct window *w, enum number_hint hint)
{
	bool of_bank = two(w->d) == 62 || two(w->d) == 60 || w->d[0] == '4' ||
		       (w->d[0] == '5' && w->d[1] <= '5');

	if (hint == HINT_CARD && w->tight && w->n >= 9 && w->n <= 21)
		return true;
	if (w->n < 16 || w->n > 19 || !w->tight)
		return false;
	if (w->n_parts == 1)
		return two(w->d) == 62 || (of_bank && luhn(w->d, w->n));
	return w->uniform && of_bank && (in_fours(w) || shaped(w, 6, 13, 0));
}

/* Place of the likeliest kind of W, 0 first; 3: none. */
static size_t
rank_of(const struct window *w, enum number_hint hint)
{
	if (w->n < 6)
		return 3;
	if (is_identity(w, hint))
		return 0;
	if (is_card(w, hint))
		return 1;
	return is_phone(w, hint) ? 2 : 3;
}

enum personal_kind
number_kind(const struct digits *run, enum number_hint hint, size_t *n)
{
	static const enum personal_kind kinds[] = { PERSONAL_IDENTITY,
		PERSONAL_CARD, PERSONAL_PHONE, PERSONAL_NONE };
	size_t best = 3;

	for (size_t i = run->n_groups; i > 0; i--) {
		struct window w = window_of(run, i);
		size_t rank = rank_of(&w, hint);

		if (rank >= best)
			continue;
		best = rank;
		*n = i;
	}
	return kinds[best];
}

bool
number_wants_x(const struct digits *run, size_t *n)
{
	for (size_t i = run->n_groups; i > 0; i--) {
		struct window w = window_of(run, i);

		if (w.n == 17 &&
		    (is_born(w.d) || (w.n_parts == 1 && is_date(w.d + 10)))) {
			*n = i;
			return true;
		}
	}
	return false;
}

bool
number_is_date(const char d[4])
{
	return is_date(d);
}

bool
number_is_identity(const char d[18])
{
	static const unsigned weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9,
		10, 5, 8, 4, 2 };
	static const char checks[] = "10X98765432";
	unsigned sum = 0;

	for (size_t i = 0; i < ARRAY_LEN(weights); i++)
		sum += weights[i] * (unsigned)(d[i] - '0');
	return is_born(d) && checks[sum % 11] == (d[17] == 'x' ? 'X' : d[17]);
}

bool
number_is_phone(const char *d, size_t n)
{
	struct window w = { .d = d, .n = n, .size = { n }, .n_parts = 1 };

	return (is_mobile(&w) && d[1] >= '3') || (n > 10 && is_landline(&w));
}
