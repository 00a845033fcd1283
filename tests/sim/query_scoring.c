/* What score.publish asks; scoring.counts() is schemas/db/0009. */
#include "services/scoring/rules.h"
#include "tests/sim/query.h"

/* The columns of scoring.tally that count. */
struct tally_columns {
	int casefile, unit, what, at, seq, late, contacted, solved, satisfied;
};

static struct tally_columns
columns_of(const struct table *t)
{
	return (struct tally_columns){
		table_column(t, STR("casefile")),
		table_column(t, STR("unit")),
		table_column(t, STR("what")),
		table_column(t, STR("at")),
		table_column(t, STR("seq")),
		table_column(t, STR("late")),
		table_column(t, STR("contacted")),
		table_column(t, STR("solved")),
		table_column(t, STR("satisfied")),
	};
}

struct tallies {
	struct tally_columns col;
	const struct version **v;
	size_t n;
};

static struct tallies
tallies_of(struct call *c, int64_t from, int64_t to, int64_t before)
{
	struct table *t = store_table(c->store, STR("scoring.tally"));
	struct tallies all = { .col = columns_of(t) };

	all.v = arena_alloc(
	    c->store->scratch, (t->n_spots + 1) * sizeof(struct version *));
	must(all.v != NULL);
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);
		int64_t at = v != NULL ? cell_i64(v->cell[all.col.at]) : 0;

		if (v != NULL && at >= from && at < to &&
		    cell_i64(v->cell[all.col.seq]) < before)
			all.v[all.n++] = v;
	}
	return all;
}

/* A casefile has one voice: its last answer. */
static bool
votes(const struct tallies *all, const struct version *v)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_is(all->v[i]->cell[all->col.what], "answer") &&
		    str_eq(all->v[i]->cell[all->col.casefile],
			v->cell[all->col.casefile]) &&
		    cell_i64(all->v[i]->cell[all->col.seq]) >
			cell_i64(v->cell[all->col.seq]))
			return false;
	return true;
}

/* Is V the first of its kind among the casefile's, for a DISTINCT count? */
static bool
is_first(const struct tallies *all, const struct version *v, bool late)
{
	for (size_t i = 0; all->v[i] != v; i++)
		if (str_eq(all->v[i]->cell[all->col.what],
			v->cell[all->col.what]) &&
		    str_eq(all->v[i]->cell[all->col.unit],
			v->cell[all->col.unit]) &&
		    str_eq(all->v[i]->cell[all->col.casefile],
			v->cell[all->col.casefile]) &&
		    (!late || cell_bool(all->v[i]->cell[all->col.late])))
			return false;
	return true;
}

static void
count_answer(
    const struct tallies *all, const struct version *v, struct row_count *n)
{
	struct str satisfied = v->cell[all->col.satisfied];

	if (!votes(all, v)) {
		n->replaced++;
		return;
	}
	n->valid++;
	n->contacted += cell_bool(v->cell[all->col.contacted]);
	n->solved += cell_bool(v->cell[all->col.solved]);
	n->satisfied += satisfied.p != NULL && str_is(satisfied, "yes");
	n->basic += satisfied.p != NULL && str_is(satisfied, "basic");
}

/* A tally that simply counts where it belongs. */
static void
count_plain(struct str what, struct row_count *n)
{
	const struct {
		const char *what;
		int64_t *n;
	} plain[] = {
		{ "reopened", &n->reopened },
		{ "no_answer", &n->no_answer },
		{ "not_due", &n->not_due },
		{ "assigned", &n->tasks },
		{ "rework", &n->reworks },
		{ "submitted", &n->submitted },
		{ "rejected", &n->rejected },
		{ "return_asked", &n->returns_asked },
		{ "return_agreed", &n->returns_agreed },
		{ "return_declined", &n->returns_declined },
		{ "called", &n->calls_asked },
		{ "missed", &n->calls_missed },
		{ "refused", &n->calls_refused },
		{ "blue", &n->cards_blue },
		{ "yellow", &n->cards_yellow },
		{ "red", &n->cards_red },
	};

	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		if (str_is(what, plain[i].what))
			(*plain[i].n)++;
}

