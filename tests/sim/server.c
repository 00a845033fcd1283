#include "tests/sim/server.h"

#include "tests/sim/trace.h"
#include "tests/sim/watch.h"
#include "tests/sim/world.h"

#include <stdlib.h>
#include <string.h>

#define LOCK_TIMEOUT_US INT64_C(3000000)
#define IDLE_TIMEOUT_US INT64_C(5000000)

struct request *
request_new(enum request_kind kind, const char *name, const char *sql, size_t n,
    const struct str *args)
{
	/* Whoever sends it may forget it, and be gone before it is read. */
	size_t len = sql != NULL ? strlen(sql) + 1 : 0;
	struct request *q;
	char *at;

	must(n <= REQUEST_ARGS);
	for (size_t i = 0; i < n; i++)
		len += args[i].n + 1;
	q = xmalloc(sizeof(*q) + len);
	*q = (struct request){ .kind = kind, .name = name, .n = n };
	at = (char *)(q + 1);
	if (sql != NULL) {
		memcpy(at, sql, strlen(sql) + 1);
		q->sql = at;
		at += strlen(sql) + 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (args[i].p == NULL)
			continue;
		memcpy(at, args[i].p, args[i].n);
		q->arg[i] = (struct str){ at, args[i].n };
		at += args[i].n + 1;
	}
	return q;
}

struct session *
session_new(struct store *st, const char *who, int number, void *listener)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->store = st;
	s->who = who;
	s->number = number;
	s->listener = listener;
	s->last = &s->first;
	return s;
}

static void
drop_pending(struct session *s)
{
	for (size_t i = 0; i < s->n_pending; i++)
		free(s->pending[i]);
	s->n_pending = 0;
}

static void
unlock(struct session *s)
{
	if (s->store->journal.holder == s)
		s->store->journal.holder = NULL;
	s->store->unlocked++;
}

/* What was done is gone at once, and the locks with it. */
static void
undo(struct session *s)
{
	drop_pending(s);
	tx_rollback(&s->tx);
	unlock(s);
}

static void
roll_back(struct session *s)
{
	undo(s);
	s->open = s->failed = false;
}

static void
commit(struct session *s)
{
	defect_commit(s);
	watch_commit(s);
	if (the_world->history != NULL)
		history_note(the_world->history, s);
	for (size_t i = 0; i < s->n_pending; i++)
		journal_add(&s->store->journal, s->pending[i]);
	s->n_pending = 0;
	tx_commit(&s->tx);
	unlock(s);
	s->open = false;
}

static void
drop_first(struct session *s)
{
	struct request *q = s->first;

	s->first = q->next;
	if (s->first == NULL)
		s->last = &s->first;
	s->n_requests--;
	free(q);
}

void
session_free(struct session **sp)
{
	struct session *s = *sp;

	if (s == NULL)
		return;
	if (!s->ended)
		trace_closed(s);
	roll_back(s);
	while (s->first != NULL)
		drop_first(s);
	tx_fini(&s->tx);
	free(s->pending);
	free(s);
	*sp = NULL;
}

void
session_send(struct session *s, struct request *q)
{
	*s->last = q;
	s->last = &q->next;
	s->n_requests++;
}

void
session_cut(struct session *s, size_t keep)
{
	struct request **at = &s->first;

	s->listener = NULL;
	s->hanging_up = true;
	for (; keep > 0 && *at != NULL; keep--)
		at = &(*at)->next;
	while (*at != NULL) {
		struct request *q = *at;

		*at = q->next;
		s->n_requests--;
		free(q);
	}
	s->last = at;
}

bool
session_ready(const struct session *s, int64_t now_us)
{
	if (s->ended)
		return false;
	if (s->first == NULL)
		return s->hanging_up ||
		       ((s->open || s->listener == NULL) &&
			   now_us - s->idle_since_us > IDLE_TIMEOUT_US);
	return !s->waits || s->waits_since_unlock != s->store->unlocked ||
	       now_us - s->waits_since_us > LOCK_TIMEOUT_US;
}

static void
answer(struct session *s, PGresult *res)
{
	if (s->listener == NULL)
		PQclear(res);
	else
		listener_take(s, res);
}

