/*
 * huying parked: what a service could not take, and what is to become of it.
 * The service itself does what is asked for; this only writes the request.
 */
#include "cli/parked.h"

#include "common/base/clock.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 15000

static const char usage[] =
    "usage: huying parked [list [SERVICE]]\n"
    "       huying parked show SERVICE SEQ|CASEFILE\n"
    "       huying parked retry SERVICE [SEQ|CASEFILE]\n"
    "       huying parked drop SERVICE SEQ --reason TEXT\n"
    "\n"
    "An event that a service cannot take is put aside with its reason, and\n"
    "what else comes for its casefile waits behind it; all other casefiles\n"
    "go on.  The service tries again by itself for a while.\n"
    "\n"
    "  list    all of them; TRIES 0: it only waits behind another one\n"
    "  show    the event, and what waits behind it\n"
    "  retry   the service takes the casefile's events again, in order; of\n"
    "          every casefile when none is named\n"
    "  drop    the event never takes effect here; those behind it are\n"
    "          taken.  Who asked, when and why is kept for ever\n"
    "\n"
    "  --reason TEXT  why it may be dropped\n"
    "  --no-wait      do not wait until it is done (15 s at most)\n"
    "  --json         one object a line\n"
    "  --db DSN       libpq connection string\n"
    "\n"
    "Exit codes: 0 done, or nothing is parked; 1 something is parked, is\n"
    "not what was asked for, or was parked again; 2 wrong usage; 3 no\n"
    "database.\n";

static const struct db_query queries[] = {
	{ "parked_ask",
	    "INSERT INTO run.parked_request (service, action, casefile, seq, "
	    "who, reason) SELECT DISTINCT ON (casefile) service, $2, casefile, "
	    "CASE WHEN $2 = 'drop' THEN seq ELSE (SELECT min(q.seq) "
	    "FROM run.parked q WHERE q.service = p.service "
	    "AND q.casefile = p.casefile) END, $4, $5 "
	    "FROM run.parked p WHERE service = $1 "
	    "AND ($3 = '' OR casefile = $3 OR seq::text = $3) "
	    "ORDER BY casefile, seq RETURNING id" },
	{ "parked_answer", "SELECT id, casefile, coalesce(outcome, '') FROM "
			   "run.parked_request WHERE id = ANY ($1::bigint[]) "
			   "AND done_at IS NOT NULL ORDER BY id" },
};

int
parked_failed(const struct err *e)
{
	cli_say("parked: %s", e->text);
	return EXIT_CONNECT;
}

/* The requests that were written. */
#define ASKED_MAX 1000
struct asked {
	int64_t ids[ASKED_MAX];
	size_t n;
	size_t all;
};

static enum rc
ask_for(const struct parked_ask *a, const char *action, struct asked *asked,
    struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;
	char who[CLI_WHO];

	args_init(&q);
	args_str(&q, a->service);
	args_str(&q, str_of(action));
	args_str(&q, a->what.n > 0 ? a->what : STR(""));
	args_str(&q, str_of(cli_who(who)));
	args_str(&q, str_of(a->reason != NULL ? a->reason : ""));
	TRY(db_exec(a->db, "parked_ask", &q, &rows, e));
	asked->all = rows_n(rows);
	for (size_t i = 0; i < rows_n(rows) && i < ASKED_MAX; i++)
		asked->ids[asked->n++] = rows_i64(rows, i, 0);
	return RC_OK;
}

static void
print_outcome(const struct parked_ask *a, struct str casefile, struct str how)
{
	struct buf b;

	buf_init(&b, (size_t)64 << 10);
	if (a->json) {
		buf_z(&b, "{\"casefile\":");
		wire_json_str(casefile, &b);
		buf_z(&b, ",\"outcome\":");
		wire_json_str(how, &b);
		buf_char(&b, '}');
	} else {
		buf_printf(&b, "%.*s: %.*s", STR_ARG(casefile), STR_ARG(how));
	}
	printf("%.*s\n", STR_ARG(buf_get(&b)));
	buf_fini(&b);
}

