/* huying journal: what there is of it, who reads it, and what may go. */
#include "cli/cli.h"

#include "cli/json_out.h"
#include "common/base/clock.h"

#include <stdio.h>
#include <string.h>

#define OUT_MAX ((size_t)4 << 20)

static const char usage[] =
    "usage: huying journal [show] [--json]\n"
    "       huying journal retire --before SEQ|TIME\n"
    "       huying journal raise-epoch --reason TEXT\n"
    "       huying journal forget READER [--client NAME]\n"
    "\n"
    "The journal as a whole: what there is of it, its epochs, and the named\n"
    "readers whose places it keeps.\n"
    "\n"
    "  show         print it; also when no word is given\n"
    "  retire       drop the oldest partitions that lie wholly before a seq\n"
    "               or a time; never what a service or a named reader still\n"
    "               has to read.  Their hashes stay.  Export them first\n"
    "  raise-epoch  tell everybody that history may have been cut short: by\n"
    "               hand after a backup was restored (a promoted standby or\n"
    "               another cluster is seen without it)\n"
    "  forget       no longer keep the place of a reader\n"
    "\n"
    "  --client NAME  whose reader it is; local unless told\n"
    "  --db DSN       libpq connection string\n"
    "  --json         one object\n"
    "\n"
    "Exit codes: 0 done, 1 there is no such reader, 2 wrong usage,\n"
    "3 no database.\n";

static const struct db_query queries[] = {
	{ "journal_shape",
	    "SELECT journal.first(), journal.head(), (SELECT range_size "
	    "FROM journal.shape), (SELECT count(*) FROM journal.range)" },
	{ "journal_epochs",
	    "SELECT epoch::bigint, from_seq, at, reason FROM journal.epoch "
	    "ORDER BY epoch DESC LIMIT 20" },
	{ "journal_readers",
	    "SELECT client, name, seq, at, journal.head() - seq "
	    "FROM journal.reader ORDER BY seq LIMIT 1000" },
	{ "journal_retire", "SELECT journal.retire($1)" },
	{ "journal_before",
	    "SELECT coalesce(min(r.from_seq), journal.first()) FROM ("
	    "SELECT from_seq, lead(first_at) OVER (ORDER BY from_seq) AS over "
	    "FROM journal.range) r WHERE r.over IS NULL OR r.over > $1" },
	{ "journal_raise", "SELECT journal.raise_epoch($1)::bigint" },
	{ "journal_forget", "DELETE FROM journal.reader "
			    "WHERE client = $1 AND name = $2 RETURNING seq" },
};

struct ask {
	struct db *db;
	const char *before;
	const char *reason;
	const char *client;
	bool json;
	const char *words[2];
	size_t n_words;
};

static int
failed(const struct err *e)
{
	cli_say("%s", e->text);
	return EXIT_CONNECT;
}

static void
put_epochs(struct json_out *j, const struct rows *rows)
{
	char at[CLOCK_TEXT];

	json_out_array(j, "epochs");
	for (size_t i = 0; i < rows_n(rows); i++) {
		json_out_object(j, NULL);
		json_out_int(j, "epoch", rows_i64(rows, i, 0));
		json_out_int(j, "from_seq", rows_i64(rows, i, 1));
		json_out_z(j, "at", clock_format(rows_time(rows, i, 2), at));
		json_out_str(j, "reason", rows_str(rows, i, 3));
		json_out_end(j);
	}
	json_out_end(j);
}

static void
put_readers(struct json_out *j, const struct rows *rows)
{
	char at[CLOCK_TEXT];

	json_out_array(j, "readers");
	for (size_t i = 0; i < rows_n(rows); i++) {
		json_out_object(j, NULL);
		json_out_str(j, "client", rows_str(rows, i, 0));
		json_out_str(j, "name", rows_str(rows, i, 1));
		json_out_int(j, "seq", rows_i64(rows, i, 2));
		json_out_z(j, "at", clock_format(rows_time(rows, i, 3), at));
		json_out_int(j, "behind", rows_i64(rows, i, 4));
		json_out_end(j);
	}
	json_out_end(j);
}

static void
print_json(const struct rows *shape, const struct rows *epochs,
    const struct rows *readers)
{
	struct json_out j;
	struct buf b;

	buf_init(&b, OUT_MAX);
	json_out_init(&j, &b);
	json_out_object(&j, NULL);
	json_out_int(&j, "first", rows_i64(shape, 0, 0));
	json_out_int(&j, "head", rows_i64(shape, 0, 1));
	json_out_int(&j, "partition_size", rows_i64(shape, 0, 2));
	json_out_int(&j, "partitions", rows_i64(shape, 0, 3));
	put_epochs(&j, epochs);
	put_readers(&j, readers);
	json_out_end(&j);
	printf("%.*s\n", STR_ARG(buf_get(&b)));
	buf_fini(&b);
}

