/*
 * Scoring in a real database: through the real loop of common/run, and once
 * more from the journal by `huying score rebuild`.
 */
#include "cli/cli.h"
#include "tests/lib/score_live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct live live;
static char output[1 << 18]; /* of the last command */

static int
setup(void **state)
{
	(void)state;
	live_open(&live);
	assert_int_equal(setenv("HUYING_DB", live.dsn, 1), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	live_close(&live);
	return 0;
}

/* huying score A B C; both outputs into OUTPUT; the exit code. */
static int
score(const char *a, const char *b, const char *c)
{
	const char *words[] = { "score", a, b, c, NULL };
	char *argv[5] = { NULL };
	int argc = 0, out, err, code;
	FILE *f = tmpfile();
	size_t n;

	assert_non_null(f);
	for (; words[argc] != NULL; argc++)
		argv[argc] = xstrdup(words[argc]);
	(void)fflush(stdout);
	out = dup(1);
	err = dup(2);
	assert_true(dup2(fileno(f), 1) == 1 && dup2(fileno(f), 2) == 2);
	code = cmd_score(argc, argv);
	(void)fflush(stdout);
	assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	(void)close(out);
	(void)close(err);
	rewind(f);
	n = fread(output, 1, sizeof(output) - 1, f);
	output[n] = '\0';
	(void)fclose(f);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return code;
}

static void
must_be_the_same(void)
{
	int code = score("rebuild", NULL, NULL);

	if (code != EXIT_OK)
		fail_msg("exit %d\n%s", code, output);
	assert_non_null(strstr(output, "\nthe same\n"));
}

static void
must_differ(const char *how)
{
	int code = score("rebuild", NULL, NULL);

	if (code != EXIT_NOTHING || strstr(output, how) == NULL)
		fail_msg("exit %d, no '%s' in\n%s", code, how, output);
	assert_non_null(strstr(output, "NOT THE SAME"));
}

/* N random facts at the clock's time. */
static void
append_random(uint64_t *seed, size_t n)
{
	struct score_fact v[64];

	must(n > 0 && n <= ARRAY_LEN(v));
	for (size_t i = 0; i < n; i++)
		v[i] = score_random_fact(seed, 40, 0, 0, live.arena);
	(void)live_append(&live, v, n);
}

#define FACT(casefile, m, ...)                                                 \
	(struct score_fact)                                                    \
	{                                                                      \
		casefile, 0, 0, &msg_##m##_desc, &(const struct msg_##m)       \
		{                                                              \
			__VA_ARGS__                                            \
		}                                                              \
	}
#define ANSWER(casefile, who, yes)                                             \
	FACT(casefile, callback_recorded, .callback = STR(casefile "/A1"),     \
	    .unit = STR(who), .outcome = STR("solved"), .contacted = true,     \
	    .solved = yes, .satisfied = (yes) ? STR("yes") : STR("no"))
#define CASE_1 "330122-26-0000001"
#define CASE_2 "330122-26-0000002"

/* All slots, random facts, interim and final scores, odd batches. */
static void
test_live_rows_are_those_of_the_journal_after_anything(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		uint64_t dice = seed;
		int64_t at = score_time("2026-03-10T00:00+08:00");

		(void)setup(NULL);
		for (int i = 0; i < 60; i++) {
			live_at(&live, at);
			append_random(&dice, 1 + score_draw(&dice, 60));
			at += (int64_t)score_draw(&dice, 20) * HOUR_MS;
			if (score_draw(&dice, 6) == 0)
				(void)live_publish(&live, "2026-04",
				    score_draw(&dice, 2) > 0 ? CASE_1 : NULL);
			if (score_draw(&dice, 20) == 0)
				(void)live_publish(&live, "2026-05", NULL);
			if (score_draw(&dice, 3) == 0)
				live_run(&live);
		}
		live_at(&live, score_time("2026-05-20T00:00+08:00"));
		(void)live_publish(&live, "2026-04", NULL);
		(void)live_publish(&live, "2026-05", NULL);
		live_run(&live);
		must_be_the_same();
		assert_true(live_number(&live,
				"SELECT count(*) FROM scoring.tally") > 1000);
		assert_true(live_number(&live,
				"SELECT max(revision) FROM scoring.score") > 2);
		(void)teardown(NULL);
	}
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
		append_random(&dice, 60);
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

/* One commit, one batch: facts, the command, and facts behind it. */
static void
test_what_lies_behind_the_command_does_not_count(void **state)
{
	const struct score_fact before[] = {
		ANSWER(CASE_1, "330122109001-V", false),
		ANSWER(CASE_2, "330122109001-V", true),
	};
	const struct score_fact behind[] = {
		ANSWER(CASE_1, "330122109001-V", true),
		ANSWER("330122-26-0000003", "330122109001-V", true),
	};

	(void)state;
	(void)live_append(&live, before, 2);
	(void)live_publish(&live, "2026-04", NULL);
	(void)live_append(&live, behind, 2);
	live_run(&live);
	assert_int_equal(
	    live_number(&live, "SELECT valid FROM scoring.score"), 2);
	assert_int_equal(
	    live_number(&live, "SELECT resolution_bp FROM scoring.score"),
	    5000);
	assert_int_equal(live_number(&live,
			     "SELECT interim::int::bigint FROM scoring.score"),
	    1);
	must_be_the_same();
	/* The next revision, of the whole period. */
	live_at(&live, score_time("2026-04-19T00:00+08:00"));
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	assert_int_equal(
	    live_number(&live, "SELECT valid FROM scoring.score"), 3);
	assert_int_equal(
	    live_number(&live, "SELECT revision FROM scoring.score"), 2);
	assert_int_equal(live_number(&live,
			     "SELECT interim::int::bigint FROM scoring.score"),
	    0);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM journal.event "
			       "WHERE type = 'score.published' "
			       "AND division = '330122109001'"),
	    2);
	must_be_the_same();
}

