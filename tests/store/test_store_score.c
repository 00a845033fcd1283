/* huying score on a real database: what it shows, and what it finds. */
#include "cli/cli.h"
#include "tests/lib/score_live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct live live;

static int
setup(void **state)
{
	(void)state;
	live_open(&live);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	live_close(&live);
	return 0;
}

static void
must_be_the_same(void)
{
	int code = live_score(&live, "rebuild", NULL, NULL);

	if (code != EXIT_OK)
		fail_msg("exit %d\n%s", code, live.output);
	assert_non_null(strstr(live.output, "\nthe same\n"));
}

static void
must_differ(const char *how)
{
	int code = live_score(&live, "rebuild", NULL, NULL);

	if (code != EXIT_NOTHING || strstr(live.output, how) == NULL)
		fail_msg("exit %d, no '%s' in\n%s", code, how, live.output);
	assert_non_null(strstr(live.output, "NOT THE SAME"));
}

static void
test_rebuild_finds_every_difference(void **state)
{
	static const struct {
		const char *harm;
		const char *how;
	} rows[] = {
		{ "UPDATE scoring.tally SET late = NOT late WHERE id = "
		  "(SELECT min(id) FROM scoring.tally)",
		    "late is not what it was" },
		{ "UPDATE scoring.tally SET unit = 'x' WHERE id = "
		  "(SELECT max(id) FROM scoring.tally)",
		    "unit is not what it was" },
		{ "UPDATE scoring.tally SET at = at + interval '1 ms' "
		  "WHERE id = (SELECT max(id) FROM scoring.tally)",
		    "at is not what it was" },
		{ "DELETE FROM scoring.tally WHERE id = "
		  "(SELECT min(id) FROM scoring.tally)",
		    "is missing" },
		{ "INSERT INTO scoring.tally SELECT id || 'x', casefile, "
		  "division, state, unit, what, at, seq + 1000000, about, "
		  "late, contacted, solved, satisfied FROM scoring.tally "
		  "LIMIT 1",
		    "does not follow from the journal" },
		{ "INSERT INTO scoring.tally SELECT id || 'x', "
		  "'330122-26-9999999', division, state, unit, what, at, seq, "
		  "about, late, contacted, solved, satisfied "
		  "FROM scoring.tally LIMIT 1",
		    "does not follow from the journal" },
		{ "UPDATE scoring.score SET composite_tenths = 999 WHERE id = "
		  "(SELECT min(id) FROM scoring.score)",
		    "composite_tenths is not what it was" },
		{ "DELETE FROM scoring.score WHERE id = "
		  "(SELECT max(id) FROM scoring.score)",
		    "is missing" },
		{ "UPDATE scoring.score SET id = '2026-04/nobody' WHERE id = "
		  "(SELECT min(id) FROM scoring.score)",
		    "score 2026-04/nobody: does not follow" },
	};
	uint64_t dice = 42;

	(void)state;
	for (int i = 0; i < 10; i++)
		live_append_random(&live, &dice, 60);
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	must_be_the_same();
	live_script(&live, "CREATE TABLE t AS TABLE scoring.tally;"
			   "CREATE TABLE s AS TABLE scoring.score");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		live_script(&live, "%s", rows[i].harm);
		must_differ(rows[i].how);
		live_script(&live, "TRUNCATE scoring.tally, scoring.score;"
				   "INSERT INTO scoring.tally TABLE t;"
				   "INSERT INTO scoring.score TABLE s");
	}
	must_be_the_same();
}

/* The service is behind: what it has not seen is not missed. */
static void
test_rebuild_compares_with_what_the_service_has_seen(void **state)
{
	uint64_t dice = 5;

	(void)state;
	live_append_random(&live, &dice, 50);
	live_run(&live);
	live_append_random(&live, &dice, 50);
	(void)live_publish(&live, "2026-04", NULL);
	must_be_the_same();
	live_run(&live);
	must_be_the_same();
}

