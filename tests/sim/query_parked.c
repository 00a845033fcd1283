/* What was put aside. */
#include "tests/sim/query.h"

#define SECOND_US INT64_C(1000000)

static struct table *
fixed(struct call *c, enum store_table t)
{
	return &c->store->fixed[t];
}

const struct version *
parked_at(const struct table *t, size_t i, const struct tx *who,
    struct str service, struct str casefile)
{
	const struct version *v = spot_seen(t->spots[i], who);

	if (v == NULL || !str_eq(v->cell[COL_parked_service], service) ||
	    (casefile.n > 0 && !str_eq(v->cell[COL_parked_casefile], casefile)))
		return NULL;
	return v;
}

bool
parked_holds(const struct store *st, struct str service, struct str casefile)
{
	const struct table *t = &st->fixed[TABLE_parked];

	for (size_t i = 0; i < t->n_spots; i++)
		if (parked_at(t, i, NULL, service, casefile) != NULL)
			return true;
	return false;
}

/* Whether nothing of V's casefile stands before it. */
bool
parked_is_first(
    const struct table *t, const struct version *v, const struct tx *who)
{
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *b = parked_at(t, i, who,
		    v->cell[COL_parked_service], v->cell[COL_parked_casefile]);

		if (b != NULL && cell_i64(b->cell[COL_parked_seq]) <
				     cell_i64(v->cell[COL_parked_seq]))
			return false;
	}
	return true;
}

bool
parked_row_is_due(const struct table *t, const struct version *v,
    int64_t now_us, const struct tx *who)
{
	return v->cell[COL_parked_retry_at].p != NULL &&
	       cell_i64(v->cell[COL_parked_retry_at]) <= pg_time(now_us) &&
	       parked_is_first(t, v, who);
}

bool
parked_is_due(const struct store *st, struct str service)
{
	const struct table *t = &st->fixed[TABLE_parked];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v =
		    parked_at(t, i, NULL, service, STR(""));

		if (v != NULL && parked_row_is_due(t, v, st->now_us, NULL))
			return true;
	}
	return false;
}

static bool
is_told(const PGresult *r, struct str one)
{
	for (size_t i = 0; i < r->n_rows; i++)
		if (str_eq(r->rows[i][0], one))
			return true;
	return false;
}

enum outcome
query_parked(struct call *c)
{
	struct table *t = fixed(c, TABLE_parked);
	struct strs keys = call_list(c, 1);

	result_column(c->out, "casefile", CELL_TEXT);
	for (size_t i = 0; i < t->n_spots; i++)
		for (size_t k = 0; k < keys.n; k++)
			if (parked_at(t, i, &c->s->tx, call_str(c, 0),
				keys.p[k]) != NULL &&
			    !is_told(c->out, keys.p[k]))
				result_row(c->out, &keys.p[k]);
	return OUTCOME_DONE;
}

/* The next parked event of the casefile after SEQ; NULL at the end. */
static struct spot *
parked_after(struct call *c, struct str casefile, int64_t seq)
{
	struct table *t = fixed(c, TABLE_parked);
	struct spot *next = NULL;
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v =
		    parked_at(t, i, &c->s->tx, call_str(c, 0), casefile);
		int64_t at = v != NULL ? cell_i64(v->cell[COL_parked_seq]) : 0;

		if (at > seq && at < least) {
			least = at;
			next = t->spots[i];
		}
	}
	return next;
}

enum outcome
query_park(struct call *c)
{
	struct num retry;
	struct str cells[] = { call_str(c, 0), call_str(c, 1), call_str(c, 2),
		call_str(c, 3), call_str(c, 4), { NULL, 0 } };
	struct spot *s = table_spot(fixed(c, TABLE_parked), cells);

	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	if (call_str(c, 5).p != NULL) {
		retry =
		    num_of(pg_time(c->store->now_us) + call_i64(c, 5) * 1000);
		cells[COL_parked_retry_at] = CELL_NUM(retry);
	}
	if (spot_seen(s, &c->s->tx) == NULL &&
	    c->store->defect != DEFECT_parked_lost)
		spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}

