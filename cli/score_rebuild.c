/* huying score rebuild: is what is stored what the journal says? */
#include "cli/score_rebuild.h"

#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define TOLD_BYTES_MAX ((size_t)64 * 1024)
#define ROW_BYTES_MAX ((size_t)16 * 1024)
#define PATIENCE_MS 15000

void
rebuild_tell(struct rebuild *b, struct checks *c, const char *kind,
    struct str id, const char *what)
{
	c->differ++;
	if (b->n_told++ < REBUILD_TOLD_MAX)
		buf_printf(&b->told, "%s %.*s: %s\n", kind, STR_ARG(id), what);
}

/* The first field in which X and Y differ; NULL when they are the same. */
static const char *
difference(const struct msg_desc *d, const void *x, const void *y)
{
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_desc one = { .fields = &d->fields[i],
			.n_fields = 1 };
		AUTO(buf_fini) struct buf a;
		AUTO(buf_fini) struct buf b;

		buf_init(&a, ROW_BYTES_MAX);
		buf_init(&b, ROW_BYTES_MAX);
		msg_encode(&one, x, &a);
		msg_encode(&one, y, &b);
		if (!str_eq(buf_get(&a), buf_get(&b)))
			return d->fields[i].name;
	}
	return NULL;
}

void
rebuild_compare(struct rebuild *b, struct checks *c, const char *kind,
    const struct msg_desc *d, struct str id, const void *made,
    const void *found)
{
	const char *field = difference(d, made, found);
	char what[120];

	if (field == NULL)
		return;
	(void)snprintf(what, sizeof(what), "%s is not what it was", field);
	rebuild_tell(b, c, kind, id, what);
}

static enum rc
count_batch(struct rebuild *b, struct err *e)
{
	struct refold *r = &b->fold;

	for (size_t i = 0; i < r->n_pubs; i++) {
		struct publication *p = &r->pubs[i];

		for (size_t k = 0; p->sound && k < r->n_folders; k++)
			if (!scoring_count(&p->counting, &r->folders[k],
				&p->period, p->seq, r->keep))
				return err_set(e, RC_REJECT,
				    "the publications take more memory than "
				    "this command has");
	}
	return RC_OK;
}

static enum rc
fold_all(struct rebuild *b, struct err *e)
{
	for (;;) {
		TRY(refold_next(&b->fold, e));
		if (b->fold.n_folders == 0)
			return RC_OK;
		b->n_casefiles += (int64_t)b->fold.n_folders;
		TRY(rebuild_check_batch(b, e));
		TRY(count_batch(b, e));
	}
}

static bool
is_same(const struct rebuild *b)
{
	return b->tallies.differ + b->scores.differ + b->facts.differ == 0;
}

static void
print_checks(const char *name, const struct checks *c, const char *there)
{
	printf("%-10s %lld made again, %lld %s, %lld differ\n", name,
	    (long long)c->made, (long long)c->found, there,
	    (long long)c->differ);
}

static void
print_text(const struct rebuild *b)
{
	printf("%-10s %lld facts of %lld casefiles that count, %zu "
	       "publications\n",
	    "journal", (long long)b->fold.n_facts, (long long)b->n_casefiles,
	    b->fold.n_pubs);
	if (b->fold.n_parked > 0)
		printf("%-10s %zu events put aside, left out\n", "parked",
		    b->fold.n_parked);
	print_checks("tallies", &b->tallies, "stored");
	print_checks("scores", &b->scores, "stored");
	print_checks("facts", &b->facts, "published");
	if (b->told.n > 0)
		printf("\n%.*s", STR_ARG(buf_get(&b->told)));
	if (b->n_told > REBUILD_TOLD_MAX)
		printf("and %zu more\n", b->n_told - REBUILD_TOLD_MAX);
	printf("%s\n", is_same(b) ? "the same" : "NOT THE SAME");
}

static void
json_checks(const char *name, const struct checks *c, struct buf *out)
{
	buf_printf(out,
	    ",\"%s\":{\"made\":%lld,\"found\":%lld,\"differ\":%lld}", name,
	    (long long)c->made, (long long)c->found, (long long)c->differ);
}

static void
print_json(const struct rebuild *b)
{
	AUTO(buf_fini) struct buf out;
	struct str rest = buf_get(&b->told), line;
	bool first = true;

	buf_init(&out, 2 * TOLD_BYTES_MAX);
	buf_printf(&out,
	    "{\"facts_read\":%lld,\"casefiles\":%lld,\"publications\":%zu,"
	    "\"parked\":%zu",
	    (long long)b->fold.n_facts, (long long)b->n_casefiles,
	    b->fold.n_pubs, b->fold.n_parked);
	json_checks("tallies", &b->tallies, &out);
	json_checks("scores", &b->scores, &out);
	json_checks("facts", &b->facts, &out);
	buf_z(&out, ",\"differences\":[");
	while (str_next(&rest, '\n', &line)) {
		buf_z(&out, first ? "" : ",");
		wire_json_str(line, &out);
		first = false;
	}
	buf_printf(&out, "],\"same\":%s}", is_same(b) ? "true" : "false");
	printf("%.*s\n", STR_ARG(buf_get(&out)));
}

static enum rc
rebuild(struct rebuild *b, struct err *e)
{
	TRY(refold_open(&b->fold, b->db, e));
	TRY(fold_all(b, e));
	TRY(rebuild_find_strays(b, e));
	TRY(rebuild_publish(b, e));
	return rebuild_check_scores(b, e);
}

static int
prepare(struct rebuild *b)
{
	static const struct db_query *(*const all[])(size_t * n) = {
		rebuild_tally_queries,
		rebuild_score_queries,
		refold_queries,
	};
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t n;
		const struct db_query *queries = all[i](&n);

		if (db_prepare(b->db, queries, n, &e) != RC_OK)
			return score_failed(&e);
	}
	return registry_prepare(b->db, &e) == RC_OK ? -1 : score_failed(&e);
}

static int
work(struct rebuild *b)
{
	struct err e;
	int code = prepare(b);

	if (code >= 0)
		return code;
	db_patience(b->db, PATIENCE_MS);
	if (rebuild(b, &e) != RC_OK)
		return score_failed(&e);
	if (b->args->json)
		print_json(b);
	else
		print_text(b);
	db_rollback(b->db);
	return is_same(b) ? EXIT_OK : EXIT_NOTHING;
}

int
score_rebuild(const struct score_args *args)
{
	struct rebuild b = { .args = args };
	int code = cli_db(args->db, "score", NULL, 0, &b.db);

	if (code >= 0)
		return code;
	b.arena = arena_new(REFOLD_BATCH_BYTES);
	args_init(&b.query);
	buf_init(&b.told, TOLD_BYTES_MAX);
	code = work(&b);
	refold_fini(&b.fold);
	free(b.made);
	buf_fini(&b.told);
	args_fini(&b.query);
	arena_free(&b.arena);
	db_close(&b.db);
	return code;
}
