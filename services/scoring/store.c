#include "services/scoring/store.h"

#include "scoring_sql.h"

const struct db_query *
scoring_store_queries(size_t *n)
{
	*n = ARRAY_LEN(scoring_queries);
	return scoring_queries;
}

static enum rc
counts(struct db *db, const struct period *p, int64_t seq, struct arena *arena,
    struct score_basis *b, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;
	struct row_count *v;

	args_init(&a);
	args_time(&a, p->from);
	args_time(&a, p->to);
	args_i64(&a, seq);
	TRY(db_exec(db, Q_scoring_counts, &a, &rows, e));
	v = arena_alloc(arena, (rows_n(rows) + 1) * sizeof(*v));
	if (v == NULL)
		return err_set(e, RC_REJECT, "too many units to score");
	for (size_t i = 0; i < rows_n(rows); i++)
		rows_decode(rows, i, &row_count_desc, &v[i], arena);
	b->counts = v;
	b->n = rows_n(rows);
	return RC_OK;
}

static enum rc
revision(struct db *db, struct str period, int64_t *found, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_str(&a, period);
	TRY(db_exec(db, Q_scoring_revision, &a, &rows, e));
	*found = rows_i64(rows, 0, 0);
	return RC_OK;
}

enum rc
scoring_store_basis(struct db *db, const struct period *p, int64_t seq,
    struct arena *arena, struct score_basis *b, struct err *e)
{
	TRY(counts(db, p, seq, arena, b, e));
	return revision(db, p->name, &b->last_revision, e);
}

enum rc
scoring_store_behind(struct db *db, int64_t seq, int64_t *n, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_i64(&a, seq);
	TRY(db_exec(db, Q_scoring_behind, &a, &rows, e));
	*n = rows_i64(rows, 0, 0);
	return RC_OK;
}
