/*
 * The database roles of deploy/db/roles.sql: what each of the seven must not do
 * is tried, one by one, and must fail for want of a right (42501); what each
 * has to do must work.
 */
#include "common/db/db.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SQL_MAX ((size_t)256 * 1024)

static const char *const roles[] = { "bus", "intake", "dispatcher",
	"enforcement", "mediation", "scoring", "vault" };
#define ROLES ARRAY_LEN(roles)
#define PROCESSES (ROLES - 1) /* the last is whoever opens the vault */

static struct scratch *scratch;
static struct arena *arena;
static struct db *as[ROLES];
static int n_tried;

static void
run_roles_sql(void)
{
	char *sql = xcalloc(1, SQL_MAX);
	FILE *f = fopen("deploy/db/roles.sql", "r");
	struct err e;

	assert_non_null(f);
	assert_true(fread(sql, 1, SQL_MAX - 1, f) > 0);
	assert_int_equal(fclose(f), 0);
	/* Doing it again changes nothing. */
	for (int i = 0; i < 2; i++)
		if (db_script(scratch_db(scratch), sql, &e) != RC_OK)
			fail_msg("%s", e.text);
	free(sql);
}

/* A row of every kind that somebody might be after. */
static void
put_rows(void)
{
	scratch_run(scratch,
	    "SELECT journal.append(ARRAY['/a'], ARRAY['1'], "
	    "ARRAY['report.submit'], ARRAY[NULL::text], ARRAY['330122'], "
	    "ARRAY['\\x01'::bytea], ARRAY['\\x80'::bytea]);"
	    "INSERT INTO vault.sealed (source, id, digest, box) "
	    "VALUES ('/a', '1', '\\x01', '\\x02');"
	    "INSERT INTO vault.identity (token, report, source, id, sealed, "
	    "key_id, created_at) VALUES ('t', 'r', '/a', '1', '\\x03', 'k', "
	    "now());"
	    "INSERT INTO run.instance (service, pid) SELECT s, 1 FROM unnest("
	    "ARRAY['bus', 'intake', 'dispatcher', 'enforcement', 'mediation', "
	    "'scoring']) s;"
	    "INSERT INTO access.client (name, rate, burst) "
	    "VALUES ('grid', 1, 1);"
	    "INSERT INTO registry.officer (id, display_name, unit, role, "
	    "valid_from, pack) VALUES ('OF-1', 'x', 'u', 'r', '2000-01-01', "
	    "'p');");
}

static int
setup(void **state)
{
	char dsn[640];
	struct err e;

	(void)state;
	arena = arena_new((size_t)16 << 20);
	scratch = scratch_new();
	run_roles_sql();
	put_rows();
	for (size_t i = 0; i < ROLES; i++) {
		(void)snprintf(dsn, sizeof(dsn), "%s user=huying_%s",
		    scratch_dsn(scratch), roles[i]);
		if (db_open(&as[i], dsn, "roles", &e) != RC_OK) {
			(void)fprintf(stderr, "%s: %s\n", roles[i], e.text);
			return 1;
		}
	}
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROLES; i++)
		db_close(&as[i]);
	scratch_free(&scratch);
	arena_free(&arena);
	return 0;
}

/* "fine", or what the server said, with its SQLSTATE. */
static struct str
try_sql(size_t who, const char *sql, size_t *n_rows)
{
	struct db_query q = { .sql = sql };
	struct rows *rows = NULL;
	struct err e;
	enum rc rc;

	q.name = arena_printf(arena, "try%d", n_tried++).p;
	rc = db_prepare(as[who], &q, 1, &e);
	if (rc == RC_OK)
		rc = db_exec(as[who], q.name, NULL, &rows, &e);
	if (rc != RC_OK) {
		db_rollback(as[who]);
		return arena_printf(arena, "%s", e.text);
	}
	if (n_rows != NULL)
		*n_rows = rows_n(rows);
	rows_free(&rows);
	return STR("fine");
}

/* "%" of the table is each role in turn; "!" another service than that. */
static const char *
fill_in(const char *sql, size_t who)
{
	struct buf b;
	const char *text;

	buf_init(&b, 4096);
	for (; *sql != '\0'; sql++)
		if (*sql == '%')
			buf_z(&b, roles[who]);
		else if (*sql == '!')
			buf_z(&b, who == 2 ? "scoring" : "dispatcher");
		else
			buf_char(&b, *sql);
	text = arena_printf(arena, "%.*s", STR_ARG(buf_get(&b))).p;
	buf_fini(&b);
	return text;
}

