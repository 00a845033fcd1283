/* Who a campaign goes to: by class, level and place. */
#include "services/dispatcher/rules_campaign.h"

#include <stdlib.h>

static bool
is_of_level(const struct row_unit *u, struct str level)
{
	if (str_is(level, "village"))
		return str_is(u->kind, "village_committee") ||
		       str_is(u->kind, "community");
	if (str_is(level, "county"))
		return str_is(u->kind, "department");
	return str_is(u->kind, "command_room");
}

/* In TARGET, or in a part of what it has become. */
static bool
is_in(struct step *s, struct str division, struct str target)
{
	const struct row_division *d =
	    registry_division(s->registry, target, s->at);

	if (registry_inside(division, target))
		return true;
	for (size_t i = 0; d != NULL && i < d->successors.n; i++)
		if (registry_inside(division, registry_successor(s->registry,
						  d->successors.p[i], s->at)))
			return true;
	return false;
}

static bool
is_target(struct step *s, const struct row_campaign *c, struct str division)
{
	for (size_t i = 0; i < c->targets.n; i++)
		if (is_in(s, division, c->targets.p[i]))
			return true;
	return c->targets.n == 0;
}

static bool
is_asked(struct step *s, const struct row_campaign *c, const struct row_unit *u)
{
	if (!is_target(s, c, u->division))
		return false;
	if (str_is(c->class, "fixed"))
		return is_of_level(u, c->level);
	return is_of_level(u, STR("township")) ||
	       (str_is(c->class, "all") && is_of_level(u, STR("village")));
}

struct str *
campaign_units(struct step *s, const struct row_campaign *c, size_t *n)
{
	const struct row_unit *u;
	struct str *v;
	size_t i = 0, max;

	(void)registry_rows(s->registry, TABLE_unit, &max);
	v = arena_alloc(s->arena, (max + 1) * sizeof(*v));
	must(v != NULL);
	*n = 0;
	while ((u = registry_next(s->registry, TABLE_unit, s->at, &i)) != NULL)
		if (is_asked(s, c, u))
			v[(*n)++] = u->code;
	return v;
}

bool
campaign_is_below(struct step *s, struct str inner, struct str outer)
{
	const struct row_unit *in = registry_unit(s->registry, inner, s->at);
	const struct row_unit *out = registry_unit(s->registry, outer, s->at);

	return in != NULL && out != NULL && is_of_level(in, STR("village")) &&
	       dispatcher_tier_at(out) == TIER_TOWNSHIP &&
	       registry_inside(in->division, out->division);
}

struct str *
campaign_units_below(struct step *s, struct str unit, size_t *n)
{
	const struct row_unit *up = registry_unit(s->registry, unit, s->at);
	struct row_campaign c = { .class = STR("fixed"),
		.level = STR("village") };

	*n = 0;
	if (up == NULL || dispatcher_tier_at(up) != TIER_TOWNSHIP)
		return NULL;
	c.targets = (struct strs){ &up->division, 1 };
	return campaign_units(s, &c, n);
}

struct str
campaign_above(struct step *s, const struct row_campaign *c, struct str unit)
{
	const struct row_unit *u = registry_unit(s->registry, unit, s->at);

	if (u != NULL && dispatcher_tier_at(u) == TIER_VILLAGE)
		return step_room(s, u->division);
	return c->unit;
}

bool
campaign_has_room(struct step *s, size_t n)
{
	int64_t max =
	    registry_number(s->registry, "campaign.receipts.max", s->at, 0);

	if (step_count(s, THING_RECEIPT) + n <= (size_t)max)
		return true;
	step_refuse_because(s, "TOO_MANY_UNITS",
	    "%lld receipts at most in one folder", (long long)max);
	return false;
}
