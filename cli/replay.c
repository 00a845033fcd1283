/* huying replay: do a service's rows follow from the journal? */
#include "cli/replay.h"

#include "common/base/clock.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

extern const struct run_desc intake_service, dispatcher_service,
    enforcement_service, mediation_service, scoring_service;

static const struct run_desc *const services[] = { &intake_service,
	&dispatcher_service, &enforcement_service, &mediation_service,
	&scoring_service };

static const char usage[] =
    "usage: huying replay SERVICE|all [--json] [--db DSN]\n"
    "\n"
    "Makes the rows of a service once more from the journal's first event\n"
    "on, in a database of its own beside the one that works (its name and\n"
    "_replay; gone at the end), with the very loop and rules of the service,\n"
    "and compares them one by one with those that are stored: its tables,\n"
    "limits, pauses, and every fact that it should have said.  What works\n"
    "goes on meanwhile; compared is one moment of it.\n"
    "\n"
    "SERVICE is intake, dispatcher, enforcement, mediation or scoring.\n"
    "\n"
    "  --json     one object a difference, and one a service\n"
    "  --db DSN   libpq connection string, of who may create databases\n"
    "\n"
    "Needs room for the journal once more.  What was parked is left out, or\n"
    "taken where the service took it; who was erased from the vault stays so.\n"
    "\n"
    "Exit codes: 0 the same, 1 something differs, 2 wrong usage, 3 it could\n"
    "not be done.\n";

static const struct db_query queries[] = {
	{ "replay_name", "SELECT current_database()::text" },
};

static bool
choose(struct replay_job *job, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(services); i++)
		if (strcmp(word, "all") == 0 ||
		    strcmp(word, services[i]->name) == 0)
			job->desc[job->n++] = services[i];
	return job->n > 0;
}

static int
failed(const struct err *e)
{
	cli_say("replay: %s", e->text);
	return EXIT_CONNECT;
}

static void
tell_line(const struct replay_report *r, const char *table, struct str id,
    struct str what)
{
	printf("%-12s %s %.*s: %.*s\n", r->desc->name, table, STR_ARG(id),
	    STR_ARG(what));
}

static void
tell_json(const struct replay_report *r, const char *table, struct str id,
    struct str what)
{
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	buf_printf(&b,
	    "{\"service\":\"%s\",\"table\":\"%s\",\"id\":", r->desc->name,
	    table);
	wire_json_str(id, &b);
	buf_z(&b, ",\"differs\":");
	wire_json_str(what, &b);
	printf("%.*s}\n", STR_ARG(buf_get(&b)));
	buf_fini(&b);
}

void
replay_tell(const struct replay_job *job, struct replay_report *report,
    const char *table, struct str id, struct str what)
{
	report->n_told++;
	if (job->json)
		tell_json(report, table, id, what);
	else
		tell_line(report, table, id, what);
}

static void
print_report(const struct replay_job *job, const struct replay_report *r)
{
	double s = (double)(r->took_ms > 0 ? r->took_ms : 1) / 1000;

	if (job->json) {
		printf("{\"service\":\"%s\",\"journal\":%lld,\"events\":%lld,"
		       "\"facts\":%lld,\"parked\":%lld,\"rows\":%lld,"
		       "\"differences\":%lld,"
		       "\"seconds\":%.3f,\"same\":%s}\n",
		    r->desc->name, (long long)r->figures.until,
		    (long long)r->figures.events, (long long)r->figures.facts,
		    (long long)r->figures.parked, (long long)r->rows,
		    (long long)r->differ, s, r->differ == 0 ? "true" : "false");
		return;
	}
	if (r->differ > r->n_told)
		printf("%-12s ... and %lld more\n", r->desc->name,
		    (long long)(r->differ - r->n_told));
	printf("%-12s journal to %lld: %lld events, %lld parked, %lld facts, "
	       "%lld rows, %.1f s: ",
	    r->desc->name, (long long)r->figures.until,
	    (long long)r->figures.events, (long long)r->figures.parked,
	    (long long)r->figures.facts, (long long)r->rows, s);
	if (r->differ == 0)
		printf("the same\n");
	else
		printf(
		    "NOT THE SAME, %lld differences\n", (long long)r->differ);
	(void)fflush(stdout);
}

