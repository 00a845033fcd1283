/* Places, publication, and what it is refused for: rules_score.c. */
#include "services/scoring/rules.h"
#include "tests/lib/rulekit.h"
#include "tests/lib/score_county.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Lianyungang's county tables (rules.md 5.4): two bases are two groups. */
struct bulletin {
	const char *group;
	int64_t orders;
	int64_t score; /* hundredths */
	int64_t place;
};

static void
check_ranks(const struct bulletin *rows, size_t n)
{
	struct standing v[16];

	must(n <= ARRAY_LEN(v));
	for (size_t i = 0; i < n; i++)
		v[i] = (struct standing){ .group = str_of(rows[i].group),
			.score = rows[i].score,
			.count = rows[i].orders };
	scoring_rank(v, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(v[i].rank, rows[i].place);
}

static void
test_places_are_those_of_the_bulletins(void **state)
{
	static const struct bulletin february_2022[] = {
		{ "zone", 2133, 9465, 3 },
		{ "county", 1115, 14576, 1 },
		{ "county", 1268, 14442, 4 },
		{ "zone", 716, 10000, 1 },
		{ "county", 1955, 14535, 2 },
		{ "zone", 191, 9757, 2 },
		{ "zone", 8500, 9416, 4 },
		{ "county", 1857, 14469, 3 },
		{ "zone", 1068, 9375, 5 },
	};
	static const struct bulletin january_2023[] = {
		{ "zone", 1321, 9884, 1 },
		{ "zone", 1473, 9015, 5 },
		{ "zone", 1053, 9767, 2 },
		{ "zone", 8252, 9054, 4 },
		{ "zone", 198, 9412, 3 },
		{ "county", 2335, 14059, 3 },
		{ "county", 1417, 14768, 1 },
		{ "county", 2785, 14051, 4 },
		{ "county", 1735, 14537, 2 },
	};

	(void)state;
	check_ranks(february_2022, ARRAY_LEN(february_2022));
	check_ranks(january_2023, ARRAY_LEN(january_2023));
}

static void
test_equal_scores_go_by_count_and_equal_counts_share_a_place(void **state)
{
	static const struct bulletin rows[] = {
		{ "a", 10, 900, 2 },
		{ "a", 20, 900, 1 },
		{ "a", 10, 900, 2 },
		{ "a", 99, 899, 4 },
		{ "b", 0, 0, 1 },
	};
	struct standing v[] = { { .group = STR("a"), .score = 1 },
		{ .group = STR("b"), .score = 1 },
		{ .group = STR("a"), .score = 2 } };

	(void)state;
	check_ranks(rows, ARRAY_LEN(rows));
	scoring_rank(v, ARRAY_LEN(v));
	assert_int_equal(v[0].rank, 2);
	assert_int_equal(v[0].peers, 2);
	assert_int_equal(v[1].peers, 1);
	scoring_rank(v, 0);
}

#define BOARD .unit = STR("330122-D-KPB")

static const struct row_count april[] = {
	{ .unit = STR("330122109-T"),
	    .casefiles = 52,
	    .valid = 50,
	    .contacted = 50,
	    .solved = 45,
	    .satisfied = 40,
	    .basic = 6,
	    .late = 3,
	    .reopened = 2,
	    .calls_asked = 4,
	    .calls_in_time = 3 },
	{ .unit = STR("330122109001-V"),
	    .casefiles = 24,
	    .valid = 24,
	    .contacted = 24,
	    .solved = 21,
	    .satisfied = 17,
	    .basic = 5 },
	{ .unit = STR("330122109002-V"),
	    .casefiles = 23,
	    .valid = 23,
	    .contacted = 23,
	    .solved = 21,
	    .satisfied = 17,
	    .basic = 5 },
	{ .unit = STR("330122109003-V"), .casefiles = 4, .not_due = 4 },
	{ .unit = STR("330122999-GONE"),
	    .casefiles = 1,
	    .valid = 1,
	    .contacted = 1,
	    .solved = 1,
	    .satisfied = 1 },
};

static struct kit *
kit_with(const struct registry *r, const struct score_basis *b)
{
	struct kit *k = kit_new(&scoring_machine, r);

	kit_at(k, "2026-04-20T09:00:00+08:00");
	kit_place(k, "330122");
	kit_case(k, "330122-26-0000900");
	kit_extra(k, b);
	return k;
}

static void
check_published(const struct kit *k, size_t i, const char *unit, int64_t tenths,
    int64_t rank, int64_t peers)
{
	const struct msg_score_published *m = KIT_SAID(k, score_published, i);

	assert_non_null(m);
	assert_true(str_is(m->unit, unit));
	assert_int_equal(m->composite_tenths, tenths);
	assert_int_equal(m->rank, rank);
	assert_int_equal(m->peers, peers);
}

static void
test_each_unit_with_answers_is_published_among_its_kind(void **state)
{
	const struct score_basis basis = { 2, april, ARRAY_LEN(april) };
	struct registry *r = score_county(&score_huairou);
	struct kit *k = kit_with(r, &basis);
	const struct msg_score_published *m;
	const struct row_score *row;

	(void)state;
	assert_true(
	    KIT_SEND(k, score_publish, .period = STR("2026-04"), BOARD));
	assert_int_equal(kit_n(k), 4);
	check_published(k, 0, "330122109-T", 913, 1, 1);
	check_published(k, 1, "330122109001-V", 896, 2, 2);
	check_published(k, 2, "330122109002-V", 930, 1, 2);
	/* What the registry does not know is of no kind; it stands alone. */
	check_published(k, 3, "330122999-GONE", 1000, 1, 1);
	m = KIT_SAID(k, score_published, 0);
	assert_true(str_is(m->period, "2026-04"));
	assert_int_equal(m->revision, 3);
	assert_int_equal(m->casefiles, 52);
	assert_int_equal(m->valid, 50);
	assert_int_equal(m->response_bp, 10000);
	assert_int_equal(m->resolution_bp, 9000);
	assert_int_equal(m->satisfaction_bp, 9080);
	assert_int_equal(m->late, 3);
	assert_int_equal(m->reopened, 2);
	assert_int_equal(m->calls_asked, 4);
	assert_int_equal(m->calls_in_time, 3);
	assert_false(m->interim);
	row = (const struct row_score *)kit_row(k, "2026-04/330122109001-V");
	assert_non_null(row);
	assert_true(str_is(row->casefile, "330122-26-0000900"));
	assert_true(str_is(row->division, "330122109001"));
	assert_true(str_is(row->kind, "village_committee"));
	assert_int_equal(row->from_at, score_time("2026-03-19T00:00+08:00"));
	assert_int_equal(row->to_at, score_time("2026-04-19T00:00+08:00"));
	assert_int_equal(row->revision, 3);
	assert_string_equal(
	    kit_state(k, "2026-04/330122109001-V"), "published");
	assert_null(kit_row(k, "2026-04/330122109003-V"));
	kit_free(&k);
	registry_free(&r);
}

static void
test_a_period_may_be_published_before_its_end_and_again(void **state)
{
	struct score_basis basis = { 0, april, ARRAY_LEN(april) };
	struct registry *r = score_county(&score_huairou);
	struct kit *k = kit_with(r, &basis);

	(void)state;
	kit_at(k, "2026-04-18T23:59:59.999+08:00");
	assert_true(
	    KIT_SEND(k, score_publish, .period = STR("2026-04"), BOARD));
	assert_true(KIT_SAID(k, score_published, 0)->interim);
	assert_int_equal(KIT_SAID(k, score_published, 0)->revision, 1);
	/* Its number comes anew each time; should it not, the row gives way. */
	kit_at(k, "2026-04-19T00:00:00+08:00");
	basis.last_revision = 1;
	assert_true(
	    KIT_SEND(k, score_publish, .period = STR("2026-04"), BOARD));
	assert_false(KIT_SAID(k, score_published, 0)->interim);
	assert_int_equal(KIT_SAID(k, score_published, 0)->revision, 2);
	assert_int_equal(
	    ((const struct row_score *)kit_row(k, "2026-04/330122109-T"))
		->revision,
	    2);
	kit_free(&k);
	registry_free(&r);
}

static void
test_the_pack_may_score_an_idle_unit_with_nothing(void **state)
{
	const struct score_basis basis = { 0, april, ARRAY_LEN(april) };
	struct score_rule rule = score_huairou;
	struct registry *r;
	struct kit *k;

	(void)state;
	rule.without = "zero";
	r = score_county(&rule);
	k = kit_with(r, &basis);
	assert_true(
	    KIT_SEND(k, score_publish, .period = STR("2026-04"), BOARD));
	assert_int_equal(kit_n(k), 5);
	check_published(k, 3, "330122109003-V", 0, 3, 3);
	kit_free(&k);
	registry_free(&r);
}

static void
refuse_looks(struct kit *k)
{
	static const struct {
		const char *code;
		const char *span;
		const char *unit;
	} rows[] = {
		{ "UNKNOWN_UNIT", "2026-03-18", "330122-D-NONE" },
		{ "NOT_THE_COUNTY", "2026-03-18", "330122109-T" },
		{ "SPAN_BAD", "2026-02-30", "330122-D-KPB" },
		{ "SPAN_BAD", "2026-3-18", "330122-D-KPB" },
		{ "SPAN_BAD", "2026-13", "330122-D-KPB" },
		{ "SPAN_BAD", "yesterday", "330122-D-KPB" },
		{ "NO_SCHEME", "2025-11", "330122-D-KPB" },
		{ "SPAN_NOT_OVER", "2026-04-20", "330122-D-KPB" },
		{ "SPAN_NOT_OVER", "2026-05", "330122-D-KPB" },
	};

	kit_extra(k, NULL);
	kit_at(k, "2026-04-20T09:00:00+08:00");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_false(
		    KIT_SEND(k, warning_look, .span = str_of(rows[i].span),
			.unit = str_of(rows[i].unit)));
		assert_string_equal(kit_refusal(k), rows[i].code);
	}
}

