/* huying cards: who is called to account, to a talk, or was warned. */
#include "cli/case.h"
#include "cli/columns.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdio.h>

#define ARENA_MAX ((size_t)256 << 20)
#define LINE_ROOM ((size_t)64 * 1024)

static const char cards_usage[] =
    "usage: huying cards [--unit CODE] [-o json]\n"
    "\n"
    "What is open of supervision (督办): cards by colour, the deepest first,\n"
    "talks that were called, warnings that are not handled; with what they\n"
    "are about, since when, and what comes next.  As the dispatcher has it.\n"
    "\n"
    "  --unit CODE  one unit\n"
    "  -o json      one object a line (--json says the same)\n"
    "  --db DSN     libpq connection string\n"
    "\n"
    "Exit codes: 0 told, 1 nothing is open, 2 wrong usage, 3 no database.\n";

/* NEXT: the next colour, the end of an excuse, or the limit of an answer. */
static const struct db_query queries[] = {
	{ "cards_open",
	    "SELECT * FROM ("
	    "SELECT 'card' AS thing, id, unit, state, CASE state WHEN "
	    "'excused' THEN held ELSE state END AS colour, "
	    "coalesce(causes[1], '') AS why, issued_at AS since, "
	    "coalesce(until, next_by) AS next, '' AS campaign FROM "
	    "dispatcher.card "
	    "WHERE state <> 'lifted' UNION ALL "
	    "SELECT 'talk', id, unit, state, '', why, called_at, hold_by, '' "
	    "FROM dispatcher.talk WHERE state = 'called' UNION ALL "
	    "SELECT 'warning', id, unit, state, '', kind, raised_at, CASE "
	    "state WHEN 'raised' THEN respond_by ELSE handle_by END, "
	    "coalesce(campaign, '') "
	    "FROM dispatcher.warning WHERE state <> 'handled') o "
	    "WHERE $1 = '' OR o.unit = $1 ORDER BY o.thing, array_position("
	    "ARRAY['red', 'orange', 'yellow', 'blue'], o.colour), o.next, "
	    "o.id" },
};

/* One line of the answer. */
struct open_thing {
	struct str thing, id, unit, state, colour, why, campaign;
	int64_t since;
	int64_t next; /* 0: nothing by itself */
};

static struct str
text_of(const struct rows *rows, size_t i, const char *column)
{
	int c = rows_column(rows, column);

	return rows_null(rows, i, c) ? STR("") : rows_str(rows, i, c);
}

static int64_t
time_of(const struct rows *rows, size_t i, const char *column)
{
	int c = rows_column(rows, column);

	return rows_null(rows, i, c) ? 0 : rows_time(rows, i, c);
}

static struct open_thing
thing_of(const struct rows *rows, size_t i)
{
	return (struct open_thing){
		.thing = text_of(rows, i, "thing"),
		.id = text_of(rows, i, "id"),
		.unit = text_of(rows, i, "unit"),
		.state = text_of(rows, i, "state"),
		.colour = text_of(rows, i, "colour"),
		.why = text_of(rows, i, "why"),
		.campaign = text_of(rows, i, "campaign"),
		.since = time_of(rows, i, "since"),
		.next = time_of(rows, i, "next"),
	};
}

/* "T1 finish" of 330122-26-0000417/T1:finish: the casefile stands beside. */
static void
put_why(const struct open_thing *o, struct arena *arena, struct buf *out)
{
	struct str casefile = str_cut(o->id, 0, str_find(o->id, '/'));
	size_t colon = str_find(o->why, ':');
	struct str thing = str_cut(o->why, 0, colon);
	struct str limit = { NULL, 0 };

	if (colon < o->why.n)
		limit = str_cut(o->why, colon + 1, o->why.n);
	if (str_eq(thing, casefile))
		thing.n = 0;
	else if (str_starts(thing, casefile))
		thing = str_cut(thing, casefile.n + 1, thing.n);
	columns_put_cell(out,
	    arena_printf(arena, "%.*s%s%.*s", STR_ARG(thing),
		thing.n > 0 && limit.n > 0 ? " " : "", STR_ARG(limit)),
	    22);
}

