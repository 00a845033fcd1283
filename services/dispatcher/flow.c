#include "common/run/run.h"

#include "dispatcher_sql.h"
#include "services/dispatcher/rules_campaign.h"

static const struct db_query *
queries(size_t *n)
{
	*n = ARRAY_LEN(dispatcher_queries);
	return dispatcher_queries;
}

/* From the first of the month of AT to the first of the next. */
static void
put_month(struct args *a, int64_t at)
{
	int year, month, day;

	clock_date_of(clock_day(at), &year, &month, &day);
	args_time(a, clock_day_start(clock_day_of(year, month, 1)));
	args_time(a, clock_day_start(
			 clock_day_of(year + month / 12, month % 12 + 1, 1)));
}

/* A topic of the month may lie in any folder. */
static enum rc
prepare_topic(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_campaign_choose *m = ev->msg;
	const struct row_unit *u =
	    registry_unit(run_registry(r), m->unit, ev->at);
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct topics *t = arena_alloc(run_arena(r), sizeof(*t));

	must(t != NULL);
	TRY(run_await_before(r, ev, place, e));
	args_init(&a);
	put_month(&a, ev->at);
	args_str(&a, registry_county_of(u != NULL ? u->division : STR("")));
	args_i64(&a, ev->seq);
	TRY(db_exec(run_db(r), Q_dispatcher_topics, &a, &rows, e));
	*t = (struct topics){ .n = (int64_t)rows_n(rows) };
	if (t->n > 0)
		t->last = arena_str(
		    run_arena(r), rows_str(rows, rows_n(rows) - 1, 0));
	ev->extra = t;
	return RC_OK;
}

static enum rc
prepare(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (events[i].desc == &msg_campaign_choose_desc)
			TRY(prepare_topic(r, &events[i], i, e));
	return RC_OK;
}

const struct run_desc dispatcher_service = {
	.name = "dispatcher",
	.machine = &dispatcher_machine,
	.queries = queries,
	.prepare = prepare,
};
