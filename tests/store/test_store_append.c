/*
 * journal.append() against a model that is a list: whatever mix of new
 * events, repeats and other bodies under old ids comes, in whatever batches.
 * And the epochs and ranges around it.
 */
#include "common/base/id.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROUNDS 400
#define BATCH 24
#define IDS 600

static struct scratch *scratch;
static struct arena *arena;

/* What the model knows of each id; seq 0: never seen. */
struct known {
	int64_t seq;
	int body;
};

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

static void
expect(const char *sql, const char *want)
{
	struct str text =
	    arena_printf(arena, "SELECT x::text FROM (%s) AS q(x)", sql);
	struct str got = scratch_ask(scratch, arena, text.p);

	if (!str_is(got, want))
		fail_msg("%s: %.*s, not %s", sql, STR_ARG(got), want);
}

static const struct db_query append = { "append",
	"SELECT n, seq, status, at, epoch FROM journal.append($1::text[], "
	"$2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], "
	"$7::bytea[])" };

struct item {
	int id;
	int body;
};

/* Appends V and checks every receipt against the model, which learns. */
static void
play(struct db *db, struct known *known, int64_t *head, const struct item *v,
    size_t n)
{
	struct str source[BATCH], id[BATCH], type[BATCH], subject[BATCH];
	struct str division[BATCH], body[BATCH];
	struct rows *rows = NULL;
	struct args a;
	struct err e;

	for (size_t i = 0; i < n; i++) {
		source[i] = v[i].id % 3 == 0 ? STR("/a") : STR("/b");
		id[i] = arena_printf(arena, "%d", v[i].id);
		type[i] = STR("task.sign");
		subject[i] = v[i].id % 2 == 0 ? STR("330122-26-0000417")
					      : (struct str){ NULL, 0 };
		division[i] = STR("330122");
		body[i] = arena_printf(arena, "%d/%d", v[i].id, v[i].body);
	}
	args_init(&a);
	args_strs(&a, source, n);
	args_strs(&a, id, n);
	args_strs(&a, type, n);
	args_strs(&a, subject, n);
	args_strs(&a, division, n);
	args_bytes_list(&a, body, n);
	args_bytes_list(&a, body, n);
	assert_int_equal(db_exec(db, "append", &a, &rows, &e), RC_OK);
	args_fini(&a);
	assert_int_equal(rows_n(rows), n);
	for (size_t i = 0; i < n; i++) {
		struct known *k = &known[v[i].id];
		const char *want = k->seq == 0            ? "stored"
				   : k->body == v[i].body ? "duplicate"
							  : "reused";

		if (k->seq == 0)
			*k = (struct known){ ++*head, v[i].body };
		assert_int_equal(rows_i64(rows, i, 0), i + 1);
		if (!str_is(rows_str(rows, i, 2), want) ||
		    rows_i64(rows, i, 1) != k->seq)
			fail_msg("id %d: %.*s %lld, not %s %lld", v[i].id,
			    STR_ARG(rows_str(rows, i, 2)),
			    (long long)rows_i64(rows, i, 1), want,
			    (long long)k->seq);
	}
	rows_free(&rows);
}

static void
test_receipts_are_those_of_a_list(void **state)
{
	struct known known[IDS] = { { 0, 0 } };
	int64_t head = 0;
	struct db *db = NULL;
	struct err e;

	(void)state;
	srand(20260318);
	assert_int_equal(
	    db_open(&db, scratch_dsn(scratch), "model", &e), RC_OK);
	assert_int_equal(db_prepare(db, &append, 1, &e), RC_OK);
	for (int round = 0; round < ROUNDS; round++) {
		struct item v[BATCH];
		size_t n = 1 + (size_t)rand() % BATCH;
		int fresh = round * IDS / ROUNDS;

		/* Mostly new ones, so that both ways are gone often. */
		for (size_t i = 0; i < n; i++) {
			v[i].id = rand() % 4 > 0
				      ? fresh + rand() % (IDS - fresh)
				      : rand() % IDS;
			v[i].body = rand() % 8 == 0;
		}
		play(db, known, &head, v, n);
	}
	db_close(&db);
	assert_true(head > IDS / 2);
	expect("SELECT count(*) = max(seq) FROM journal.event", "true");
	expect("SELECT count(*) FROM journal.event e FULL JOIN "
	       "journal.event_key k USING (source, id) "
	       "WHERE e.seq IS DISTINCT FROM k.seq",
	    "0");
	expect("SELECT bool_and(e.envelope = k.digest) FROM journal.event e "
	       "JOIN journal.event_key k USING (source, id)",
	    "true");
}

/* As huying verify does, but in SQL. */
static void
test_every_link_is_over_its_events(void **state)
{
	(void)state;
	expect("SELECT bool_and(l.hash = sha256(l.prev || (SELECT "
	       "string_agg(sha256(e.envelope), ''::bytea ORDER BY e.seq) FROM "
	       "journal.event e WHERE e.seq BETWEEN l.first_seq AND "
	       "l.last_seq))) FROM journal.link l",
	    "true");
	expect("SELECT count(*) FROM (SELECT prev, first_seq, lag(hash) OVER w "
	       "AS hash, lag(last_seq) OVER w AS seq FROM journal.link WINDOW "
	       "w AS (ORDER BY last_seq)) l WHERE seq IS NOT NULL AND "
	       "(prev <> hash OR first_seq <> seq + 1)",
	    "0");
}

static void
test_another_line_begins_another_epoch(void **state)
{
	struct str head =
	    scratch_ask(scratch, arena, "SELECT (journal.head() + 1)::text");

	(void)state;
	expect("SELECT journal.check_line()", "1");
	scratch_run(
	    scratch, "UPDATE journal.epoch SET line = '1/' || right(line, 8)");
	expect("SELECT journal.check_line()", "2");
	expect("SELECT journal.check_line()", "2");
	expect("SELECT from_seq::text FROM journal.epoch WHERE epoch = 2",
	    arena_printf(arena, "%.*s", STR_ARG(head)).p);
}

/* A promoted standby is seen by the first who writes, in his transaction. */
static void
test_an_append_sees_a_new_timeline(void **state)
{
	(void)state;
	scratch_run(scratch,
	    "UPDATE journal.epoch SET line = left(line, -8) || '000000FF' "
	    "WHERE epoch = 2");
	expect(
	    "SELECT epoch FROM journal.append(ARRAY['/t'], ARRAY['t1'], "
	    "ARRAY['t'], ARRAY[NULL]::text[], ARRAY[''], ARRAY['x']::bytea[],"
	    " ARRAY['x']::bytea[])",
	    "3");
	expect("SELECT e.epoch = 3 AND e.seq = p.from_seq FROM journal.event e,"
	       " journal.epoch p WHERE e.id = 't1' AND p.epoch = 3",
	    "true");
	expect("SELECT journal.check_line()", "3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipts_are_those_of_a_list),
		cmocka_unit_test(test_every_link_is_over_its_events),
		cmocka_unit_test(test_another_line_begins_another_epoch),
		cmocka_unit_test(test_an_append_sees_a_new_timeline),
	};

	if (!scratch_possible("test_store_append"))
		return 0;
	return cmocka_run_group_tests_name("append", tests, setup, teardown);
}
