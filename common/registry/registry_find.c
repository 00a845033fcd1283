#include "common/registry/inside.h"

enum {
	COUNTY_LEN = 6,
	TOWNSHIP_LEN = 9,
	VILLAGE_LEN = 12,
	GRID_LEN = 15
};

/* The first column is the first of the key, in every table. */
static struct str
key_of(const struct registry *r, enum registry_table t, size_t i)
{
	const struct msg_field *f = &registry_files[t].desc->fields[0];
	const void *at = msg_at(f, table_row(r, t, i));

	must(f->type == WIRE_str);
	return *(const struct str *)at;
}

/* Place of the first row of T whose key is not below KEY. */
size_t
registry_first(const struct registry *r, enum registry_table t, struct str key)
{
	size_t lo = 0, hi = r->table[t].n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(key_of(r, t, mid), key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const void *
find(
    const struct registry *r, enum registry_table t, struct str key, int64_t at)
{
	const struct table *table = &r->table[t];

	for (size_t i = registry_first(r, t, key);
	     i < table->n && str_eq(key_of(r, t, i), key); i++)
		if (valid_at(table, i, at))
			return table_row(r, t, i);
	return NULL;
}

const struct row_division *
registry_division(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_division, code, at);
}

const struct row_grid *
registry_grid(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_grid, code, at);
}

struct str
registry_county_of(struct str code)
{
	return str_cut(code, 0, COUNTY_LEN);
}

struct str
registry_township_of(struct str code)
{
	return str_cut(code, 0, code.n >= TOWNSHIP_LEN ? TOWNSHIP_LEN : 0);
}

struct str
registry_at_tier(struct str code, struct str tier)
{
	if (str_is(tier, "county"))
		return str_cut(code, 0, COUNTY_LEN);
	return str_cut(
	    code, 0, str_is(tier, "township") ? TOWNSHIP_LEN : VILLAGE_LEN);
}

bool
registry_inside(struct str inner, struct str outer)
{
	bool level = outer.n == COUNTY_LEN || outer.n == TOWNSHIP_LEN ||
		     outer.n == VILLAGE_LEN || outer.n == GRID_LEN;

	return level && str_starts(inner, outer);
}

struct str
registry_successor(const struct registry *r, struct str code, int64_t at)
{
	for (size_t i = 0; i < REGISTRY_SUCCESSIONS_MAX; i++) {
		const struct row_division *d = registry_division(r, code, at);
		const struct row_grid *g =
		    code.n == GRID_LEN ? registry_grid(r, code, at) : NULL;

		if (g != NULL && g->successors.n > 0) {
			code = g->successors.p[0];
			continue;
		}
		/* A grid goes where its village does, and is no grid there. */
		if (d == NULL && code.n == GRID_LEN)
			d = registry_division(
			    r, str_cut(code, 0, VILLAGE_LEN), at);
		if (d == NULL || d->successors.n == 0)
			break;
		code = d->successors.p[0];
	}
	return code;
}

struct str
registry_place(
    const struct registry *r, struct str code, int64_t at, struct arena *arena)
{
	const struct row_grid *grid =
	    code.n == GRID_LEN ? registry_grid(r, code, at) : NULL;
	const struct row_division *low, *town;

	if (grid != NULL)
		return grid->name_zh;
	low = registry_division(r, str_cut(code, 0, VILLAGE_LEN), at);
	town = registry_division(r, registry_township_of(code), at);
	if (low != NULL && town != NULL && low != town)
		return arena_printf(arena, "%.*s%.*s", STR_ARG(town->name_zh),
		    STR_ARG(low->name_zh));
	if (low == NULL)
		low = town;
	return low != NULL ? low->name_zh : code;
}

const struct row_unit *
registry_unit(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_unit, code, at);
}

const struct row_matter *
registry_matter(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_matter, code, at);
}

const struct row_officer *
registry_officer(const struct registry *r, struct str id, int64_t at)
{
	return find(r, TABLE_officer, id, at);
}

const struct row_power_item *
registry_item(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_power_item, code, at);
}

bool
registry_certified(const struct row_officer *officer, int64_t at)
{
	int64_t day = clock_day(at);

	return officer->certificate_no.n > 0 &&
	       day >= clock_day(officer->certificate_valid_from) &&
	       day <= clock_day(officer->certificate_valid_to);
}

const struct row_template *
registry_bundle(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_template, code, at);
}

const struct row_bundle_step *
registry_step(const struct registry *r, struct str code, int64_t at)
{
	return find(r, TABLE_bundle_step, code, at);
}

const struct row_template *
registry_bundle_of(const struct registry *r, struct str matter, int64_t at)
{
	const struct row_template *b;

	for (size_t i = 0;
	     (b = registry_next(r, TABLE_template, at, &i)) != NULL;)
		for (size_t k = 0; k < b->matters.n; k++)
			if (str_eq(b->matters.p[k], matter))
				return b;
	return NULL;
}

