/* Limits: armed, met, paused, resumed, fired. */
#include "tests/sim/defect.h"
#include "tests/sim/query.h"
#include "tests/sim/world.h"

#include <stdio.h>

#define HOUR_US INT64_C(3600000000)

static struct table *
deadlines(struct call *c)
{
	return &c->store->fixed[TABLE_deadline];
}

/* The cell's time or later than anything. */
static int64_t
time_or_never(struct str cell)
{
	return cell.p != NULL ? cell_i64(cell) : INT64_MAX;
}

const char *
deadline_fact_id(const char *service, const struct version *v,
    const char *which, char id[ID_TEXT])
{
	char cycle[32];
	struct str parts[5] = { str_of(service), v->cell[COL_deadline_thing],
		v->cell[COL_deadline_name], STR(""), str_of(which) };

	(void)snprintf(cycle, sizeof(cycle), "%lld",
	    (long long)cell_i64(v->cell[COL_deadline_cycle]));
	parts[3] = str_of(cycle);
	return id_derived(parts, ARRAY_LEN(parts), id);
}

bool
deadline_row_is_due(const struct store *st, const struct version *v,
    struct str service, int64_t now_us)
{
	return v != NULL && str_eq(v->cell[COL_deadline_service], service) &&
	       time_or_never(v->cell[COL_deadline_wake_at]) <=
		   pg_time(now_us) &&
	       !parked_holds(st, service, v->cell[COL_deadline_casefile]);
}

bool
deadline_is_due(const struct store *st, struct str service, int64_t now_us)
{
	const struct table *t = &st->fixed[TABLE_deadline];

	if (st->folding)
		return false;
	for (size_t i = 0; i < t->n_spots; i++)
		if (deadline_row_is_due(st, t->spots[i]->now, service, now_us))
			return true;
	return false;
}

static bool
has_slot(struct i64s slots, struct str casefile)
{
	int64_t slot = journal_slot(casefile, 0);

	for (size_t i = 0; i < slots.n; i++)
		if (slots.v[i] == slot)
			return true;
	return false;
}

/* As schemas/db/0023_scale.sql has it. */
static bool
is_urgent(const struct version *v)
{
	return cell_i64(v->cell[COL_deadline_due_at]) -
		   cell_i64(v->cell[COL_deadline_armed_at]) <=
	       HOUR_US;
}

/* The urgent first; by wake_at, thing, name. */
static int
due_cmp(const struct version *a, const struct version *b)
{
	int c = is_urgent(b) - is_urgent(a);

	if (c == 0)
		c = str_cmp(a->cell[COL_deadline_wake_at],
		    b->cell[COL_deadline_wake_at]);
	if (c == 0)
		c = str_cmp(
		    a->cell[COL_deadline_thing], b->cell[COL_deadline_thing]);
	return c != 0 ? c
		      : str_cmp(a->cell[COL_deadline_name],
			    b->cell[COL_deadline_name]);
}

static void
due_columns(PGresult *r)
{
	static const struct result_column columns[] = {
		{ "thing", CELL_TEXT },
		{ "name", CELL_TEXT },
		{ "casefile", CELL_TEXT },
		{ "division", CELL_TEXT },
		{ "unit", CELL_TEXT },
		{ "kind", CELL_TEXT },
		{ "cycle", CELL_I64 },
		{ "due_at", CELL_TIME },
		{ "over", CELL_BOOL },
		{ "trace", CELL_TEXT },
		{ "cause", CELL_TEXT },
	};

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		result_column(r, columns[i].name, columns[i].type);
}

static void
due_row(PGresult *r, const struct version *v, int64_t until)
{
	struct str unit = v->cell[COL_deadline_unit];
	struct str cells[] = {
		v->cell[COL_deadline_thing],
		v->cell[COL_deadline_name],
		v->cell[COL_deadline_casefile],
		v->cell[COL_deadline_division],
		unit.p != NULL ? unit : STR(""),
		v->cell[COL_deadline_kind],
		v->cell[COL_deadline_cycle],
		v->cell[COL_deadline_due_at],
		cell_i64(v->cell[COL_deadline_due_at]) <= until ? STR("\1")
								: STR("\0"),
		v->cell[COL_deadline_trace],
		v->cell[COL_deadline_cause],
	};

	result_row(r, cells);
}

