/*
 * The simulation's database against the real one: every statement of a
 * simulated world, in the same order, over the same sessions, at the same
 * time of the clock, must find in PostgreSQL what it found there.
 */
#include "common/run/things.h"
#include "tests/lib/celltext.h"
#include "tests/lib/scratch.h"
#include "tests/sim/trace.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "dispatcher_sql.h"
#include "intake_sql.h"
#include "run_sql.h"
#include "scoring_sql.h"

#define SESSIONS_MAX 4096
#define ARGS_MAX 16
#define COLUMNS_MAX 48
#define TEXT_MAX 65536

extern const struct run_desc intake_service, dispatcher_service,
    enforcement_service, mediation_service, scoring_service;

static const struct run_desc *const services[] = { &intake_service,
	&dispatcher_service, &enforcement_service, &mediation_service,
	&scoring_service };

static const struct db_query own_queries[] = {
	/* As the bus does it. */
	{ "sim_seal", "INSERT INTO vault.sealed (source, id, digest, box) "
		      "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING" },
	{ "sim_request",
	    "INSERT INTO run.parked_request (id, service, action, casefile, "
	    "seq, who, reason, asked_at) OVERRIDING SYSTEM VALUE "
	    "VALUES ($1, $2, $3, $4, $5, 'sim', 'because', "
	    "clock_timestamp())" },
	{ "sim_clock", "WITH c AS (UPDATE run.clock SET sandbox = true, "
		       "base_at = $1::timestamptz) "
		       "UPDATE sim.now SET at = $1::timestamptz" },
};

/* Both clocks stand where the simulation's stood. */
static const char *const clock_sql[] = {
	"CREATE SCHEMA sim",
	"CREATE TABLE sim.now (at timestamptz)",
	"INSERT INTO sim.now VALUES (NULL)",
	"CREATE FUNCTION sim.clock_timestamp() RETURNS timestamptz "
	"LANGUAGE sql AS 'SELECT at FROM sim.now'",
	"ALTER TABLE run.instance "
	"ALTER seen_at SET DEFAULT sim.clock_timestamp()",
};

/*
 * What the simulation does in a simpler way, or not at all; and a sign of life
 * that here outlives the failure of what was sent behind it.
 */
#define NOT_COMPARED                                                           \
	"intake_propose|migrate_newest|run_replan|run_lazy|run_lag|run_seen"

struct replay {
	struct scratch *scratch;
	struct arena *arena; /* of one record */
	FILE *in;
	PGconn *admin;
	PGconn *session[SESSIONS_MAX];
	int64_t now_us;
	long n; /* records so far */
	long n_rows;
};

static bool
get(struct replay *r, int64_t *n)
{
	return fread(n, sizeof(*n), 1, r->in) == 1;
}

static int64_t
must_get(struct replay *r)
{
	int64_t n = 0;

	assert_true(get(r, &n));
	return n;
}

static struct str
get_str(struct replay *r)
{
	int64_t n = must_get(r);
	char *p;

	if (n < 0)
		return (struct str){ NULL, 0 };
	p = arena_alloc(r->arena, (size_t)n + 1);
	assert_non_null(p);
	assert_int_equal(fread(p, 1, (size_t)n, r->in), n);
	return (struct str){ p, (size_t)n };
}

static void
prepare(PGconn *c, const struct db_query *q, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		PGresult *res = PQprepare(c, q[i].name, q[i].sql, 0, NULL);

		if (PQresultStatus(res) != PGRES_COMMAND_OK)
			fail_msg("%s: %s", q[i].name, PQerrorMessage(c));
		PQclear(res);
	}
}

static void
run_plain(PGconn *c, const char *sql)
{
	PGresult *res = PQexec(c, sql);

	if (PQresultStatus(res) != PGRES_COMMAND_OK &&
	    PQresultStatus(res) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(c));
	PQclear(res);
}

