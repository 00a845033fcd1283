/* Periods and rates: services/scoring/rules_score.c. */
#include "services/scoring/rules.h"
#include "tests/lib/score_county.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

/* Days of periods, as "from" and "to" show them. */
static void
check_period(
    int64_t start_day, const char *name, const char *from, const char *to)
{
	struct score_rule rule = score_huairou;
	struct registry *r;
	struct period p;
	char text[CLOCK_TEXT], a[40], b[40];

	rule.start_day = start_day;
	r = score_county(&rule);
	assert_int_equal(scoring_period(r, str_of(name), &p), PERIOD_OK);
	(void)snprintf(a, sizeof(a), "%sT00:00:00+08:00", from);
	(void)snprintf(b, sizeof(b), "%sT00:00:00+08:00", to);
	assert_string_equal(clock_format(p.from, text), a);
	assert_string_equal(clock_format(p.to, text), b);
	assert_true(str_is(p.name, name));
	registry_free(&r);
}

static void
test_a_period_is_named_for_the_month_of_its_last_day(void **state)
{
	(void)state;
	check_period(19, "2026-04", "2026-03-19", "2026-04-19");
	check_period(19, "2026-01", "2025-12-19", "2026-01-19");
	check_period(19, "2026-12", "2026-11-19", "2026-12-19");
	check_period(19, "2027-01", "2026-12-19", "2027-01-19");
	check_period(1, "2026-04", "2026-04-01", "2026-05-01");
	check_period(1, "2026-12", "2026-12-01", "2027-01-01");
	check_period(0, "2026-04", "2026-04-01", "2026-05-01");
	/* A month without that day begins on its last one. */
	check_period(31, "2026-03", "2026-02-28", "2026-03-31");
	check_period(31, "2028-03", "2028-02-29", "2028-03-31");
	check_period(31, "2026-05", "2026-04-30", "2026-05-31");
	check_period(2, "2026-02", "2026-01-02", "2026-02-02");
}

static void
test_periods_follow_each_other_without_a_gap(void **state)
{
	static const int64_t days[] = { 1, 2, 15, 19, 28, 29, 30, 31 };
	struct score_rule rule = score_huairou;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(days); i++) {
		struct registry *r;
		struct period p;
		int64_t last = 0;

		rule.start_day = days[i];
		r = score_county(&rule);
		for (int m = 0; m < 60; m++) {
			char name[16];

			(void)snprintf(name, sizeof(name), "%04d-%02d",
			    2026 + m / 12, m % 12 + 1);
			assert_int_equal(
			    scoring_period(r, str_of(name), &p), PERIOD_OK);
			assert_true(last == 0 || p.from == last);
			assert_true(p.to - p.from >= 28 * DAY_MS - 1);
			assert_true(p.to - p.from <= 31 * DAY_MS);
			last = p.to;
		}
		registry_free(&r);
	}
}

static void
test_every_instant_has_its_period(void **state)
{
	static const struct {
		const char *at;
		const char *name;
	} rows[] = {
		{ "2026-03-19T00:00:00+08:00", "2026-04" },
		{ "2026-03-18T23:59:59.999+08:00", "2026-03" },
		{ "2026-04-01T00:00:00+08:00", "2026-04" },
		{ "2026-04-18T23:59:59.999+08:00", "2026-04" },
		{ "2026-04-19T00:00:00+08:00", "2026-05" },
		{ "2026-12-18T12:00:00+08:00", "2026-12" },
		{ "2026-12-19T00:00:00+08:00", "2027-01" },
		{ "2026-12-31T23:59:59+08:00", "2027-01" },
		{ "2026-04-18T16:00:00Z", "2026-05" },
	};
	struct registry *r = score_county(&score_huairou);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[PERIOD_TEXT];
		struct period p;
		int64_t at = score_time(rows[i].at);

		assert_int_equal(scoring_period_at(r, at, text, &p), PERIOD_OK);
		assert_string_equal(text, rows[i].name);
		assert_true(at >= p.from && at < p.to);
	}
	registry_free(&r);
}

static void
test_what_is_no_month_is_no_period(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-4", "2026-00",
		"2026-13", "2026/04", "26-04", "1999-12", "3000-01",
		"2026-04-01", "-026-04", "2026--4", "20 6-04", "2026-0a",
		"latest" };
	struct registry *r = score_county(&score_huairou);
	struct period p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(
		    scoring_period(r, str_of(bad[i]), &p), PERIOD_NO_MONTH);
	/* No pack, no scheme. */
	assert_int_equal(
	    scoring_period(r, STR("2025-12"), &p), PERIOD_NO_SCHEME);
	registry_free(&r);
}