static int
tell_outcomes(
    const struct parked_ask *a, const struct asked *asked, const struct rows *r)
{
	int code = EXIT_OK;

	for (size_t i = 0; i < rows_n(r); i++) {
		struct str how = rows_str(r, i, 2);

		print_outcome(a, rows_str(r, i, 1), how);
		if (!str_is(how, "taken") && !str_is(how, "dropped"))
			code = EXIT_NOTHING;
	}
	if (rows_n(r) == asked->n)
		return code;
	cli_say("asked; %zu not done yet: is the service running?",
	    asked->n - rows_n(r));
	return EXIT_NOTHING;
}

static int
await(const struct parked_ask *a, const struct asked *asked)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;
	int64_t until = clock_mono_ms() + WAIT_MS;
	struct err e;

	args_init(&q);
	args_i64s(&q, asked->ids, asked->n);
	for (;;) {
		rows_free(&rows);
		if (db_exec(a->db, "parked_answer", &q, &rows, &e) != RC_OK)
			return parked_failed(&e);
		if (rows_n(rows) == asked->n || clock_mono_ms() > until)
			break;
		(void)usleep(20 * 1000);
	}
	return tell_outcomes(a, asked, rows);
}

static int
ask(const struct parked_ask *a, const char *action)
{
	struct asked asked = { .n = 0 };
	struct err e;

	if (ask_for(a, action, &asked, &e) != RC_OK)
		return parked_failed(&e);
	if (asked.all == 0) {
		cli_say("nothing of the kind is parked");
		return EXIT_NOTHING;
	}
	if (asked.all > asked.n || a->no_wait) {
		cli_say("asked for %zu casefiles", asked.all);
		return EXIT_OK;
	}
	return await(a, &asked);
}

static int
drop(const struct parked_ask *a)
{
	int64_t seq;

	if (!str_i64(a->what, &seq)) {
		cli_say("parked drop: name one event by its seq");
		return EXIT_USAGE;
	}
	if (a->reason == NULL || a->reason[0] == '\0') {
		cli_say("parked drop: --reason says why it may be dropped");
		return EXIT_USAGE;
	}
	return ask(a, "drop");
}

static int
do_word(const struct parked_ask *a, const char *word)
{
	if (strcmp(word, "list") == 0)
		return parked_list(a);
	if (a->service.n == 0) {
		cli_say("parked %s: which service?", word);
		return EXIT_USAGE;
	}
	if (strcmp(word, "show") == 0)
		return parked_show(a);
	return strcmp(word, "retry") == 0 ? ask(a, "retry") : drop(a);
}

static bool
is_word(const char *word)
{
	static const char *const words[] = { "list", "show", "retry", "drop" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	cli_say("parked: no command \"%s\"; list, show, retry or drop", word);
	return false;
}

static int
run(struct parked_ask *a, const char *word)
{
	size_t n;
	const struct db_query *show = parked_show_queries(&n);
	struct conf c;
	struct err e;
	int code = cli_conf(&c);

	if (code >= 0)
		return code;
	if (a->dsn == NULL)
		a->dsn = c.db;
	code = cli_db(a->dsn, "parked", queries, ARRAY_LEN(queries), &a->db);
	if (code >= 0)
		return code;
	code = db_prepare(a->db, show, n, &e) == RC_OK ? do_word(a, word)
						       : parked_failed(&e);
	db_close(&a->db);
	return code;
}

int
cmd_parked(int argc, char **argv)
{
	struct parked_ask a = { .db = NULL };
	const char *words[3] = { "list", NULL, NULL };
	const struct option_row rows[] = {
		{ "--db", &a.dsn, NULL },
		{ "--reason", &a.reason, NULL },
		{ "--json", NULL, &a.json },
		{ "--no-wait", NULL, &a.no_wait },
	};
	const struct options o = { usage, rows, ARRAY_LEN(rows), words, 3 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0)
		return code;
	if (!is_word(words[0]))
		return EXIT_USAGE;
	a.service = str_of(words[1]);
	a.what = str_of(words[2]);
	return run(&a, words[0]);
}