static bool
is_due(struct call *c, struct spot *s, int64_t until)
{
	const struct version *v = spot_seen(s, &c->s->tx);

	return v != NULL && spot_free(s, &c->s->tx) &&
	       str_eq(v->cell[COL_deadline_service], call_str(c, 0)) &&
	       time_or_never(v->cell[COL_deadline_wake_at]) <= until &&
	       !parked_holds(
		   c->store, call_str(c, 0), v->cell[COL_deadline_casefile]);
}

enum outcome
query_due(struct call *c)
{
	struct table *t = deadlines(c);
	struct i64s slots = call_i64s(c, 2);
	struct spot **v = arena_alloc(
	    c->store->scratch, (t->n_spots + 1) * sizeof(struct spot *));
	int64_t until = call_i64(c, 1);
	size_t n = 0;

	must(v != NULL);
	due_columns(c->out);
	if (c->store->folding)
		return OUTCOME_DONE;
	if (c->store->defect == DEFECT_early_deadline)
		until += HOUR_US;
	for (size_t i = 0; i < t->n_spots; i++) {
		struct spot *s = t->spots[i];
		size_t at = n;

		if (!is_due(c, s, until) ||
		    (cell_bool(call_str(c, 4)) &&
			!is_urgent(spot_seen(s, &c->s->tx))) ||
		    !has_slot(slots,
			spot_seen(s, &c->s->tx)->cell[COL_deadline_casefile]))
			continue;
		for (; at > 0 && due_cmp(spot_seen(v[at - 1], &c->s->tx),
				     spot_seen(s, &c->s->tx)) > 0;
		     at--)
			v[at] = v[at - 1];
		v[at] = s;
		n++;
	}
	for (size_t i = 0; i < n && i < (size_t)call_i64(c, 3); i++) {
		spot_lock(v[i], &c->s->tx);
		due_row(c->out, spot_seen(v[i], &c->s->tx), until);
	}
	return OUTCOME_DONE;
}

static struct table named_columns;

/* What the JSON of a statement may say about limits. */
static const struct table *
named(void)
{
	static const struct column columns[] = {
		{ "thing", CELL_TEXT },
		{ "name", CELL_TEXT },
		{ "over", CELL_BOOL },
		{ "at", CELL_TIME },
		{ "cycle", CELL_I64 },
	};

	if (named_columns.columns == NULL)
		table_init(
		    &named_columns, "named", columns, ARRAY_LEN(columns), 1);
	return &named_columns;
}
enum {
	NAMED_THING,
	NAMED_NAME,
	NAMED_OVER,
	NAMED_AT,
	NAMED_CYCLE,
	NAMED_COLUMNS
};

/* An UPDATE of one row: the cells are changed by CHANGE. */
typedef void change_fn(struct str *cells, const struct str *named);

static bool
fits(const struct version *v, struct str service, const struct str *named_row)
{
	return v != NULL && str_eq(v->cell[COL_deadline_service], service) &&
	       str_eq(v->cell[COL_deadline_thing], named_row[NAMED_THING]) &&
	       (named_row[NAMED_NAME].p == NULL ||
		   str_eq(v->cell[COL_deadline_name], named_row[NAMED_NAME])) &&
	       (named_row[NAMED_CYCLE].p == NULL ||
		   str_eq(v->cell[COL_deadline_cycle], named_row[NAMED_CYCLE]));
}

typedef bool wanted_fn(const struct version *v);

/* Changes every row that one of the named means; first looks at the locks. */
static enum outcome
update(struct call *c, wanted_fn *wanted, change_fn *change)
{
	struct json_rows *rows = json_rows_open(call_str(c, 1));
	struct table *t = deadlines(c);
	struct str name[NAMED_COLUMNS], cells[COLUMNS_MAX];
	enum outcome outcome = OUTCOME_DONE;

	for (int pass = 0; pass < 2 && outcome == OUTCOME_DONE; pass++)
		for (size_t i = 0; i < json_rows_n(rows); i++) {
			json_rows_cells(
			    rows, i, named(), name, c->store->scratch);
			for (size_t k = 0; k < t->n_spots; k++) {
				struct spot *s = t->spots[k];
				const struct version *v =
				    spot_seen(s, &c->s->tx);

				if (!fits(v, call_str(c, 0), name) ||
				    !wanted(v))
					continue;
				if (!spot_free(s, &c->s->tx)) {
					outcome = OUTCOME_WAIT;
					continue;
				}
				if (pass == 0)
					continue;
				memcpy(cells, v->cell, v->n * sizeof(cells[0]));
				change(cells, name);
				spot_write(s, &c->s->tx, cells);
			}
		}
	json_rows_close(&rows);
	return outcome;
}

