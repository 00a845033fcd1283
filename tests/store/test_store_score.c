/* huying score and replay on a real database: what they show and find. */
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
	int code = live_replay(&live);

	if (code != EXIT_OK)
		fail_msg("exit %d\n%s", code, live.output);
	assert_non_null(strstr(live.output, ": the same\n"));
}

static void
test_a_replay_finds_every_difference(void **state)
{
	static const struct {
		const char *harm;
		const char *how;
	} rows[] = {
		{ "UPDATE scoring.tally SET late = NOT late WHERE id = (SELECT "
		  "id FROM scoring.tally ORDER BY id LIMIT 1)",
		    ": late is " },
		{ "UPDATE scoring.tally SET unit = 'x' WHERE id = (SELECT id "
		  "FROM scoring.tally ORDER BY id LIMIT 1 OFFSET 1)",
		    ": unit is x and should be 330122" },
		{ "UPDATE scoring.tally SET at = at + interval '1 ms' "
		  "WHERE id = (SELECT id FROM scoring.tally ORDER BY id "
		  "LIMIT 1 OFFSET 2)",
		    ": at is " },
		{ "DELETE FROM scoring.tally WHERE id = (SELECT id "
		  "FROM scoring.tally ORDER BY id LIMIT 1 OFFSET 3)",
		    "follows from the journal and is not stored" },
		{ "INSERT INTO scoring.tally SELECT id || 'x', casefile, "
		  "division, state, unit, what, at, seq + 1000000, about, "
		  "late, contacted, solved, satisfied FROM scoring.tally "
		  "LIMIT 1",
		    "x: does not follow from the journal" },
		{ "UPDATE scoring.score SET composite_tenths = 999 WHERE id = "
		  "(SELECT min(id) FROM scoring.score)",
		    "composite_tenths is 999 and should be " },
		{ "UPDATE scoring.score SET id = '2026-04/nobody' WHERE id = "
		  "(SELECT max(id) FROM scoring.score)",
		    "scoring.score 2026-04/nobody: does not follow" },
		{ "INSERT INTO run.deadline (service, thing, name, casefile, "
		  "division, kind, state, rule, armed_at, due_at, cause, "
		  "trace) VALUES ('scoring', 'x', 'y', 'z', '330122', 'duty', "
		  "'armed', 'natural:1h', now(), now(), 'c', 't')",
		    "run.deadline scoring/x/y: does not follow" },
	};
	uint64_t dice = 42;
	int code;

	(void)state;
	for (int i = 0; i < 10; i++)
		live_append_random(&live, &dice, 60);
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	must_be_the_same();
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		live_script(&live, "%s", rows[i].harm);
	code = live_replay(&live);
	assert_int_equal(code, EXIT_NOTHING);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strstr(live.output, rows[i].how) == NULL)
			fail_msg("no '%s' in\n%s", rows[i].how, live.output);
	/* The row under another name is one too many and one too few. */
	assert_non_null(strstr(live.output, "NOT THE SAME, 9 differences"));
}

/* The service is behind: what it has not seen is not missed. */
static void
test_a_replay_goes_as_far_as_the_service(void **state)
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

/* More than is read ahead at once. */
static void
test_a_long_journal_is_replayed(void **state)
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
}

static void
test_wrong_usage_is_told(void **state)
{
	(void)state;
	assert_int_equal(live_score(&live, "--help", NULL, NULL), EXIT_OK);
	assert_non_null(strstr(live.output, "usage: huying score show"));
	assert_int_equal(live_score(&live, "publish", NULL, NULL), EXIT_USAGE);
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
		ON_A_DATABASE(test_a_replay_finds_every_difference),
		ON_A_DATABASE(test_a_replay_goes_as_far_as_the_service),
		ON_A_DATABASE(test_a_long_journal_is_replayed),
		ON_A_DATABASE(test_show_tells_scores_and_counts),
		ON_A_DATABASE(test_wrong_usage_is_told),
	};

	if (!live_possible())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
