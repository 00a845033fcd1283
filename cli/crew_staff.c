/* Who: the officers that the registry has, and the units they are of. */
#include "cli/crew.h"

struct str
crew_somebody(struct play *p, struct str unit, const char *role, struct str but)
{
	const struct row_unit *u = registry_unit(p->registry, unit, p->now);

	for (size_t i = 0; u != NULL && i < p->n_officers; i++) {
		const struct officer_of *o = &p->officers[i];

		if (str_eq(o->unit, u->code) && o->fit &&
		    !str_eq(o->officer, but) &&
		    (role == NULL || str_is(o->role, role)))
			return o->officer;
	}
	return (struct str){ NULL, 0 };
}

struct str
crew_on_duty(struct play *p, struct str unit, int64_t at)
{
	const struct row_roster *line;
	size_t i = 0;

	while ((line = registry_roster(p->registry, unit, at, &i)) != NULL)
		if (registry_covers(p->registry, line, at))
			return line->officer;
	return (struct str){ NULL, 0 };
}

struct str
crew_unit_of(struct play *p, const char *kind, struct str division)
{
	const struct row_unit *u =
	    registry_unit_of(p->registry, kind, division, p->now);

	return u != NULL ? u->code : (struct str){ NULL, 0 };
}

struct str
crew_room_of(struct play *p, struct str division)
{
	struct str town = registry_township_of(division);
	struct str room = { NULL, 0 };

	if (town.n > 0)
		room = crew_unit_of(p, "command_room", town);
	return room.n > 0 ? room
			  : crew_unit_of(p, "county_centre",
				registry_county_of(division));
}

struct strs
crew_two_officers(struct play *p, struct str team)
{
	struct str *v = arena_alloc(p->arena, 2 * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < p->n_officers && n < 2; i++)
		if (str_eq(p->officers[i].unit, team) && p->officers[i].fit &&
		    str_is(p->officers[i].role, "enforcement_officer"))
			v[n++] = p->officers[i].officer;
	return (struct strs){ v, n };
}

static const struct db_query queries[] = {
	{ "crew_officers",
	    "SELECT o.unit, o.id, o.role, o.role <> 'enforcement_officer' OR "
	    "(o.certificate_valid_from <= $1 AND o.certificate_valid_to >= "
	    "$1) AS fit FROM registry.officer o WHERE o.valid_to IS NULL "
	    "ORDER BY 1, 2, 3" },
};

enum rc
crew_open(struct play *p, struct err *e)
{
	struct rows *rows = NULL;

	TRY(db_prepare(p->db, queries, ARRAY_LEN(queries), e));
	args_reset(&p->args);
	args_time(&p->args, p->now);
	TRY(db_exec(p->db, "crew_officers", &p->args, &rows, e));
	p->n_officers = rows_n(rows);
	p->officers =
	    arena_alloc(p->arena, p->n_officers * sizeof(*p->officers));
	must(p->officers != NULL);
	for (size_t i = 0; i < p->n_officers; i++)
		p->officers[i] = (struct officer_of){
			.unit = arena_str(p->arena, rows_str(rows, i, 0)),
			.officer = arena_str(p->arena, rows_str(rows, i, 1)),
			.role = arena_str(p->arena, rows_str(rows, i, 2)),
			.fit = rows_bool(rows, i, 3),
		};
	rows_free(&rows);
	return RC_OK;
}
