#include "common/db/migrations.h"

#include "common/base/id.h"

#include <stdio.h>

struct migration {
	int version;
	const char *name;
	const char *sql;
	int oldest; /* programs that still work with it are built for this */
};

#include "schema_files.h"

static const struct db_query queries[] = {
	{ "migrate_lock", "SELECT pg_advisory_lock(7255, 2)" },
	{ "migrate_unlock", "SELECT pg_advisory_unlock(7255, 2)" },
};

/* The list must exist before the first migration makes its schema. */
static const char bootstrap[] =
    "CREATE SCHEMA IF NOT EXISTS run;"
    "CREATE TABLE IF NOT EXISTS run.migration ("
    " version int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
    " applied_at timestamptz NOT NULL DEFAULT clock_timestamp());"
    "ALTER TABLE run.migration ADD COLUMN IF NOT EXISTS oldest int;";

static void
checksum(const struct migration *m, char text[HASH_TEXT])
{
	unsigned char hash[HASH_LEN];

	id_hash(str_of(m->sql), hash);
	(void)id_hex(hash, text);
}

static enum rc
apply(struct db *db, const struct migration *m, struct err *e)
{
	char sum[HASH_TEXT];
	struct buf sql;
	struct err why;
	enum rc rc;

	checksum(m, sum);
	buf_init(&sql, (size_t)4 << 20);
	buf_printf(&sql, "BEGIN;\n");
	buf_z(&sql, m->sql);
	/* Both come from our own files: no quotes in them. */
	buf_printf(&sql,
	    ";INSERT INTO run.migration (version, name, checksum, oldest)"
	    " VALUES (%d, '%s', '%s', %d);\nCOMMIT",
	    m->version, m->name, sum, m->oldest);
	buf_char(&sql, '\0');
	rc = db_script(db, sql.p, &why);
	buf_fini(&sql);
	if (rc == RC_OK)
		return RC_OK;
	if (db_script(db, "ROLLBACK", &(struct err){ .rc = RC_OK }) != RC_OK)
		rc = RC_RETRY;
	return err_set(e, rc == RC_RETRY ? RC_RETRY : RC_FATAL, "%s: %s",
	    m->name, why.text);
}

/* Which programs work with what is there; it may be newer than this one. */
static enum rc
check_age(int64_t version, int64_t oldest, struct err *e)
{
	if (version < SCHEMA_VERSION)
		return err_set(e, RC_FATAL,
		    "the database has schema %lld, this program is built for "
		    "%d: run huying migrate",
		    (long long)version, SCHEMA_VERSION);
	if (oldest > SCHEMA_VERSION)
		return err_set(e, RC_FATAL,
		    "the database has schema %lld, newer than this program "
		    "(%d), and works with programs of %lld and later: "
		    "update this one",
		    (long long)version, SCHEMA_VERSION, (long long)oldest);
	return RC_OK;
}

/* What is applied must be, byte for byte, what this program brings. */
static enum rc
compare(const struct rows *rows, size_t n_known, struct err *e)
{
	size_t n = rows_n(rows);
	char sum[HASH_TEXT];

	for (size_t i = 0; i < n && i < n_known; i++) {
		checksum(&migrations[i], sum);
		if (rows_i64(rows, i, 0) != migrations[i].version ||
		    !str_is(rows_str(rows, i, 2), sum))
			return err_set(e, RC_FATAL,
			    "%s was changed after it was applied",
			    migrations[i].name);
	}
	return n <= n_known ? RC_OK
			    : check_age(rows_i64(rows, n - 1, 0),
				  rows_i64(rows, 0, 3), e);
}

static enum rc
migrate_locked(struct db *db, struct migrated *m, struct err *e)
{
	static const struct db_query list = { "migrate_list",
		"SELECT version, name, checksum, max(coalesce(oldest, "
		"version)) OVER ()::bigint FROM run.migration ORDER BY 1" };
	size_t n = ARRAY_LEN(migrations), done;
	struct rows *rows = NULL;
	enum rc rc;

	TRY(db_script(db, bootstrap, e));
	TRY(db_prepare(db, &list, 1, e));
	TRY(db_exec(db, "migrate_list", NULL, &rows, e));
	rc = compare(rows, n, e);
	done = rows_n(rows);
	rows_free(&rows);
	if (rc != RC_OK)
		return rc;
	m->before = (int)done;
	for (size_t i = done; i < n; i++)
		TRY(apply(db, &migrations[i], e));
	m->after = (int)(done > n ? done : n);
	must(migrations[n - 1].version == SCHEMA_VERSION);
	return RC_OK;
}

enum rc
db_migrate(struct db *db, struct migrated *m, struct err *e)
{
	struct err ignored;
	enum rc rc;

	db_patience(db, 60000);
	TRY(db_prepare(db, queries, ARRAY_LEN(queries), e));
	TRY(db_exec(db, "migrate_lock", NULL, NULL, e));
	rc = migrate_locked(db, m, e);
	if (db_alive(db) &&
	    db_exec(db, "migrate_unlock", NULL, NULL, &ignored) != RC_OK)
		rc = rc == RC_OK ? RC_RETRY : rc;
	return rc;
}

enum rc
db_check_schema(struct db *db, struct err *e)
{
	/* The column came with a later program than the table. */
	static const struct db_query newest = { "migrate_newest",
		"SELECT max(version)::bigint, max(coalesce((to_jsonb(m) ->> "
		"'oldest')::bigint, version))::bigint FROM run.migration m" };
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_prepare(db, &newest, 1, e));
	TRY(db_exec(db, "migrate_newest", NULL, &rows, e));
	return check_age(rows_i64(rows, 0, 0), rows_i64(rows, 0, 1), e);
}
