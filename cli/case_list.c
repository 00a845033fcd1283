/* huying case list: the newest casefiles and where they stand. */
#include "cli/case.h"

#include "cli/columns.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdio.h>

#define ARENA_MAX ((size_t)256 << 20)
#define PATIENCE_MS 60000
#define LINE_ROOM ((size_t)64 * 1024)

/*
 * Walks the subjects from the greatest down, one index look-up each, and
 * stops when enough were found: a long journal is not read.
 */
static const struct db_query queries[] = {
	{ "case_list",
	    "WITH RECURSIVE s AS ("
	    "(SELECT subject FROM journal.event WHERE subject IS NOT NULL "
	    "ORDER BY subject DESC LIMIT 1) UNION ALL "
	    "SELECT (SELECT e.subject FROM journal.event e WHERE e.subject < "
	    "s.subject ORDER BY e.subject DESC LIMIT 1) FROM s WHERE s.subject "
	    "IS NOT NULL) "
	    "SELECT s.subject, l.at, l.type, l.division, o.envelope AS opened, "
	    "r.envelope AS reopened, x.envelope AS extended, "
	    "z.envelope AS resumed, "
	    "CASE y.type WHEN 'suspension.granted' THEN y.envelope END "
	    "AS paused "
	    "FROM s CROSS JOIN LATERAL (SELECT e.at, e.type, e.division FROM "
	    "journal.event e WHERE e.subject = s.subject AND e.type IN "
	    "('casefile.opened', 'casefile.routed', 'casefile.raised', "
	    "'casefile.lowered', 'casefile.rejected', 'casefile.merged', "
	    "'casefile.parted', 'task.offered', 'task.taken', "
	    "'task.not_taken', "
	    "'casefile.handled', 'casefile.stranded', 'casefile.closed', "
	    "'casefile.reopened', 'casefile.archived') "
	    "ORDER BY e.seq DESC LIMIT 1) l "
	    "CROSS JOIN LATERAL (SELECT e.envelope FROM journal.event e WHERE "
	    "e.subject = s.subject AND e.type = 'casefile.opened' "
	    "ORDER BY e.seq LIMIT 1) o "
	    "LEFT JOIN LATERAL (SELECT e.seq, e.envelope FROM journal.event e "
	    "WHERE e.subject = s.subject AND e.type = 'casefile.reopened' "
	    "ORDER BY e.seq DESC LIMIT 1) r ON true "
	    "LEFT JOIN LATERAL (SELECT e.envelope FROM journal.event e WHERE "
	    "e.subject = s.subject AND e.type = 'extension.granted' AND "
	    "e.seq > coalesce(r.seq, 0) ORDER BY e.seq DESC LIMIT 1) x ON true "
	    "LEFT JOIN LATERAL (SELECT e.envelope FROM journal.event e WHERE "
	    "e.subject = s.subject AND e.type = 'suspension.ended' AND "
	    "e.seq > coalesce(r.seq, 0) ORDER BY e.seq DESC LIMIT 1) z ON true "
	    "LEFT JOIN LATERAL (SELECT e.type, e.envelope FROM journal.event e "
	    "WHERE e.subject = s.subject AND e.type IN ('suspension.granted', "
	    "'suspension.ended', 'task.withdrawn') AND "
	    "e.seq > coalesce(r.seq, 0) ORDER BY e.seq DESC LIMIT 1) y ON true "
	    "WHERE s.subject IS NOT NULL AND ($1::text[] IS NULL OR l.type = "
	    "ANY ($1::text[])) AND left(l.division, length($2)) = $2 LIMIT "
	    "$3" },
};

/* Words of --state, and the facts that say so. */
static const struct {
	const char *word;
	const char *types;
} states[] = {
	{ "opened", "casefile.opened" },
	{ "in_hand", "casefile.routed|casefile.raised|casefile.lowered|"
		     "casefile.rejected|task.offered|task.taken|"
		     "task.not_taken" },
	{ "merged", "casefile.merged" },
	{ "stranded", "casefile.stranded|casefile.parted" },
	{ "handled", "casefile.handled" },
	{ "closed", "casefile.closed" },
	{ "reopened", "casefile.reopened" },
	{ "archived", "casefile.archived" },
	{ "open", "casefile.opened|casefile.routed|casefile.raised|"
		  "casefile.stranded|casefile.handled|casefile.reopened|"
		  "casefile.lowered|casefile.rejected|casefile.parted|"
		  "task.offered|task.taken|task.not_taken" },
};
#define TYPES_MAX 16

struct list {
	struct arena *arena;
	struct names names;
	struct printer printer;
	int64_t now;
	bool json;
};

/* The message in envelope COLUMN of row I, a struct of D's type; or NULL. */
static const void *
message(struct list *l, const struct rows *rows, size_t i, const char *column,
    const struct msg_desc *d)
{
	int c = rows_column(rows, column);
	struct msg_envelope env;
	void *msg;

	if (rows_null(rows, i, c) || envelope_decode(rows_str(rows, i, c),
					 MSG_LENIENT, &env, NULL) != RC_OK)
		return NULL;
	msg = arena_alloc(l->arena, d->size);
	must(msg != NULL);
	return msg_decode(d, env.data, MSG_LENIENT, msg, l->arena, NULL) ==
		       RC_OK
		   ? msg
		   : NULL;
}

/* What one line says. */
struct entry {
	struct str number;
	struct str matter;
	struct str division;
	const char *state;
	int64_t state_at;
	int64_t promise;
	int64_t still; /* it stands still until then; 0: it does not */
};

