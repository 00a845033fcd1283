/* The ledger of pauses. */
#include "tests/sim/query.h"

static struct table *
fixed(struct call *c, enum store_table t)
{
	return &c->store->fixed[t];
}

/* The limit of the first three arguments in STATE; NULL: there is none. */
static struct spot *
limit_in(struct call *c, const char *state)
{
	struct str key[] = { call_str(c, 0), call_str(c, 1), call_str(c, 2) };
	struct spot *s = table_find(fixed(c, TABLE_deadline), key);
	const struct version *v = s != NULL ? spot_seen(s, &c->s->tx) : NULL;

	return v != NULL && str_is(v->cell[COL_deadline_state], state) ? s
								       : NULL;
}

enum outcome
query_pause(struct call *c)
{
	struct spot *s = limit_in(c, "armed"), *ledger;
	struct str cells[COLUMNS_MAX];
	struct str row[] = { call_str(c, 0), call_str(c, 1), call_str(c, 2),
		call_str(c, 3), { NULL, 0 }, call_str(c, 4) };

	if (s == NULL)
		return OUTCOME_DONE;
	ledger = table_spot(fixed(c, TABLE_pause), row);
	if (!spot_free(s, &c->s->tx) || !spot_free(ledger, &c->s->tx))
		return OUTCOME_WAIT;
	memcpy(cells, spot_seen(s, &c->s->tx)->cell,
	    COLS_deadline * sizeof(cells[0]));
	cells[COL_deadline_state] = STR("paused");
	cells[COL_deadline_wake_at] = (struct str){ NULL, 0 };
	spot_write(s, &c->s->tx, cells);
	if (spot_seen(ledger, &c->s->tx) == NULL)
		spot_write(ledger, &c->s->tx, row);
	return OUTCOME_DONE;
}

static bool
is_of(struct call *c, const struct version *p)
{
	return p != NULL &&
	       str_eq(p->cell[COL_pause_service], call_str(c, 0)) &&
	       str_eq(p->cell[COL_pause_thing], call_str(c, 1)) &&
	       str_eq(p->cell[COL_pause_name], call_str(c, 2));
}

/* By from_at: the spots were made in that order. */
enum outcome
query_ledger(struct call *c)
{
	struct spot *s = limit_in(c, "paused");
	struct table *t = fixed(c, TABLE_pause);

	result_column(c->out, "rule", CELL_TEXT);
	result_column(c->out, "armed_at", CELL_TIME);
	result_column(c->out, "from_at", CELL_TIME);
	result_column(c->out, "to_at", CELL_TIME);
	for (size_t i = 0; s != NULL && i < t->n_spots; i++) {
		const struct version *d = spot_seen(s, &c->s->tx);
		const struct version *p = spot_seen(t->spots[i], &c->s->tx);
		struct str cells[4];

		if (!is_of(c, p) ||
		    cell_i64(p->cell[COL_pause_from_at]) <
			cell_i64(d->cell[COL_deadline_armed_at]))
			continue;
		cells[0] = d->cell[COL_deadline_rule];
		cells[1] = d->cell[COL_deadline_armed_at];
		cells[2] = p->cell[COL_pause_from_at];
		cells[3] = p->cell[COL_pause_to_at];
		if (cells[3].p == NULL)
			cells[3] = call_str(c, 3);
		result_row(c->out, cells);
	}
	return OUTCOME_DONE;
}

static void
close_ledger(struct call *c)
{
	struct table *t = fixed(c, TABLE_pause);
	struct str cells[COLS_pause];

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *p = spot_seen(t->spots[i], &c->s->tx);

		if (!is_of(c, p) || p->cell[COL_pause_to_at].p != NULL)
			continue;
		memcpy(cells, p->cell, sizeof(cells));
		cells[COL_pause_to_at] = call_str(c, 3);
		spot_write(t->spots[i], &c->s->tx, cells);
	}
}

enum outcome
query_resume(struct call *c)
{
	struct spot *s = limit_in(c, "paused");
	struct str cells[COLUMNS_MAX];
	struct num soon, wake;
	int64_t due = call_i64(c, 4), soon_at;

	/* Slots keep others away: nobody else pauses the same limit. */
	close_ledger(c);
	if (s == NULL)
		return OUTCOME_DONE;
	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	memcpy(cells, spot_seen(s, &c->s->tx)->cell,
	    COLS_deadline * sizeof(cells[0]));
	wake = num_of(due);
	if (cells[COL_deadline_soon_at].p != NULL) {
		soon_at = cell_i64(cells[COL_deadline_soon_at]) + due -
			  cell_i64(cells[COL_deadline_due_at]);
		soon = num_of(soon_at);
		cells[COL_deadline_soon_at] = CELL_NUM(soon);
		if (soon_at < due)
			wake = soon;
	}
	cells[COL_deadline_state] = STR("armed");
	cells[COL_deadline_due_at] = call_str(c, 4);
	cells[COL_deadline_wake_at] = CELL_NUM(wake);
	cells[COL_deadline_provisional] = call_str(c, 5);
	spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}

/* No holiday notice comes late in a simulated world. */
enum outcome
query_counted(struct call *c)
{
	return call_fail(c, "0A000", "no calendar changes here");
}