/* Facts of a period that has ended never change it again. */
static void
test_an_ended_period_stays_as_it_is(void **state)
{
	const struct score_fact fact = ANSWER(CASE_1, "330122109001-V", false);
	const struct score_fact late = ANSWER(CASE_1, "330122109001-V", true);

	(void)state;
	live_at(&live, score_time("2026-04-18T23:59:59.999+08:00"));
	(void)live_append(&live, &fact, 1);
	live_at(&live, score_time("2026-04-19T00:00:00+08:00"));
	(void)live_append(&live, &late, 1);
	(void)live_publish(&live, "2026-04", NULL);
	(void)live_publish(&live, "2026-05", NULL);
	live_run(&live);
	assert_int_equal(live_number(&live, "SELECT solved FROM scoring.score "
					    "WHERE period = '2026-04'"),
	    0);
	assert_int_equal(live_number(&live, "SELECT solved FROM scoring.score "
					    "WHERE period = '2026-05'"),
	    1);
	must_be_the_same();
}

/* Another instance holds some slots; it has not come so far. */
static void
test_publication_waits_for_slots_in_other_hands(void **state)
{
	struct score_fact facts[16];
	uint64_t dice = 7;
	struct db *other = NULL;
	struct err e;
	bool did;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		facts[i] = (struct score_fact){
			arena_printf(live.arena, "330122-26-%07zu", i).p, 0, 0,
			&msg_callback_recorded_desc,
			score_kinds[score_kinds_n - 1].msg
		};
	(void)live_append(&live, facts, ARRAY_LEN(facts));
	assert_int_equal(db_open(&other, live.dsn, "other", &e), RC_OK);
	assert_int_equal(db_script(other,
			     "BEGIN; SELECT FROM run.cursor WHERE "
			     "service = 'scoring' AND slot >= 4 FOR UPDATE",
			     &e),
	    RC_OK);
	live_run(&live);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM scoring.tally"), 8);
	/* Its own slot, the others', and none: always one that must wait. */
	(void)live_publish(&live, "2026-04", "330122-26-0000008");
	assert_int_equal(live_batch(&live, &did), RC_RETRY);
	assert_int_equal(live_batch(&live, &did), RC_RETRY);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM scoring.score"), 0);
	assert_int_equal(db_script(other, "COMMIT", &e), RC_OK);
	db_close(&other);
	append_random(&dice, 20);
	live_run(&live);
	assert_int_equal(
	    live_number(&live, "SELECT valid FROM scoring.score"), 16);
	must_be_the_same();
}

/* Two services share the slots by chance; the scores are the same. */
static void
test_two_instances_come_to_the_same(void **state)
{
	struct run *second = live_instance(&live);
	struct db *other = NULL;
	uint64_t dice = 11;
	struct err e;
	bool did;

	(void)state;
	assert_int_equal(db_open(&other, live.dsn, "other", &e), RC_OK);
	for (int i = 0; i < 60; i++) {
		char sql[200];

		append_random(&dice, 1 + score_draw(&dice, 30));
		if (score_draw(&dice, 5) == 0)
			(void)live_publish(&live, "2026-04", NULL);
		/* Whoever works now gets the slots that are left. */
		(void)snprintf(sql, sizeof(sql),
		    "BEGIN; SELECT FROM run.cursor WHERE service = 'scoring' "
		    "AND slot %% %u <> 0 FOR UPDATE",
		    1 + score_draw(&dice, 4));
		assert_int_equal(db_script(other, sql, &e), RC_OK);
		for (int k = 0; k < 3; k++)
			(void)batch_run(
			    score_draw(&dice, 2) > 0 ? second : live.run, &did,
			    &e);
		assert_int_equal(db_script(other, "ROLLBACK", &e), RC_OK);
	}
	live_run(&live);
	must_be_the_same();
	assert_true(
	    live_number(&live, "SELECT max(revision) FROM scoring.score") > 3);
	db_close(&other);
	live_instance_free(&second);
}

