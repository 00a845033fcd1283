#include "common/run/run.h"

#include "services/scoring/rules.h"
#include "services/scoring/store.h"

/*
 * A score, or a look, is what the journal says before the command, no more and
 * no less, or it could not be made again.  So the tallies of all that lies
 * before it must be in the tables: of this batch, and of slots in other hands.
 */
static enum rc
await_all_before(
    struct run *r, const struct run_event *ev, size_t place, struct err *e)
{
	int64_t behind;

	if (place > 0)
		return err_set(e, RC_GONE,
		    "%s begins a batch; what is before it goes first",
		    ev->desc->type);
	TRY(scoring_store_behind(run_db(r), ev->seq - 1, &behind, e));
	/* They come forward by themselves, this one's batch waits a little. */
	if (behind > 0)
		return err_set(e, RC_GONE,
		    "%s waits for %lld slots in other hands", ev->desc->type,
		    (long long)behind);
	return RC_OK;
}

static enum rc
prepare_one(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_score_publish *m = ev->msg;
	struct score_basis *basis;
	struct period p;

	/* A period that is none is the rule's to refuse. */
	if (scoring_period(run_registry(r), m->period, &p) != PERIOD_OK)
		return RC_OK;
	TRY(await_all_before(r, ev, place, e));
	basis = arena_alloc(run_arena(r), sizeof(*basis));
	if (basis == NULL)
		return err_set(e, RC_REJECT, "too many units to score");
	ev->extra = basis;
	return scoring_store_basis(
	    run_db(r), &p, ev->seq, run_arena(r), basis, e);
}

static enum rc
prepare_look(struct run *r, struct run_event *ev, size_t place, struct err *e)
{
	const struct msg_warning_look *m = ev->msg;
	struct look_basis *basis;
	struct span span;

	/* A span that is none is the rule's to refuse. */
	if (scoring_span(run_registry(r), m->span, &span) != SPAN_OK)
		return RC_OK;
	TRY(await_all_before(r, ev, place, e));
	basis = arena_alloc(run_arena(r), sizeof(*basis));
	if (basis == NULL)
		return err_set(e, RC_REJECT, "too many figures to look at");
	ev->extra = basis;
	return scoring_store_look(run_db(r), &span,
	    registry_number(
		run_registry(r), "warning.cluster.count", ev->at, 1),
	    ev->seq, run_arena(r), basis, e);
}

static enum rc
prepare(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (events[i].desc == &msg_score_publish_desc)
			TRY(prepare_one(r, &events[i], i, e));
		else if (events[i].desc == &msg_warning_look_desc)
			TRY(prepare_look(r, &events[i], i, e));
	return RC_OK;
}

const struct run_desc scoring_service = {
	.name = "scoring",
	.machine = &scoring_machine,
	.queries = scoring_store_queries,
	.prepare = prepare,
};
