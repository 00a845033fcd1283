/* Inside a connection: what the files of common/db share. */
#ifndef DB_DB_INNER_H
#define DB_DB_INNER_H

#include "common/db/db.h"

#include <libpq-fe.h>

/* One that db_ready() took in before it was asked for. */
struct early {
	PGresult *res;
};

struct db {
	PGconn *conn;
	int64_t patience_ms;
	int64_t deadline;    /* of the pipeline under way */
	size_t n_due;        /* results still to read of what was sent */
	struct early *early; /* in order */
	size_t n_early;
	size_t next_early;
	size_t early_cap;
	bool synced;   /* a sync marker is under way behind them */
	bool open;     /* BEGIN was sent, neither COMMIT nor ROLLBACK */
	bool dead;     /* an answer did not come in time */
	bool doubt;    /* committed here, perhaps not on the standby */
	bool prepared; /* BEGIN and its like are */
};

/* WHAT, and the first line of what the server said. */
enum rc db_err_said(
    struct err *e, enum rc rc, const char *what, const char *text);
/* WHAT, and why the connection is of no use. */
enum rc db_err(const struct db *db, struct err *e, const char *what);

#endif
