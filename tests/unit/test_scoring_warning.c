/* What a look at the figures warns of: rules_warning.c. */
#include "services/scoring/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CENTRE "330122-GLZX"
#define LOOK "330122-26-0000900"

static struct registry *county;

static struct kit *
kit_of(const void *basis)
{
	struct kit *k = kit_new(&scoring_machine, county);

	kit_case(k, LOOK);
	kit_extra(k, basis);
	kit_at(k, "2026-04-20T09:00:00+08:00");
	return k;
}

static bool
look(struct kit *k, const char *span)
{
	return KIT_SEND(
	    k, warning_look, .span = str_of(span), .unit = STR(CENTRE));
}

/* The I-th warning of KIND that the last look raised, or NULL. */
static const struct msg_warning_raised *
raised(const struct kit *k, const char *kind, size_t i)
{
	const struct msg_warning_raised *m;

	for (size_t n = 0; (m = KIT_SAID(k, warning_raised, n)) != NULL; n++)
		if (str_is(m->kind, kind) && i-- == 0)
			return m;
	return NULL;
}

/* Three are the first: two of them share the second place. */
static void
test_the_townships_with_the_most_demands(void **state)
{
	static const struct row_figure v[] = {
		{ .who = { "330122101", 9 }, .n = 7 },
		{ .who = { "330122102", 9 }, .n = 6 },
		{ .who = { "330122109", 9 }, .n = 12 },
		{ .who = { "330122110", 9 }, .n = 7 },
	};
	static const struct look_basis b = { .volumes = { v, ARRAY_LEN(v) } };
	struct kit *k = kit_of(&b);
	const struct msg_warning_raised *m;

	(void)state;
	assert_true(look(k, "2026-04-19"));
	assert_int_equal(KIT_SAID(k, warning_looked, 0)->raised, 3);
	assert_null(raised(k, "volume", 3));
	m = raised(k, "volume", 1);
	assert_true(str_is(m->unit, "330122109-CMD"));
	assert_true(str_is(m->place, "330122109"));
	assert_true(str_is(m->warning, LOOK "/W2"));
	assert_true(str_is(m->span, "2026-04-19"));
	assert_int_equal(m->value, 12);
	assert_string_equal(kit_state(k, LOOK "/W2"), "raised");
	kit_free(&k);
}

static void
test_few_demands_are_no_reason(void **state)
{
	static const struct row_figure v[] = { { .who = { "330122109", 9 },
	    .n = 4 } };
	static const struct look_basis b = { .volumes = { v, 1 } };
	struct kit *k = kit_of(&b);

	(void)state;
	assert_true(look(k, "2026-04-19"));
	assert_int_equal(KIT_SAID(k, warning_looked, 0)->raised, 0);
	kit_free(&k);
}

static void
test_one_problem_is_warned_of_once(void **state)
{
	static const struct row_figure v[] = {
		{ .who = { "330122109219", 12 },
		    .matter = { "EN-010", 6 },
		    .n = 3 },
		{ .who = { "330122109219", 12 },
		    .matter = { "CA-001", 6 },
		    .n = 5 },
	};
	static const struct row_alert before[] = { { .kind = { "cluster", 7 },
	    .unit = { "330122109-CMD", 13 },
	    .matter = { "CA-001", 6 },
	    .place = { "330122109219", 12 } } };
	static const struct look_basis b = {
		.clusters = { v, ARRAY_LEN(v) }, .warned = before, .n_warned = 1
	};
	struct kit *k = kit_of(&b);

	(void)state;
	assert_true(look(k, "2026-04-19"));
	assert_int_equal(KIT_SAID(k, warning_looked, 0)->raised, 1);
	assert_int_equal(KIT_SAID(k, warning_looked, 0)->before, 1);
	assert_true(str_is(raised(k, "cluster", 0)->matter, "EN-010"));
	assert_true(str_is(raised(k, "cluster", 0)->unit, "330122109-CMD"));
	kit_free(&k);
}

