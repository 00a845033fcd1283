/* huying campaign: how far the work that went down has come. */
#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/json_out.h"
#include "cli/sheet.h"
#include "cli/when.h"

#include <stdio.h>

#define UNITS_MAX 40

static const char usage[] =
    "usage: huying campaign [NUMBER] [options]\n\n"
    "Campaigns, and what the units owe them: without NUMBER the newest; with\n"
    "one each unit's receipts by state, what is overdue, and the faults that\n"
    "are still on the books.  An emergency shows its colour until stood "
    "down.\n\n"
    "  -o json          one object (--json says the same)\n"
    "  --db DSN         libpq connection string\n\n"
    "Exit codes: 0 told, 1 no such campaign, 2 wrong usage, 3 no database.\n";

/* A receipt is overdue when the limit of its state is. */
#define OVERDUE(r)                                                             \
	"(" r ".state = 'issued' AND " r ".receive_by < $2 OR " r              \
	".state IN ('received', 'split') AND " r ".report_by < $2 OR " r       \
	".state = 'reported' AND " r ".check_by < $2)"
#define COUNTS(r)                                                              \
	"count(*) FILTER (WHERE " r ".state = 'issued') AS issued, "           \
	"count(*) FILTER (WHERE " r ".state IN ('received', 'split')) AS "     \
	"received, count(*) FILTER (WHERE " r ".state = 'reported') AS "       \
	"reported, count(*) FILTER (WHERE " r ".state = 'accepted') AS "       \
	"accepted, count(*) FILTER (WHERE " r ".state = 'ended') AS ended, "   \
	"count(*) FILTER (WHERE " OVERDUE(r) ") AS overdue, "                  \
					     "coalesce(sum(" r                 \
					     ".found), 0)::bigint AS found"

static const struct db_query queries[] = {
	{ "campaigns",
	    "SELECT g.id, g.state, coalesce(g.alarm, '') AS alarm, "
	    "coalesce(g.class, '') AS class, coalesce(g.theme, '') AS theme, "
	    "coalesce(g.matters[1], '') AS matter, g.unit, "
	    "coalesce(array_to_string(g.problems, '、'), '') AS problems, "
	    "coalesce(g.goals, '') AS goals, coalesce(g.warning, '') AS "
	    "warning, coalesce(g.cause, '') AS cause, "
	    "coalesce(array_to_string(g.members, ' '), '') AS members, "
	    "coalesce(g.measured, '') AS measured, coalesce((SELECT "
	    "string_agg(x.problem || ': ' || x.result, '、' ORDER BY x.n) FROM "
	    "unnest(g.problems, g.results) WITH ORDINALITY AS x(problem, "
	    "result, n)), '') AS results, "
	    "CASE g.state WHEN 'chosen' THEN g.plan_by WHEN 'planned' THEN "
	    "g.issue_by WHEN 'running' THEN g.finish_by WHEN 'checking' THEN "
	    "g.check_by END AS due_at, n.*, (SELECT count(*) FROM "
	    "dispatcher.fault f WHERE f.casefile = g.casefile AND f.campaign = "
	    "g.id AND f.state <> 'written_off') AS faults "
	    "FROM dispatcher.campaign g CROSS JOIN LATERAL (SELECT " COUNTS(
		"r") " FROM dispatcher.receipt r WHERE r.casefile = g.casefile "
		     "AND r.campaign = g.id) n "
		     "WHERE $1 = '' OR g.casefile = $1 OR g.id = $1 "
		     "ORDER BY g.casefile DESC, g.id LIMIT 50" },
	{ "campaign_units",
	    "SELECT r.unit, min(r.division) AS division, " COUNTS(
		"r") " FROM dispatcher.receipt r WHERE r.casefile = "
		     "split_part($1, '/', 1) AND ($1 IN (r.casefile, "
		     "r.campaign)) GROUP BY r.unit ORDER BY min(r.division), "
		     "r.unit" },
	{ "campaign_faults",
	    "SELECT f.id, f.unit, f.state, coalesce(f.owner, '') AS owner, "
	    "CASE f.state WHEN 'fixed' THEN f.verify_by ELSE f.fix_by END AS "
	    "due_at FROM dispatcher.fault f WHERE f.casefile = "
	    "split_part($1, '/', 1) AND $1 IN (f.casefile, f.campaign) AND "
	    "f.state <> 'written_off' AND $2::timestamptz IS NOT NULL ORDER BY "
	    "due_at, "
	    "f.id" },
};

static const char *const counts[] = { "issued", "received", "reported",
	"accepted", "ended", "overdue" };

struct view {
	struct sheet sheet;
	struct str number;
	bool json;
};

