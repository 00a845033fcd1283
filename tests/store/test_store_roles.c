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
	/* The journal is append only, and through append() only. */
	{ ALL, "UPDATE journal.event SET type = 'x'" },
	{ ALL, "DELETE FROM journal.event" },
	{ ALL, "TRUNCATE journal.event" },
	{ ALL, "INSERT INTO journal.event (seq, epoch, at, slot, source, id, type, division, envelope) VALUES (9, 1, now(), 0, '/a', '9', 'x', '', '')" },
	{ ALL, "INSERT INTO journal.event_1 (seq, epoch, at, slot, source, id, type, division, envelope) VALUES (9, 1, now(), 0, '/a', '9', 'x', '', '')" },
	{ ALL, "UPDATE journal.event_1 SET type = 'x'" },
	{ ALL, "TRUNCATE journal.event_1" },
	{ ALL, "UPDATE journal.event_key SET seq = 1" },
	{ ALL, "DELETE FROM journal.event_key" },
	{ ALL, "INSERT INTO journal.event_key VALUES ('/a', '9', 9, '')" },
	{ ALL, "UPDATE journal.link SET hash = ''" },
	{ ALL, "DELETE FROM journal.link" },
	{ ALL, "TRUNCATE journal.link" },
	{ ALL, "INSERT INTO journal.link VALUES (9, 9, '', '')" },
	{ ALL, "INSERT INTO journal.epoch (epoch, from_seq, reason) VALUES (9, 9, 'x')" },
	{ ALL, "UPDATE journal.epoch SET reason = 'x'" },
	{ ALL, "DELETE FROM journal.epoch" },
	{ ALL, "DELETE FROM journal.range" },
	{ ALL, "INSERT INTO journal.range VALUES (9, 10, now())" },
	{ ALL, "UPDATE journal.shape SET range_size = 1000" },
	{ ALL, "DELETE FROM journal.reader" },
	{ SERVICES, "INSERT INTO journal.reader (client, name, seq, epoch) VALUES ('x', 'x', 1, 1)" },
	{ SERVICES, "SELECT * FROM journal.reader" },
	{ SERVICES, "SELECT * FROM journal.event_key" },
	{ SERVICES, "INSERT INTO journal.type_last VALUES ('x', 1)" },
	{ ALL, "SELECT journal.add_range()" },
	{ ALL, "SELECT journal.begin_epoch(1, 'x')" },
	{ ALL, "SELECT journal.raise_epoch('x')" },
	{ ALL, "SELECT journal.retire(1)" },
	{ ALL, "SELECT journal.line()" },
	{ ALL, "SELECT journal.check_sources('{}')" },
	{ SERVICES, "SELECT journal.check_line()" },
	{ SERVICES, "SELECT run.figures('limits')" },
	{ ALL, "SELECT run.stock(now())" },
	{ ALL, "ALTER TABLE journal.event DISABLE TRIGGER ALL" },
	{ ALL, "ALTER TABLE journal.event DETACH PARTITION journal.event_1" },
	{ ALL, "DROP TABLE journal.event_1" },
	{ ALL, "CREATE TABLE journal.event_x PARTITION OF journal.event FOR VALUES FROM (8000000) TO (8000001)" },
	{ ALL, "DROP TRIGGER append_only ON journal.event" },
	{ ALL, "DO $$BEGIN LOCK TABLE journal.event IN ACCESS EXCLUSIVE MODE; END$$" },
	{ ALL, "SET session_replication_role = 'replica'" },
	/* Nobody speaks for another. */
	{ SERVICES, APPEND("/!") },
	{ SERVICES, APPEND("/%', '/!") },
	{ SERVICES, APPEND("/hotline") },
	{ SERVICES, APPEND("/%/x") },
	{ ALL, APPEND("/registry") },
	{ ALL, APPEND("/clock") },
	{ "bus", APPEND("/intake") },
	{ "bus", APPEND("/hotline', '/scoring") },
	{ ALL, "SELECT run.announce('/registry', 'registry.changed', 'x', '')" },
	{ ALL, "SELECT run.set_clock(now())" },
	{ ALL, "SELECT registry.announce('x', 'y')" },
	{ ALL, "UPDATE run.clock SET base_at = now()" },
	{ ALL, "SELECT * FROM run.clock" },
	/* Each its own schema. */
	{ SERVICES, "SELECT * FROM !.casefile" },
	{ "bus", "SELECT * FROM dispatcher.casefile" },
	{ "bus", "SELECT * FROM scoring.tally" },
	{ SERVICES, "INSERT INTO !.casefile (id) VALUES ('x')" },
	{ "dispatcher", "SELECT * FROM scoring.tally" },
	{ "scoring intake mediation enforcement bus", "UPDATE dispatcher.task SET state = 'x'" },
	{ "scoring intake mediation dispatcher bus", "UPDATE enforcement.penalty SET state = 'x'" },
	{ "scoring intake enforcement dispatcher bus", "UPDATE mediation.mediation SET state = 'x'" },
	{ "intake mediation enforcement dispatcher bus", "UPDATE scoring.score SET state = 'x'" },
	{ "scoring mediation enforcement dispatcher bus", "UPDATE intake.report SET state = 'x'" },
	{ "intake", "DELETE FROM intake.report" },
	{ "dispatcher", "DELETE FROM dispatcher.task" },
	{ "dispatcher", "TRUNCATE dispatcher.task" },
	{ "enforcement", "DELETE FROM enforcement.penalty" },
	{ "mediation", "DELETE FROM mediation.agreement" },
	{ "scoring", "DELETE FROM scoring.tally" },
	{ "scoring", "DROP TABLE scoring.tally" },
	{ "scoring", "ALTER TABLE scoring.tally ADD COLUMN x int" },
	{ SERVICES, "CREATE TABLE %.x (i int)" },
	{ SERVICES, "CREATE FUNCTION %.x() RETURNS int LANGUAGE sql AS 'SELECT 1'" },
	/* What they share: their own rows (see below), no more. */
	{ ALL, "INSERT INTO run.instance (service, pid) VALUES ('!', 7)" },
	{ ALL, "UPDATE run.instance SET service = '!'" },
	{ ALL, "INSERT INTO run.cursor (service, slot) VALUES ('%', 9)" },
	{ ALL, "DELETE FROM run.cursor" },
	{ SERVICES, "UPDATE run.cursor SET service = '!'" },
	{ ALL, "DELETE FROM run.deadline" },
	{ ALL, "DELETE FROM run.pause" },
	{ SERVICES, "INSERT INTO run.deadline (service, thing, name, casefile, division, kind, state, rule, armed_at, due_at, cause, trace) VALUES ('!', 't', 'n', 'c', 'd', 'duty', 'armed', 'r', now(), now(), 'c', 't')" },
	{ SERVICES, "INSERT INTO run.parked (service, seq, casefile, reason) VALUES ('!', 1, 'c', 'x')" },
	{ ALL, "INSERT INTO run.parked_request (service, action, casefile, seq, who, reason) VALUES ('%', 'drop', 'c', 1, 'x', 'x')" },
	{ ALL, "UPDATE run.parked_request SET action = 'drop'" },
	{ ALL, "DELETE FROM run.parked_request" },
	{ ALL, "UPDATE run.parked_log SET reason = 'x'" },
	{ ALL, "DELETE FROM run.parked_log" },
	{ SERVICES, "INSERT INTO run.parked_log (service, seq, casefile, action, after_seq, tries, why, parked_at, who, reason) VALUES ('!', 1, 'c', 'taken', 1, 1, 'x', now(), 'x', 'x')" },
	{ "bus", "SELECT * FROM run.parked" },
	{ "bus", "DELETE FROM run.parked" },
	{ "bus", "SELECT * FROM run.cursor" },
	{ "bus", "SELECT * FROM run.deadline" },
	{ ALL, "ALTER TABLE run.cursor DISABLE ROW LEVEL SECURITY" },
	{ ALL, "DROP POLICY own ON run.cursor" },
	{ ALL, "INSERT INTO run.migration (version, name, checksum) VALUES (99, 'x', 'x')" },
	{ ALL, "UPDATE run.migration SET checksum = 'x'" },
	{ ALL, "DELETE FROM run.migration" },
	/* The registry is read. */
	{ ALL, "INSERT INTO registry.pack (name, version, county, title_zh, title_en, valid_from, digest, n_rows) VALUES ('x', '1', 'c', 't', 't', now(), 'd', '{}')" },
	{ ALL, "UPDATE registry.unit SET name_zh = 'x'" },
	{ ALL, "DELETE FROM registry.matter" },
	{ ALL, "TRUNCATE registry.officer" },
	{ ALL, "SELECT registry.index_matters()" },
	{ "bus dispatcher enforcement mediation scoring", "SELECT registry.propose_matters('x', 1)" },
	/* The vault: intake opens it; the bus puts things in, unread. */
	{ "bus dispatcher enforcement mediation scoring", "SELECT * FROM vault.sealed" },
	{ "bus dispatcher enforcement mediation scoring", "SELECT box FROM vault.sealed" },
	{ "bus dispatcher enforcement mediation scoring", "SELECT count(*) FROM vault.identity" },
	{ ALL, "SELECT * FROM vault.reveal_log" },
	{ ALL, "UPDATE vault.sealed SET box = ''" },
	{ ALL, "DELETE FROM vault.sealed" },
	{ ALL, "TRUNCATE vault.sealed" },
	{ SERVICES, "INSERT INTO vault.sealed (source, id, digest, box) VALUES ('/b', '1', '', '')" },
	{ "bus", "INSERT INTO vault.sealed (source, id, digest, box) VALUES ('/a', '1', '', '') ON CONFLICT (source, id) DO UPDATE SET box = ''" },
	{ "bus", "INSERT INTO vault.sealed (source, id, digest, box) VALUES ('/b', '1', '', '') RETURNING box" },
	{ ALL, "DELETE FROM vault.identity" },
	{ ALL, "INSERT INTO vault.reveal_log (token, who, reason) VALUES ('t', 'x', 'x')" },
	{ ALL, "DELETE FROM vault.reveal_log" },
	{ ALL, "SELECT vault.shred('t')" },
	{ "intake", "SELECT sealed FROM vault.identity" },
	{ "intake", "UPDATE vault.identity SET report = 'r' WHERE token = 't'" },
	{ ALL, "UPDATE vault.key SET retired_at = NULL" },
	{ ALL, "SELECT * FROM vault.key" },
	{ ALL, "SELECT vault.announce('identity.revealed', '', '', '')" },
	{ ALL, "SELECT vault.hold_keys(ARRAY['k'])" },
	{ ALL, "SELECT * FROM vault.over()" },
	{ ALL, APPEND("/vault") },
	{ "bus " SERVICES, "SELECT * FROM vault.reveal('r', 'OF-1', 'to see', 'me')" },
	{ "bus " SERVICES, "SELECT * FROM vault.looked('')" },
	{ "bus " SERVICES, "SELECT * FROM vault.next_locked('k', '', 1)" },
	{ "bus " SERVICES, "SELECT vault.relock('k', '{}', '{}')" },
	{ "bus " SERVICES, "SELECT * FROM vault.unnoted('', '', 1)" },
	{ "bus " SERVICES, "SELECT vault.retire('k')" },
	{ "bus " SERVICES, "SELECT vault.shred_over(1)" },
	{ "bus " SERVICES, "SELECT vault.count_over()" },
	{ "bus " SERVICES, "SELECT vault.keys()" },
	{ "bus " SERVICES, "SELECT vault.add_key('k', 'lock')" },
	/* Who opens the vault does it through its functions, and nothing else. */
	{ "vault", "SELECT * FROM vault.identity" },
	{ "vault", "SELECT box FROM vault.sealed" },
	{ "vault", "SELECT count(*) FROM journal.event" },
	{ "vault", "SELECT count(*) FROM intake.report" },
	{ "vault", "SELECT run.now()" },
	/* Who may come in: the bus looks. */
	{ SERVICES, "SELECT * FROM access.client" },
	{ SERVICES, "SELECT * FROM access.key" },
	{ SERVICES, "SELECT * FROM access.grant" },
	{ SERVICES, "SELECT * FROM access.change" },
	{ ALL, "SELECT * FROM access.server" },
	{ ALL, "INSERT INTO access.client (name, rate, burst) VALUES ('x', 1, 1)" },
	{ ALL, "UPDATE access.client SET rate = 9" },
	{ ALL, "INSERT INTO access.key (public_key, client) VALUES (repeat('a', 40), 'grid')" },
	{ ALL, "INSERT INTO access.grant (client, verb, pattern) VALUES ('grid', 'live', '*')" },
	{ ALL, "UPDATE access.grant SET ended_at = NULL" },
	{ ALL, "DELETE FROM access.grant" },
	{ ALL, "DELETE FROM access.change" },
	{ ALL, "INSERT INTO access.server VALUES (repeat('a', 40))" },
	{ ALL, "SELECT access.at(now())" },
	/* Things of their own, and of the server's. */
	{ ALL, "CREATE TABLE public.x (i int)" },
	{ ALL, "CREATE TEMP TABLE x (i int)" },
	{ ALL, "CREATE SCHEMA x" },
	{ ALL, "CREATE VIEW public.x AS SELECT 1" },
	{ ALL, "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS 'SELECT 1'" },
	{ ALL, "CREATE FUNCTION pg_temp.x() RETURNS int LANGUAGE sql AS 'SELECT 1'" },
	{ ALL, "CREATE SEQUENCE public.x" },
	{ ALL, "CREATE EXTENSION hstore SCHEMA registry" },
	{ ALL, "CREATE ROLE x" },
	{ ALL, "ALTER ROLE huying_! SUPERUSER" },
	{ ALL, "ALTER ROLE huying_! PASSWORD 'x'" },
	{ ALL, "ALTER ROLE huying_% CREATEROLE" },
	{ ALL, "GRANT huying_! TO huying_%" },
	{ ALL, "SET ROLE huying_!" },
	{ ALL, "SET SESSION AUTHORIZATION huying_!" },
	{ ALL, "ALTER FUNCTION journal.append(text[], text[], text[], text[], text[], bytea[], bytea[]) SECURITY INVOKER" },
	{ ALL, "CREATE OR REPLACE FUNCTION run.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'" },
	{ ALL, "ALTER SYSTEM SET fsync = off" },
	{ ALL, "COPY (SELECT 1) TO PROGRAM 'true'" },
	{ ALL, "COPY (SELECT 1) TO '/tmp/huying-roles-test'" },
	{ ALL, "SELECT pg_read_file('/etc/passwd')" },
	{ ALL, "SELECT pg_ls_dir('/')" },
	{ ALL, "SELECT lo_create(0)" },
	{ ALL, "SELECT lo_from_bytea(0, 'x')" },
	{ ALL, "SELECT lo_import('/etc/passwd')" },
	{ ALL, "SELECT pg_advisory_lock(7255, 1)" },
	{ ALL, "SELECT pg_advisory_xact_lock(7255, 1)" },
	{ ALL, "SELECT pg_try_advisory_lock(7255)" },
	{ ALL, "SELECT pg_switch_wal()" },
	{ ALL, "SELECT pg_reload_conf()" },
	{ ALL, "SELECT pg_create_restore_point('x')" },
	{ ALL, "SELECT rolpassword FROM pg_authid" },
	/* clang-format on */
};

