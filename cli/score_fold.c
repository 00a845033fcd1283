/* The journal through the rules of scoring, without the service. */
#include "cli/score.h"

#include "common/msg/wire.h"
#include "common/run/run.h"

#include <stdio.h>
#include <stdlib.h>

/* How much of the journal one look for commands goes through. */
#define STRETCH 500000

static const struct db_query queries[] = {
	{ "refold_snapshot",
	    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY" },
	{ "refold_cursors", "SELECT slot::bigint AS slot, seq FROM run.cursor "
			    "WHERE service = 'scoring'" },
	{ "refold_parked",
	    "SELECT seq FROM run.parked WHERE service = 'scoring' "
	    "ORDER BY seq LIMIT 100001" },
	{ "refold_commands", "SELECT seq, at, slot::bigint AS slot, envelope "
			     "FROM journal.event WHERE seq > $1 AND seq <= $2 "
			     "AND type = 'score.publish' ORDER BY seq" },
	{ "refold_facts",
	    "SELECT seq, at, slot::bigint AS slot, envelope, subject "
	    "FROM journal.event WHERE subject > $1 AND type = ANY ($2::text[]) "
	    "ORDER BY subject, seq LIMIT 5000" },
};

const struct db_query *
refold_queries(size_t *n)
{
	*n = ARRAY_LEN(queries);
	return queries;
}

static enum rc
begin(struct refold *r, struct err *e)
{
	db_begin(r->db);
	db_send(r->db, "refold_snapshot", NULL);
	TRY(db_flush(r->db, e));
	TRY(db_next(r->db, NULL, e));
	return db_next(r->db, NULL, e);
}

static enum rc
read_cursors(struct refold *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_exec(r->db, "refold_cursors", NULL, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		int64_t slot = rows_i64(rows, i, 0);

		if (slot < 0 || slot >= REFOLD_SLOTS)
			return err_set(e, RC_FATAL,
			    "run.cursor has a slot %lld", (long long)slot);
		r->cursor[slot] = rows_i64(rows, i, 1);
	}
	return RC_OK;
}

static enum rc
read_parked(struct refold *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_exec(r->db, "refold_parked", NULL, &rows, e));
	if (rows_n(rows) > REFOLD_PARKED_MAX)
		return err_set(e, RC_REJECT,
		    "more than %d events are parked: see to them first",
		    REFOLD_PARKED_MAX);
	r->n_parked = rows_n(rows);
	r->parked =
	    arena_alloc(r->keep, (r->n_parked + 1) * sizeof(*r->parked));
	must(r->parked != NULL);
	for (size_t i = 0; i < r->n_parked; i++)
		r->parked[i] = rows_i64(rows, i, 0);
	return RC_OK;
}

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* One row of the journal, read. */
struct taken {
	int64_t seq;
	int64_t at;
	struct msg_envelope env;
	const struct msg_desc *desc;
	void *msg;
};

/* Whether the service has worked on row I of ROWS; it may be behind. */
static bool
is_worked_on(const struct refold *r, const struct rows *rows, size_t i)
{
	int64_t seq = rows_i64(rows, i, 0), slot = rows_i64(rows, i, 2);

	return slot >= 0 && slot < REFOLD_SLOTS && seq <= r->cursor[slot] &&
	       bsearch(&seq, r->parked, r->n_parked, sizeof(seq), by_number) ==
		   NULL;
}

static enum rc
take(const struct rows *rows, size_t i, struct arena *arena, struct taken *t,
    struct err *e)
{
	struct str body = arena_str(arena, rows_str(rows, i, 3));
	bool sound;

	t->seq = rows_i64(rows, i, 0);
	t->at = rows_time(rows, i, 1);
	sound = envelope_decode(body, MSG_LENIENT, &t->env, NULL) == RC_OK &&
		(t->desc = msg_find(t->env.type)) != NULL &&
		(t->msg = arena_alloc(arena, t->desc->size)) != NULL &&
		msg_decode(t->desc, t->env.data, MSG_LENIENT, t->msg, arena,
		    NULL) == RC_OK;
	return sound ? RC_OK
		     : err_set(e, RC_REJECT, "event %lld cannot be read",
			   (long long)t->seq);
}

static struct publication
publication_of(struct refold *r, const struct taken *t)
{
	const struct msg_score_publish *asked = t->msg;
	struct publication p = {
		.seq = t->seq, .at = t->at, .env = t->env, .msg = t->msg
	};

	p.casefile = t->env.subject.n > 0
			 ? t->env.subject
			 : run_number(t->env.division, t->at, t->seq, r->keep);
	p.sound =
	    scoring_period(r->registry, asked->period, &p.period) == PERIOD_OK;
	return p;
}

static enum rc
add_publications(struct refold *r, const struct rows *rows, struct err *e)
{
	struct publication *v =
	    arena_alloc(r->keep, (r->n_pubs + rows_n(rows) + 1) * sizeof(*v));
	struct taken t;

	if (v == NULL)
		return err_set(e, RC_REJECT, "too many publications");
	if (r->n_pubs > 0)
		memcpy(v, r->pubs, r->n_pubs * sizeof(*v));
	r->pubs = v;
	for (size_t i = 0; i < rows_n(rows); i++) {
		if (!is_worked_on(r, rows, i))
			continue;
		TRY(take(rows, i, r->keep, &t, e));
		v[r->n_pubs++] = publication_of(r, &t);
	}
	return RC_OK;
}

