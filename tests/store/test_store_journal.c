/* The journal under many writers: dense, in commit order, once, for ever. */
#include "common/base/id.h"
#include "common/db/db.h"
#include "common/db/migrations.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define WRITERS 6
#define BATCHES 40
#define BATCH 10

static struct scratch *scratch;
static struct arena *arena;

static struct str
ask(const char *sql)
{
	struct str text =
	    arena_printf(arena, "SELECT x::text FROM (%s) AS q(x)", sql);

	return scratch_ask(scratch, arena, text.p);
}

static void
expect(const char *sql, const char *want)
{
	struct str got = ask(sql);

	if (!str_is(got, want))
		fail_msg("%s: %.*s, not %s", sql, STR_ARG(got), want);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	scratch = scratch_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_free(&scratch);
	arena_free(&arena);
	return 0;
}

static const struct db_query append = { "append",
	"SELECT n, seq, status FROM journal.append($1::text[], $2::text[], "
	"$3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[])" };

/* Appends N events, ids WHO-FIRST.., in a transaction. */
static enum rc
write_batch(
    struct db *db, int who, int first, int n, bool roll_back, struct err *e)
{
	char id[BATCH][32], source[16];
	struct str ids[BATCH], sources[BATCH], types[BATCH], subjects[BATCH];
	struct str divisions[BATCH], digests[BATCH], bodies[BATCH];
	struct args a;
	enum rc rc;

	(void)snprintf(source, sizeof(source), "/w%d", who);
	for (int i = 0; i < n; i++) {
		(void)snprintf(id[i], sizeof(id[i]), "%d-%d", who, first + i);
		ids[i] = digests[i] = bodies[i] = str_of(id[i]);
		sources[i] = str_of(source);
		types[i] = STR("task.sign");
		subjects[i] = STR("330122-26-0000417");
		divisions[i] = STR("330122");
	}
	args_init(&a);
	args_strs(&a, sources, (size_t)n);
	args_strs(&a, ids, (size_t)n);
	args_strs(&a, types, (size_t)n);
	args_strs(&a, subjects, (size_t)n);
	args_strs(&a, divisions, (size_t)n);
	args_bytes_list(&a, digests, (size_t)n);
	args_bytes_list(&a, bodies, (size_t)n);
	db_begin(db);
	db_send(db, "append", &a);
	db_send(db, roll_back ? "rollback" : "commit", NULL);
	rc = db_flush(db, e);
	for (int i = 0; rc == RC_OK && i < 3; i++)
		rc = db_next(db, NULL, e);
	if (rc != RC_OK)
		db_rollback(db);
	args_fini(&a);
	return rc;
}

/* A writer of its own process; every tenth batch rolls back first. */
static int
writer(int who)
{
	struct db *db = NULL;
	struct err e;
	int bad = 0;

	if (db_open(&db, scratch_dsn(scratch), "writer", &e) != RC_OK ||
	    db_prepare(db, &append, 1, &e) != RC_OK)
		return 1;
	for (int b = 0; b < BATCHES && bad == 0; b++) {
		if (b % 10 == 9)
			bad += write_batch(db, who, b * BATCH, BATCH, true,
				   &e) != RC_OK;
		bad +=
		    write_batch(db, who, b * BATCH, BATCH, false, &e) != RC_OK;
	}
	db_close(&db);
	return bad;
}

static void
test_many_writers_leave_a_dense_journal(void **state)
{
	pid_t pid[WRITERS];
	int status, bad = 0;

	(void)state;
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			_exit(writer(i));
	}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		bad += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
	}
	assert_int_equal(bad, 0);
	expect("SELECT count(*) = 2400 AND count(*) = max(seq) AND min(seq) "
	       "= 1 FROM journal.event",
	    "true");
	expect("SELECT count(*) FROM journal.event e JOIN journal.event_key "
	       "k USING (source, id, seq)",
	    "2400");
	/* One writer's events lie in the order in which it wrote them. */
	expect("SELECT count(*) FROM (SELECT source, "
	       "split_part(id, '-', 2)::int AS n, lag(split_part(id, '-', "
	       "2)::int) OVER (PARTITION BY source ORDER BY seq) AS before "
	       "FROM journal.event) x WHERE n <> coalesce(before, -1) + 1",
	    "0");
	/* Recorded times never run back. */
	expect("SELECT count(*) FROM (SELECT at, lag(at) OVER (ORDER BY seq) "
	       "AS before FROM journal.event) x WHERE at < before",
	    "0");
}