static PGconn *
connect_to(struct replay *r)
{
	PGconn *c = PQconnectdb(scratch_dsn(r->scratch));

	assert_int_equal(PQstatus(c), CONNECTION_OK);
	run_plain(c, "SET client_min_messages = error");
	run_plain(c, "SET TimeZone = UTC");
	run_plain(c, "SET search_path = sim, pg_catalog, public");
	run_plain(c, "SET synchronous_commit = off");
	/* A lock that is not free here was free there. */
	run_plain(c, "SET lock_timeout = '10s'");
	prepare(c, run_queries, ARRAY_LEN(run_queries));
	prepare(c, intake_queries, ARRAY_LEN(intake_queries));
	prepare(c, scoring_queries, ARRAY_LEN(scoring_queries));
	prepare(c, dispatcher_queries, ARRAY_LEN(dispatcher_queries));
	prepare(c, own_queries, ARRAY_LEN(own_queries));
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		struct db_query q[2 * THINGS_MAX];
		struct arena *arena = arena_new((size_t)256 * 1024);

		prepare(c, q, run_things(services[i]->machine, q, arena));
		arena_free(&arena);
	}
	return c;
}

static PGconn **
session_of(struct replay *r, int64_t number)
{
	assert_true(number >= 0 && number < SESSIONS_MAX);
	if (r->session[number] == NULL)
		r->session[number] = connect_to(r);
	return &r->session[number];
}

static PGresult *
execute(PGconn *c, const char *name, const struct str *args, int n)
{
	const char *values[ARGS_MAX];
	int lens[ARGS_MAX], formats[ARGS_MAX];

	for (int i = 0; i < n; i++) {
		values[i] = args[i].p;
		lens[i] = (int)args[i].n;
		formats[i] = 1;
	}
	return PQexecPrepared(c, name, n, values, lens, formats, 1);
}

static void
set_clock(struct replay *r, int64_t now_us)
{
	struct num at = num_of(now_us - INT64_C(946684800000000));
	struct str arg = CELL_NUM(at);
	PGresult *res;

	if (now_us == r->now_us)
		return;
	r->now_us = now_us;
	res = execute(r->admin, "sim_clock", &arg, 1);
	assert_int_equal(PQresultStatus(res), PGRES_COMMAND_OK);
	PQclear(res);
}

/* The columns of the simulation, and where PostgreSQL has them. */
struct columns {
	int64_t n;
	struct str name[COLUMNS_MAX];
	int64_t type[COLUMNS_MAX];
	int real[COLUMNS_MAX];
};

static struct str
rows_there(struct replay *r, const struct columns *c, int64_t n)
{
	struct str *rows =
	    arena_alloc(r->arena, ((size_t)n + 1) * sizeof(*rows));
	struct buf one;

	buf_init(&one, (size_t)1 << 24);
	for (int64_t i = 0; i < n; i++) {
		buf_reset(&one);
		for (int64_t k = 0; k < c->n; k++)
			celltext_put(get_str(r), c->type[k], &one);
		rows[i] = arena_str(r->arena, buf_get(&one));
	}
	buf_fini(&one);
	return celltext_sorted(rows, (size_t)n, r->arena);
}

static struct str
rows_here(struct replay *r, const struct columns *c, const PGresult *res)
{
	int n = PQntuples(res);
	struct str *rows =
	    arena_alloc(r->arena, ((size_t)n + 1) * sizeof(*rows));
	struct buf one;

	buf_init(&one, (size_t)1 << 24);
	for (int i = 0; i < n; i++) {
		buf_reset(&one);
		for (int64_t k = 0; k < c->n; k++) {
			int at = c->real[k];
			struct str s = { PQgetvalue(res, i, at),
				(size_t)PQgetlength(res, i, at) };

			if (PQgetisnull(res, i, at))
				s = (struct str){ NULL, 0 };
			celltext_put(s, c->type[k], &one);
		}
		rows[i] = arena_str(r->arena, buf_get(&one));
	}
	buf_fini(&one);
	return celltext_sorted(rows, (size_t)n, r->arena);
}

