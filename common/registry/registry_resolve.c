#include "common/registry/inside.h"

/* How a kind of unit is found at a division. */
enum how {
	AT_VILLAGE,  /* the unit of the village or community */
	AT_TOWNSHIP, /* the unit of the township or street */
	AT_TIER,     /* the unit of the division itself, whatever its tier */
	BY_MODULE,   /* the township's module of that name */
	BY_COVERAGE, /* the team that covers the township as its own */
};

static const struct kind {
	const char *ref;
	enum how how;
	const char *kinds[2]; /* of units; the first that there is */
} kinds[] = {
	/* clang-format off */
	{ "village_committee",   AT_VILLAGE,  { "village_committee",
						"community" } },
	{ "community",           AT_VILLAGE,  { "community",
						"village_committee" } },
	{ "township",            AT_TOWNSHIP, { "township", "street" } },
	{ "street",              AT_TOWNSHIP, { "street", "township" } },
	{ "command_room",        AT_TOWNSHIP, { "command_room", NULL } },
	{ "leader_office",       AT_TOWNSHIP, { "leader_office", NULL } },
	{ "module",              BY_MODULE,   { "module", NULL } },
	{ "mediation_committee", AT_TIER,     { "mediation_committee", NULL } },
	{ "enforcement_team",    BY_COVERAGE, { "enforcement_team", NULL } },
	{ "police_station",      BY_COVERAGE, { "police_station", NULL } },
	{ "justice_office",      BY_COVERAGE, { "justice_office", NULL } },
	{ "emergency_team",      BY_COVERAGE, { "emergency_team", NULL } },
	{ "contact_team",        BY_COVERAGE, { "contact_team", NULL } },
	/* clang-format on */
};

#define BRANCH "dispatched_branch@"

static const struct kind *
kind_of(struct str ref)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_is(ref, kinds[i].ref))
			return &kinds[i];
	return NULL;
}

bool
registry_ref_is_kind(struct str ref)
{
	return kind_of(ref) != NULL || str_starts(ref, STR(BRANCH));
}

