/*
 * Loading and saving things, as the services' own SQL has it: the table,
 * the order and the columns that an upsert sets are read from the text.
 */
#include "tests/sim/defect.h"
#include "tests/sim/query.h"
#include "tests/sim/world.h"

#include <stdlib.h>

#define ORDER_MAX 6

struct order {
	int column;
	bool length;
};

struct plan {
	const char *name;
	bool load;
	bool by_id;
	struct table *table;
	struct order order[ORDER_MAX];
	size_t n_order;
	bool set[COLUMNS_MAX];
};

bool
plan_is_load(const struct plan *p)
{
	return p->load;
}

struct plan *
plan_find(const struct store *st, const char *name)
{
	for (size_t i = 0; i < st->n_plans; i++)
		if (strcmp(st->plans[i]->name, name) == 0)
			return st->plans[i];
	return NULL;
}

/* Takes WORDS off the front, whatever blanks are between them. */
static bool
take(struct str *rest, const char *words)
{
	struct str s = *rest;

	for (; *words != '\0'; words++) {
		if (*words == ' ') {
			while (s.n > 0 && strchr(" \t\n", s.p[0]) != NULL)
				s = str_cut(s, 1, s.n);
			continue;
		}
		if (s.n == 0 || s.p[0] != *words)
			return false;
		s = str_cut(s, 1, s.n);
	}
	*rest = s;
	return true;
}

static struct str
take_name(struct str *rest)
{
	size_t n = 0;

	(void)take(rest, " ");
	while (n < rest->n && (rest->p[n] == '_' || rest->p[n] == '.' ||
				  (rest->p[n] >= 'a' && rest->p[n] <= 'z') ||
				  (rest->p[n] >= '0' && rest->p[n] <= '9')))
		n++;
	*rest = str_cut(*rest, 0, rest->n);
	struct str name = str_cut(*rest, 0, n);

	*rest = str_cut(*rest, n, rest->n);
	return name;
}

static bool
take_order(struct str *rest, struct plan *p)
{
	do {
		struct order *o = &p->order[p->n_order];

		if (p->n_order++ == ORDER_MAX)
			return false;
		o->length = take(rest, " length(");
		o->column = table_column(p->table, take_name(rest));
		if (o->column < 0 || (o->length && !take(rest, " )")))
			return false;
	} while (take(rest, " ,"));
	(void)take(rest, " ;");
	return take(rest, " ") && rest->n == 0;
}

/* "a, b": every column, which store_sim compares with the real thing. */
static bool
skip_columns(struct str *rest)
{
	do {
		if (take_name(rest).n == 0)
			return false;
	} while (take(rest, " ,"));
	return true;
}

static bool
read_load(struct plan *p, struct store *st, struct str sql)
{
	p->load = true;
	if (!take(&sql, " SELECT ") || !skip_columns(&sql) ||
	    !take(&sql, " FROM "))
		return false;
	p->table = store_table(st, take_name(&sql));
	if (p->table == NULL ||
	    !take(&sql, " WHERE casefile = ANY ($1::text[])"))
		return false;
	p->by_id = take(&sql, " OR id = ANY ($1::text[])");
	return take(&sql, " ORDER BY ") && take_order(&sql, p);
}

/* "(a, b) = (excluded.a, excluded.b)" */
static bool
take_set(struct str *rest, struct plan *p)
{
	int column[COLUMNS_MAX];
	size_t n = 0;

	if (!take(rest, " ("))
		return false;
	do {
		int c = table_column(p->table, take_name(rest));

		if (c < 0 || n == COLUMNS_MAX)
			return false;
		column[n++] = c;
		p->set[c] = true;
	} while (take(rest, " ,"));
	if (!take(rest, " ) = ("))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((i > 0 && !take(rest, " ,")) || !take(rest, " excluded.") ||
		    table_column(p->table, take_name(rest)) != column[i])
			return false;
	return take(rest, " )");
}

static bool
read_save(struct plan *p, struct store *st, struct str sql)
{
	p->load = false;
	if (!take(&sql, " INSERT INTO "))
		return false;
	p->table = store_table(st, take_name(&sql));
	if (p->table == NULL || !take(&sql, " (") || !skip_columns(&sql) ||
	    !take(&sql, " ) SELECT ") || !skip_columns(&sql) ||
	    !take(&sql, " FROM json_populate_recordset(NULL::") ||
	    store_table(st, take_name(&sql)) != p->table ||
	    !take(&sql, " , $1::json) ON CONFLICT (id) DO UPDATE SET ") ||
	    !take_set(&sql, p))
		return false;
	(void)take(&sql, " ;");
	return take(&sql, " ") && sql.n == 0;
}

bool
plan_make(struct store *st, const char *name, const char *sql)
{
	struct plan *p = xcalloc(1, sizeof(*p));

	p->name = name;
	if (!read_load(p, st, str_of(sql))) {
		*p = (struct plan){ .name = name };
		if (!read_save(p, st, str_of(sql))) {
			free(p);
			return false;
		}
	}
	st->plans =
	    xrealloc(st->plans, (st->n_plans + 1) * sizeof(struct plan *));
	st->plans[st->n_plans++] = p;
	return true;
}

/* A set of keys to be asked once for every row of a table. */
struct keys {
	struct strs list;
	size_t *index;
	size_t cap;
};

