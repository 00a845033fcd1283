#include "common/run/run.h"

#include "services/scoring/rules.h"
#include "services/scoring/store.h"

static enum rc
prepare_one(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_score_publish *m = ev->msg;
	struct score_basis *basis;
	struct period p;

	/* A period that is none is the rule's to refuse. */
	if (scoring_period(run_registry(r), m->period, &p) != PERIOD_OK)
		return RC_OK;
	TRY(run_await_before(r, ev, place, e));
	basis = arena_alloc(run_arena(r), sizeof(*basis));
	if (basis == NULL)
		return err_set(e, RC_REJECT, "too many units to score");
	ev->extra = basis;
	return scoring_store_basis(
	    run_db(r), &p, ev->seq, run_arena(r), basis, e);
}

/* What EV looks at, a day or a month; what is before it is there. */
static enum rc
load_look(
    struct run *r, struct run_event *ev, const struct span *span, struct err *e)
{
	struct look_basis *basis = arena_alloc(run_arena(r), sizeof(*basis));

	if (basis == NULL)
		return err_set(e, RC_REJECT, "too many figures to look at");
	ev->extra = basis;
	return scoring_store_look(run_db(r), span,
	    registry_number(
		run_registry(r), "warning.cluster.count", ev->at, 1),
	    ev->seq, run_arena(r), basis, e);
}

static enum rc
prepare_look(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_warning_look *m = ev->msg;
	struct span span;

	/* A span that is none is the rule's to refuse. */
	if (scoring_span(run_registry(r), m->span, &span) != SPAN_OK)
		return RC_OK;
	TRY(run_await_before(r, ev, place, e));
	return load_look(r, ev, &span, e);
}

static const struct row_watch *
watch_of(struct run *r, const struct run_event *ev)
{
	const struct folder *f = run_folder(r, ev->casefile);

	for (const struct held *h = f != NULL ? f->first : NULL; h != NULL;
	     h = h->next)
		if (h->thing == THING_WATCH)
			return (const struct row_watch *)h->row;
	return NULL;
}

/*
 * A limit has run out that may be the clock's.  What the watch asks for is in
 * its row, which the events before it in this batch may be about to change.
 */
static enum rc
prepare_lapsed(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_deadline_lapsed *m = ev->msg;
	const struct row_watch *w;
	struct span span;

	if (!str_is(ev->env.source, "/scoring"))
		return RC_OK;
	TRY(run_await_before(r, ev, place, e));
	w = watch_of(r, ev);
	if (w == NULL || !str_eq(m->thing, w->id) ||
	    scoring_span(run_registry(r), scoring_watched(w, m), &span) !=
		SPAN_OK)
		return RC_OK;
	return load_look(r, ev, &span, e);
}

static enum rc
prepare_pack(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	bool *watched = arena_alloc(run_arena(r), sizeof(*watched));

	must(watched != NULL);
	TRY(run_await_before(r, ev, place, e));
	ev->extra = watched;
	return scoring_store_watched(run_db(r), ev->seq, watched, e);
}

static enum rc
prepare_any(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	if (ev->desc == &msg_score_publish_desc)
		return prepare_one(r, ev, place, e);
	if (ev->desc == &msg_warning_look_desc)
		return prepare_look(r, ev, place, e);
	if (ev->desc == &msg_deadline_lapsed_desc)
		return prepare_lapsed(r, ev, place, e);
	if (ev->desc == &msg_registry_changed_desc)
		return prepare_pack(r, ev, place, e);
	return RC_OK;
}

static enum rc
prepare(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		TRY(prepare_any(r, &events[i], i, e));
	return RC_OK;
}

const struct run_desc scoring_service = {
	.name = "scoring",
	.machine = &scoring_machine,
	.queries = scoring_store_queries,
	.prepare = prepare,
};
