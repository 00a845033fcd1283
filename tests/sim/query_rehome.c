/* Limits of casefiles that go on with others. */
#include "tests/sim/query.h"

static bool
is_running(const struct version *v, struct str service, struct str casefile)
{
	return v != NULL && str_eq(v->cell[COL_deadline_service], service) &&
	       str_eq(v->cell[COL_deadline_casefile], casefile) &&
	       (str_is(v->cell[COL_deadline_state], "armed") ||
		   str_is(v->cell[COL_deadline_state], "paused"));
}

static struct str
unit_of(const struct version *v)
{
	struct str unit = v->cell[COL_deadline_unit];

	return unit.p != NULL ? unit : STR("");
}

/* One row a limit: who asks for each of them once sees the same. */
enum outcome
query_running(struct call *c)
{
	const struct table *t = &c->store->fixed[TABLE_deadline];
	struct strs casefiles = call_list(c, 1);

	result_column(c->out, "casefile", CELL_TEXT);
	result_column(c->out, "division", CELL_TEXT);
	result_column(c->out, "unit", CELL_TEXT);
	for (size_t k = 0; k < casefiles.n; k++)
		for (size_t i = 0; i < t->n_spots; i++) {
			const struct version *v =
			    spot_seen(t->spots[i], &c->s->tx);
			struct str cells[3];

			if (!is_running(v, call_str(c, 0), casefiles.p[k]))
				continue;
			cells[0] = v->cell[COL_deadline_casefile];
			cells[1] = v->cell[COL_deadline_division];
			cells[2] = unit_of(v);
			result_row(c->out, cells);
		}
	return OUTCOME_DONE;
}

enum {
	MOVED_CASEFILE,
	MOVED_DIVISION,
	MOVED_UNIT,
	MOVED_PLACE,
	MOVED_HEIR,
	MOVED_COLUMNS
};
static struct table moved_columns;

static const struct table *
moved(void)
{
	static const struct column columns[] = {
		{ "casefile", CELL_TEXT },
		{ "division", CELL_TEXT },
		{ "unit", CELL_TEXT },
		{ "place", CELL_TEXT },
		{ "heir", CELL_TEXT },
	};

	if (moved_columns.columns == NULL)
		table_init(
		    &moved_columns, "moved", columns, ARRAY_LEN(columns), 1);
	return &moved_columns;
}

static void
move(struct call *c, struct spot *s, const struct str *to)
{
	const struct version *v = spot_seen(s, &c->s->tx);
	struct str cells[COLUMNS_MAX];

	if (!is_running(v, call_str(c, 0), to[MOVED_CASEFILE]) ||
	    !str_eq(v->cell[COL_deadline_division], to[MOVED_DIVISION]) ||
	    !str_eq(unit_of(v), to[MOVED_UNIT]))
		return;
	memcpy(cells, v->cell, v->n * sizeof(cells[0]));
	cells[COL_deadline_division] = to[MOVED_PLACE];
	cells[COL_deadline_unit] =
	    to[MOVED_HEIR].n > 0 ? to[MOVED_HEIR] : (struct str){ NULL, 0 };
	spot_write(s, &c->s->tx, cells);
}

/* Each row once, by what it was before; first looks at the locks. */
enum outcome
query_rehome(struct call *c)
{
	struct json_rows *rows = json_rows_open(call_str(c, 1));
	struct table *t = &c->store->fixed[TABLE_deadline];
	enum outcome outcome = OUTCOME_DONE;
	struct str to[MOVED_COLUMNS];
	size_t n = t->n_spots;
	bool *done = arena_alloc(c->store->scratch, n + 1);

	must(done != NULL);
	memset(done, 0, n + 1);
	for (int pass = 0; pass < 2 && outcome == OUTCOME_DONE; pass++)
		for (size_t i = 0; i < json_rows_n(rows); i++) {
			json_rows_cells(
			    rows, i, moved(), to, c->store->scratch);
			for (size_t k = 0; k < n; k++) {
				const struct version *v =
				    spot_seen(t->spots[k], &c->s->tx);

				if (done[k] || !is_running(v, call_str(c, 0),
						   to[MOVED_CASEFILE]))
					continue;
				if (!spot_free(t->spots[k], &c->s->tx))
					outcome = OUTCOME_WAIT;
				if (pass == 0)
					continue;
				move(c, t->spots[k], to);
				done[k] =
				    spot_seen(t->spots[k], &c->s->tx) != v;
			}
		}
	json_rows_close(&rows);
	return outcome;
}
