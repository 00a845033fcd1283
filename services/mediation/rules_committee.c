/* The ladder: group, village, township, county; who sits on each rung. */
#include "services/mediation/rules.h"

#define COMMITTEE "mediation_committee"

static const struct level {
	const char *name;  /* as in the vocabulary */
	const char *limit; /* of the pack */
	size_t digits;     /* of a division that has this level */
} levels[] = {
	/* clang-format off */
	[LEVEL_GROUP]    = { "group",    "mediation.level.group",    15 },
	[LEVEL_VILLAGE]  = { "village",  "mediation.level.village",  12 },
	[LEVEL_TOWNSHIP] = { "township", "mediation.level.township",  9 },
	[LEVEL_COUNTY]   = { "county",   "mediation.level.county",    6 },
	/* clang-format on */
};

struct str
mediation_level_name(int level)
{
	must(level >= 0 && level < LEVEL_NONE);
	return str_of(levels[level].name);
}

static int
level_of(struct str name)
{
	for (int i = 0; i < LEVEL_NONE; i++)
		if (str_is(name, levels[i].name))
			return i;
	return LEVEL_NONE;
}

struct due
mediation_level_due(struct step *s, struct str level, int64_t from)
{
	int i = level_of(level);

	/* A level that nobody knows has the time of the highest. */
	return step_due(
	    s, levels[i < LEVEL_NONE ? i : LEVEL_COUNTY].limit, from);
}

/* The professional committee that leads this matter, or NULL. */
static const struct row_unit *
professional(struct step *s, const struct row_mediation_case *c)
{
	const struct row_matter *m =
	    registry_matter(s->registry, c->matter, s->at);
	const struct row_unit *u =
	    m != NULL ? registry_unit(s->registry, m->main_unit, s->at) : NULL;

	return u != NULL && str_is(u->kind, COMMITTEE) ? u : NULL;
}

static const struct row_unit *
seated_at(struct step *s, const struct row_mediation_case *c, size_t digits)
{
	return registry_unit_of(
	    s->registry, COMMITTEE, str_cut(c->division, 0, digits), s->at);
}

static const struct row_unit *
committee_of(struct step *s, const struct row_mediation_case *c, int level)
{
	const struct row_unit *u = NULL;

	if (c->division.n < levels[level].digits)
		return NULL;
	if (level == LEVEL_COUNTY)
		u = professional(s, c);
	if (u == NULL)
		u = seated_at(s, c, levels[level].digits);
	/* A group has mediators, but no committee: they are its village's. */
	if (u == NULL && level == LEVEL_GROUP)
		u = seated_at(s, c, levels[LEVEL_VILLAGE].digits);
	return u;
}

/* The first rung from LEVEL up that has a committee. */
static struct rung
rung_from(struct step *s, const struct row_mediation_case *c, int level)
{
	for (; level < LEVEL_NONE; level++) {
		struct rung r = { level, committee_of(s, c, level) };

		if (r.committee != NULL)
			return r;
	}
	return (struct rung){ .level = LEVEL_NONE };
}

/*
 * Without a name the lowest that is able: the professional committee of
 * the matter, or the village's and so on up.  A group is only asked for.
 */
struct rung
mediation_rung(
    struct step *s, const struct row_mediation_case *c, struct str name)
{
	struct rung r = { .level = level_of(name) };

	if (name.n == 0)
		return rung_from(s, c,
		    professional(s, c) != NULL ? LEVEL_COUNTY : LEVEL_VILLAGE);
	if (r.level < LEVEL_NONE)
		r.committee = committee_of(s, c, r.level);
	if (r.committee == NULL)
		r.level = LEVEL_NONE;
	return r;
}

struct rung
mediation_rung_above(
    struct step *s, const struct row_mediation_case *c, struct str name)
{
	int level = level_of(name);

	return rung_from(s, c, level < LEVEL_NONE ? level + 1 : LEVEL_NONE);
}
