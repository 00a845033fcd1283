/* migrate, verify, clock, status: the state of the installation. */
#include "cli/cli.h"

#include "common/base/id.h"
#include "common/db/migrations.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char migrate_usage[] =
    "usage: huying migrate [--db DSN]\n\n"
    "Applies the numbered SQL files that this program brings and the\n"
    "database lacks, each in a transaction, under an advisory lock.\n";

int
cmd_migrate(int argc, char **argv)
{
	const char *dsn = NULL;
	const struct option_row rows[] = { { "--db", &dsn, NULL } };
	const struct options o = { migrate_usage, rows, ARRAY_LEN(rows), NULL,
		0 };
	struct db *db = NULL;
	struct migrated m;
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(dsn, "migrate", NULL, 0, &db)) >= 0)
		return code;
	code = EXIT_OK;
	if (db_migrate(db, &m, &e) != RC_OK) {
		cli_say("%s", e.text);
		code = EXIT_NOTHING;
	} else if (m.before == m.after) {
		printf("schema %d, nothing to do\n", m.after);
	} else {
		printf("schema %d -> %d\n", m.before, m.after);
	}
	db_close(&db);
	return code;
}

static const char clock_usage[] =
    "usage: huying clock [show | advance AMOUNT | set TIME | run | stop]\n\n"
    "The time that services go by.  It can be moved (forward only) in a\n"
    "database that was created as a sandbox: huying up --sandbox.\n\n"
    "  show             print it\n"
    "  advance AMOUNT   90s, 30m, 2h, 2d\n"
    "  set TIME         2026-03-18T08:00+08:00\n"
    "  run, stop        let it run on from where it stands, or stand still\n\n"
    "  --db DSN\n";

static const struct db_query clock_queries[] = {
	{ "clock_now", "SELECT run.now(), sandbox FROM run.clock" },
	{ "clock_set", "SELECT run.set_clock($1)" },
	{ "clock_run",
	    "UPDATE run.clock SET base_at = run.now(), running_at = "
	    "CASE WHEN $1 THEN clock_timestamp() END WHERE sandbox" },
};

/* "2d", "90s": into ms. */
static bool
parse_amount(const char *text, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = { { 's', SECOND_MS }, { 'm', MINUTE_MS }, { 'h', HOUR_MS },
		{ 'd', DAY_MS } };
	size_t n = strlen(text);
	int64_t v;

	if (n < 2 || !str_i64((struct str){ text, n - 1 }, &v) || v < 0 ||
	    v > 1000000)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (text[n - 1] == units[i].unit) {
			*ms = v * units[i].ms;
			return true;
		}
	return false;
}

static int
clock_read(struct db *db, int64_t *now, bool *sandbox)
{
	struct rows *rows = NULL;
	struct err e;

	if (db_exec(db, "clock_now", NULL, &rows, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	*now = rows_time(rows, 0, 0);
	*sandbox = rows_bool(rows, 0, 1);
	rows_free(&rows);
	return -1;
}

static int
clock_move(struct db *db, int64_t to)
{
	struct args a;
	struct err e;
	enum rc rc;

	args_init(&a);
	args_time(&a, to);
	rc = db_exec(db, "clock_set", &a, NULL, &e);
	args_fini(&a);
	if (rc == RC_OK) {
		cli_ring();
		return -1;
	}
	cli_say("%s", e.text);
	return EXIT_NOTHING;
}

static int
clock_let(struct db *db, bool run, bool sandbox)
{
	struct args a;
	struct err e;
	enum rc rc;

	if (!sandbox) {
		cli_say("this database is not a sandbox: its clock is real");
		return EXIT_NOTHING;
	}
	args_init(&a);
	args_bool(&a, run);
	rc = db_exec(db, "clock_run", &a, NULL, &e);
	args_fini(&a);
	if (rc == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}

static int
clock_do(struct db *db, const char **words, size_t n, int64_t now, bool sandbox)
{
	int64_t ms;

	if (n == 0 || (n == 1 && strcmp(words[0], "show") == 0))
		return -1;
	if (n == 2 && strcmp(words[0], "advance") == 0 &&
	    parse_amount(words[1], &ms))
		return clock_move(db, now + ms);
	if (n == 2 && strcmp(words[0], "set") == 0 &&
	    clock_parse(str_of(words[1]), &ms))
		return clock_move(db, ms);
	if (n == 1 &&
	    (strcmp(words[0], "run") == 0 || strcmp(words[0], "stop") == 0))
		return clock_let(db, words[0][0] == 'r', sandbox);
	cli_say("cannot read that; huying clock --help");
	return EXIT_USAGE;
}

int
cmd_clock(int argc, char **argv)
{
	const char *dsn = NULL, *words[2];
	const struct option_row rows[] = { { "--db", &dsn, NULL } };
	const struct options o = { clock_usage, rows, ARRAY_LEN(rows), words,
		ARRAY_LEN(words) };
	char text[CLOCK_TEXT];
	struct db *db = NULL;
	int64_t now;
	bool sandbox;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(dsn, "clock", clock_queries,
			      ARRAY_LEN(clock_queries), &db)) >= 0)
		return code;
	if ((code = clock_read(db, &now, &sandbox)) < 0 &&
	    (code = clock_do(db, words, n, now, sandbox)) < 0 &&
	    (code = clock_read(db, &now, &sandbox)) < 0) {
		printf("%s\n", clock_format(now, text));
		code = EXIT_OK;
	}
	db_close(&db);
	return code;
}

static const char verify_usage[] =
    "usage: huying verify [--db DSN] [--json]\n\n"
    "Reads the whole journal and recomputes its hash chain: every event\n"
    "there, in place, unchanged.  Prints the last hash, worth keeping\n"
    "elsewhere; exits 1 and names the first bad place if there is one.\n";

#define VERIFY_BATCH 2000

static const struct db_query verify_queries[] = {
	{ "verify_links",
	    "SELECT first_seq, last_seq, prev, hash FROM journal.link "
	    "WHERE last_seq > $1 ORDER BY last_seq LIMIT 2000" },
	{ "verify_events", "SELECT seq, envelope FROM journal.event "
			   "WHERE seq >= $1 AND seq <= $2 ORDER BY seq" },
	{ "verify_head", "SELECT journal.head()" },
};

struct verify {
	struct db *db;
	int64_t last; /* seq verified so far */
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
	TRY(db_exec(v->db, "verify_head", NULL, &rows, e));
	head = rows_i64(rows, 0, 0);
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
	const struct options o = { verify_usage, rows, ARRAY_LEN(rows), NULL,
		0 };
	struct verify v = { .last = 0 };
	char hex[HASH_TEXT];
	struct err e;
	size_t n;
	enum rc rc;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_db(dsn, "verify", verify_queries,
			      ARRAY_LEN(verify_queries), &v.db)) >= 0)
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
		    v.wrong[0] == '\0' ? "true" : "false", (long long)v.last,
		    (long long)v.links, hex, v.wrong);
	else if (v.wrong[0] == '\0')
		printf("journal sound: %lld events in %lld links, hash %s\n",
		    (long long)v.last, (long long)v.links, hex);
	else
		printf("JOURNAL BROKEN %s\n", v.wrong);
	return v.wrong[0] == '\0' ? EXIT_OK : EXIT_NOTHING;
}
