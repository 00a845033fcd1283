/* huying verify: the journal's hash chain, recomputed. */
#include "cli/cli.h"

#include "common/base/id.h"

#include <stdio.h>

static const char usage[] =
    "usage: huying verify [--db DSN] [--json]\n"
    "\n"
    "Reads the whole journal and recomputes its hash chain: every event\n"
    "there, in place, unchanged.  Prints the last hash, worth keeping\n"
    "elsewhere, or the first bad place.\n"
    "\n"
    "  --db DSN   libpq connection string\n"
    "  --json     one object\n"
    "\n"
    "Exit codes: 0 sound, 1 not sound, 2 wrong usage, 3 no database.\n";

static const struct db_query queries[] = {
	{ "verify_links",
	    "SELECT first_seq, last_seq, prev, hash FROM journal.link "
	    "WHERE last_seq > $1 ORDER BY last_seq LIMIT 2000" },
	{ "verify_events", "SELECT seq, envelope FROM journal.event "
			   "WHERE seq >= $1 AND seq <= $2 ORDER BY seq" },
	{ "verify_bounds",
	    "SELECT journal.head(), journal.first(), (SELECT hash FROM "
	    "journal.link WHERE first_seq < journal.first() "
	    "ORDER BY last_seq DESC LIMIT 1), (SELECT max(last_seq) "
	    "FROM journal.link WHERE first_seq < journal.first())" },
};

struct verify {
	struct db *db;
	int64_t first; /* what lies up to here was retired */
	int64_t last;  /* seq verified so far */
	int64_t links;
	unsigned char hash[HASH_LEN];
	char wrong[160];
};

static bool
wrong_at(struct verify *v, int64_t seq, const char *what)
{
	(void)snprintf(v->wrong, sizeof(v->wrong), "at seq %lld: %s",
	    (long long)seq, what);
	return false;
}

/* prev || sha256(envelope) ... of one link, from what is stored. */
static bool
verify_link(struct verify *v, const struct rows *links, size_t i,
    const struct rows *events, size_t *at)
{
	int64_t first = rows_i64(links, i, 0), last = rows_i64(links, i, 1);
	struct str prev = rows_str(links, i, 2), hash = rows_str(links, i, 3);
	struct buf all;
	unsigned char digest[HASH_LEN];

	if (first != v->last + 1)
		return wrong_at(v, first, "a link is missing before");
	if (!str_eq(prev, (struct str){ (const char *)v->hash, HASH_LEN }))
		return wrong_at(v, first, "the chain is broken before");
	buf_init(&all, SIZE_MAX / 4);
	buf_str(&all, prev);
	for (int64_t seq = first; seq <= last; seq++, ++*at) {
		if (*at >= rows_n(events) || rows_i64(events, *at, 0) != seq) {
			buf_fini(&all);
			return wrong_at(v, seq, "the event is missing");
		}
		id_hash(rows_str(events, *at, 1), digest);
		buf_put(&all, digest, sizeof(digest));
	}
	id_hash(buf_get(&all), v->hash);
	buf_fini(&all);
	v->last = last;
	v->links++;
	return str_eq(hash, (struct str){ (const char *)v->hash, HASH_LEN }) ||
	       wrong_at(v, first, "an event from here was changed");
}

static enum rc
verify_some(struct verify *v, bool *more, struct err *e)
{
	struct rows *links = NULL, *events = NULL;
	struct args a;
	size_t at = 0, n;
	enum rc rc;

	args_init(&a);
	args_i64(&a, v->last);
	rc = db_exec(v->db, "verify_links", &a, &links, e);
	n = rc == RC_OK ? rows_n(links) : 0;
	*more = n > 0;
	if (n > 0) {
		args_reset(&a);
		args_i64(&a, v->last + 1);
		args_i64(&a, rows_i64(links, n - 1, 1));
		rc = db_exec(v->db, "verify_events", &a, &events, e);
	}
	for (size_t i = 0; rc == RC_OK && i < n && v->wrong[0] == '\0'; i++)
		(void)verify_link(v, links, i, events, &at);
	rows_free(&links);
	rows_free(&events);
	args_fini(&a);
	return rc;
}

/* Every event must hang in the chain. */
static enum rc
verify_all(struct verify *v, struct err *e)
{
	struct rows *rows = NULL;
	bool more = true;
	int64_t head;

	id_hash(STR("huying"), v->hash);
	TRY(db_exec(v->db, "verify_bounds", NULL, &rows, e));
	head = rows_i64(rows, 0, 0);
	/* Of what was retired the hashes are left: go on from the last. */
	if (!rows_null(rows, 0, 2) && rows_str(rows, 0, 2).n == HASH_LEN) {
		memcpy(v->hash, rows_str(rows, 0, 2).p, HASH_LEN);
		v->last = v->first = rows_i64(rows, 0, 3);
	}
	rows_free(&rows);
	while (more && v->wrong[0] == '\0')
		TRY(verify_some(v, &more, e));
	if (v->wrong[0] == '\0' && v->last < head)
		(void)wrong_at(v, v->last + 1, "no link covers this event");
	return RC_OK;
}

int
cmd_verify(int argc, char **argv)
{
	const char *dsn = NULL;
	bool json = false;
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "--json", NULL, &json } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), NULL, 0 };
	struct verify v = { .last = 0 };
	char hex[HASH_TEXT];
	struct err e;
	size_t n;
	enum rc rc;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(dsn, "verify", queries,
			      ARRAY_LEN(queries), &v.db)) >= 0)
		return code;
	db_patience(v.db, 60000);
	rc = verify_all(&v, &e);
	db_close(&v.db);
	if (rc != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	(void)id_hex(v.hash, hex);
	if (json)
		printf("{\"ok\":%s,\"events\":%lld,\"links\":%lld,"
		       "\"hash\":\"%s\",\"wrong\":\"%s\"}\n",
		    v.wrong[0] == '\0' ? "true" : "false",
		    (long long)(v.last - v.first), (long long)v.links, hex,
		    v.wrong);
	else if (v.wrong[0] == '\0')
		printf("journal sound: %lld events in %lld links, hash %s\n",
		    (long long)(v.last - v.first), (long long)v.links, hex);
	else
		printf("JOURNAL BROKEN %s\n", v.wrong);
	return v.wrong[0] == '\0' ? EXIT_OK : EXIT_NOTHING;
}