/* There are few of them and no index: stretch by stretch. */
static enum rc
read_publications(struct refold *r, struct err *e)
{
	int64_t last = 0;
	enum rc rc = RC_OK;

	for (size_t i = 0; i < REFOLD_SLOTS; i++)
		last = r->cursor[i] > last ? r->cursor[i] : last;
	for (int64_t seq = 0; seq < last && rc == RC_OK; seq += STRETCH) {
		struct rows *rows = NULL;

		args_reset(&r->args);
		args_i64(&r->args, seq);
		args_i64(&r->args, seq + STRETCH);
		rc = db_exec(r->db, "refold_commands", &r->args, &rows, e);
		if (rc == RC_OK && rows_n(rows) > 0)
			rc = add_publications(r, rows, e);
		rows_free(&rows);
	}
	return rc;
}

enum rc
refold_open(struct refold *r, struct db *db, struct err *e)
{
	*r = (struct refold){ .db = db };
	r->keep = arena_new(REFOLD_KEEP_BYTES);
	r->batch = arena_new(REFOLD_BATCH_BYTES);
	args_init(&r->args);
	TRY(registry_load(&r->registry, db, e));
	TRY(begin(r, e));
	TRY(read_cursors(r, e));
	TRY(read_parked(r, e));
	return read_publications(r, e);
}

void
refold_fini(struct refold *r)
{
	registry_free(&r->registry);
	arena_free(&r->keep);
	arena_free(&r->batch);
	args_fini(&r->args);
}

static void
apply(struct refold *r, struct folder *folder, const struct taken *t,
    const void *extra, struct decision *d)
{
	struct step s = {
		.registry = r->registry,
		.env = &t->env,
		.desc = t->desc,
		.msg = t->msg,
		.at = t->at,
		.seq = t->seq,
		.folder = folder,
		.decision = d,
		.arena = r->batch,
		.extra = extra,
	};

	decision_init(d);
	(void)machine_apply(&scoring_machine, &s);
}

/* All that the service listens to but the command, once each. */
static size_t
listened(struct str *v, size_t cap)
{
	size_t n = 0;

	for (size_t i = 0; i < scoring_machine.n_moves; i++) {
		const struct msg_desc *on = scoring_machine.moves[i].on;

		if (on->kind != MSG_FACT)
			continue;
		must(n < cap);
		v[n++] = str_of(on->type);
	}
	return n;
}

static enum rc
query_facts(struct refold *r, struct rows **rows, struct err *e)
{
	struct str types[64];
	size_t n = listened(types, ARRAY_LEN(types));

	args_reset(&r->args);
	args_str(&r->args, str_of(r->after));
	args_strs(&r->args, types, n);
	return db_exec(r->db, "refold_facts", &r->args, rows, e);
}

/* A full batch may cut its last casefile in two: that one waits. */
static enum rc
whole_casefiles(
    struct refold *r, const struct rows *rows, size_t *n, struct err *e)
{
	struct str last;

	*n = rows_n(rows);
	r->done = *n < REFOLD_BATCH;
	if (r->done)
		return RC_OK;
	last = rows_str(rows, *n - 1, 4);
	while (*n > 0 && str_eq(rows_str(rows, *n - 1, 4), last))
		--*n;
	return *n > 0
		   ? RC_OK
		   : err_set(e, RC_REJECT, "casefile %.*s has %d facts or more",
			 STR_ARG(last), REFOLD_BATCH);
}

static enum rc
fold_rows(struct refold *r, const struct rows *rows, size_t n, struct err *e)
{
	struct folder *folder = NULL;
	struct decision d;
	struct taken t;

	for (size_t i = 0; i < n; i++) {
		struct str subject = rows_str(rows, i, 4);

		if (folder == NULL || !str_eq(folder->casefile, subject)) {
			folder = &r->folders[r->n_folders++];
			folder->casefile = arena_str(r->batch, subject);
		}
		if (!is_worked_on(r, rows, i))
			continue;
		TRY(take(rows, i, r->batch, &t, e));
		apply(r, folder, &t, NULL, &d);
		r->n_facts++;
	}
	if (folder != NULL)
		(void)snprintf(r->after, sizeof(r->after), "%.*s",
		    STR_ARG(folder->casefile));
	return RC_OK;
}

enum rc
refold_next(struct refold *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	size_t n;

	arena_reset(r->batch);
	r->n_folders = 0;
	if (r->done)
		return RC_OK;
	TRY(query_facts(r, &rows, e));
	TRY(whole_casefiles(r, rows, &n, e));
	r->folders = arena_alloc(r->batch, (n + 1) * sizeof(*r->folders));
	must(r->folders != NULL);
	return fold_rows(r, rows, n, e);
}

enum rc
refold_publish(struct refold *r, size_t i, int64_t last_revision,
    struct folder *folder, struct decision *d, struct err *e)
{
	const struct publication *p = &r->pubs[i];
	const struct taken t = { .seq = p->seq,
		.at = p->at,
		.env = p->env,
		.desc = &msg_score_publish_desc,
		.msg = p->msg };
	size_t n = p->counting.n;
	struct score_basis b = { .last_revision = last_revision, .n = n };
	struct row_count *v;

	arena_reset(r->batch);
	v = arena_alloc(r->batch, (n + 1) * sizeof(*v));
	if (v == NULL)
		return err_set(e, RC_REJECT, "too many units to score");
	for (size_t k = 0; k < n; k++)
		v[k] = p->counting.v[k].count;
	b.counts = v;
	*folder = (struct folder){ .casefile = p->casefile };
	apply(r, folder, &t, p->sound ? &b : NULL, d);
	return RC_OK;
}
