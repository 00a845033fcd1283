/* huying case trace: the causes that lie elsewhere, and the tree. */
#include "cli/case_trace.h"

#include "cli/columns.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdlib.h>

/* A cause may have one of its own, in another casefile; so far back. */
#define ROUNDS 8
#define CAUSES_MAX 5000
#define SOURCE_COLUMNS 12
#define DELAY_COLUMNS 8
#define TREE_COLUMNS 44
#define WHAT_COLUMNS 72

/*
 * A cause is named by its id alone, and the key is (source, id): each source
 * that there is gets one look-up.
 */
static const struct db_query queries[] = {
	{ "trace_causes",
	    "WITH RECURSIVE s AS ((SELECT source FROM journal.event_key "
	    "ORDER BY source LIMIT 1) UNION ALL SELECT (SELECT k.source FROM "
	    "journal.event_key k WHERE k.source > s.source ORDER BY k.source "
	    "LIMIT 1) FROM s WHERE s.source IS NOT NULL) "
	    "SELECT e.seq, e.at, e.envelope FROM s "
	    "CROSS JOIN unnest($1::text[]) AS w (id) "
	    "CROSS JOIN LATERAL (SELECT k.seq FROM journal.event_key k "
	    "WHERE k.source = s.source AND k.id = w.id) k "
	    "JOIN journal.event e ON e.seq = k.seq "
	    "WHERE s.source IS NOT NULL ORDER BY e.seq" },
};

enum rc
trace_prepare(struct db *db, struct err *e)
{
	return db_prepare(db, queries, ARRAY_LEN(queries), e);
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Ids that events name and none of them has, each once. */
static size_t
missing(struct case_file *c, struct str **ids)
{
	struct trace_node *nodes = xcalloc(c->n_events + 1, sizeof(*nodes));
	size_t n = 0, kept = 0;

	*ids = arena_alloc(c->arena, (c->n_events + 1) * sizeof(**ids));
	must(*ids != NULL);
	(void)trace_link(c->events, c->n_events, nodes);
	for (size_t i = 0; i < c->n_events; i++)
		if (nodes[i].cause == TRACE_NONE &&
		    c->events[i].env.causationid.n > 0)
			(*ids)[n++] = c->events[i].env.causationid;
	free(nodes);
	qsort(*ids, n, sizeof(**ids), by_text);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || !str_eq((*ids)[i], (*ids)[kept - 1]))
			(*ids)[kept++] = (*ids)[i];
	return kept < CAUSES_MAX ? kept : CAUSES_MAX;
}