#define ALL "" /* allowed: of the processes */
#define SERVICES "intake dispatcher enforcement mediation scoring"
#define APPEND(source)                                                         \
	"SELECT journal.append(ARRAY['" source                                 \
	"'], ARRAY['9'], ARRAY['x.y'], ARRAY[NULL::text], ARRAY[''], "         \
	"ARRAY['\\x01'::bytea], ARRAY['\\x80'::bytea])"

static const struct attempt {
	const char *who; /* a list; ALL: each of the six */
	const char *sql;
} forbidden[] = {
/* clang-format off */
#define FORBIDDEN(who, sql) { who, sql },
#define ALLOWED(who, sql)
#include "tests/store/role_attempts.def"
#undef ALLOWED
#undef FORBIDDEN
	/* clang-format on */
};

static const struct attempt allowed[] = {
/* clang-format off */
#define ALLOWED(who, sql) { who, sql },
#define FORBIDDEN(who, sql)
#include "tests/store/role_attempts.def"
#undef ALLOWED
#undef FORBIDDEN
	/* clang-format on */
};

static bool
is_meant(const struct attempt *a, size_t who, size_t all)
{
	return a->who[0] == '\0'
		   ? who < all
		   : str_in(str_of(a->who), ' ', str_of(roles[who]));
}

static void
test_what_is_forbidden_fails_for_want_of_a_right(void **state)
{
	size_t n_wrong = 0, n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		for (size_t who = 0; who < ROLES; who++) {
			const char *sql = fill_in(forbidden[i].sql, who);
			struct str said;

			if (!is_meant(&forbidden[i], who, ROLES))
				continue;
			n++;
			said = try_sql(who, sql, NULL);
			if (str_search(said, STR("42501: ")) < said.n)
				continue;
			n_wrong++;
			print_error(
			    "%s: %s: %.*s\n", roles[who], sql, STR_ARG(said));
		}
	assert_int_equal(n_wrong, 0);
	assert_true(n > 500);
}

static void
test_what_they_need_works(void **state)
{
	size_t n_wrong = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
		for (size_t who = 0; who < ROLES; who++) {
			const char *sql = fill_in(allowed[i].sql, who);
			struct str said;

			if (!is_meant(&allowed[i], who, PROCESSES))
				continue;
			said = try_sql(who, sql, NULL);
			if (str_is(said, "fine"))
				continue;
			n_wrong++;
			print_error(
			    "%s: %s: %.*s\n", roles[who], sql, STR_ARG(said));
		}
	assert_int_equal(n_wrong, 0);
}

