/*
 * `huying pack follow`: what is open goes on with whoever took over its place
 * or a unit of it.
 */
#include "cli/pack_cmd.h"

#include "common/bus/publish.h"

#include <stdio.h>

/* Limits looked at together, so that neither side holds the whole county. */
#define PAGE 5000
/* Behind every number. */
#define END "z"
#define ARENA_BYTES ((size_t)16 << 20)

static const struct db_query queries[] = {
	{ "follow_homeless", "SELECT casefile, division, service "
			     "FROM registry.homeless($1, $2, $3)" },
	{ "follow_end", "SELECT registry.page_end($1, $2)" },
	{ "follow_pack", "SELECT name || '-' || version AS pack "
			 "FROM registry.pack ORDER BY seq DESC LIMIT 1" },
};

struct follow {
	struct db *db;
	struct publisher *publisher;
	struct arena *arena;
	struct str pack;  /* the last one: part of each id */
	struct str after; /* where the page before ended */
	int64_t told;
};

static void
follow_fini(struct follow *f)
{
	publisher_close(&f->publisher);
	db_close(&f->db);
	arena_free(&f->arena);
}

/* Told twice of one pack it is the same event. */
static enum rc
tell(struct follow *f, const struct rows *rows, size_t i, struct err *e)
{
	struct str casefile = rows_str(rows, i, 0);
	struct msg_casefile_rehome m = { .casefile = casefile,
		.of = rows_str(rows, i, 2) };
	struct msg_envelope env = {
		.source = STR("/boundary"),
		.id = arena_printf(f->arena, "rehome-%.*s-%.*s",
		    STR_ARG(f->pack), STR_ARG(casefile)),
		.division = rows_str(rows, i, 1),
	};
	struct outcome out;

	TRY(publish_one(
	    f->publisher, &env, &msg_casefile_rehome_desc, &m, &out, e));
	if (out.status == OUTCOME_REFUSED)
		return err_set(e, RC_REJECT, "%.*s: %s: %s", STR_ARG(casefile),
		    out.code, out.reason);
	f->told++;
	return RC_OK;
}

static enum rc
page_end(struct follow *f, struct str *upto, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, f->after);
	args_i64(&a, PAGE);
	TRY(db_exec(f->db, "follow_end", &a, &rows, e));
	*upto = rows_n(rows) == 0 || rows_null(rows, 0, 0)
		    ? STR(END)
		    : arena_str(f->arena, rows_str(rows, 0, 0));
	return RC_OK;
}

static enum rc
page(struct follow *f, bool *more, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct str upto;

	TRY(page_end(f, &upto, e));
	args_init(&a);
	args_str(&a, f->pack);
	args_str(&a, f->after);
	args_str(&a, upto);
	TRY(db_exec(f->db, "follow_homeless", &a, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++)
		TRY(tell(f, rows, i, e));
	*more = !str_is(upto, END);
	f->after = upto;
	return RC_OK;
}

static enum rc
follow_all(struct follow *f, const char *endpoint, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	bool more = true;

	TRY(db_exec(f->db, "follow_pack", NULL, &rows, e));
	if (rows_n(rows) == 0)
		return RC_OK;
	f->pack = arena_str(f->arena, rows_str(rows, 0, 0));
	TRY(publisher_open(&f->publisher, endpoint, "boundary", 10000, e));
	while (more)
		TRY(page(f, &more, e));
	return RC_OK;
}

static void
put(const struct follow *f, bool json)
{
	if (json)
		(void)printf("{\"rehomed\":%lld}\n", (long long)f->told);
	else if (f->told > 0)
		(void)printf("%lld open casefile%s go on with whoever took "
			     "over\n",
		    (long long)f->told, f->told == 1 ? "" : "s");
	else
		(void)printf("no open casefile has to move\n");
}

int
pack_cmd_follow(const struct pack_args *args)
{
	AUTO(follow_fini) struct follow f = { .after = STR("") };
	struct conf conf;
	struct err e;
	int code = cli_conf(&conf);

	if (code >= 0 || (code = cli_db(args->db, "huying pack", queries,
			      ARRAY_LEN(queries), &f.db)) >= 0)
		return code;
	f.arena = arena_new(ARENA_BYTES);
	if (follow_all(&f, conf.publish, &e) != RC_OK) {
		cli_say("pack follow: %s; what was told stays told, the rest "
			"by doing it again",
		    e.text);
		return EXIT_CONNECT;
	}
	put(&f, args->json);
	return EXIT_OK;
}
