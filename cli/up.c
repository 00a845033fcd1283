/*
 * huying up and down: one machine's database, bus and services, under a
 * small supervisor that starts again whoever falls.
 */
#include "cli/up.h"

#include "cli/roles.h"
#include "cli/supervise.h"
#include "common/db/migrations.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_MS 30000

static const struct db_query queries[] = {
	{ "up_is_sandbox", "SELECT sandbox FROM run.clock" },
	{ "up_seen",
	    "SELECT count(DISTINCT service), count(*) FROM run.instance "
	    "WHERE seen_at > clock_timestamp() - interval '5 seconds'" },
};

static const char up_usage[] =
    "usage: huying up [--sandbox] [--fresh] [--instances N] [--tcp HOST]\n"
    "                 [--new-keys]\n"
    "\n"
    "Starts a private PostgreSQL cluster, the bus and the five services\n"
    "under var/ (HUYING_VAR), and writes var/env for the other commands.\n"
    "What runs already is left alone.\n"
    "\n"
    "  --sandbox      a new database gets a clock that can be moved\n"
    "  --fresh        throw a sandbox's data away and begin anew\n"
    "  --instances N  so many of each service, 1 to 8; also as\n"
    "                 HUYING_INSTANCES\n"
    "  --tcp HOST     the bus listens on HOST, too, ports 7401 to 7404, for\n"
    "                 clients with keys (huying key); also as HUYING_TCP.\n"
    "                 Makes the bus's key and one for each service\n"
    "  --new-keys     a key of the vault that is gone is made anew although\n"
    "                 something is locked with it, and stays so for ever\n"
    "\n"
    "Exit codes: 0 up, 1 --fresh, and it is no sandbox, or it runs with\n"
    "another --tcp, 2 wrong usage, 3 something did not start.\n";

static const char down_usage[] =
    "usage: huying down\n"
    "\n"
    "Stops the services, the bus and the database that huying up started,\n"
    "and nothing else.  The data stays.\n"
    "\n"
    "Exit codes: 0 down, 1 something did not stop, 2 wrong usage.\n";

int
up_cluster(const struct place *p, const char *action)
{
	char script[PATH_MAX + 32];
	pid_t pid;
	int status;

	(void)place_below(p->root, CLI_CLUSTER, script);
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

int
up_open_db(const struct place *p, struct db **db)
{
	struct err e;

	if (db_open(db, p->dsn, "up", &e) == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}

static int
migrate(const struct place *p, bool sandbox)
{
	struct db *db = NULL;
	struct migrated m;
	struct err e;
	int code = up_open_db(p, &db);

	if (code >= 0)
		return code;
	if (db_migrate(db, &m, &e) != RC_OK ||
	    (m.after == SCHEMA_VERSION &&
		roles_grant(db, p->root, &e) != RC_OK) ||
	    (sandbox && cli_sandbox(db, &e) != RC_OK)) {
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

/* Whether each of the six has shown itself, and N processes in all. */
static bool
is_seen(struct db *db, int64_t n)
{
	struct rows *rows = NULL;
	struct err e;
	bool all = false;

	if (db_exec(db, "up_seen", NULL, &rows, &e) == RC_OK)
		all = rows_i64(rows, 0, 0) >= SUPERVISED &&
		      rows_i64(rows, 0, 1) >= n;
	rows_free(&rows);
	return all;
}

static int
await_ready(const struct place *p, bool started)
{
	int64_t until = clock_mono_ms() + READY_MS;
	int64_t n = started ? 1 + (SUPERVISED - 1) * p->instances : SUPERVISED;
	struct db *db = NULL;
	struct err e;
	bool ready = false;

	if (up_open_db(p, &db) >= 0 ||
	    db_prepare(db, queries, ARRAY_LEN(queries), &e) != RC_OK) {
		db_close(&db);
		return EXIT_CONNECT;
	}
	while (!(ready = is_seen(db, n)) && clock_mono_ms() < until)
		(void)usleep(50 * 1000);
	db_close(&db);
	if (ready)
		return -1;
	cli_say("not all of %lld processes came up; see %s/log", (long long)n,
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

/* What runs is left alone: so it must be what is asked for. */
static int
check_running(const struct place *p, bool fresh)
{
	char tcp[256];

	if (fresh || !supervise_runs(p->var))
		return -1;
	place_read_tcp(p, tcp, sizeof(tcp));
	if (strcmp(tcp, p->tcp) == 0)
		return -1;
	cli_say("it is up already, %s%s: huying down first",
	    tcp[0] != '\0' ? "with --tcp " : "without TCP", tcp);
	return EXIT_NOTHING;
}

int
up_start(const struct place *p, bool sandbox, bool fresh)
{
	bool started = false;
	int code;

	if ((code = check_running(p, fresh)) >= 0)
		return code;
	if (up_cluster(p, "start") != 0) {
		cli_say("the database did not start");
		return EXIT_CONNECT;
	}
	if (fresh && (code = begin_anew(p)) >= 0)
		return code;
	if ((code = create_database(p, fresh)) >= 0 ||
	    (code = migrate(p, sandbox)) >= 0 ||
	    (code = up_make_keys(p)) >= 0 ||
	    (code = up_make_tcp_keys(p)) >= 0 ||
	    (code = place_write_env(p, "env", "")) >= 0 ||
	    (code = place_write_env(p, "env.sh", "'")) >= 0)
		return code;
	if (supervise_start(p->var, p->instances, &started) != 0)
		return EXIT_CONNECT;
	return await_ready(p, started);
}

bool
up_stop(const struct place *p)
{
	bool ok = supervise_stop(p->var);

	return up_cluster(p, "stop") == 0 && ok;
}

static int
take_instances(struct place *p, const char *text)
{
	int64_t n = 1;

	if (text != NULL && text[0] == '\0')
		text = NULL;
	if (text != NULL &&
	    (!str_i64(str_of(text), &n) || n < 1 || n > INSTANCES_MAX)) {
		cli_say("up: %s instances: there may be 1 to %d", text,
		    INSTANCES_MAX);
		return EXIT_USAGE;
	}
	p->instances = (int)n;
	return -1;
}

/* It goes into a file that a shell reads, and into an endpoint. */
static int
check_host(const char *tcp)
{
	if (tcp == NULL ||
	    (strlen(tcp) <= 100 &&
		strspn(tcp,
		    "abcdefghijklmnopqrstuvwxyz"
		    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*") == strlen(tcp)))
		return -1;
	cli_say("--tcp takes a host name or an IPv4 address");
	return EXIT_USAGE;
}

int
cmd_up(int argc, char **argv)
{
	struct place p = { .new_keys = false };
	bool sandbox = false, fresh = false;
	const char *tcp = getenv("HUYING_TCP");
	const char *instances = getenv("HUYING_INSTANCES");
	const struct option_row rows[] = {
		{ "--tcp", &tcp, NULL },
		{ "--sandbox", NULL, &sandbox },
		{ "--fresh", NULL, &fresh },
		{ "--new-keys", NULL, &p.new_keys },
		{ "--instances", &instances, NULL },
	};
	const struct options o = { up_usage, rows, ARRAY_LEN(rows), NULL, 0 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = check_host(tcp)) >= 0 ||
	    (code = place_find(&p)) >= 0 ||
	    (code = take_instances(&p, instances)) >= 0)
		return code;
	p.tcp = tcp != NULL ? tcp : "";
	code = up_start(&p, sandbox || fresh, fresh);
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
	ok = up_stop(&p);
	if (ok)
		cli_say("down");
	return ok ? EXIT_OK : EXIT_NOTHING;
}
