/* Which tier and which unit: the lowest that is able (level by level, up). */
#include "services/dispatcher/rules.h"

static const char *const tier_names[TIER_COUNTY + 1] = {
	[TIER_GRID] = "grid",
	[TIER_VILLAGE] = "village",
	[TIER_TOWNSHIP] = "township",
	[TIER_COUNTY] = "county",
};

struct str
dispatcher_tier_name(enum tier tier)
{
	return str_of(tier_names[tier]);
}

enum tier
dispatcher_tier_of(struct str name)
{
	int tier = TIER_GRID;

	while (tier < TIER_COUNTY && !str_is(name, tier_names[tier]))
		tier++;
	return (enum tier)tier;
}

enum tier
dispatcher_tier_at(const struct row_unit *unit)
{
	struct str place = unit->division;

	if (registry_township_of(place).n == 0)
		return TIER_COUNTY;
	return str_eq(registry_township_of(place), place) ? TIER_TOWNSHIP
							  : TIER_VILLAGE;
}

struct str
dispatcher_place(struct step *s, const struct row_casefile *c)
{
	return registry_successor(s->registry, c->division, s->at);
}

struct str
dispatcher_centre(struct step *s, const struct row_casefile *c)
{
	struct str centre = step_county_centre(s, dispatcher_place(s, c));

	/* A place that nobody knows is the county's all the same. */
	return centre.n > 0
		   ? centre
		   : step_county_centre(s, registry_county(s->registry));
}

struct str
dispatcher_room(struct step *s, const struct row_casefile *c)
{
	struct str room = step_room(s, dispatcher_place(s, c));

	return room.n > 0 ? room : dispatcher_centre(s, c);
}

struct str
dispatcher_giver(struct step *s, const struct row_casefile *c, enum tier tier)
{
	return tier == TIER_COUNTY ? dispatcher_centre(s, c)
				   : dispatcher_room(s, c);
}

const struct row_matter *
dispatcher_matter(struct step *s, const struct row_casefile *c)
{
	return registry_matter(s->registry, c->matter, c->opened_at);
}

/* The unit that the matter names, seen from TIER; NULL: none there. */
static const struct row_unit *
named(struct step *s, const struct row_casefile *c, const struct row_matter *m,
    enum tier tier)
{
	struct str place = dispatcher_place(s, c);

	/* This kind sits at every tier: the division says at which. */
	if (str_is(m->main_unit, "mediation_committee"))
		place = registry_at_tier(place, dispatcher_tier_name(tier));
	return registry_resolve(
	    s->registry, m->main_unit, m->module, place, s->at);
}

static bool
is_other(const struct row_unit *u, struct str holder)
{
	return u != NULL && !str_eq(u->code, holder);
}

/* At the township: the named unit, else the module that leads the matter. */
static const struct row_unit *
able_in_township(struct step *s, const struct row_casefile *c,
    const struct row_matter *m, struct str holder)
{
	const struct row_unit *u;

	if (m == NULL)
		return NULL;
	u = named(s, c, m, TIER_TOWNSHIP);
	if (is_other(u, holder) && dispatcher_tier_at(u) == TIER_TOWNSHIP)
		return u;
	u = registry_resolve(s->registry, STR("module"), m->module,
	    dispatcher_place(s, c), s->at);
	return is_other(u, holder) ? u : NULL;
}

/* The department above UNIT: stations and branches have one. */
static const struct row_unit *
department_of(struct step *s, const struct row_unit *unit)
{
	const struct row_unit *up =
	    unit != NULL ? registry_unit(s->registry, unit->parent, s->at)
			 : NULL;

	if (up == NULL || dispatcher_tier_at(up) != TIER_COUNTY)
		return NULL;
	return str_is(up->kind, "department") ||
		       str_is(up->kind, "public_utility")
		   ? up
		   : NULL;
}

/* In the county: the named unit, the department above it, the centre. */
static const struct row_unit *
able_in_county(struct step *s, const struct row_casefile *c,
    const struct row_matter *m, struct str holder)
{
	const struct row_unit *u =
	    m != NULL ? named(s, c, m, TIER_COUNTY) : NULL;

	if (is_other(u, holder) && dispatcher_tier_at(u) == TIER_COUNTY)
		return u;
	if (is_other(department_of(s, u), holder))
		return department_of(s, u);
	u = registry_unit(s->registry, holder, s->at);
	if (is_other(department_of(s, u), holder))
		return department_of(s, u);
	u = registry_unit(s->registry, dispatcher_centre(s, c), s->at);
	return is_other(u, holder) ? u : NULL;
}

