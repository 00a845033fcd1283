#include "services/intake/rules_duplicate.h"

#include "services/intake/rules_glyph.h"

/* Nobody's words are compared beyond so many characters. */
#define GLYPHS_MAX 1000
#define DUPLICATES_MAX 16
#define METRES_PER_DEGREE 111320.0

enum {
	TOWNSHIP_LEN = 9,
	VILLAGE_LEN = 12
};

/* The characters two by two, each pair once, sorted. */
struct pairs {
	uint64_t *v;
	size_t n;
};

struct words_of {
	struct pairs said;  /* in place and text */
	struct pairs names; /* of the divisions that it lies in */
	struct str village; /* "大路" of 大路村 */
};

static void
sift(uint64_t *v, size_t root, size_t n)
{
	for (size_t child; (child = 2 * root + 1) < n; root = child) {
		uint64_t t = v[root];

		if (child + 1 < n && v[child] < v[child + 1])
			child++;
		if (t >= v[child])
			return;
		v[root] = v[child];
		v[child] = t;
	}
}

static void
pairs_sort(struct pairs *p)
{
	size_t kept = 0;

	for (size_t i = p->n / 2; i > 0; i--)
		sift(p->v, i - 1, p->n);
	for (size_t i = p->n; i > 1; i--) {
		uint64_t t = p->v[0];

		p->v[0] = p->v[i - 1];
		p->v[i - 1] = t;
		sift(p->v, 0, i - 1);
	}
	for (size_t i = 0; i < p->n; i++)
		if (kept == 0 || p->v[kept - 1] != p->v[i])
			p->v[kept++] = p->v[i];
	p->n = kept;
}

static bool
is_word_like(uint32_t g)
{
	return glyph_is_han(g) || (g >= 'a' && g <= 'z');
}

static void
pairs_add(struct pairs *p, size_t cap, struct str text, struct arena *arena)
{
	struct glyphs gs = glyphs_of(text, arena);

	for (size_t i = 0; i + 1 < gs.n && p->n < cap; i++) {
		uint32_t a = glyph_plain(gs.g[i]);
		uint32_t b = glyph_plain(gs.g[i + 1]);

		if (is_word_like(a) && is_word_like(b))
			p->v[p->n++] = (uint64_t)a << 32 | b;
	}
}

static struct pairs
pairs_new(size_t cap, struct arena *arena)
{
	struct pairs p = { .n = 0 };

	p.v = arena_alloc(arena, cap * sizeof(*p.v));
	must(p.v != NULL);
	return p;
}

/* Without 村, 社区, ...: how people call it. */
static struct str
short_name(struct str name)
{
	static const char *const ends[] = { "民族村", "畲族村", "社区", "村" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		struct str end = str_of(ends[i]);

		if (name.n >= end.n + 6 &&
		    str_eq(str_cut(name, name.n - end.n, end.n), end))
			return str_cut(name, 0, name.n - end.n);
	}
	return name;
}

void
sighting_read(struct sighting *s, const struct registry *r, int64_t at,
    struct arena *arena)
{
	static const size_t levels[] = { 6, TOWNSHIP_LEN, VILLAGE_LEN };
	struct words_of *w = arena_alloc(arena, sizeof(*w));

	must(w != NULL);
	w->said = pairs_new(GLYPHS_MAX, arena);
	pairs_add(&w->said, GLYPHS_MAX, s->place, arena);
	pairs_add(&w->said, GLYPHS_MAX, s->text, arena);
	pairs_sort(&w->said);
	w->names = pairs_new(GLYPHS_MAX, arena);
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		const struct row_division *d = NULL;

		if (s->division.n >= levels[i])
			d = registry_division(
			    r, str_cut(s->division, 0, levels[i]), at);
		if (d == NULL)
			continue;
		pairs_add(&w->names, GLYPHS_MAX, d->name_zh, arena);
		if (levels[i] == VILLAGE_LEN)
			w->village = short_name(d->name_zh);
	}
	pairs_sort(&w->names);
	s->words = w;
}