static void
print_text(const struct rows *shape, const struct rows *epochs,
    const struct rows *readers)
{
	char at[CLOCK_TEXT];

	printf("journal  %lld to %lld, %lld partitions of %lld\n",
	    (long long)rows_i64(shape, 0, 0), (long long)rows_i64(shape, 0, 1),
	    (long long)rows_i64(shape, 0, 3), (long long)rows_i64(shape, 0, 2));
	for (size_t i = 0; i < rows_n(epochs); i++)
		printf("epoch %-3lld from %-12lld %s  %.*s\n",
		    (long long)rows_i64(epochs, i, 0),
		    (long long)rows_i64(epochs, i, 1),
		    clock_format(rows_time(epochs, i, 2), at),
		    STR_ARG(rows_str(epochs, i, 3)));
	if (rows_n(readers) == 0)
		printf("no named readers\n");
	else
		printf("\n%-16s %-24s %12s %12s  %s\n", "client", "reader",
		    "seq", "behind", "last heard of");
	for (size_t i = 0; i < rows_n(readers); i++)
		printf("%-16.*s %-24.*s %12lld %12lld  %s\n",
		    STR_ARG(rows_str(readers, i, 0)),
		    STR_ARG(rows_str(readers, i, 1)),
		    (long long)rows_i64(readers, i, 2),
		    (long long)rows_i64(readers, i, 4),
		    clock_format(rows_time(readers, i, 3), at));
}

static int
show(const struct ask *ask)
{
	struct rows *shape = NULL, *epochs = NULL, *readers = NULL;
	struct err e;
	int code = EXIT_OK;

	if (db_exec(ask->db, "journal_shape", NULL, &shape, &e) != RC_OK ||
	    db_exec(ask->db, "journal_epochs", NULL, &epochs, &e) != RC_OK ||
	    db_exec(ask->db, "journal_readers", NULL, &readers, &e) != RC_OK)
		code = failed(&e);
	else
		(ask->json ? print_json : print_text)(shape, epochs, readers);
	rows_free(&shape);
	rows_free(&epochs);
	rows_free(&readers);
	return code;
}

/* Runs QUERY and prints its first column after WORDS; NONE if no row. */
static int
say_number(struct db *db, const char *query, struct args *a, const char *words,
    const char *none)
{
	struct rows *rows = NULL;
	struct err e;
	int code = EXIT_OK;

	if (db_exec(db, query, a, &rows, &e) != RC_OK)
		return failed(&e);
	if (rows_n(rows) > 0) {
		printf("%s %lld\n", words, (long long)rows_i64(rows, 0, 0));
	} else {
		cli_say("%s", none);
		code = EXIT_NOTHING;
	}
	rows_free(&rows);
	return code;
}

static int
retire(const struct ask *ask, struct args *a)
{
	struct rows *rows = NULL;
	struct err e;
	int64_t seq, at;

	if (!str_i64(str_of(ask->before), &seq)) {
		if (!clock_parse(str_of(ask->before), &at)) {
			cli_say("--before takes a seq or a time with a zone");
			return EXIT_USAGE;
		}
		args_time(a, at);
		if (db_exec(ask->db, "journal_before", a, &rows, &e) != RC_OK)
			return failed(&e);
		seq = rows_i64(rows, 0, 0);
		rows_free(&rows);
		args_reset(a);
	}
	args_i64(a, seq);
	return say_number(ask->db, "journal_retire", a,
	    "the oldest event is now", "no journal");
}

static int
act(const struct ask *ask, struct args *a)
{
	const char *word = ask->n_words > 0 ? ask->words[0] : "show";

	if (strcmp(word, "show") == 0 && ask->n_words < 2)
		return show(ask);
	if (strcmp(word, "retire") == 0 && ask->before != NULL)
		return retire(ask, a);
	if (strcmp(word, "raise-epoch") == 0 && ask->reason != NULL) {
		args_str(a, str_of(ask->reason));
		return say_number(
		    ask->db, "journal_raise", a, "epoch", "no journal");
	}
	if (strcmp(word, "forget") == 0 && ask->n_words == 2) {
		args_str(a, str_of(ask->client));
		args_str(a, str_of(ask->words[1]));
		return say_number(ask->db, "journal_forget", a,
		    "forgotten; it was at", "no such reader");
	}
	cli_say("cannot read that; huying journal --help");
	return EXIT_USAGE;
}

int
cmd_journal(int argc, char **argv)
{
	struct ask ask = { .client = "local" };
	const char *dsn = NULL;
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "--before", &ask.before, NULL },
		{ "--reason", &ask.reason, NULL },
		{ "--client", &ask.client, NULL },
		{ "--json", NULL, &ask.json } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), ask.words,
		ARRAY_LEN(ask.words) };
	struct args a;
	int code = options_parse(&o, argc, argv, &ask.n_words);

	if (code >= 0 || (code = cli_db(dsn, "journal", queries,
			      ARRAY_LEN(queries), &ask.db)) >= 0)
		return code;
	db_patience(ask.db, 60000);
	args_init(&a);
	code = act(&ask, &a);
	args_fini(&a);
	db_close(&ask.db);
	return code;
}
