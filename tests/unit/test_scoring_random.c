/* Scoring under random journals: order, sense, and that nothing breaks. */
#include "tests/lib/rulekit.h"
#include "tests/lib/score_facts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define RANDOM_FACTS 600

static size_t
random_journal(uint64_t seed, struct score_fact *v, struct arena *arena)
{
	int64_t at = score_time("2026-03-15T00:00+08:00");

	for (size_t i = 0; i < RANDOM_FACTS; i++) {
		v[i] = score_random_fact(&seed, 12, (int64_t)i + 1, at, arena);
		at += (int64_t)score_draw(&seed, 240) * MINUTE_MS;
	}
	return RANDOM_FACTS;
}

static struct buf
counts_text(struct score_fold *f, const char *period, int64_t until)
{
	struct score_basis b = score_fold_counts(f, period, until);
	struct buf out;

	buf_init(&out, (size_t)1 << 20);
	for (size_t i = 0; i < b.n; i++)
		msg_json(&row_count_desc, &b.counts[i], &out);
	return out;
}

static void
assert_same_counts(struct score_fold *a, struct score_fold *b)
{
	static const char *const periods[] = { "2026-03", "2026-04", "2026-05",
		"2026-06" };
	static const int64_t until[] = { 1, 100, 333, INT64_MAX };

	for (size_t i = 0; i < ARRAY_LEN(periods) * ARRAY_LEN(until); i++) {
		const char *period = periods[i % ARRAY_LEN(periods)];
		int64_t before_seq = until[i / ARRAY_LEN(periods)];
		struct buf x = counts_text(a, period, before_seq);
		struct buf y = counts_text(b, period, before_seq);

		assert_true(str_eq(buf_get(&x), buf_get(&y)));
		buf_fini(&x);
		buf_fini(&y);
	}
}

/* What looks back at the casefile's closings keeps its place among them. */
static bool
is_bound(const struct score_fact *f)
{
	return f->desc == &msg_casefile_closed_desc ||
	       f->desc == &msg_casefile_reopened_desc ||
	       f->desc == &msg_callback_lapsed_desc;
}

/* Puts the bound facts of each casefile back into their order. */
static void
restore_bound(struct score_fact *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; is_bound(&v[i]) && k < n; k++)
			if (is_bound(&v[k]) && v[k].seq < v[i].seq &&
			    strcmp(v[i].casefile, v[k].casefile) == 0) {
				struct score_fact swap = v[i];

				v[i] = v[k];
				v[k] = swap;
			}
}

static void
test_the_order_of_independent_facts_changes_nothing(void **state)
{
	struct registry *r = score_county(&score_huairou);

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct score_fact v[RANDOM_FACTS];
		size_t n = random_journal(seed, v, arena);
		uint64_t dice = seed * 77;
		struct score_fold a, b;

		score_fold_init(&a, r);
		score_fold_init(&b, r);
		for (size_t i = 0; i < n; i++)
			score_fold_apply(&a, &v[i]);
		for (size_t i = n - 1; i > 0; i--) {
			size_t k = score_draw(&dice, (unsigned)i + 1);
			struct score_fact swap = v[i];

			v[i] = v[k];
			v[k] = swap;
		}
		restore_bound(v, n);
		for (size_t i = 0; i < n; i++)
			score_fold_apply(&b, &v[i]);
		assert_same_counts(&a, &b);
		score_fold_fini(&a);
		score_fold_fini(&b);
		arena_free(&arena);
	}
	registry_free(&r);
}

static int64_t
sum_of(const struct row_count *c)
{
	int64_t n = 0;

	for (size_t i = 0; i < row_count_desc.n_fields; i++)
		if (row_count_desc.fields[i].type == WIRE_i64)
			n += *(const int64_t *)msg_at(
			    &row_count_desc.fields[i], c);
	return n;
}

static void
check_sense(const struct row_count *c)
{
	assert_in_range(c->contacted, 0, c->valid);
	assert_in_range(c->solved, 0, c->valid);
	assert_in_range(c->satisfied + c->basic, 0, c->valid);
	assert_in_range(c->late, 0, c->handled);
	assert_in_range(c->submitted_late, 0, c->submitted);
	assert_true(sum_of(c) > 0);
}

/* Casefiles are never asked twice, whatever comes in whatever order. */
static void
test_random_journals_make_sense(void **state)
{
	struct registry *r = score_county(&score_huairou);

	(void)state;
	for (uint64_t seed = 100; seed < 130; seed++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct score_fact v[RANDOM_FACTS];
		size_t n = random_journal(seed, v, arena);
		struct score_basis b;
		struct score_fold f;
		int64_t valid = 0;

		score_fold_init(&f, r);
		for (size_t i = 0; i < n; i++)
			score_fold_apply(&f, &v[i]);
		b = score_fold_counts(&f, "2026-04", INT64_MAX);
		assert_true(b.n > 0);
		for (size_t i = 0; i < b.n; i++) {
			check_sense(&b.counts[i]);
			valid += b.counts[i].valid;
			assert_true(i == 0 || str_cmp(b.counts[i - 1].unit,
						  b.counts[i].unit) < 0);
		}
		assert_in_range(valid, 0, f.n);
		score_fold_fini(&f);
		arena_free(&arena);
	}
	registry_free(&r);
}

/* Through the kit, which checks each fact that is said against its rows. */
static void
test_a_random_walk_breaks_nothing(void **state)
{
	static const char *const periods[] = { "2026-04", "2026-13", "",
		"2030-01", "2026-05", "2025-01" };
	static const char *const boards[] = { "330122-D-KPB", "330122109-T", "",
		"nobody" };
	static const struct row_count some[] = {
		{ .unit = STR("330122109-T"), .valid = 3, .contacted = 3 },
		{ .unit = STR("330122-D-SCJ"), .casefiles = 1 },
	};
	static const struct score_basis basis = { 0, some, 2 };
	struct registry *r = score_county(&score_huairou);
	struct arena *arena = arena_new((size_t)64 << 20);
	struct kit *k = kit_new(&scoring_machine, r);
	uint64_t seed = 4711;

	(void)state;
	kit_extra(k, &basis);
	for (int i = 0; i < 5000; i++) {
		struct score_fact f = score_random_fact(&seed, 12, i, 0, arena);

		kit_case(k, f.casefile);
		(void)kit_send(k, f.desc, f.msg);
		assert_int_equal(kit_n(k), 0);
		if (score_draw(&seed, 10) > 0)
			continue;
		(void)KIT_SEND(k, score_publish,
		    .period = str_of(periods[score_draw(&seed, 6)]),
		    .unit = str_of(boards[score_draw(&seed, 4)]));
		assert_int_equal(kit_n(k), 1);
	}
	kit_free(&k);
	arena_free(&arena);
	registry_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_the_order_of_independent_facts_changes_nothing),
		cmocka_unit_test(test_random_journals_make_sense),
		cmocka_unit_test(test_a_random_walk_breaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