static void
compare(struct replay *r, const char *name, const PGresult *res)
{
	struct columns c = { .n = must_get(r) };
	struct str there, here;
	int64_t n;

	for (int64_t k = 0; k < c.n; k++) {
		c.name[k] = get_str(r);
		c.type[k] = must_get(r);
		c.real[k] = PQfnumber(res, c.name[k].p);
	}
	n = must_get(r);
	there = rows_there(r, &c, n);
	if (str_in(STR(NOT_COMPARED), '|', str_of(name)))
		return;
	for (int64_t k = 0; k < c.n; k++)
		if (c.real[k] < 0)
			fail_msg("%s has no column %s", name, c.name[k].p);
	here = rows_here(r, &c, res);
	r->n_rows += (long)n;
	if (!str_eq(there, here))
		fail_msg("record %ld, %s\nsimulation:\n%.*s\nPostgreSQL:\n%.*s",
		    r->n, name, STR_ARG(there), STR_ARG(here));
}

static void
replay_done(struct replay *r, int64_t number)
{
	PGconn *c = *session_of(r, number);
	struct str args[ARGS_MAX], name;
	ExecStatusType status;
	PGresult *res;
	int64_t n;

	set_clock(r, must_get(r));
	name = get_str(r);
	n = must_get(r);
	assert_true(n <= ARGS_MAX);
	for (int64_t i = 0; i < n; i++)
		args[i] = get_str(r);
	if (strcmp(name.p, "begin") == 0 || strcmp(name.p, "commit") == 0 ||
	    strcmp(name.p, "rollback") == 0)
		res = PQexec(c, name.p);
	else if (strcmp(name.p, "migrate_newest") == 0)
		res = PQexec(c, "SELECT 1");
	else
		res = execute(c, name.p, args, (int)n);
	status = PQresultStatus(res);
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		fail_msg("record %ld, %s: %s", r->n, name.p, PQerrorMessage(c));
	compare(r, name.p, res);
	PQclear(res);
}

/* It failed there by a fault; here its transaction fails by another. */
static void
replay_failed(struct replay *r, int64_t number)
{
	PGconn *c = *session_of(r, number);

	(void)get_str(r);
	if (PQtransactionStatus(c) != PQTRANS_IDLE)
		PQclear(PQexec(c, "SELECT 1 / 0"));
}

static void
replay_closed(struct replay *r, int64_t number)
{
	PGconn **c = session_of(r, number);

	if (PQtransactionStatus(*c) != PQTRANS_IDLE)
		run_plain(*c, "ROLLBACK");
	PQfinish(*c);
	*c = NULL;
}

static void
replay_file(struct replay *r, const char *path)
{
	int64_t kind;

	r->in = fopen(path, "r");
	assert_non_null(r->in);
	for (; get(r, &kind); r->n++) {
		int64_t number = must_get(r);

		arena_reset(r->arena);
		if (kind == TRACE_DONE)
			replay_done(r, number);
		else if (kind == TRACE_FAILED)
			replay_failed(r, number);
		else
			replay_closed(r, number);
	}
	(void)fclose(r->in);
}

static void
replay_seed(int seed)
{
	struct replay r = { .now_us = 0 };
	char path[64], command[256];

	(void)snprintf(path, sizeof(path), "/tmp/huying-trace.%d", getpid());
	(void)snprintf(command, sizeof(command),
	    "build/%s/sim --seed %d --trace %s >/dev/null",
	    getenv("MODE") != NULL ? getenv("MODE") : "release", seed, path);
	if (system(command) != 0)
		fail_msg("%s", command);
	r.scratch = scratch_new();
	r.arena = arena_new((size_t)1 << 30);
	for (size_t i = 0; i < ARRAY_LEN(clock_sql); i++)
		scratch_run(r.scratch, "%s", clock_sql[i]);
	r.admin = connect_to(&r);
	replay_file(&r, path);
	print_message(
	    "seed %d: %ld statements, %ld rows\n", seed, r.n, r.n_rows);
	assert_true(r.n > 300 && r.n_rows > 300);
	(void)unlink(path);
	for (size_t i = 0; i < SESSIONS_MAX; i++)
		PQfinish(r.session[i]);
	PQfinish(r.admin);
	arena_free(&r.arena);
	scratch_free(&r.scratch);
}

static void
test_postgresql_answers_as_the_simulation_did(void **state)
{
	static const int seeds[] = { 4, 8, 10, 12 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(seeds); i++)
		replay_seed(seeds[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_postgresql_answers_as_the_simulation_did),
	};

	if (!scratch_possible("test_store_sim"))
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
