/* huying parked list and show. */
#include "cli/names.h"
#include "cli/parked.h"
#include "cli/print.h"
#include "cli/tail_event.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_BYTES ((size_t)1 << 20)
#define ARENA_MAX ((size_t)16 << 20)
/* So many of those behind are shown. */
#define BEHIND_MAX 100

/* In the order of LIST_...; since: when it was parked. */
#define PARKED_COLUMNS                                                         \
	"p.service, p.seq, p.casefile, e.type, p.reason, p.tries::bigint, "    \
	"p.at, extract(epoch FROM clock_timestamp() - p.at)::bigint * 1000, "  \
	"coalesce(extract(epoch FROM p.retry_at - clock_timestamp())::bigint " \
	"* 1000, -1)"
enum {
	LIST_SERVICE,
	LIST_SEQ,
	LIST_CASEFILE,
	LIST_TYPE,
	LIST_WHY,
	LIST_TRIES,
	LIST_SINCE,
	LIST_AGE,
	LIST_AGAIN,
	SHOW_AT,
	SHOW_ENVELOPE,
	SHOW_BEHIND,
};

static const struct db_query queries[] = {
	{ "parked_list",
	    "SELECT " PARKED_COLUMNS " FROM run.parked p "
	    "JOIN journal.event e USING (seq) WHERE $1 = '' OR p.service = $1 "
	    "ORDER BY p.service, (SELECT min(q.seq) FROM run.parked q WHERE "
	    "q.service = p.service AND q.casefile = p.casefile), p.seq" },
	/* The event that was named, or the casefile's first. */
	{ "parked_show",
	    "SELECT " PARKED_COLUMNS ", e.at, e.envelope, (SELECT count(*) "
	    "FROM run.parked q WHERE q.service = p.service "
	    "AND q.casefile = p.casefile AND q.seq > p.seq) "
	    "FROM run.parked p JOIN journal.event e USING (seq) "
	    "WHERE p.service = $1 AND (p.casefile = $2 OR p.seq::text = $2) "
	    "ORDER BY p.seq LIMIT 1" },
	{ "parked_behind",
	    "SELECT e.seq, e.at, e.envelope FROM run.parked p "
	    "JOIN journal.event e USING (seq) WHERE p.service = $1 "
	    "AND p.casefile = $2 AND p.seq > $3 ORDER BY p.seq LIMIT $4" },
};

const struct db_query *
parked_show_queries(size_t *n)
{
	*n = ARRAY_LEN(queries);
	return queries;
}

static void
put_json(const struct rows *r, size_t i, struct buf *b)
{
	static const struct {
		const char *name;
		int column;
	} texts[] = { { "service", LIST_SERVICE },
		{ "casefile", LIST_CASEFILE }, { "type", LIST_TYPE },
		{ "why", LIST_WHY } };
	char since[CLOCK_TEXT];
	int64_t again = rows_i64(r, i, LIST_AGAIN);

	buf_printf(b, "{\"seq\":%lld", (long long)rows_i64(r, i, LIST_SEQ));
	for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
		buf_printf(b, ",\"%s\":", texts[k].name);
		wire_json_str(rows_str(r, i, texts[k].column), b);
	}
	buf_printf(b, ",\"tries\":%lld,\"since\":\"%s\",\"again_s\":",
	    (long long)rows_i64(r, i, LIST_TRIES),
	    clock_format(rows_time(r, i, LIST_SINCE), since));
	if (again < 0)
		buf_z(b, "null}\n");
	else
		buf_printf(b, "%lld}\n", (long long)again / 1000);
}

static void
put_line(const struct rows *r, size_t i, struct buf *b)
{
	int64_t again = rows_i64(r, i, LIST_AGAIN);

	buf_printf(b, "%-12.*s %9lld  %-18.*s %-22.*s %5lld  ",
	    STR_ARG(rows_str(r, i, LIST_SERVICE)),
	    (long long)rows_i64(r, i, LIST_SEQ),
	    STR_ARG(rows_str(r, i, LIST_CASEFILE)),
	    STR_ARG(rows_str(r, i, LIST_TYPE)),
	    (long long)rows_i64(r, i, LIST_TRIES));
	when_put_span(b, rows_i64(r, i, LIST_AGE));
	buf_printf(b, " ago  %.*s", STR_ARG(rows_str(r, i, LIST_WHY)));
	if (again >= 0) {
		buf_z(b, "; again in ");
		when_put_span(b, again);
	}
	buf_char(b, '\n');
}