static const struct attempt allowed[] = {
	/* clang-format off */
	{ ALL, "SELECT count(*) FROM journal.event" },
	{ ALL, "SELECT journal.head()" },
	{ ALL, "SELECT max(epoch) FROM journal.epoch" },
	{ SERVICES, APPEND("/%") },
	{ "bus", APPEND("/hotline") },
	{ ALL, "SELECT run.now()" },
	{ ALL, "SELECT max(version) FROM run.migration" },
	{ ALL, "SELECT count(*) FROM registry.unit" },
	{ ALL, "INSERT INTO run.instance (service, pid) VALUES ('%', 7) ON CONFLICT (service, pid) DO UPDATE SET seen_at = clock_timestamp()" },
	{ ALL, "DELETE FROM run.instance WHERE service = '%' AND pid = 7" },
	{ SERVICES, "SELECT slot FROM run.cursor WHERE service = '%' FOR UPDATE SKIP LOCKED" },
	{ SERVICES, "UPDATE run.cursor SET seq = 1 WHERE service = '%'" },
	{ SERVICES, "INSERT INTO run.deadline (service, thing, name, casefile, division, kind, state, rule, armed_at, due_at, cause, trace) VALUES ('%', 't', 'n', 'c', 'd', 'duty', 'armed', 'r', now(), now(), 'c', 't')" },
	{ SERVICES, "UPDATE run.deadline SET state = 'cancelled' WHERE service = '%'" },
	{ SERVICES, "INSERT INTO run.pause (service, thing, name, from_at, reason) VALUES ('%', 't', 'n', now(), 'x')" },
	{ SERVICES, "INSERT INTO run.parked (service, seq, casefile, reason) VALUES ('%', 1, 'c', 'x') ON CONFLICT DO NOTHING" },
	{ SERVICES, "UPDATE run.parked_request SET done_at = now(), outcome = 'x' WHERE service = '%'" },
	{ SERVICES, "INSERT INTO run.parked_log (service, seq, casefile, action, after_seq, tries, why, parked_at, who, reason) VALUES ('%', 1, 'c', 'taken', 1, 1, 'x', now(), 'x', 'x')" },
	{ SERVICES, "DELETE FROM run.parked WHERE service = '%'" },
	{ SERVICES, "SELECT lag FROM run.lag WHERE service = '%'" },
	{ SERVICES, "SELECT journal.still(journal.head())" },
	{ "intake", "SELECT box FROM vault.sealed" },
	{ "intake", "SELECT token, person FROM vault.identity" },
	{ "intake", "INSERT INTO vault.identity (token, report, source, id, sealed, key_id, created_at) VALUES ('t', 'r', '/a', '1', '', 'k', now()), ('u', 'r', '/a', '2', '', 'k', now()) ON CONFLICT (token) DO NOTHING" },
	{ "vault", "SELECT * FROM vault.reveal('r', 'OF-1', 'to see', 'me')" },
	{ "vault", "SELECT * FROM vault.looked('r')" },
	{ "vault", "SELECT vault.add_key('k2', 'lock'), vault.retire('k2')" },
	{ "vault", "SELECT vault.relock('k', '{t}', '{x}') FROM vault.next_locked('k3', '', 1), vault.unnoted('', '', 1)" },
	{ "vault", "SELECT vault.keys(), vault.count_over(), vault.shred_over(1)" },
	{ "intake", "SELECT registry.propose_matters('x', 1)" },
	{ "intake", "SELECT count(*) FROM intake.report" },
	{ "dispatcher", "SELECT count(*) FROM dispatcher.task" },
	{ "enforcement", "SELECT count(*) FROM enforcement.penalty" },
	{ "mediation", "SELECT count(*) FROM mediation.agreement" },
	{ "scoring", "SELECT scoring.counts(now(), now(), 0)" },
	{ "bus", "INSERT INTO vault.sealed (source, id, digest, box) VALUES ('/b', '1', '', '') ON CONFLICT DO NOTHING" },
	{ "bus", "SELECT count(*) FROM access.grant" },
	{ "bus", "SELECT journal.check_line(), journal.first()" },
	{ "bus", "SELECT count(*) FROM run.figures('limits')" },
	{ "bus", "INSERT INTO journal.reader (client, name, seq, epoch) VALUES ('local', 'x', 1, 1) ON CONFLICT (client, name) DO UPDATE SET seq = 2" },
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
