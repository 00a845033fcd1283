/* huying bundle: one things (一件事) under way, and how each kind does. */
#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/json_out.h"
#include "cli/sheet.h"
#include "cli/when.h"

#include <stdio.h>

static const char usage[] =
    "usage: huying bundle [TEMPLATE] [options]\n\n"
    "One things (一件事) that are open, those that lag first: how many of "
    "their\n"
    "steps have ended, until when, and which step is due next.  Then each "
    "kind\n"
    "of the pack that was begun: open, lagging, late, completed, and the "
    "days\n"
    "that half of the completed ones took at most.  TEMPLATE: one kind, "
    "\"BJ\".\n"
    "What is in one of them: huying case show NUMBER.\n\n"
    "  --all            those that have ended, too\n"
    "  -o json          one object (--json says the same)\n"
    "  --db DSN         libpq connection string\n\n"
    "Exit codes: 0 told, 1 none, 2 wrong usage, 3 no database.\n";

#define LATE                                                                   \
	"b.finish_by < coalesce(b.integrated_at, CASE WHEN b.state IN "        \
	"('completed', 'stopped') THEN b.finish_by ELSE $2 END)"

/* $1: a template or empty; $2: now; $3: whether to tell the ended ones. */
static const struct db_query queries[] = {
	{ "bundles",
	    "SELECT b.id, b.template, b.state, b.lead AS unit, b.started_at, "
	    "b.finish_by, coalesce(b.lagged, false) AS lagged, " LATE
	    " AS late, n.ended, n.steps, coalesce(w.template, '') AS step, "
	    "coalesce(w.owner, '') AS owner, coalesce(w.state, '') AS "
	    "step_state FROM dispatcher.bundle b CROSS JOIN LATERAL ("
	    "SELECT count(*) AS steps, count(*) FILTER (WHERE s.state IN "
	    "('done', 'skipped', 'closed', 'stopped')) AS ended FROM "
	    "dispatcher.step s WHERE s.casefile = b.casefile AND s.bundle = "
	    "b.id) n LEFT JOIN LATERAL (SELECT s.template, s.owner, s.state "
	    "FROM dispatcher.step s WHERE s.casefile = b.casefile AND "
	    "s.bundle = b.id AND s.state IN ('working', 'lacking', 'stalled') "
	    "ORDER BY s.finish_by, s.id LIMIT 1) w ON true "
	    "WHERE ($1 = '' OR b.template = $1) AND ($3 OR b.state NOT IN "
	    "('completed', 'stopped')) ORDER BY coalesce(b.lagged, false) OR "
	    "b.finish_by < $2 DESC, b.finish_by, b.id LIMIT 200" },
	{ "bundle_kinds",
	    "SELECT b.template, count(*) AS begun, count(*) FILTER (WHERE "
	    "b.state NOT IN ('completed', 'stopped')) AS open, count(*) FILTER "
	    "(WHERE b.lagged AND b.state NOT IN ('completed', 'stopped')) AS "
	    "lagging, count(*) FILTER (WHERE " LATE ") AS late, count(*) "
	    "FILTER (WHERE b.state = 'completed') AS completed, coalesce(ceil("
	    "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM "
	    "b.integrated_at - b.started_at)) FILTER (WHERE b.integrated_at "
	    "IS NOT NULL) / 86400), 0)::bigint AS days FROM dispatcher.bundle "
	    "b WHERE ($1 = '' OR b.template = $1) AND $3::boolean IS NOT NULL "
	    "GROUP BY b.template ORDER BY b.template" },
};

static const char *const counts[] = { "begun", "open", "lagging", "late",
	"completed", "days" };

struct view {
	struct sheet sheet;
	struct str template;
	bool all;
	bool json;
};

static bool
truth(const struct rows *rows, size_t i, const char *name)
{
	return rows_bool(rows, i, rows_column(rows, name));
}

