#include "services/intake/rules_words.h"

#define WORD_GLYPHS_MAX 12

struct word {
	const uint32_t *g;
	size_t n;
};

struct words {
	struct arena *arena;
	struct word *v[WORD_COUNT]; /* sorted */
	size_t n[WORD_COUNT];
	size_t longest[WORD_COUNT];
};

static const char *const kind_names[] = { "role", "naming", "not_naming",
	"person", "title", "after", "speech", "proof", "never", "place", "home",
	"doorway", "unsure", "common" };

static int
word_cmp(const struct word *a, const struct word *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++)
		if (a->g[i] != b->g[i])
			return a->g[i] < b->g[i] ? -1 : 1;
	return (a->n > b->n) - (a->n < b->n);
}

/*
 * Sorting by hand: there is no order of the input to exploit, the lists are
 * short, and rules call nothing that calls back.
 */
static void
sift(struct word *v, size_t root, size_t n)
{
	for (size_t child; (child = 2 * root + 1) < n; root = child) {
		struct word w;

		if (child + 1 < n && word_cmp(&v[child], &v[child + 1]) < 0)
			child++;
		if (word_cmp(&v[root], &v[child]) >= 0)
			return;
		w = v[root];
		v[root] = v[child];
		v[child] = w;
	}
}

static void
sort(struct word *v, size_t n)
{
	for (size_t i = n / 2; i > 0; i--)
		sift(v, i - 1, n);
	for (size_t i = n; i > 1; i--) {
		struct word w = v[0];

		v[0] = v[i - 1];
		v[i - 1] = w;
		sift(v, 0, i - 1);
	}
}

static void
add(struct words *w, enum word_kind kind, struct str text, size_t cap)
{
	struct glyphs gs = glyphs_of(text, w->arena);

	if (gs.n == 0 || gs.n > WORD_GLYPHS_MAX || w->n[kind] == cap)
		return;
	w->v[kind][w->n[kind]++] = (struct word){ gs.g, gs.n };
	if (gs.n > w->longest[kind])
		w->longest[kind] = gs.n;
}

/* A row's own words; "common" ones are made of two parts. */
static void
add_row(struct words *w, const struct row_scrub_word *row, size_t cap)
{
	size_t kind = 0;

	while (kind < ARRAY_LEN(kind_names) &&
	       !str_is(row->kind, kind_names[kind]))
		kind++;
	if (kind == ARRAY_LEN(kind_names))
		return;
	if (kind != WORD_COMMON)
		add(w, (enum word_kind)kind, row->word, cap);
	for (size_t i = 0; i < row->next.n; i++)
		add(w, WORD_COMMON,
		    arena_printf(w->arena, "%.*s%.*s", STR_ARG(row->word),
			STR_ARG(row->next.p[i])),
		    cap);
}

/* "大路村" is known as 大路, too. */
static void
add_division(struct words *w, struct str name, size_t cap)
{
	static const char *const ends[] = { "民族村", "畲族村", "畲族乡",
		"街道", "社区", "村", "镇", "乡", "县" };

	add(w, WORD_DIVISION, name, cap);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct str end = str_of(ends[i]);

		/* One character alone is no place's name. */
		if (name.n < end.n + 6 ||
		    !str_eq(str_cut(name, name.n - end.n, end.n), end))
			continue;
		add(w, WORD_DIVISION, str_cut(name, 0, name.n - end.n), cap);
		return;
	}
}

static size_t
count(const struct registry *r, int64_t at)
{
	const struct row_scrub_word *row;
	size_t n = 0, rows;

	for (size_t i = 0;
	     (row = registry_next(r, TABLE_scrub_word, at, &i)) != NULL;)
		n += 1 + row->next.n;
	(void)registry_rows(r, TABLE_surname, &rows);
	n += rows;
	(void)registry_rows(r, TABLE_division, &rows);
	return n + 2 * rows;
}

struct words *
words_new(const struct registry *r, int64_t at, struct arena *arena)
{
	struct words *w = arena_alloc(arena, sizeof(*w));
	size_t cap = count(r, at);
	const struct row_scrub_word *word;
	const struct row_surname *surname;
	const struct row_division *division;

	must(w != NULL);
	w->arena = arena;
	for (size_t k = 0; k < WORD_COUNT; k++) {
		w->v[k] = arena_alloc(arena, (cap + 1) * sizeof(*w->v[k]));
		must(w->v[k] != NULL);
	}
	for (size_t i = 0;
	     (word = registry_next(r, TABLE_scrub_word, at, &i)) != NULL;)
		add_row(w, word, cap);
	for (size_t i = 0;
	     (surname = registry_next(r, TABLE_surname, at, &i)) != NULL;)
		add(w, WORD_SURNAME, surname->surname, cap);
	for (size_t i = 0;
	     (division = registry_next(r, TABLE_division, at, &i)) != NULL;)
		add_division(w, division->name_zh, cap);
	for (size_t k = 0; k < WORD_COUNT; k++)
		sort(w->v[k], w->n[k]);
	return w;
}

static bool
is_word(const struct words *w, enum word_kind kind, const uint32_t *g, size_t n)
{
	struct word key = { g, n };
	size_t lo = 0, hi = w->n[kind];

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = word_cmp(&w->v[kind][mid], &key);

		if (c == 0)
			return true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

size_t
words_from(const struct words *w, enum word_kind kind, const struct glyphs *gs,
    size_t at)
{
	for (size_t n = w->longest[kind]; n > 0; n--)
		if (at + n <= gs->n && is_word(w, kind, gs->g + at, n))
			return n;
	return 0;
}

size_t
words_until(const struct words *w, enum word_kind kind, const struct glyphs *gs,
    size_t at)
{
	for (size_t n = w->longest[kind]; n > 0; n--)
		if (n <= at && is_word(w, kind, gs->g + at - n, n))
			return n;
	return 0;
}

bool
words_inside(const struct words *w, enum word_kind kind,
    const struct glyphs *gs, size_t at, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = words_from(w, kind, gs, at + i);

		if (len > 0 && i + len <= n)
			return true;
	}
	return false;
}
