#include "tests/lib/scratch.h"

#include "common/db/migrations.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct scratch {
	struct db *admin; /* where databases are made */
	struct db *db;
	char name[64];
	char dsn[512];
	int n_asked;
};

static void
give_up(const char *what, const struct err *e)
{
	(void)fprintf(stderr, "%s: %s\n", what, e->text);
	never("the scratch database does not do what it must");
}

static void
run_in(struct db *db, const char *sql)
{
	struct err e;

	if (db_script(db, sql, &e) != RC_OK)
		give_up(sql, &e);
}

bool
scratch_possible(const char *test)
{
	if (getenv("TEST_DB") != NULL)
		return true;
	(void)fprintf(stderr, "%s: TEST_DB is not set; nothing tested\n", test);
	return false;
}

struct scratch *
scratch_new(void)
{
	struct scratch *s = xcalloc(1, sizeof(*s));
	const char *cluster = getenv("TEST_DB");
	char sql[128];
	struct migrated m;
	struct err e;

	must(cluster != NULL);
	(void)snprintf(s->name, sizeof(s->name), "scratch_%d", getpid());
	(void)snprintf(
	    s->dsn, sizeof(s->dsn), "%s dbname=%s", cluster, s->name);
	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", s->name);
	if (db_open(&s->admin, cluster, "scratch", &e) != RC_OK)
		give_up(cluster, &e);
	run_in(s->admin, sql);
	if (db_open(&s->db, s->dsn, "scratch", &e) != RC_OK)
		give_up(s->dsn, &e);
	if (db_migrate(s->db, &m, &e) != RC_OK)
		give_up("migrate", &e);
	return s;
}

void
scratch_free(struct scratch **sp)
{
	struct scratch *s = *sp;
	char sql[128];

	if (s == NULL)
		return;
	db_close(&s->db);
	(void)snprintf(sql, sizeof(sql), "DROP DATABASE %s (FORCE)", s->name);
	run_in(s->admin, sql);
	db_close(&s->admin);
	free(s);
	*sp = NULL;
}

struct db *
scratch_db(struct scratch *s)
{
	return s->db;
}

const char *
scratch_dsn(const struct scratch *s)
{
	return s->dsn;
}

void
scratch_run(struct scratch *s, const char *fmt, ...)
{
	char sql[8192];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(sql, sizeof(sql), fmt, ap);
	va_end(ap);
	must(n >= 0 && (size_t)n < sizeof(sql));
	run_in(s->db, sql);
}

struct str
scratch_ask(struct scratch *s, struct arena *arena, const char *sql)
{
	struct db_query query = { .sql = sql };
	struct rows *rows;
	struct err e;
	struct str text;

	query.name = arena_printf(arena, "ask%d", s->n_asked++).p;
	if (db_prepare(s->db, &query, 1, &e) != RC_OK ||
	    db_exec(s->db, query.name, NULL, &rows, &e) != RC_OK)
		give_up(sql, &e);
	text = rows_n(rows) > 0 ? arena_str(arena, rows_str(rows, 0, 0))
				: STR("no row");
	rows_free(&rows);
	return text;
}
