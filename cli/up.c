/*
 * huying up and down: one machine's database, bus and services, under a
 * small supervisor that starts again whoever falls.
 */
#include "cli/cli.h"

#include "cli/supervise.h"
#include "common/db/migrations.h"
#include "services/intake/vault.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 30000

static const struct db_query queries[] = {
	{ "up_sandbox",
	    "UPDATE run.clock SET sandbox = true WHERE journal.head() = 0" },
	{ "up_is_sandbox", "SELECT sandbox FROM run.clock" },
	{ "up_seen",
	    "SELECT count(DISTINCT service) FROM run.instance "
	    "WHERE seen_at > clock_timestamp() - interval '5 seconds'" },
};

static const char up_usage[] =
    "usage: huying up [--sandbox] [--fresh]\n"
    "\n"
    "Starts a private PostgreSQL cluster, the bus and the five services\n"
    "under var/ (HUYING_VAR), and writes var/env for the other commands.\n"
    "What runs already is left alone.\n"
    "\n"
    "  --sandbox   a new database gets a clock that can be moved\n"
    "  --fresh     throw a sandbox's data away and begin anew\n"
    "\n"
    "Exit codes: 0 up, 1 --fresh, and it is no sandbox, 2 wrong usage,\n"
    "3 something did not start.\n";

static const char down_usage[] =
    "usage: huying down\n"
    "\n"
    "Stops the services, the bus and the database that huying up started,\n"
    "and nothing else.  The data stays.\n"
    "\n"
    "Exit codes: 0 down, 1 something did not stop, 2 wrong usage.\n";

/* Where things of this installation lie. */
struct place {
	const char *root;
	const char *var;
	char sockets[64];
	char data[PATH_MAX];
	char dsn[160];
	char keys[PATH_MAX];
};

/* Sockets get a short directory: a unix socket's path holds 107 bytes. */
static int
place_find(struct place *p)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[13], real[PATH_MAX];

	p->root = cli_root();
	p->var = cli_var();
	if (p->root == NULL) {
		cli_say("cannot tell where I am installed");
		return EXIT_CONNECT;
	}
	if (mkdir(p->var, 0755) != 0 && errno != EEXIST) {
		cli_say("%s: %s", p->var, strerror(errno));
		return EXIT_CONNECT;
	}
	if (realpath(p->var, real) == NULL)
		return EXIT_CONNECT;
	(void)crypto_hash_sha256(
	    hash, (const unsigned char *)real, strlen(real));
	(void)sodium_bin2hex(hex, sizeof(hex), hash, 6);
	(void)snprintf(p->sockets, sizeof(p->sockets), "/tmp/huying-%u-%s",
	    (unsigned)geteuid(), hex);
	(void)snprintf(p->data, sizeof(p->data), "%s/pg", p->var);
	(void)snprintf(p->keys, sizeof(p->keys), "%s/keys", p->var);
	(void)snprintf(p->dsn, sizeof(p->dsn),
	    "host=%s dbname=huying user=huying", p->sockets);
	return -1;
}

/* A path below var, for %s without truncation warnings. */
static const char *
below(const char *dir, const char *name, char path[PATH_MAX + 32])
{
	(void)snprintf(path, PATH_MAX + 32, "%s/%s", dir, name);
	return path;
}

