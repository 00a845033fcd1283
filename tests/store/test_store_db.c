/* Connections that break. */
#include "common/db/db.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct scratch *scratch;

static int
setup(void **state)
{
	(void)state;
	scratch = scratch_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_free(&scratch);
	return 0;
}

static const struct db_query queries[] = {
	{ "die", "SELECT pg_terminate_backend(pg_backend_pid())" },
	{ "live", "SELECT 1" },
};

/* The service loop goes on for a while before it looks at the connection. */
static void
test_a_dead_connection_says_so_whatever_is_sent(void **state)
{
	struct db *db = NULL;
	struct err e;

	(void)state;
	assert_int_equal(db_open(&db, scratch_dsn(scratch), "test", &e), RC_OK);
	assert_int_equal(db_prepare(db, queries, 2, &e), RC_OK);
	db_begin(db);
	db_send(db, "die", NULL);
	db_send(db, "live", NULL);
	assert_int_equal(db_flush(db, &e), RC_OK);
	assert_int_equal(db_next(db, NULL, &e), RC_OK);
	assert_int_equal(db_next(db, NULL, &e), RC_RETRY);
	db_rollback(db);
	assert_false(db_alive(db));
	for (int i = 0; i < 2; i++) {
		db_begin(db);
		db_send(db, "live", NULL);
		assert_int_equal(db_flush(db, &e), RC_RETRY);
		db_rollback(db);
	}
	assert_int_equal(db_exec(db, "live", NULL, NULL, &e), RC_RETRY);
	db_close(&db);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_dead_connection_says_so_whatever_is_sent),
	};

	if (!scratch_possible("test_store_db"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