static struct entry
entry_of(struct list *l, const struct rows *rows, size_t i)
{
	const struct msg_casefile_opened *opened =
	    message(l, rows, i, "opened", &msg_casefile_opened_desc);
	const struct msg_casefile_reopened *again =
	    message(l, rows, i, "reopened", &msg_casefile_reopened_desc);
	const struct msg_extension_granted *extended =
	    message(l, rows, i, "extended", &msg_extension_granted_desc);
	const struct msg_suspension_ended *resumed =
	    message(l, rows, i, "resumed", &msg_suspension_ended_desc);
	const struct msg_suspension_granted *paused =
	    message(l, rows, i, "paused", &msg_suspension_granted_desc);
	struct entry e = {
		.number = rows_str(rows, i, rows_column(rows, "subject")),
		.division = rows_str(rows, i, rows_column(rows, "division")),
		.state =
		    case_state(rows_str(rows, i, rows_column(rows, "type"))),
		.state_at = rows_time(rows, i, rows_column(rows, "at")),
	};

	if (opened != NULL) {
		e.matter = opened->matter;
		e.promise = opened->finish_by;
	}
	if (again != NULL)
		e.promise = again->finish_by;
	/* It only ever moves on. */
	if (extended != NULL && extended->promise > e.promise)
		e.promise = extended->promise;
	if (resumed != NULL && resumed->promise > e.promise)
		e.promise = resumed->promise;
	if (paused != NULL)
		e.still = paused->until;
	return e;
}

static bool
is_over(const struct entry *e)
{
	return strcmp(e->state, "handled") == 0 ||
	       strcmp(e->state, "closed") == 0 ||
	       strcmp(e->state, "archived") == 0;
}

static void
put_text(struct list *l, const struct entry *e, struct buf *out)
{
	buf_printf(out, "%.*s  ", STR_ARG(e->number));
	columns_put_cell(out, str_of(e->state), 13);
	columns_put_cell(
	    out, print_name(&l->printer, LOOK_MATTER, e->matter, l->now), 22);
	columns_put_cell(out,
	    print_name(&l->printer, LOOK_DIVISION, e->division, l->now), 20);
	when_put(out, e->state_at, l->now);
	if (e->promise > 0 && !is_over(e)) {
		buf_z(out, "  promise ");
		case_put_promise(e->promise, e->still, l->now, out);
	}
	buf_char(out, '\n');
}

static void
put_json(const struct entry *e, struct buf *out)
{
	const struct {
		const char *key;
		struct str value;
	} texts[] = { { "state", str_of(e->state) }, { "matter", e->matter },
		{ "division", e->division } };
	char time[CLOCK_TEXT];

	buf_z(out, "{\"number\":");
	wire_json_str(e->number, out);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		buf_printf(out, ",\"%s\":", texts[i].key);
		wire_json_str(texts[i].value, out);
	}
	buf_printf(
	    out, ",\"state_at\":\"%s\"", clock_format(e->state_at, time));
	if (e->promise > 0)
		buf_printf(
		    out, ",\"promise\":\"%s\"", clock_format(e->promise, time));
	if (e->still > 0)
		buf_printf(out, ",\"promise_still_until\":\"%s\"",
		    clock_format(e->still, time));
	buf_z(out, "}\n");
}

static void
print_rows(struct list *l, const struct rows *rows)
{
	struct buf line;

	buf_init(&line, LINE_ROOM);
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct entry e = entry_of(l, rows, i);

		buf_reset(&line);
		if (l->json)
			put_json(&e, &line);
		else
			put_text(l, &e, &line);
		(void)fwrite(line.p, 1, line.n, stdout);
		arena_reset(l->arena);
	}
	buf_fini(&line);
}

/* False when WORD is no state. */
static bool
bind_state(struct args *a, const char *word)
{
	struct str types[TYPES_MAX], rest = { NULL, 0 };
	size_t n = 0;

	if (word == NULL) {
		args_null(a);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(word, states[i].word) == 0)
			rest = str_of(states[i].types);
	while (n < TYPES_MAX && str_next(&rest, '|', &types[n]))
		n++;
	args_strs(a, types, n);
	return n > 0;
}

static int
run(struct list *l, const struct case_list_options *o, struct args *a)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct err e;

	if (!bind_state(a, o->state)) {
		cli_say("--state %s: no such state", o->state);
		return EXIT_USAGE;
	}
	args_str(a, o->division != NULL ? str_of(o->division) : STR(""));
	args_i64(a, o->limit);
	db_patience(l->names.db, PATIENCE_MS);
	if (db_exec(l->names.db, queries[0].name, a, &rows, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	l->now = names_now(&l->names);
	print_rows(l, rows);
	if (rows_n(rows) == 0)
		cli_say("no casefile");
	else if ((int64_t)rows_n(rows) == o->limit && !o->json)
		cli_say(
		    "the newest %lld; --limit shows more", (long long)o->limit);
	return rows_n(rows) > 0 ? EXIT_OK : EXIT_NOTHING;
}

int
case_list(const struct case_list_options *o)
{
	struct list l = { .json = o->json };
	struct args a;
	int code = cli_db(
	    o->dsn, "huying case", queries, ARRAY_LEN(queries), &l.names.db);

	if (code >= 0)
		return code;
	names_adopt(&l.names);
	l.arena = arena_new(ARENA_MAX);
	l.printer.registry = l.names.registry;
	l.printer.arena = l.arena;
	args_init(&a);
	code = run(&l, o, &a);
	args_fini(&a);
	names_close(&l.names);
	arena_free(&l.arena);
	return code;
}
