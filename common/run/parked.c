/*
 * Events that could not be digested, and how they are seen to.  The first of
 * a casefile is the poison; what comes for the casefile afterwards waits
 * behind it.  They are taken again, in their order and as the batch that
 * they would have been, when the database's refusal may have passed, or when
 * a person asks for it; or a person drops one.
 */
#include "common/run/inner.h"

#include "common/base/log.h"
#include "run_sql.h"

/* What the database refused is tried so often by itself. */
#define TRIES_MAX 5
#define RETRY_FIRST_MS 1000

static void
save_one(struct run *r, const struct parked *p)
{
	struct args *a = &r->args[0];

	args_reset(a);
	args_str(a, str_of(r->desc->name));
	args_i64(a, p->seq);
	args_str(a, p->casefile);
	args_str(a, str_of(p->why));
	args_i64(a, p->kind == PARK_BEHIND ? 0 : 1);
	/* Bytes will not be other bytes in a while. */
	if (p->kind == PARK_REFUSED || p->kind == PARK_TRANSIENT)
		args_i64(a, RETRY_FIRST_MS);
	else
		args_null(a);
	run_send(r, Q_run_park, a);
}

void
parked_save(struct run *r)
{
	char quoted[LOG_QUOTED], trace[LOG_TRACE];

	for (const struct parked *p = r->parked; p != NULL; p = p->next) {
		save_one(r, p);
		if (p->kind != PARK_BEHIND)
			log_event(LEVEL_ERROR, "event.parked",
			    "seq=%lld case=%.*s reason=%s%s", (long long)p->seq,
			    STR_ARG(p->casefile), log_quote(p->why, quoted),
			    log_trace(p->trace, trace));
	}
}

/* Takes them off the list, and writes down how they went. */
static void
args_end(struct run *r, const char *how)
{
	const struct errand *e = r->errand;
	struct args *a = &r->args[0];

	args_reset(a);
	args_str(a, str_of(r->desc->name));
	args_str(a, e->casefile);
	args_i64s(a, e->seqs, e->n);
	args_str(a, str_of(how));
	args_i64(a, r->cursor[e->slot]);
	args_str(a, e->who);
	args_str(a, e->reason);
}

static void
send_next(struct run *r)
{
	struct args *a = &r->args[0];

	args_reset(a);
	args_str(a, str_of(r->desc->name));
	args_str(a, r->errand->casefile);
	run_send(r, Q_run_parked_next, a);
}

static void
send_done(struct run *r, const char *outcome, const char *why)
{
	struct args *a = &r->args[0];

	if (r->errand->request == 0)
		return;
	args_reset(a);
	args_i64(a, r->errand->request);
	args_str(a, arena_printf(r->arena, "%s%s", outcome, why));
	run_send(r, Q_run_request_done, a);
}

void
errand_save(struct run *r)
{
	if (r->errand == NULL)
		return;
	args_end(r, "taken");
	run_send(r, Q_run_parked_end, &r->args[0]);
	if (r->errand->rest)
		send_next(r);
	else
		send_done(r, "taken", "");
}

/* What is to be done, if anything; strings in the batch's arena. */
static enum rc
find(struct run *r, struct errand *it, bool *drop, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	TRY(db_exec(r->db, Q_run_errand, &r->args[0], &rows, e));
	*it = (struct errand){ .request = -1 };
	if (rows_n(rows) == 0)
		return RC_OK;
	it->request = rows_i64(rows, 0, 0);
	*drop = str_is(rows_str(rows, 0, 1), "drop");
	it->casefile = arena_str(r->arena, rows_str(rows, 0, 2));
	it->seqs[it->n++] = rows_i64(rows, 0, 3);
	it->slot = (int)rows_i64(rows, 0, 4);
	it->who = arena_str(r->arena, rows_str(rows, 0, 5));
	it->reason = arena_str(r->arena, rows_str(rows, 0, 6));
	must(it->slot >= 0 && it->slot < SLOTS);
	return RC_OK;
}

/* Whether nobody else sees to the request, or has seen to it by now. */
static enum rc
lock_request(struct run *r, int64_t request, bool *mine, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	*mine = true;
	if (request == 0)
		return RC_OK;
	args_reset(&r->args[0]);
	args_i64(&r->args[0], request);
	TRY(db_exec(r->db, Q_run_request_lock, &r->args[0], &rows, e));
	*mine = rows_n(rows) > 0;
	return RC_OK;
}

/* Begins an errand's transaction; *MINE: its slot and its request are. */
static enum rc
begin(struct run *r, const struct errand *it, bool *mine, struct err *e)
{
	bool fits = true;

	*mine = false;
	TRY(batch_begin(r, it->slot, e));
	if (r->first == INT64_MAX)
		return RC_OK;
	TRY(batch_registry(r, &fits, e));
	if (!fits)
		return RC_OK;
	return lock_request(r, it->request, mine, e);
}

static enum rc
flush(struct run *r, struct err *e)
{
	db_commit(r->db);
	r->n_sent++;
	TRY(db_flush(r->db, e));
	for (; r->n_sent > 0; r->n_sent--)
		TRY(db_next(r->db, NULL, e));
	return RC_OK;
}