static int
by_seq(const void *a, const void *b)
{
	const struct case_event *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool
has(const struct case_file *c, int64_t seq)
{
	const struct case_event key = { .seq = seq };

	return bsearch(&key, c->events, c->n_events, sizeof(key), by_seq) !=
	       NULL;
}

/* Puts what is new among the events that there are. */
static void
add(struct case_file *c, const struct rows *rows)
{
	size_t n = c->n_events;
	struct case_event *all =
	    arena_alloc(c->arena, (n + rows_n(rows)) * sizeof(*all));

	must(all != NULL);
	if (n > 0)
		memcpy(all, c->events, n * sizeof(*all));
	for (size_t i = 0; i < rows_n(rows); i++)
		if (!has(c, rows_i64(rows, i, 0)))
			case_read_event(c, rows, i, &all[n++]);
	qsort(all, n, sizeof(*all), by_seq);
	c->events = all;
	c->n_events = n;
}

enum rc
trace_read_causes(struct case_file *c, struct err *e)
{
	for (int round = 0; round < ROUNDS; round++) {
		AUTO(rows_free) struct rows *rows = NULL;
		AUTO(args_fini) struct args a;
		struct str *ids;
		size_t before = c->n_events, n = missing(c, &ids);

		if (n == 0)
			break;
		args_init(&a);
		args_strs(&a, ids, n);
		TRY(db_exec(c->names.db, "trace_causes", &a, &rows, e));
		add(c, rows);
		if (c->n_events == before)
			break;
	}
	return RC_OK;
}

/* "+12ms", "+4m": how long after its cause. */
static void
put_delay(struct buf *out, int64_t ms)
{
	AUTO(buf_fini) struct buf text;

	buf_init(&text, 64);
	buf_char(&text, '+');
	if (ms < SECOND_MS)
		buf_printf(&text, "%lldms", (long long)(ms > 0 ? ms : 0));
	else
		when_put_span(&text, ms);
	columns_put_cell(out, buf_get(&text), DELAY_COLUMNS);
}

static void
put_what(struct case_file *c, const struct case_event *ev, struct buf *out)
{
	AUTO(buf_fini) struct buf what;

	buf_init(&what, (size_t)64 * 1024);
	if (ev->desc != NULL)
		print_what(&c->printer, ev->desc, ev->msg, c->view.number,
		    ev->at, &what);
	if (ev->env.subject.n > 0 && !str_eq(ev->env.subject, c->view.number))
		buf_printf(out, "of %.*s: ", STR_ARG(ev->env.subject));
	(void)columns_put(out, buf_get(&what), WHAT_COLUMNS);
}

/* "03-18 09:30:07"; the year where it is not this one. */
static void
put_when(const struct case_file *c, int64_t at, struct buf *out)
{
	when_put(out, at, c->now);
	out->n -= sizeof("09:30") - 1;
	when_put_time(out, at);
	buf_z(out, "  ");
}

static void
put_line(struct case_file *c, const struct trace_node *nodes, size_t i,
    bool ascii, struct buf *out)
{
	const struct case_event *ev = &c->events[i];
	AUTO(buf_fini) struct buf tree;

	buf_init(&tree, (size_t)16 * 1024);
	trace_put_branch(nodes, i, ascii, &tree);
	buf_str(&tree, ev->env.type);
	put_when(c, ev->at, out);
	if (nodes[i].cause == TRACE_NONE)
		columns_pad(out, DELAY_COLUMNS + 2);
	else
		put_delay(out, ev->at - c->events[nodes[i].cause].at);
	columns_put_cell(
	    out, str_cut(ev->env.source, 1, ev->env.source.n), SOURCE_COLUMNS);
	columns_put_cell(out, buf_get(&tree), TREE_COLUMNS);
	put_what(c, ev, out);
	while (out->p[out->n - 1] == ' ')
		out->n--;
	buf_char(out, '\n');
}

static void
json_str(struct buf *out, const char *key, struct str value)
{
	buf_printf(out, ",\"%s\":", key);
	wire_json_str(value, out);
}

static void
put_json(struct case_file *c, const struct trace_node *nodes, size_t i,
    struct buf *out)
{
	const struct case_event *ev = &c->events[i];
	char at[CLOCK_TEXT];

	buf_printf(out, "{\"seq\":%lld,\"depth\":%zu", (long long)ev->seq,
	    nodes[i].depth);
	json_str(out, "at", str_of(clock_format(ev->at, at)));
	json_str(out, "source", ev->env.source);
	json_str(out, "type", ev->env.type);
	json_str(out, "id", ev->env.id);
	if (ev->env.subject.n > 0)
		json_str(out, "subject", ev->env.subject);
	if (nodes[i].cause != TRACE_NONE) {
		const struct case_event *cause = &c->events[nodes[i].cause];

		buf_printf(out, ",\"cause\":%lld,\"after_ms\":%lld",
		    (long long)cause->seq, (long long)(ev->at - cause->at));
	}
	buf_z(out, "}\n");
}

void
trace_print(struct case_file *c, bool json, bool ascii, struct buf *out)
{
	struct trace_node *nodes = xcalloc(c->n_events + 1, sizeof(*nodes));
	size_t i = trace_link(c->events, c->n_events, nodes);

	for (; i != TRACE_NONE; i = trace_next(nodes, i))
		if (json)
			put_json(c, nodes, i, out);
		else
			put_line(c, nodes, i, ascii, out);
	free(nodes);
}
