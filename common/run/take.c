/* Which events a batch works on: out of the window, or out of the journal. */
#include "common/run/inner.h"

#include "common/rule/step.h"
#include "run_sql.h"

#include <stdio.h>

/* So much of the journal is read at once; rows, and bytes of envelopes. */
#define AHEAD_ROWS 1000
#define AHEAD_BYTES ((int64_t)4 * 1024 * 1024)

void
batch_park(struct run *r, int64_t seq, struct str casefile, enum park_kind kind,
    const char *why)
{
	struct parked *p = arena_alloc(r->arena, sizeof(*p));

	must(p != NULL);
	*p = (struct parked){ .next = r->parked,
		.seq = seq,
		.casefile = casefile,
		.kind = kind,
		.why = why };
	r->parked = p;
}

static bool
is_wanted(const struct run *r, const struct run_event *ev)
{
	return ev->desc != NULL &&
	       (machine_listens(r->desc->machine, ev->desc) ||
		   deadline_is_own(r, ev) || recount_is(ev));
}

/* Bytes that are no envelope: the journal knows whose they are. */
static enum rc
take_unread(struct run *r, const struct feed_event *fe, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	const struct msg_desc *desc;
	struct str casefile;

	args_reset(&r->args[0]);
	args_i64(&r->args[0], fe->seq);
	TRY(db_exec(r->db, Q_run_event, &r->args[0], &rows, e));
	if (rows_n(rows) == 0)
		return RC_OK;
	desc = msg_find(rows_str(rows, 0, 0));
	if (desc == NULL || !machine_listens(r->desc->machine, desc))
		return RC_OK;
	casefile = arena_str(r->arena, rows_str(rows, 0, 1));
	if (casefile.n == 0)
		casefile = step_number(
		    rows_str(rows, 0, 2), fe->at, fe->seq, r->arena);
	batch_park(
	    r, fe->seq, casefile, PARK_UNREAD, "the envelope cannot be read");
	return RC_OK;
}

enum rc
batch_take_one(struct run *r, const struct feed_event *fe, struct err *e)
{
	struct run_event *ev = &r->events[r->n_events];

	*ev = (struct run_event){
		.seq = fe->seq, .at = fe->at, .slot = fe->slot
	};
	if (envelope_decode(arena_str(r->arena, fe->envelope), MSG_LENIENT,
		&ev->env, NULL) != RC_OK)
		return take_unread(r, fe, e);
	ev->desc = msg_find(ev->env.type);
	if (!is_wanted(r, ev))
		return RC_OK;
	ev->casefile = ev->env.subject.n > 0 ? ev->env.subject
					     : step_number(ev->env.division,
						   fe->at, fe->seq, r->arena);
	ev->msg = arena_alloc(r->arena, ev->desc->size);
	must(ev->msg != NULL);
	if (msg_decode(ev->desc, ev->env.data, MSG_LENIENT, ev->msg, r->arena,
		NULL) != RC_OK) {
		batch_park(r, fe->seq, ev->casefile, PARK_UNREAD,
		    "the message cannot be read");
		r->parked->trace = ev->env.traceparent;
	} else {
		r->n_events++;
	}
	return RC_OK;
}

/* What is put aside while events go one by one is a batch by itself. */
static bool
is_full(const struct run *r)
{
	if (r->singly > 0)
		return r->n_events > 0 || r->parked != NULL;
	return r->n_events == BATCH_MAX || arena_used(r->arena) > BATCH_BYTES;
}

static enum rc
take(struct run *r, const struct feed_event *fe, struct err *e)
{
	if (r->mine[fe->slot] && fe->seq > r->cursor[fe->slot] &&
	    (r->replay == NULL || replay_takes(r->replay, fe)))
		TRY(batch_take_one(r, fe, e));
	r->last = fe->seq;
	r->last_at = fe->at;
	return RC_OK;
}

void
ahead_drop(struct run *r)
{
	rows_free(&r->ahead.rows);
}

/* Puts ahead.at behind the batch's first; reads on where that is not held. */
static enum rc
ahead_fill(struct run *r, struct err *e)
{
	struct ahead *a = &r->ahead;
	int64_t from = 0, n = 0;

	if (a->rows != NULL && rows_n(a->rows) > 0) {
		from = rows_i64(a->rows, 0, 0);
		n = (int64_t)rows_n(a->rows);
	}
	if (r->first + 1 < from || r->first + 1 >= from + n) {
		ahead_drop(r);
		args_reset(&r->args[0]);
		args_i64(&r->args[0], r->first);
		args_i64(&r->args[0], AHEAD_ROWS);
		args_i64(&r->args[0], AHEAD_BYTES);
		TRY(db_exec(r->db, Q_run_events, &r->args[0], &a->rows, e));
		from = r->first + 1;
	}
	a->at = (size_t)(r->first + 1 - from);
	return RC_OK;
}

/*
 * The journal, where the window does not reach back far enough.  What is
 * committed does not change, so that a stretch may serve several batches.
 */
static enum rc
take_from_journal(struct run *r, int64_t stop, struct err *e)
{
	struct ahead *a = &r->ahead;

	TRY(ahead_fill(r, e));
	for (; a->at < rows_n(a->rows) && !is_full(r); a->at++) {
		struct feed_event fe = {
			.seq = rows_i64(a->rows, a->at, 0),
			.at = rows_time(a->rows, a->at, 1),
			.slot = (int)rows_i64(a->rows, a->at, 2),
			.envelope = rows_str(a->rows, a->at, 3),
		};

		if (fe.seq > stop)
			break;
		TRY(take(r, &fe, e));
	}
	return RC_OK;
}

/* A slot whose cursor lies inside the window is served from memory. */
enum rc
batch_take(struct run *r, struct err *e)
{
	int64_t stop = registry_until(r->registry), first, last;

	/* Not past the head that this transaction saw. */
	if (stop > r->head)
		stop = r->head;
	if (r->replay != NULL && stop > replay_stop(r->replay))
		stop = replay_stop(r->replay);
	r->last = r->first;
	if (stop <= r->first)
		return RC_OK;
	if (r->feed == NULL || !feed_window(r->feed, r->epoch, &first, &last) ||
	    first > r->first + 1 || last <= r->first)
		return take_from_journal(r, stop, e);
	ahead_drop(r);
	if (last > stop)
		last = stop;
	for (int64_t seq = r->first + 1; seq <= last && !is_full(r); seq++) {
		struct feed_event fe = feed_get(r->feed, seq);

		TRY(take(r, &fe, e));
	}
	return RC_OK;
}
