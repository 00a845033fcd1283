/* PostgreSQL, the only way to it: prepared queries, one pipeline. */
#ifndef DB_DB_H
#define DB_DB_H

#include "common/msg/msg.h"

struct db;
struct rows; /* one result */

/* One prepared statement; tables of them are made from queries.sql. */
struct db_query {
	const char *name;
	const char *sql;
};

/* Parameters of one execution, bound by position ($1, $2, ...). */
#define DB_ARGS_MAX 16
struct args {
	size_t n;
	struct buf value[DB_ARGS_MAX]; /* binary format */
	bool null[DB_ARGS_MAX];
};

/*
 * DSN is a libpq connection string.  Sets UTF-8, UTC, the time-outs of the
 * project, and enters pipeline mode.  RC_RETRY when the server is not there.
 */
enum rc db_open(struct db **dbp, const char *dsn, const char *application,
    struct err *e) MUST_CHECK;
void db_close(struct db **dbp);
/* Whether the connection still looks alive. */
bool db_alive(const struct db *db);
/*
 * How long a pipeline may take from its flush to its last answer; 5 s unless
 * told (migrations, packs).  After that the connection counts as lost, and
 * what was under way as unknown.
 */
void db_patience(struct db *db, int64_t ms);

enum rc db_prepare(struct db *db, const struct db_query *queries, size_t n,
    struct err *e) MUST_CHECK;
/* Several statements of a migration, without parameters. */
enum rc db_script(struct db *db, const char *sql, struct err *e) MUST_CHECK;

void args_init(struct args *a);
void args_fini(struct args *a);
void args_reset(struct args *a);
void args_null(struct args *a);
void args_str(struct args *a, struct str s); /* text */
void args_json(struct args *a, struct str s);
void args_i64(struct args *a, int64_t v); /* bigint */
void args_bool(struct args *a, bool v);
void args_time(struct args *a, int64_t at_ms); /* timestamptz */
/* Arrays, bound as text[], bytea[], bigint[]; a NULL .p is a NULL entry. */
void args_strs(struct args *a, const struct str *v, size_t n);
void args_bytes_list(struct args *a, const struct str *v, size_t n);
void args_i64s(struct args *a, const int64_t *v, size_t n);

/* One query, one round trip.  *ROWS may be NULL when nobody looks. */
enum rc db_exec(struct db *db, const char *query, struct args *a,
    struct rows **rows, struct err *e) MUST_CHECK;

/*
 * Several queries in one round trip: db_send() each (NULL args: none), then
 * db_flush(), then db_next() for each in the same order.  After a failure
 * the rest of the pipeline is drained by db_rollback().
 */
void db_send(struct db *db, const char *query, struct args *a);
enum rc db_flush(struct db *db, struct err *e) MUST_CHECK;
enum rc db_next(struct db *db, struct rows **rows, struct err *e) MUST_CHECK;

/*
 * For a loop that has other things to do: the socket to poll for reading,
 * and whether everything of the flushed pipeline is here (or never will be),
 * so that db_next() does not wait.
 */
int db_socket(const struct db *db);
bool db_ready(struct db *db);

/* For inside a pipeline: what is sent between is one transaction. */
void db_begin(struct db *db);
void db_commit(struct db *db);
/* Leaves a transaction, and a pipeline, at any point; cannot fail. */
void db_rollback(struct db *db);

void rows_free(struct rows **rp);
size_t rows_n(const struct rows *r);
int rows_column(const struct rows *r, const char *name); /* -1: none */
bool rows_null(const struct rows *r, size_t row, int column);
/* Borrowed from R. */
struct str rows_str(const struct rows *r, size_t row, int column);
int64_t rows_i64(const struct rows *r, size_t row, int column);
bool rows_bool(const struct rows *r, size_t row, int column);
int64_t rows_time(const struct rows *r, size_t row, int column);

/*
 * Row ROW as a struct of D's type (zeroed first), fields by column name;
 * columns that D does not have are skipped, NULL is the zero value.
 * Strings are copied into ARENA.
 */
void rows_decode(const struct rows *r, size_t row, const struct msg_desc *d,
    void *obj, struct arena *arena);

/* SQLSTATE -> what to do next (pure; the table is in sqlstate.c). */
enum rc db_rc_of(const char *sqlstate);

#endif
