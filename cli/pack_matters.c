/* Matters, and what references mean on the ground. */
#include "cli/pack_check.h"

#define BRANCH "dispatched_branch@"

void
pack_check_reference(struct pack *p, enum registry_table t, size_t i,
    const char *field, struct str ref)
{
	struct str code = ref;

	if (ref.n == 0 || !pack_has(p, TABLE_unit))
		return;
	if (str_starts(ref, STR(BRANCH)))
		code = str_cut(ref, sizeof(BRANCH) - 1, ref.n);
	else if (registry_ref_is_kind(ref))
		return;
	if (registry_unit(p->registry, code, p->meta.valid_from) == NULL)
		pack_fault_at(p, t, i, field,
		    "%s: no unit or kind of unit \"%.*s\"", field,
		    STR_ARG(pack_shown(ref)));
}

static bool
domain_exists(const struct pack *p, struct str domain)
{
	for (size_t i = 0; i < p->tables[TABLE_power_item].n; i++) {
		const struct row_power_item *item =
		    pack_row(p, TABLE_power_item, i);

		if (str_eq(item->domain_zh, domain))
			return true;
	}
	return false;
}

/* LOOK_LIMIT lets "none" pass, which no stage may be. */
void
pack_check_duration(struct pack *p, enum registry_table t, size_t i,
    const char *field, struct str text)
{
	struct limit l;

	if (text.n > 0 && limit_parse(text, &l) &&
	    (l.clock == LIMIT_NONE || l.amount <= 0))
		pack_fault_at(p, t, i, field, "%s: must last some time", field);
}

static void
check_limits(struct pack *p, size_t i)
{
	const struct row_matter *m = pack_row(p, TABLE_matter, i);
	bool call = m->call_class.n > 0 && !str_is(m->call_class, "none");

	pack_check_duration(p, TABLE_matter, i, "limit_sign", m->limit_sign);
	pack_check_duration(
	    p, TABLE_matter, i, "limit_contact", m->limit_contact);
	pack_check_duration(
	    p, TABLE_matter, i, "limit_onsite", m->limit_onsite);
	pack_check_duration(
	    p, TABLE_matter, i, "limit_finish", m->limit_finish);
	if (call && m->limit_contact.n == 0)
		pack_fault_at(p, TABLE_matter, i, "limit_contact",
		    "limit_contact: a call has one");
	if (call && m->limit_onsite.n == 0)
		pack_fault_at(p, TABLE_matter, i, "limit_onsite",
		    "limit_onsite: a call has one");
}

static void
check_matter(struct pack *p, size_t i)
{
	const struct row_matter *m = pack_row(p, TABLE_matter, i);

	pack_check_reference(p, TABLE_matter, i, "main_unit", m->main_unit);
	for (size_t k = 0; k < m->assist_units.n; k++) {
		pack_check_reference(
		    p, TABLE_matter, i, "assist_units", m->assist_units.p[k]);
		if (str_eq(m->assist_units.p[k], m->main_unit))
			pack_fault_at(p, TABLE_matter, i, "assist_units",
			    "assist_units: the main unit does not assist");
	}
	if (str_is(m->main_unit, "village_committee") &&
	    str_is(m->list, "power_responsibility"))
		pack_fault_at(p, TABLE_matter, i, "list",
		    "list: a village committee holds no powers");
	if (m->power_domain.n > 0 && pack_has(p, TABLE_power_item) &&
	    !domain_exists(p, m->power_domain))
		pack_fault_at(p, TABLE_matter, i, "power_domain",
		    "power_domain: no power item is of \"%.*s\"",
		    STR_ARG(pack_shown(m->power_domain)));
	check_limits(p, i);
}

/*
 * The kinds that matters and bundles refer to, as bits of REFS: each must
 * be somebody wherever a casefile can lie.
 */
static const struct ref {
	const char *name;
	size_t len; /* of the divisions where it must resolve; 0: all */
} refs[] = {
	{ "village_committee", 12 },
	{ "community", 12 },
	{ "township", 9 },
	{ "street", 9 },
	{ "command_room", 9 },
	{ "leader_office", 9 },
	{ "enforcement_team", 9 },
	{ "police_station", 9 },
	{ "justice_office", 9 },
	{ "emergency_team", 9 },
	{ "contact_team", 9 },
	{ "mediation_committee", 0 },
};

static uint32_t
ref_bit(struct str ref)
{
	for (size_t i = 0; i < ARRAY_LEN(refs); i++)
		if (str_is(ref, refs[i].name))
			return UINT32_C(1) << i;
	return 0;
}

static uint32_t
refs_in_use(const struct pack *p)
{
	uint32_t used = 0;

	for (size_t i = 0; i < p->tables[TABLE_matter].n; i++) {
		const struct row_matter *m = pack_row(p, TABLE_matter, i);

		used |= ref_bit(m->main_unit);
		for (size_t k = 0; k < m->assist_units.n; k++)
			used |= ref_bit(m->assist_units.p[k]);
	}
	for (size_t i = 0; i < p->tables[TABLE_bundle_step].n; i++)
		used |= ref_bit(((const struct row_bundle_step *)pack_row(
				     p, TABLE_bundle_step, i))
				    ->owner_unit);
	return used;
}

static bool
resolves(const struct pack *p, const char *ref, struct str module,
    struct str division)
{
	return registry_resolve(p->registry, str_of(ref), module, division,
		   p->meta.valid_from) != NULL;
}

static void
check_modules(struct pack *p, size_t i, struct str division)
{
	static const char *const names[] = { "party_building",
		"economy_ecology", "peace_law", "public_service" };

	for (size_t k = 0; k < ARRAY_LEN(names); k++)
		if (!resolves(p, "module", str_of(names[k]), division))
			pack_fault_at(p, TABLE_division, i, "code",
			    "code: no module %s here", names[k]);
}

static void
check_resolution(struct pack *p, size_t i, uint32_t used)
{
	const struct row_division *d = pack_row(p, TABLE_division, i);

	if (d->successors.n > 0)
		return;
	for (size_t k = 0; k < ARRAY_LEN(refs); k++)
		if ((used >> k & 1) != 0 &&
		    (refs[k].len == 0 || refs[k].len == d->code.n) &&
		    !resolves(p, refs[k].name, STR(""), d->code))
			pack_fault_at(p, TABLE_division, i, "code",
			    "code: no %s here, but matters or bundles name it",
			    refs[k].name);
	if (d->code.n == 9)
		check_modules(p, i, d->code);
}

void
pack_check_matters(struct pack *p)
{
	uint32_t used = refs_in_use(p);

	for (size_t i = 0; i < p->tables[TABLE_matter].n; i++)
		check_matter(p, i);
	if (!pack_has(p, TABLE_unit) || !pack_has(p, TABLE_coverage))
		return;
	for (size_t i = 0; i < p->tables[TABLE_division].n; i++)
		check_resolution(p, i, used);
}
