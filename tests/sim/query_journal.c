/* journal.append() and reading the journal. */
#include "common/msg/envelope.h"
#include "tests/sim/fold.h"
#include "tests/sim/query.h"
#include "tests/sim/watch.h"
#include "tests/sim/world.h"

/* The head that the service may know of: all of it, but when folding. */
int64_t
call_head(const struct call *c)
{
	int64_t head = journal_head(&c->store->journal);

	return c->store->folding && head > c->store->fold_to ? c->store->fold_to
							     : head;
}

enum outcome
query_clock(struct call *c)
{
	struct num now = num_of(pg_time(c->store->now_us));
	struct num head = num_of(call_head(c));
	struct num packs = num_of(0);
	struct num epoch = num_of(c->store->journal.epoch);
	struct str cells[] = { CELL_NUM(now), CELL_NUM(head), CELL_NUM(packs),
		CELL_NUM(epoch) };

	result_column(c->out, "now", CELL_TIME);
	result_column(c->out, "head", CELL_I64);
	result_column(c->out, "packs", CELL_I64);
	result_column(c->out, "epoch", CELL_I64);
	result_row(c->out, cells);
	return OUTCOME_DONE;
}

/* The same event without its message: nobody can take it. */
static void
empty_event(const struct event *e, struct buf *out)
{
	struct msg_envelope env;

	if (envelope_decode(e->envelope, MSG_LENIENT, &env, NULL) != RC_OK)
		never("people write envelopes that can be read");
	env.data = STR("\x80");
	envelope_encode(&env, out);
}

void
event_row(struct call *c, const struct event *e)
{
	struct buf empty;
	struct num seq = num_of(e->seq);
	struct num when = num_of(pg_time(e->at_us));
	struct num slot = num_of(e->slot);
	struct str cells[] = { CELL_NUM(seq), CELL_NUM(when), CELL_NUM(slot),
		e->envelope };

	if (!fold_is_unreadable(the_world->fold, c->s->who, e->seq)) {
		result_row(c->out, cells);
		return;
	}
	buf_init(&empty, ENVELOPE_MAX);
	empty_event(e, &empty);
	cells[3] = buf_get(&empty);
	result_row(c->out, cells);
	buf_fini(&empty);
}

void
event_columns(PGresult *r)
{
	result_column(r, "seq", CELL_I64);
	result_column(r, "at", CELL_TIME);
	result_column(r, "slot", CELL_I64);
	result_column(r, "envelope", CELL_BYTES);
}

enum outcome
query_events(struct call *c)
{
	const struct journal *j = &c->store->journal;
	int64_t after = call_i64(c, 0);
	size_t limit = (size_t)call_i64(c, 1), n = 0;
	int64_t bytes = 0;
	size_t at = 0;

	event_columns(c->out);
	/* Dense numbers: the event after N stands at N. */
	if (after > 0 && (size_t)after < j->n && j->v[after]->seq > after)
		at = (size_t)after;
	while (at > 0 && j->v[at - 1]->seq > after)
		at--;
	while (at < j->n && j->v[at]->seq <= after)
		at++;
	for (; at < j->n && n < limit; at++, n++) {
		const struct event *e = j->v[at];

		bytes += (int64_t)e->envelope.n;
		if (bytes > call_i64(c, 2) && e->seq != after + 1)
			break;
		event_row(c, e);
	}
	return OUTCOME_DONE;
}

/* What the journal's columns say of an event that cannot be read. */
enum outcome
query_event(struct call *c)
{
	const struct event *e = journal_at(&c->store->journal, call_i64(c, 0));

	result_column(c->out, "type", CELL_TEXT);
	result_column(c->out, "subject", CELL_TEXT);
	result_column(c->out, "division", CELL_TEXT);
	if (e != NULL)
		result_row(
		    c->out, (struct str[]){ e->type,
				e->subject.p != NULL ? e->subject : STR(""),
				e->division });
	return OUTCOME_DONE;
}

