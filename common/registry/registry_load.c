#include "common/registry/inside.h"

#include "common/db/db.h"

#include <stdlib.h>

#include "registry_sql.h"

/* Queries stand in the file in this order: loading first, storing behind. */
static size_t
n_loading(void)
{
	size_t n = 0;

	while (strcmp(registry_queries[n].name, Q_registry_take_lock) != 0)
		n++;
	return n;
}

enum rc
registry_prepare(struct db *db, struct err *e)
{
	return db_prepare(db, registry_queries, n_loading(), e);
}

/* The queries of the tables, in the order of enum registry_table. */
static const char *const table_queries[TABLE_COUNT] = {
/* clang-format off */
#define PACK_FILE(row, file, need, keys) [TABLE_##row] = Q_registry_##row,
#include "schemas/pack/files.def"
#undef PACK_FILE
	/* clang-format on */
};

static void
take_rows(struct registry *r, enum registry_table t, const struct rows *rows)
{
	const struct msg_desc *d = registry_files[t].desc;
	int from = rows_column(rows, "valid_from");
	int to = rows_column(rows, "valid_to");
	void *row = xcalloc(1, d->size);

	for (size_t i = 0; i < rows_n(rows); i++) {
		rows_decode(rows, i, d, row, r->arena);
		registry_add(r, t, row, rows_time(rows, i, from),
		    rows_null(rows, i, to) ? INT64_MAX
					   : rows_time(rows, i, to));
	}
	free(row);
}

static enum rc
take_table(
    struct registry *r, struct db *db, enum registry_table t, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_next(db, &rows, e));
	take_rows(r, t, rows);
	return RC_OK;
}

static enum rc
take_all(struct registry *r, struct db *db, struct err *e)
{
	AUTO(rows_free) struct rows *version = NULL;

	TRY(db_flush(db, e));
	TRY(db_next(db, NULL, e)); /* begin */
	TRY(db_next(db, NULL, e)); /* snapshot */
	for (size_t t = 0; t < TABLE_COUNT; t++)
		TRY(take_table(r, db, (enum registry_table)t, e));
	TRY(db_next(db, &version, e));
	TRY(db_next(db, NULL, e)); /* commit */
	registry_seal(r, rows_str(version, 0, 0));
	return RC_OK;
}

enum rc
registry_load(struct registry **rp, struct db *db, struct err *e)
{
	AUTO(registry_free) struct registry *r = registry_new();
	enum rc rc;

	db_begin(db);
	db_send(db, Q_registry_snapshot, NULL);
	for (size_t t = 0; t < TABLE_COUNT; t++)
		db_send(db, table_queries[t], NULL);
	db_send(db, Q_registry_version, NULL);
	db_commit(db);
	rc = take_all(r, db, e);
	if (rc != RC_OK) {
		db_rollback(db);
		return rc;
	}
	*rp = r;
	r = NULL;
	return RC_OK;
}
