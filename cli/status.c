/* huying status: one screen, and an exit code that tells. */
#include "cli/cli.h"

#include "common/msg/wire.h"

#include <stdio.h>

static const char status_usage[] =
    "usage: huying status [--db DSN] [-o json]\n"
    "\n"
    "Services and how far each is, the journal's head, limits that run or\n"
    "have run out, events put aside.\n"
    "\n"
    "  -o json    one object a line (--json says the same)\n"
    "  --db DSN   libpq connection string\n"
    "\n"
    "Exit codes: 0 well, 1 a service is not running, is more than 10 s\n"
    "behind, or has parked an event, 2 wrong usage, 3 no database.\n";

#define BEHIND_MS (10 * SECOND_MS)

static const struct db_query queries[] = {
	{ "status_top",
	    "SELECT run.now() AS now, c.sandbox, c.running_at IS NOT NULL OR "
	    "c.base_at IS NULL AS runs, journal.head() AS head, "
	    "(SELECT max(epoch) FROM journal.epoch)::bigint AS epoch, "
	    "coalesce((SELECT string_agg(name || ' ' || version, ', ') FROM "
	    "(SELECT DISTINCT ON (name) name, version FROM registry.pack "
	    "ORDER BY name, loaded_at DESC) p), 'none') AS pack "
	    "FROM run.clock c" },
	{ "status_services",
	    "SELECT s.service, "
	    "(SELECT count(*) FROM run.instance i WHERE i.service = s.service "
	    "AND seen_at > clock_timestamp() - interval '6 seconds') AS "
	    "running, "
	    "CASE WHEN s.seq IS NULL THEN 0 ELSE journal.head() - s.seq END "
	    "AS lag, "
	    "(SELECT e.at FROM journal.event e WHERE e.seq = s.seq + 1) AS "
	    "oldest_at, run.now() AS now, "
	    "(SELECT count(*) FROM run.deadline d WHERE d.service = s.service "
	    "AND d.state = 'armed') AS armed, "
	    "(SELECT count(*) FROM run.deadline d WHERE d.service = s.service "
	    "AND d.state = 'fired' AND d.met_at IS NULL AND "
	    "d.kind <> 'window') AS overdue, "
	    "(SELECT count(*) FROM run.parked p WHERE p.service = s.service) "
	    "AS parked "
	    "FROM (SELECT 'bus' AS service, NULL::bigint AS seq, 0 AS o UNION "
	    "ALL SELECT service, min(seq), array_position(ARRAY['intake', "
	    "'dispatcher', 'enforcement', 'mediation', 'scoring'], service) "
	    "FROM run.cursor GROUP BY service) s ORDER BY s.o" },
};

struct line {
	struct str service;
	int64_t running, lag, late_ms, armed, overdue, parked;
};

static struct line
line_of(const struct rows *r, size_t i)
{
	int64_t oldest = rows_time(r, i, rows_column(r, "oldest_at"));
	int64_t now = rows_time(r, i, rows_column(r, "now"));

	return (struct line){
		.service = rows_str(r, i, 0),
		.running = rows_i64(r, i, rows_column(r, "running")),
		.lag = rows_i64(r, i, rows_column(r, "lag")),
		.late_ms = oldest > 0 && now > oldest ? now - oldest : 0,
		.armed = rows_i64(r, i, rows_column(r, "armed")),
		.overdue = rows_i64(r, i, rows_column(r, "overdue")),
		.parked = rows_i64(r, i, rows_column(r, "parked")),
	};
}

static bool
is_well(const struct line *l)
{
	return l->running > 0 && l->parked == 0 && l->late_ms < BEHIND_MS;
}

static void
print_line(const struct line *l, bool json)
{
	if (json)
		printf("{\"service\":\"%.*s\",\"running\":%lld,"
		       "\"lag_events\":%lld,\"lag_seconds\":%.3f,"
		       "\"armed\":%lld,\"overdue\":%lld,\"parked\":%lld,"
		       "\"well\":%s}\n",
		    STR_ARG(l->service), (long long)l->running,
		    (long long)l->lag, (double)l->late_ms / 1000,
		    (long long)l->armed, (long long)l->overdue,
		    (long long)l->parked, is_well(l) ? "true" : "false");
	else
		printf("%-12.*s %7lld %11lld %9.1f %8lld %8lld %7lld  %s\n",
		    STR_ARG(l->service), (long long)l->running,
		    (long long)l->lag, (double)l->late_ms / 1000,
		    (long long)l->armed, (long long)l->overdue,
		    (long long)l->parked, is_well(l) ? "well" : "LOOK HERE");
}

static void
print_top(const struct rows *r, const struct conf *c, bool json)
{
	char text[CLOCK_TEXT];
	const char *clock =
	    clock_format(rows_time(r, 0, rows_column(r, "now")), text);
	long long head = rows_i64(r, 0, rows_column(r, "head"));
	long long epoch = rows_i64(r, 0, rows_column(r, "epoch"));
	bool sandbox = rows_bool(r, 0, rows_column(r, "sandbox"));
	bool runs = rows_bool(r, 0, rows_column(r, "runs"));

	if (json) {
		printf("{\"clock\":\"%s\",\"sandbox\":%s,\"head\":%lld,"
		       "\"epoch\":%lld}\n",
		    clock, sandbox ? "true" : "false", head, epoch);
		return;
	}
	printf("clock    %s%s%s\n", clock, sandbox ? ", sandbox" : "",
	    runs ? "" : ", standing still");
	printf("journal  head %lld, epoch %lld\n", head, epoch);
	printf(
	    "pack     %.*s\n", STR_ARG(rows_str(r, 0, rows_column(r, "pack"))));
	printf("publish  %s\nlive     %s\nlog      %s\n\n", c->publish, c->live,
	    c->log);
	printf("%-12s %7s %11s %9s %8s %8s %7s\n", "service", "running",
	    "lag events", "lag s", "limits", "overdue", "parked");
}

static int
print_all(struct db *db, const struct conf *c, bool json, struct err *e)
{
	struct rows *top = NULL, *lines = NULL;
	int code = EXIT_OK;

	if (db_exec(db, "status_top", NULL, &top, e) != RC_OK ||
	    db_exec(db, "status_services", NULL, &lines, e) != RC_OK) {
		rows_free(&top);
		cli_say("%s", e->text);
		return EXIT_CONNECT;
	}
	print_top(top, c, json);
	for (size_t i = 0; i < rows_n(lines); i++) {
		struct line l = line_of(lines, i);

		print_line(&l, json);
		if (!is_well(&l))
			code = EXIT_NOTHING;
	}
	rows_free(&top);
	rows_free(&lines);
	return code;
}

int
cmd_status(int argc, char **argv)
{
	const char *dsn = NULL, *format = NULL;
	bool json = false;
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "-o", &format, NULL }, { "--json", NULL, &json } };
	const struct options o = { status_usage, rows, ARRAY_LEN(rows), NULL,
		0 };
	struct db *db = NULL;
	struct conf c;
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &json)) >= 0 ||
	    (code = cli_conf(&c)) >= 0 ||
	    (code = cli_db(dsn, "status", queries, ARRAY_LEN(queries), &db)) >=
		0)
		return code;
	code = print_all(db, &c, json, &e);
	db_close(&db);
	return code;
}
