/* What a database holds, in one snapshot. */
#include "cli/backup.h"

#include "common/base/id.h"

#include <stdio.h>

/*
 * The function is the session's own, and no part of the snapshot.  A sum does
 * not know the order of the rows, nor md5() the version of the server.
 */
static const char begin[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ;"
    "SET LOCAL statement_timeout = 0;"
    "SET LOCAL idle_in_transaction_session_timeout = 0;"
    "SET LOCAL bytea_output = hex; SET LOCAL enable_seqscan = on;"
    "CREATE FUNCTION pg_temp.look(tbl text, OUT n bigint, OUT digest text) "
    "LANGUAGE plpgsql AS $f$ BEGIN EXECUTE 'SELECT count(*), "
    "coalesce(sum((''x'' || left(md5(t::text), 16))::bit(64)::bigint), "
    "0)::text FROM ' || tbl || ' t' INTO n, digest; END $f$";

static const struct db_query queries[] = {
	{ "backup_snapshot", "SELECT pg_export_snapshot()" },
	{ "backup_top",
	    "SELECT (SELECT max(version) FROM run.migration)::bigint, "
	    "journal.first(), journal.head(), "
	    "(SELECT max(epoch) FROM journal.epoch)::bigint, "
	    "(SELECT hash FROM journal.link ORDER BY last_seq DESC LIMIT 1)" },
	{ "backup_keys",
	    "SELECT id, kind FROM vault.key WHERE retired_at IS NULL "
	    "ORDER BY kind, since_at, id" },
	{ "backup_tables",
	    "SELECT t.name, l.n, l.digest FROM (SELECT format('%I.%I', "
	    "n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n "
	    "ON n.oid = c.relnamespace WHERE c.relkind = 'r' "
	    "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema') t, "
	    "pg_temp.look(t.name) l ORDER BY 1" },
};

enum rc
backup_state_open(struct db *db, char snapshot[BACKUP_SNAPSHOT], struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_script(db, begin, e));
	TRY(db_prepare(db, queries, ARRAY_LEN(queries), e));
	TRY(db_exec(db, "backup_snapshot", NULL, &rows, e));
	(void)snprintf(
	    snapshot, BACKUP_SNAPSHOT, "%.*s", STR_ARG(rows_str(rows, 0, 0)));
	return RC_OK;
}

static void
put_top(struct json_out *j, const struct rows *top)
{
	char hex[HASH_TEXT] = "";
	struct str hash = rows_str(top, 0, 4);

	if (hash.n == HASH_LEN)
		(void)id_hex((const unsigned char *)hash.p, hex);
	json_out_int(j, "schema", rows_i64(top, 0, 0));
	json_out_int(j, "first", rows_i64(top, 0, 1));
	json_out_int(j, "head", rows_i64(top, 0, 2));
	json_out_int(j, "epoch", rows_i64(top, 0, 3));
	json_out_z(j, "hash", hex);
}

static void
put_keys(struct json_out *j, const struct rows *keys)
{
	json_out_array(j, "vault_keys");
	for (size_t i = 0; i < rows_n(keys); i++) {
		json_out_object(j, NULL);
		json_out_str(j, "id", rows_str(keys, i, 0));
		json_out_str(j, "kind", rows_str(keys, i, 1));
		json_out_end(j);
	}
	json_out_end(j);
}

static void
put_tables(struct json_out *j, const struct rows *tables)
{
	json_out_array(j, "tables");
	for (size_t i = 0; i < rows_n(tables); i++) {
		json_out_object(j, NULL);
		json_out_str(j, "table", rows_str(tables, i, 0));
		json_out_int(j, "rows", rows_i64(tables, i, 1));
		json_out_str(j, "digest", rows_str(tables, i, 2));
		json_out_end(j);
	}
	json_out_end(j);
}

enum rc
backup_state(struct db *db, struct json_out *j, const char *key, struct err *e)
{
	AUTO(rows_free) struct rows *top = NULL;
	AUTO(rows_free) struct rows *keys = NULL;
	AUTO(rows_free) struct rows *tables = NULL;

	TRY(db_exec(db, "backup_top", NULL, &top, e));
	TRY(db_exec(db, "backup_keys", NULL, &keys, e));
	TRY(db_exec(db, "backup_tables", NULL, &tables, e));
	json_out_object(j, key);
	put_top(j, top);
	put_keys(j, keys);
	put_tables(j, tables);
	json_out_end(j);
	return RC_OK;
}
