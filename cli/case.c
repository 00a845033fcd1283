/* huying case: one casefile from report to score, or a list of them. */
#include "cli/case.h"

#include "cli/case_trace.h"
#include "common/base/strs.h"

#include <stdio.h>
#include <stdlib.h>

#define OUT_MAX ((size_t)256 << 20)
#define ARENA_MAX ((size_t)512 << 20)
#define LIST_DEFAULT 20
#define LIST_MAX 100000
#define PATIENCE_MS 60000

static const char usage[] =
    "usage: huying case show [NUMBER] [options]\n"
    "       huying case trace [NUMBER] [--ascii] [options]\n"
    "       huying case list [--state S] [--division CODE] [--limit N]\n\n"
    "show   everything about one casefile, in order: what happened and who\n"
    "       did it, limits met and missed, calls and when each department\n"
    "       was there, what is open and what is expected next; the last\n"
    "       digits of NUMBER are enough, without it the newest is shown\n"
    "trace  which event caused which, as a tree: when, how long after its\n"
    "       cause, which service, what; commands and reports are the roots\n"
    "list   the newest casefiles and where they stand\n\n"
    "  --state S        opened, in_hand, handled, closed, reopened,\n"
    "                   archived; or open: neither closed nor archived\n"
    "  --division CODE  of a county, township, village or grid\n"
    "  --limit N        at most so many; 20 when left out\n"
    "  --ascii          branches without line-drawing characters\n"
    "  -o json          one object a line (--json says the same)\n"
    "  --color WHEN     auto, always, never\n"
    "  --db DSN         libpq connection string\n\n"
    "Exit codes: 0 told, 1 no such casefile, 2 wrong usage, 3 no database.\n";

/*
 * A casefile's number ends with the seq of the report that opened it; the
 * report itself came before it had a number.
 */
static const struct db_query queries[] = {
	{ "case_events",
	    "SELECT seq, at, envelope FROM journal.event "
	    "WHERE seq = $2 AND type = 'report.submit' "
	    "UNION ALL SELECT seq, at, envelope FROM journal.event "
	    "WHERE subject = $1 ORDER BY seq" },
	{ "case_limits",
	    "SELECT d.service, d.thing, d.name, coalesce(d.unit, '') AS unit, "
	    "d.kind, d.state, d.rule, d.armed_at, d.due_at, d.met_at, "
	    "d.provisional, p.from_at AS paused_at, "
	    "coalesce(p.reason, '') AS paused_for "
	    "FROM run.deadline d LEFT JOIN run.pause p ON p.service = "
	    "d.service AND p.thing = d.thing AND p.name = d.name AND p.to_at "
	    "IS NULL WHERE d.casefile = $1 "
	    "ORDER BY d.due_at, d.armed_at, d.thing, d.name" },
	{ "case_number",
	    "SELECT left(division, 6) || '-' || "
	    "to_char(at AT TIME ZONE INTERVAL '08:00', 'YY') || '-' || "
	    "lpad(seq::text, greatest(7, length(seq::text)), '0') "
	    "FROM journal.event WHERE seq = $1 AND subject IS NULL "
	    "AND division IS NOT NULL" },
	{ "case_newest",
	    "SELECT subject FROM journal.event WHERE type = 'report.received' "
	    "ORDER BY seq DESC LIMIT 1" },
	{ "case_beside",
	    "SELECT id FROM intake.report WHERE visit = $1 AND id <> $2 "
	    "ORDER BY id LIMIT 100" },
};

static struct str
column(const struct rows *rows, size_t i, const char *name, struct arena *arena)
{
	return arena_str(arena, rows_str(rows, i, rows_column(rows, name)));
}

static int64_t
column_time(const struct rows *rows, size_t i, const char *name)
{
	int c = rows_column(rows, name);

	return rows_null(rows, i, c) ? 0 : rows_time(rows, i, c);
}

void
case_read_event(struct case_file *c, const struct rows *rows, size_t i,
    struct case_event *ev)
{
	struct str body = column(rows, i, "envelope", c->arena);
	void *msg;

	ev->seq = rows_i64(rows, i, rows_column(rows, "seq"));
	ev->at = column_time(rows, i, "at");
	if (envelope_decode(body, MSG_LENIENT, &ev->env, NULL) != RC_OK)
		return;
	ev->desc = msg_find(ev->env.type);
	if (ev->desc == NULL)
		return;
	msg = arena_alloc(c->arena, ev->desc->size);
	must(msg != NULL);
	if (msg_decode(ev->desc, ev->env.data, MSG_LENIENT, msg, c->arena,
		NULL) != RC_OK)
		ev->desc = NULL;
	ev->msg = msg;
}

static enum rc
read_events(struct case_file *c, struct args *a, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct str number = c->view.number;
	size_t dash = number.n;
	int64_t seq = 0;

	while (dash > 0 && number.p[dash - 1] != '-')
		dash--;
	if (!str_i64(str_cut(number, dash, number.n), &seq))
		seq = 0;
	args_reset(a);
	args_str(a, number);
	args_i64(a, seq);
	TRY(db_exec(c->names.db, queries[0].name, a, &rows, e));
	c->n_events = rows_n(rows);
	c->events = arena_alloc(c->arena, c->n_events * sizeof(*c->events));
	must(c->events != NULL);
	for (size_t i = 0; i < c->n_events; i++) {
		case_read_event(c, rows, i, &c->events[i]);
		case_view_add(&c->view, &c->events[i]);
	}
	return RC_OK;
}