static enum rc
drop(struct run *r, struct err *e)
{
	const struct errand *it = r->errand;
	AUTO(rows_free) struct rows *gone = NULL;

	args_end(r, "dropped");
	TRY(db_exec(r->db, Q_run_parked_end, &r->args[0], &gone, e));
	if (rows_n(gone) > 0) {
		send_next(r);
		log_event(LEVEL_WARN, "event.dropped", "seq=%lld case=%.*s",
		    (long long)it->seqs[0], STR_ARG(it->casefile));
	}
	send_done(r, rows_n(gone) > 0 ? "dropped" : "it is not parked", "");
	return flush(r, e);
}

/* The parked events of the casefile, decoded, as far as they can be. */
static enum rc
take(struct run *r, struct errand *it, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	size_t max = r->errand_singly > 0 ? 1 : BATCH_MAX;

	it->n = 0;
	args_reset(&r->args[0]);
	args_str(&r->args[0], str_of(r->desc->name));
	args_str(&r->args[0], it->casefile);
	args_i64(&r->args[0], (int64_t)max + 1);
	TRY(db_exec(r->db, Q_run_parked_events, &r->args[0], &rows, e));
	for (size_t i = 0; i < rows_n(rows) && !it->rest; i++) {
		struct feed_event fe = {
			.seq = rows_i64(rows, i, 0),
			.at = rows_time(rows, i, 1),
			.slot = (int)rows_i64(rows, i, 2),
			.envelope = rows_str(rows, i, 3),
		};

		it->rest = i == max || arena_used(r->arena) > BATCH_BYTES;
		if (it->rest)
			break;
		it->seqs[i] = fe.seq;
		TRY(batch_take_one(r, &fe, e));
		it->rest = r->parked != NULL;
		it->n += !it->rest;
	}
	return RC_OK;
}

static enum rc
take_none(struct run *r, struct err *e)
{
	send_done(r, "nothing is parked", "");
	if (r->n_sent == 0) {
		db_rollback(r->db);
		return RC_OK;
	}
	return flush(r, e);
}

static enum rc
take_again(struct run *r, struct errand *it, struct err *e)
{
	TRY(take(r, it, e));
	/* One that still cannot be read stays where it is. */
	if (it->n == 0 && r->parked != NULL)
		return err_set(e, RC_REJECT, "%s", r->parked->why);
	if (it->n == 0)
		return take_none(r, e);
	r->parked = NULL;
	TRY(batch_load(r, e));
	TRY(batch_apply(r, e));
	r->last = r->first;
	TRY(batch_commit(r, e));
	log_event(LEVEL_INFO, "parked.taken", "case=%.*s events=%zu",
	    STR_ARG(it->casefile), it->n);
	return RC_OK;
}

/* It went wrong again, and it is that very event: the next try is later. */
static enum rc
try_later(struct run *r, const struct errand *it, enum rc how,
    const struct err *why, struct err *e)
{
	struct args *a = &r->args[0];
	bool mine;

	r->n_sent = 0;
	TRY(begin(r, it, &mine, e));
	if (!mine) {
		db_rollback(r->db);
		return RC_OK;
	}
	args_reset(a);
	args_str(a, str_of(r->desc->name));
	args_i64(a, it->seqs[0]);
	args_str(a, str_of(why->text));
	args_bool(a, how == RC_RETRY);
	args_i64(a, TRIES_MAX);
	run_send(r, Q_run_parked_again, a);
	send_done(r, "parked again: ", why->text);
	log_why(LEVEL_WARN, "parked.refused", why->text);
	return flush(r, e);
}

static enum rc
run_one(
    struct run *r, struct errand *it, bool dropping, bool *did, struct err *e)
{
	bool mine;

	TRY(begin(r, it, &mine, e));
	*did = mine;
	if (!mine) {
		db_rollback(r->db); /* in other hands; they will do it */
		return RC_OK;
	}
	return dropping ? drop(r, e) : take_again(r, it, e);
}

/* Several failed: which of them is it?  One failed: that one. */
static enum rc
failed(struct run *r, struct errand *it, enum rc rc, struct err *e)
{
	struct err why = *e;

	db_rollback(r->db);
	if (rc == RC_FATAL || !db_alive(r->db))
		return rc;
	if (r->n_events > 1) {
		r->errand_singly = BATCH_MAX;
		return RC_OK;
	}
	if (rc == RC_GONE) /* not now */
		return RC_OK;
	rc = try_later(r, it, rc, &why, e);
	if (rc != RC_OK)
		db_rollback(r->db);
	return rc;
}

enum rc
errand_run(struct run *r, bool *did, struct err *e)
{
	struct errand it;
	bool dropping = false;
	enum rc rc;

	*did = false;
	batch_reset(r);
	TRY(find(r, &it, &dropping, e));
	if (it.request < 0)
		return RC_OK;
	r->errand = &it;
	rc = run_one(r, &it, dropping, did, e);
	if (rc != RC_OK)
		rc = failed(r, &it, rc, e);
	if (r->errand_singly > 0 && *did)
		r->errand_singly--;
	r->errand = NULL;
	return rc;
}