int
parked_list(const struct parked_ask *a)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;
	struct buf b;
	struct err e;

	args_init(&q);
	args_str(&q, a->service.n > 0 ? a->service : STR(""));
	if (db_exec(a->db, "parked_list", &q, &rows, &e) != RC_OK)
		return parked_failed(&e);
	if (rows_n(rows) > 0 && !a->json)
		printf("%-12s %9s  %-18s %-22s %5s  %s\n", "service", "seq",
		    "casefile", "type", "tries", "since, why");
	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < rows_n(rows); i++) {
		buf_reset(&b);
		if (a->json)
			put_json(rows, i, &b);
		else
			put_line(rows, i, &b);
		(void)fwrite(b.p, 1, b.n, stdout);
	}
	buf_fini(&b);
	if (rows_n(rows) == 0 && !a->json)
		printf("nothing is parked\n");
	return rows_n(rows) > 0 ? EXIT_NOTHING : EXIT_OK;
}

/* Whatever the journal has there, as huying tail prints it. */
static void
print_one(const struct parked_ask *a, struct printer *p, int64_t seq,
    int64_t at, struct str bytes)
{
	struct tail_event ev = { .seq = seq, .at = at, .bytes = bytes };
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	tail_event_read(&ev);
	if (!ev.readable)
		print_unreadable(p, seq, at, ev.why, bytes, &b);
	else if (a->json) {
		envelope_json(&ev.env, seq, at, &b);
		buf_char(&b, '\n');
	} else
		print_event(p, &ev.env, at, &b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_fini(&b);
	arena_reset(p->arena);
}

static enum rc
print_behind(const struct parked_ask *a, struct printer *p,
    const struct rows *one, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;
	int64_t n = rows_i64(one, 0, SHOW_BEHIND);

	args_init(&q);
	if (!a->json)
		printf("\nbehind it: %lld\n", (long long)n);
	if (n == 0)
		return RC_OK;
	args_str(&q, a->service);
	args_str(&q, rows_str(one, 0, LIST_CASEFILE));
	args_i64(&q, rows_i64(one, 0, LIST_SEQ));
	args_i64(&q, BEHIND_MAX);
	TRY(db_exec(a->db, "parked_behind", &q, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++)
		print_one(a, p, rows_i64(rows, i, 0), rows_time(rows, i, 1),
		    rows_str(rows, i, 2));
	return RC_OK;
}

static void
print_head(const struct parked_ask *a, const struct rows *one)
{
	struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	if (a->json)
		put_json(one, 0, &b);
	else
		put_line(one, 0, &b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_fini(&b);
}

int
parked_show(const struct parked_ask *a)
{
	AUTO(rows_free) struct rows *one = NULL;
	AUTO(args_fini) struct args q;
	AUTO(arena_free) struct arena *arena = arena_new(ARENA_MAX);
	struct names names = { .db = NULL };
	struct printer p = { .arena = arena, .colour = cli_colour(NULL) };
	struct err e;
	enum rc rc;

	args_init(&q);
	args_str(&q, a->service);
	args_str(&q, a->what.n > 0 ? a->what : STR(""));
	if (db_exec(a->db, "parked_show", &q, &one, &e) != RC_OK)
		return parked_failed(&e);
	if (rows_n(one) == 0) {
		cli_say("nothing of the kind is parked");
		return EXIT_NOTHING;
	}
	names_open(&names, a->dsn, true);
	p.registry = names.registry;
	print_head(a, one);
	print_one(a, &p, rows_i64(one, 0, LIST_SEQ), rows_time(one, 0, SHOW_AT),
	    rows_str(one, 0, SHOW_ENVELOPE));
	rc = print_behind(a, &p, one, &e);
	names_close(&names);
	return rc == RC_OK ? EXIT_OK : parked_failed(&e);
}
