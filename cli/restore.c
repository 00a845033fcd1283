/* huying restore: a backup into an empty database, and a look at every row. */
#include "cli/backup.h"

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/db/migrations.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS (60 * SECOND_MS)

static const char usage[] =
    "usage: huying restore BACKUP [--db DSN]\n"
    "\n"
    "Puts what huying backup wrote into an empty database, in one\n"
    "transaction, and compares it with the manifest: the journal's head and\n"
    "last hash, the rows of every table and their digest.  Then begins a new\n"
    "epoch, which tells everybody who followed that what came after the\n"
    "backup is gone.  Nothing is ever written over.\n"
    "\n"
    "BACKUP is the folder of one, or of many: then the newest.  Next is huying "
    "migrate (with\n"
    "--roles or --secrets DIR), which huying up and docker-compose up do.\n"
    "\n"
    "  --db DSN  libpq connection string, of the database's owner; waited for\n"
    "            for a minute\n"
    "\n"
    "Who was erased from the vault since then is there again: huying vault\n"
    "shred erases them anew.\n"
    "\n"
    "Exit codes: 0 done and the same, 1 refused or not the same, and why,\n"
    "2 wrong usage, 3 no database.\n";

struct restore {
	char folder[PATH_MAX];
	const char *dsn;
	struct db *db;
	json_t *manifest;
	char path[PATH_MAX]; /* of one of its files */
};

static const struct db_query queries[] = {
	{ "restore_empty",
	    "SELECT NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON "
	    "n.oid = c.relnamespace WHERE n.nspname !~ '^pg_' AND n.nspname "
	    "<> 'information_schema')" },
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static int64_t
int_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* PATH itself, or the newest that lies there. */
static enum rc
find_folder(struct restore *r, const char *path, struct err *e)
{
	char name[BACKUP_NAME];

	TRY(backup_path(path, BACKUP_MANIFEST, r->path, e));
	if (access(r->path, F_OK) == 0)
		return backup_path(path, "", r->folder, e);
	TRY(backup_keep_last(path, name, e));
	return backup_path(path, name, r->folder, e);
}

static enum rc
read_manifest(struct restore *r, struct err *e)
{
	AUTO(buf_fini) struct buf text;
	json_error_t why;

	buf_init(&text, BACKUP_TEXT_MAX + 1);
	TRY(backup_path(r->folder, BACKUP_MANIFEST, r->path, e));
	TRY(file_read(r->path, BACKUP_TEXT_MAX, &text, e));
	r->manifest = json_loadb(text.p != NULL ? text.p : "", text.n, 0, &why);
	if (int_of(r->manifest, "format") != BACKUP_FORMAT)
		return err_set(
		    e, RC_REJECT, "%s is no manifest of a backup", r->path);
	return RC_OK;
}

/* What was written is what is read. */
static enum rc
check_files(struct restore *r, struct err *e)
{
	int64_t bytes,
	    schema = int_of(json_object_get(r->manifest, "state"), "schema");
	char hex[65];

	if (schema > SCHEMA_VERSION)
		return err_set(e, RC_REJECT,
		    "this backup has schema %lld, newer than this program "
		    "(%d)",
		    (long long)schema, SCHEMA_VERSION);
	TRY(backup_path(r->folder, BACKUP_DUMP, r->path, e));
	TRY(backup_hash_file(r->path, hex, &bytes, e));
	if (strcmp(hex, text_of(r->manifest, "sha256")) != 0)
		return err_set(e, RC_REJECT,
		    "%s is damaged: its SHA-256 is not that of the manifest",
		    r->path);
	return RC_OK;
}

static enum rc
check_empty(struct restore *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_exec(r->db, "restore_empty", NULL, &rows, e));
	if (!rows_bool(rows, 0, 0))
		return err_set(e, RC_REJECT,
		    "this database is not empty, and nothing is written over");
	return RC_OK;
}

/* Owners and rights are of this installation: huying migrate gives them. */
static enum rc
put_back(struct restore *r, struct err *e)
{
	const char *argv[] = { "pg_restore", "--no-owner", "--no-acl",
		"--single-transaction", "--exit-on-error", "--no-password",
		"--dbname", r->dsn, r->path, NULL };
	int pid = backup_tool_start(argv, e);

	return pid < 0 ? RC_FATAL : backup_tool_end(pid, argv[0], e);
}