/* Runs deploy/cluster.sh; 0 when it succeeded. */
static int
cluster(const struct place *p, const char *action)
{
	char script[PATH_MAX + 32];
	pid_t pid;
	int status;

	(void)below(p->root, "deploy/cluster.sh", script);
	pid = fork();
	if (pid == 0) {
		(void)execl(script, script, action, p->data,
		    strcmp(action, "start") == 0 ? p->sockets : NULL, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The first connection goes to "postgres", to make our database. */
static int
create_database(const struct place *p, bool fresh)
{
	char dsn[160];
	struct db *db = NULL;
	struct err e;
	bool made;

	(void)snprintf(dsn, sizeof(dsn), "host=%s dbname=postgres user=huying",
	    p->sockets);
	if (db_open(&db, dsn, "up", &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	db_patience(db, 60000);
	made = !fresh ||
	       db_script(db, "DROP DATABASE IF EXISTS huying", &e) == RC_OK;
	if (made && db_script(db, "CREATE DATABASE huying", &e) != RC_OK)
		made = strstr(e.text, "already exists") != NULL;
	db_close(&db);
	if (!made)
		cli_say("%s", e.text);
	return made ? -1 : EXIT_CONNECT;
}

static int
open_db(const struct place *p, struct db **db)
{
	struct err e;

	if (db_open(db, p->dsn, "up", &e) == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}

/* Roles and grants, from deploy/db/roles.sql. */
static enum rc
grant(const struct place *p, struct db *db, struct err *e)
{
	char path[PATH_MAX + 32], chunk[8192];
	struct buf sql;
	FILE *f = fopen(below(p->root, "deploy/db/roles.sql", path), "r");
	size_t n;
	enum rc rc;

	if (f == NULL)
		return err_set(e, RC_FATAL, "%s: %s", path, strerror(errno));
	buf_init(&sql, (size_t)1 << 20);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(&sql, chunk, n);
	(void)fclose(f);
	buf_char(&sql, '\0');
	rc = db_script(db, sql.p, e);
	buf_fini(&sql);
	return rc;
}

static int
migrate(const struct place *p, bool sandbox)
{
	struct db *db = NULL;
	struct migrated m;
	struct err e;
	int code = open_db(p, &db);

	if (code >= 0)
		return code;
	if (db_migrate(db, &m, &e) != RC_OK || grant(p, db, &e) != RC_OK ||
	    db_prepare(db, queries, ARRAY_LEN(queries), &e) != RC_OK ||
	    (sandbox && db_exec(db, "up_sandbox", NULL, NULL, &e) != RC_OK)) {
		cli_say("%s", e.text);
		code = EXIT_CONNECT;
	}
	db_close(&db);
	return code;
}

/* Only a sandbox may be thrown away; no database is as good as one. */
static bool
may_throw_away(const struct place *p)
{
	struct db *db = NULL;
	struct rows *rows = NULL;
	struct err e;
	bool may = true;

	if (db_open(&db, p->dsn, "up", &e) != RC_OK)
		return true;
	if (db_prepare(db, queries, ARRAY_LEN(queries), &e) == RC_OK &&
	    db_exec(db, "up_is_sandbox", NULL, &rows, &e) == RC_OK)
		may = rows_n(rows) == 1 && rows_bool(rows, 0, 0);
	rows_free(&rows);
	db_close(&db);
	return may;
}

/* Q is the quote around values: none for our own reading, ' for a shell's. */
static int
write_env(const struct place *p, const char *name, const char *q)
{
	char path[PATH_MAX + 32];
	FILE *f = fopen(below(p->var, name, path), "w");

	if (f == NULL) {
		cli_say("%s: %s", path, strerror(errno));
		return EXIT_CONNECT;
	}
	(void)fprintf(f, "HUYING_DB=%s%s%s\n", q, p->dsn, q);
	(void)fprintf(f, "HUYING_RUN=%s%s%s\n", q, p->sockets, q);
	(void)fprintf(
	    f, "HUYING_INTAKE_KEY=%s%s/intake.key%s\n", q, p->keys, q);
	(void)fprintf(
	    f, "HUYING_INTAKE_PUBLIC_KEY=%s%s/intake.pub%s\n", q, p->keys, q);
	(void)fprintf(f, "HUYING_VAULT_KEY=%s%s/vault.key%s\n", q, p->keys, q);
	return fclose(f) == 0 ? -1 : EXIT_CONNECT;
}

static int
make_keys(const struct place *p)
{
	struct err e;

	if (mkdir(p->keys, 0700) != 0 && errno != EEXIST) {
		cli_say("%s: %s", p->keys, strerror(errno));
		return EXIT_CONNECT;
	}
	if (vault_keys_new(p->keys, &e) == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}

static size_t
seen(struct db *db)
{
	struct rows *rows = NULL;
	struct err e;
	size_t n = 0;

	if (db_exec(db, "up_seen", NULL, &rows, &e) == RC_OK)
		n = (size_t)rows_i64(rows, 0, 0);
	rows_free(&rows);
	return n;
}

/* Ready: each of the six has shown itself. */
static int
await_ready(const struct place *p)
{
	int64_t until = clock_mono_ms() + READY_MS;
	struct db *db = NULL;
	struct err e;
	size_t n = 0;

	if (open_db(p, &db) >= 0 ||
	    db_prepare(db, queries, ARRAY_LEN(queries), &e) != RC_OK) {
		db_close(&db);
		return EXIT_CONNECT;
	}
	while ((n = seen(db)) < SUPERVISED && clock_mono_ms() < until)
		(void)usleep(50 * 1000);
	db_close(&db);
	if (n >= SUPERVISED)
		return -1;
	cli_say("only %zu of %d processes came up; see %s/log", n, SUPERVISED,
	    p->var);
	return EXIT_CONNECT;
}

static int
begin_anew(const struct place *p)
{
	if (!may_throw_away(p)) {
		cli_say("this database is no sandbox: I will not throw it "
			"away");
		return EXIT_NOTHING;
	}
	(void)supervise_stop(p->var);
	return -1;
}

static int
start_all(const struct place *p, bool sandbox, bool fresh)
{
	int code;

	if (cluster(p, "start") != 0) {
		cli_say("the database did not start");
		return EXIT_CONNECT;
	}
	if (fresh && (code = begin_anew(p)) >= 0)
		return code;
	if ((code = create_database(p, fresh)) >= 0 ||
	    (code = migrate(p, sandbox)) >= 0 || (code = make_keys(p)) >= 0 ||
	    (code = write_env(p, "env", "")) >= 0 ||
	    (code = write_env(p, "env.sh", "'")) >= 0)
		return code;
	if (supervise_start(p->root, p->var) != 0)
		return EXIT_CONNECT;
	return await_ready(p);
}

int
cmd_up(int argc, char **argv)
{
	bool sandbox = false, fresh = false;
	const struct option_row rows[] = {
		{ "--sandbox", NULL, &sandbox },
		{ "--fresh", NULL, &fresh },
	};
	const struct options o = { up_usage, rows, ARRAY_LEN(rows), NULL, 0 };
	struct place p;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = place_find(&p)) >= 0)
		return code;
	code = start_all(&p, sandbox || fresh, fresh);
	if (code >= 0)
		return code;
	cli_say("up: database, bus and %d services; settings in %s/env",
	    SUPERVISED - 1, p.var);
	return EXIT_OK;
}

int
cmd_down(int argc, char **argv)
{
	const struct options o = { down_usage, NULL, 0, NULL, 0 };
	struct place p;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);
	bool ok;

	if (code >= 0 || (code = place_find(&p)) >= 0)
		return code;
	ok = supervise_stop(p.var);
	if (cluster(&p, "stop") != 0)
		ok = false;
	if (ok)
		cli_say("down");
	return ok ? EXIT_OK : EXIT_NOTHING;
}
