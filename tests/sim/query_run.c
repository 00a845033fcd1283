/* The service loop's statements on cursors, parked events and instances. */
#include "common/db/migrations.h"
#include "tests/sim/defect.h"
#include "tests/sim/query.h"
#include "tests/sim/world.h"

#include <stdlib.h>

static struct table *
fixed(struct call *c, enum store_table t)
{
	return &c->store->fixed[t];
}

static void
cursor_columns(struct call *c)
{
	result_column(c->out, "slot", CELL_I64);
	result_column(c->out, "seq", CELL_I64);
}

/* Takes the lock; with the defect nobody's lock keeps anybody away. */
static void
take_cursor(struct call *c, struct spot *s)
{
	if (c->store->defect != DEFECT_no_locks)
		spot_lock(s, &c->s->tx);
	result_row(c->out, &spot_seen(s, &c->s->tx)->cell[COL_cursor_slot]);
}

static bool
is_free(const struct call *c, const struct spot *s)
{
	return spot_free(s, &c->s->tx) || c->store->defect == DEFECT_no_locks;
}

/* Some limit of this slot is due. */
static bool
slot_is_due(const struct call *c, int64_t slot)
{
	const struct table *t = &c->store->fixed[TABLE_deadline];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL &&
		    journal_slot(v->cell[COL_deadline_casefile], 0) == slot &&
		    deadline_row_is_due(
			c->store, v, call_str(c, 0), c->store->now_us))
			return true;
	}
	return false;
}

static bool
is_asked_for(const struct call *c, const struct version *v)
{
	int64_t slot = cell_i64(v->cell[COL_cursor_slot]);

	if (!str_eq(v->cell[COL_cursor_service], call_str(c, 0)))
		return false;
	if (call_i64(c, 2) >= 0)
		return slot == call_i64(c, 2);
	return cell_i64(v->cell[COL_cursor_seq]) < call_head(c) ||
	       slot_is_due(c, slot);
}

static int64_t
seq_of(const struct spot *s, const struct tx *who)
{
	return cell_i64(spot_seen(s, who)->cell[COL_cursor_seq]);
}

enum outcome
query_cursors(struct call *c)
{
	struct table *t = fixed(c, TABLE_cursor);
	struct spot *v[SLOT_COUNT];
	size_t n = 0;

	cursor_columns(c);
	for (size_t i = 0; i < t->n_spots; i++) {
		struct spot *s = t->spots[i];
		size_t at = n;

		if (!is_asked_for(c, spot_seen(s, &c->s->tx)))
			continue;
		/* Slots stand in their order: by seq, then slot. */
		for (; at > 0 &&
		       seq_of(v[at - 1], &c->s->tx) > seq_of(s, &c->s->tx);
		     at--)
			v[at] = v[at - 1];
		v[at] = s;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		if (is_free(c, v[i]) && c->out->n_rows < (size_t)call_i64(c, 1))
			take_cursor(c, v[i]);
	return OUTCOME_DONE;
}

/* All slots or none: whoever has the first has the rest. */
enum outcome
query_whole(struct call *c)
{
	struct table *t = fixed(c, TABLE_cursor);

	cursor_columns(c);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < t->n_spots; i++) {
			struct spot *s = t->spots[i];
			const struct version *v = spot_seen(s, &c->s->tx);

			if (!str_eq(
				v->cell[COL_cursor_service], call_str(c, 0)))
				continue;
			if (pass > 0)
				take_cursor(c, s);
			else if (!is_free(c, s))
				return cell_i64(v->cell[COL_cursor_slot]) == 0
					   ? OUTCOME_DONE
					   : OUTCOME_WAIT;
		}
	return OUTCOME_DONE;
}

/* With the defect each of two may have the row: the later one wins. */
static void
move_cursor(struct call *c, struct spot *s, const struct str *cells)
{
	if (c->store->defect == DEFECT_cursor_first) {
		free(s->now);
		s->now = version_new(cells, s->table->n_columns);
		return;
	}
	spot_write(s, &c->s->tx, cells);
}

enum outcome
query_advance(struct call *c)
{
	struct table *t = fixed(c, TABLE_cursor);
	struct i64s slots = call_i64s(c, 2);
	struct spot *s;

	for (size_t i = 0; i < slots.n; i++) {
		struct num slot = num_of(slots.v[i]);
		struct str cells[] = { call_str(c, 0), CELL_NUM(slot),
			call_str(c, 1) };

		s = table_find(t, cells);
		must(s != NULL);
		if (!spot_free(s, &c->s->tx))
			return OUTCOME_WAIT;
	}
	for (size_t i = 0; i < slots.n; i++) {
		struct num slot = num_of(slots.v[i]);
		struct str cells[] = { call_str(c, 0), CELL_NUM(slot),
			call_str(c, 1) };

		s = table_find(t, cells);
		move_cursor(c, s, cells);
	}
	return OUTCOME_DONE;
}

