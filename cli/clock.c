/* huying clock: the time that services go by. */
#include "cli/cli.h"

#include "common/base/clock.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: huying clock [show | advance AMOUNT | set TIME | run | stop]\n"
    "\n"
    "The time that services go by.  It can be moved (forward only) in a\n"
    "database that was created as a sandbox: huying up --sandbox.\n"
    "\n"
    "  show             print it; also when no word is given\n"
    "  advance AMOUNT   90s, 30m, 2h, 2d\n"
    "  set TIME         2026-03-18T08:00+08:00\n"
    "  run, stop        let it run on from where it stands, or stand still\n"
    "\n"
    "  --db DSN         libpq connection string\n"
    "\n"
    "Exit codes: 0 done, 1 no sandbox, or it would go back, 2 wrong usage,\n"
    "3 no database.\n";

static const struct db_query queries[] = {
	{ "clock_now", "SELECT run.now(), sandbox FROM run.clock" },
	{ "clock_set", "SELECT run.set_clock($1)" },
	{ "clock_run",
	    "UPDATE run.clock SET base_at = run.now(), running_at = "
	    "CASE WHEN $1 THEN clock_timestamp() END WHERE sandbox" },
};

/* "2d", "90s": into ms. */
static bool
parse_amount(const char *text, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', SECOND_MS }, { 'm', MINUTE_MS }, { 'h', HOUR_MS },
		{ 'd', DAY_MS } };
	size_t n = strlen(text);
	int64_t v;

	if (n < 2 || !str_i64((struct str){ text, n - 1 }, &v) || v < 0 ||
	    v > 1000000)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (text[n - 1] == units[i].unit) {
			*ms = v * units[i].ms;
			return true;
		}
	return false;
}

static int
clock_read(struct db *db, int64_t *now, bool *sandbox)
{
	struct rows *rows = NULL;
	struct err e;

	if (db_exec(db, "clock_now", NULL, &rows, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	*now = rows_time(rows, 0, 0);
	*sandbox = rows_bool(rows, 0, 1);
	rows_free(&rows);
	return -1;
}

static int
clock_move(struct db *db, int64_t to)
{
	struct args a;
	struct err e;
	enum rc rc;

	args_init(&a);
	args_time(&a, to);
	rc = db_exec(db, "clock_set", &a, NULL, &e);
	args_fini(&a);
	if (rc == RC_OK) {
		cli_ring();
		return -1;
	}
	cli_say("%s", e.text);
	return EXIT_NOTHING;
}

static int
clock_let(struct db *db, bool run, bool sandbox)
{
	struct args a;
	struct err e;
	enum rc rc;

	if (!sandbox) {
		cli_say("this database is not a sandbox: its clock is real");
		return EXIT_NOTHING;
	}
	args_init(&a);
	args_bool(&a, run);
	rc = db_exec(db, "clock_run", &a, NULL, &e);
	args_fini(&a);
	if (rc == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}

static int
clock_do(struct db *db, const char **words, size_t n, int64_t now, bool sandbox)
{
	int64_t ms;

	if (n == 0 || (n == 1 && strcmp(words[0], "show") == 0))
		return -1;
	if (n == 2 && strcmp(words[0], "advance") == 0 &&
	    parse_amount(words[1], &ms))
		return clock_move(db, now + ms);
	if (n == 2 && strcmp(words[0], "set") == 0 &&
	    clock_parse(str_of(words[1]), &ms))
		return clock_move(db, ms);
	if (n == 1 &&
	    (strcmp(words[0], "run") == 0 || strcmp(words[0], "stop") == 0))
		return clock_let(db, words[0][0] == 'r', sandbox);
	cli_say("cannot read that; huying clock --help");
	return EXIT_USAGE;
}

int
cmd_clock(int argc, char **argv)
{
	const char *dsn = NULL, *words[2];
	const struct option_row rows[] = { { "--db", &dsn, NULL } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), words,
		ARRAY_LEN(words) };
	char text[CLOCK_TEXT];
	struct db *db = NULL;
	int64_t now;
	bool sandbox;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(dsn, "clock", queries,
			      ARRAY_LEN(queries), &db)) >= 0)
		return code;
	if ((code = clock_read(db, &now, &sandbox)) < 0 &&
	    (code = clock_do(db, words, n, now, sandbox)) < 0 &&
	    (code = clock_read(db, &now, &sandbox)) < 0) {
		printf("%s\n", clock_format(now, text));
		code = EXIT_OK;
	}
	db_close(&db);
	return code;
}