static void
tell_progress(const struct replay_figures *f)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r\033[K%lld of %lld events",
		    (long long)f->at, (long long)f->until);
}

static enum rc
replay_one(struct replay_job *job, const struct run_desc *desc, bool *same,
    struct err *e)
{
	struct replay_report report = { .desc = desc };
	int64_t began = clock_mono_ms();

	TRY(replay_aim(job, desc, e));
	TRY(run_replay(
	    desc, &job->conf, job->copy, tell_progress, &report.figures, e));
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r\033[K");
	report.took_ms = clock_mono_ms() - began;
	TRY(replay_compare(job, &report, e));
	print_report(job, &report);
	*same = *same && report.differ == 0;
	return RC_OK;
}

static int
replay_all(struct replay_job *job)
{
	bool same = true;
	struct err e;

	if (replay_copy(job, &e) != RC_OK ||
	    replay_compare_prepare(job->beside, &e) != RC_OK)
		return failed(&e);
	for (size_t i = 0; i < job->n; i++)
		if (replay_one(job, job->desc[i], &same, &e) != RC_OK)
			return failed(&e);
	return same ? EXIT_OK : EXIT_NOTHING;
}

/* A name that needs no quotes, in SQL or in a connection string. */
static bool
is_plain(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789_",
			name.p[i]) == NULL)
			return false;
	return name.n > 0 && name.n < 50;
}

static enum rc
make_copy(struct db *db, const char *verb, const char *name, struct err *e)
{
	char sql[120];

	(void)snprintf(sql, sizeof(sql), "%s %s", verb, name);
	return db_script(db, sql, e);
}

static int
with_copy(struct replay_job *job, struct db *db, const char *name)
{
	struct err e;
	int code;

	if (make_copy(db, "DROP DATABASE IF EXISTS", name, &e) != RC_OK ||
	    make_copy(db, "CREATE DATABASE", name, &e) != RC_OK)
		return failed(&e);
	(void)snprintf(
	    job->copy, sizeof(job->copy), "%s dbname=%s", job->db, name);
	code = replay_all(job);
	db_close(&job->beside);
	if (make_copy(db, "DROP DATABASE IF EXISTS", name, &e) != RC_OK)
		code = failed(&e);
	return code;
}

static int
work(struct replay_job *job, struct db *db)
{
	AUTO(rows_free) struct rows *rows = NULL;
	char name[80];
	struct err e;

	db_patience(db, 600 * SECOND_MS);
	if (db_exec(db, "replay_name", NULL, &rows, &e) != RC_OK)
		return failed(&e);
	if (!is_plain(rows_str(rows, 0, 0))) {
		cli_say("replay: the database's name is not of a-z, 0-9 and _");
		return EXIT_CONNECT;
	}
	(void)snprintf(
	    name, sizeof(name), "%.*s_replay", STR_ARG(rows_str(rows, 0, 0)));
	return with_copy(job, db, name);
}

int
cmd_replay(int argc, char **argv)
{
	struct replay_job job = { .db = NULL };
	const char *word = NULL;
	const struct option_row rows[] = {
		{ "--db", &job.db, NULL },
		{ "--json", NULL, &job.json },
	};
	const struct options o = { usage, rows, ARRAY_LEN(rows), &word, 1 };
	struct db *db = NULL;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0)
		return code;
	if (n == 0 || !choose(&job, word)) {
		cli_say("replay: which service? See huying replay --help");
		return EXIT_USAGE;
	}
	if ((code = cli_conf(&job.conf)) >= 0)
		return code;
	if (job.db == NULL)
		job.db = job.conf.db;
	code = cli_db(job.db, "replay", queries, ARRAY_LEN(queries), &db);
	if (code >= 0)
		return code;
	code = work(&job, db);
	db_close(&db);
	return code;
}
