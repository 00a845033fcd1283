#include "common/registry/registry.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define S(literal) STR(literal)

static struct registry *county;
static int64_t now;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	now = county_time("2026-03-18T09:30+08:00");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	registry_free(&county);
	return 0;
}

static void
assert_str(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got), want);
}

/* A limit whose amount changed in April, and one that ended then. */
static struct registry *
dated(int64_t april)
{
	struct registry *r = registry_new();
	struct row_limit a = { .key = S("report.accept"),
		.clock = S("natural"),
		.amount = S("15m") };
	struct row_limit b = { .key = S("old.rule"),
		.clock = S("working-days"),
		.amount = S("5d") };
	struct row_limit c = {
		.key = S("tries"), .clock = S("none"), .amount = S("3")
	};

	registry_add(r, TABLE_limit, &c, 0, INT64_MAX);
	registry_add(r, TABLE_limit, &b, 1000, april);
	registry_add(r, TABLE_limit, &a, 1000, april);
	a.amount = S("20m");
	registry_add(r, TABLE_limit, &a, april, INT64_MAX);
	registry_seal(r, S("test 1"));
	return r;
}

static void
test_a_lookup_takes_the_row_of_its_day(void **state)
{
	int64_t april = county_time("2026-04-01T00:00+08:00");
	struct registry *r = dated(april);

	(void)state;
	assert_int_equal(
	    registry_limit(r, "report.accept", april - 1).amount, 15);
	assert_int_equal(registry_limit(r, "report.accept", april).amount, 20);
	assert_int_equal(
	    registry_limit(r, "report.accept", INT64_MAX - 1).amount, 20);
	/* Before the first day the first version counts. */
	assert_int_equal(registry_limit(r, "report.accept", 0).amount, 15);
	assert_int_equal(
	    registry_limit(r, "old.rule", april - 1).clock, LIMIT_WORKING_DAYS);
	assert_int_equal(registry_number(r, "tries", april, 9), 3);
	assert_int_equal(registry_number(r, "no.such", april, 9), 9);
	assert_int_equal(registry_number(r, "report.accept", april, 9), 9);
	assert_str(registry_version(r), "test 1");
	registry_free(&r);
	assert_null(r);
}

static void
test_an_empty_registry_knows_nothing(void **state)
{
	struct registry *r = registry_new();
	size_t n = 9;

	(void)state;
	registry_seal(r, S(""));
	assert_null(registry_unit(r, S("x"), now));
	assert_null(
	    registry_resolve(r, S("township"), S(""), S("330122109"), now));
	assert_null(registry_scheme(r, now));
	assert_null(registry_rows(r, TABLE_unit, &n));
	assert_int_equal(n, 0);
	assert_int_equal(registry_calendar(r)->n, 0);
	registry_free(&r);
}