/* 0: none. */
static int64_t
due(const struct rows *rows, size_t i)
{
	int c = rows_column(rows, "due_at");

	return rows_null(rows, i, c) ? 0 : rows_time(rows, i, c);
}

/* "running", "emergency red", "stood down". */
static struct str
state_of(struct view *v, const struct rows *rows, size_t i)
{
	struct str state = sheet_text(rows, i, "state");
	struct str alarm = sheet_text(rows, i, "alarm");

	if (alarm.n == 0 || str_is(state, "closed"))
		return state;
	if (str_is(state, "stopped"))
		return STR("stood down");
	return arena_printf(
	    v->sheet.printer.arena, "emergency %.*s", STR_ARG(alarm));
}

static void
put_counts(struct view *v, const struct rows *rows, size_t i)
{
	for (size_t c = 0; c < ARRAY_LEN(counts); c++)
		buf_printf(&v->sheet.out, "%9lld",
		    (long long)sheet_number(rows, i, counts[c]));
}

static void
put_heads(struct view *v, const char *first, size_t width)
{
	columns_put_cell(&v->sheet.out, str_of(first), width);
	for (size_t c = 0; c < ARRAY_LEN(counts); c++)
		buf_printf(&v->sheet.out, "%9s", counts[c]);
}

static void
put_campaign(struct view *v, const struct rows *rows, size_t i)
{
	struct str what = sheet_text(rows, i, "theme");

	if (what.n == 0)
		what = print_name(&v->sheet.printer, LOOK_MATTER,
		    sheet_text(rows, i, "matter"), v->sheet.now);
	columns_put_cell(&v->sheet.out, sheet_text(rows, i, "id"), 22);
	columns_put_cell(&v->sheet.out, state_of(v, rows, i), 17);
	columns_put_cell(&v->sheet.out, sheet_text(rows, i, "class"), 7);
	put_counts(v, rows, i);
	buf_printf(&v->sheet.out, "%8lld  ",
	    (long long)sheet_number(rows, i, "faults"));
	columns_put(&v->sheet.out, what, 30);
	if (due(rows, i) > 0) {
		buf_z(&v->sheet.out, "  ");
		when_put_due(&v->sheet.out, due(rows, i), v->sheet.now);
	}
	buf_char(&v->sheet.out, '\n');
}

/* Lines that one campaign has and a list has no room for. */
static void
put_details(struct view *v, const struct rows *rows, size_t i)
{
	static const struct {
		const char *label;
		const char *column;
	} lines[] = { { "problems", "problems" }, { "goals", "goals" },
		{ "answers", "warning" }, { "follows", "cause" },
		{ "group", "members" }, { "result", "measured" },
		{ "results", "results" } };
	struct str unit = print_name(&v->sheet.printer, LOOK_UNIT,
	    sheet_text(rows, i, "unit"), v->sheet.now);

	buf_printf(&v->sheet.out, "  led by    %.*s\n", STR_ARG(unit));
	for (size_t l = 0; l < ARRAY_LEN(lines); l++) {
		struct str value = sheet_text(rows, i, lines[l].column);

		if (value.n == 0)
			continue;
		buf_printf(&v->sheet.out, "  %-9s ", lines[l].label);
		(void)columns_put(&v->sheet.out, value, 120);
		buf_char(&v->sheet.out, '\n');
	}
}

static void
put_campaigns(struct view *v, const struct rows *rows)
{
	columns_put_cell(&v->sheet.out, STR("campaign"), 22);
	columns_put_cell(&v->sheet.out, STR("state"), 17);
	put_heads(v, "class", 7);
	buf_printf(&v->sheet.out, "%8s  what\n", "faults");
	for (size_t i = 0; i < rows_n(rows); i++) {
		put_campaign(v, rows, i);
		if (v->number.n > 0)
			put_details(v, rows, i);
	}
}

static bool
owes(const struct rows *rows, size_t i)
{
	return sheet_number(rows, i, "issued") +
		   sheet_number(rows, i, "received") +
		   sheet_number(rows, i, "reported") >
	       0;
}

/* Of very many only those that still owe something. */
static void
put_units(struct view *v, const struct rows *rows)
{
	size_t rest = 0;

	if (rows_n(rows) == 0)
		return;
	buf_char(&v->sheet.out, '\n');
	put_heads(v, "unit", 46);
	buf_printf(&v->sheet.out, "%8s\n", "found");
	for (size_t i = 0; i < rows_n(rows); i++) {
		if (rows_n(rows) > UNITS_MAX && !owes(rows, i)) {
			rest++;
			continue;
		}
		columns_put_cell(&v->sheet.out,
		    print_name(&v->sheet.printer, LOOK_UNIT,
			sheet_text(rows, i, "unit"), v->sheet.now),
		    46);
		put_counts(v, rows, i);
		buf_printf(&v->sheet.out, "%8lld\n",
		    (long long)sheet_number(rows, i, "found"));
	}
	if (rest > 0)
		buf_printf(&v->sheet.out, "%zu more owe nothing\n", rest);
}