static void
test_the_chain_hangs_together(void **state)
{
	(void)state;
	expect("SELECT count(*) FROM (SELECT first_seq, prev, lag(last_seq) "
	       "OVER w AS before, lag(hash) OVER w AS hash_before FROM "
	       "journal.link WINDOW w AS (ORDER BY last_seq)) x WHERE "
	       "first_seq <> coalesce(before, 0) + 1 OR prev <> "
	       "coalesce(hash_before, sha256('huying'))",
	    "0");
	expect("SELECT bool_and(l.hash = (SELECT sha256(l.prev || "
	       "string_agg(sha256(e.envelope), ''::bytea ORDER BY e.seq)) "
	       "FROM journal.event e WHERE e.seq BETWEEN l.first_seq AND "
	       "l.last_seq)) FROM journal.link l",
	    "true");
}

static void
test_a_repeat_gets_the_first_seq(void **state)
{
	struct db *db = NULL;
	struct err e;
	struct str before = ask("SELECT max(seq) FROM journal.event");
	char head[32];

	(void)state;
	(void)snprintf(head, sizeof(head), "%.*s", STR_ARG(before));
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "repeat", &e), RC_OK);
	assert_int_equal(db_prepare(db, &append, 1, &e), RC_OK);
	assert_int_equal(write_batch(db, 0, 0, BATCH, false, &e), RC_OK);
	db_close(&db);
	expect("SELECT max(seq) FROM journal.event", head);
}

static void
test_statuses_tell_stored_duplicate_and_reused_apart(void **state)
{
	(void)state;
	/* Old, new, the new one again, and an old id with another body. */
	expect("SELECT string_agg(status, ' ' ORDER BY n) FROM journal.append("
	       "ARRAY['/w0','/x','/x','/w0'], ARRAY['0-0','a','a','0-1'], "
	       "ARRAY['t','t','t','t'], ARRAY[NULL,NULL,NULL,NULL]::text[], "
	       "ARRAY['','','',''], ARRAY['0-0','d','d','other']::bytea[], "
	       "ARRAY['0-0','d','d','other']::bytea[])",
	    "duplicate stored duplicate reused");
	expect("SELECT count(*) = max(seq) FROM journal.event", "true");
	expect("SELECT count(*) FROM journal.event WHERE source = '/x'", "1");
}

static void
test_history_cannot_be_changed(void **state)
{
	static const char *const tries[] = {
		"UPDATE journal.event SET type = 'x' WHERE seq = 1",
		"DELETE FROM journal.event WHERE seq = 1",
		"TRUNCATE journal.event",
		"TRUNCATE journal.event_1",
		"UPDATE journal.event_1 SET type = 'x' WHERE seq = 1",
		"DELETE FROM journal.link",
		"UPDATE journal.link SET hash = prev",
	};
	struct db *db = NULL;
	struct err e;

	(void)state;
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "vandal", &e), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		assert_int_equal(db_script(db, tries[i], &e), RC_REJECT);
		assert_non_null(strstr(e.text, "append only"));
	}
	db_close(&db);
}

static void
test_a_report_and_its_casefile_share_a_slot(void **state)
{
	(void)state;
	expect("SELECT bool_and(journal.slot_of(NULL, s) = journal.slot_of("
	       "'330122-26-' || lpad(s::text, 7, '0'), 1)) FROM "
	       "generate_series(1, 2000) s",
	    "true");
}

/* What a later program left behind, whose schema works with OLDEST and on. */
static void
leave_schema(struct db *db, int oldest)
{
	char sql[200];
	struct err e;

	(void)snprintf(sql, sizeof(sql),
	    "DELETE FROM run.migration WHERE version > %d;"
	    "INSERT INTO run.migration (version, name, checksum, oldest) "
	    "VALUES (%d, 'later', 'x', %d)",
	    SCHEMA_VERSION, SCHEMA_VERSION + 1, oldest);
	assert_int_equal(db_script(db, sql, &e), RC_OK);
}

