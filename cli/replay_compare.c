/* The rows that came out, beside those that are there. */
#include "cli/replay.h"

/* Written once into the copy: it alone names tables by their text. */
static const char compare_function[] =
    "CREATE FUNCTION replay.compare(tbl text, key text[], leave text[], "
    "who text, hide boolean, most int) "
    "RETURNS TABLE (n_rows bigint, n bigint, id text, what text) "
    "LANGUAGE plpgsql AS $f$ BEGIN RETURN QUERY EXECUTE format($q$ "
    "WITH a AS MATERIALIZED (SELECT (SELECT string_agg(j ->> k, '/' "
    "ORDER BY o) FROM unnest($1) WITH ORDINALITY AS u(k, o)) AS id, "
    "j - $2 AS j FROM (SELECT to_jsonb(t) AS j FROM live.%1$I t) x "
    "WHERE $3 IS NULL OR j ->> 'service' = $3), "
    "b AS MATERIALIZED (SELECT (SELECT string_agg(j ->> k, '/' ORDER BY o) "
    "FROM unnest($1) WITH ORDINALITY AS u(k, o)) AS id, j - $2 AS j "
    "FROM (SELECT to_jsonb(t) AS j FROM %2$s t) x "
    "WHERE $3 IS NULL OR j ->> 'service' = $3), "
    "d AS MATERIALIZED (SELECT id, a.j AS is_there, b.j AS came_out "
    "FROM a FULL JOIN b USING (id) WHERE a.j IS DISTINCT FROM b.j) "
    "SELECT (SELECT count(*) FROM b), (SELECT count(*) FROM d), d.id, "
    "CASE WHEN is_there IS NULL THEN "
    "'follows from the journal and is not stored' "
    "WHEN came_out IS NULL THEN 'does not follow from the journal' "
    "ELSE (SELECT string_agg(CASE WHEN $4 THEN k || ' differs' "
    "ELSE format('%%s is %%s and should be %%s', k, "
    "coalesce(is_there ->> k, 'nothing'), "
    "coalesce(came_out ->> k, 'nothing')) END, '; ' ORDER BY k) "
    "FROM jsonb_object_keys(is_there) AS k "
    "WHERE is_there -> k IS DISTINCT FROM came_out -> k) END "
    "FROM (SELECT 1) one LEFT JOIN (SELECT * FROM d ORDER BY id LIMIT $5) d "
    "ON true $q$, tbl, tbl) USING key, leave, who, hide, most; END $f$;"
    "CREATE INDEX ON replay.said (source, id)";

static const struct db_query queries[] = {
	{ "replay_compare",
	    "SELECT * FROM replay.compare($1, $2::text[], $3::text[], $4, "
	    "$5, $6::bigint::int)" },
	{ "replay_faults",
	    "SELECT kind, seq, id, coalesce(type, '') AS type, "
	    "coalesce(subject, '') AS subject, count(*) OVER () AS n FROM ("
	    "SELECT kind, seq, id, type, subject FROM replay.fault "
	    "UNION ALL "
	    "SELECT 'unfounded', k.seq, k.id, e.type, e.subject "
	    "FROM journal.event_key k JOIN journal.event e ON e.seq = k.seq "
	    "LEFT JOIN replay.said s ON s.source = k.source AND s.id = k.id "
	    "WHERE k.source = '/' || $1 AND s.id IS NULL "
	    "AND e.type NOT LIKE 'deadline.%' "
	    "UNION ALL "
	    "SELECT 'parked', p.seq, p.reason, e.type, p.casefile "
	    "FROM run.parked p JOIN journal.event e USING (seq) "
	    "WHERE p.service = $1 "
	    "UNION ALL "
	    "SELECT 'alone', a.seq, '', e.type, a.casefile FROM live.aside a "
	    "JOIN journal.event e USING (seq) "
	    "WHERE a.service = $1 AND a.tries = 0 AND a.after_seq IS NULL "
	    "AND NOT EXISTS (SELECT FROM live.aside b WHERE b.service = $1 "
	    "AND b.casefile = a.casefile AND b.seq < a.seq)) f "
	    "ORDER BY seq LIMIT $2" },
};

enum rc
replay_compare_prepare(struct db *db, struct err *e)
{
	TRY(db_script(db, compare_function, e));
	return db_prepare(db, queries, ARRAY_LEN(queries), e);
}

