/* huying doctor: looks at everything, changes nothing. */
#include "cli/doctor.h"

#include "common/msg/wire.h"

#include <stdarg.h>
#include <stdio.h>

#define EXIT_BAD 4
#define TEXT_MAX 1024
#define LINE_BYTES ((size_t)16 * 1024)

static const char usage[] =
    "usage: huying doctor [--quiet] [-o json]\n"
    "\n"
    "Examines an installation and changes nothing: settings, the clocks of\n"
    "machine and database, whether the disk is honest about what it has\n"
    "written, PostgreSQL's settings, schema and roles, keys, space, the\n"
    "county's pack and whether its calendar covers the coming year, services.\n"
    "Each finding that is not ok says what to do; docs/operations.md has the\n"
    "long answers.\n"
    "\n"
    "  --quiet    only what is not ok\n"
    "  -o json    one object a finding (--json says the same)\n"
    "  --db DSN   libpq connection string\n"
    "\n"
    "Run it where the database runs: elsewhere the disk cannot be examined.\n"
    "\n"
    "Exit codes: 0 ok, 1 something to see to (WARN), 2 wrong usage,\n"
    "3 no database, 4 something is wrong now (BAD).\n";

static const char *const words[] = { "ok", "note", "WARN", "BAD" };
static const char *const levels[] = { "ok", "note", "warn", "bad" };

static void
put_json(struct doctor *d, enum finding how, const char *check,
    const char *advice, const char *text)
{
	buf_printf(&d->line,
	    "{\"check\":\"%s\",\"level\":\"%s\",\"found\":", check,
	    levels[how]);
	wire_json_str(str_of(text), &d->line);
	if (advice != NULL) {
		buf_z(&d->line, ",\"do\":");
		wire_json_str(str_of(advice), &d->line);
	}
	buf_z(&d->line, "}\n");
}

void
doctor_say(struct doctor *d, enum finding how, const char *check,
    const char *advice, const char *fmt, ...)
{
	char text[TEXT_MAX];
	va_list ap;

	if (how > d->worst)
		d->worst = how;
	if (d->quiet && how == FINDING_OK)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_reset(&d->line);
	if (d->json)
		put_json(d, how, check, advice, text);
	else
		buf_printf(
		    &d->line, "%-5s %-10s %s\n", words[how], check, text);
	if (!d->json && advice != NULL)
		buf_printf(&d->line, "%-16s -> %s\n", "", advice);
	(void)fwrite(d->line.p, 1, d->line.n, stdout);
	(void)fflush(stdout); /* some checks take a second */
}

struct rows *
doctor_ask(struct doctor *d, const char *check, const char *sql, struct args *a)
{
	const struct db_query q = { check, sql };
	struct rows *rows = NULL;
	struct err e;

	if (db_prepare(d->db, &q, 1, &e) == RC_OK &&
	    db_exec(d->db, check, a, &rows, &e) == RC_OK)
		return rows;
	db_rollback(d->db);
	doctor_say(d, FINDING_WARN, check,
	    "ask as the owner of the database (user=huying)",
	    "cannot be "
	    "examined: %s",
	    e.text);
	return NULL;
}

static void
look_database(struct doctor *d)
{
	struct err e;

	if (db_open(&d->db, d->dsn, "doctor", &e) != RC_OK) {
		doctor_say(d, FINDING_BAD, "database",
		    "start it: huying up, or docker-compose up -d; the "
		    "server's "
		    "log says why it does not start (docs/operations.md, "
		    "\"PostgreSQL down\")",
		    "%s", e.text);
		return;
	}
	doctor_look_settings(d);
	doctor_look_schema(d);
}

static int
examine(struct doctor *d)
{
	look_database(d);
	doctor_look_clock(d);
	doctor_look_disk(d);
	doctor_look_keys(d);
	if (d->db == NULL)
		return EXIT_CONNECT;
	doctor_look_county(d);
	doctor_look_services(d);
	if (d->worst == FINDING_BAD)
		return EXIT_BAD;
	return d->worst == FINDING_WARN ? EXIT_NOTHING : EXIT_OK;
}

int
cmd_doctor(int argc, char **argv)
{
	struct doctor d = { .db = NULL };
	const char *format = NULL;
	const struct option_row rows[] = { { "--db", &d.dsn, NULL },
		{ "-o", &format, NULL }, { "--json", NULL, &d.json },
		{ "--quiet", NULL, &d.quiet } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), NULL, 0 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &d.json)) >= 0 ||
	    (code = cli_conf(&d.conf)) >= 0)
		return code;
	if (d.dsn == NULL)
		d.dsn = d.conf.db;
	buf_init(&d.line, LINE_BYTES);
	code = examine(&d);
	if (d.quiet && d.worst == FINDING_OK && !d.json)
		printf("nothing to see to\n");
	buf_fini(&d.line);
	db_close(&d.db);
	return code;
}