/* A batch of the fold ends in the middle of a casefile. */
static void
test_long_journals_are_folded_batch_by_batch(void **state)
{
	uint64_t dice = 3;

	(void)state;
	for (int i = 0; i < 200; i++)
		live_append_random(&live, &dice, 60);
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	must_be_the_same();
	assert_true(
	    live_number(&live, "SELECT count(*) FROM journal.event") > 12000);
}

static void
test_show_tells_scores_and_counts(void **state)
{
	const struct score_fact facts[] = {
		ANSWER(CASE_1, "330122109001-V", true),
		ANSWER(CASE_2, "330122109002-V", false),
		FACT("330122-26-0000003", call_unit_asked,
		    .call = STR("330122-26-0000003/C1"),
		    .unit = STR("330122-D-SCJ"), .role = STR("main"),
		    .sign_by = 1774000000000, .report_in_by = 1774000000000),
	};

	(void)state;
	assert_int_equal(live_score(&live, "show", NULL, NULL), EXIT_NOTHING);
	assert_non_null(strstr(live.output, "nothing was counted in period "
					    "2026-04"));
	(void)live_append(&live, facts, ARRAY_LEN(facts));
	live_run(&live);
	assert_int_equal(live_score(&live, "show", NULL, NULL), EXIT_OK);
	assert_non_null(strstr(live.output, "not published"));
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	assert_int_equal(live_score(&live, "show", NULL, NULL), EXIT_OK);
	assert_non_null(
	    strstr(live.output, "2026-04: 2026-03-19 to 2026-04-18"));
	assert_non_null(strstr(live.output, "revision 1"));
	assert_non_null(strstr(live.output,
	    "    1   100.0     100.00       100.00         100.00      1  "
	    "330122109001-V  大路村\n"));
	assert_non_null(strstr(live.output,
	    "    2    10.0     100.00         0.00           0.00      1  "
	    "330122109002-V  小路村\n"));
	assert_int_equal(
	    live_score(&live, "show", "--unit=330122-D-SCJ", NULL), EXIT_OK);
	assert_non_null(strstr(live.output, "       1  calls_asked"));
	assert_int_equal(
	    live_score(&live, "show", "--period=2026-05", NULL), EXIT_NOTHING);
	assert_int_equal(
	    live_score(&live, "show", "--period=may", NULL), EXIT_USAGE);
	assert_int_equal(live_score(&live, "show", "--json", NULL), EXIT_OK);
	assert_non_null(strstr(live.output, "\"composite_tenths\":1000"));
	assert_non_null(strstr(live.output, "\"score\":null"));
	assert_int_equal(live_score(&live, "rebuild", "--json", NULL), EXIT_OK);
	assert_non_null(strstr(live.output, "\"same\":true}"));
}

static void
test_wrong_usage_is_told(void **state)
{
	(void)state;
	assert_int_equal(live_score(&live, "--help", NULL, NULL), EXIT_OK);
	assert_non_null(strstr(live.output, "usage: huying score show"));
	assert_int_equal(live_score(&live, "publish", NULL, NULL), EXIT_USAGE);
	assert_int_equal(
	    live_score(&live, "rebuild", "--period", "2026-04"), EXIT_USAGE);
	assert_int_equal(
	    live_score(&live, "show", "--colour", NULL), EXIT_USAGE);
	assert_int_equal(
	    live_score(&live, "show", "--db", "host=/nowhere"), EXIT_CONNECT);
}

#define ON_A_DATABASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_DATABASE(test_rebuild_finds_every_difference),
		ON_A_DATABASE(
		    test_rebuild_compares_with_what_the_service_has_seen),
		ON_A_DATABASE(test_long_journals_are_folded_batch_by_batch),
		ON_A_DATABASE(test_show_tells_scores_and_counts),
		ON_A_DATABASE(test_wrong_usage_is_told),
	};

	if (!live_possible())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