static int64_t
seq_of(const struct spot *s, const struct tx *who)
{
	return cell_i64(spot_seen(s, who)->cell[COL_parked_seq]);
}

enum outcome
query_parked_events(struct call *c)
{
	struct spot *s = parked_after(c, call_str(c, 1), 0);

	event_columns(c->out);
	for (; s != NULL && c->out->n_rows < (size_t)call_i64(c, 2);
	     s = parked_after(c, call_str(c, 1), seq_of(s, &c->s->tx))) {
		const struct event *e =
		    journal_at(&c->store->journal, seq_of(s, &c->s->tx));

		if (e != NULL)
			event_row(c, e);
	}
	return OUTCOME_DONE;
}

static bool
has(struct i64s list, int64_t one)
{
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i] == one)
			return true;
	return false;
}

static void
log_end(struct call *c, const struct version *v)
{
	struct str cells[] = { v->cell[COL_parked_service],
		v->cell[COL_parked_seq], v->cell[COL_parked_casefile],
		call_str(c, 3), call_str(c, 4), v->cell[COL_parked_tries],
		v->cell[COL_parked_reason], call_str(c, 5), call_str(c, 6) };

	spot_write(
	    table_spot(fixed(c, TABLE_parked_log), cells), &c->s->tx, cells);
}

enum outcome
query_parked_end(struct call *c)
{
	struct i64s seqs = call_i64s(c, 2);
	struct table *t = fixed(c, TABLE_parked);

	result_column(c->out, "seq", CELL_I64);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < t->n_spots; i++) {
			struct spot *s = t->spots[i];
			const struct version *v = parked_at(
			    t, i, &c->s->tx, call_str(c, 0), call_str(c, 1));

			if (v == NULL ||
			    !has(seqs, cell_i64(v->cell[COL_parked_seq])))
				continue;
			if (!spot_free(s, &c->s->tx))
				return OUTCOME_WAIT;
			if (pass == 0)
				continue;
			log_end(c, v);
			result_row(c->out, &v->cell[COL_parked_seq]);
			spot_write(s, &c->s->tx, NULL);
		}
	return OUTCOME_DONE;
}

enum outcome
query_parked_next(struct call *c)
{
	struct spot *s = parked_after(c, call_str(c, 1), 0);
	struct num now = num_of(pg_time(c->store->now_us));
	struct str cells[COLS_parked];

	if (s == NULL)
		return OUTCOME_DONE;
	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	memcpy(cells, spot_seen(s, &c->s->tx)->cell, sizeof(cells));
	cells[COL_parked_retry_at] = CELL_NUM(now);
	spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}

/* Seconds to wait after so many tries: four times as long each time. */
static int64_t
pause_after(int64_t tries)
{
	int64_t s = 1;

	while (tries-- > 0 && s < 256)
		s *= 4;
	return s < 256 ? s : 256;
}

enum outcome
query_parked_again(struct call *c)
{
	struct str key[] = { call_str(c, 0), call_str(c, 1) };
	struct spot *s = table_find(fixed(c, TABLE_parked), key);
	const struct version *v = s != NULL ? spot_seen(s, &c->s->tx) : NULL;
	struct str cells[COLS_parked];
	struct num tries, retry;
	int64_t n;

	result_column(c->out, "tries", CELL_I64);
	if (v == NULL)
		return OUTCOME_DONE;
	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	n = cell_i64(v->cell[COL_parked_tries]);
	memcpy(cells, v->cell, sizeof(cells));
	tries = num_of(n + 1);
	retry = num_of(pg_time(c->store->now_us) + pause_after(n) * SECOND_US);
	cells[COL_parked_reason] = call_str(c, 2);
	cells[COL_parked_tries] = CELL_NUM(tries);
	cells[COL_parked_retry_at] = (struct str){ NULL, 0 };
	if (cell_bool(call_str(c, 3)) || n < call_i64(c, 4))
		cells[COL_parked_retry_at] = CELL_NUM(retry);
	result_row(c->out, &cells[COL_parked_tries]);
	spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}