/* "township" or "street": whose list counts where UNIT sits; or empty. */
static struct str
list_of(const struct registry *r, const struct row_unit *unit, int64_t at)
{
	const struct row_division *d =
	    registry_division(r, registry_township_of(unit->division), at);

	return d != NULL ? d->kind : (struct str){ NULL, 0 };
}

static const struct row_power_list *
listed(const struct registry *r, struct str list, struct str item, int64_t at)
{
	const struct table *t = &r->table[TABLE_power_list];
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct row_power_list *row =
		    table_row(r, TABLE_power_list, mid);
		int c = str_cmp(row->list, list);

		if (c == 0)
			c = str_cmp(row->item, item);
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < t->n; lo++) {
		const struct row_power_list *row =
		    table_row(r, TABLE_power_list, lo);

		if (!str_eq(row->list, list) || !str_eq(row->item, item))
			return NULL;
		if (valid_at(t, lo, at) && row->effective_from <= at &&
		    (row->effective_to == 0 || at < row->effective_to))
			return row;
	}
	return NULL;
}

const struct row_power_list *
registry_listed(const struct registry *r, struct str item,
    const struct row_unit *unit, int64_t at)
{
	struct str list = list_of(r, unit, at);

	return list.n > 0 ? listed(r, list, item, at) : NULL;
}

size_t
registry_listed_in_domain(const struct registry *r, struct str domain,
    const struct row_unit *unit, int64_t at)
{
	struct str list = list_of(r, unit, at);
	const struct row_power_item *item;
	size_t n = 0;

	if (list.n == 0)
		return 0;
	for (size_t i = 0;
	     (item = registry_next(r, TABLE_power_item, at, &i)) != NULL;) {
		const struct row_power_list *row;

		if (!str_eq(item->domain_zh, domain))
			continue;
		row = listed(r, list, item->code, at);
		n += row != NULL && str_is(row->state, "delegated");
	}
	return n;
}

/* Place of the limit KEY at AT, its first version before; n: no such key. */
static size_t
limit_place(const struct registry *r, const char *key, int64_t at)
{
	const struct table *t = &r->table[TABLE_limit];
	struct str k = str_of(key);
	size_t first = registry_first(r, TABLE_limit, k);

	for (size_t i = first; i < t->n; i++) {
		if (!str_eq(key_of(r, TABLE_limit, i), k))
			break;
		if (valid_at(t, i, at))
			return i;
	}
	if (first < t->n && str_eq(key_of(r, TABLE_limit, first), k) &&
	    at < t->spans[first].from)
		return first;
	return t->n;
}

struct limit
registry_limit(const struct registry *r, const char *key, int64_t at)
{
	size_t i = limit_place(r, key, at);

	must(i < r->table[TABLE_limit].n);
	return r->limits[i];
}

int64_t
registry_number(
    const struct registry *r, const char *key, int64_t at, int64_t if_absent)
{
	size_t i = limit_place(r, key, at);
	const struct row_limit *row;
	int64_t v;

	if (i == r->table[TABLE_limit].n)
		return if_absent;
	row = table_row(r, TABLE_limit, i);
	return str_i64(row->amount, &v) ? v : if_absent;
}

struct str
registry_word(const struct registry *r, const char *key, int64_t at)
{
	size_t i = limit_place(r, key, at);
	const struct row_limit *row;

	if (i == r->table[TABLE_limit].n)
		return (struct str){ NULL, 0 };
	row = table_row(r, TABLE_limit, i);
	return row->amount;
}

const struct calendar *
registry_calendar(const struct registry *r)
{
	return &r->calendar;
}

const struct row_score_scheme *
registry_scheme(const struct registry *r, int64_t at)
{
	size_t i = 0;

	return registry_next(r, TABLE_score_scheme, at, &i);
}

const struct row_card_trigger *
registry_card_trigger(const struct registry *r, struct str trigger, int64_t at)
{
	return find(r, TABLE_card_trigger, trigger, at);
}

bool
registry_is_surname(const struct registry *r, struct str text, int64_t at)
{
	return find(r, TABLE_surname, text, at) != NULL;
}

struct str
registry_version(const struct registry *r)
{
	return r->version;
}

struct str
registry_county(const struct registry *r)
{
	return r->county;
}

const void *
registry_rows(const struct registry *r, enum registry_table t, size_t *n)
{
	*n = r->table[t].n;
	return r->table[t].rows;
}

const void *
registry_next(
    const struct registry *r, enum registry_table t, int64_t at, size_t *i)
{
	const struct table *table = &r->table[t];

	while (*i < table->n) {
		size_t here = (*i)++;

		if (valid_at(table, here, at))
			return table_row(r, t, here);
	}
	return NULL;
}

const struct row_power_item *
registry_items(const struct registry *r, size_t *n)
{
	return registry_rows(r, TABLE_power_item, n);
}