static void
count(const struct tallies *all, const struct version *v, struct row_count *n)
{
	struct str what = v->cell[all->col.what];
	bool late = cell_bool(v->cell[all->col.late]);

	count_plain(what, n);
	if (str_is(what, "answer"))
		count_answer(all, v, n);
	if (str_is(what, "closed"))
		n->casefiles += is_first(all, v, false);
	if (str_is(what, "handled"))
		n->handled += is_first(all, v, false);
	if (str_is(what, "handled") && late)
		n->late += is_first(all, v, true);
	n->submitted_late += str_is(what, "submitted") && late;
	n->calls_in_time += str_is(what, "came") && !late;
	n->calls_late += str_is(what, "came") && late;
}

static void
count_row(struct call *c, const struct row_count *n)
{
	const struct msg_desc *d = &row_count_desc;
	struct str cells[COLUMNS_MAX];
	struct num number[COLUMNS_MAX];

	cells[0] = n->unit;
	for (size_t i = 1; i < d->n_fields; i++) {
		number[i] = num_of(*(const int64_t *)msg_at(&d->fields[i], n));
		cells[i] = CELL_NUM(number[i]);
	}
	result_row(c->out, cells);
}

/* The next unit after LAST in byte order; empty at the end. */
static struct str
next_unit(const struct tallies *all, struct str last)
{
	struct str next = { NULL, 0 };

	for (size_t i = 0; i < all->n; i++) {
		struct str unit = all->v[i]->cell[all->col.unit];

		if (str_cmp(unit, last) > 0 &&
		    (next.n == 0 || str_cmp(unit, next) < 0))
			next = unit;
	}
	return next;
}

enum outcome
query_counts(struct call *c)
{
	struct tallies all =
	    tallies_of(c, call_i64(c, 0), call_i64(c, 1), call_i64(c, 2));
	const struct msg_desc *d = &row_count_desc;
	struct str unit = { NULL, 0 };

	result_column(c->out, "unit", CELL_TEXT);
	for (size_t i = 1; i < d->n_fields; i++)
		result_column(c->out, d->fields[i].name, CELL_I64);
	while ((unit = next_unit(&all, unit)).n > 0) {
		struct row_count n = { .unit = unit };

		for (size_t i = 0; i < all.n; i++)
			if (str_eq(all.v[i]->cell[all.col.unit], unit))
				count(&all, all.v[i], &n);
		count_row(c, &n);
	}
	return OUTCOME_DONE;
}

enum outcome
query_revision(struct call *c)
{
	struct table *t = store_table(c->store, STR("scoring.score"));
	int period = table_column(t, STR("period"));
	int revision = table_column(t, STR("revision"));
	int64_t max = 0;
	struct num n;
	struct str cell;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL && str_eq(v->cell[period], call_str(c, 0)) &&
		    cell_i64(v->cell[revision]) > max)
			max = cell_i64(v->cell[revision]);
	}
	n = num_of(max);
	cell = CELL_NUM(n);
	result_column(c->out, "revision", CELL_I64);
	result_row(c->out, &cell);
	return OUTCOME_DONE;
}

enum outcome
query_behind(struct call *c)
{
	struct table *t = &c->store->fixed[TABLE_cursor];
	int64_t behind = 0;
	struct num n;
	struct str cell;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct spot *s = t->spots[i];
		const struct version *v = spot_seen(s, &c->s->tx);

		if (str_eq(v->cell[COL_cursor_service], call_str(c, 0)) &&
		    cell_i64(v->cell[COL_cursor_seq]) < call_i64(c, 1) &&
		    s->owner != &c->s->tx)
			behind++;
	}
	n = num_of(behind);
	cell = CELL_NUM(n);
	result_column(c->out, "n", CELL_I64);
	result_row(c->out, &cell);
	return OUTCOME_DONE;
}