static int64_t
moment(const struct rows *rows, size_t i, const char *name)
{
	return rows_time(rows, i, rows_column(rows, name));
}

/* "农民建房 (BJ)"; without a registry the code stands for itself. */
static struct str
title_of(struct view *v, struct str template)
{
	const struct registry *r = v->sheet.names.registry;
	const struct row_template *t =
	    r != NULL ? registry_bundle(r, template, v->sheet.now) : NULL;

	if (t == NULL)
		return template;
	return arena_printf(v->sheet.printer.arena, "%.*s (%.*s)",
	    STR_ARG(t->title_zh), STR_ARG(template));
}

static struct str
unit_of(struct view *v, struct str code)
{
	return print_name(&v->sheet.printer, LOOK_UNIT, code, v->sheet.now);
}

/* What is due next: "BJ-02, 大路村, working". */
static void
put_step(struct view *v, const struct rows *rows, size_t i)
{
	if (sheet_text(rows, i, "step").n == 0)
		return;
	buf_printf(&v->sheet.out, "; %.*s with %.*s",
	    STR_ARG(sheet_text(rows, i, "step")),
	    STR_ARG(unit_of(v, sheet_text(rows, i, "owner"))));
	if (!str_is(sheet_text(rows, i, "step_state"), "working"))
		buf_printf(&v->sheet.out, ", %.*s",
		    STR_ARG(sheet_text(rows, i, "step_state")));
}

static void
put_bundle(struct view *v, const struct rows *rows, size_t i)
{
	bool late = truth(rows, i, "late");
	char steps[48];

	(void)snprintf(steps, sizeof(steps), "%lld of %lld",
	    (long long)sheet_number(rows, i, "ended"),
	    (long long)sheet_number(rows, i, "steps"));
	columns_put_cell(&v->sheet.out, sheet_text(rows, i, "id"), 22);
	columns_put_cell(
	    &v->sheet.out, title_of(v, sheet_text(rows, i, "template")), 24);
	columns_put_cell(
	    &v->sheet.out, unit_of(v, sheet_text(rows, i, "unit")), 24);
	columns_put_cell(&v->sheet.out, sheet_text(rows, i, "state"), 13);
	columns_put_cell(&v->sheet.out, str_of(steps), 10);
	columns_put_cell(&v->sheet.out,
	    late                       ? STR("late")
	    : truth(rows, i, "lagged") ? STR("lags")
				       : STR(""),
	    6);
	when_put_due(&v->sheet.out, moment(rows, i, "finish_by"), v->sheet.now);
	put_step(v, rows, i);
	buf_char(&v->sheet.out, '\n');
}

