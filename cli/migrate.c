/* huying migrate: the database's schema, brought up to this program. */
#include "cli/cli.h"

#include "cli/key.h"
#include "cli/roles.h"
#include "common/db/migrations.h"

#include <stdio.h>
#include <unistd.h>

static const char usage[] =
    "usage: huying migrate [--roles | --secrets DIR] [--sandbox] [--db DSN]\n"
    "\n"
    "Applies the numbered SQL files that this program brings and the\n"
    "database lacks, each in a transaction, under an advisory lock.  There\n"
    "is no way back: a database that is newer than this program stays as it\n"
    "is, and is refused unless its schema works with this program.\n"
    "\n"
    "  --roles        the services' roles and their rights, too\n"
    "  --secrets DIR  the same, with the passwords and the bus's key that\n"
    "                 huying secrets made in DIR\n"
    "  --sandbox      a new database gets a clock that can be moved\n"
    "  --db DSN       libpq connection string, of the database's owner\n"
    "\n"
    "Exit codes: 0 done, 1 a file failed and changed nothing, 2 wrong usage,\n"
    "3 no database.\n";

struct migrate_args {
	const char *db, *secrets;
	bool roles, sandbox;
};

/* Clients' key files are to know the bus. */
static enum rc
tell_key(struct db *db, const char *folder, struct err *e)
{
	char path[PATH_MAX];
	struct curve_key key;
	enum rc rc;

	(void)snprintf(path, sizeof(path), "%s/bus.key", folder);
	if (access(path, F_OK) != 0)
		return RC_OK;
	TRY(curve_read(path, "the bus's key", &key, e));
	rc = key_prepare(db, e);
	if (rc == RC_OK)
		rc = key_add_server(db, key.public_key, e);
	curve_fini(&key);
	return rc;
}

static enum rc
migrate(struct db *db, const struct migrate_args *a, struct migrated *m,
    struct err *e)
{
	TRY(db_migrate(db, m, e));
	if (m->after > SCHEMA_VERSION)
		return RC_OK; /* rights are for the newer programs to give */
	if (a->roles || a->secrets != NULL)
		TRY(roles_grant(db, cli_root(), e));
	if (a->secrets != NULL) {
		TRY(roles_passwords(db, a->secrets, e));
		TRY(tell_key(db, a->secrets, e));
	}
	return a->sandbox ? cli_sandbox(db, e) : RC_OK;
}

int
cmd_migrate(int argc, char **argv)
{
	struct migrate_args a = { .db = NULL };
	const struct option_row rows[] = {
		{ "--db", &a.db, NULL },
		{ "--secrets", &a.secrets, NULL },
		{ "--roles", NULL, &a.roles },
		{ "--sandbox", NULL, &a.sandbox },
	};
	const struct options o = { usage, rows, ARRAY_LEN(rows), NULL, 0 };
	struct db *db = NULL;
	struct migrated m;
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(a.db, "migrate", NULL, 0, &db)) >= 0)
		return code;
	code = EXIT_OK;
	db_patience(db, 60000);
	if (migrate(db, &a, &m, &e) != RC_OK) {
		cli_say("%s", e.text);
		code = EXIT_NOTHING;
	} else if (m.after > SCHEMA_VERSION) {
		printf("schema %d is newer than this program (%d) and works "
		       "with it: nothing to do\n",
		    m.after, SCHEMA_VERSION);
	} else if (m.before == m.after) {
		printf("schema %d, nothing to do\n", m.after);
	} else {
		printf("schema %d -> %d\n", m.before, m.after);
	}
	db_close(&db);
	return code;
}