static void
test_a_newer_schema_is_taken_only_if_it_works_with_this_program(void **state)
{
	struct db *db = NULL;
	struct migrated m;
	struct err e;

	(void)state;
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "migrate", &e), RC_OK);
	leave_schema(db, SCHEMA_VERSION);
	assert_int_equal(db_check_schema(db, &e), RC_OK);
	assert_int_equal(db_migrate(db, &m, &e), RC_OK);
	assert_int_equal(m.before, SCHEMA_VERSION + 1);
	assert_int_equal(m.after, SCHEMA_VERSION + 1);
	db_close(&db);
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "migrate", &e), RC_OK);
	leave_schema(db, SCHEMA_VERSION + 1);
	assert_int_equal(db_check_schema(db, &e), RC_FATAL);
	assert_int_equal(db_migrate(db, &m, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "update this one"));
	assert_int_equal(
	    db_script(db, "DELETE FROM run.migration WHERE name = 'later'", &e),
	    RC_OK);
	db_close(&db);
}

static void
test_migrating_twice_does_nothing_and_tells_a_changed_file(void **state)
{
	struct db *db = NULL;
	struct migrated m;
	struct err e;

	(void)state;
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "migrate", &e), RC_OK);
	assert_int_equal(db_migrate(db, &m, &e), RC_OK);
	assert_int_equal(m.before, SCHEMA_VERSION);
	assert_int_equal(m.after, SCHEMA_VERSION);
	assert_int_equal(
	    db_script(db,
		"UPDATE run.migration SET checksum = 'x' WHERE version = 2",
		&e),
	    RC_OK);
	db_close(&db);
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "migrate", &e), RC_OK);
	assert_int_equal(db_migrate(db, &m, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "0002_run.sql"));
	db_close(&db);
}

static void
test_only_a_sandbox_clock_moves_and_only_forward(void **state)
{
	struct db *db = NULL;
	struct err e;

	(void)state;
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "clock", &e), RC_OK);
	assert_int_equal(
	    db_script(db, "UPDATE run.clock SET sandbox = false", &e), RC_OK);
	assert_int_equal(
	    db_script(db, "SELECT run.set_clock('2099-01-01Z')", &e),
	    RC_REJECT);
	assert_non_null(strstr(e.text, "not a sandbox"));
	assert_int_equal(
	    db_script(db, "UPDATE run.clock SET sandbox = true", &e), RC_OK);
	assert_int_equal(
	    db_script(db, "SELECT run.set_clock('2099-01-01Z')", &e), RC_OK);
	assert_int_equal(
	    db_script(db, "SELECT run.set_clock('2098-01-01Z')", &e),
	    RC_REJECT);
	db_close(&db);
	expect("SELECT extract(year FROM run.now())", "2099");
}

/*
 * Who asks what is still under way asks beside it what is next: both must be
 * of one moment, whatever is committed while the statement runs.
 */
static void
test_quiet_is_of_the_askers_moment(void **state)
{
	static const struct db_query fetch = { "fetch", "FETCH 1 FROM moment" };
	struct db *db = NULL;
	struct err e;

	(void)state;
	scratch_run(scratch, "UPDATE run.cursor SET seq = journal.head()");
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "asker", &e), RC_OK);
	assert_int_equal(db_prepare(db, NULL, 0, &e), RC_OK);
	assert_int_equal(db_script(db,
			     "BEGIN; DECLARE moment CURSOR FOR "
			     "SELECT run.quiet() FROM generate_series(1, 2)",
			     &e),
	    RC_OK);
	assert_int_equal(db_prepare(db, &fetch, 1, &e), RC_OK);
	for (int i = 0; i < 2; i++) {
		AUTO(rows_free) struct rows *rows = NULL;

		assert_int_equal(db_exec(db, "fetch", NULL, &rows, &e), RC_OK);
		assert_true(rows_bool(rows, 0, 0));
		scratch_run(scratch,
		    "SELECT run.announce('/clock', 'clock.advanced', 'm%d', "
		    "'\\x80')",
		    i);
	}
	db_close(&db);
	expect("SELECT run.quiet()", "false");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_writers_leave_a_dense_journal),
		cmocka_unit_test(test_quiet_is_of_the_askers_moment),
		cmocka_unit_test(test_the_chain_hangs_together),
		cmocka_unit_test(test_a_repeat_gets_the_first_seq),
		cmocka_unit_test(
		    test_statuses_tell_stored_duplicate_and_reused_apart),
		cmocka_unit_test(test_history_cannot_be_changed),
		cmocka_unit_test(test_a_report_and_its_casefile_share_a_slot),
		cmocka_unit_test(
		    test_only_a_sandbox_clock_moves_and_only_forward),
		cmocka_unit_test(
		    test_a_newer_schema_is_taken_only_if_it_works_with_this_program),
		cmocka_unit_test(
		    test_migrating_twice_does_nothing_and_tells_a_changed_file),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
