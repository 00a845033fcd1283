/* Jurisdiction: by field when a casefile opens, by item when asked. */
#include "services/enforcement/rules.h"

/* Limit of the pack that names who penalises what nobody else has. */
#define COUNTY_UNIT "enforce.county.unit"

/*
 * U as the county's organ: its department, or a team of the county.  Police
 * stations do not count: they are called to much that is not theirs to fine.
 */
static const struct row_unit *
organ_of(struct step *s, const struct row_unit *u)
{
	const struct row_unit *p;

	if (u == NULL || str_is(u->kind, "department"))
		return u;
	if (str_is(u->kind, "enforcement_team") &&
	    registry_township_of(u->division).n == 0)
		return u;
	if (!str_is(u->kind, "dispatched_branch"))
		return NULL;
	p = registry_unit(s->registry, u->parent, s->at);
	return p != NULL && str_is(p->kind, "department") ? p : NULL;
}

static const struct row_unit *
organ_of_ref(struct step *s, const struct row_matter *m, struct str ref,
    struct str division)
{
	return organ_of(
	    s, registry_resolve(s->registry, ref, m->module, division, s->at));
}

/* The organ's house, so that a team and its department count as one. */
static const struct row_unit *
house_of(struct step *s, const struct row_unit *organ)
{
	if (organ == NULL || str_is(organ->kind, "department"))
		return organ;
	return registry_unit(s->registry, organ->parent, s->at);
}

/* The next matter of DOMAIN from *I on. */
static const struct row_matter *
next_of_domain(struct step *s, struct str domain, size_t *i)
{
	const struct row_matter *m;

	do
		m = registry_next(s->registry, TABLE_matter, s->at, i);
	while (m != NULL && !str_eq(m->power_domain, domain));
	return m;
}

/*
 * The pack says which department leads a matter, not which one has a field.
 * So the field is with the one that leads most of its matters; on a tie
 * with the first by the matters' codes.
 */
#define HOUSES_MAX 16

struct tally {
	const struct row_unit *house[HOUSES_MAX];
	size_t votes[HOUSES_MAX];
	size_t n;
};

static void
count_vote(struct tally *t, const struct row_unit *house)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->house[i] == house) {
			t->votes[i]++;
			return;
		}
	if (house == NULL || t->n == HOUSES_MAX)
		return;
	t->house[t->n] = house;
	t->votes[t->n++] = 1;
}

static const struct row_unit *
organ_of_domain(struct step *s, struct str domain, struct str division)
{
	struct tally t = { .n = 0 };
	const struct row_matter *m;
	size_t best = 0;

	for (size_t i = 0; (m = next_of_domain(s, domain, &i)) != NULL;)
		count_vote(&t,
		    house_of(s, organ_of_ref(s, m, m->main_unit, division)));
	for (size_t i = 1; i < t.n; i++)
		if (t.votes[i] > t.votes[best])
			best = i;
	return t.n > 0 ? t.house[best] : NULL;
}

/* Who penalises what no list and no department has; NULL: not in the pack. */
static const struct row_unit *
bureau(struct step *s)
{
	const struct row_limit *row;

	for (size_t i = 0; (row = registry_next(
				s->registry, TABLE_limit, s->at, &i)) != NULL;)
		if (str_is(row->key, COUNTY_UNIT))
			return registry_unit(s->registry, row->amount, s->at);
	return NULL;
}

static const struct row_unit *
county_of_domain(struct step *s, struct str domain, struct str division)
{
	const struct row_unit *u = organ_of_domain(s, domain, division);

	return u != NULL ? u : bureau(s);
}

static const struct row_unit *
team_of(struct step *s, struct str division)
{
	return registry_resolve(
	    s->registry, STR("enforcement_team"), STR(""), division, s->at);
}

struct holder
enforcement_holder(struct step *s, const struct row_power_item *item,
    struct str severity, struct str division)
{
	struct holder h = { .team = team_of(s, division) };

	if (h.team != NULL)
		h.line =
		    registry_listed(s->registry, item->code, h.team, s->at);
	if (h.line == NULL)
		h.why = "not_in_list";
	else if (!str_is(h.line->state, "delegated"))
		h.why = "suspended";
	else if (str_is(severity, "heavy") && item->heavy)
		h.why = "heavy_reserved";
	else
		h.why = "in_list";
	h.listed = str_is(str_of(h.why), "in_list");
	h.unit =
	    h.listed ? h.team : county_of_domain(s, item->domain_zh, division);
	return h;
}

static struct holder
holder_of_matter(
    struct step *s, const struct row_matter *m, struct str division)
{
	struct holder h = { .team = team_of(s, division) };