static void
put_bundles(struct view *v, const struct rows *rows)
{
	static const struct {
		const char *head;
		size_t width;
	} heads[] = { { "bundle", 22 }, { "one thing", 24 }, { "lead", 24 },
		{ "state", 13 }, { "steps", 10 }, { "", 6 } };

	if (rows_n(rows) == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		columns_put_cell(
		    &v->sheet.out, str_of(heads[i].head), heads[i].width);
	buf_z(&v->sheet.out, "until; what is due next\n");
	for (size_t i = 0; i < rows_n(rows); i++)
		put_bundle(v, rows, i);
	buf_char(&v->sheet.out, '\n');
}

static void
put_kinds(struct view *v, const struct rows *rows)
{
	columns_put_cell(&v->sheet.out, STR("one thing"), 30);
	for (size_t c = 0; c < ARRAY_LEN(counts); c++)
		buf_printf(&v->sheet.out, "%10s", counts[c]);
	buf_char(&v->sheet.out, '\n');
	for (size_t i = 0; i < rows_n(rows); i++) {
		columns_put_cell(&v->sheet.out,
		    title_of(v, sheet_text(rows, i, "template")), 30);
		for (size_t c = 0; c < ARRAY_LEN(counts); c++)
			buf_printf(&v->sheet.out, "%10lld",
			    (long long)sheet_number(rows, i, counts[c]));
		buf_char(&v->sheet.out, '\n');
	}
}

static void
json_bundle(struct json_out *j, const struct rows *rows, size_t i)
{
	static const char *const texts[] = { "id", "template", "state", "unit",
		"step", "owner" };
	char time[CLOCK_TEXT];

	json_out_object(j, NULL);
	for (size_t t = 0; t < ARRAY_LEN(texts); t++)
		json_out_str(j, texts[t], sheet_text(rows, i, texts[t]));
	json_out_int(j, "steps", sheet_number(rows, i, "steps"));
	json_out_int(j, "ended", sheet_number(rows, i, "ended"));
	json_out_bool(j, "lagged", truth(rows, i, "lagged"));
	json_out_bool(j, "late", truth(rows, i, "late"));
	json_out_z(
	    j, "started_at", clock_format(moment(rows, i, "started_at"), time));
	json_out_z(
	    j, "finish_by", clock_format(moment(rows, i, "finish_by"), time));
	json_out_end(j);
}

static void
put_json(struct view *v, struct rows *const *rows)
{
	struct json_out j;

	json_out_init(&j, &v->sheet.out);
	json_out_object(&j, NULL);
	json_out_array(&j, "bundles");
	for (size_t i = 0; i < rows_n(rows[0]); i++)
		json_bundle(&j, rows[0], i);
	json_out_end(&j);
	json_out_array(&j, "kinds");
	for (size_t i = 0; i < rows_n(rows[1]); i++) {
		json_out_object(&j, NULL);
		json_out_str(
		    &j, "template", sheet_text(rows[1], i, "template"));
		for (size_t c = 0; c < ARRAY_LEN(counts); c++)
			json_out_int(
			    &j, counts[c], sheet_number(rows[1], i, counts[c]));
		json_out_end(&j);
	}
	json_out_end(&j);
	json_out_end(&j);
	buf_char(&v->sheet.out, '\n');
}

static enum rc
ask(struct view *v, const char *query, struct rows **rows, struct err *e)
{
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, v->template);
	args_time(&a, v->sheet.now);
	args_bool(&a, v->all);
	return db_exec(v->sheet.names.db, query, &a, rows, e);
}

static int
tell(struct view *v)
{
	struct rows *rows[ARRAY_LEN(queries)] = { NULL };
	struct err e;
	int code = EXIT_OK;

	for (size_t i = 0; i < ARRAY_LEN(queries) && code == EXIT_OK; i++)
		if (ask(v, queries[i].name, &rows[i], &e) != RC_OK) {
			cli_say("%s", e.text);
			code = EXIT_CONNECT;
		}
	if (code == EXIT_OK && rows_n(rows[1]) == 0) {
		cli_say("no bundle%s%.*s was begun",
		    v->template.n > 0 ? " " : "", STR_ARG(v->template));
		code = EXIT_NOTHING;
	} else if (code == EXIT_OK && v->json) {
		put_json(v, rows);
	} else if (code == EXIT_OK) {
		put_bundles(v, rows[0]);
		put_kinds(v, rows[1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows_free(&rows[i]);
	return code;
}

int
cmd_bundle(int argc, char **argv)
{
	const char *dsn = NULL, *format = NULL, *word = NULL;
	struct view v = { .json = false };
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "-o", &format, NULL }, { "--json", NULL, &v.json },
		{ "--all", NULL, &v.all } };
	struct options o = { usage, rows, ARRAY_LEN(rows), &word, 1 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &v.json)) >= 0)
		return code;
	v.template = str_of(n > 0 ? word : "");
	code = sheet_open(
	    &v.sheet, dsn, "huying bundle", queries, ARRAY_LEN(queries));
	if (code >= 0)
		return code;
	code = tell(&v);
	sheet_close(&v.sheet);
	return code;
}