static void
test_publishing_is_refused_with_its_reason(void **state)
{
	static const struct row_count idle[] = {
		{ .unit = STR("330122109003-V"), .casefiles = 4 },
	};
	static const struct score_basis some = { 0, april, ARRAY_LEN(april) };
	static const struct score_basis without_answers = { 0, idle, 1 };
	static const struct score_basis none = { 0, NULL, 0 };
	static const struct {
		const char *code;
		const char *period;
		const char *unit;
		const char *at;
		const struct score_basis *basis;
	} rows[] = {
		/* clang-format off */
		{ "UNKNOWN_UNIT", "2026-04", "330122-D-NONE",
		    "2026-04-20T09:00+08:00", &some },
		{ "NOT_THE_BOARD", "2026-04", "330122109-T",
		    "2026-04-20T09:00+08:00", &some },
		{ "NOT_THE_BOARD", "2026-04", "330122109001-V",
		    "2026-04-20T09:00+08:00", &some },
		{ "PERIOD_BAD", "2026-13", "330122-D-KPB",
		    "2026-04-20T09:00+08:00", &some },
		{ "PERIOD_BAD", "april", "330122-D-KPB",
		    "2026-04-20T09:00+08:00", NULL },
		{ "NO_SCHEME", "2025-11", "330122-D-KPB",
		    "2026-04-20T09:00+08:00", NULL },
		{ "PERIOD_NOT_BEGUN", "2026-06", "330122-D-KPB",
		    "2026-05-18T23:59:59+08:00", &some },
		{ "NOTHING_TO_SCORE", "2026-04", "330122-D-KPB",
		    "2026-04-20T09:00+08:00", &none },
		{ "NOTHING_TO_SCORE", "2026-04", "330122-D-KPB",
		    "2026-04-20T09:00+08:00", &without_answers },
		{ "NOTHING_TO_SCORE", "2026-04", "330122-D-KPB",
		    "2026-04-20T09:00+08:00", NULL },
		/* clang-format on */
	};
	struct registry *r = score_county(&score_huairou);
	struct kit *k = kit_with(r, NULL);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		kit_at(k, rows[i].at);
		kit_extra(k, rows[i].basis);
		assert_false(
		    KIT_SEND(k, score_publish, .period = str_of(rows[i].period),
			.unit = str_of(rows[i].unit)));
		assert_string_equal(kit_refusal(k), rows[i].code);
		assert_int_equal(kit_n(k), 1);
		assert_non_null(KIT_SAID(k, command_refused, 0));
	}
	refuse_looks(k);
	for (size_t i = 0; i < scoring_machine.n_reasons; i++)
		assert_true(
		    kit_has_refused(k, scoring_machine.reasons[i].code));
	/* A refused publication leaves nothing behind. */
	assert_null(kit_row(k, "2026-04/330122109-T"));
	kit_free(&k);
	registry_free(&r);
}

static void
test_the_tables_are_sound(void **state)
{
	const char *fault = machine_check(&scoring_machine);

	(void)state;
	if (fault != NULL)
		fail_msg("%s", fault);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places_are_those_of_the_bulletins),
		cmocka_unit_test(
		    test_equal_scores_go_by_count_and_equal_counts_share_a_place),
		cmocka_unit_test(
		    test_each_unit_with_answers_is_published_among_its_kind),
		cmocka_unit_test(
		    test_a_period_may_be_published_before_its_end_and_again),
		cmocka_unit_test(
		    test_the_pack_may_score_an_idle_unit_with_nothing),
		cmocka_unit_test(test_publishing_is_refused_with_its_reason),
		cmocka_unit_test(test_the_tables_are_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
