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

	args_init(&a);
	must(t != NULL);
	TRY(run_await_before(r, ev, place, e));
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

/* An emergency in force may lie in any folder, too. */
static enum rc
prepare_emergency(
    struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_emergency_declare *m = ev->msg;
	const struct row_unit *u =
	    registry_unit(run_registry(r), m->unit, ev->at);
	struct emergencies *found = arena_alloc(run_arena(r), sizeof(*found));
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	struct row_campaign *v;

	args_init(&a);
	must(found != NULL);
	TRY(run_await_before(r, ev, place, e));
	args_str(&a, registry_county_of(u != NULL ? u->division : STR("")));
	args_i64(&a, ev->seq);
	TRY(db_exec(run_db(r), Q_dispatcher_emergencies, &a, &rows, e));
	v = arena_alloc(run_arena(r), (rows_n(rows) + 1) * sizeof(*v));
	must(v != NULL);
	for (size_t i = 0; i < rows_n(rows); i++)
		rows_decode(rows, i, &row_campaign_desc, &v[i], run_arena(r));
	*found = (struct emergencies){ v, rows_n(rows) };
	ev->extra = found;
	return RC_OK;
}

/* The first day of a version has come, or the next page of its casefiles. */
static bool
is_about_all(const struct run_event *ev)
{
	const struct msg_deadline_lapsed *m = ev->msg;

	return ev->desc == &msg_version_follow_desc ||
	       (ev->desc == &msg_deadline_lapsed_desc &&
		   str_is(m->limit, "in_force"));
}

static enum rc
prepare(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (events[i].desc == &msg_campaign_choose_desc)
			TRY(prepare_topic(r, &events[i], i, e));
		else if (events[i].desc == &msg_emergency_declare_desc)
			TRY(prepare_emergency(r, &events[i], i, e));
		else if (is_about_all(&events[i]))
			TRY(run_await_before(r, &events[i], i, e));
	return RC_OK;
}

static void
send_page(struct run *r, int64_t at, struct str pack, struct str number,
    struct str version, struct str after)
{
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, arena_printf(run_arena(r), "%.*s-%.*s", STR_ARG(pack),
			 STR_ARG(number)));
	args_str(&a, version);
	args_str(&a, after.n > 0 ? after : STR(""));
	args_i64(&a, registry_number(run_registry(r), "boundary.page", at, 1));
	db_send(run_db(r), Q_dispatcher_follow, &a);
}

/* So many commands to casefiles; in a replay they are in the journal. */
static size_t
send_follow(struct run *r, const struct run_event *ev)
{
	size_t n = 0;

	for (const struct emission *em = ev->decision.emissions; em != NULL;
	     em = em->next) {
		const struct msg_version_begun *b = em->msg;
		const struct msg_version_followed *f = em->msg;

		if (em->desc == &msg_version_begun_desc)
			send_page(
			    r, ev->at, b->pack, b->number, b->version, STR(""));
		else if (em->desc == &msg_version_followed_desc)
			send_page(r, ev->at, f->pack, f->number, f->version,
			    f->after);
		else
			continue;
		n++;
	}
	return n;
}

static enum rc
finish(struct run *r, struct run_event *events, size_t n, size_t *n_sent,
    struct err *e)
{
	(void)e;
	*n_sent = 0;
	for (size_t i = 0; i < n && !run_is_replay(r); i++)
		if (is_about_all(&events[i]))
			*n_sent += send_follow(r, &events[i]);
	return RC_OK;
}

const struct run_desc dispatcher_service = {
	.name = "dispatcher",
	.machine = &dispatcher_machine,
	.queries = queries,
	.prepare = prepare,
	.finish = finish,
};
