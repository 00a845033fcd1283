/* Who may do what: rows that are only closed, and what the bus makes of them.
 */
#include "services/bus/access.h"
#include "services/bus/zap.h"
#include "tests/lib/scratch.h"

#include "bus_sql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct scratch *scratch;
static struct arena *arena;
static struct access *people;
static char grid[CURVE_TEXT], grid_new[CURVE_TEXT], eye[CURVE_TEXT];

static void
make_key(char text[CURVE_TEXT])
{
	struct curve_key k;

	curve_new(&k, "x", "");
	memcpy(text, k.public_key, CURVE_TEXT);
	curve_fini(&k);
}

/* Only what the bus reads of these tables; the rest needs other rows. */
static int
setup(void **state)
{
	struct err e;

	(void)state;
	arena = arena_new((size_t)1 << 20);
	scratch = scratch_new();
	make_key(grid);
	make_key(grid_new);
	make_key(eye);
	scratch_run(scratch,
	    "SELECT set_config('huying.who', 'wang', false);"
	    "INSERT INTO access.client (name, rate, burst) VALUES "
	    "('grid', 5, 2), ('eye', 1, 1);"
	    "INSERT INTO access.key (public_key, client) VALUES "
	    "('%s', 'grid'), ('%s', 'eye');"
	    "INSERT INTO access.grant (client, verb, pattern) VALUES "
	    "('grid', 'publish', 'call.*/330122109'), "
	    "('grid', 'source', '/grid'), ('grid', 'read', 'call.*'), "
	    "('eye', 'live', '*');",
	    grid, eye);
	if (db_prepare(scratch_db(scratch), bus_queries, ARRAY_LEN(bus_queries),
		&e) != RC_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	people = access_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	access_free(&people);
	scratch_free(&scratch);
	arena_free(&arena);
	return 0;
}

static bool
load(void)
{
	struct err e;
	bool changed;

	if (access_load(people, scratch_db(scratch), &changed, &e) != RC_OK)
		fail_msg("%s", e.text);
	return changed;
}

static struct client *
who(const char *key)
{
	return access_find(people, str_of(key));
}

/* What ZAP says to a key at a door. */
static bool
enters(const char *key, const char *domain)
{
	char text[CURVE_TEXT];
	uint8_t bytes[32];

	assert_non_null(zmq_z85_decode(bytes, key));
	return zap_decide(people, str_of(domain), STR("CURVE"),
		   (struct str){ (const char *)bytes, sizeof(bytes) }, text)
		   .n > 0;
}

static void
test_rows_become_clients_and_their_rights(void **state)
{
	const char *field;

	(void)state;
	assert_null(who(grid));
	assert_true(load());
	assert_false(load()); /* nothing has changed since */
	assert_true(str_is(who(grid)->name, "grid"));
	assert_null(rights_publish(who(grid), STR("call.raise"),
	    STR("330122109"), STR("/grid/1"), &field));
	assert_string_equal(rights_publish(who(grid), STR("call.raise"),
				STR("330122110"), STR("/grid"), &field),
	    "NOT_GRANTED");
	assert_true(rights_has(who(eye), VERB_LIVE));
	assert_false(rights_has(who(eye), VERB_READ));
	assert_null(who(grid_new));
	assert_true(access_find(people, STR(ACCESS_LOCAL))->local);
	assert_null(access_find(people, STR("")));
	assert_null(access_find(people, STR("grid")));
}

static void
test_doors_open_for_whom_they_are(void **state)
{
	(void)state;
	(void)load();
	assert_true(enters(grid, ZAP_PUBLISH));
	assert_true(enters(grid, ZAP_LOG));
	assert_false(enters(grid, ZAP_LIVE));
	assert_false(enters(grid, ZAP_RING));
	assert_true(enters(eye, ZAP_LIVE));
	assert_false(enters(eye, ZAP_LOCAL));
	assert_false(enters(grid_new, ZAP_PUBLISH));
}

static void
test_a_door_is_shut_only_when_somebody_inside_loses_the_right(void **state)
{
	(void)state;
	(void)load();
	assert_true(enters(eye, ZAP_LIVE));
	/* Somebody else's change is no reason. */
	scratch_run(scratch, "INSERT INTO access.grant (client, verb, pattern) "
			     "VALUES ('grid', 'ring', '*')");
	assert_true(load());
	assert_false(access_to_shut(people, DOOR_LIVE));
	scratch_run(scratch,
	    "UPDATE access.grant SET ended_at = clock_timestamp() "
	    "WHERE client = 'eye'");
	assert_true(load());
	assert_true(access_to_shut(people, DOOR_LIVE));
	assert_false(access_to_shut(people, DOOR_LIVE)); /* once */
	assert_false(access_to_shut(people, DOOR_RING));
	assert_false(enters(eye, ZAP_LIVE));
}

static void
test_what_was_used_up_stays_so_over_a_change(void **state)
{
	struct client *c;
	int64_t now = 0;

	(void)state;
	(void)load();
	c = who(grid);
	now = c->bucket.at_ms;
	assert_int_equal(bucket_take(&c->bucket, now), 0);
	assert_int_equal(bucket_take(&c->bucket, now), 0);
	assert_true(bucket_take(&c->bucket, now) > 0);
	scratch_run(scratch, "UPDATE access.client SET note = 'x' "
			     "WHERE name = 'grid'");
	assert_true(load());
	c = who(grid);
	assert_int_equal(c->bucket.burst, 2);
	/* Not full again: at 5 a second it gained but little meanwhile. */
	assert_true(c->bucket.milli < 2000 || c->bucket.at_ms - now >= 400);
	scratch_run(scratch, "UPDATE access.client SET rate = 1000, "
			     "burst = 9 WHERE name = 'grid'");
	assert_true(load());
	assert_int_equal(who(grid)->bucket.rate, 1000);
	assert_int_equal(who(grid)->bucket.burst, 9);
}

static void
test_keys_end_by_themselves_and_when_revoked(void **state)
{
	(void)state;
	scratch_run(scratch,
	    "UPDATE access.key SET expires_at = clock_timestamp() + "
	    "interval '1 hour' WHERE client = 'grid';"
	    "INSERT INTO access.key (public_key, client) "
	    "VALUES ('%s', 'grid')",
	    grid_new);
	assert_true(load());
	assert_true(who(grid) != NULL && who(grid) == who(grid_new));
	/* An end that has come is seen without any change of the rows. */
	scratch_run(scratch,
	    "UPDATE access.key SET expires_at = clock_timestamp() + "
	    "interval '100 milliseconds' WHERE public_key = '%s';",
	    grid);
	(void)load();
	scratch_run(scratch, "SELECT pg_sleep(0.2)");
	(void)load();
	assert_null(who(grid));
	assert_non_null(who(grid_new));
	assert_false(enters(grid, ZAP_PUBLISH));
	scratch_run(scratch, "UPDATE access.client SET disabled_at = "
			     "clock_timestamp() WHERE name = 'grid'");
	assert_true(load());
	assert_null(who(grid_new));
}

static void
test_rows_are_closed_and_nothing_else(void **state)
{
	static const char *const tries[] = {
		"DELETE FROM access.client",
		"DELETE FROM access.key",
		"DELETE FROM access.grant",
		"DELETE FROM access.change",
		"TRUNCATE access.change",
		"TRUNCATE access.grant",
		"UPDATE access.change SET who = 'nobody'",
		"UPDATE access.client SET disabled_at = NULL",
		"UPDATE access.client SET rate = 9 WHERE name = 'grid'",
		"UPDATE access.client SET created_at = now() - interval '1 d' "
		"WHERE name = 'eye'",
		"UPDATE access.grant SET ended_at = NULL "
		"WHERE ended_at IS NOT NULL",
		"UPDATE access.grant SET pattern = '*' WHERE client = 'grid'",
		"UPDATE access.key SET client = 'eye' WHERE client = 'grid'",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		struct err e;

		if (db_script(scratch_db(scratch), tries[i], &e) != RC_REJECT)
			fail_msg("%s was done", tries[i]);
	}
}

/* Every change above is written down, by whom, in the order of commits. */
static void
test_the_journal_of_changes_tells_all(void **state)
{
	struct str text;

	(void)state;
	text = scratch_ask(scratch, arena,
	    "SELECT string_agg(what, ' ' ORDER BY n) FROM access.change "
	    "WHERE client = 'eye'");
	assert_true(
	    str_is(text, "client.added key.added grant.added grant.closed"));
	text = scratch_ask(scratch, arena,
	    "SELECT count(*)::text FROM access.change WHERE who <> 'wang'");
	assert_true(str_is(text, "0"));
	text = scratch_ask(scratch, arena,
	    "SELECT (detail -> 'rate')::text FROM access.change "
	    "WHERE what = 'client.changed' AND detail ? 'rate'");
	assert_true(str_is(text, "[5, 1000]"));
	/* And on any day it can be told who could do what. */
	text = scratch_ask(scratch, arena,
	    "SELECT count(*)::text FROM access.at((SELECT granted_at FROM "
	    "access.grant WHERE client = 'eye'))");
	assert_true(str_is(text, "4"));
	text = scratch_ask(scratch, arena,
	    "SELECT count(*)::text FROM access.at(clock_timestamp())");
	assert_true(str_is(text, "0"));
	text = scratch_ask(scratch, arena,
	    "SELECT count(*)::text FROM access.at('2020-01-01')");
	assert_true(str_is(text, "0"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_become_clients_and_their_rights),
		cmocka_unit_test(test_doors_open_for_whom_they_are),
		cmocka_unit_test(
		    test_a_door_is_shut_only_when_somebody_inside_loses_the_right),
		cmocka_unit_test(test_what_was_used_up_stays_so_over_a_change),
		cmocka_unit_test(test_keys_end_by_themselves_and_when_revoked),
		cmocka_unit_test(test_rows_are_closed_and_nothing_else),
		cmocka_unit_test(test_the_journal_of_changes_tells_all),
	};

	if (!scratch_possible("test_store_access"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