static const struct {
	const char *kind;
	const char *what;
} faults[] = {
	{ "missing", "follows from the journal and was not said" },
	{ "different", "says something else than what follows" },
	{ "unfounded", "does not follow from the journal" },
	{ "limit", "no such limit was armed" },
	{ "early", "the limit had not run out" },
	{ "parked", "cannot be taken, and was not parked" },
	{ "alone", "waits behind nothing" },
};

static const char *
words_of(struct str kind)
{
	for (size_t i = 0; i < ARRAY_LEN(faults); i++)
		if (str_is(kind, faults[i].kind))
			return faults[i].what;
	never("a fault of an unknown kind");
}

static void
tell_fault(const struct replay_job *job, struct replay_report *report,
    const struct rows *rows, size_t i, struct arena *arena)
{
	struct str what = arena_printf(arena, "%.*s of %.*s, seq %lld: %s",
	    STR_ARG(rows_str(rows, i, 3)), STR_ARG(rows_str(rows, i, 4)),
	    (long long)rows_i64(rows, i, 1), words_of(rows_str(rows, i, 0)));

	replay_tell(job, report, "facts", rows_str(rows, i, 2), what);
}

static enum rc
compare_facts(
    struct replay_job *job, struct replay_report *report, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	AUTO(arena_free) struct arena *arena = arena_new((size_t)1 << 20);

	args_init(&a);
	args_str(&a, str_of(report->desc->name));
	args_i64(&a, REPLAY_TOLD_MAX);
	TRY(db_exec(job->beside, "replay_faults", &a, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++)
		tell_fault(job, report, rows, i, arena);
	if (rows_n(rows) > 0)
		report->differ += rows_i64(rows, 0, 5);
	return RC_OK;
}

/* What REPLAY_LEAVE says of TABLE. */
static size_t
left_out(const char *table, struct str *v)
{
	static const struct {
		const char *table;
		const char *column;
	} leave[] = {
#define REPLAY_TABLE(table, key, shared)
#define REPLAY_LEAVE(table, column) { table, column },
#include "cli/replay.def"
#undef REPLAY_TABLE
#undef REPLAY_LEAVE
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(leave); i++)
		if (strcmp(leave[i].table, table) == 0)
			v[n++] = str_of(leave[i].column);
	return n;
}

/* SHARED: of all services, of whom this one's rows are meant. */
static enum rc
compare_table(struct replay_job *job, struct replay_report *report,
    const char *table, const char *key, bool shared, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct str keys[4], leave[8], rest = str_of(key);
	size_t n = 0;

	while (n < ARRAY_LEN(keys) && str_next(&rest, '|', &keys[n]))
		n++;
	args_init(&a);
	args_str(&a, str_of(table));
	args_strs(&a, keys, n);
	args_strs(&a, leave, left_out(table, leave));
	args_str(
	    &a, shared ? str_of(report->desc->name) : (struct str){ NULL, 0 });
	args_bool(&a, strncmp(table, "vault.", 6) == 0);
	args_i64(&a, REPLAY_TOLD_MAX);
	TRY(db_exec(job->beside, "replay_compare", &a, &rows, e));
	report->rows += rows_i64(rows, 0, 0);
	report->differ += rows_i64(rows, 0, 1);
	for (size_t i = 0; i < rows_n(rows); i++)
		if (!rows_null(rows, i, 2))
			replay_tell(job, report, table, rows_str(rows, i, 2),
			    rows_str(rows, i, 3));
	return RC_OK;
}

enum rc
replay_compare(
    struct replay_job *job, struct replay_report *report, struct err *e)
{
	const struct machine *m = report->desc->machine;

	TRY(compare_facts(job, report, e));
	for (size_t t = 0; t < m->n_things; t++)
		TRY(compare_table(
		    job, report, m->things[t].row->type, "id", false, e));
#define REPLAY_TABLE(table, key, shared)                                       \
	TRY(compare_table(job, report, table, key, shared, e));
#define REPLAY_LEAVE(table, column)
#include "cli/replay.def"
#undef REPLAY_TABLE
#undef REPLAY_LEAVE
	if (strcmp(report->desc->name, "intake") != 0)
		return RC_OK;
	TRY(compare_table(job, report, "vault.identity", "token", false, e));
	return replay_compare_vault(job, report, e);
}