static int64_t
lowest_cursor(struct call *c, struct str service)
{
	struct table *t = fixed(c, TABLE_cursor);
	int64_t lowest = INT64_MAX;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);
		int64_t seq = cell_i64(v->cell[COL_cursor_seq]);

		if (str_eq(v->cell[COL_cursor_service], service) &&
		    seq < lowest)
			lowest = seq;
	}
	return lowest;
}

static bool
is_requested(const struct call *c, struct str service)
{
	const struct table *t = &c->store->fixed[TABLE_request];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL &&
		    str_eq(v->cell[COL_request_service], service) &&
		    v->cell[COL_request_done_at].p == NULL)
			return true;
	}
	return false;
}

enum outcome
query_probe(struct call *c)
{
	struct str service = call_str(c, 0);
	bool work = call_head(c) > lowest_cursor(c, service) ||
		    deadline_is_due(c->store, service, c->store->now_us);
	bool errand =
	    parked_is_due(c->store, service) || is_requested(c, service);

	result_column(c->out, "work", CELL_BOOL);
	result_column(c->out, "errand", CELL_BOOL);
	result_row(c->out, (struct str[]){ work ? STR("\1") : STR("\0"),
			       errand ? STR("\1") : STR("\0") });
	return OUTCOME_DONE;
}

/* A commit that may be lost with the server; this server never dies so. */
enum outcome
query_lazy(struct call *c)
{
	struct str off = STR("off");

	result_column(c->out, "set_config", CELL_TEXT);
	result_row(c->out, &off);
	return OUTCOME_DONE;
}

/* Others of the service that gave a sign in the last six seconds. */
static int64_t
others(const struct call *c)
{
	const struct table *t = &c->store->fixed[TABLE_instance];
	int64_t since = pg_time(c->store->now_us) - INT64_C(6000000), n = 0;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		n += v != NULL &&
		     str_eq(v->cell[COL_instance_service], call_str(c, 0)) &&
		     !str_eq(v->cell[COL_instance_pid], call_str(c, 1)) &&
		     cell_i64(v->cell[COL_instance_seen_at]) > since;
	}
	return n;
}

enum outcome
query_seen(struct call *c)
{
	struct num now = num_of(pg_time(c->store->now_us));
	struct num n = num_of(others(c));
	struct str cells[] = { call_str(c, 0), call_str(c, 1), CELL_NUM(now) };
	struct spot *s = table_spot(fixed(c, TABLE_instance), cells);
	struct str count = CELL_NUM(n);

	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	spot_write(s, &c->s->tx, cells);
	result_column(c->out, "others", CELL_I64);
	result_row(c->out, &count);
	return OUTCOME_DONE;
}

/* Its own row, and those that gave no sign for a minute. */
enum outcome
query_gone(struct call *c)
{
	struct table *t = fixed(c, TABLE_instance);
	int64_t since = pg_time(c->store->now_us) - INT64_C(60000000);

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < t->n_spots; i++) {
			struct spot *s = t->spots[i];
			const struct version *v = spot_seen(s, &c->s->tx);

			if (v == NULL ||
			    !str_eq(v->cell[COL_instance_service],
				call_str(c, 0)) ||
			    (!str_eq(
				 v->cell[COL_instance_pid], call_str(c, 1)) &&
				cell_i64(v->cell[COL_instance_seen_at]) >=
				    since))
				continue;
			if (!spot_free(s, &c->s->tx))
				return OUTCOME_WAIT;
			if (pass > 0)
				spot_write(s, &c->s->tx, NULL);
		}
	return OUTCOME_DONE;
}

/* For the metrics of a service, which nobody asks for here. */
enum outcome
query_lag(struct call *c)
{
	struct num zero = num_of(0);

	result_column(c->out, "lag", CELL_I64);
	result_column(c->out, "age_ms", CELL_I64);
	result_column(c->out, "parked", CELL_I64);
	result_row(c->out,
	    (struct str[]){ CELL_NUM(zero), CELL_NUM(zero), CELL_NUM(zero) });
	return OUTCOME_DONE;
}

enum outcome
query_replan(struct call *c)
{
	(void)c;
	return OUTCOME_DONE;
}

enum outcome
query_newest(struct call *c)
{
	struct num version = num_of(SCHEMA_VERSION);

	result_column(c->out, "version", CELL_I64);
	result_column(c->out, "oldest", CELL_I64);
	result_row(
	    c->out, (struct str[]){ CELL_NUM(version), CELL_NUM(version) });
	return OUTCOME_DONE;
}
