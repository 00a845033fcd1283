#include "common/registry/registry_take.h"

#include <stdio.h>

#include "registry_sql.h"

enum rc
registry_take_prepare(struct db *db, struct err *e)
{
	size_t n = 0;

	while (strcmp(registry_queries[n].name, Q_registry_take_lock) != 0)
		n++;
	return db_prepare(
	    db, registry_queries + n, ARRAY_LEN(registry_queries) - n, e);
}

static enum take_state
state_of(struct str text)
{
	static const char *const names[] = {
		[TAKE_NEW] = "new",
		[TAKE_LOADED] = "loaded",
		[TAKE_OTHER] = "other",
		[TAKE_EARLY] = "early",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(text, names[i]))
			return (enum take_state)i;
	never("registry.pack_state answers one of four words");
}

enum rc
registry_take_open(struct db *db, const struct take_pack *pack,
    enum take_state *state, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, pack->name);
	args_str(&a, pack->version);
	args_str(&a, pack->valid_from);
	args_str(&a, str_of(pack->digest));
	db_begin(db);
	db_send(db, Q_registry_take_lock, NULL);
	db_send(db, Q_registry_pack_state, &a);
	TRY(db_flush(db, e));
	TRY(db_next(db, NULL, e));
	TRY(db_next(db, NULL, e));
	TRY(db_next(db, &rows, e));
	*state = state_of(rows_str(rows, 0, 0));
	return RC_OK;
}

/* "tonglu 2026.1", as the rows name their pack. */
static void
args_pack(struct args *a, const struct take_pack *pack)
{
	char text[200];
	int n = snprintf(text, sizeof(text), "%.*s %.*s", STR_ARG(pack->name),
	    STR_ARG(pack->version));

	must(n > 0 && (size_t)n < sizeof(text));
	args_str(a, str_of(text));
}

enum rc
registry_take_table(struct db *db, const struct take_pack *pack,
    enum registry_table t, struct str json, struct take_count *count,
    struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, str_of(registry_files[t].table));
	args_json(&a, json);
	args_pack(&a, pack);
	args_str(&a, pack->valid_from);
	TRY(db_exec(db, Q_registry_take, &a, &rows, e));
	count->added = rows_i64(rows, 0, 0);
	count->closed = rows_i64(rows, 0, 1);
	count->unchanged = rows_i64(rows, 0, 2);
	return RC_OK;
}

enum rc
registry_take_orphans(struct db *db, const struct take_pack *pack,
    struct rows **rows, struct err *e)
{
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_pack(&a, pack);
	args_str(&a, pack->valid_from);
	args_str(&a, pack->boundary);
	return db_exec(db, Q_registry_orphans, &a, rows, e);
}

static void
args_row(struct args *a, const struct take_pack *pack, struct str n_rows)
{
	args_str(a, pack->name);
	args_str(a, pack->version);
	args_str(a, pack->county);
	args_str(a, pack->title_zh);
	args_str(a, pack->title_en);
	args_str(a, pack->valid_from);
	args_str(a, str_of(pack->digest));
	args_json(a, n_rows);
	args_str(a, pack->boundary);
}

enum rc
registry_take_close(struct db *db, const struct take_pack *pack,
    struct str n_rows, struct err *e)
{
	AUTO(args_fini) struct args row;
	AUTO(args_fini) struct args name;

	args_init(&row);
	args_init(&name);
	args_row(&row, pack, n_rows);
	args_str(&name, pack->name);
	args_str(&name, pack->version);
	db_send(db, Q_registry_index_matters, NULL);
	db_send(db, Q_registry_pack_insert, &row);
	db_send(db, Q_registry_announce, &name);
	db_commit(db);
	TRY(db_flush(db, e));
	for (int i = 0; i < 4; i++)
		TRY(db_next(db, NULL, e));
	return RC_OK;
}

enum rc
registry_packs(struct db *db, struct rows **rows, struct err *e)
{
	return db_exec(db, Q_registry_packs, NULL, rows, e);
}