static void
test_what_is_parked_is_left_out(void **state)
{
	const struct score_fact facts[] = {
		ANSWER(CASE_1, "330122109001-V", true),
		ANSWER(CASE_2, "330122109001-V", true),
	};

	(void)state;
	(void)live_poison(&live, CASE_1);
	live_run(&live);
	(void)live_append(&live, facts, 2);
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM run.parked"), 2);
	assert_int_equal(
	    live_number(&live, "SELECT valid FROM scoring.score"), 1);
	must_be_the_same();
	assert_non_null(strstr(output, "2 events put aside"));
}

static void
test_a_refused_publication_leaves_its_reason(void **state)
{
	(void)state;
	(void)live_publish(&live, "2026-04", NULL);
	(void)live_publish(&live, "2026-99", NULL);
	(void)live_publish(&live, "2027-04", NULL);
	live_run(&live);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM journal.event "
			       "WHERE type = 'command.refused'"),
	    3);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM scoring.score"), 0);
	must_be_the_same();
}

/* The service is behind: what it has not seen is not missed. */
static void
test_rebuild_compares_with_what_the_service_has_seen(void **state)
{
	uint64_t dice = 5;

	(void)state;
	append_random(&dice, 50);
	live_run(&live);
	append_random(&dice, 50);
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
		append_random(&dice, 60);
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
	assert_int_equal(score("show", NULL, NULL), EXIT_NOTHING);
	assert_non_null(strstr(output, "nothing was counted in period "
				       "2026-04"));
	(void)live_append(&live, facts, ARRAY_LEN(facts));
	live_run(&live);
	assert_int_equal(score("show", NULL, NULL), EXIT_OK);
	assert_non_null(strstr(output, "not published"));
	(void)live_publish(&live, "2026-04", NULL);
	live_run(&live);
	assert_int_equal(score("show", NULL, NULL), EXIT_OK);
	assert_non_null(strstr(output, "2026-04: 2026-03-19 to 2026-04-18"));
	assert_non_null(strstr(output, "revision 1"));
	assert_non_null(strstr(output,
	    "    1   100.0    100.00      100.00        100.00      1  "
	    "330122109001-V  大路村\n"));
	assert_non_null(strstr(output,
	    "    2    10.0    100.00        0.00          0.00      1  "
	    "330122109002-V  小路村\n"));
	assert_int_equal(score("show", "--unit=330122-D-SCJ", NULL), EXIT_OK);
	assert_non_null(strstr(output, "       1  calls_asked"));
	assert_int_equal(score("show", "--period=2026-05", NULL), EXIT_NOTHING);
	assert_int_equal(score("show", "--period=may", NULL), EXIT_USAGE);
	assert_int_equal(score("show", "--json", NULL), EXIT_OK);
	assert_non_null(strstr(output, "\"composite_tenths\":1000"));
	assert_non_null(strstr(output, "\"score\":null"));
	assert_int_equal(score("rebuild", "--json", NULL), EXIT_OK);
	assert_non_null(strstr(output, "\"same\":true}"));
}

static void
test_wrong_usage_is_told(void **state)
{
	(void)state;
	assert_int_equal(score("--help", NULL, NULL), EXIT_OK);
	assert_non_null(strstr(output, "usage: huying score show"));
	assert_int_equal(score("publish", NULL, NULL), EXIT_USAGE);
	assert_int_equal(score("rebuild", "--period", "2026-04"), EXIT_USAGE);
	assert_int_equal(score("show", "--colour", NULL), EXIT_USAGE);
	assert_int_equal(score("show", "--db", "host=/nowhere"), EXIT_CONNECT);
}

#define ON_A_DATABASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_live_rows_are_those_of_the_journal_after_anything),
		ON_A_DATABASE(test_rebuild_finds_every_difference),
		ON_A_DATABASE(test_what_lies_behind_the_command_does_not_count),
		ON_A_DATABASE(test_an_ended_period_stays_as_it_is),
		ON_A_DATABASE(test_publication_waits_for_slots_in_other_hands),
		ON_A_DATABASE(test_two_instances_come_to_the_same),
		ON_A_DATABASE(test_what_is_parked_is_left_out),
		ON_A_DATABASE(test_a_refused_publication_leaves_its_reason),
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
