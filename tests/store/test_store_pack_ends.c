/* What a later version of a pack may not just end: cadres, places, grids. */
#include "tests/lib/packkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The golden pack's one dispatched cadre, edited; what loading it exits with.
 */
static void
load_cadre(const char *version, const char *day, const char *edit, int want)
{
	packkit_change(
	    "sed -i 's/^version,.*/version,%s/; s/^valid_from,.*/"
	    "valid_from,%s/' pack.csv && sed -i '/^OF-6,/%s' officers.csv",
	    version, day, edit);
	packkit_load(packkit.dir, want);
}

static void
test_a_locked_cadre_is_not_taken_away(void **state)
{
	static const char refusal[] =
	    "OF-6 is locked at 990101100-M2: unlock first";

	(void)state;
	load_cadre("1", "2026-01-01", "s/x/x/", 0);
	load_cadre("2", "2026-04-01", "s/,990101100-M2,/,990101100-M3,/", 1);
	assert_non_null(strstr(packkit.output, refusal));
	load_cadre("2", "2026-04-01", "d", 1);
	assert_non_null(strstr(packkit.output, refusal));
	/* Unlocking is a version of its own. */
	load_cadre("2", "2026-04-01",
	    "s/,990101100-M2,\\(.*\\),yes,/,990101100-M3,\\1,no,/", 1);
	assert_non_null(strstr(packkit.output, refusal));
	packkit_expect("SELECT string_agg(unit || ' ' || pack, '; ') FROM"
		       " registry.officer WHERE id = 'OF-6'",
	    "990101100-M2 example 1");
}

static void
test_an_unlocked_cadre_may_go(void **state)
{
	(void)state;
	load_cadre("1", "2026-01-01", "s/x/x/", 0);
	load_cadre("2", "2026-04-01", "s/,yes,/,no,/", 0);
	load_cadre("3", "2026-05-01",
	    "s/,990101100-M2,\\(.*\\),yes,/"
	    ",990101100-M3,\\1,,/",
	    0);
	load_cadre("4", "2026-06-01", "d", 0);
	packkit_expect(
	    "SELECT string_agg(unit || ' ' || coalesce(locked, false) || ' '"
	    " || valid_to, '; ' ORDER BY valid_from)"
	    " FROM registry.officer WHERE id = 'OF-6'",
	    "990101100-M2 true 2026-04-01; 990101100-M2 false 2026-05-01; "
	    "990101100-M3 false 2026-06-01");
}

static void
test_a_locked_cadre_goes_on_with_the_post(void **state)
{
	(void)state;
	load_cadre("1", "2026-01-01", "s/x/x/", 0);
	packkit_change(VERSION("2", "2026-04-01",
	    "sed -i '/^OF-6,/s/,990101100-M2,/,990101100-M3,/' officers.csv &&"
	    " sed -i '/^990101100-M2,/s/,[^,]*$/,990101100-M3/' units.csv"));
	packkit_load(packkit.dir, 0);
	packkit_expect("SELECT unit FROM registry.officer WHERE id = 'OF-6' AND"
		       " valid_to IS NULL",
	    "990101100-M3");
}

/* Bing Village (丙村) goes into Ding Community (丁社区), with a grid of its
 * own. */
#define MERGED "sed -i '/^990101100201,/s/,[^,]*$/,990101001001/' divisions.csv"

static void
record(const char *state)
{
	scratch_run(packkit.scratch,
	    "INSERT INTO dispatcher.boundary (id, casefile, division, state, "
	    "title, kind, risk, unit, assessed_at) VALUES ('990101-26-0000001"
	    "/U1', '990101-26-0000001', '990101', '%s', 'x', 'adjust', 'low',"
	    " '990101-GOV', now()) ON CONFLICT (id) DO UPDATE SET state = "
	    "excluded.state",
	    state);
}

static void
test_a_change_of_boundaries_is_cleared_first(void **state)
{
	(void)state;
	packkit_change(VERSION("1", "2026-01-01", "true"));
	packkit_load(packkit.dir, 0);
	packkit_change(VERSION("2", "2026-04-01", MERGED));
	packkit_load(packkit.dir, 1);
	assert_non_null(strstr(packkit.output,
	    "990101100201 changes its boundaries: pack.csv names no"));
	packkit_change(VERSION("2", "2026-04-01",
	    MERGED " && echo boundary,990101-26-0000001/U1 >> pack.csv"));
	packkit_load(packkit.dir, 1);
	assert_non_null(
	    strstr(packkit.output, "is no record of a change, not"));
	record("assessed");
	packkit_load(packkit.dir, 1);
	assert_non_null(strstr(packkit.output, "/U1 is assessed, not cleared"));
	record("cleared");
	packkit_load(packkit.dir, 0);
	/* It tells its first day, and what it brings. */
	packkit_expect(
	    "SELECT (encode(envelope, 'escape') LIKE '%begins%' || "
	    "'2026-04-01T00:00:00+08:00%boundary%0000001/U1%')::text FROM "
	    "journal.event ORDER BY seq DESC LIMIT 1",
	    "true");
}

static void
test_grids_merge_with_a_record_and_other_words_need_none(void **state)
{
	(void)state;
	packkit_change(VERSION("1", "2026-01-01", "true"));
	packkit_load(packkit.dir, 0);
	packkit_change(VERSION("2", "2026-04-01",
	    "sed -i '/^990101001001901,/s/$/990101100201001/' grids.csv"));
	packkit_load(packkit.dir, 1);
	assert_non_null(
	    strstr(packkit.output, "990101001001901 changes its bound"));
	/* A name is no boundary. */
	packkit_change(VERSION("2", "2026-04-01",
	    "sed -i '/^990101100201,/s/丙村/柄村/' divisions.csv"));
	packkit_load(packkit.dir, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, packkit_empty)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_locked_cadre_is_not_taken_away),
		TEST(test_an_unlocked_cadre_may_go),
		TEST(test_a_locked_cadre_goes_on_with_the_post),
		TEST(test_a_change_of_boundaries_is_cleared_first),
		TEST(test_grids_merge_with_a_record_and_other_words_need_none),
	};

	if (!scratch_possible("test_store_pack_ends"))
		return 0;
	return cmocka_run_group_tests(tests, packkit_setup, packkit_teardown);
}