/*
 * Published percentages (rules.md 2.4.3, 5.2, 5.4, 5.5): part, whole, and
 * what was printed, in 1/10,000.
 */
static void
test_rates_are_those_of_the_bulletins(void **state)
{
	static const struct {
		int64_t part, whole, bp;
	} rows[] = {
		/* Gaoan 2023-10 */
		{ 1273, 1774, 7176 },
		{ 15, 1833, 82 },
		/* Gaoan 2022-09 */
		{ 121, 128, 9453 },
		{ 58, 72, 8056 },
		{ 31, 38, 8158 },
		{ 22, 33, 6667 },
		{ 25, 30, 8333 },
		/* Lianyungang 2019-06, 2017-04 */
		{ 25783, 29186, 8834 },
		{ 24165, 29186, 8280 },
		{ 23974, 24932, 9616 },
		{ 22345, 24932, 8962 },
		/* Lianyungang: the fractions behind its item scores */
		{ 2, 3, 6667 },
		{ 17, 22, 7727 },
		{ 12, 17, 7059 },
		{ 4, 5, 8000 },
		{ 5, 6, 8333 },
		{ 6, 7, 8571 },
		/* Fengcheng 2025-05 */
		{ 3112, 3456, 9005 },
		/* Huaibei 2021-03 */
		{ 4733, 9230, 5128 },
		{ 3162, 9230, 3426 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    scoring_bp(rows[i].part, rows[i].whole), rows[i].bp);
}

/* Ningguo 2022-04 prints whole per cent, of hotline closings alone. */
static void
test_the_denominator_is_part_of_the_score(void **state)
{
	static const struct {
		int64_t unhappy, hotline, all, percent;
	} rows[] = {
		{ 8, 87, 99, 9 },
		{ 6, 70, 77, 9 },
		{ 5, 66, 68, 8 },
		{ 3, 63, 68, 5 },
		{ 5, 39, 41, 13 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(
		    (scoring_bp(rows[i].unhappy, rows[i].hotline) + 50) / 100,
		    rows[i].percent);
	/* The other denominator gives another figure: 8.1 %, not 9.2 %. */
	assert_int_equal(scoring_bp(8, 87), 920);
	assert_int_equal(scoring_bp(8, 99), 808);
}

static void
test_rounding_is_half_up_of_the_exact_fraction(void **state)
{
	(void)state;
	assert_int_equal(scoring_bp(1, 32), 313);  /* 312.5 */
	assert_int_equal(scoring_bp(5, 32), 1563); /* 1562.5; not to even */
	assert_int_equal(scoring_bp(1, 3), 3333);
	assert_int_equal(scoring_bp(2, 3), 6667);
	assert_int_equal(scoring_bp(1, 30000), 0);
	assert_int_equal(scoring_bp(1, 20000), 1); /* 0.5 */
	assert_int_equal(scoring_bp(0, 7), 0);
	assert_int_equal(scoring_bp(7, 7), 10000);
	assert_int_equal(scoring_bp(0, 0), 0);
	assert_int_equal(scoring_bp(5, 0), 0);
	assert_int_equal(scoring_bp(999999999, 1000000000), 10000);
}

static void
test_counts_give_rates_and_composite(void **state)
{
	static const struct {
		const char *name;
		int64_t weight[3]; /* response, resolution, satisfaction */
		int64_t permille;
		int64_t valid, contacted, solved, satisfied, basic;
		int64_t bp[3];
		int64_t tenths;
	} rows[] = {
		/* clang-format off */
		{ "Huairou, checked by hand", { 10, 50, 40 }, 900,
		    50, 50, 45, 40, 6, { 10000, 9000, 9080 }, 913 },
		{ "S14, revision 1", { 10, 50, 40 }, 900,
		    24, 24, 21, 17, 5, { 10000, 8750, 8958 }, 896 },
		{ "S14, one casefile less", { 10, 50, 40 }, 900,
		    23, 23, 21, 17, 5, { 10000, 9130, 9348 }, 930 },
		{ "all is well", { 10, 50, 40 }, 900,
		    7, 7, 7, 7, 0, { 10000, 10000, 10000 }, 1000 },
		{ "nothing is", { 10, 50, 40 }, 900,
		    7, 0, 0, 0, 0, { 0, 0, 0 }, 0 },
		{ "nobody answered", { 10, 50, 40 }, 900,
		    0, 0, 0, 0, 0, { 0, 0, 0 }, 0 },
		{ "only basically satisfied", { 10, 50, 40 }, 900,
		    1, 1, 1, 0, 1, { 10000, 10000, 9000 }, 960 },
		{ "81.25 is 81.3, not 81.2", { 10, 50, 40 }, 900,
		    8, 8, 5, 8, 0, { 10000, 6250, 10000 }, 813 },
		{ "93.75 is 93.8", { 10, 50, 40 }, 900,
		    8, 8, 7, 8, 0, { 10000, 8750, 10000 }, 938 },
		{ "rounded once: 2/3 of each", { 10, 50, 40 }, 900,
		    3, 2, 2, 2, 0, { 6667, 6667, 6667 }, 667 },
		{ "Jungar's weights", { 30, 35, 35 }, 900,
		    50, 50, 45, 40, 6, { 10000, 9000, 9080 }, 933 },
		{ "basic counts nothing", { 10, 50, 40 }, 0,
		    4, 4, 4, 2, 2, { 10000, 10000, 5000 }, 800 },
		{ "basic counts all", { 10, 50, 40 }, 1000,
		    4, 4, 4, 2, 2, { 10000, 10000, 10000 }, 1000 },
		{ "a province's year", { 10, 50, 40 }, 900,
		    21430000, 21400000, 20800000, 20000000, 900000,
		    { 9986, 9706, 9711 }, 974 },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct row_score_scheme scheme = {
			.response = rows[i].weight[0],
			.resolution = rows[i].weight[1],
			.satisfaction = rows[i].weight[2],
			.basic_permille = rows[i].permille,
		};
		struct row_count c = { .valid = rows[i].valid,
			.contacted = rows[i].contacted,
			.solved = rows[i].solved,
			.satisfied = rows[i].satisfied,
			.basic = rows[i].basic };
		struct rates r = scoring_rates(&scheme, &c);

		if (r.response_bp != rows[i].bp[0] ||
		    r.resolution_bp != rows[i].bp[1] ||
		    r.satisfaction_bp != rows[i].bp[2] ||
		    r.composite_tenths != rows[i].tenths)
			fail_msg("%s: %d %d %d -> %d", rows[i].name,
			    (int)r.response_bp, (int)r.resolution_bp,
			    (int)r.satisfaction_bp, (int)r.composite_tenths);
	}
}

/* Rates never leave 0 to 100 %, nor a score 0 to 100, and more is better. */
static void
test_scores_stay_in_bounds_and_rise_with_the_counts(void **state)
{
	const struct row_score_scheme scheme = { .response = 10,
		.resolution = 50,
		.satisfaction = 40,
		.basic_permille = 900 };

	(void)state;
	for (int64_t v = 1; v <= 40; v++)
		for (int64_t s = 0; s <= v; s++) {
			struct row_count c = { .valid = v,
				.contacted = s,
				.solved = s,
				.satisfied = s,
				.basic = v - s };
			struct rates a = scoring_rates(&scheme, &c), b;

			assert_in_range(a.composite_tenths, 0, 1000);
			assert_in_range(a.satisfaction_bp, 9000, 10000);
			if (s == v)
				continue;
			c.solved++;
			b = scoring_rates(&scheme, &c);
			assert_true(b.composite_tenths >= a.composite_tenths);
			assert_true(b.resolution_bp > a.resolution_bp);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_period_is_named_for_the_month_of_its_last_day),
		cmocka_unit_test(test_periods_follow_each_other_without_a_gap),
		cmocka_unit_test(test_every_instant_has_its_period),
		cmocka_unit_test(test_what_is_no_month_is_no_period),
		cmocka_unit_test(test_rates_are_those_of_the_bulletins),
		cmocka_unit_test(test_the_denominator_is_part_of_the_score),
		cmocka_unit_test(
		    test_rounding_is_half_up_of_the_exact_fraction),
		cmocka_unit_test(test_counts_give_rates_and_composite),
		cmocka_unit_test(
		    test_scores_stay_in_bounds_and_rise_with_the_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