static void
test_codes_are_cut_at_their_levels(void **state)
{
	static const struct {
		struct str inner, outer;
		bool inside;
	} table[] = {
		/* clang-format off */
		{ S("330122109215"), S("330122"),       true },
		{ S("330122109215"), S("330122109"),    true },
		{ S("330122109"),    S("330122109"),    true },
		{ S("330122109"),    S("330122109215"), false },
		{ S("330122109215"), S("33012210"),     false },
		{ S("330122109215"), S(""),             false },
		{ S("330123109215"), S("330122"),       false },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		assert_int_equal(
		    registry_inside(table[i].inner, table[i].outer),
		    table[i].inside);
	assert_str(registry_county_of(S("330122109215001")), "330122");
	assert_str(registry_township_of(S("330122109215001")), "330122109");
	assert_str(registry_township_of(S("330122")), "");
	assert_str(registry_at_tier(S("330122109215001"), S("village")),
	    "330122109215");
	assert_str(
	    registry_at_tier(S("330122109215001"), S("township")), "330122109");
	assert_str(registry_at_tier(S("330122109"), S("village")), "330122109");
	assert_str(registry_at_tier(S("330122109"), S("county")), "330122");
}

static void
test_places_are_named_from_the_township_down(void **state)
{
	struct arena *arena = arena_new(4096);

	(void)state;
	assert_str(registry_place(county, S("330122109215"), now, arena),
	    "分水镇大路村");
	assert_str(
	    registry_place(county, S("330122109"), now, arena), "分水镇");
	assert_str(registry_place(county, S("330122"), now, arena), "桐庐县");
	assert_str(registry_place(county, S("330122109215001"), now, arena),
	    "分水镇大路村第1网格");
	assert_str(registry_place(county, S("330122109215999"), now, arena),
	    "分水镇大路村");
	assert_str(
	    registry_place(county, S("330122109999"), now, arena), "分水镇");
	assert_str(registry_place(county, S("440100"), now, arena), "440100");
	arena_free(&arena);
}

static void
test_references_resolve_at_the_division(void **state)
{
	static const struct {
		struct str ref, module, division;
		const char *want; /* NULL: nobody */
	} table[] = {
		/* clang-format off */
		{ S("330122-D-SCJ"),      S(""), S("330122"),       "330122-D-SCJ" },
		{ S("330122-D-XXX"),      S(""), S("330122"),       NULL },
		{ S("village_committee"), S(""), S("330122109215"), "330122109215-V" },
		{ S("village_committee"), S(""), S("330122109215001"),
							    "330122109215-V" },
		{ S("village_committee"), S(""), S("330122003001"), "330122003001-C" },
		{ S("village_committee"), S(""), S("330122109"),    NULL },
		{ S("township"),          S(""), S("330122109215"), "330122109-T" },
		{ S("township"),          S(""), S("330122003"),    "330122003-T" },
		{ S("township"),          S(""), S("330122"),       NULL },
		{ S("command_room"),      S(""), S("330122109215"), "330122109-CMD" },
		{ S("leader_office"),     S(""), S("330122109215"), "330122109-LDR" },
		{ S("module"), S("peace_law"),      S("330122109215"), "330122109-M3" },
		{ S("module"), S("party_building"), S("330122109"),    "330122109-M1" },
		{ S("module"),            S(""), S("330122109"),    NULL },
		{ S("enforcement_team"),  S(""), S("330122112203"), "330122112-ZF" },
		{ S("enforcement_team"),  S(""), S("330122"),       NULL },
		{ S("police_station"),    S(""), S("330122109"),    "330122109-PCS" },
		{ S("justice_office"),    S(""), S("330122109"),    "330122109-SFS" },
		{ S("emergency_team"),    S(""), S("330122109"),    "330122109-EM" },
		{ S("contact_team"),      S(""), S("330122109"),    "330122109-CT" },
		{ S("mediation_committee"), S(""), S("330122109215001"),
							    "330122109215-MC" },
		{ S("mediation_committee"), S(""), S("330122109"),  "330122109-MC" },
		{ S("mediation_committee"), S(""), S("330122"),     "330122-MC" },
		{ S("dispatched_branch@330122-D-SCJ"), S(""), S("330122109215"),
							    "330122109-B-SJS" },
		/* Baijiang is covered from Fenshui. */
		{ S("dispatched_branch@330122-D-SCJ"), S(""), S("330122112"),
							    "330122109-B-SJS" },
		/* The court has no branch for Tongjun: the court itself. */
		{ S("dispatched_branch@330122-D-FY"), S(""), S("330122003"),
							    "330122-D-FY" },
		{ S("dispatched_branch@330122-D-SCJ"), S(""), S("330122"),
							    "330122-D-SCJ" },
		{ S("dispatched_branch@330122-D-XXX"), S(""), S("330122109"), NULL },
		{ S("nonsense"),          S(""), S("330122109"),    NULL },
		{ S(""),                  S(""), S(""),             NULL },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		const struct row_unit *u = registry_resolve(county,
		    table[i].ref, table[i].module, table[i].division, now);
		struct str got = u != NULL ? u->code : S("nobody");
		const char *want =
		    table[i].want != NULL ? table[i].want : "nobody";

		if (!str_is(got, want))
			fail_msg("%.*s at %.*s: %.*s, not %s",
			    STR_ARG(table[i].ref), STR_ARG(table[i].division),
			    STR_ARG(got), want);
	}
}

/* What pack check promises: nobody is left without somebody to ask. */
static void
test_every_matter_has_a_main_unit_in_every_village(void **state)
{
	const struct row_matter *m;
	const struct row_division *d;

	(void)state;
	for (size_t i = 0;
	     (m = registry_next(county, TABLE_matter, now, &i)) != NULL;)
		for (size_t k = 0; (d = registry_next(county, TABLE_division,
					now, &k)) != NULL;)
			if (d->code.n == 12)
				assert_non_null(registry_resolve(county,
				    m->main_unit, m->module, d->code, now));
}

static void
test_rows_are_found_by_code(void **state)
{
	const struct row_unit *u =
	    registry_unit(county, S("330122109-CMD"), now);

	(void)state;
	assert_str(u->name_zh, "分水镇综合信息指挥室");
	assert_true(u->duty24h);
	assert_str(
	    registry_matter(county, S("CA-001"), now)->title_zh, "暴露垃圾");
	assert_str(registry_officer(county, S("OF-GW-0001"), now)->grid,
	    "330122002200001");
	assert_int_equal(
	    registry_item(county, S("SR001"), now)->fine_max_fen, 50000);
	assert_str(
	    registry_division(county, S("330122109"), now)->kind, "township");
	assert_str(registry_county(county), "330122");
	assert_str(registry_version(county), "tonglu 2026.1");
	assert_null(registry_unit(county, S("330122109-CM"), now));
	assert_null(registry_unit(county, S("330122109-CMDX"), now));
	assert_null(registry_matter(county, S(""), now));
	/* The pack holds from 2026-01-01 in China on. */
	assert_null(registry_matter(
	    county, S("CA-001"), county_time("2025-12-31T23:59:59+08:00")));
	assert_non_null(registry_matter(
	    county, S("CA-001"), county_time("2026-01-01T00:00+08:00")));
}

static void
test_bundles_start_from_their_matters(void **state)
{
	(void)state;
	assert_str(registry_bundle_of(county, S("LB-001"), now)->code, "QX");
	assert_null(registry_bundle_of(county, S("CA-001"), now));
	assert_int_equal(registry_bundle(county, S("BJ"), now)->matters.n, 4);
	assert_str(registry_step(county, S("BJ-08"), now)->bundle, "BJ");
	assert_int_equal(
	    registry_step(county, S("BJ-08"), now)->depends_on.n, 3);
}

static void
test_somebody_is_always_on_duty_in_every_command_room(void **state)
{
	const struct row_unit *u;
	const struct row_officer *o;

	(void)state;
	for (size_t i = 0;
	     (u = registry_next(county, TABLE_unit, now, &i)) != NULL;) {
		size_t n = 0;

		if (!str_is(u->kind, "command_room"))
			continue;
		for (size_t k = 0; (o = registry_next(county, TABLE_officer,
					now, &k)) != NULL;)
			n += registry_on_duty(county, u->code, o->id, now);
		assert_int_equal(n, 1);
	}
	assert_false(
	    registry_on_duty(county, S("330122109-CMD"), S("OF-GW-0001"), now));
	assert_false(registry_on_duty(county, S("no"), S("no"), now));
}

static void
test_mergers_lead_to_the_successor(void **state)
{
	const struct str to_b[] = { S("990101002") };
	const struct str to_c[] = { S("990101003"), S("990101001") };
	const struct str to_self[] = { S("990101004") };
	const struct row_division rows[] = {
		{ .code = S("990101001"), .successors = { to_b, 1 } },
		{ .code = S("990101002"), .successors = { to_c, 2 } },
		{ .code = S("990101003") },
		{ .code = S("990101004"), .successors = { to_self, 1 } },
	};
	struct registry *r = registry_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		registry_add(r, TABLE_division, &rows[i], 0, INT64_MAX);
	registry_seal(r, S(""));
	assert_str(registry_successor(r, S("990101001"), now), "990101003");
	assert_str(registry_successor(r, S("990101003"), now), "990101003");
	assert_str(registry_successor(r, S("990101009"), now), "990101009");
	/* Not sound, but it ends. */
	assert_str(registry_successor(r, S("990101004"), now), "990101004");
	registry_free(&r);
}

static void
test_the_scheme_and_the_calendar_are_the_packs(void **state)
{
	const struct row_score_scheme *s = registry_scheme(county, now);
	const struct calendar *c = registry_calendar(county);

	(void)state;
	assert_int_equal(s->resolution, 50);
	assert_int_equal(s->basic_permille, 900);
	assert_int_equal(s->period_start_day, 19);
	assert_int_equal(c->last_day, clock_day_of(2026, 12, 31));
	assert_false(calendar_is_workday(c, clock_day_of(2026, 2, 17)));
	assert_true(calendar_is_workday(c, clock_day_of(2026, 2, 14)));
	assert_true(registry_is_surname(county, S("欧阳"), now));
	assert_true(registry_is_surname(county, S("俞"), now));
	assert_false(registry_is_surname(county, S("我"), now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_lookup_takes_the_row_of_its_day),
		cmocka_unit_test(test_an_empty_registry_knows_nothing),
		cmocka_unit_test(test_codes_are_cut_at_their_levels),
		cmocka_unit_test(test_places_are_named_from_the_township_down),
		cmocka_unit_test(test_references_resolve_at_the_division),
		cmocka_unit_test(
		    test_every_matter_has_a_main_unit_in_every_village),
		cmocka_unit_test(test_rows_are_found_by_code),
		cmocka_unit_test(test_bundles_start_from_their_matters),
		cmocka_unit_test(
		    test_somebody_is_always_on_duty_in_every_command_room),
		cmocka_unit_test(test_mergers_lead_to_the_successor),
		cmocka_unit_test(
		    test_the_scheme_and_the_calendar_are_the_packs),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