static bool
pairs_hold(const struct pairs *p, uint64_t pair)
{
	size_t lo = 0, hi = p->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->v[mid] == pair)
			return true;
		if (p->v[mid] < pair)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* How two texts compare, the names of their places left out. */
struct likeness {
	size_t shared;
	size_t fewer; /* words of the shorter one */
};

static struct likeness
compare(const struct sighting *a, const struct sighting *b)
{
	const struct words_of *x = a->words, *y = b->words;
	size_t nx = 0, ny = 0;
	struct likeness l = { .shared = 0 };

	for (size_t i = 0; i < x->said.n; i++) {
		uint64_t pair = x->said.v[i];

		if (pairs_hold(&x->names, pair) || pairs_hold(&y->names, pair))
			continue;
		nx++;
		l.shared += pairs_hold(&y->said, pair);
	}
	for (size_t i = 0; i < y->said.n; i++)
		ny += !pairs_hold(&x->names, y->said.v[i]) &&
		      !pairs_hold(&y->names, y->said.v[i]);
	l.fewer = nx < ny ? nx : ny;
	return l;
}

static size_t
permille(const struct likeness *l)
{
	return l->fewer > 0 ? l->shared * 1000 / l->fewer : 0;
}

/* cos of a latitude, by its series: rules call no library for it. */
static double
cosine(double degrees)
{
	double x = degrees * 0.017453292519943295, q = x * x;

	return 1 - q / 2 + q * q / 24 - q * q * q / 720 + q * q * q * q / 40320;
}

static bool
is_within(const struct sighting *a, const struct sighting *b, int64_t metres)
{
	double dy = (a->lat - b->lat) * METRES_PER_DEGREE;
	double dx = (a->lon - b->lon) * METRES_PER_DEGREE * cosine(a->lat);
	double d = (double)metres;

	if ((a->lat == 0 && a->lon == 0) || (b->lat == 0 && b->lon == 0))
		return false;
	return dx * dx + dy * dy <= d * d;
}

/* The words of one name the village that the other's code says. */
static bool
names_village(const struct sighting *teller, const struct sighting *other)
{
	struct str village = other->words->village;

	return village.n > 0 &&
	       (str_search(teller->place, village) < teller->place.n ||
		   str_search(teller->text, village) < teller->text.n);
}

/* How well the places of two sightings are known to be one. */
enum nearness {
	NEAR_NOT,
	NEAR_TOWNSHIP, /* one of them says no more */
	NEAR_VILLAGE,
	NEAR_SPOT, /* by their coordinates */
};

static enum nearness
nearness(const struct sighting *a, const struct sighting *b, int64_t metres)
{
	size_t n =
	    a->division.n < b->division.n ? a->division.n : b->division.n;

	if (is_within(a, b, metres))
		return NEAR_SPOT;
	if (n > VILLAGE_LEN)
		n = VILLAGE_LEN;
	if (n < TOWNSHIP_LEN ||
	    !str_eq(str_cut(a->division, 0, n), str_cut(b->division, 0, n)))
		return NEAR_NOT;
	if (n == VILLAGE_LEN || names_village(a, b) || names_village(b, a))
		return NEAR_VILLAGE;
	return NEAR_TOWNSHIP;
}

/* The pack's numbers; see schemas/pack/numbers.def. */
struct measure {
	int64_t radius_m;
	size_t words;          /* shared, in the same village */
	size_t words_township; /* shared, where only the township is known */
	size_t words_unknown;  /* shared, while the matter is not known */
	size_t like_permille;  /* of the shorter text, then */
	size_t same_permille;  /* of it, when the same person says it again */
};

static size_t
number(const struct registry *r, const char *key, int64_t at, int64_t preset)
{
	int64_t v = registry_number(r, key, at, preset);

	return v > 0 ? (size_t)v : 0;
}

