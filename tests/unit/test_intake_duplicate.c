/* Duplicates: the day's own, and what must not be taken for one. */
#include "services/intake/rules_duplicate.h"
#include "services/intake/rules_scrub.h"
#include "tests/lib/county.h"
#include "tests/lib/day.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct registry *registry;
static struct arena *arena;
static int64_t noon;

static int
open_all(void **state)
{
	(void)state;
	registry = county_new();
	arena = arena_new((size_t)256 << 20);
	noon = county_time("2026-03-18T12:00+08:00");
	return 0;
}

static int
close_all(void **state)
{
	(void)state;
	registry_free(&registry);
	arena_free(&arena);
	return 0;
}

/* What the desk found on the day, report by report. */
struct count {
	size_t right;
	size_t wrong;
	size_t missed;
};

static struct sighting
sighting_of(const struct day_report *r, struct words *words)
{
	struct sighting s = {
		.report = r->id,
		.casefile = r->id,
		.matter = r->matter,
		.division = r->division,
		.place = scrub_text(words, r->place, &r->given, arena),
		.text = scrub_text(words, r->text, &r->given, arena),
		.person = r->given.phone,
		.lat = r->lat,
		.lon = r->lon,
		.at = r->at,
	};

	sighting_read(&s, registry, s.at, arena);
	return s;
}

/* The report that all its duplicates go back to. */
static struct str
root_of(const struct day *day, struct str id)
{
	for (size_t i = 0; i < day->n; i++)
		if (str_eq(day->v[i].id, id))
			return day->v[i].duplicate_of.n > 0
				   ? root_of(day, day->v[i].duplicate_of)
				   : id;
	return id;
}

static const struct duplicate *
best(const struct sighting *s, const struct sighting *old, size_t n,
    bool matter_known)
{
	const struct duplicate *v;
	size_t k = duplicates_find(s, old, n, registry, arena, &v);

	return matter_known ? duplicates_with(v, k,
				  registry_matter(registry, s->matter, s->at))
			    : duplicates_sure(v, k);
}

static struct count
count_day(bool matter_known)
{
	struct words *words = words_new(registry, noon, arena);
	struct day day = day_load(arena);
	struct sighting *seen = arena_alloc(arena, day.n * sizeof(*seen));
	struct count c = { 0, 0, 0 };
	size_t n = 0;

	assert_non_null(seen);
	for (size_t i = 0; i < day.n; i++) {
		const struct day_report *r = &day.v[i];
		const struct duplicate *d;
		struct sighting *s = &seen[n];

		if (r->matter.n == 0)
			continue;
		*s = sighting_of(r, words);
		d = best(s, seen, n++, matter_known);
		if (d == NULL) {
			c.missed += r->duplicate_of.n > 0;
			continue;
		}
		if (str_eq(root_of(&day, d->casefile), root_of(&day, r->id)))
			c.right++;
		else
			c.wrong++;
		s->casefile = d->casefile;
	}
	return c;
}

static void
test_the_days_duplicates_are_found(void **state)
{
	struct count known = count_day(true), open = count_day(false);

	(void)state;
	print_message("matter known: %zu right, %zu wrong, %zu missed\n",
	    known.right, known.wrong, known.missed);
	print_message("matter open: %zu right, %zu wrong, %zu missed\n",
	    open.right, open.wrong, open.missed);
	/* A wrong merge loses a report: nine of ten must be right. */
	assert_true(known.right >= 9 * known.wrong);
	assert_true(known.right >= 16);
	assert_int_equal(open.wrong, 0);
	assert_true(open.right >= 2);
}

static struct sighting
report(
    const char *id, const char *division, const char *place, const char *text)
{
	struct sighting s = {
		.report = str_of(id),
		.casefile = str_of(id),
		.matter = STR("PU-011"),
		.division = str_of(division),
		.place = str_of(place),
		.text = str_of(text),
		.at = noon,
	};

	return s;
}

/* How two reports lie; the second is found to be of the first, or not. */
static const struct duplicate *
found(struct sighting a, struct sighting b, size_t *n)
{
	const struct duplicate *v;

	sighting_read(&a, registry, noon, arena);
	sighting_read(&b, registry, noon, arena);
	*n = duplicates_find(&b, &a, 1, registry, arena, &v);
	return v;
}

