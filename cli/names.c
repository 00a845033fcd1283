#include "cli/names.h"

#include "cli/cli.h"

static const struct db_query queries[] = {
	{ "names_now", "SELECT run.now() AS now" },
};

static enum rc
prepare(struct names *n, struct err *e)
{
	TRY(db_prepare(n->db, queries, ARRAY_LEN(queries), e));
	return registry_prepare(n->db, e);
}

static enum rc
open_db(struct names *n, const char *dsn, struct err *e)
{
	TRY(db_open(&n->db, dsn, "huying", e));
	return prepare(n, e);
}

void
names_open(struct names *n, const char *dsn, bool registry)
{
	struct err e;

	*n = (struct names){ .db = NULL };
	if (open_db(n, dsn, &e) != RC_OK) {
		cli_say("%s; going on without names", e.text);
		db_close(&n->db);
	} else if (registry) {
		names_reload(n);
	}
}

void
names_adopt(struct names *n)
{
	struct err e;

	if (prepare(n, &e) == RC_OK)
		names_reload(n);
	else
		cli_say("%s; going on without names", e.text);
}

void
names_close(struct names *n)
{
	registry_free(&n->registry);
	db_close(&n->db);
}

void
names_reload(struct names *n)
{
	struct registry *fresh = NULL;
	struct err e;

	if (n->db == NULL)
		return;
	if (registry_load(&fresh, n->db, &e) != RC_OK) {
		cli_say("%s; names stay as they are", e.text);
		db_rollback(n->db);
		return;
	}
	registry_free(&n->registry);
	n->registry = fresh;
}

int64_t
names_now(struct names *n)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct err e;

	if (n->db == NULL ||
	    db_exec(n->db, queries[0].name, NULL, &rows, &e) != RC_OK)
		return clock_wall_ms();
	return rows_time(rows, 0, 0);
}