	if (h.team != NULL && registry_listed_in_domain(s->registry,
				  m->power_domain, h.team, s->at) > 0) {
		h.listed = true;
		h.why = "domain_in_list";
		h.unit = h.team;
		return h;
	}
	h.why = "domain_not_in_list";
	h.unit = organ_of_ref(s, m, m->main_unit, division);
	if (h.unit == NULL)
		h.unit = county_of_domain(s, m->power_domain, division);
	return h;
}

/* Whether UNIT acts for one of the organs that matter M names. */
static bool
is_named(struct step *s, const struct row_matter *m, struct str unit,
    struct str division)
{
	const struct row_unit *organ =
	    organ_of_ref(s, m, m->main_unit, division);

	if (organ != NULL && step_acts_for(s, unit, organ->code))
		return true;
	for (size_t i = 0; i < m->assist_units.n; i++) {
		organ = organ_of_ref(s, m, m->assist_units.p[i], division);
		if (organ != NULL && step_acts_for(s, unit, organ->code))
			return true;
	}
	return false;
}

/*
 * Several county organs share a field (market: food, prices, tobacco), so
 * each that the field's matters name may file, and the bureau always may.
 * Of a field that no matter names the pack does not say whose it is: then
 * any department may.
 */
static bool
county_may(
    struct step *s, struct str domain, struct str unit, struct str division)
{
	const struct row_unit *b = bureau(s);
	const struct row_matter *m;

	if (b != NULL && step_acts_for(s, unit, b->code))
		return true;
	for (size_t i = 0; (m = next_of_domain(s, domain, &i)) != NULL;)
		if (is_named(s, m, unit, division))
			return true;
	return organ_of_domain(s, domain, division) == NULL &&
	       organ_of(s, registry_unit(s->registry, unit, s->at)) != NULL;
}

bool
enforcement_may(struct step *s, const struct holder *h,
    const struct row_power_item *item, struct str unit, struct str division)
{
	bool town = h->team != NULL && step_acts_for(s, unit, h->team->code);
	const char *code = "NOT_LISTED";

	if (h->listed ? town
		      : !town && county_may(s, item->domain_zh, unit, division))
		return true;
	if (town && str_is(str_of(h->why), "suspended"))
		code = "ITEM_SUSPENDED";
	else if (town && str_is(str_of(h->why), "heavy_reserved"))
		code = "HEAVY_RESERVED";
	if (h->unit == NULL)
		step_refuse(s, code);
	else
		step_refuse_because(
		    s, code, "it is with %.*s", STR_ARG(h->unit->code));
	return false;
}

static void
determine(struct step *s, struct row_enforcement_case *c,
    const struct holder *h, struct str domain, struct str item)
{
	c->domain = domain;
	c->item = item;
	c->unit = h->unit->code;
	c->listed = h->listed;
	c->why = str_of(h->why);
	step_emit(s, &msg_jurisdiction_determined_desc,
	    &(struct msg_jurisdiction_determined){
		.casefile = c->id,
		.domain = domain,
		.item = item,
		.unit = c->unit,
		.listed = c->listed,
		.why = c->why,
		.pack = registry_version(s->registry),
	    });
}

static struct row_enforcement_case *
remember(struct step *s, int state)
{
	const struct msg_casefile_opened *m = s->msg;
	struct row_enforcement_case *c = step_new(s, THING_CASE, state);

	c->matter = m->matter;
	c->reporter = m->reporter_officer;
	c->opened_at = s->at;
	return c;
}

void
enforcement_case_determine(struct step *s)
{
	const struct msg_casefile_opened *m = s->msg;
	const struct row_matter *matter =
	    registry_matter(s->registry, m->matter, s->at);
	struct holder h;

	if (enforcement_case(s) != NULL || matter == NULL ||
	    matter->power_domain.n == 0)
		return;
	h = holder_of_matter(s, matter, s->env->division);
	if (h.unit == NULL)
		return;
	determine(
	    s, remember(s, CASE_DETERMINED), &h, matter->power_domain, STR(""));
}

/* Every casefile, so that a command on an unknown one can be refused. */
void
enforcement_case_remember(struct step *s)
{
	if (enforcement_case(s) == NULL)
		(void)remember(s, CASE_KNOWN);
}

void
enforcement_jurisdiction_ask(struct step *s)
{
	const struct msg_jurisdiction_ask *m = s->msg;
	struct row_enforcement_case *c = (struct row_enforcement_case *)s->row;
	const struct row_power_item *item =
	    registry_item(s->registry, m->item, s->at);
	struct holder h;

	if (step_unit(s, m->unit) == NULL || !step_person(s, m->officer))
		return;
	if (item == NULL) {
		step_refuse(s, "UNKNOWN_ITEM");
		return;
	}
	h = enforcement_holder(s, item, m->severity, c->division);
	if (h.unit == NULL) {
		step_refuse_because(s, "UNKNOWN_UNIT", "%s", COUNTY_UNIT);
		return;
	}
	determine(s, c, &h, item->domain_zh, item->code);
}
