#include "common/db/db.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* What the server says, and whether trying again can help. */
static void
test_each_state_says_what_to_do_next(void **state)
{
	static const struct {
		const char *sqlstate;
		enum rc rc;
	} rows[] = {
		{ "40001", RC_RETRY },  /* serialization failure */
		{ "08006", RC_RETRY },  /* connection lost */
		{ "57P01", RC_RETRY },  /* shutting down */
		{ "53100", RC_RETRY },  /* disk full */
		{ "0A000", RC_RETRY },  /* a migration changed a table */
		{ "58030", RC_RETRY },  /* the disk fails it */
		{ "22021", RC_REJECT }, /* bad bytes */
		{ "23505", RC_REJECT }, /* there already */
		{ "P0001", RC_REJECT }, /* our own refusal */
		{ "42P01", RC_FATAL },  /* no such table */
		{ "XX001", RC_FATAL },  /* data corrupted */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_int_equal(db_rc_of(rows[i].sqlstate), rows[i].rc);
	assert_int_equal(db_rc_of(NULL), RC_RETRY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_state_says_what_to_do_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
