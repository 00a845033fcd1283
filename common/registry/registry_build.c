#include "common/registry/inside.h"

#include <stdlib.h>

/*
 * About 5 MiB a version of a county; the bound is above what files within
 * their own bounds can make of it.
 */
#define REGISTRY_MAX ((size_t)4 * 1024 * 1024 * 1024)

struct registry *
registry_new(void)
{
	struct registry *r = xcalloc(1, sizeof(*r));

	r->arena = arena_new(REGISTRY_MAX);
	r->until = INT64_MAX;
	return r;
}

void
registry_free(struct registry **rp)
{
	struct registry *r = *rp;

	if (r == NULL)
		return;
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		free(r->table[t].rows);
		free(r->table[t].spans);
	}
	arena_free(&r->arena);
	free(r);
	*rp = NULL;
}

struct arena *
registry_arena(struct registry *r)
{
	return r->arena;
}

void
registry_add(struct registry *r, enum registry_table t, const void *row,
    int64_t from, int64_t to)
{
	struct table *table = &r->table[t];
	size_t size = registry_files[t].desc->size;

	if (table->n == table->cap) {
		table->cap = table->cap > 0 ? table->cap * 2 : 64;
		table->rows = xrealloc(table->rows, table->cap * size);
		table->spans =
		    xrealloc(table->spans, table->cap * sizeof(*table->spans));
	}
	memcpy(table->rows + table->n * size, row, size);
	table->spans[table->n++] = (struct span){ from, to };
}

struct order {
	const struct registry *r;
	enum registry_table t;
};

static int
by_day(const struct table *t, size_t a, size_t b)
{
	int64_t x = t->spans[a].from, y = t->spans[b].from;

	return x != y ? (x > y) - (x < y) : (a > b) - (a < b);
}

static int
by_key(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	int c = registry_key_cmp(
	    o->t, table_row(o->r, o->t, i), table_row(o->r, o->t, j));

	return c != 0 ? c : by_day(&o->r->table[o->t], i, j);
}

static int
by_place(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	const struct row_unit *x = unit_row(o->r, i), *y = unit_row(o->r, j);
	int c = str_cmp(x->division, y->division);

	if (c == 0)
		c = str_cmp(x->kind, y->kind);
	if (c == 0)
		c = str_cmp(x->code, y->code);
	return c != 0 ? c : by_day(&o->r->table[TABLE_unit], i, j);
}

static int
by_cover(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	const struct row_coverage *x = coverage_row(o->r, i);
	const struct row_coverage *y = coverage_row(o->r, j);
	int c = str_cmp(x->division, y->division);

	if (c == 0)
		c = str_cmp(x->team_unit, y->team_unit);
	return c != 0 ? c : by_day(&o->r->table[TABLE_coverage], i, j);
}

/* The places of T's rows in the order of CMP; in R's arena. */
static size_t *
sorted(struct registry *r, enum registry_table t,
    int (*cmp)(const void *, const void *, void *))
{
	struct order order = { r, t };
	size_t n = r->table[t].n;
	size_t *v = arena_alloc(r->arena, (n + 1) * sizeof(*v));

	must(v != NULL);
	for (size_t i = 0; i < n; i++)
		v[i] = i;
	qsort_r(v, n, sizeof(*v), cmp, &order);
	return v;
}

static void
sort_table(struct registry *r, enum registry_table t)
{
	struct table *table = &r->table[t], out = { .n = table->n };
	size_t size = registry_files[t].desc->size;
	const size_t *v;

	if (table->n == 0)
		return;
	v = sorted(r, t, by_key);
	out.cap = out.n;
	out.rows = xmalloc(out.n * size);
	out.spans = xmalloc(out.n * sizeof(*out.spans));
	for (size_t i = 0; i < out.n; i++) {
		memcpy(out.rows + i * size, table->rows + v[i] * size, size);
		out.spans[i] = table->spans[v[i]];
	}
	free(table->rows);
	free(table->spans);
	*table = out;
}

/* Only limits with a clock can be read; the others stay LIMIT_NONE. */
static void
read_limits(struct registry *r)
{
	size_t n = r->table[TABLE_limit].n;

	r->limits = arena_alloc(r->arena, (n + 1) * sizeof(*r->limits));
	must(r->limits != NULL);
	for (size_t i = 0; i < n; i++) {
		const struct row_limit *row = table_row(r, TABLE_limit, i);

		if (!limit_parse_parts(row->clock, row->amount, &r->limits[i]))
			r->limits[i] = (struct limit){ .clock = LIMIT_NONE };
	}
}

/* The newest row of each day that is still in force. */
static void
read_calendar(struct registry *r)
{
	const struct table *t = &r->table[TABLE_calendar_day];
	struct calendar_day *days =
	    arena_alloc(r->arena, (t->n + 1) * sizeof(*days));
	struct calendar *c = &r->calendar;
	int year, month, dom;

	must(days != NULL);
	*c = (struct calendar){ .days = days };
	for (size_t i = 0; i < t->n; i++) {
		const struct row_calendar_day *row =
		    table_row(r, TABLE_calendar_day, i);

		if (t->spans[i].to != INT64_MAX)
			continue;
		days[c->n++] = (struct calendar_day){ clock_day(row->date),
			str_is(row->kind, "off"), row->name_zh };
	}
	if (c->n == 0)
		return;
	/* A notice is about a whole year. */
	clock_date_of(days[c->n - 1].day, &year, &month, &dom);
	c->last_day = clock_day_of(year, 12, 31);
}

void
registry_seal(struct registry *r, struct str version)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		sort_table(r, (enum registry_table)t);
	r->version = arena_str(r->arena, version);
	r->by_place = sorted(r, TABLE_unit, by_place);
	r->by_cover = sorted(r, TABLE_coverage, by_cover);
	read_limits(r);
	read_calendar(r);
	for (size_t i = 0; i < r->table[TABLE_division].n; i++) {
		const struct row_division *d = table_row(r, TABLE_division, i);

		if (str_is(d->kind, "county") && r->county.n == 0)
			r->county = d->code;
	}
}