static void
test_every_third_red_in_a_row(void **state)
{
	static const struct {
		int64_t before, n;
		bool warned;
	} rows[] = { { 0, 2, false }, { 2, 3, true }, { 3, 5, false },
		{ 4, 7, true }, { 0, 9, true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct row_figure v = { .who = STR("330122-D-HBJ"),
			.n = rows[i].n,
			.before = rows[i].before };
		struct look_basis b = { .reds = { &v, 1 } };
		struct kit *k = kit_of(&b);

		assert_true(look(k, "2026-04-19"));
		assert_int_equal(raised(k, "reds", 0) != NULL, rows[i].warned);
		kit_free(&k);
	}
}

/* Every third grade that a caller left out. */
static void
test_three_grades_left_out_are_a_warning(void **state)
{
	static const struct row_figure v[] = {
		{ .who = { "330122109-CMD", 13 }, .n = 3, .before = 1 },
		{ .who = { "330122102-CMD", 13 }, .n = 2, .before = 0 },
		{ .who = { "330122101-CMD", 13 }, .n = 5, .before = 3 },
	};
	static const struct look_basis b = { .ungraded = { v, ARRAY_LEN(v) } };
	struct kit *k = kit_of(&b);
	const struct msg_warning_raised *m;

	(void)state;
	assert_true(look(k, "2026-04-19"));
	m = raised(k, "ungraded", 0);
	assert_true(str_is(m->unit, "330122109-CMD"));
	assert_int_equal(m->value, 3);
	assert_int_equal(m->threshold, 3);
	assert_null(raised(k, "ungraded", 1));
	kit_free(&k);
}

/* Fourteen command rooms, as 2026-04 left them. */
static void
fill_month(struct row_count c[14])
{
	size_t n = 0, i = 0;
	const struct row_unit *u;

	while (n < 14 &&
	       (u = registry_next(county, TABLE_unit,
		    county_time("2026-04-18T09:00:00+08:00"), &i)) != NULL)
		if (str_is(u->kind, "command_room")) {
			c[n] = (struct row_count){ .unit = u->code,
				.casefiles = 20,
				.valid = 20,
				.contacted = 20,
				.solved = 18,
				.satisfied = 18 };
			n++;
		}
	assert_int_equal(n, 14);
	c[4].solved = 10; /* last, and few are satisfied */
	c[4].satisfied = 12;
	c[7].valid = c[7].contacted = 2; /* nobody was asked, as it were */
	c[7].solved = c[7].satisfied = 0;
}

static void
test_a_month_is_looked_at_by_rate_and_place(void **state)
{
	struct row_count c[14];
	struct look_basis b = { .score = { 0, c, 14 } };
	struct kit *k;

	(void)state;
	fill_month(c);
	k = kit_of(&b);
	assert_true(look(k, "2026-04"));
	assert_true(str_eq(raised(k, "rank", 0)->unit, c[4].unit));
	assert_int_equal(raised(k, "rank", 0)->value, 13);
	assert_null(raised(k, "rank", 1));
	assert_true(str_eq(raised(k, "solved", 0)->unit, c[4].unit));
	assert_int_equal(raised(k, "solved", 0)->value, 5000);
	assert_null(raised(k, "solved", 1));
	assert_true(str_eq(raised(k, "satisfied", 0)->unit, c[4].unit));
	assert_true(str_eq(raised(k, "discontent", 0)->unit, c[4].unit));
	assert_int_equal(raised(k, "discontent", 0)->threshold, 7000);
	assert_null(raised(k, "discontent", 1));
	kit_free(&k);
}

static void
test_a_demand_is_noted_once_and_a_card_that_was_not_red_breaks_the_row(
    void **state)
{
	struct kit *k = kit_of(NULL);

	(void)state;
	for (int i = 0; i < 2; i++)
		(void)KIT_SEND(k, casefile_opened, .casefile = STR(LOOK),
		    .matter = STR("EN-010"), .channel = STR("grid"),
		    .pack = STR("tonglu"));
	assert_string_equal(kit_state(k, LOOK "/D1"), "counted");
	assert_string_equal(kit_state(k, LOOK "/D2"), "");
	assert_false(KIT_SEND(k, card_lifted, .card = STR(LOOK "/K1"),
	    .unit = STR(CENTRE), .colour = STR("red")));
	assert_true(KIT_SEND(k, card_lifted, .card = STR(LOOK "/K1"),
	    .unit = STR(CENTRE), .colour = STR("blue")));
	/* A grade that is missing counts against who called. */
	assert_true(KIT_SEND(k, call_unit_ungraded, .call = STR(LOOK "/C1"),
	    .unit = STR("330122-D-HBJ"), .room = STR("330122109-CMD")));
	kit_free(&k);
}

#define PACK "000000-26-0000001" /* where the first pack was announced */
#define WATCH PACK "/L1"

static bool
announce(struct kit *k)
{
	kit_case(k, PACK);
	kit_place(k, "");
	return KIT_SEND(
	    k, registry_changed, .pack = STR("tonglu"), .version = STR("1"));
}

/* The last day that was looked at. */
static void
assert_looked(const struct kit *k, const char *span, int64_t raised)
{
	const struct msg_warning_looked *m = KIT_SAID(k, warning_looked, 0);

	assert_non_null(m);
	assert_true(str_is(m->span, span));
	assert_int_equal(m->raised, raised);
}

static void
test_the_clock_looks_at_each_day_and_month(void **state)
{
	static const struct row_figure v[] = { { .who = { "330122109", 9 },
	    .n = 12 } };
	static const struct look_basis busy = { .volumes = { v, 1 } };
	static const bool watched = true;
	struct kit *k = kit_of(NULL);
	const struct msg_warning_raised *m;

	(void)state;
	kit_at(k, "2026-04-17T21:00:00+08:00");
	assert_true(announce(k));
	assert_int_equal(kit_run_until(k, "2026-04-18T00:00:01+08:00"), 1);
	assert_int_equal(kit_n(k), 0);
	assert_string_equal(
	    kit_due(k, WATCH, "day"), "2026-04-18T08:00:00+08:00");
	assert_string_equal(
	    kit_due(k, WATCH, "month"), "2026-04-19T08:00:00+08:00");

	/* What it warns of begins a casefile of its own. */
	kit_extra(k, &busy);
	assert_int_equal(kit_run_until(k, "2026-04-18T09:00:00+08:00"), 1);
	assert_looked(k, "2026-04-17", 1);
	m = raised(k, "volume", 0);
	assert_true(str_starts(m->warning, STR("330122-26-")));
	assert_true(str_is(m->unit, "330122109-CMD"));

	/* Every day, and the month when it is over. */
	kit_extra(k, NULL);
	assert_int_equal(kit_run_until(k, "2026-04-19T09:00:00+08:00"), 2);
	assert_string_equal(
	    kit_due(k, WATCH, "day"), "2026-04-20T08:00:00+08:00");
	assert_string_equal(
	    kit_due(k, WATCH, "month"), "2026-05-19T08:00:00+08:00");
	assert_int_equal(kit_total(k, &msg_warning_looked_desc), 3);

	/* Nobody was there for days: each of them is looked at. */
	kit_at(k, "2026-04-25T10:00:00+08:00");
	(void)kit_run_until(k, "2026-04-25T10:00:01+08:00");
	assert_looked(k, "2026-04-24", 0);
	assert_int_equal(kit_total(k, &msg_warning_looked_desc), 9);

	/* The next pack begins nothing anew. */
	kit_extra(k, &watched);
	assert_false(announce(k));
	kit_free(&k);
}

/* A pack of a later day: nothing is looked at before it is in force. */
static void
test_the_clock_waits_for_the_pack(void **state)
{
	struct kit *k = kit_of(NULL);

	(void)state;
	kit_at(k, "2025-12-30T21:00:00+08:00");
	assert_true(announce(k));
	(void)kit_run_until(k, "2025-12-31T12:00:00+08:00");
	assert_string_equal(kit_due(k, WATCH, "day"), "");
	assert_string_equal(
	    kit_due(k, WATCH, "begin"), "2026-01-01T00:00:00+08:00");
	(void)kit_run_until(k, "2026-01-01T00:00:01+08:00");
	assert_string_equal(
	    kit_due(k, WATCH, "day"), "2026-01-01T08:00:00+08:00");
	kit_free(&k);
}

static int
load(void **state)
{
	(void)state;
	county = county_new();
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	registry_free(&county);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_townships_with_the_most_demands),
		cmocka_unit_test(test_few_demands_are_no_reason),
		cmocka_unit_test(test_one_problem_is_warned_of_once),
		cmocka_unit_test(test_every_third_red_in_a_row),
		cmocka_unit_test(test_three_grades_left_out_are_a_warning),
		cmocka_unit_test(test_a_month_is_looked_at_by_rate_and_place),
		cmocka_unit_test(
		    test_a_demand_is_noted_once_and_a_card_that_was_not_red_breaks_the_row),
		cmocka_unit_test(test_the_clock_looks_at_each_day_and_month),
		cmocka_unit_test(test_the_clock_waits_for_the_pack),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