static bool
any(const struct version *v)
{
	(void)v;
	return true;
}

/* The fact is said; what it means waits until it comes back. */
static void
fire(struct str *cells, const struct str *name)
{
	cells[COL_deadline_wake_at] = cell_bool(name[NAMED_OVER])
					  ? (struct str){ NULL, 0 }
					  : cells[COL_deadline_due_at];
}

enum outcome
query_fired(struct call *c)
{
	if (c->store->defect == DEFECT_fired_again)
		return OUTCOME_DONE;
	return update(c, any, fire);
}

static void
mark(struct str *cells, const struct str *name)
{
	bool over = cell_bool(name[NAMED_OVER]);

	if (over || !str_is(cells[COL_deadline_state], "armed"))
		cells[COL_deadline_wake_at] = (struct str){ NULL, 0 };
	else if (cells[COL_deadline_wake_at].p != NULL)
		cells[COL_deadline_wake_at] = cells[COL_deadline_due_at];
	if (over)
		cells[COL_deadline_state] = STR("fired");
	cells[COL_deadline_soon_at] = (struct str){ NULL, 0 };
}

enum outcome
query_mark(struct call *c)
{
	return update(c, any, mark);
}

static bool
is_open(const struct version *v)
{
	struct str state = v->cell[COL_deadline_state];

	return str_is(state, "armed") || str_is(state, "paused") ||
	       (str_is(state, "fired") &&
		   v->cell[COL_deadline_met_at].p == NULL);
}

static void
meet(struct str *cells, const struct str *name)
{
	cells[COL_deadline_wake_at] = (struct str){ NULL, 0 };
	cells[COL_deadline_met_at] = name[NAMED_AT];
	if (!str_is(cells[COL_deadline_state], "fired"))
		cells[COL_deadline_state] = STR("cancelled");
}

enum outcome
query_meet(struct call *c)
{
	if (c->store->defect == DEFECT_never_met && world_chance(100))
		return OUTCOME_DONE;
	return update(c, is_open, meet);
}

/* What a new row has beside what is told. */
static void
arm_cells(struct call *c, struct str *cells, const struct version *old,
    struct num *cycle)
{
	struct str soon = cells[COL_deadline_soon_at];

	cells[COL_deadline_service] = call_str(c, 0);
	cells[COL_deadline_wake_at] = (struct str){ NULL, 0 };
	if (str_is(cells[COL_deadline_state], "armed"))
		cells[COL_deadline_wake_at] =
		    soon.p != NULL ? soon : cells[COL_deadline_due_at];
	if (cells[COL_deadline_provisional].p == NULL)
		cells[COL_deadline_provisional] = STR("\0");
	if (old == NULL)
		return;
	/* Whose it is was said when it was armed first. */
	cells[COL_deadline_casefile] = old->cell[COL_deadline_casefile];
	*cycle = num_of(cell_i64(old->cell[COL_deadline_cycle]) +
			cell_i64(cells[COL_deadline_cycle]));
	cells[COL_deadline_cycle] = CELL_NUM(*cycle);
}

enum outcome
query_arm(struct call *c)
{
	struct json_rows *rows = json_rows_open(call_str(c, 1));
	struct table *t = deadlines(c);
	struct str cells[COLUMNS_MAX];
	enum outcome outcome = OUTCOME_DONE;
	struct num cycle;

	for (int pass = 0; pass < 2 && outcome == OUTCOME_DONE; pass++)
		for (size_t i = 0; i < json_rows_n(rows); i++) {
			struct spot *s;

			json_rows_cells(rows, i, t, cells, c->store->scratch);
			cells[COL_deadline_service] = call_str(c, 0);
			s = table_spot(t, cells);
			if (!spot_free(s, &c->s->tx))
				outcome = OUTCOME_WAIT;
			if (pass == 0 || (c->store->defect == DEFECT_arm_lost &&
					     world_chance(30)))
				continue;
			arm_cells(c, cells, spot_seen(s, &c->s->tx), &cycle);
			spot_write(s, &c->s->tx, cells);
		}
	json_rows_close(&rows);
	return outcome;
}