/* The first of TABLES that is not as it was. */
static const char *
which_differs(const json_t *was, const json_t *is)
{
	const json_t *a = json_object_get(was, "tables"),
		     *b = json_object_get(is, "tables");

	for (size_t i = 0; i < json_array_size(a); i++)
		if (!json_equal(json_array_get(a, i), json_array_get(b, i)))
			return text_of(json_array_get(a, i), "table");
	return "the journal";
}

static enum rc
compare(struct restore *r, struct err *e)
{
	AUTO(buf_fini) struct buf text;
	const json_t *was = json_object_get(r->manifest, "state");
	char snapshot[BACKUP_SNAPSHOT];
	struct json_out j;
	json_error_t why;
	json_t *is;
	enum rc rc = RC_OK;

	buf_init(&text, BACKUP_TEXT_MAX);
	json_out_init(&j, &text);
	TRY(backup_state_open(r->db, snapshot, e));
	TRY(backup_state(r->db, &j, NULL, e));
	db_rollback(r->db);
	is = json_loadb(text.p, text.n, 0, &why);
	if (!json_equal(was, is))
		rc = err_set(e, RC_REJECT,
		    "what came out is not what was backed up: %s differs",
		    which_differs(was, is));
	json_decref(is);
	return rc;
}

/* The same server may hold it again: that it cannot see by itself. */
static enum rc
begin_epoch(struct restore *r, struct err *e)
{
	static const struct db_query raise = { "restore_epoch",
		"SELECT journal.raise_epoch($1)" };
	AUTO(args_fini) struct args a;
	char reason[120];

	(void)snprintf(reason, sizeof(reason), "restored from a backup of %s",
	    text_of(r->manifest, "made_at"));
	args_init(&a);
	args_str(&a, str_of(reason));
	TRY(db_prepare(r->db, &raise, 1, e));
	return db_exec(r->db, raise.name, &a, NULL, e);
}

static enum rc
restore(struct restore *r, const char *path, struct err *e)
{
	TRY(find_folder(r, path, e));
	TRY(read_manifest(r, e));
	TRY(check_files(r, e));
	TRY(check_empty(r, e));
	TRY(put_back(r, e));
	TRY(compare(r, e));
	return begin_epoch(r, e);
}

static void
tell(const struct restore *r)
{
	const json_t *state = json_object_get(r->manifest, "state"),
		     *keys = json_object_get(state, "vault_keys");
	const json_t *tables = json_object_get(state, "tables");
	long long rows = 0;

	for (size_t i = 0; i < json_array_size(tables); i++)
		rows += int_of(json_array_get(tables, i), "rows");
	printf("restored and the same: journal to %lld, hash %s\n"
	       "%lld rows in %zu tables, schema %lld\n",
	    (long long)int_of(state, "head"), text_of(state, "hash"), rows,
	    json_array_size(tables), (long long)int_of(state, "schema"));
	for (size_t i = 0; i < json_array_size(keys); i++)
		printf("vault key needed: %s %s\n",
		    text_of(json_array_get(keys, i), "kind"),
		    text_of(json_array_get(keys, i), "id"));
}

/* It may have been started a moment ago. */
static int
await_db(struct restore *r)
{
	int64_t until = clock_mono_ms() + WAIT_MS;
	bool told = false;
	struct err e;

	while (db_open(&r->db, r->dsn, "restore", &e) != RC_OK) {
		if (!told)
			cli_say("waiting: %s", e.text);
		told = true;
		if (clock_mono_ms() > until)
			return EXIT_CONNECT;
		(void)usleep(500 * 1000);
	}
	if (db_prepare(r->db, queries, ARRAY_LEN(queries), &e) == RC_OK)
		return -1;
	cli_say("%s", e.text);
	db_close(&r->db);
	return EXIT_CONNECT;
}

int
cmd_restore(int argc, char **argv)
{
	struct restore r = { .dsn = NULL };
	const char *path = NULL;
	const struct option_row rows[] = { { "--db", &r.dsn, NULL } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), &path, 1 };
	struct conf c;
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_conf(&c)) >= 0)
		return code;
	if (n != 1) {
		cli_say("restore: which backup? See huying restore --help");
		return EXIT_USAGE;
	}
	if (r.dsn == NULL)
		r.dsn = c.db;
	if ((code = await_db(&r)) >= 0)
		return code;
	db_patience(r.db, DAY_MS);
	code = EXIT_OK;
	if (restore(&r, path, &e) == RC_OK) {
		tell(&r);
	} else {
		cli_say("restore: %s", e.text);
		code = EXIT_NOTHING;
	}
	json_decref(r.manifest);
	db_close(&r.db);
	return code;
}