static void
put_faults(struct view *v, const struct rows *rows)
{
	if (rows_n(rows) > 0)
		buf_z(&v->sheet.out, "\non the books\n");
	for (size_t i = 0; i < rows_n(rows); i++) {
		columns_put_cell(&v->sheet.out, sheet_text(rows, i, "id"), 22);
		columns_put_cell(&v->sheet.out,
		    sheet_text(rows, i, "owner").n > 0
			? STR("carried")
			: sheet_text(rows, i, "state"),
		    9);
		columns_put_cell(&v->sheet.out,
		    print_name(&v->sheet.printer, LOOK_UNIT,
			sheet_text(rows, i, "unit"), v->sheet.now),
		    32);
		when_put_due(&v->sheet.out, due(rows, i), v->sheet.now);
		buf_char(&v->sheet.out, '\n');
	}
}

static void
json_due(struct json_out *j, int64_t at)
{
	char time[CLOCK_TEXT];

	if (at > 0)
		json_out_z(j, "due_at", clock_format(at, time));
}

static void
json_counts(struct json_out *j, const struct rows *rows, size_t i)
{
	for (size_t c = 0; c < ARRAY_LEN(counts); c++)
		json_out_int(j, counts[c], sheet_number(rows, i, counts[c]));
	json_out_int(j, "found", sheet_number(rows, i, "found"));
}

/* One array: its texts, then its counts. */
static void
json_rows(struct json_out *j, const char *key, const struct rows *rows,
    const char *const *texts, bool counted)
{
	json_out_array(j, key);
	for (size_t i = 0; i < rows_n(rows); i++) {
		json_out_object(j, NULL);
		for (size_t t = 0; texts[t] != NULL; t++)
			json_out_str(
			    j, texts[t], sheet_text(rows, i, texts[t]));
		if (counted)
			json_counts(j, rows, i);
		if (rows_column(rows, "due_at") >= 0)
			json_due(j, due(rows, i));
		json_out_end(j);
	}
	json_out_end(j);
}

static void
put_json(struct view *v, struct rows *const *rows)
{
	static const char *const campaign[] = { "id", "state", "alarm", "class",
		"theme", "matter", "unit", "problems", "goals", "warning",
		"cause", "members", "measured", "results", NULL };
	static const char *const unit[] = { "unit", "division", NULL };
	static const char *const fault[] = { "id", "unit", "state", "owner",
		NULL };
	struct json_out j;

	json_out_init(&j, &v->sheet.out);
	json_out_object(&j, NULL);
	json_rows(&j, "campaigns", rows[0], campaign, true);
	if (v->number.n > 0) {
		json_rows(&j, "units", rows[1], unit, true);
		json_rows(&j, "faults", rows[2], fault, false);
	}
	json_out_end(&j);
	buf_char(&v->sheet.out, '\n');
}

static enum rc
ask(struct view *v, const char *query, struct rows **rows, struct err *e)
{
	struct args a;
	enum rc rc;

	args_init(&a);
	args_str(&a, v->number);
	args_time(&a, v->sheet.now);
	rc = db_exec(v->sheet.names.db, query, &a, rows, e);
	args_fini(&a);
	return rc;
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
	if (code == EXIT_OK && rows_n(rows[0]) + rows_n(rows[2]) == 0)
		code = EXIT_NOTHING;
	if (code == EXIT_OK && v->json)
		put_json(v, rows);
	else if (code == EXIT_OK) {
		put_campaigns(v, rows[0]);
		put_units(v, rows[1]);
		put_faults(v, rows[2]);
	} else if (code == EXIT_NOTHING)
		cli_say("no campaign%s%.*s", v->number.n > 0 ? " " : "",
		    STR_ARG(v->number));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		rows_free(&rows[i]);
	return code;
}

int
cmd_campaign(int argc, char **argv)
{
	const char *dsn = NULL, *format = NULL, *word = NULL;
	struct view v = { .json = false };
	const struct option_row rows[] = { { "--db", &dsn, NULL },
		{ "-o", &format, NULL }, { "--json", NULL, &v.json } };
	struct options o = { usage, rows, ARRAY_LEN(rows), &word, 1 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &v.json)) >= 0)
		return code;
	v.number = str_of(n > 0 ? word : "");
	code = sheet_open(
	    &v.sheet, dsn, "huying campaign", queries, ARRAY_LEN(queries));
	if (code >= 0)
		return code;
	code = tell(&v);
	sheet_close(&v.sheet);
	return code;
}
