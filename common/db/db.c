#include "common/db/db.h"

#include "common/db/db_inner.h"
#include "common/db/rows.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define PATIENCE_MS 5000

/* First line of what the server said, without its newline. */
enum rc
db_err_said(struct err *e, enum rc rc, const char *what, const char *text)
{
	return err_set(e, rc, "%s: %.*s", what, (int)strcspn(text, "\n"), text);
}

enum rc
db_err(const struct db *db, struct err *e, const char *what)
{
	return db_err_said(e, RC_RETRY, what,
	    db->doubt  ? "the standby did not confirm the commit"
	    : db->dead ? "no answer in time"
		       : PQerrorMessage(db->conn));
}

/*
 * A commit whose wait for the standby was cut short is reported as done, with
 * a warning beside it: nobody knows whether it survives a fail-over.
 */
static void
notice(void *arg, const PGresult *res)
{
	struct db *db = arg;
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (state != NULL &&
	    (strcmp(state, "01000") == 0 || strcmp(state, "57P01") == 0))
		db->doubt = true;
}

enum rc
db_open(
    struct db **dbp, const char *dsn, const char *application, struct err *e)
{
	static const char options[] =
	    "-c statement_timeout=10s -c lock_timeout=3s "
	    "-c idle_in_transaction_session_timeout=5s -c jit=off "
	    /* Everything is looked up by key; a plan made while a table was
	     * empty must not read all of it for ever. */
	    "-c enable_seqscan=off "
	    "-c synchronous_commit=on -c TimeZone=UTC "
	    "-c client_min_messages=warning -c extra_float_digits=3";
	const char *const keys[] = { "connect_timeout", "keepalives_idle",
		"keepalives_interval", "keepalives_count", "tcp_user_timeout",
		"gssencmode", "dbname", "application_name", "options",
		"client_encoding", NULL };
	/* What stands before the DSN is a preset, behind it a rule. */
	const char *const values[] = { "2", "10", "5", "3", "5000", "disable",
		dsn, application, options, "UTF8", NULL };
	struct db *db = xcalloc(1, sizeof(*db));
	enum rc rc;

	db->patience_ms = PATIENCE_MS;
	db->conn = PQconnectdbParams(keys, values, 1);
	if (db->conn == NULL)
		never("out of memory");
	if (PQstatus(db->conn) != CONNECTION_OK ||
	    PQsetnonblocking(db->conn, 1) != 0 ||
	    PQenterPipelineMode(db->conn) != 1) {
		rc = db_err(db, e, "cannot connect to the database");
		db_close(&db);
		return rc;
	}
	(void)PQsetNoticeReceiver(db->conn, notice, db);
	*dbp = db;
	return RC_OK;
}

static void
early_drop(struct db *db)
{
	while (db->next_early < db->n_early)
		PQclear(db->early[db->next_early++].res);
	db->n_early = db->next_early = 0;
}

void
db_close(struct db **dbp)
{
	if (*dbp == NULL)
		return;
	early_drop(*dbp);
	free((*dbp)->early);
	PQfinish((*dbp)->conn);
	free(*dbp);
	*dbp = NULL;
}

bool
db_alive(const struct db *db)
{
	return !db->dead && !db->doubt && PQstatus(db->conn) == CONNECTION_OK;
}

void
db_patience(struct db *db, int64_t ms)
{
	db->patience_ms = ms;
}

