#include "cli/roles.h"

#include "common/base/file.h"

#include <limits.h>
#include <stdio.h>

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
	char path[PATH_MAX + 32];
	struct buf sql;
	enum rc rc;

	(void)snprintf(path, sizeof(path), "%s/deploy/db/roles.sql", root);
	buf_init(&sql, SCRIPT_MAX + 2); /* one too many, and its end */
	rc = file_read(path, SCRIPT_MAX, &sql, e);
	if (rc == RC_OK && sql.n > SCRIPT_MAX)
		rc = err_set(e, RC_FATAL, "%s is too long", path);
	buf_char(&sql, '\0');
	if (rc == RC_OK)
		rc = db_script(db, sql.p, e);
	buf_fini(&sql);
	return rc;
}

/* The last of five fields, in LINE; empty when there is no such file. */
static enum rc
read_password(const char *folder, const char *role, struct buf *line,
    struct str *password, struct err *e)
{
	char path[PATH_MAX + 32];
	struct str rest;
	enum rc rc;

	*password = (struct str){ NULL, 0 };
	(void)snprintf(path, sizeof(path), "%s/%s.pgpass", folder, role);
	rc = file_read(path, LINE_CAP, line, e);
	if (rc != RC_OK)
		return rc == RC_GONE ? RC_OK : rc;
	rest = buf_get(line);
	for (int i = 0; i < 4; i++)
		if (!str_next(&rest, ':', password))
			rest = (struct str){ NULL, 0 };
	*password = str_cut(rest, 0, str_find(rest, '\n'));
	if (password->n > 0)
		return RC_OK;
	return err_set(
	    e, RC_FATAL, "%s: want host:port:database:role:password", path);
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
	struct str password;
	struct buf line;
	enum rc rc = db_prepare(db, queries, ARRAY_LEN(queries), e);

	buf_init(&line, LINE_CAP + 1);
	for (size_t i = 0; i < ROLES && rc == RC_OK; i++) {
		buf_reset(&line);
		rc = read_password(folder, role_names[i], &line, &password, e);
		if (rc == RC_OK && password.n > 0)
			rc = set_password(db, role_names[i], password, e);
	}
	buf_fini(&line);
	return rc;
}
