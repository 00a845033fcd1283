/* The tallies of the journal, and those that are stored. */
#include "cli/score_rebuild.h"

static const struct db_query queries[] = {
	{ "rebuild_tallies",
	    "SELECT * FROM scoring.tally WHERE casefile = ANY ($1::text[]) "
	    "ORDER BY casefile, seq" },
	{ "rebuild_count", "SELECT count(*) AS n FROM scoring.tally" },
	{ "rebuild_strays",
	    "SELECT t.id FROM scoring.tally t WHERE NOT EXISTS ("
	    "SELECT FROM journal.event e WHERE e.subject = t.casefile) "
	    "ORDER BY t.id LIMIT 20" },
};

const struct db_query *
rebuild_tally_queries(size_t *n)
{
	*n = ARRAY_LEN(queries);
	return queries;
}

static const struct row_tally *
made_at(const struct held *h)
{
	return h != NULL ? (const struct row_tally *)h->row : NULL;
}

/* Row I of ROWS if there is one and it is CASEFILE's. */
static const struct row_tally *
found_at(
    struct rebuild *b, const struct rows *rows, size_t i, struct str casefile)
{
	struct row_tally *t;

	if (i >= rows_n(rows) ||
	    !str_eq(rows_str(rows, i, rows_column(rows, "casefile")), casefile))
		return NULL;
	t = arena_alloc(b->arena, sizeof(*t));
	must(t != NULL);
	rows_decode(rows, i, &row_tally_desc, t, b->arena);
	return t;
}

/* Which comes first; what only one side has goes by itself. */
static int
order(const struct row_tally *made, const struct row_tally *found)
{
	if (made == NULL || found == NULL)
		return made == NULL ? 1 : -1;
	return (made->seq > found->seq) - (made->seq < found->seq);
}

/* The stored rows of one casefile, from row *I of ROWS on, against F. */
static void
compare_casefile(struct rebuild *b, const struct folder *f,
    const struct rows *rows, size_t *i)
{
	const struct held *h = f->first;
	struct checks *c = &b->tallies;

	for (;;) {
		const struct row_tally *made = made_at(h);
		const struct row_tally *found =
		    found_at(b, rows, *i, f->casefile);
		int first = order(made, found);

		if (made == NULL && found == NULL)
			return;
		if (first < 0)
			rebuild_tell(b, c, "tally", made->id, "is missing");
		else if (first > 0)
			rebuild_tell(b, c, "tally", found->id, STRANGE);
		else
			rebuild_compare(b, c, "tally", &row_tally_desc,
			    found->id, made, found);
		if (first <= 0) {
			c->made++;
			h = h->next;
		}
		if (first >= 0) {
			c->found++;
			++*i;
		}
	}
}

enum rc
rebuild_check_batch(struct rebuild *b, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	size_t n = b->fold.n_folders, at = 0;
	struct str *keys;

	arena_reset(b->arena);
	keys = arena_alloc(b->arena, (n + 1) * sizeof(*keys));
	must(keys != NULL);
	for (size_t i = 0; i < n; i++)
		keys[i] = b->fold.folders[i].casefile;
	args_reset(&b->query);
	args_strs(&b->query, keys, n);
	TRY(db_exec(b->db, "rebuild_tallies", &b->query, &rows, e));
	for (size_t i = 0; i < n; i++)
		compare_casefile(b, &b->fold.folders[i], rows, &at);
	if (at != rows_n(rows))
		return err_set(
		    e, RC_FATAL, "the database orders casefiles in two ways");
	return RC_OK;
}

/* Rows of casefiles that the journal has nothing of. */
enum rc
rebuild_find_strays(struct rebuild *b, struct err *e)
{
	AUTO(rows_free) struct rows *total = NULL;
	AUTO(rows_free) struct rows *strays = NULL;
	int64_t n;

	TRY(db_exec(b->db, "rebuild_count", NULL, &total, e));
	n = rows_i64(total, 0, 0) - b->tallies.found;
	b->tallies.found += n;
	if (n == 0)
		return RC_OK;
	TRY(db_exec(b->db, "rebuild_strays", NULL, &strays, e));
	for (size_t i = 0; i < rows_n(strays); i++, n--)
		rebuild_tell(
		    b, &b->tallies, "tally", rows_str(strays, i, 0), STRANGE);
	b->tallies.differ += n;
	return RC_OK;
}
