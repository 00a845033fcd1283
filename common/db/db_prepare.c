/* Statements: prepared once a connection, or a script of them. */
#include "common/db/db_inner.h"

static enum rc
prepare_one(struct db *db, const char *name, const char *sql, struct err *e)
{
	if (PQsendPrepare(db->conn, name, sql, 0, NULL) != 1)
		return db_err(db, e, name);
	db->n_due++;
	return RC_OK;
}

static enum rc
prepare_all(struct db *db, const struct db_query *q, size_t n, struct err *e)
{
	struct err why;
	enum rc rc;

	for (size_t i = 0; i < n; i++)
		TRY(prepare_one(db, q[i].name, q[i].sql, e));
	TRY(db_flush(db, e));
	for (size_t i = 0; i < n; i++) {
		rc = db_next(db, NULL, &why);
		if (rc != RC_OK)
			return err_set(
			    e, rc, "query %s: %s", q[i].name, why.text);
	}
	return RC_OK;
}

enum rc
db_prepare(
    struct db *db, const struct db_query *queries, size_t n, struct err *e)
{
	static const struct db_query always[] = {
		{ "begin", "BEGIN" },
		{ "commit", "COMMIT" },
		{ "rollback", "ROLLBACK" },
	};
	enum rc rc = RC_OK;

	if (!db->prepared)
		rc = prepare_all(db, always, ARRAY_LEN(always), e);
	db->prepared = rc == RC_OK;
	if (rc == RC_OK && n > 0)
		rc = prepare_all(db, queries, n, e);
	if (rc != RC_OK)
		db_rollback(db);
	return rc;
}

enum rc
db_script(struct db *db, const char *sql, struct err *e)
{
	PGresult *res;
	const char *text;
	enum rc rc = RC_OK;

	must(db->n_due == 0 && !db->synced);
	if (PQexitPipelineMode(db->conn) != 1 ||
	    PQsetnonblocking(db->conn, 0) != 0)
		return db_err(db, e, "script");
	res = PQexec(db->conn, sql);
	if (PQresultStatus(res) != PGRES_COMMAND_OK &&
	    PQresultStatus(res) != PGRES_TUPLES_OK) {
		text = PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY);
		rc = db_err_said(e,
		    db_rc_of(PQresultErrorField(res, PG_DIAG_SQLSTATE)),
		    "script", text != NULL ? text : PQerrorMessage(db->conn));
	}
	PQclear(res);
	if (PQsetnonblocking(db->conn, 1) != 0 ||
	    PQenterPipelineMode(db->conn) != 1)
		return db_err(db, e, "script");
	return rc;
}