static void
test_place_and_words_must_both_agree(void **state)
{
	static const struct {
		const char *division, *place, *text;
		bool found;
	} rows[] = {
		{ "330122109215", "大路村", "路灯不亮好几天", true },
		{ "330122109215001", "村口", "路灯坏了", true },
		/* Nothing in common but the village. */
		{ "330122109215", "大路村", "井盖没了", false },
		/* Only the township is known; the village is named, or not. */
		{ "330122109", "分水镇", "大路村的路灯坏了", true },
		{ "330122109", "分水镇", "路灯坏了", false },
		{ "330122109", "", "村口那排路灯不亮，晚上看不见", true },
		/* Elsewhere. */
		{ "330122109216", "", "村口那排路灯不亮，晚上看不见", false },
		{ "330122", "大路村", "村口那排路灯不亮", false },
	};
	struct sighting first = report("A", "330122109215", "大路村村口",
	    "村口那排路灯不亮，晚上看不见路");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n;

		(void)found(first,
		    report("B", rows[i].division, rows[i].place, rows[i].text),
		    &n);
		if (n != rows[i].found)
			print_error("%s\n", rows[i].text);
		assert_int_equal(n, rows[i].found);
	}
}

static void
test_coordinates_join_what_divisions_part(void **state)
{
	struct sighting a = report("A", "330122109215", "", "路灯不亮");
	struct sighting b = report("B", "330122109216", "", "路灯不亮");
	size_t n;

	(void)state;
	a.lat = b.lat = 29.93;
	a.lon = b.lon = 119.43;
	b.lat += 0.0017; /* 189 m */
	assert_string_equal(found(a, b, &n)->why, "same_place");
	assert_int_equal(n, 1);
	b.lat += 0.0002; /* 211 m */
	(void)found(a, b, &n);
	assert_int_equal(n, 0);
	b.lat = a.lat;
	b.lon += 0.00206; /* 199 m at this latitude */
	(void)found(a, b, &n);
	assert_int_equal(n, 1);
	b.lon += 0.0001;
	(void)found(a, b, &n);
	assert_int_equal(n, 0);
}

static void
test_only_the_last_day_counts(void **state)
{
	struct sighting a = report("A", "330122109215", "", "路灯不亮");
	struct sighting b = report("B", "330122109215", "", "路灯不亮");
	size_t n;

	(void)state;
	a.at = noon - DAY_MS;
	(void)found(a, b, &n);
	assert_int_equal(n, 1);
	a.at = noon - DAY_MS - MINUTE_MS;
	(void)found(a, b, &n);
	assert_int_equal(n, 0);
	/* What is not open has no casefile; nothing is its own duplicate. */
	a.at = noon;
	a.casefile = STR("");
	(void)found(a, b, &n);
	assert_int_equal(n, 0);
	(void)found(b, b, &n);
	assert_int_equal(n, 0);
}

static void
test_the_same_person_may_say_it_again(void **state)
{
	struct sighting a = report(
	    "A", "330122109215", "", "隔壁的酒吧半夜还在放音乐，没法睡觉");
	struct sighting b = report(
	    "B", "330122002", "", "隔壁酒吧半夜还在放音乐，没法睡觉，快来管管");
	size_t n;

	(void)state;
	(void)found(a, b, &n);
	assert_int_equal(n, 0);
	a.person = b.person = STR("0011");
	assert_string_equal(found(a, b, &n)->why, "same_text");
	assert_int_equal(n, 1);
	assert_true(found(a, b, &n)->sure);
	b.person = STR("0022");
	(void)found(a, b, &n);
	assert_int_equal(n, 0);
}

static void
test_the_best_comes_first_and_each_once(void **state)
{
	struct sighting old[40], b;
	const struct duplicate *v;
	char ids[40][8];
	size_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(old); i++) {
		ids[i][0] = (char)('a' + i / 10);
		ids[i][1] = (char)('0' + i % 10);
		ids[i][2] = '\0';
		old[i] = report(ids[i], "330122109215", "",
		    i == 23 ? "路灯不亮晚上看不见" : "路灯不亮");
		if (i < 5)
			old[i].casefile = STR("a0");
		sighting_read(&old[i], registry, noon, arena);
	}
	b = report("B", "330122109215", "", "路灯不亮晚上看不见路");
	sighting_read(&b, registry, noon, arena);
	n = duplicates_find(&b, old, ARRAY_LEN(old), registry, arena, &v);
	assert_int_equal(n, 16);
	assert_true(str_is(v[0].casefile, ids[23]));
	for (size_t i = 1; i < n; i++) {
		assert_true(v[i].score <= v[i - 1].score);
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(v[i].casefile, v[k].casefile));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_days_duplicates_are_found),
		cmocka_unit_test(test_place_and_words_must_both_agree),
		cmocka_unit_test(test_coordinates_join_what_divisions_part),
		cmocka_unit_test(test_only_the_last_day_counts),
		cmocka_unit_test(test_the_same_person_may_say_it_again),
		cmocka_unit_test(test_the_best_comes_first_and_each_once),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
