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

static enum rc
figures(struct db *db, const char *query, struct args *a, struct arena *arena,
    struct figures *f, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct row_figure *v;

	TRY(db_exec(db, query, a, &rows, e));
	v = arena_alloc(arena, (rows_n(rows) + 1) * sizeof(*v));
	if (v == NULL)
		return err_set(e, RC_REJECT, "too many figures to look at");
	for (size_t i = 0; i < rows_n(rows); i++)
		rows_decode(rows, i, &row_figure_desc, &v[i], arena);
	*f = (struct figures){ v, rows_n(rows) };
	return RC_OK;
}

static void
put_span(struct args *a, int64_t from, int64_t to, int64_t seq)
{
	args_reset(a);
	args_time(a, from);
	args_time(a, to);
	args_i64(a, seq);
}

static enum rc
look_at_day(struct db *db, const struct span *p, int64_t least, int64_t seq,
    struct arena *arena, struct look_basis *b, struct err *e)
{
	AUTO(args_fini) struct args a;

	args_init(&a);
	put_span(&a, p->period.from, p->period.to, seq);
	TRY(figures(db, Q_scoring_volumes, &a, arena, &b->volumes, e));
	TRY(figures(db, Q_scoring_reds, &a, arena, &b->reds, e));
	TRY(figures(db, Q_scoring_ungraded, &a, arena, &b->ungraded, e));
	put_span(&a, p->cluster_from, p->period.to, seq);
	args_i64(&a, least);
	return figures(db, Q_scoring_clusters, &a, arena, &b->clusters, e);
}

static enum rc
warned(struct db *db, const struct span *p, int64_t seq, struct arena *arena,
    struct look_basis *b, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;
	struct row_alert *v;

	args_init(&a);
	args_str(&a, p->period.name);
	args_time(&a, p->cluster_from);
	args_i64(&a, seq);
	TRY(db_exec(db, Q_scoring_warned, &a, &rows, e));
	v = arena_alloc(arena, (rows_n(rows) + 1) * sizeof(*v));
	if (v == NULL)
		return err_set(e, RC_REJECT, "too many warnings to look at");
	for (size_t i = 0; i < rows_n(rows); i++)
		rows_decode(rows, i, &row_alert_desc, &v[i], arena);
	b->warned = v;
	b->n_warned = rows_n(rows);
	return RC_OK;
}

enum rc
scoring_store_look(struct db *db, const struct span *p, int64_t least,
    int64_t seq, struct arena *arena, struct look_basis *b, struct err *e)
{
	if (p->period.scheme != NULL)
		TRY(counts(db, &p->period, seq, arena, &b->score, e));
	else
		TRY(look_at_day(db, p, least, seq, arena, b, e));
	return warned(db, p, seq, arena, b, e);
}

enum rc
scoring_store_watched(struct db *db, int64_t seq, bool *watched, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_i64(&a, seq);
	TRY(db_exec(db, Q_scoring_watched, &a, &rows, e));
	*watched = rows_bool(rows, 0, 0);
	return RC_OK;
}
