/* Divisions, grids, units, and who covers what. */
#include "cli/pack_check.h"

#include <stdlib.h>

static const struct row_division *
division_row(const struct pack *p, size_t i)
{
	return pack_row(p, TABLE_division, i);
}

static const struct row_unit *
unit_row(const struct pack *p, size_t i)
{
	return pack_row(p, TABLE_unit, i);
}

/* Digits of a code of this kind, and of its parent's. */
static const struct level {
	const char *kind;
	size_t len;
	size_t parent_len;
} levels[] = {
	{ "county", 6, 0 },
	{ "township", 9, 6 },
	{ "street", 9, 6 },
	{ "village", 12, 9 },
	{ "community", 12, 9 },
};

static const struct level *
level_of(struct str kind)
{
	for (size_t i = 0; i < ARRAY_LEN(levels); i++)
		if (str_is(kind, levels[i].kind))
			return &levels[i];
	return NULL;
}

/* 330000 is a province, 330100 a prefecture: what their counties begin with. */
static struct str
region_of(const struct pack *p)
{
	struct str code = p->meta.county;

	while (code.n > 2 && str_is(str_cut(code, code.n - 2, code.n), "00"))
		code.n -= 2;
	return code;
}

/* If not, that is the fault. */
static bool
parent_known(const struct pack *p, struct str parent)
{
	return parent.n == 0 || registry_division(p->registry, parent,
				    p->meta.valid_from) != NULL;
}

static void
check_division(struct pack *p, size_t i)
{
	const struct row_division *d = division_row(p, i);
	const struct level *level = level_of(d->kind);
	const struct row_division *end;

	if (level == NULL || d->code.n == 0)
		return;
	if (d->code.n != level->len)
		pack_fault_at(p, TABLE_division, i, "code",
		    "code: a %s has %zu digits", level->kind, level->len);
	else if (!str_eq(d->parent, str_cut(d->code, 0, level->parent_len)) &&
		 parent_known(p, d->parent))
		pack_fault_at(p, TABLE_division, i, "parent",
		    "parent: must be \"%.*s\"",
		    STR_ARG(str_cut(d->code, 0, level->parent_len)));
	if (level->len > 6 && !str_starts(d->code, region_of(p)))
		pack_fault_at(p, TABLE_division, i, "code",
		    "code: not in county %.*s", STR_ARG(p->meta.county));
	end = registry_division(p->registry,
	    registry_successor(p->registry, d->code, p->meta.valid_from),
	    p->meta.valid_from);
	if (end != NULL && end->successors.n > 0)
		pack_fault_at(p, TABLE_division, i, "successors",
		    "successors: go in a circle");
}

static void
check_county(struct pack *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->tables[TABLE_division].n; i++) {
		const struct row_division *d = division_row(p, i);

		if (!str_is(d->kind, "county"))
			continue;
		if (n++ > 0 && region_of(p).n == 6)
			pack_fault_at(p, TABLE_division, i, "kind",
			    "kind: a pack has one county");
		else if (p->meta.county.n > 0 &&
			 !str_starts(d->code, region_of(p)))
			pack_fault_at(p, TABLE_division, i, "code",
			    "code: the county of pack.csv is %.*s",
			    STR_ARG(p->meta.county));
	}
	if (n == 0 && p->tables[TABLE_division].n > 0)
		pack_fault(p, registry_files[TABLE_division].file,
		    (struct csv_place){ 1, 1 }, "no row is the county");
}

static void
check_grid(struct pack *p, size_t i)
{
	const struct row_grid *g = pack_row(p, TABLE_grid, i);
	const struct row_grid *end;

	if (g->code.n > 0 && g->code.n != 15)
		pack_fault_at(
		    p, TABLE_grid, i, "code", "code: a grid has 15 digits");
	else if (g->division.n > 0 && g->division.n != 12)
		pack_fault_at(p, TABLE_grid, i, "division",
		    "division: must be a village or community");
	else if (!str_starts(g->code, g->division))
		pack_fault_at(p, TABLE_grid, i, "code",
		    "code: must begin with its division");
	end = registry_grid(p->registry,
	    registry_successor(p->registry, g->code, p->meta.valid_from),
	    p->meta.valid_from);
	if (end != NULL && end->successors.n > 0)
		pack_fault_at(p, TABLE_grid, i, "successors",
		    "successors: go in a circle");
	if (str_is(g->kind, "dedicated") && g->households > 0)
		pack_fault_at(p, TABLE_grid, i, "households",
		    "households: a dedicated grid has none");
}

