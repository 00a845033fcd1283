/* huying key: the words, and what they share. */
#include "cli/key.h"

#include "services/bus/rights.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: huying key new NAME [--publish PATTERN]... [options]\n"
    "       huying key list | show NAME | history [NAME]\n"
    "       huying key grant NAME VERB [PATTERN]\n"
    "       huying key withdraw NAME VERB [PATTERN]\n"
    "       huying key limit NAME [--rate N] [--burst N] [--note TEXT]\n"
    "       huying key rotate NAME [--overlap 7d] [--out FILE]\n"
    "       huying key revoke NAME\n"
    "       huying key bus [--out FILE]\n"
    "\n"
    "Who may come to the bus over TCP, and what for.  Nothing that is not\n"
    "granted is allowed; a change holds within 5 seconds, for open\n"
    "connections, too.  (Over the unix sockets of this machine anybody\n"
    "comes in who may open their files.)\n"
    "\n"
    "  new       a client with a key of its own.  The secret is written to\n"
    "            a file of mode 0600, once; it is kept nowhere else and can\n"
    "            never be shown again\n"
    "  list      all clients; show: one, its keys and rights; history: who\n"
    "            changed what, when\n"
    "  grant     one right more; withdraw: one less\n"
    "  limit     another rate, another note\n"
    "  rotate    a new key; the old ones end when the overlap is over\n"
    "  revoke    the client as a whole, for ever; its name is not given\n"
    "            again\n"
    "  bus       the bus's own key, for HUYING_BUS_KEY; huying up --tcp\n"
    "            makes it by itself.  Clients' files made before need a new\n"
    "            server-key then\n"
    "\n"
    "VERB is one of\n"
    "  publish PATTERN   commands of these topics\n"
    "  read PATTERN      events of these topics, through log\n"
    "  live              the whole live feed\n"
    "  source PREFIX     speak as this source and all below it\n"
    "  ring              ring after a commit, as services do\n"
    "PATTERN is TYPE[/DIVISION]: call.raise, call.*, *, and behind a slash\n"
    "a code of 6, 9, 12 or 15 digits, which means all inside it, too.\n"
    "\n"
    "  --publish PATTERN, --read PATTERN, --source PREFIX, --live, --ring\n"
    "                 rights of a new client; the first three as often as\n"
    "                 needed.  Without --source: /NAME\n"
    "  --rate N       publishes a second (500); --burst N: at once (twice\n"
    "                 the rate)\n"
    "  --note TEXT    what it is, for people\n"
    "  --out FILE     where the key goes (NAME.key here)\n"
    "  --overlap T    how long old keys go on: 12h, 7d; 0 ends them now\n"
    "  --all          list also what is revoked\n"
    "  --at TIME      list, show: as it was then\n"
    "  --json         one object a line\n"
    "  --db DSN       libpq connection string\n"
    "\n"
    "Exit codes: 0 done, 1 there is no such client or right, or there is\n"
    "one already, 2 wrong usage, 3 no database, or the file cannot be\n"
    "written.\n";

static const struct db_query queries[] = {
	{ "key_who", "SELECT set_config('huying.who', $1, true)" },
	{ "key_server", "SELECT public_key FROM access.server "
			"ORDER BY created_at DESC LIMIT 1" },
	{ "key_add_server",
	    "INSERT INTO access.server (public_key) VALUES ($1) "
	    "ON CONFLICT DO NOTHING" },
	{ "key_add_client",
	    "INSERT INTO access.client (name, note, rate, burst) "
	    "VALUES ($1, $2, $3::text::int, $4::text::int) "
	    "ON CONFLICT DO NOTHING RETURNING name" },
	{ "key_add_key",
	    "INSERT INTO access.key (client, public_key) SELECT name, $2 "
	    "FROM access.client WHERE name = $1 AND disabled_at IS NULL "
	    "ON CONFLICT DO NOTHING RETURNING client" },
	{ "key_add_grant", "INSERT INTO access.grant (client, verb, pattern) "
			   "SELECT name, $2, $3 FROM access.client "
			   "WHERE name = $1 AND disabled_at IS NULL "
			   "ON CONFLICT DO NOTHING RETURNING client" },
	{ "key_end_grant",
	    "UPDATE access.grant SET ended_at = clock_timestamp() "
	    "WHERE client = $1 AND verb = $2 AND pattern = $3 "
	    "AND ended_at IS NULL RETURNING client" },
	{ "key_end_keys",
	    "UPDATE access.key SET expires_at = least(expires_at, "
	    "clock_timestamp() + $2::text::interval) "
	    "WHERE client = $1 AND revoked_at IS NULL RETURNING client" },
	{ "key_revoke_keys",
	    "UPDATE access.key SET revoked_at = clock_timestamp() "
	    "WHERE client = $1 AND revoked_at IS NULL RETURNING client" },
	{ "key_revoke",
	    "UPDATE access.client SET disabled_at = clock_timestamp() "
	    "WHERE name = $1 AND disabled_at IS NULL RETURNING name" },
	{ "key_limit",
	    "UPDATE access.client SET rate = coalesce($2::text::int, rate), "
	    "burst = coalesce($3::text::int, burst), "
	    "note = coalesce($4, note) "
	    "WHERE name = $1 AND disabled_at IS NULL RETURNING name" },
	{ "key_is_open", "SELECT name FROM access.client "
			 "WHERE name = $1 AND disabled_at IS NULL" },
};

