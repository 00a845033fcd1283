#include "common/db/copy.h"

#include "common/db/db.h"

#include <libpq-fe.h>
#include <stdlib.h>

#define SQL_MAX ((size_t)16 * 1024)

struct copier {
	PGconn *from;
	PGconn *to;
};

static enum rc
failed(PGconn *conn, const char *what, struct err *e)
{
	const char *text = PQerrorMessage(conn);

	return err_set(
	    e, RC_RETRY, "%s: %.*s", what, (int)strcspn(text, "\n"), text);
}

/* A statement that answers with STATUS. */
static enum rc
run(PGconn *conn, const char *sql, ExecStatusType status, struct err *e)
{
	PGresult *res = PQexec(conn, sql);
	bool ok = PQresultStatus(res) == status ||
		  (status == PGRES_COMMAND_OK &&
		      PQresultStatus(res) == PGRES_TUPLES_OK);

	PQclear(res);
	return ok ? RC_OK : failed(conn, "copying", e);
}

static enum rc
open_one(PGconn **connp, const char *dsn, struct err *e)
{
	const char *const keys[] = { "dbname", "application_name", "options",
		"client_encoding", "connect_timeout", "gssencmode", NULL };
	const char *const values[] = { dsn, "copy",
		"-c TimeZone=UTC -c client_min_messages=warning", "UTF8", "3",
		"disable", NULL };

	*connp = PQconnectdbParams(keys, values, 1);
	must(*connp != NULL);
	return PQstatus(*connp) == CONNECTION_OK
		   ? RC_OK
		   : failed(*connp, "cannot connect to the database", e);
}

static enum rc
open_both(struct copier *c, const char *from, const char *to, struct err *e)
{
	TRY(open_one(&c->from, from, e));
	TRY(open_one(&c->to, to, e));
	/* A snapshot is taken by the first statement that reads. */
	TRY(run(c->from,
	    "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
	    PGRES_COMMAND_OK, e));
	return run(c->from, "SELECT journal.head()", PGRES_TUPLES_OK, e);
}

enum rc
copier_open(struct copier **cp, const char *from, const char *to, struct err *e)
{
	struct copier *c = xcalloc(1, sizeof(*c));
	enum rc rc = open_both(c, from, to, e);

	if (rc == RC_OK)
		*cp = c;
	else
		copier_close(&c);
	return rc;
}

void
copier_close(struct copier **cp)
{
	if (*cp == NULL)
		return;
	PQfinish((*cp)->from);
	PQfinish((*cp)->to);
	free(*cp);
	*cp = NULL;
}

static enum rc
pass_on(struct copier *c, int64_t *n, struct err *e)
{
	char *row = NULL;
	int len;

	while ((len = PQgetCopyData(c->from, &row, 0)) > 0) {
		int put = PQputCopyData(c->to, row, len);

		PQfreemem(row);
		row = NULL;
		if (put != 1)
			return failed(c->to, "copying", e);
		++*n;
	}
	/* The format's header and end are no rows. */
	*n -= 1;
	if (len != -1)
		return failed(c->from, "copying", e);
	return PQputCopyEnd(c->to, NULL) == 1 ? RC_OK
					      : failed(c->to, "copying", e);
}

/* What both sides have to say when it is over. */
static enum rc
end(PGconn *conn, struct err *e)
{
	PGresult *res = PQgetResult(conn);
	bool ok = PQresultStatus(res) == PGRES_COMMAND_OK;

	PQclear(res);
	while ((res = PQgetResult(conn)) != NULL)
		PQclear(res);
	return ok ? RC_OK : failed(conn, "copying", e);
}

enum rc
copier_copy(struct copier *c, const char *select, const char *table, int64_t *n,
    struct err *e)
{
	char sql[SQL_MAX];
	int len;

	*n = 0;
	len = snprintf(
	    sql, sizeof(sql), "COPY (%s) TO STDOUT (FORMAT binary)", select);
	must(len > 0 && (size_t)len < sizeof(sql));
	TRY(run(c->from, sql, PGRES_COPY_OUT, e));
	len = snprintf(
	    sql, sizeof(sql), "COPY %s FROM STDIN (FORMAT binary)", table);
	must(len > 0 && (size_t)len < sizeof(sql));
	TRY(run(c->to, sql, PGRES_COPY_IN, e));
	TRY(pass_on(c, n, e));
	TRY(end(c->from, e));
	return end(c->to, e);
}

enum rc
copier_ask(struct copier *c, const char *sql, int64_t *v, struct err *e)
{
	PGresult *res = PQexec(c->from, sql);
	bool ok = PQresultStatus(res) == PGRES_TUPLES_OK && PQntuples(res) == 1;

	*v = 0;
	if (ok && PQgetisnull(res, 0, 0) == 0)
		ok = str_i64(str_of(PQgetvalue(res, 0, 0)), v);
	PQclear(res);
	return ok ? RC_OK : failed(c->from, "asking", e);
}

enum rc
copier_do(struct copier *c, const char *sql, struct err *e)
{
	return run(c->to, sql, PGRES_COMMAND_OK, e);
}