static enum rc
read_limits(struct case_file *c, struct args *a, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	args_reset(a);
	args_str(a, c->view.number);
	TRY(db_exec(c->names.db, queries[1].name, a, &rows, e));
	c->n_limits = rows_n(rows);
	c->limits = arena_alloc(c->arena, c->n_limits * sizeof(*c->limits));
	must(c->limits != NULL);
	for (size_t i = 0; i < c->n_limits; i++)
		c->limits[i] = (struct case_limit){
			.service = column(rows, i, "service", c->arena),
			.thing = column(rows, i, "thing", c->arena),
			.name = column(rows, i, "name", c->arena),
			.unit = column(rows, i, "unit", c->arena),
			.kind = column(rows, i, "kind", c->arena),
			.state = column(rows, i, "state", c->arena),
			.rule = column(rows, i, "rule", c->arena),
			.paused_for = column(rows, i, "paused_for", c->arena),
			.armed_at = column_time(rows, i, "armed_at"),
			.due_at = column_time(rows, i, "due_at"),
			.met_at = column_time(rows, i, "met_at"),
			.paused_at = column_time(rows, i, "paused_at"),
			.provisional = rows_bool(
			    rows, i, rows_column(rows, "provisional")),
		};
	return RC_OK;
}

/* What else was said at the same door. */
static enum rc
read_beside(struct case_file *c, struct args *a, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct strs *beside = &c->view.beside;

	if (c->view.visit.n == 0)
		return RC_OK;
	args_reset(a);
	args_str(a, c->view.visit);
	args_str(a, c->view.number);
	TRY(db_exec(c->names.db, "case_beside", a, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++)
		*beside = strs_add(
		    c->arena, *beside, column(rows, i, "id", c->arena));
	return RC_OK;
}

static enum rc
read_all(struct case_file *c, struct err *e)
{
	struct args a;
	enum rc rc;

	args_init(&a);
	rc = read_events(c, &a, e);
	if (rc == RC_OK)
		rc = read_limits(c, &a, e);
	if (rc == RC_OK)
		rc = read_beside(c, &a, e);
	args_fini(&a);
	return rc;
}

static void
print_all(struct case_file *c, const struct case_list_options *o)
{
	struct buf out;

	buf_init(&out, OUT_MAX);
	if (o->trace)
		trace_print(c, o->json, o->ascii, &out);
	else if (o->json)
		case_print_json(c, &out);
	else
		case_print_text(c, &out);
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
}

/* The whole number of what was asked for: its last digits, or nothing. */
static enum rc
find_number(struct case_file *c, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct str *number = &c->view.number;
	struct args a;
	int64_t seq;
	enum rc rc;

	if (number->n > 0 && !str_i64(*number, &seq))
		return RC_OK;
	args_init(&a);
	if (number->n > 0)
		args_i64(&a, seq);
	rc = db_exec(c->names.db, number->n > 0 ? "case_number" : "case_newest",
	    &a, &rows, e);
	args_fini(&a);
	if (rc == RC_OK && rows_n(rows) > 0)
		*number = arena_str(c->arena, rows_str(rows, 0, 0));
	return rc;
}

static int
show_number(struct case_file *c, const struct case_list_options *o)
{
	struct err e;

	db_patience(c->names.db, PATIENCE_MS);
	if (find_number(c, &e) != RC_OK || read_all(c, &e) != RC_OK ||
	    (o->trace && (trace_prepare(c->names.db, &e) != RC_OK ||
			     trace_read_causes(c, &e) != RC_OK))) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	if (c->n_events == 0) {
		cli_say("no casefile %.*s", STR_ARG(c->view.number));
		return EXIT_NOTHING;
	}
	c->now = names_now(&c->names);
	print_all(c, o);
	return EXIT_OK;
}

static int
show(const char *number, const struct case_list_options *o)
{
	struct case_file *c = xcalloc(1, sizeof(*c));
	int code;

	c->arena = arena_new(ARENA_MAX);
	c->view.number = str_of(number != NULL ? number : "");
	code = cli_db(
	    o->dsn, "huying case", queries, ARRAY_LEN(queries), &c->names.db);
	if (code < 0) {
		names_adopt(&c->names);
		c->printer.registry = c->names.registry;
		c->printer.arena = c->arena;
		c->printer.colour = o->colour;
		code = show_number(c, o);
	}
	names_close(&c->names);
	arena_free(&c->arena);
	free(c);
	return code;
}

static int
wrong(const char *what)
{
	cli_say("%s; huying case --help tells more", what);
	return EXIT_USAGE;
}

int
cmd_case(int argc, char **argv)
{
	const char *words[2] = { NULL, NULL }, *limit = NULL, *colour = NULL;
	const char *format = NULL;
	struct case_list_options list = { .limit = LIST_DEFAULT };
	const struct option_row rows[] = { { "--state", &list.state, NULL },
		{ "--division", &list.division, NULL },
		{ "--limit", &limit, NULL }, { "--db", &list.dsn, NULL },
		{ "--color", &colour, NULL }, { "--json", NULL, &list.json },
		{ "-o", &format, NULL }, { "--ascii", NULL, &list.ascii } };
	struct options o = { usage, rows, ARRAY_LEN(rows), words,
		ARRAY_LEN(words) };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &list.json)) >= 0)
		return code;
	list.colour = cli_colour(colour);
	if (limit != NULL && (!str_i64(str_of(limit), &list.limit) ||
				 list.limit <= 0 || list.limit > LIST_MAX))
		return wrong("--limit must be a whole number above 0");
	list.trace = n > 0 && strcmp(words[0], "trace") == 0;
	if (list.trace || (n > 0 && strcmp(words[0], "show") == 0))
		return show(words[1], &list);
	if (n == 1 && strcmp(words[0], "list") == 0)
		return case_list(&list);
	return wrong("show NUMBER, trace NUMBER, or list");
}