static const struct word {
	const char *name;
	int (*run)(struct db *db, const struct key_args *k);
	size_t min; /* words behind it */
	size_t max;
} words[] = {
	{ "new", key_cmd_new, 1, 1 },
	{ "rotate", key_cmd_rotate, 1, 1 },
	{ "bus", key_cmd_bus, 0, 0 },
	{ "grant", key_cmd_grant, 2, 3 },
	{ "withdraw", key_cmd_withdraw, 2, 3 },
	{ "limit", key_cmd_limit, 1, 1 },
	{ "revoke", key_cmd_revoke, 1, 1 },
	{ "list", key_cmd_list, 0, 0 },
	{ "show", key_cmd_show, 1, 1 },
	{ "history", key_cmd_history, 0, 1 },
};

enum rc
key_prepare(struct db *db, struct err *e)
{
	return db_prepare(db, queries, ARRAY_LEN(queries), e);
}

enum rc
key_do(struct db *db, const char *query, const char *const *texts, size_t n,
    size_t *n_rows, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct args a;
	enum rc rc;

	args_init(&a);
	for (size_t i = 0; i < n; i++)
		args_str(&a, str_of(texts[i]));
	rc = db_exec(db, query, &a, &rows, e);
	args_fini(&a);
	if (rc == RC_OK && n_rows != NULL)
		*n_rows = rows_n(rows);
	return rc;
}

enum rc
key_begin(struct db *db, struct err *e)
{
	char text[CLI_WHO];
	const char *name = cli_who(text);

	db_begin(db);
	TRY(db_flush(db, e));
	TRY(db_next(db, NULL, e));
	return key_do(db, "key_who", &name, 1, NULL, e);
}

bool
key_grant_ok(const char *verb, const char *pattern)
{
	struct right r;

	if (rights_parse(str_of(verb), str_of(pattern), &r))
		return true;
	cli_say(
	    "%s %s is no right; huying key --help tells them", verb, pattern);
	return false;
}

bool
key_number(const char *what, const char *text, int64_t *n)
{
	if (str_i64(str_of(text), n) && *n >= 1 && *n <= BUCKET_MAX)
		return true;
	cli_say("%s must be a number from 1 to %d", what, BUCKET_MAX);
	return false;
}

static const struct word *
find_word(const struct key_args *k)
{
	const struct word *w = NULL;

	if (k->n_words == 0) {
		cli_say("key: which word? huying key --help tells them");
		return NULL;
	}
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(words[i].name, k->words[0]) == 0)
			w = &words[i];
	if (w == NULL)
		cli_say("key: no word %s; huying key --help", k->words[0]);
	else if (k->n_words - 1 < w->min || k->n_words - 1 > w->max)
		cli_say("key %s: %s; huying key --help", w->name,
		    k->n_words - 1 < w->min ? "something is missing"
					    : "one word too many");
	else
		return w;
	return NULL;
}

static int
run(const struct key_args *k)
{
	const struct word *w = find_word(k);
	struct db *db = NULL;
	struct err e;
	int code;

	if (w == NULL)
		return EXIT_USAGE;
	code = cli_db(k->db, "key", NULL, 0, &db);
	if (code >= 0)
		return code;
	if (key_prepare(db, &e) == RC_OK) {
		code = w->run(db, k);
	} else {
		cli_say("%s", e.text);
		code = EXIT_CONNECT;
	}
	db_close(&db);
	return fflush(stdout) == 0 ? code : EXIT_CONNECT;
}

int
cmd_key(int argc, char **argv)
{
	struct key_args k = { .db = NULL };
	struct option_row rows[11 + 3 * KEY_PATTERNS] = {
		{ "--db", &k.db, NULL },
		{ "--note", &k.note, NULL },
		{ "--rate", &k.rate, NULL },
		{ "--burst", &k.burst, NULL },
		{ "--out", &k.out, NULL },
		{ "--overlap", &k.overlap, NULL },
		{ "--at", &k.at, NULL },
		{ "--live", NULL, &k.live },
		{ "--ring", NULL, &k.ring },
		{ "--all", NULL, &k.all },
		{ "--json", NULL, &k.json },
	};
	struct option_row *row = &rows[11];
	const struct options o = { usage, rows, ARRAY_LEN(rows), k.words,
		ARRAY_LEN(k.words) };
	int code;

	for (size_t i = 0; i < KEY_PATTERNS; i++)
		*row++ =
		    (struct option_row){ "--publish", &k.publish[i], NULL };
	for (size_t i = 0; i < KEY_PATTERNS; i++)
		*row++ = (struct option_row){ "--read", &k.read[i], NULL };
	for (size_t i = 0; i < KEY_PATTERNS; i++)
		*row++ = (struct option_row){ "--source", &k.source[i], NULL };
	code = options_parse(&o, argc, argv, &k.n_words);
	return code >= 0 ? code : run(&k);
}