static struct way
no_way(enum tier tier)
{
	return (struct way){ .tier = tier };
}

/* The first way from TIER up. */
static struct way
way_from(struct step *s, const struct row_casefile *c, enum tier tier,
    struct str holder)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	const struct row_unit *u = NULL;

	if (tier <= TIER_TOWNSHIP) {
		u = able_in_township(s, c, m, holder);
		if (u != NULL)
			return (struct way){ .tier = TIER_TOWNSHIP,
				.unit = u->code };
	}
	u = able_in_county(s, c, m, holder);
	return u != NULL ? (struct way){ .tier = TIER_COUNTY, .unit = u->code }
			 : no_way(TIER_COUNTY);
}

struct way
dispatcher_way(struct step *s, const struct row_casefile *c)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	const struct row_unit *u;
	enum tier tier;

	if (m == NULL)
		return no_way(TIER_VILLAGE);
	tier = dispatcher_tier_of(m->default_tier);
	u = named(s, c, m, tier);
	if (u == NULL)
		return way_from(s, c,
		    tier == TIER_VILLAGE ? TIER_TOWNSHIP : TIER_COUNTY,
		    (struct str){ NULL, 0 });
	/* A kind may be found higher up only: then that is its tier. */
	if (registry_ref_is_kind(m->main_unit) && dispatcher_tier_at(u) > tier)
		tier = dispatcher_tier_at(u);
	return (struct way){ .tier = tier, .unit = u->code };
}

struct way
dispatcher_way_up(
    struct step *s, const struct row_casefile *c, struct str holder)
{
	enum tier tier = dispatcher_tier_of(c->tier);

	if (tier == TIER_COUNTY)
		return no_way(TIER_COUNTY);
	/* The grid is its village's: the same unit, another hand. */
	if (tier == TIER_GRID)
		return (struct way){ .tier = TIER_VILLAGE, .unit = holder };
	return way_from(
	    s, c, tier == TIER_VILLAGE ? TIER_TOWNSHIP : TIER_COUNTY, holder);
}

/* A worker of the grid of C, or of its village; nobody who reported it. */
static struct str
grid_worker(struct step *s, const struct row_casefile *c)
{
	struct str place = dispatcher_place(s, c), worker = { NULL, 0 };
	const struct row_officer *o;
	size_t i = 0;

	while ((o = registry_next(s->registry, TABLE_officer, s->at, &i)) !=
	       NULL) {
		if (!str_is(o->role, "grid_worker") ||
		    dispatcher_reported(c, o->id) || o->grid.n == 0)
			continue;
		if (registry_inside(place, o->grid))
			return o->id;
		if (worker.n == 0 && registry_inside(o->grid, place))
			worker = o->id;
	}
	return worker;
}

struct way
dispatcher_way_down(struct step *s, const struct row_casefile *c)
{
	enum tier tier = dispatcher_tier_of(c->tier);
	const struct row_matter *m = dispatcher_matter(s, c);
	struct str module = m != NULL ? m->module : (struct str){ NULL, 0 };
	const struct row_unit *u = NULL;
	struct way way = no_way(tier > TIER_GRID ? tier - 1 : TIER_GRID);

	if (tier == TIER_COUNTY)
		u = able_in_township(s, c, m, (struct str){ NULL, 0 });
	else if (tier > TIER_GRID)
		u = registry_resolve(s->registry, STR("village_committee"),
		    module, dispatcher_place(s, c), s->at);
	if (tier == TIER_VILLAGE && u != NULL) {
		way.worker = grid_worker(s, c);
		if (way.worker.n == 0)
			u = NULL;
	}
	if (u != NULL)
		way.unit = u->code;
	return way;
}

void
dispatcher_say_routed(
    struct step *s, const struct row_casefile *c, struct str to, struct str by)
{
	const struct row_matter *m = dispatcher_matter(s, c);
	struct msg_casefile_routed routed = { .casefile = c->id,
		.matter = c->matter,
		.tier = c->tier,
		.to = to,
		.by = by,
		.admission = dispatcher_admission_for(s, c, to) };

	if (m != NULL) {
		routed.module = m->module;
		routed.list = m->list;
		routed.assisting = dispatcher_assisting(s, c, to);
	}
	step_emit(s, &msg_casefile_routed_desc, &routed);
}
