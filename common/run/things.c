/* The statements of a service: two for each thing, and what it asks besides. */
#include "common/run/inner.h"
#include "common/run/things.h"

#include "run_sql.h"

#define SQL_BYTES ((size_t)4 * 1024 * 1024)

/* The row's column names, each after BEFORE, with commas between. */
static struct str
columns(const struct msg_desc *row, const char *before, struct arena *arena)
{
	struct buf b;
	struct str text;

	buf_init(&b, SQL_BYTES);
	/* The first is the id, which is what rows are known by. */
	for (size_t i = 1; i < row->n_fields; i++)
		buf_printf(&b, "%s%s%s", i > 1 ? ", " : "", before,
		    row->fields[i].name);
	text = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	return text;
}

/*
 * Columns by their names: a later version's schema may have more of them, with
 * presets of their own, while this program runs.
 */
size_t
run_things(const struct machine *m, struct db_query *out, struct arena *arena)
{
	for (size_t i = 0; i < m->n_things; i++) {
		const struct thing *t = &m->things[i];
		const char *table = t->row->type;
		struct str names = columns(t->row, "", arena);

		out[2 * i] = (struct db_query){ t->load,
			arena_printf(arena,
			    "SELECT id, %.*s FROM %s WHERE casefile = ANY "
			    "($1::text[])%s ORDER BY casefile, length(id), id",
			    STR_ARG(names), table,
			    t->mark == NULL ? " OR id = ANY ($1::text[])" : "")
			    .p };
		out[2 * i + 1] = (struct db_query){ t->save,
			arena_printf(arena,
			    "INSERT INTO %s (id, %.*s) SELECT id, %.*s FROM "
			    "json_populate_recordset(NULL::%s, $1::json) "
			    "ON CONFLICT (id) DO UPDATE SET (%.*s) = (%.*s)",
			    table, STR_ARG(names), STR_ARG(names), table,
			    STR_ARG(names),
			    STR_ARG(columns(t->row, "excluded.", arena)))
			    .p };
	}
	return 2 * m->n_things;
}

enum rc
run_prepare(struct db *db, const struct run_desc *desc, struct err *e)
{
	struct db_query things[2 * THINGS_MAX];
	struct arena *arena = arena_new(SQL_BYTES);
	const struct db_query *own = NULL;
	size_t n = 0;
	enum rc rc;

	rc = db_prepare(db, run_queries, ARRAY_LEN(run_queries), e);
	if (rc == RC_OK)
		rc = db_prepare(
		    db, things, run_things(desc->machine, things, arena), e);
	arena_free(&arena);
	if (rc == RC_OK && desc->queries != NULL) {
		own = desc->queries(&n);
		rc = db_prepare(db, own, n, e);
	}
	return rc == RC_OK ? registry_prepare(db, e) : rc;
}