/* Place in by_place of the first unit that is not below the pair. */
static size_t
first_at(const struct registry *r, struct str division, struct str kind)
{
	size_t lo = 0, hi = r->table[TABLE_unit].n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct row_unit *u = unit_row(r, r->by_place[mid]);
		int c = str_cmp(u->division, division);

		if (c == 0)
			c = str_cmp(u->kind, kind);
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The first unit of KIND at DIVISION, and of MODULE unless that is NULL. */
static const struct row_unit *
unit_at(const struct registry *r, struct str kind, struct str division,
    const struct str *module, int64_t at)
{
	const struct table *t = &r->table[TABLE_unit];

	for (size_t k = first_at(r, division, kind); k < t->n; k++) {
		const struct row_unit *u = unit_row(r, r->by_place[k]);

		if (!str_eq(u->division, division) || !str_eq(u->kind, kind))
			return NULL;
		if (valid_at(t, r->by_place[k], at) &&
		    (module == NULL || str_eq(u->module, *module)))
			return u;
	}
	return NULL;
}

const struct row_unit *
registry_unit_of(
    const struct registry *r, const char *kind, struct str division, int64_t at)
{
	return unit_at(r, str_of(kind), division, NULL, at);
}

/* The first coverage line of DIVISION, as a place in by_cover. */
static size_t
first_cover(const struct registry *r, struct str division)
{
	size_t lo = 0, hi = r->table[TABLE_coverage].n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(coverage_row(r, r->by_cover[mid])->division,
			division) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The unit of KIND (and under PARENT, if any) that covers DIVISION so. */
static const struct row_unit *
covering(const struct registry *r, struct str division, const char *mode,
    const char *kind, const struct str *parent, int64_t at)
{
	const struct table *t = &r->table[TABLE_coverage];

	for (size_t k = first_cover(r, division); k < t->n; k++) {
		const struct row_coverage *c = coverage_row(r, r->by_cover[k]);
		const struct row_unit *u;

		if (!str_eq(c->division, division))
			break;
		if (!valid_at(t, r->by_cover[k], at) || !str_is(c->mode, mode))
			continue;
		u = registry_unit(r, c->team_unit, at);
		if (u != NULL && str_is(u->kind, kind) &&
		    (parent == NULL || str_eq(u->parent, *parent)))
			return u;
	}
	return NULL;
}

static const struct row_unit *
branch_of(const struct registry *r, struct str parent, struct str division,
    int64_t at)
{
	const struct row_unit *house = registry_heir(r, parent, division, at);
	const struct row_unit *u =
	    house != NULL ? covering(r, registry_township_of(division),
				"branch", "dispatched_branch", &house->code, at)
			  : NULL;

	return u != NULL ? u : house;
}

/* Where a unit must sit to be found so; empty: nowhere. */
static struct str
place_of(enum how how, struct str division)
{
	const struct str nowhere = { NULL, 0 };

	switch (how) {
	case AT_VILLAGE:
		return division.n >= 12 ? str_cut(division, 0, 12) : nowhere;
	case AT_TOWNSHIP:
	case BY_MODULE:
	case BY_COVERAGE:
		return registry_township_of(division);
	case AT_TIER:
		return str_cut(division, 0, 12);
	}
	return nowhere;
}

const struct row_unit *
registry_resolve(const struct registry *r, struct str ref, struct str module,
    struct str division, int64_t at)
{
	const struct kind *kind = kind_of(ref);
	const struct row_unit *u = NULL;
	struct str place;

	if (str_starts(ref, STR(BRANCH)))
		return branch_of(
		    r, str_cut(ref, sizeof(BRANCH) - 1, ref.n), division, at);
	/* Matters and templates are of the day when the work began. */
	if (kind == NULL)
		return registry_heir(r, ref, division, at);
	place = place_of(kind->how, division);
	if (place.n == 0)
		return NULL;
	if (kind->how == BY_COVERAGE)
		return covering(r, place, "own", kind->kinds[0], NULL, at);
	for (size_t i = 0; i < 2 && kind->kinds[i] != NULL && u == NULL; i++)
		u = unit_at(r, str_of(kind->kinds[i]), place,
		    kind->how == BY_MODULE ? &module : NULL, at);
	return u;
}

/* The last version of CODE that began by AT, whether it still holds or not. */
static const struct row_unit *
last_of(const struct registry *r, struct str code, int64_t at)
{
	const struct table *t = &r->table[TABLE_unit];
	const struct row_unit *last = NULL;
	int64_t from = INT64_MIN;
	size_t i = registry_first(r, TABLE_unit, code);

	for (; i < t->n && str_eq(unit_row(r, i)->code, code); i++)
		if (t->spans[i].from <= at && t->spans[i].from >= from) {
			from = t->spans[i].from;
			last = unit_row(r, i);
		}
	return last;
}

/* The unit at PLACE that is what U was; a village may become a community. */
static const struct row_unit *
like_at(const struct registry *r, const struct row_unit *u, struct str place,
    int64_t at)
{
	const struct kind *kind = kind_of(u->kind);
	const struct row_unit *like =
	    unit_at(r, u->kind, place, u->module.n > 0 ? &u->module : NULL, at);

	for (size_t i = 0; like == NULL && kind != NULL && i < 2; i++)
		if (kind->kinds[i] != NULL)
			like =
			    unit_at(r, str_of(kind->kinds[i]), place, NULL, at);
	return like;
}

/*
 * Where DIVISION goes on for what lies at PLACE: of one that was split, the
 * part that PLACE is in.
 */
static struct str
goes_on(
    const struct registry *r, struct str division, struct str place, int64_t at)
{
	const struct row_division *d = registry_division(r, division, at);

	for (size_t i = 0; d != NULL && i < d->successors.n; i++) {
		struct str part = registry_successor(r, d->successors.p[i], at);

		if (registry_inside(place, part))
			return part;
	}
	return registry_successor(r, division, at);
}

const struct row_unit *
registry_heir(
    const struct registry *r, struct str code, struct str place, int64_t at)
{
	for (size_t i = 0; i < REGISTRY_SUCCESSIONS_MAX; i++) {
		const struct row_unit *u = last_of(r, code, at), *next;
		struct str there;

		if (u == NULL)
			return NULL;
		if (u->successor.n > 0) {
			code = u->successor;
			continue;
		}
		there = goes_on(r, u->division, place, at);
		if (str_eq(there, u->division))
			return registry_unit(r, code, at);
		next = like_at(r, u, there, at);
		if (next == NULL || str_eq(next->code, code))
			return next;
		code = next->code;
	}
	return NULL;
}