/* Holds the journal until the transaction ends; NULL: it has moved on. */
enum outcome
query_still(struct call *c)
{
	struct journal *j = &c->store->journal;
	struct num now = num_of(pg_time(c->store->now_us));
	struct str cell = CELL_NUM(now);

	if (j->holder != NULL && j->holder != c->s)
		return OUTCOME_WAIT;
	j->holder = c->s;
	if (journal_head(j) != call_i64(c, 0))
		cell.p = NULL;
	result_column(c->out, "now", CELL_TIME);
	result_row(c->out, &cell);
	return OUTCOME_DONE;
}

static struct event *
find_pending(const struct session *s, struct str source, struct str id)
{
	for (size_t i = 0; i < s->n_pending; i++)
		if (str_eq(s->pending[i]->id, id) &&
		    str_eq(s->pending[i]->source, source))
			return s->pending[i];
	return NULL;
}

static void
add_pending(struct session *s, struct event *e)
{
	if (s->n_pending == s->cap_pending) {
		s->cap_pending = s->cap_pending > 0 ? s->cap_pending * 2 : 16;
		s->pending = xrealloc(
		    s->pending, s->cap_pending * sizeof(struct event *));
	}
	s->pending[s->n_pending++] = e;
}

static int64_t
next_number(struct call *c)
{
	struct journal *j = &c->store->journal;

	if (c->store->defect != DEFECT_no_numbers_lock)
		return journal_head(j) + (int64_t)c->s->n_pending + 1;
	if (j->last_number < journal_head(j))
		j->last_number = journal_head(j);
	return ++j->last_number;
}

static int64_t
recorded_at(const struct call *c)
{
	const struct journal *j = &c->store->journal;
	int64_t last = j->n > 0 ? j->v[j->n - 1]->at_us : 0;

	return c->store->now_us > last ? c->store->now_us : last;
}

struct handed {
	struct strs source, id, type, subject, division, digest, envelope;
};

static struct event *
store_one(struct call *c, const struct handed *h, size_t i)
{
	struct event like = {
		.seq = next_number(c),
		.at_us = recorded_at(c),
		.epoch = c->store->journal.epoch,
		.source = h->source.p[i],
		.id = h->id.p[i],
		.type = h->type.p[i],
		.subject = h->subject.p[i],
		.division = h->division.p[i],
		.digest = h->digest.p[i],
		.envelope = h->envelope.p[i],
	};
	struct event *e;

	like.slot = journal_slot(like.subject, like.seq);
	e = event_new(&like);
	add_pending(c->s, e);
	return e;
}

static void
receipt(struct call *c, size_t i, int64_t seq, const char *status)
{
	struct num n = num_of((int64_t)i + 1), place = num_of(seq);
	struct str cells[] = { CELL_NUM(n), CELL_NUM(place), str_of(status) };

	result_row(c->out, cells);
}

static void
append_one(struct call *c, const struct handed *h, size_t i)
{
	struct event *old =
	    journal_find(&c->store->journal, h->source.p[i], h->id.p[i]);
	const char *status;

	if (old == NULL)
		old = find_pending(c->s, h->source.p[i], h->id.p[i]);
	if (old == NULL || c->store->defect == DEFECT_no_dedup) {
		old = store_one(c, h, i);
		status = "stored";
	} else if (str_eq(old->digest, h->digest.p[i])) {
		status = "duplicate";
	} else {
		status = "reused";
	}
	if (c->store->defect == DEFECT_live_first && world_chance(300))
		feed_announce(the_world, old);
	watch_appended(c->s, old, status, h->envelope.p[i]);
	if (c->store->folding)
		fold_said(c->s, old, status, h->envelope.p[i]);
	receipt(c, i, old->seq, status);
}

enum outcome
query_append(struct call *c)
{
	struct journal *j = &c->store->journal;
	struct handed h;

	if (c->store->defect != DEFECT_no_numbers_lock) {
		if (j->holder != NULL && j->holder != c->s)
			return OUTCOME_WAIT;
		j->holder = c->s;
	}
	h = (struct handed){ call_list(c, 0), call_list(c, 1), call_list(c, 2),
		call_list(c, 3), call_list(c, 4), call_list(c, 5),
		call_list(c, 6) };
	result_column(c->out, "n", CELL_I64);
	result_column(c->out, "seq", CELL_I64);
	result_column(c->out, "status", CELL_TEXT);
	for (size_t i = 0; i < h.id.n; i++)
		append_one(c, &h, i);
	return OUTCOME_DONE;
}
