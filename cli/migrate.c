/* huying migrate: the database's schema, brought up to this program. */
#include "cli/cli.h"

#include "common/db/migrations.h"

#include <stdio.h>

static const char usage[] =
    "usage: huying migrate [--db DSN]\n"
    "\n"
    "Applies the numbered SQL files that this program brings and the\n"
    "database lacks, each in a transaction, under an advisory lock.\n"
    "\n"
    "  --db DSN   libpq connection string\n"
    "\n"
    "Exit codes: 0 done, 1 a file failed and changed nothing, 2 wrong usage,\n"
    "3 no database.\n";

int
cmd_migrate(int argc, char **argv)
{
	const char *dsn = NULL;
	const struct option_row rows[] = { { "--db", &dsn, NULL } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), NULL, 0 };
	struct db *db = NULL;
	struct migrated m;
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(dsn, "migrate", NULL, 0, &db)) >= 0)
		return code;
	code = EXIT_OK;
	if (db_migrate(db, &m, &e) != RC_OK) {
		cli_say("%s", e.text);
		code = EXIT_NOTHING;
	} else if (m.before == m.after) {
		printf("schema %d, nothing to do\n", m.after);
	} else {
		printf("schema %d -> %d\n", m.before, m.after);
	}
	db_close(&db);
	return code;
}