/* No error tells of rows that one does not see: there must be none. */
static void
test_rows_of_others_are_not_there(void **state)
{
	static const struct attempt rows[] = {
		{ ALL, "SELECT FROM run.instance WHERE service <> '%'" },
		{ ALL,
		    "UPDATE run.instance SET seen_at = now() WHERE service <> "
		    "'%' RETURNING 1" },
		{ ALL,
		    "DELETE FROM run.instance WHERE service <> '%' RETURNING "
		    "1" },
		{ SERVICES, "SELECT FROM run.cursor WHERE service <> '%'" },
		{ SERVICES,
		    "UPDATE run.cursor SET seq = 99 WHERE service <> '%' "
		    "RETURNING 1" },
		{ SERVICES, "SELECT FROM run.deadline WHERE service <> '%'" },
		{ SERVICES, "UPDATE run.deadline SET state = 'cancelled' WHERE "
			    "service <> '%' RETURNING 1" },
		{ SERVICES,
		    "UPDATE run.pause SET to_at = now() WHERE service <> '%' "
		    "RETURNING 1" },
		{ SERVICES,
		    "DELETE FROM run.parked WHERE service <> '%' RETURNING 1" },
		{ SERVICES,
		    "SELECT FROM run.parked_request WHERE service <> '%'" },
		{ SERVICES, "SELECT FROM run.parked_log WHERE service <> '%'" },
		{ SERVICES,
		    "UPDATE run.parked SET reason = '' WHERE service <> '%' "
		    "RETURNING 1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t who = 0; who < ROLES; who++) {
			const char *sql = fill_in(rows[i].sql, who);
			size_t n = 0;

			if (!is_meant(&rows[i], who, PROCESSES))
				continue;
			assert_true(str_is(try_sql(who, sql, &n), "fine"));
			if (n != 0)
				fail_msg("%s sees %zu: %s", roles[who], n, sql);
		}
	/* They are there for the owner. */
	assert_true(str_is(scratch_ask(scratch, arena,
			       "SELECT count(DISTINCT service)::text FROM "
			       "run.instance"),
	    "6"));
	assert_true(str_is(scratch_ask(scratch, arena,
			       "SELECT max(seq)::text FROM run.cursor"),
	    "1"));
}

static void
test_no_role_has_more_than_a_login(void **state)
{
	(void)state;
	assert_true(
	    str_is(scratch_ask(scratch, arena,
		       "SELECT count(*)::text FROM pg_roles WHERE rolname LIKE "
		       "'huying\\_%' AND rolcanlogin AND NOT (rolsuper OR "
		       "rolcreaterole OR rolcreatedb OR rolreplication OR "
		       "rolbypassrls)"),
		"7"));
	assert_true(str_is(
	    scratch_ask(scratch, arena,
		"SELECT count(*)::text FROM pg_auth_members m JOIN pg_roles r "
		"ON r.oid = m.member WHERE r.rolname LIKE 'huying\\_%'"),
	    "0"));
}

/* Pages that a service's question takes, from memory or from the disk. */
static int64_t
pages_of(size_t who, const char *sql)
{
	struct db_query q = { .name = arena_printf(arena, "try%d", n_tried++).p,
		.sql = arena_printf(
		    arena, "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF) %s", sql)
			   .p };
	AUTO(rows_free) struct rows *rows = NULL;
	int64_t pages = 0;
	struct err e;

	assert_int_equal(db_prepare(as[who], &q, 1, &e), RC_OK);
	assert_int_equal(db_exec(as[who], q.name, NULL, &rows, &e), RC_OK);
	for (size_t i = 0; i < rows_n(rows); i++) {
		const char *line =
		    arena_printf(arena, "%.*s", STR_ARG(rows_str(rows, i, 0)))
			.p;
		const char *hit = strstr(line, "hit="),
			   *read = strstr(line, "read=");

		/* The first line counts all below it. */
		if (strstr(line, "Buffers:") == NULL)
			continue;
		pages += hit != NULL ? atol(hit + 4) : 0;
		pages += read != NULL ? atol(read + 5) : 0;
		break;
	}
	return pages;
}

/* Very many limits of one service, all due: nobody reads them all to ask. */
static void
test_a_herd_is_not_read_to_see_whether_one_waits(void **state)
{
	(void)state;
	scratch_run(scratch,
	    "DELETE FROM run.deadline;"
	    "INSERT INTO run.deadline (service, thing, name, casefile, "
	    "division, unit, kind, state, rule, armed_at, due_at, wake_at, "
	    "cause, trace) SELECT 'dispatcher', i::text, 'finish', i::text, "
	    "'330122', 'u' || i %% 100, 'duty', 'armed', 'natural:5d', "
	    "now() - interval '6 days', now() - interval '1 day', "
	    "CASE WHEN i %% 2 = 0 THEN now() - interval '1 day' END, "
	    "'c', 't' "
	    "FROM generate_series(1, 50000) i;"
	    "ANALYZE run.deadline");
	/* Once for the catalogue's pages. */
	for (int i = 0; i < 2; i++) {
		int64_t own = pages_of(
			    2, "SELECT * FROM run.waiting('dispatcher', 1)"),
			other = pages_of(
			    4, "SELECT * FROM run.waiting('mediation', 500)");

		if (i == 1 && (own > 100 || other > 100))
			fail_msg("%lld and %lld pages", (long long)own,
			    (long long)other);
	}
	scratch_run(scratch, "DELETE FROM run.deadline");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_they_need_works),
		cmocka_unit_test(
		    test_what_is_forbidden_fails_for_want_of_a_right),
		cmocka_unit_test(test_rows_of_others_are_not_there),
		cmocka_unit_test(test_no_role_has_more_than_a_login),
		cmocka_unit_test(
		    test_a_herd_is_not_read_to_see_whether_one_waits),
	};

	if (!scratch_possible("test_store_roles"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
