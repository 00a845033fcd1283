#include "cli/top.h"

#include "cli/sheet.h"

static const struct db_query queries[] = {
	{ "top_head",
	    "SELECT run.now() AS now, (SELECT sandbox FROM run.clock) AS "
	    "sandbox, journal.head() AS head, (SELECT count(DISTINCT service) "
	    "FROM run.instance WHERE seen_at > clock_timestamp() - interval "
	    "'6 seconds') AS running, (SELECT coalesce(max(lag), 0)::bigint "
	    "FROM run.lag) AS lag, (SELECT count(*) FROM run.parked) AS "
	    "parked, (SELECT count(*) FROM registry.pack) AS packs" },
	{ "top_units",
	    "WITH l AS (SELECT unit, count(*) FILTER (WHERE state = 'armed' "
	    "AND kind = 'duty' AND soon_at IS NULL) AS soon, count(*) FILTER "
	    "(WHERE state = 'fired') AS overdue, min(due_at) FILTER (WHERE "
	    "state = 'armed') AS next FROM run.deadline WHERE unit IS NOT NULL "
	    "AND kind <> 'window' AND (state = 'armed' OR (state = 'fired' AND "
	    "met_at IS NULL)) AND left(division, length($1)) = $1 "
	    "GROUP BY unit), "
	    "t AS (SELECT unit, count(*) AS open FROM dispatcher.task WHERE "
	    "state NOT IN ('accepted', 'moved', 'withdrawn') AND "
	    "left(division, length($1)) = $1 GROUP BY unit), "
	    "a AS (SELECT a.unit, count(*) AS calls, count(*) FILTER (WHERE "
	    "a.state = 'present') AS here FROM dispatcher.call c JOIN "
	    "dispatcher.attendance a ON a.casefile = c.casefile AND a.call = "
	    "c.id WHERE c.state IN ('gathering', 'working', 'submitted') AND "
	    "a.state NOT IN ('excused', 'freed', 'released', 'missed') AND "
	    "left(c.division, length($1)) = $1 GROUP BY a.unit), "
	    "k AS (SELECT unit, min(array_position(ARRAY['red', 'orange', "
	    "'yellow', 'blue'], CASE state WHEN 'excused' THEN held ELSE state "
	    "END)) AS card FROM dispatcher.card WHERE state <> 'lifted' AND "
	    "left(division, length($1)) = $1 GROUP BY unit) "
	    "SELECT unit, coalesce(open, 0) AS open, coalesce(soon, 0) AS "
	    "soon, coalesce(overdue, 0) AS overdue, coalesce(calls, 0) AS "
	    "calls, coalesce(here, 0) AS here, next, coalesce(card, 0)::bigint "
	    "AS card FROM l FULL JOIN t USING (unit) FULL JOIN a USING (unit) "
	    "FULL JOIN k USING (unit) WHERE unit <> '' ORDER BY overdue DESC "
	    "NULLS LAST, next, unit LIMIT $2" },
	{ "top_calls",
	    "SELECT c.id, c.class, c.state, c.room, c.main, c.raised_at, "
	    "count(a.id) AS asked, count(*) FILTER (WHERE a.state = 'present') "
	    "AS here, min(a.report_in_by) FILTER (WHERE a.state IN ('asked', "
	    "'signed', 'refusing', 'lost')) AS by FROM dispatcher.call c LEFT "
	    "JOIN dispatcher.attendance a ON a.casefile = c.casefile AND "
	    "a.call = c.id WHERE c.state IN ('drafted', 'gathering', "
	    "'working', 'submitted') AND left(c.division, length($1)) = $1 "
	    "GROUP BY c.id ORDER BY (c.class = 'emergency') DESC, by, "
	    "c.raised_at LIMIT $2" },
	/* Both in the order of an index: however many there are. */
	{ "top_limits",
	    "(SELECT thing, name, coalesce(unit, '') AS unit, due_at, true AS "
	    "over FROM run.deadline WHERE state = 'fired' AND met_at IS NULL "
	    "AND kind <> 'window' AND left(division, length($1)) = $1 "
	    "ORDER BY due_at DESC LIMIT $2) UNION ALL "
	    "(SELECT d.* FROM unnest(ARRAY['intake', 'dispatcher', "
	    "'enforcement', 'mediation', 'scoring']) AS s (service) "
	    "CROSS JOIN unnest(ARRAY[true, false]) AS u (urgent) "
	    "CROSS JOIN LATERAL (SELECT thing, name, coalesce(unit, '') AS "
	    "unit, due_at, false AS over FROM run.deadline WHERE service = "
	    "s.service AND wake_at IS NOT NULL AND urgent AND u.urgent AND "
	    "left(division, length($1)) = $1 ORDER BY wake_at LIMIT $2) d "
	    "UNION ALL SELECT d.* FROM unnest(ARRAY['intake', 'dispatcher', "
	    "'enforcement', 'mediation', 'scoring']) AS s (service) "
	    "CROSS JOIN LATERAL (SELECT thing, name, coalesce(unit, '') AS "
	    "unit, due_at, false AS over FROM run.deadline WHERE service = "
	    "s.service AND wake_at IS NOT NULL AND NOT urgent AND "
	    "left(division, length($1)) = $1 ORDER BY wake_at LIMIT $2) d "
	    "ORDER BY due_at LIMIT $2) ORDER BY over DESC, due_at" },
};

