#include "cli/pack_check.h"

#include <stdlib.h>

/* Name and version become part of every row: "tonglu 2026.1". */
static void
check_word(struct pack *p, const char *field, struct str text,
    const char *extra, const char *what)
{
	const struct msg_field *f = msg_field(&row_pack_desc, str_of(field));

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c != '\0' && strchr(extra, c) != NULL))
			continue;
		pack_fault(p, "pack.csv",
		    p->meta_places[f - row_pack_desc.fields],
		    "%s: must be %s, not \"%.*s\"", field, what,
		    STR_ARG(pack_shown(text)));
		return;
	}
}

static void
check_meta(struct pack *p)
{
	check_word(
	    p, "name", p->meta.name, "_", "small letters, digits and _ only");
	check_word(p, "version", p->meta.version, "._-",
	    "small letters, digits and ._- only");
}

void
pack_check(struct pack *p)
{
	check_meta(p);
	pack_check_keys(p);
	pack_check_refs(p);
	pack_check_places(p);
	pack_check_units(p);
	pack_check_officers(p);
	pack_check_matters(p);
	pack_check_bundles(p);
	pack_check_powers(p);
	pack_check_limits(p);
	pack_check_cards(p);
	pack_check_calendar(p);
	pack_sort_faults(p);
}

struct order {
	const struct pack *p;
	enum registry_table t;
};

static int
order_cmp(const void *a, const void *b, void *ctx)
{
	const struct order *o = ctx;
	size_t i = *(const size_t *)a, j = *(const size_t *)b;
	int c = registry_key_cmp(
	    o->t, pack_row(o->p, o->t, i), pack_row(o->p, o->t, j));

	return c != 0 ? c : (i > j) - (i < j);
}

size_t *
pack_order(const struct pack *p, enum registry_table t)
{
	struct order order = { p, t };
	size_t n = p->tables[t].n;
	size_t *v = xmalloc((n + 1) * sizeof(*v));

	for (size_t i = 0; i < n; i++)
		v[i] = i;
	qsort_r(v, n, sizeof(*v), order_cmp, &order);
	return v;
}

static uint32_t
line_of(const struct pack *p, enum registry_table t, size_t i)
{
	return p->tables[t].places[i * registry_files[t].desc->n_fields].line;
}

/* A row without its key has its fault already. */
static bool
has_key(const struct pack *p, enum registry_table t, size_t i)
{
	const struct msg_field *f = &registry_files[t].desc->fields[0];
	const void *at = msg_at(f, pack_row(p, t, i));

	return f->type != WIRE_str || ((const struct str *)at)->n > 0;
}

static void
check_keys_of(struct pack *p, enum registry_table t)
{
	const struct registry_file *file = &registry_files[t];
	size_t *v = pack_order(p, t), first = 0;

	for (size_t i = 1; i < p->tables[t].n; i++) {
		if (registry_key_cmp(
			t, pack_row(p, t, v[first]), pack_row(p, t, v[i])) != 0)
			first = i;
		else if (has_key(p, t, v[i]))
			pack_fault_at(p, t, v[i], file->desc->fields[0].name,
			    "%s: same as in line %u", file->keys,
			    line_of(p, t, v[first]));
	}
	free(v);
}

void
pack_check_keys(struct pack *p)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		check_keys_of(p, (enum registry_table)t);
}

typedef bool exists_fn(const struct registry *r, struct str code, int64_t at);

static bool
has_division(const struct registry *r, struct str code, int64_t at)
{
	return code.n == 15 ? registry_grid(r, code, at) != NULL
			    : registry_division(r, code, at) != NULL;
}

static bool
has_unit(const struct registry *r, struct str code, int64_t at)
{
	return registry_unit(r, code, at) != NULL;
}

static bool
has_officer(const struct registry *r, struct str code, int64_t at)
{
	return registry_officer(r, code, at) != NULL;
}

static bool
has_matter(const struct registry *r, struct str code, int64_t at)
{
	return registry_matter(r, code, at) != NULL;
}

static bool
has_item(const struct registry *r, struct str code, int64_t at)
{
	return registry_item(r, code, at) != NULL;
}

/* What a field of such a look names, and the row that defines it. */
static const struct target {
	enum msg_look look;
	const char *noun;
	exists_fn *exists;
	enum registry_table table;
} targets[] = {
	{ LOOK_DIVISION, "division", has_division, TABLE_division },
	{ LOOK_UNIT, "unit", has_unit, TABLE_unit },
	{ LOOK_OFFICER, "officer", has_officer, TABLE_officer },
	{ LOOK_MATTER, "matter", has_matter, TABLE_matter },
	{ LOOK_ITEM, "power item", has_item, TABLE_power_item },
};

static const struct target *
target_of(const struct msg_field *f)
{
	if (f->type != WIRE_str && f->type != WIRE_strs)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		if (targets[i].look == f->format.look)
			return &targets[i];
	return NULL;
}

/* A grid's code is a division's, and defined in its own file. */
static bool
defines(enum registry_table t, size_t field, const struct target *to)
{
	return field == 0 && (t == to->table || t == TABLE_grid);
}

static void
check_ref(struct pack *p, enum registry_table t, size_t i,
    const struct msg_field *f, const struct target *to, struct str code)
{
	bool grid = to->table == TABLE_division && code.n == 15;

	if (code.n == 0 || (grid && !pack_has(p, TABLE_grid)) ||
	    to->exists(p->registry, code, p->meta.valid_from))
		return;
	pack_fault_at(p, t, i, f->name, "%s: no %s \"%.*s\"", f->name,
	    grid ? "grid" : to->noun, STR_ARG(pack_shown(code)));
}

static void
check_refs_of(struct pack *p, enum registry_table t, const struct msg_field *f,
    const struct target *to)
{
	for (size_t i = 0; i < p->tables[t].n; i++) {
		const void *at = msg_at(f, pack_row(p, t, i));
		const struct strs *list = at;

		if (f->type == WIRE_str) {
			check_ref(p, t, i, f, to, *(const struct str *)at);
			continue;
		}
		for (size_t k = 0; k < list->n; k++)
			check_ref(p, t, i, f, to, list->p[k]);
	}
}

/* Every field that holds a code of another row, by the field's format. */
void
pack_check_refs(struct pack *p)
{
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const struct msg_desc *d = registry_files[t].desc;

		for (size_t k = 0; k < d->n_fields; k++) {
			const struct target *to = target_of(&d->fields[k]);

			if (to != NULL && pack_has(p, to->table) &&
			    !defines((enum registry_table)t, k, to))
				check_refs_of(p, (enum registry_table)t,
				    &d->fields[k], to);
		}
	}
}