/* Waits for EVENTS on the socket; false when the deadline passed. */
static bool
wait_for(struct db *db, short events)
{
	struct pollfd fd = { .fd = PQsocket(db->conn), .events = events };
	int64_t left;
	int n;

	/* Whoever was stopped himself looks once before he complains. */
	do {
		left = db->deadline - clock_mono_ms();
		n = poll(&fd, 1, left > 0 ? (int)left : 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		db->dead = true;
	return n > 0;
}

/* Sends all there is; reads meanwhile, or both sides might wait. */
static bool
push(struct db *db)
{
	int left;

	db->deadline = clock_mono_ms() + db->patience_ms;
	while ((left = PQflush(db->conn)) == 1) {
		if (!wait_for(db, POLLIN | POLLOUT) ||
		    PQconsumeInput(db->conn) != 1)
			return false;
	}
	return left == 0;
}

static bool
await_result(struct db *db)
{
	while (PQisBusy(db->conn) == 1)
		if (!wait_for(db, POLLIN) || PQconsumeInput(db->conn) != 1)
			return false;
	return true;
}

/* The next result that is not the NULL between two of them. */
static PGresult *
take_result(struct db *db)
{
	PGresult *res;

	if (db->next_early < db->n_early)
		return db->early[db->next_early++].res;
	for (int nulls = 0; nulls < 2; nulls++) {
		if (!await_result(db))
			return NULL;
		res = PQgetResult(db->conn);
		if (res != NULL)
			return res;
	}
	return NULL;
}

int
db_socket(const struct db *db)
{
	return PQsocket(db->conn);
}

static void
early_put(struct db *db, PGresult *res)
{
	if (db->n_early == db->early_cap) {
		db->early_cap = db->early_cap > 0 ? 2 * db->early_cap : 8;
		db->early =
		    xrealloc(db->early, db->early_cap * sizeof(*db->early));
	}
	db->early[db->n_early++].res = res;
}

bool
db_ready(struct db *db)
{
	PGresult *res;
	int nulls = 0;

	must(db->synced);
	if (db->next_early == db->n_early)
		db->n_early = db->next_early = 0;
	if (PQconsumeInput(db->conn) != 1 || !db_alive(db))
		return true;
	while (PQisBusy(db->conn) == 0 && nulls < 2) {
		res = PQgetResult(db->conn);
		nulls = res == NULL ? nulls + 1 : 0;
		if (res == NULL)
			continue;
		early_put(db, res);
		if (PQresultStatus(res) == PGRES_PIPELINE_SYNC)
			return true;
	}
	if (clock_mono_ms() > db->deadline)
		db->dead = true;
	return db->dead;
}

static void
send_one(struct db *db, const char *query, struct args *a)
{
	const char *values[DB_ARGS_MAX] = { NULL };
	int lens[DB_ARGS_MAX] = { 0 }, formats[DB_ARGS_MAX];
	int n = a != NULL ? (int)a->n : 0;

	for (int i = 0; i < n; i++) {
		must(!a->value[i].failed);
		values[i] = a->null[i]              ? NULL
			    : a->value[i].p != NULL ? a->value[i].p
						    : "";
		lens[i] = (int)a->value[i].n;
		formats[i] = 1;
	}
	/* A failure to queue shows up as a dead connection at the flush. */
	if (PQsendQueryPrepared(db->conn, query, n, values, lens, formats, 1) ==
	    1)
		db->n_due++;
	else
		db->dead = true;
}

void
db_send(struct db *db, const char *query, struct args *a)
{
	must(!db->synced);
	send_one(db, query, a);
}

void
db_begin(struct db *db)
{
	db_send(db, "begin", NULL);
	db->open = true;
}

void
db_commit(struct db *db)
{
	db_send(db, "commit", NULL);
	db->open = false;
}

enum rc
db_flush(struct db *db, struct err *e)
{
	if (!db_alive(db) || PQpipelineSync(db->conn) != 1 || !push(db))
		return db_err(db, e, "sending");
	db->synced = true;
	return RC_OK;
}

/* The marker behind the last result of a pipeline. */
static enum rc
take_sync(struct db *db, struct err *e)
{
	PGresult *res = take_result(db);
	bool ok = res != NULL && PQresultStatus(res) == PGRES_PIPELINE_SYNC;

	PQclear(res);
	db->synced = false;
	return ok ? RC_OK : db_err(db, e, "waiting");
}

static enum rc
result_rc(struct db *db, const PGresult *res, struct err *e)
{
	ExecStatusType status;
	const char *state;

	if (res == NULL || db->doubt)
		return db_err(db, e, "waiting");
	status = PQresultStatus(res);
	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return RC_OK;
	if (status == PGRES_PIPELINE_ABORTED)
		return err_set(e, RC_RETRY, "pipeline aborted");
	state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	if (state == NULL)
		return db_err(db, e, "waiting");
	/* A migration changed what a prepared statement answers. */
	if (strcmp(state, "0A000") == 0)
		db->dead = true;
	return db_err_said(e, db_rc_of(state), state,
	    PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY));
}

enum rc
db_next(struct db *db, struct rows **rows, struct err *e)
{
	PGresult *res;
	enum rc rc;

	must(db->n_due > 0 && db->synced);
	res = take_result(db);
	rc = result_rc(db, res, e);
	db->n_due--;
	if (rc != RC_OK) {
		PQclear(res);
		return rc;
	}
	if (db->n_due == 0 && (rc = take_sync(db, e)) != RC_OK) {
		PQclear(res);
		return rc;
	}
	if (rows != NULL)
		*rows = rows_of(res);
	else
		PQclear(res);
	return RC_OK;
}

enum rc
db_exec(struct db *db, const char *query, struct args *a, struct rows **rows,
    struct err *e)
{
	enum rc rc;

	db_send(db, query, a);
	rc = db_flush(db, e);
	if (rc == RC_OK)
		rc = db_next(db, rows, e);
	if (rc != RC_OK && !db->open)
		db_rollback(db);
	return rc;
}

/* Reads and drops everything that is under way. */
static bool
drain(struct db *db)
{
	struct err e;
	PGresult *res;

	if (!db_alive(db))
		return false;
	if (!db->synced && db->n_due > 0 && db_flush(db, &e) != RC_OK)
		return false;
	while (db->synced) {
		res = take_result(db);
		if (res == NULL)
			return false;
		if (PQresultStatus(res) == PGRES_PIPELINE_SYNC)
			db->synced = false;
		PQclear(res);
	}
	db->n_due = 0;
	early_drop(db);
	return true;
}

/*
 * The connection is of no use any more.  Whoever sends on it all the same
 * learns that from the next flush.
 */
static void
abandon(struct db *db)
{
	db->dead = true;
	db->synced = db->open = false;
	db->n_due = 0;
	early_drop(db);
}

void
db_rollback(struct db *db)
{
	struct err e;

	if (!drain(db)) {
		abandon(db);
		return;
	}
	if (PQtransactionStatus(db->conn) == PQTRANS_IDLE) {
		db->open = false;
		return;
	}
	db->open = false;
	send_one(db, "rollback", NULL);
	if (db_flush(db, &e) != RC_OK || db_next(db, NULL, &e) != RC_OK)
		abandon(db);
}
