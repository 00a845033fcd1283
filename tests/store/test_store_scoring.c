/*
 * Scoring in a real database: through the real loop of common/run, and once
 * more from the journal by `huying replay scoring`.
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
			live_append_random(
			    &live, &dice, 1 + score_draw(&dice, 60));
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
	for (int i = 0; i < 2; i++) {
		assert_int_equal(live_batch(&live, &did), RC_OK);
		assert_false(did);
	}
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM scoring.score"), 0);
	assert_int_equal(db_script(other, "COMMIT", &e), RC_OK);
	db_close(&other);
	live_append_random(&live, &dice, 20);
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

		live_append_random(&live, &dice, 1 + score_draw(&dice, 30));
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
	assert_non_null(strstr(live.output, ", 2 parked,"));
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

/* What the pack of the test lacks for looks: limits, and who is warned. */
static void
begin_looking(void)
{
	live_script(&live, "%s",
	    "INSERT INTO registry.\"limit\" SELECT key, clock, amount, 't', "
	    "'P', "
	    "'t', '2026-01-01', NULL, 'test 1' FROM (VALUES "
	    "('warning.look', 'natural', '8h'), "
	    "('warning.volume.top', 'none', '3'), "
	    "('warning.volume.least', 'none', '3')) l (key, clock, amount);"
	    "INSERT INTO registry.unit SELECT '330122109-CMD', 'Room', 'Room', "
	    "'command_room', NULL, '330122109', NULL, false, '2026-01-01', "
	    "NULL, 'test 1'");
	live_instance_free(&live.run);
	live.run = live_instance(&live);
}

static const char *const demands[] = { "330122-26-0000011", "330122-26-0000012",
	"330122-26-0000013" };

/* In a replay all of it lies in one batch. */
static void
test_what_the_clock_looks_at_follows_from_the_journal(void **state)
{
	const struct msg_registry_changed pack = { .pack = STR("test"),
		.version = STR("1") };
	const struct score_fact first = { .desc = &msg_registry_changed_desc,
		.msg = &pack };
	struct msg_casefile_opened m[ARRAY_LEN(demands)];
	struct score_fact facts[ARRAY_LEN(demands)];

	(void)state;
	begin_looking();
	for (size_t i = 0; i < ARRAY_LEN(demands); i++) {
		m[i] = (struct msg_casefile_opened){
			.casefile = str_of(demands[i]),
			.matter = STR("EN-010"),
			.channel = STR("grid"),
			.finish_by = score_time("2026-03-27T18:00+08:00"),
			.pack = STR("test"),
		};
		facts[i] = (struct score_fact){ .casefile = demands[i],
			.desc = &msg_casefile_opened_desc,
			.msg = &m[i] };
	}
	(void)live_append(&live, &first, 1);
	(void)live_append(&live, facts, ARRAY_LEN(facts));
	for (int day = 21; day < 26; day++) {
		char at[] = "2026-03-21T00:00+08:00";

		at[9] = (char)('0' + day - 20);
		live_at(&live, score_time(at));
		live_run(&live);
		at[12] = '8';
		live_at(&live, score_time(at));
		live_run(&live);
	}
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM scoring.alert "
			       "WHERE span = '2026-03-20'"),
	    1);
	assert_int_equal(
	    live_number(&live, "SELECT count(*) FROM journal.event "
			       "WHERE type = 'warning.looked'"),
	    5);
	must_be_the_same();
}

#define ON_A_DATABASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_live_rows_are_those_of_the_journal_after_anything),
		ON_A_DATABASE(test_what_lies_behind_the_command_does_not_count),
		ON_A_DATABASE(test_an_ended_period_stays_as_it_is),
		ON_A_DATABASE(test_publication_waits_for_slots_in_other_hands),
		ON_A_DATABASE(test_two_instances_come_to_the_same),
		ON_A_DATABASE(test_what_is_parked_is_left_out),
		ON_A_DATABASE(
		    test_what_the_clock_looks_at_follows_from_the_journal),
		ON_A_DATABASE(test_a_refused_publication_leaves_its_reason),
	};

	if (!live_possible())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
