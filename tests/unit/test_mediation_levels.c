/* The ladder: who sits on each rung, how one climbs, when time is over. */
#include "tests/lib/county.h"
#include "tests/lib/mediation_kit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct registry *county;
static struct arena *words;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	words = arena_new((size_t)16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&words);
	registry_free(&county);
	return 0;
}

static struct kit *
kit_at_place(const char *place, const char *matter)
{
	struct kit *k = kit_new(&mediation_machine, county);

	kit_place(k, place);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = CASE,
	    .matter = str_of(matter), .channel = STR("grid")));
	return k;
}

static void
test_it_begins_at_the_lowest_level_that_is_able(void **state)
{
	static const struct {
		const char *place;
		const char *matter;
		const char *changes;
		const char *level; /* "": there is no such committee */
		const char *unit;
	} rows[] = {
		/* clang-format off */
		{ VILLAGE "001", "DP-001", "unit=330122-GLZX", "village", VILLAGE "-MC" },
		{ VILLAGE, "DP-001", "unit=330122-GLZX", "village", VILLAGE "-MC" },
		{ "330122109", "DP-001", "unit=330122-GLZX", "township", "330122109-MC" },
		{ "330122", "DP-001", "unit=330122-GLZX", "county", "330122-MC" },
		{ VILLAGE "001", "DP-001", "level=group", "group", VILLAGE "-MC" },
		{ VILLAGE, "DP-001", "level=group", "", "" },
		{ "330122109", "DP-001", "level=village; unit=330122-GLZX", "", "" },
		{ "330122", "DP-001", "level=township; unit=330122-GLZX", "", "" },
		{ VILLAGE, "DP-001", "level=township", "township", "330122109-MC" },
		{ VILLAGE, "DP-001", "level=county", "county", "330122-MC" },
		/* Professional committees have their matters at once. */
		{ VILLAGE, "DP-007", "kind=medical", "county", "330122-MC-YL" },
		{ VILLAGE, "DP-009", "kind=labour; level=village", "village", VILLAGE "-MC" },
		/* A division without a committee of its own: one up. */
		{ "330122109999", "DP-001", "unit=330122-GLZX", "township", "330122109-MC" },
		/* A matter that the pack does not know. */
		{ VILLAGE, "XX-999", "", "village", VILLAGE "-MC" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = kit_at_place(rows[i].place, rows[i].matter);
		bool ok = mediation_send(
		    k, words, "mediation.apply", rows[i].changes);
		const struct msg_mediation_applied *m =
		    KIT_SAID(k, mediation_applied, 0);

		assert_int_equal(ok, rows[i].level[0] != '\0');
		if (ok) {
			assert_true(str_is(m->level, rows[i].level));
			assert_true(str_is(m->unit, rows[i].unit));
		} else {
			assert_string_equal(kit_refusal(k), "NO_COMMITTEE");
		}
		kit_free(&k);
	}
}

static void
check_level(struct kit *k, const char *level, const char *unit)
{
	const struct row_mediation *md = mediation_row(k);

	assert_true(str_is(md->level, level));
	assert_true(str_is(md->unit, unit));
}

static void
test_it_climbs_rung_by_rung_and_asks_consent_anew(void **state)
{
	struct kit *k = kit_at_place(VILLAGE "001", "DP-001");

	(void)state;
	assert_true(mediation_send(k, words, "mediation.apply", "level=group"));
	mediation_consent_all(k);
	check_level(k, "group", COMMITTEE);
	assert_true(mediation_do(k, &msg_mediation_climb_desc));
	check_level(k, "village", COMMITTEE);
	assert_string_equal(kit_state(k, M1), "applied");
	assert_int_equal(mediation_row(k)->consented.n, 0);
	mediation_consent_all(k);
	assert_true(mediation_do(k, &msg_mediation_climb_desc));
	check_level(k, "township", "330122109-MC");
	mediation_consent_all(k);
	/* The village has it no more. */
	assert_false(mediation_do(k, &msg_mediation_climb_desc));
	assert_string_equal(kit_refusal(k), "NOT_YOUR_UNIT");
	assert_true(
	    mediation_send(k, words, "mediation.climb", "unit=330122109-MC"));
	check_level(k, "county", "330122-MC");
	mediation_consent_all(k);
	assert_false(
	    mediation_send(k, words, "mediation.climb", "unit=330122-MC"));
	assert_string_equal(kit_refusal(k), "TOP_LEVEL");
	assert_int_equal(mediation_row(k)->climbs, 3);
	/* The whole time still runs from the first acceptance. */
	assert_string_equal(
	    kit_due(k, M1, "total"), "2026-04-17T23:59:59+08:00");
	assert_true(
	    mediation_send(k, words, "mediation.fail", "unit=330122-MC"));
	assert_true(str_is(KIT_SAID(k, mediation_ended, 0)->why, "failed"));
	assert_true(str_is(
	    KIT_SAID(k, mediation_ended, 0)->ways, "the court of the county"));
	assert_string_equal(kit_due(k, M1, "total"), "");
	kit_free(&k);
}

static void
test_a_level_that_runs_out_climbs_and_the_month_ends_it_all(void **state)
{
	struct kit *k = mediation_kit_in(county, "in_mediation");

	(void)state;
	(void)kit_run_until(k, "2026-03-26T08:00:00+08:00");
	check_level(k, "township", "330122109-MC");
	assert_string_equal(
	    kit_due(k, M1, "consent"), "2026-03-30T23:59:59+08:00");
	kit_at(k, "2026-03-30T09:00:00+08:00");
	mediation_consent_all(k);
	assert_string_equal(
	    kit_due(k, M1, "level"), "2026-04-06T23:59:59+08:00");
	/* 4 to 6 April are off: consent at the county until the 9th. */
	(void)kit_run_until(k, "2026-04-07T09:00:00+08:00");
	check_level(k, "county", "330122-MC");
	assert_string_equal(
	    kit_due(k, M1, "consent"), "2026-04-09T23:59:59+08:00");
	mediation_consent_all(k);
	/* Twenty days would end after the month. */
	assert_string_equal(
	    kit_due(k, M1, "level"), "2026-04-17T23:59:59+08:00");
	(void)kit_run_until(k, "2026-04-17T23:59:58+08:00");
	assert_string_equal(kit_state(k, M1), "in_mediation");
	(void)kit_run_until(k, "2026-04-18T00:00:00+08:00");
	assert_string_equal(kit_state(k, M1), "ended");
	assert_true(str_is(mediation_row(k)->why, "time_over"));
	assert_int_equal(mediation_row(k)->climbs, 2);
	kit_free(&k);
}

static void
test_at_the_top_it_goes_on_until_the_month_is_over(void **state)
{
	struct kit *k = mediation_kit_new(county);

	(void)state;
	assert_true(
	    mediation_send(k, words, "mediation.apply", "level=county"));
	mediation_consent_all(k);
	assert_string_equal(
	    kit_due(k, M1, "level"), "2026-04-07T23:59:59+08:00");
	(void)kit_run_until(k, "2026-04-17T23:59:58+08:00");
	assert_string_equal(kit_state(k, M1), "in_mediation");
	assert_true(mediation_send(
	    k, words, "agreement.make", "unit=330122-MC; officer=OF-TJ-0001"));
	kit_free(&k);
}

static void
test_consent_at_a_higher_level_may_not_outlast_the_month(void **state)
{
	struct kit *k = mediation_kit_new(county);

	(void)state;
	assert_true(
	    mediation_send(k, words, "mediation.apply", "level=township"));
	mediation_consent_all(k);
	kit_at(k, "2026-04-16T12:00:00+08:00");
	assert_true(
	    mediation_send(k, words, "mediation.climb", "unit=330122109-MC"));
	assert_string_equal(
	    kit_due(k, M1, "consent"), "2026-04-17T23:59:59+08:00");
	(void)kit_run_until(k, "2026-04-18T00:00:00+08:00");
	assert_string_equal(kit_state(k, M1), "ended");
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_it_begins_at_the_lowest_level_that_is_able),
		cmocka_unit_test(
		    test_it_climbs_rung_by_rung_and_asks_consent_anew),
		cmocka_unit_test(
		    test_a_level_that_runs_out_climbs_and_the_month_ends_it_all),
		cmocka_unit_test(
		    test_at_the_top_it_goes_on_until_the_month_is_over),
		cmocka_unit_test(
		    test_consent_at_a_higher_level_may_not_outlast_the_month),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
