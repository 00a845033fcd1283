/* huying score rebuild: is what is stored what the journal says? */
#include "cli/score.h"

#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define TOLD_MAX 20
#define TOLD_BYTES_MAX ((size_t)64 * 1024)
#define ROW_BYTES_MAX ((size_t)16 * 1024)
#define PATIENCE_MS 15000

static const struct db_query queries[] = {
	{ "rebuild_tallies",
	    "SELECT * FROM scoring.tally WHERE casefile = ANY ($1::text[]) "
	    "ORDER BY casefile, seq" },
	{ "rebuild_count", "SELECT count(*) AS n FROM scoring.tally" },
	{ "rebuild_strays",
	    "SELECT t.id FROM scoring.tally t WHERE NOT EXISTS ("
	    "SELECT FROM journal.event e WHERE e.subject = t.casefile) "
	    "ORDER BY t.id LIMIT 20" },
	{ "rebuild_scores",
	    "SELECT * FROM scoring.score ORDER BY id COLLATE \"C\"" },
	{ "rebuild_published",
	    "SELECT envelope FROM journal.event "
	    "WHERE subject = $1 AND type = 'score.published' ORDER BY seq" },
};

/* Things of one kind: made again, found, and how many are not alike. */
struct tally_of_checks {
	int64_t made;
	int64_t found;
	int64_t differ;
};

struct rebuild {
	const struct score_args *args;
	struct db *db;
	struct refold fold;
	struct arena *arena; /* of one look at the stored rows */
	struct args query;
	int64_t n_casefiles;
	struct tally_of_checks tallies, scores, facts;
	struct row_score *made; /* scores, by id; in the fold's keep */
	size_t n_made;
	size_t cap_made;
	struct buf told; /* what differs, one a line, the first of them */
	size_t n_told;
};

static void
tell(struct rebuild *b, struct tally_of_checks *c, const char *kind,
    struct str id, const char *what)
{
	c->differ++;
	if (b->n_told++ < TOLD_MAX)
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

static void
compare(struct rebuild *b, struct tally_of_checks *c,
    const struct msg_desc *d, struct str id, const void *made,
    const void *found)
{
	const char *field = difference(d, made, found);
	char what[120];

	if (field == NULL)
		return;
	(void)snprintf(what, sizeof(what), "%s is not what it was", field);
	tell(b, c, d->type, id, what);
}

static const struct row_tally *
next_made(const struct held **h)
{
	while (*h != NULL && (*h)->thing != THING_TALLY)
		*h = (*h)->next;
	return *h != NULL ? (const struct row_tally *)(*h)->row : NULL;
}

/* The stored rows of one casefile, from row *I of ROWS on, against F. */
static void
compare_casefile(struct rebuild *b, const struct folder *f,
    const struct rows *rows, size_t *i)
{
	const struct held *h = f->first;
	const struct row_tally *made = next_made(&h);
	struct tally_of_checks *c = &b->tallies;
	struct row_tally found;
	bool more;

	for (;;) {
		more = *i < rows_n(rows);
		if (more)
			rows_decode(
			    rows, *i, &row_tally_desc, &found, b->arena);
		more = more && str_eq(found.casefile, f->casefile);
		if (made == NULL && !more)
			return;
		if (!more || (made != NULL && made->seq < found.seq))
			tell(b, c, row_tally_desc.type, made->id, "is missing");
		else if (made == NULL || found.seq < made->seq)
			tell(b, c, row_tally_desc.type, found.id,
			    "does not follow from the journal");
		else
			compare(b, c, &row_tally_desc, found.id, made, &found);
		if (more && (made == NULL || found.seq <= made->seq)) {
			c->found++;
			++*i;
			if (made == NULL || found.seq < made->seq)
				continue;
		}
		c->made++;
		h = h->next;
		made = next_made(&h);
	}
}
