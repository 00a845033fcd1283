/* huying score show: scores as published, and what is counted so far. */
#include "cli/score_show.h"

#include <stdlib.h>

#define SHOW_BYTES ((size_t)64 << 20)

static const struct db_query queries[] = {
	{ "show_now", "SELECT run.now() AS now" },
	{ "show_last",
	    "SELECT period FROM scoring.score ORDER BY seq DESC LIMIT 1" },
	{ "show_counts",
	    "SELECT c.*, u.name_zh, u.kind "
	    "FROM scoring.counts($1, $2, 9223372036854775807) c "
	    "LEFT JOIN LATERAL (SELECT name_zh, kind FROM registry.unit r "
	    "WHERE r.code = c.unit ORDER BY valid_from DESC LIMIT 1) u ON true "
	    "WHERE $3 = '' OR c.unit = $3" },
	{ "show_scores", "SELECT * FROM scoring.score "
			 "WHERE period = $1 AND ($2 = '' OR unit = $2) "
			 "ORDER BY unit COLLATE \"C\"" },
};

/* The period asked for, the one published last, the one under way. */
static enum rc
choose_period(struct show *s, struct err *e)
{
	AUTO(rows_free) struct rows *now = NULL;
	AUTO(rows_free) struct rows *last = NULL;
	struct str name;

	if (s->args->period != NULL) {
		if (scoring_period(s->registry, str_of(s->args->period),
			&s->period) == PERIOD_OK)
			return RC_OK;
		return err_set(e, RC_REJECT,
		    "%.40s is no month such as 2026-04, or has no scheme",
		    s->args->period);
	}
	TRY(db_exec(s->db, "show_last", NULL, &last, e));
	if (rows_n(last) > 0) {
		name = arena_str(s->arena, rows_str(last, 0, 0));
		if (scoring_period(s->registry, name, &s->period) == PERIOD_OK)
			return RC_OK;
	}
	TRY(db_exec(s->db, "show_now", NULL, &now, e));
	if (scoring_period_at(s->registry, rows_time(now, 0, 0), s->text,
		&s->period) == PERIOD_OK)
		return RC_OK;
	return err_set(e, RC_REJECT, "no score scheme is in force");
}

static struct str
unit_asked(const struct show *s)
{
	return s->args->unit != NULL ? str_of(s->args->unit) : STR("");
}

static enum rc
read_counts(struct show *s, struct rows **rows, struct err *e)
{
	args_reset(&s->query);
	args_time(&s->query, s->period.from);
	args_time(&s->query, s->period.to);
	args_str(&s->query, unit_asked(s));
	return db_exec(s->db, "show_counts", &s->query, rows, e);
}

static enum rc
read_scores(struct show *s, struct rows **rows, struct err *e)
{
	args_reset(&s->query);
	args_str(&s->query, s->period.name);
	args_str(&s->query, unit_asked(s));
	return db_exec(s->db, "show_scores", &s->query, rows, e);
}

static struct show_line *
line_of(struct show *s, struct str unit)
{
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->lines[i].count.unit, unit))
			return &s->lines[i];
	s->lines[s->n].count.unit = unit;
	return &s->lines[s->n++];
}

static void
take_counts(struct show *s, const struct rows *rows)
{
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct show_line *l = &s->lines[s->n++];

		rows_decode(rows, i, &row_count_desc, &l->count, s->arena);
		l->name = arena_str(
		    s->arena, rows_str(rows, i, rows_column(rows, "name_zh")));
		l->kind = arena_str(
		    s->arena, rows_str(rows, i, rows_column(rows, "kind")));
	}
}

static void
take_scores(struct show *s, const struct rows *rows)
{
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct row_score score;
		struct show_line *l;

		rows_decode(rows, i, &row_score_desc, &score, s->arena);
		l = line_of(s, score.unit);
		l->score = score;
		l->kind = score.kind;
		if (s->newest == NULL || score.revision > s->newest->revision)
			s->newest = &l->score;
	}
}

/* By kind, place, code; who was not published comes last. */
static int
by_place(const void *a, const void *b)
{
	const struct show_line *x = a, *y = b;
	int64_t p = x->score.revision > 0 ? x->score.rank : INT64_MAX;
	int64_t q = y->score.revision > 0 ? y->score.rank : INT64_MAX;
	int c = str_cmp(x->kind, y->kind);

	if (c == 0)
		c = (p > q) - (p < q);
	return c != 0 ? c : str_cmp(x->count.unit, y->count.unit);
}

static enum rc
read_lines(struct show *s, struct err *e)
{
	AUTO(rows_free) struct rows *counts = NULL;
	AUTO(rows_free) struct rows *scores = NULL;

	TRY(read_counts(s, &counts, e));
	TRY(read_scores(s, &scores, e));
	s->lines = arena_alloc(s->arena,
	    (rows_n(counts) + rows_n(scores) + 1) * sizeof(*s->lines));
	if (s->lines == NULL)
		return err_set(e, RC_REJECT, "too many units to show");
	take_counts(s, counts);
	take_scores(s, scores);
	return RC_OK;
}

static int
print_all(struct show *s)
{
	/* A copy: sorting moves the lines. */
	const struct row_score newest =
	    s->newest != NULL ? *s->newest : (struct row_score){ .rank = 0 };

	if (s->n == 0) {
		if (!s->args->json)
			cli_say("nothing was counted in period %.*s%s%s",
			    STR_ARG(s->period.name),
			    s->args->unit != NULL ? " of " : "",
			    s->args->unit != NULL ? s->args->unit : "");
		return EXIT_NOTHING;
	}
	qsort(s->lines, s->n, sizeof(*s->lines), by_place);
	s->newest = s->newest != NULL ? &newest : NULL;
	if (s->args->json)
		show_json(s);
	else
		show_text(s);
	s->newest = NULL;
	return EXIT_OK;
}

static int
work(struct show *s)
{
	struct err e;
	enum rc rc;

	if (registry_prepare(s->db, &e) != RC_OK ||
	    registry_load(&s->registry, s->db, &e) != RC_OK)
		return score_failed(&e);
	rc = choose_period(s, &e);
	if (rc == RC_REJECT) {
		cli_say("%s", e.text);
		return EXIT_USAGE;
	}
	if (rc != RC_OK || read_lines(s, &e) != RC_OK)
		return score_failed(&e);
	return print_all(s);
}

int
score_show(const struct score_args *args)
{
	struct show s = { .args = args };
	int code =
	    cli_db(args->db, "score", queries, ARRAY_LEN(queries), &s.db);

	if (code >= 0)
		return code;
	s.arena = arena_new(SHOW_BYTES);
	args_init(&s.query);
	code = work(&s);
	registry_free(&s.registry);
	args_fini(&s.query);
	arena_free(&s.arena);
	db_close(&s.db);
	return code;
}
