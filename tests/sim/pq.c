/*
 * The client's side of a connection: the part of libpq that common/db uses,
 * in front of a session of the simulated server.  Results arrive when the
 * session has made them; until then the client has to wait, and meanwhile
 * the world goes on.
 */
#include "tests/sim/pq.h"

#include "tests/sim/server.h"
#include "tests/sim/world.h"

#include <stdlib.h>

struct pg_conn {
	struct session *session; /* NULL once it is lost */
	int number;
	bool lost;  /* the other side has hung up */
	bool bad;   /* and we have noticed */
	bool stuck; /* nothing comes through any more, and nobody says so */
	bool null_due;
	PGTransactionStatusType tx;
	struct request *unsent;
	struct request **unsent_last;
	size_t n_asked; /* results that are still to come */
	PQnoticeReceiver receiver;
	void *receiver_arg;
	PGresult **in;
	size_t first;
	size_t n;
	size_t cap;
};

PGconn *
PQconnectdbParams(
    const char *const *keys, const char *const *values, int expand)
{
	PGconn *c = xcalloc(1, sizeof(*c));
	size_t name = 0;

	(void)expand;
	c->unsent_last = &c->unsent;
	c->tx = PQTRANS_IDLE;
	while (strcmp(keys[name], "application_name") != 0)
		name++;
	c->bad = !world_connect(values[name], c, &c->session, &c->number);
	return c;
}

ConnStatusType
PQstatus(const PGconn *c)
{
	return c->bad ? CONNECTION_BAD : CONNECTION_OK;
}

PGTransactionStatusType
PQtransactionStatus(const PGconn *c)
{
	if (c->bad)
		return PQTRANS_UNKNOWN;
	return c->n_asked > 0 ? PQTRANS_ACTIVE : c->tx;
}

char *
PQerrorMessage(const PGconn *c)
{
	return (char *)(uintptr_t)(c->bad || c->lost
				       ? "the connection is lost\n"
				       : "");
}

int
PQsetnonblocking(PGconn *c, int on)
{
	(void)c;
	(void)on;
	return 0;
}

int
PQenterPipelineMode(PGconn *c)
{
	(void)c;
	return 1;
}

int
PQexitPipelineMode(PGconn *c)
{
	(void)c;
	never("a service runs no scripts");
}

PGresult *
PQexec(PGconn *c, const char *sql)
{
	(void)c;
	(void)sql;
	never("a service runs no scripts");
}

int
PQsocket(const PGconn *c)
{
	return CONN_FD + c->number;
}

static void
drop_unsent(PGconn *c)
{
	while (c->unsent != NULL) {
		struct request *q = c->unsent;

		c->unsent = q->next;
		free(q);
	}
	c->unsent_last = &c->unsent;
}

void
PQfinish(PGconn *c)
{
	if (c == NULL)
		return;
	world_disconnect(c->number);
	if (c->session != NULL)
		session_cut(c->session, SIZE_MAX);
	drop_unsent(c);
	for (; c->first < c->n; c->first++)
		PQclear(c->in[c->first]);
	free(c->in);
	free(c);
}

static int
queue(PGconn *c, struct request *q, size_t n_results)
{
	*c->unsent_last = q;
	c->unsent_last = &q->next;
	c->n_asked += n_results;
	return 1;
}

int
PQsendQueryPrepared(PGconn *c, const char *name, int n,
    const char *const *values, const int *lens, const int *formats, int format)
{
	struct str args[REQUEST_ARGS];

	(void)formats;
	must(format == 1);
	if (c->bad)
		return 0;
	for (int i = 0; i < n; i++)
		args[i] = (struct str){ values[i],
			values[i] != NULL ? (size_t)lens[i] : 0 };
	return queue(
	    c, request_new(REQUEST_EXECUTE, name, NULL, (size_t)n, args), 1);
}

int
PQsendPrepare(
    PGconn *c, const char *name, const char *sql, int n, const Oid *types)
{
	(void)n;
	(void)types;
	if (c->bad)
		return 0;
	return queue(c, request_new(REQUEST_PREPARE, name, sql, 0, NULL), 1);
}

int
PQpipelineSync(PGconn *c)
{
	if (c->bad)
		return 0;
	return queue(c, request_new(REQUEST_SYNC, "sync", NULL, 0, NULL), 1);
}

/* The kernel takes everything at once; it may be for nobody. */
int
PQflush(PGconn *c)
{
	if (c->bad)
		return -1;
	if (c->lost) {
		c->bad = true;
		return -1;
	}
	while (c->unsent != NULL) {
		struct request *q = c->unsent;

		c->unsent = q->next;
		q->next = NULL;
		if (c->stuck || c->session == NULL)
			free(q);
		else
			session_send(c->session, q);
	}
	c->unsent_last = &c->unsent;
	return 0;
}

int
PQconsumeInput(PGconn *c)
{
	if (c->lost && c->first == c->n)
		c->bad = true;
	return !c->bad;
}

int
PQisBusy(PGconn *c)
{
	if (c->bad || c->null_due)
		return 0;
	return c->n_asked > 0 && c->first == c->n;
}

PGresult *
PQgetResult(PGconn *c)
{
	PGresult *res;

	if (c->null_due || c->first == c->n) {
		c->null_due = false;
		return NULL;
	}
	res = c->in[c->first++];
	if (c->first == c->n)
		c->first = c->n = 0;
	c->n_asked--;
	/* Behind each result but a sync's stands the end of its query. */
	c->null_due = res->status != PGRES_PIPELINE_SYNC;
	if (res->status == PGRES_PIPELINE_SYNC)
		c->tx = res->tx;
	return res;
}

void
pq_take(PGconn *c, PGresult *res)
{
	if (c->stuck) {
		PQclear(res);
		return;
	}
	if (res->status == PGRES_NONFATAL_ERROR) {
		if (c->receiver != NULL)
			c->receiver(c->receiver_arg, res);
		PQclear(res);
		return;
	}
	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? c->cap * 2 : 16;
		c->in = xrealloc(c->in, c->cap * sizeof(PGresult *));
	}
	c->in[c->n++] = res;
}

void
pq_lost(PGconn *c, bool silently)
{
	c->session = NULL;
	c->stuck = c->stuck || silently;
	if (!c->stuck)
		c->lost = true;
}

bool
pq_readable(const PGconn *c)
{
	return c->lost || c->first < c->n;
}

struct session *
pq_session(const PGconn *c)
{
	return c->session;
}

/* Its warnings are about the commit that a standby did not confirm. */
PQnoticeReceiver
PQsetNoticeReceiver(PGconn *c, PQnoticeReceiver receiver, void *arg)
{
	c->receiver = receiver;
	c->receiver_arg = arg;
	return NULL;
}