static void
fail(struct session *s, const char *sqlstate, const char *why)
{
	trace_failed(s, s->first);
	answer(s, result_failed(sqlstate, why));
	undo(s);
	s->skip = true;
	s->failed = s->open;
}

static void
execute(struct session *s, const struct request *q, int64_t now_us)
{
	struct call c = { .s = s, .store = s->store, .q = q };
	query_fn *fn = query_find(q->name, NULL, s->store);
	enum outcome outcome;

	must(fn != NULL);
	c.out = result_new(PGRES_TUPLES_OK);
	the_world->counts.statements++;
	arena_reset(s->store->scratch);
	outcome = fn(&c);
	if (outcome == OUTCOME_DONE) {
		s->waits = false;
		trace_done(s, q, c.out);
		answer(s, c.out);
		drop_first(s);
		return;
	}
	PQclear(c.out);
	if (outcome == OUTCOME_FAILED) {
		fail(s, c.sqlstate, c.why);
		drop_first(s);
		return;
	}
	if (!s->waits)
		s->waits_since_us = now_us;
	s->waits = true;
	s->waits_since_unlock = s->store->unlocked;
}

/* BEGIN, COMMIT and ROLLBACK; false when it is none of them. */
static bool
control(struct session *s, const struct request *q)
{
	PGresult *res;

	if (strcmp(q->name, "begin") == 0) {
		s->open = true;
	} else if (strcmp(q->name, "commit") == 0) {
		if (s->failed)
			roll_back(s);
		else
			commit(s);
		if (chaos_strikes(FAULT_doubt))
			answer(s, result_doubt());
	} else if (strcmp(q->name, "rollback") == 0) {
		roll_back(s);
	} else {
		return false;
	}
	res = result_new(PGRES_COMMAND_OK);
	trace_done(s, q, res);
	answer(s, res);
	drop_first(s);
	return true;
}

static void
sync(struct session *s)
{
	PGresult *res = result_new(PGRES_PIPELINE_SYNC);

	/* What is sent outside BEGIN and COMMIT ends here. */
	if (!s->open && !s->skip)
		commit(s);
	s->skip = false;
	res->tx = s->failed ? PQTRANS_INERROR
		  : s->open ? PQTRANS_INTRANS
			    : PQTRANS_IDLE;
	answer(s, res);
	drop_first(s);
}

static void
prepare(struct session *s, const struct request *q)
{
	if (query_find(q->name, q->sql, s->store) == NULL)
		world_broken(
		    "a query that the simulation does not know: %s", q->name);
	answer(s, result_new(PGRES_COMMAND_OK));
	drop_first(s);
}

/* What is left when nothing more will come. */
static void
hang_up(struct session *s)
{
	trace_closed(s);
	roll_back(s);
	s->ended = true;
}

static void
idle(struct session *s)
{
	if (!s->hanging_up)
		chaos_count(FAULT_idle_in_transaction);
	listener_lost(s);
	hang_up(s);
}

static void
statement(struct session *s, const struct request *q, int64_t now_us)
{
	const char *fault;

	if (s->waits && now_us - s->waits_since_us > LOCK_TIMEOUT_US) {
		s->waits = false;
		fail(s, "55P03", "canceling statement due to lock timeout");
		drop_first(s);
		return;
	}
	fault = s->waits ? NULL : chaos_sqlstate(s, q);
	if (fault != NULL) {
		fail(s, fault, "a planned failure");
		drop_first(s);
	} else if (s->failed && strcmp(q->name, "rollback") != 0 &&
		   strcmp(q->name, "commit") != 0) {
		fail(s, "25P02", "current transaction is aborted");
		drop_first(s);
	} else if (!control(s, q)) {
		execute(s, q, now_us);
	}
}

void
session_step(struct session *s, int64_t now_us)
{
	const struct request *q = s->first;

	if (q == NULL) {
		idle(s);
		return;
	}
	if (q->kind == REQUEST_SYNC) {
		sync(s);
	} else if (s->skip) {
		answer(s, result_new(PGRES_PIPELINE_ABORTED));
		drop_first(s);
	} else if (q->kind == REQUEST_PREPARE) {
		prepare(s, q);
	} else {
		statement(s, q, now_us);
	}
	s->idle_since_us = now_us;
}