enum rc
top_prepare(struct db *db, struct err *e)
{
	return db_prepare(db, queries, ARRAY_LEN(queries), e);
}

static struct str
text(const struct rows *r, size_t i, const char *name, struct arena *arena)
{
	return arena_str(arena, sheet_text(r, i, name));
}

static int64_t
time_of(const struct rows *r, size_t i, const char *name)
{
	int c = rows_column(r, name);

	return rows_null(r, i, c) ? 0 : rows_time(r, i, c);
}

static void
take_units(struct top_data *d, const struct rows *r, struct arena *arena,
    struct printer *p)
{
	d->n_units = rows_n(r);
	for (size_t i = 0; i < d->n_units; i++) {
		struct top_unit *u = &d->units[i];

		*u = (struct top_unit){ .code = text(r, i, "unit", arena),
			.open = sheet_number(r, i, "open"),
			.soon = sheet_number(r, i, "soon"),
			.overdue = sheet_number(r, i, "overdue"),
			.calls = sheet_number(r, i, "calls"),
			.here = sheet_number(r, i, "here"),
			.next = time_of(r, i, "next"),
			.card = sheet_number(r, i, "card") };
		u->name = print_name(p, LOOK_UNIT, u->code, d->now);
	}
}

static void
take_calls(struct top_data *d, const struct rows *r, struct arena *arena,
    struct printer *p)
{
	d->n_calls = rows_n(r);
	for (size_t i = 0; i < d->n_calls; i++)
		d->calls[i] = (struct top_call){
			.id = text(r, i, "id", arena),
			.class = text(r, i, "class", arena),
			.state = text(r, i, "state", arena),
			.room = print_name(
			    p, LOOK_UNIT, text(r, i, "room", arena), d->now),
			.main = print_name(
			    p, LOOK_UNIT, text(r, i, "main", arena), d->now),
			.raised_at = time_of(r, i, "raised_at"),
			.asked = sheet_number(r, i, "asked"),
			.here = sheet_number(r, i, "here"),
			.by = time_of(r, i, "by"),
		};
}

static void
take_limits(struct top_data *d, const struct rows *r, struct arena *arena,
    struct printer *p)
{
	d->n_limits = rows_n(r) < TOP_LIMITS_MAX ? rows_n(r) : TOP_LIMITS_MAX;
	for (size_t i = 0; i < d->n_limits; i++)
		d->limits[i] = (struct top_limit){
			.thing = text(r, i, "thing", arena),
			.name = text(r, i, "name", arena),
			.unit = print_name(
			    p, LOOK_UNIT, text(r, i, "unit", arena), d->now),
			.due = time_of(r, i, "due_at"),
			.over = rows_bool(r, i, rows_column(r, "over")),
		};
}

static enum rc
read_head(struct db *db, struct top_data *d, struct err *e)
{
	AUTO(rows_free) struct rows *r = NULL;

	TRY(db_exec(db, "top_head", NULL, &r, e));
	d->now = time_of(r, 0, "now");
	d->sandbox = rows_bool(r, 0, rows_column(r, "sandbox"));
	d->head = sheet_number(r, 0, "head");
	d->running = sheet_number(r, 0, "running");
	d->lag = sheet_number(r, 0, "lag");
	d->parked = sheet_number(r, 0, "parked");
	d->n_packs = sheet_number(r, 0, "packs");
	return RC_OK;
}

/* One part: at most MOST rows of QUERY. */
static enum rc
read_part(struct db *db, const char *query, struct str division, int64_t most,
    struct rows **rows, struct err *e)
{
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, division.p != NULL ? division : STR(""));
	args_i64(&a, most);
	return db_exec(db, query, &a, rows, e);
}

enum rc
top_read(struct names *names, struct str division, struct arena *arena,
    struct top_data *d, struct err *e)
{
	AUTO(rows_free) struct rows *units = NULL;
	AUTO(rows_free) struct rows *calls = NULL;
	AUTO(rows_free) struct rows *limits = NULL;
	struct printer p = { .arena = arena };
	int64_t packs = d->n_packs;

	TRY(read_head(names->db, d, e));
	if (packs >= 0 && packs != d->n_packs)
		names_reload(names);
	p.registry = names->registry;
	TRY(read_part(
	    names->db, "top_units", division, TOP_UNITS_MAX, &units, e));
	TRY(read_part(
	    names->db, "top_calls", division, TOP_CALLS_MAX, &calls, e));
	TRY(read_part(
	    names->db, "top_limits", division, TOP_LIMITS_MAX / 2, &limits, e));
	arena_reset(arena);
	take_units(d, units, arena, &p);
	take_calls(d, calls, arena, &p);
	take_limits(d, limits, arena, &p);
	return RC_OK;
}