static struct measure
measure_of(const struct registry *r, int64_t at)
{
	return (struct measure){
		.radius_m = registry_number(r, "report.merge.radius_m", at, 0),
		.words = number(r, "report.merge.words.village", at, 1),
		.words_township =
		    number(r, "report.merge.words.township", at, 3),
		.words_unknown =
		    number(r, "report.merge.words.undecided", at, 6),
		.like_permille =
		    number(r, "report.merge.like_permille", at, 200),
		.same_permille =
		    number(r, "report.merge.same_permille", at, 600),
	};
}

/* Fills what speaks for NEW being about OLD's casefile; false: too little. */
static bool
speaks_for(const struct sighting *new, const struct sighting *old,
    const struct measure *m, struct duplicate *d)
{
	enum nearness near = nearness(new, old, m->radius_m);
	bool again = new->person.n > 0 && str_eq(new->person, old->person);
	struct likeness like;

	/* Most reports of a town: another village, another person. */
	if (near == NEAR_NOT && !again)
		return false;
	like = compare(new, old);
	again = again && like.shared >= m->words_township &&
		permille(&like) >= m->same_permille;
	*d = (struct duplicate){ .casefile = old->casefile,
		.matter = old->matter,
		.why = again               ? "same_text"
		       : near == NEAR_SPOT ? "same_place"
					   : "same_division",
		.score = like.shared + 1000 * again };
	d->sure =
	    again || (near >= NEAR_VILLAGE && like.shared >= m->words_unknown &&
			 permille(&like) >= m->like_permille);
	return again ||
	       like.shared >= (near == NEAR_NOT           ? SIZE_MAX
				  : near == NEAR_TOWNSHIP ? m->words_township
							  : m->words);
}

/* Whichever came in first: the desk may decide on them in any order. */
static bool
in_window(const struct registry *r, int64_t a, int64_t b)
{
	int64_t first = a < b ? a : b, last = a < b ? b : a;
	struct limit window = registry_limit(r, "report.merge.window", last);

	return calendar_due(registry_calendar(r), window, first, NULL) >= last;
}

/* Keeps V sorted, best first, each casefile once; returns how many. */
static size_t
keep(struct duplicate *v, size_t n, struct duplicate d)
{
	size_t i = 0;

	while (i < n && !str_eq(v[i].casefile, d.casefile))
		i++;
	if (i < n) {
		d.sure = d.sure || v[i].sure;
		v[i].sure = d.sure;
		if (v[i].score >= d.score)
			return n;
	} else if (n < DUPLICATES_MAX) {
		n++;
	} else if (v[--i].score >= d.score) {
		return n;
	}
	for (; i > 0 && v[i - 1].score < d.score; i--)
		v[i] = v[i - 1];
	v[i] = d;
	return n;
}

size_t
duplicates_find(const struct sighting *new, const struct sighting *old,
    size_t n, const struct registry *r, struct arena *arena,
    const struct duplicate **found)
{
	struct measure m = measure_of(r, new->at);
	struct duplicate *v = arena_alloc(arena, DUPLICATES_MAX * sizeof(*v));
	size_t n_found = 0;

	must(v != NULL);
	for (size_t i = 0; i < n; i++) {
		struct duplicate d;

		if (old[i].casefile.n == 0 ||
		    str_eq(old[i].report, new->report) ||
		    str_eq(old[i].casefile, new->report) ||
		    !in_window(r, new->at, old[i].at))
			continue;
		if (speaks_for(new, &old[i], &m, &d))
			n_found = keep(v, n_found, d);
	}
	*found = v;
	return n_found;
}

bool
duplicates_have_place(const struct row_matter *matter)
{
	return str_is(matter->kind, "event") ||
	       str_is(matter->kind, "enforcement") ||
	       str_is(matter->kind, "inspection");
}

const struct duplicate *
duplicates_with(
    const struct duplicate *v, size_t n, const struct row_matter *matter)
{
	for (size_t i = 0; i < n; i++) {
		bool again = strcmp(v[i].why, "same_text") == 0;

		if (str_eq(v[i].matter, matter->code) &&
		    (again || duplicates_have_place(matter)))
			return &v[i];
	}
	return NULL;
}

const struct duplicate *
duplicates_sure(const struct duplicate *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].sure)
			return &v[i];
	return NULL;
}
