/*
 * `huying pack recount`: a holiday notice came late, or was changed; open
 * casefiles count their limits again.
 */
#include "cli/pack_cmd.h"

#include "cli/columns.h"
#include "cli/names.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

/* So many limits are looked at with one query. */
#define PAGE 5000
#define ARENA_BYTES ((size_t)64 << 20)
#define PATIENCE_MS 60000
#define LINE_ROOM ((size_t)16 * 1024)
#define THING_COLUMNS 26
#define NAME_COLUMNS 14

/* PAUSED: it stood still meanwhile, and only the service can tell. */
static const struct db_query queries[] = {
	{ "recount_limits",
	    "SELECT service, thing, name, casefile, division, rule, armed_at, "
	    "due_at, EXISTS (SELECT FROM run.pause p WHERE p.service = "
	    "d.service AND p.thing = d.thing AND p.name = d.name) AS paused "
	    "FROM run.deadline d WHERE (service, thing, name) > ($1, $2, $3) "
	    "AND state = 'armed' AND rule !~ '^(natural|none):' AND due_at > "
	    "run.now() ORDER BY service, thing, name LIMIT $4" },
	{ "recount_tell", "SELECT registry.recount($1, $2, $3)" },
	{ "recount_pack", "SELECT name || '-' || version "
			  "FROM registry.pack ORDER BY seq DESC LIMIT 1" },
};

struct recount {
	const struct pack_args *args;
	struct names names;
	struct arena *arena;
	struct str pack; /* the last one: part of each id */
	struct str last[3];
	int64_t now;
	int64_t n_moved;
	int64_t n_told;
	struct str casefiles[PAGE]; /* of this page, each once */
	struct str divisions[PAGE];
	size_t n;
};

static struct str
column(const struct rows *rows, size_t i, const char *name)
{
	return rows_str(rows, i, rows_column(rows, name));
}

static int64_t
column_time(const struct rows *rows, size_t i, const char *name)
{
	return rows_time(rows, i, rows_column(rows, name));
}

/* Limits of a casefile stand together. */
static void
note(struct recount *c, const struct rows *rows, size_t i)
{
	struct str casefile = column(rows, i, "casefile");

	if (c->n > 0 && str_eq(c->casefiles[c->n - 1], casefile))
		return;
	c->casefiles[c->n] = casefile;
	c->divisions[c->n++] = column(rows, i, "division");
}

static enum rc
tell(struct recount *c, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, c->pack);
	args_strs(&a, c->casefiles, c->n);
	args_strs(&a, c->divisions, c->n);
	if (c->n == 0 || c->args->dry_run)
		return RC_OK;
	TRY(db_exec(c->names.db, "recount_tell", &a, &rows, e));
	c->n_told += rows_i64(rows, 0, 0);
	cli_ring();
	return RC_OK;
}

static void
put_json(const struct rows *rows, size_t i, int64_t due, struct buf *b)
{
	char was[CLOCK_TEXT], is[CLOCK_TEXT];

	buf_z(b, "{\"thing\":");
	wire_json_str(column(rows, i, "thing"), b);
	buf_z(b, ",\"limit\":");
	wire_json_str(column(rows, i, "name"), b);
	buf_printf(b, ",\"was\":\"%s\",\"due_at\":\"%s\"}",
	    clock_format(column_time(rows, i, "due_at"), was),
	    clock_format(due, is));
}

static void
put_line(const struct recount *c, const struct rows *rows, size_t i,
    int64_t due, struct buf *b)
{
	columns_put_cell(b, column(rows, i, "thing"), THING_COLUMNS);
	columns_put_cell(b, column(rows, i, "name"), NAME_COLUMNS);
	when_put(b, column_time(rows, i, "due_at"), c->now);
	buf_z(b, " -> ");
	when_put(b, due, c->now);
}

static void
show(struct recount *c, const struct rows *rows, size_t i, int64_t due)
{
	AUTO(buf_fini) struct buf line;

	buf_init(&line, LINE_ROOM);
	if (c->args->json)
		put_json(rows, i, due, &line);
	else
		put_line(c, rows, i, due, &line);
	printf("%.*s\n", STR_ARG(buf_get(&line)));
	c->n_moved++;
}

static void
look(struct recount *c, const struct rows *rows, size_t i)
{
	int64_t was = column_time(rows, i, "due_at"), due;
	bool paused = rows_bool(rows, i, rows_column(rows, "paused"));
	struct limit rule;

	if (!limit_parse(column(rows, i, "rule"), &rule))
		return;
	due = calendar_due(registry_calendar(c->names.registry), rule,
	    column_time(rows, i, "armed_at"), NULL);
	if (!paused && (due == was || due <= c->now))
		return;
	if (!paused)
		show(c, rows, i, due);
	note(c, rows, i);
}

static enum rc
page(struct recount *c, bool *more, struct err *e)
{
	static const char *const keys[] = { "service", "thing", "name" };
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	size_t n;

	args_init(&a);
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		args_str(&a, c->last[k]);
	args_i64(&a, PAGE);
	TRY(db_exec(c->names.db, "recount_limits", &a, &rows, e));
	n = rows_n(rows);
	c->n = 0;
	for (size_t i = 0; i < n; i++)
		look(c, rows, i);
	TRY(tell(c, e));
	*more = n == PAGE;
	for (size_t k = 0; k < ARRAY_LEN(keys) && n > 0; k++)
		c->last[k] = arena_str(c->arena, column(rows, n - 1, keys[k]));
	return RC_OK;
}

static enum rc
recount_all(struct recount *c, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	bool more = true;

	TRY(db_exec(c->names.db, "recount_pack", NULL, &rows, e));
	if (rows_n(rows) == 0 || c->names.registry == NULL)
		return RC_OK;
	c->pack = arena_str(c->arena, rows_str(rows, 0, 0));
	c->now = names_now(&c->names);
	while (more)
		TRY(page(c, &more, e));
	return RC_OK;
}

static int
told(const struct recount *c)
{
	if (!c->args->json)
		printf("%lld limit%s move%s; %lld casefile%s told\n",
		    (long long)c->n_moved, c->n_moved == 1 ? "" : "s",
		    c->n_moved == 1 ? "s" : "", (long long)c->n_told,
		    c->n_told == 1 ? "" : "s");
	return EXIT_OK;
}

int
pack_cmd_recount(const struct pack_args *args)
{
	struct recount *c = xcalloc(1, sizeof(*c));
	struct err e;
	int code;

	c->args = args;
	c->arena = arena_new(ARENA_BYTES);
	for (size_t k = 0; k < ARRAY_LEN(c->last); k++)
		c->last[k] = STR("");
	code = cli_db(
	    args->db, "huying pack", queries, ARRAY_LEN(queries), &c->names.db);
	if (code < 0) {
		names_adopt(&c->names);
		db_patience(c->names.db, PATIENCE_MS);
		code = recount_all(c, &e) == RC_OK ? told(c) : EXIT_CONNECT;
		if (code != EXIT_OK)
			cli_say("pack recount: %s; what was told stays told, "
				"the rest by doing it again",
			    e.text);
	}
	names_close(&c->names);
	arena_free(&c->arena);
	free(c);
	return code;
}
