#include "cli/roles.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SCRIPT_MAX ((size_t)1 << 20)
#define LINE_CAP 512

const char *const role_names[ROLES] = { "huying", "huying_bus", "huying_intake",
	"huying_dispatcher", "huying_enforcement", "huying_mediation",
	"huying_scoring", "huying_vault" };

/* A parameter is not written to the server's log, as a statement would be. */
static const struct db_query queries[] = {
	{ "role_keep", "SELECT set_config('huying.role', $1, true), "
		       "set_config('huying.password', $2, true)" },
	{ "role_change",
	    "DO $$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', "
	    "current_setting('huying.role'), "
	    "current_setting('huying.password')); END $$" },
};

enum rc
roles_grant(struct db *db, const char *root, struct err *e)
{
	char path[PATH_MAX + 32], chunk[8192];
	struct buf sql;
	FILE *f;
	size_t n;
	enum rc rc;

	(void)snprintf(path, sizeof(path), "%s/deploy/db/roles.sql", root);
	f = fopen(path, "r");
	if (f == NULL)
		return err_set(e, RC_FATAL, "%s: %s", path, strerror(errno));
	buf_init(&sql, SCRIPT_MAX);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(&sql, chunk, n);
	(void)fclose(f);
	buf_char(&sql, '\0');
	rc = db_script(db, sql.p, e);
	buf_fini(&sql);
	return rc;
}

/* The last of five fields; empty when there is no such file. */
static enum rc
read_password(const char *folder, const char *role, char text[LINE_CAP],
    struct str *password, struct err *e)
{
	char path[PATH_MAX + 32];
	struct str rest;
	FILE *f;
	bool any;

	*password = (struct str){ NULL, 0 };
	(void)snprintf(path, sizeof(path), "%s/%s.pgpass", folder, role);
	f = fopen(path, "r");
	if (f == NULL && errno == ENOENT)
		return RC_OK;
	if (f == NULL)
		return err_set(e, RC_FATAL, "%s: %s", path, strerror(errno));
	any = fgets(text, LINE_CAP, f) != NULL;
	(void)fclose(f);
	rest = str_of(any ? text : "");
	for (int i = 0; i < 4; i++) {
		const char *colon = memchr(rest.p, ':', rest.n);

		if (colon == NULL)
			return err_set(e, RC_FATAL,
			    "%s: want host:port:database:role:password", path);
		rest = str_cut(rest, (size_t)(colon + 1 - rest.p), rest.n);
	}
	*password = str_cut(rest, 0, strcspn(rest.p, "\n"));
	return RC_OK;
}

/* All in one round trip and one transaction. */
static enum rc
set_password(
    struct db *db, const char *role, struct str password, struct err *e)
{
	struct args a;
	enum rc rc;

	args_init(&a);
	args_str(&a, str_of(role));
	args_str(&a, password);
	db_begin(db);
	db_send(db, "role_keep", &a);
	db_send(db, "role_change", NULL);
	db_commit(db);
	rc = db_flush(db, e);
	for (int i = 0; i < 4 && rc == RC_OK; i++)
		rc = db_next(db, NULL, e);
	args_fini(&a);
	if (rc != RC_OK)
		db_rollback(db);
	return rc;
}

enum rc
roles_passwords(struct db *db, const char *folder, struct err *e)
{
	char text[LINE_CAP];
	struct str password;

	TRY(db_prepare(db, queries, ARRAY_LEN(queries), e));
	for (size_t i = 0; i < ROLES; i++) {
		TRY(read_password(folder, role_names[i], text, &password, e));
		if (password.n > 0)
			TRY(set_password(db, role_names[i], password, e));
	}
	return RC_OK;
}