void
pack_check_places(struct pack *p)
{
	check_county(p);
	for (size_t i = 0; i < p->tables[TABLE_division].n; i++)
		check_division(p, i);
	for (size_t i = 0; i < p->tables[TABLE_grid].n; i++)
		check_grid(p, i);
}

/* Deeper than any organisation; it ends the walk into a circle. */
#define PARENTS_MAX 32

/* Do the parents of U lead back to U? */
static bool
in_circle(const struct pack *p, const struct row_unit *u)
{
	const struct row_unit *up = u;

	for (size_t n = 0; n < PARENTS_MAX && up->parent.n > 0; n++) {
		up = registry_unit(p->registry, up->parent, p->meta.valid_from);
		if (up == NULL)
			return false;
		if (str_eq(up->code, u->code))
			return true;
	}
	return false;
}

static void
check_unit(struct pack *p, size_t i)
{
	const struct row_unit *u = unit_row(p, i);
	bool is_module = str_is(u->kind, "module");

	if (u->code.n > 0 && u->division.n > 0 &&
	    !(str_starts(u->code, u->division) && u->code.n > u->division.n &&
		u->code.p[u->division.n] == '-'))
		pack_fault_at(p, TABLE_unit, i, "code",
		    "code: must be its division, a hyphen and a tail");
	if (is_module && u->module.n == 0)
		pack_fault_at(p, TABLE_unit, i, "module",
		    "module: a module names which of the four it is");
	if (!is_module && u->module.n > 0)
		pack_fault_at(
		    p, TABLE_unit, i, "module", "module: only for kind module");
	if (in_circle(p, u))
		pack_fault_at(
		    p, TABLE_unit, i, "parent", "parent: goes in a circle");
}

static void
check_top(struct pack *p)
{
	size_t first = 0, n = 0;

	for (size_t i = 0; i < p->tables[TABLE_unit].n; i++) {
		if (unit_row(p, i)->parent.n > 0)
			continue;
		if (n++ == 0)
			first = i;
		else
			pack_fault_at(p, TABLE_unit, i, "parent",
			    "parent: only \"%.*s\" has none",
			    STR_ARG(unit_row(p, first)->code));
	}
}

/* Two lines of this mode for one division would be a coin toss. */
static bool
collides(const struct pack *p, size_t i, size_t k)
{
	const struct row_coverage *a = pack_row(p, TABLE_coverage, i);
	const struct row_coverage *b = pack_row(p, TABLE_coverage, k);
	const struct row_unit *x, *y;

	if (!str_eq(a->division, b->division) || !str_eq(a->mode, b->mode) ||
	    str_eq(a->team_unit, b->team_unit) || str_is(a->mode, "county"))
		return false;
	x = registry_unit(p->registry, a->team_unit, p->meta.valid_from);
	y = registry_unit(p->registry, b->team_unit, p->meta.valid_from);
	return x != NULL && y != NULL && str_eq(x->kind, y->kind) &&
	       (!str_is(a->mode, "branch") || str_eq(x->parent, y->parent));
}

static void
check_coverage(struct pack *p, size_t i)
{
	const struct row_coverage *c = pack_row(p, TABLE_coverage, i);
	const struct row_unit *u =
	    registry_unit(p->registry, c->team_unit, p->meta.valid_from);
	bool county = str_is(c->mode, "county");

	if (c->division.n > 0 && c->mode.n > 0 &&
	    c->division.n != (county ? 6u : 9u))
		pack_fault_at(p, TABLE_coverage, i, "division",
		    "division: must be %s",
		    county ? "the county" : "a township or street");
	if (u == NULL)
		return;
	if (str_is(c->mode, "own") && !str_eq(u->division, c->division))
		pack_fault_at(p, TABLE_coverage, i, "mode",
		    "mode: \"own\" is for where the team sits");
	if (str_is(c->mode, "branch") != str_is(u->kind, "dispatched_branch"))
		pack_fault_at(p, TABLE_coverage, i, "mode",
		    "mode: \"branch\" is for dispatched branches, and for "
		    "nobody else");
	for (size_t k = 0; k < i; k++)
		if (collides(p, i, k))
			pack_fault_at(p, TABLE_coverage, i, "division",
			    "division: already covered so by %.*s",
			    STR_ARG(((const struct row_coverage *)pack_row(
					 p, TABLE_coverage, k))
					->team_unit));
}

void
pack_check_units(struct pack *p)
{
	check_top(p);
	for (size_t i = 0; i < p->tables[TABLE_unit].n; i++)
		check_unit(p, i);
	for (size_t i = 0; i < p->tables[TABLE_coverage].n; i++)
		check_coverage(p, i);
}
