/* The scores of the journal: those that are stored, those that were said. */
#include "cli/score_rebuild.h"

static const struct db_query queries[] = {
	{ "rebuild_scores",
	    "SELECT * FROM scoring.score ORDER BY id COLLATE \"C\"" },
	{ "rebuild_published",
	    "SELECT envelope FROM journal.event "
	    "WHERE subject = $1 AND type = 'score.published' ORDER BY seq" },
};

const struct db_query *
rebuild_score_queries(size_t *n)
{
	*n = ARRAY_LEN(queries);
	return queries;
}

/* Where score ID is, or belongs, in what was made. */
static size_t
place_of(const struct rebuild *b, struct str id)
{
	size_t lo = 0, hi = b->n_made;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(b->made[mid].id, id) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A later revision takes the place of the one before. */
static void
keep_score(struct rebuild *b, const struct row_score *row)
{
	size_t at = place_of(b, row->id);
	struct row_score *copy;

	if (at == b->n_made || !str_eq(b->made[at].id, row->id)) {
		if (b->n_made == b->cap_made) {
			b->cap_made = b->cap_made > 0 ? 2 * b->cap_made : 256;
			b->made =
			    xrealloc(b->made, b->cap_made * sizeof(*b->made));
		}
		memmove(&b->made[at + 1], &b->made[at],
		    (b->n_made - at) * sizeof(*b->made));
		b->n_made++;
	}
	copy = &b->made[at];
	*copy = *row;
	/* The others' texts live as long as the fold does. */
	copy->id = arena_str(b->fold.keep, row->id);
	copy->unit = arena_str(b->fold.keep, row->unit);
}

/* The last revision of PERIOD among what was made. */
static int64_t
last_revision(const struct rebuild *b, struct str period)
{
	int64_t last = 0;

	for (size_t i = 0; i < b->n_made; i++)
		if (str_eq(b->made[i].period, period) &&
		    b->made[i].revision > last)
			last = b->made[i].revision;
	return last;
}

/* Whether the published fact in BODY is of publication P; then *M is it. */
static bool
read_fact(struct str body, const struct publication *p,
    struct msg_score_published *m, struct arena *arena)
{
	struct msg_envelope env;

	return envelope_decode(body, MSG_LENIENT, &env, NULL) == RC_OK &&
	       str_eq(env.causationid, p->env.id) &&
	       msg_decode(&msg_score_published_desc, env.data, MSG_LENIENT, m,
		   arena, NULL) == RC_OK;
}

/* What was said then, against what D says now, one by one. */
static enum rc
compare_facts(struct rebuild *b, const struct publication *p,
    const struct decision *d, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	const struct emission *em = d->refused == NULL ? d->emissions : NULL;
	struct msg_score_published said;

	args_reset(&b->query);
	args_str(&b->query, p->casefile);
	TRY(db_exec(b->db, "rebuild_published", &b->query, &rows, e));
	arena_reset(b->arena);
	for (size_t i = 0; i < rows_n(rows); i++) {
		if (!read_fact(rows_str(rows, i, 0), p, &said, b->arena))
			continue;
		b->facts.found++;
		if (em == NULL) {
			rebuild_tell(b, &b->facts, "fact", said.unit, STRANGE);
			continue;
		}
		rebuild_compare(
		    b, &b->facts, "fact", em->desc, said.unit, em->msg, &said);
		b->facts.made++;
		em = em->next;
	}
	for (; em != NULL; em = em->next, b->facts.made++)
		rebuild_tell(b, &b->facts, "fact",
		    ((const struct msg_score_published *)em->msg)->unit,
		    "was not published");
	return RC_OK;
}

enum rc
rebuild_publish(struct rebuild *b, struct err *e)
{
	for (size_t i = 0; i < b->fold.n_pubs; i++) {
		const struct publication *p = &b->fold.pubs[i];
		struct decision d;
		struct folder f;

		TRY(refold_publish(
		    &b->fold, i, last_revision(b, p->period.name), &f, &d, e));
		TRY(compare_facts(b, p, &d, e));
		for (const struct held *h = f.first; h != NULL; h = h->next)
			if (h->thing == THING_SCORE)
				keep_score(b, (const struct row_score *)h->row);
	}
	return RC_OK;
}

enum rc
rebuild_check_scores(struct rebuild *b, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct checks *c = &b->scores;
	size_t at = 0;

	TRY(db_exec(b->db, "rebuild_scores", NULL, &rows, e));
	arena_reset(b->arena);
	for (size_t i = 0; i < rows_n(rows); i++, c->found++) {
		struct row_score found;

		rows_decode(rows, i, &row_score_desc, &found, b->arena);
		for (; at < b->n_made && str_cmp(b->made[at].id, found.id) < 0;
		     at++)
			rebuild_tell(
			    b, c, "score", b->made[at].id, "is missing");
		if (at == b->n_made || !str_eq(b->made[at].id, found.id)) {
			rebuild_tell(b, c, "score", found.id, STRANGE);
			continue;
		}
		rebuild_compare(b, c, "score", &row_score_desc, found.id,
		    &b->made[at++], &found);
	}
	for (; at < b->n_made; at++)
		rebuild_tell(b, c, "score", b->made[at].id, "is missing");
	c->made = (int64_t)b->n_made;
	return RC_OK;
}
