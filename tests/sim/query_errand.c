/* Who sees to what was put aside: wishes of people, and tries that are due. */
#include "tests/sim/query.h"

/* One thing to see to: when it was due, its request (0: none), its event. */
struct errand {
	const struct version *row;
	int64_t at, id, seq;
};

static bool
is_before(const struct errand *a, const struct errand *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	return a->id != b->id ? a->id < b->id : a->seq < b->seq;
}

static void
consider(struct errand *first, struct errand one)
{
	if (first->row == NULL || is_before(&one, first))
		*first = one;
}

static void
find_requests(struct call *c, struct errand *first)
{
	const struct table *t = &c->store->fixed[TABLE_request];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL &&
		    str_eq(v->cell[COL_request_service], call_str(c, 0)) &&
		    v->cell[COL_request_done_at].p == NULL)
			consider(
			    first, (struct errand){ v,
				       cell_i64(v->cell[COL_request_asked_at]),
				       cell_i64(v->cell[COL_request_id]),
				       cell_i64(v->cell[COL_request_seq]) });
	}
}

static void
find_due(struct call *c, struct errand *first)
{
	const struct table *t = &c->store->fixed[TABLE_parked];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v =
		    parked_at(t, i, &c->s->tx, call_str(c, 0), STR(""));

		if (v != NULL &&
		    parked_row_is_due(t, v, c->store->now_us, &c->s->tx))
			consider(
			    first, (struct errand){ v,
				       cell_i64(v->cell[COL_parked_retry_at]),
				       0, cell_i64(v->cell[COL_parked_seq]) });
	}
}

static void
errand_columns(PGresult *r)
{
	static const struct result_column columns[] = {
		{ "id", CELL_I64 },
		{ "action", CELL_TEXT },
		{ "casefile", CELL_TEXT },
		{ "seq", CELL_I64 },
		{ "slot", CELL_I64 },
		{ "who", CELL_TEXT },
		{ "reason", CELL_TEXT },
	};

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		result_column(r, columns[i].name, columns[i].type);
}

enum outcome
query_errand(struct call *c)
{
	struct errand first = { .row = NULL };
	const struct event *e;
	struct num id, seq, slot;
	const struct str *cell;
	bool asked;

	errand_columns(c->out);
	find_requests(c, &first);
	find_due(c, &first);
	if (first.row == NULL)
		return OUTCOME_DONE;
	asked = first.id > 0;
	cell = first.row->cell;
	id = num_of(first.id);
	seq = num_of(first.seq);
	e = journal_at(&c->store->journal, first.seq);
	slot = num_of(e != NULL ? e->slot : 0);
	result_row(c->out,
	    (struct str[]){ CELL_NUM(id),
		asked ? cell[COL_request_action] : STR("retry"),
		asked ? cell[COL_request_casefile] : cell[COL_parked_casefile],
		CELL_NUM(seq), CELL_NUM(slot),
		asked ? cell[COL_request_who] : call_str(c, 0),
		asked ? cell[COL_request_reason] : STR("by itself") });
	return OUTCOME_DONE;
}

static struct spot *
open_request(struct call *c)
{
	struct str key = call_str(c, 0);
	struct spot *s = table_find(&c->store->fixed[TABLE_request], &key);
	const struct version *v = s != NULL ? spot_seen(s, &c->s->tx) : NULL;

	return v != NULL && v->cell[COL_request_done_at].p == NULL ? s : NULL;
}

enum outcome
query_request_lock(struct call *c)
{
	struct spot *s = open_request(c);
	struct str id = call_str(c, 0);

	result_column(c->out, "id", CELL_I64);
	if (s == NULL || !spot_free(s, &c->s->tx))
		return OUTCOME_DONE;
	spot_lock(s, &c->s->tx);
	result_row(c->out, &id);
	return OUTCOME_DONE;
}

enum outcome
query_request_done(struct call *c)
{
	struct spot *s = open_request(c);
	struct num now = num_of(pg_time(c->store->now_us));
	struct str cells[COLS_request];

	if (s == NULL)
		return OUTCOME_DONE;
	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	memcpy(cells, spot_seen(s, &c->s->tx)->cell, sizeof(cells));
	cells[COL_request_done_at] = CELL_NUM(now);
	cells[COL_request_outcome] = call_str(c, 1);
	spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}

/* Somebody asks for it: the tool's own statement. */
enum outcome
query_request(struct call *c)
{
	struct num now = num_of(pg_time(c->store->now_us));
	struct str cells[COLS_request] = { call_str(c, 0), call_str(c, 1),
		call_str(c, 2), call_str(c, 3), call_str(c, 4), STR("sim"),
		STR("because"), CELL_NUM(now), { NULL, 0 }, { NULL, 0 } };
	struct spot *s = table_spot(&c->store->fixed[TABLE_request], cells);

	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}