static struct keys
keys_of(struct strs list, struct arena *arena)
{
	struct keys k = { .list = list, .cap = 16 };

	while (k.cap < list.n * 2)
		k.cap *= 2;
	k.index = arena_alloc(arena, k.cap * sizeof(*k.index));
	must(k.index != NULL);
	for (size_t i = 0; i < list.n; i++) {
		size_t at = str_hash(list.p[i]) & (k.cap - 1);

		while (k.index[at] != 0)
			at = (at + 1) & (k.cap - 1);
		k.index[at] = i + 1;
	}
	return k;
}

static bool
keys_have(const struct keys *k, struct str one)
{
	size_t at = str_hash(one) & (k->cap - 1);

	for (; k->index[at] != 0; at = (at + 1) & (k->cap - 1))
		if (str_eq(k->list.p[k->index[at] - 1], one))
			return true;
	return false;
}

/* NULL sorts last; numbers are big-endian and never negative here. */
static int
cell_cmp(struct str a, struct str b)
{
	if (a.p == NULL || b.p == NULL)
		return (a.p == NULL) - (b.p == NULL);
	return str_cmp(a, b);
}

static int
row_cmp(const struct plan *p, const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < p->n_order; i++) {
		int c = p->order[i].column, d;

		if (p->order[i].length)
			d = (a->cell[c].n > b->cell[c].n) -
			    (a->cell[c].n < b->cell[c].n);
		else
			d = cell_cmp(a->cell[c], b->cell[c]);
		if (d != 0)
			return d;
	}
	return 0;
}

/* Few rows, nearly in order. */
static void
sort(const struct plan *p, const struct version **v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct version *one = v[i];
		size_t at = i;

		for (; at > 0 && row_cmp(p, v[at - 1], one) > 0; at--)
			v[at] = v[at - 1];
		v[at] = one;
	}
}

/* What nobody ordered may come in any order. */
static void
disturb(const struct version **v, size_t n)
{
	if (!world_chance(300))
		return;
	for (size_t i = 0; i < n / 2; i++) {
		const struct version *one = v[i];

		v[i] = v[n - 1 - i];
		v[n - 1 - i] = one;
	}
}

enum outcome
query_thing_load(struct call *c)
{
	const struct plan *p = plan_find(c->store, c->q->name);
	struct keys keys = keys_of(call_list(c, 0), c->store->scratch);
	const struct version **v;
	const struct table *t;
	size_t n = 0;

	must(p != NULL);
	t = p->table;
	v = arena_alloc(
	    c->store->scratch, (t->n_spots + 1) * sizeof(struct version *));
	must(v != NULL);
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *row = spot_seen(t->spots[i], &c->s->tx);

		/* Every thing begins with its id and its casefile. */
		if (row != NULL &&
		    (keys_have(&keys, row->cell[1]) ||
			(p->by_id && keys_have(&keys, row->cell[0]))))
			v[n++] = row;
	}
	disturb(v, n);
	sort(p, v, n);
	result_columns(c->out, t);
	for (size_t i = 0; i < n; i++)
		result_row(c->out, v[i]->cell);
	return OUTCOME_DONE;
}

/* A row that is there keeps what the upsert does not set. */
static void
keep_unset(const struct plan *p, const struct version *old, struct str *cells,
    enum defect defect)
{
	size_t cut = SIZE_MAX;

	if (defect == DEFECT_cut_column)
		for (size_t i = 5; i < p->table->n_columns; i++)
			if (p->set[i])
				cut = i;
	for (size_t i = 0; i < p->table->n_columns; i++)
		if (!p->set[i] || i == cut)
			cells[i] = old->cell[i];
}

/* Is any of the rows in other hands, or poisoned? */
static enum outcome
may_save(struct call *c, const struct plan *p, const struct json_rows *rows)
{
	struct str cells[COLUMNS_MAX];

	for (size_t i = 0; i < json_rows_n(rows); i++) {
		const struct spot *s;

		json_rows_cells(rows, i, p->table, cells, c->store->scratch);
		if (chaos_is_poison(c->s->who, cells[1]))
			return call_fail(c, "23514", "a row that cannot be");
		s = table_find(p->table, cells);
		if (s != NULL && !spot_free(s, &c->s->tx))
			return OUTCOME_WAIT;
	}
	return OUTCOME_DONE;
}

/* For the defect: the first state that the thing has, or its second. */
static void
spoil(struct call *c, struct str *state)
{
	if (c->store->defect == DEFECT_wrong_state && world_chance(20))
		*state = defect_other_state(c->q->name, *state);
}

enum outcome
query_thing_save(struct call *c)
{
	const struct plan *p = plan_find(c->store, c->q->name);
	struct json_rows *rows = json_rows_open(call_str(c, 0));
	enum outcome outcome = may_save(c, p, rows);
	struct str cells[COLUMNS_MAX];

	for (size_t i = 0; i < json_rows_n(rows) && outcome == OUTCOME_DONE;
	     i++) {
		const struct version *old;
		struct spot *s;

		json_rows_cells(rows, i, p->table, cells, c->store->scratch);
		spoil(c, &cells[3]);
		s = table_spot(p->table, cells);
		old = spot_seen(s, &c->s->tx);
		if (old != NULL)
			keep_unset(p, old, cells, c->store->defect);
		spot_write(s, &c->s->tx, cells);
	}
	json_rows_close(&rows);
	return outcome;
}