static const struct {
	const char *head;
	size_t width;
} heads[] = { { "what", 9 }, { "", 11 }, { "id", 26 }, { "unit", 32 },
	{ "for", 22 }, { "since", 13 } };

static void
put_heads(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		columns_put_cell(out, str_of(heads[i].head), heads[i].width);
	buf_z(out, "next\n");
}

static void
put_text(
    const struct open_thing *o, struct printer *p, int64_t now, struct buf *out)
{
	bool excused = str_is(o->state, "excused");

	columns_put_cell(out, o->colour.n > 0 ? o->colour : o->thing, 9);
	columns_put_cell(
	    out, o->colour.n > 0 && !excused ? STR("") : o->state, 11);
	columns_put_cell(out, o->id, 26);
	columns_put_cell(out, print_name(p, LOOK_UNIT, o->unit, now), 32);
	put_why(o, p->arena, out);
	when_put(out, o->since, now);
	buf_z(out, "  ");
	if (o->campaign.n > 0)
		buf_printf(out, "campaign %.*s", STR_ARG(o->campaign));
	else if (o->next > 0)
		when_put_due(out, o->next, now);
	buf_char(out, '\n');
}

static void
put_json(const struct open_thing *o, struct buf *out)
{
	const struct {
		const char *key;
		struct str value;
	} texts[] = { { "id", o->id }, { "unit", o->unit },
		{ "state", o->state }, { "colour", o->colour },
		{ "why", o->why }, { "campaign", o->campaign } };
	char time[CLOCK_TEXT];

	buf_z(out, "{\"thing\":");
	wire_json_str(o->thing, out);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].value.n == 0)
			continue;
		buf_printf(out, ",\"%s\":", texts[i].key);
		wire_json_str(texts[i].value, out);
	}
	buf_printf(out, ",\"since\":\"%s\"", clock_format(o->since, time));
	if (o->next > 0)
		buf_printf(
		    out, ",\"next\":\"%s\"", clock_format(o->next, time));
	buf_z(out, "}\n");
}

static void
print_rows(struct names *names, const struct rows *rows, bool json)
{
	struct arena *arena = arena_new(ARENA_MAX);
	struct printer p = { .registry = names->registry, .arena = arena };
	int64_t now = names_now(names);
	struct buf line;

	buf_init(&line, LINE_ROOM);
	if (!json && rows_n(rows) > 0) {
		put_heads(&line);
		(void)fwrite(line.p, 1, line.n, stdout);
	}
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct open_thing o = thing_of(rows, i);

		buf_reset(&line);
		if (json)
			put_json(&o, &line);
		else
			put_text(&o, &p, now, &line);
		(void)fwrite(line.p, 1, line.n, stdout);
		arena_reset(arena);
	}
	buf_fini(&line);
	arena_free(&arena);
}

static int
show(struct names *names, const char *unit, bool json)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct err e;

	args_init(&a);
	args_str(&a, str_of(unit != NULL ? unit : ""));
	if (db_exec(names->db, queries[0].name, &a, &rows, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	print_rows(names, rows, json);
	if (rows_n(rows) == 0)
		cli_say("no open card, talk or warning");
	return rows_n(rows) > 0 ? EXIT_OK : EXIT_NOTHING;
}

int
cmd_cards(int argc, char **argv)
{
	const char *dsn = NULL, *unit = NULL, *format = NULL;
	bool json = false;
	const struct option_row rows[] = {
		{ "--db", &dsn, NULL },
		{ "--unit", &unit, NULL },
		{ "-o", &format, NULL },
		{ "--json", NULL, &json },
	};
	const struct options o = { cards_usage, rows, ARRAY_LEN(rows), NULL,
		0 };
	struct names names = { .db = NULL };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code < 0)
		code = cli_json(format, argv[0], &json);
	if (code < 0)
		code = cli_db(dsn, "huying cards", queries, ARRAY_LEN(queries),
		    &names.db);
	if (code >= 0)
		return code;
	names_adopt(&names);
	code = show(&names, unit, json);
	names_close(&names);
	return code;
}
