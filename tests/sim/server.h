/*
 * The server's side of a connection: takes what the client has sent, one
 * statement a step, so that others come in between; holds locks, waits for
 * them, aborts a pipeline after a failure, and forgets a transaction whose
 * client is gone.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "tests/sim/result.h"
#include "tests/sim/store.h"

#define REQUEST_ARGS 16

enum request_kind {
	REQUEST_PREPARE,
	REQUEST_EXECUTE,
	REQUEST_SYNC
};

struct request {
	struct request *next;
	enum request_kind kind;
	const char *name;
	const char *sql; /* of a PREPARE */
	size_t n;
	struct str arg[REQUEST_ARGS]; /* NULL .p: NULL */
};

struct session {
	struct tx tx;
	struct store *store;
	const char *who; /* service, or "people" */
	int number;
	void *listener; /* gets the results; NULL: nobody */
	struct request *first;
	struct request **last;
	size_t n_requests;
	bool open;   /* between BEGIN and its end */
	bool failed; /* the transaction is: only ROLLBACK helps */
	bool skip;   /* up to the next sync */
	bool ended;  /* the client is gone, and everything is done */
	bool hanging_up;
	bool waits; /* for a lock */
	uint64_t waits_since_unlock;
	int64_t waits_since_us;
	int64_t idle_since_us;
	struct event **pending; /* appended, not committed */
	size_t n_pending;
	size_t cap_pending;
};

struct request *request_new(enum request_kind kind, const char *name,
    const char *sql, size_t n, const struct str *args);

struct session *session_new(
    struct store *st, const char *who, int number, void *listener);
void session_free(struct session **sp);
void session_send(struct session *s, struct request *q);
/* Whether a step would do anything at NOW_US of the machine. */
bool session_ready(const struct session *s, int64_t now_us);
void session_step(struct session *s, int64_t now_us);
/*
 * The connection breaks: the server still works off KEEP of what was sent,
 * then rolls back what is open.
 */
void session_cut(struct session *s, size_t keep);

/* Where results go (pq.c, people.c); takes over RES. */
void listener_take(struct session *s, PGresult *res);
/* The server has ended the session, or was killed. */
void listener_lost(struct session *s);

/* defect.c: what a planted defect does to a commit. */
void defect_commit(struct session *s);

/* Inside a statement. */
enum outcome {
	OUTCOME_DONE,
	OUTCOME_WAIT,
	OUTCOME_FAILED
};
struct call {
	struct session *s;
	struct store *store;
	const struct request *q;
	PGresult *out;
	const char *sqlstate;
	const char *why;
};
typedef enum outcome query_fn(struct call *c);

/* query.c: NULL for a name that the simulation does not know. */
query_fn *query_find(const char *name, const char *sql, struct store *st);
enum outcome call_fail(struct call *c, const char *sqlstate, const char *why);
/* Arguments. */
struct str call_str(const struct call *c, size_t i);
int64_t call_i64(const struct call *c, size_t i);
struct strs cell_texts(struct str cell, struct arena *arena);
struct strs call_list(const struct call *c, size_t i); /* text[], bytea[] */
struct i64s {
	const int64_t *v;
	size_t n;
};
struct i64s call_i64s(const struct call *c, size_t i);

#endif
