/* Callbacks: the citizen says whether it is solved. */
#include "services/intake/rules.h"

/* The next report that the casefile carries, after PREV. */
static struct row_report *
next_carried(struct step *s, const struct row_report *prev)
{
	struct row_head *r =
	    step_next(s, THING_REPORT, (const struct row_head *)prev);

	while (r != NULL && !(step_in(s, THING_REPORT, r,
				  IN(REPORT_ACCEPTED) | IN(REPORT_MERGED)) &&
				str_eq(r->casefile, s->folder->casefile)))
		r = step_next(s, THING_REPORT, r);
	return (struct row_report *)r;
}

/* Who can be called, each once however often they reported it. */
static bool
is_called(struct step *s, const struct row_report *r)
{
	const struct prepared *p = intake_prepared(s);

	return r->reachable && !strs_has(p->again, r->id) &&
	       !strs_has(p->above, r->id);
}

/* It is asked before the casefile is closed. */
static bool
is_promise(const struct row_callback *c)
{
	return str_is(c->outcome, "open");
}

static struct row_callback *
callback_new(struct step *s, const struct row_report *r, int state,
    struct str handler, struct str outcome)
{
	struct row_callback *c = step_new(s, THING_CALLBACK, state);

	c->division = r->division;
	c->report = r->id;
	c->token = r->token;
	c->handler = handler;
	c->outcome = outcome;
	c->opened_at = s->at;
	return c;
}

static void
open_one(struct step *s, const struct row_report *r, struct str handler,
    struct str outcome)
{
	struct row_callback *c =
	    callback_new(s, r, CALLBACK_DUE, handler, outcome);
	struct due due = step_due(s, "callback.call", s->at);
	struct msg_callback_opened opened = {
		.callback = c->id,
		.report = c->report,
		.token = c->token,
		.call_by = due.at,
		.open = is_promise(c),
	};

	c->call_by = due.at;
	step_arm(s, (struct row_head *)c, "call", ARM_DUTY,
	    step_county_centre(s, c->division), due);
	step_emit(s, &msg_callback_opened_desc, &opened);
}

/* Somebody of this report is being called about the closing already. */
static bool
is_under_way(struct step *s, const struct row_report *report)
{
	for (struct row_head *r = step_next(s, THING_CALLBACK, NULL); r != NULL;
	     r = step_next(s, THING_CALLBACK, r)) {
		const struct row_callback *c = (struct row_callback *)r;

		if (step_in(s, THING_CALLBACK, r, IN(CALLBACK_DUE)) &&
		    !is_promise(c) && str_eq(c->report, report->id))
			return true;
	}
	return false;
}

void
intake_callback_open(struct step *s)
{
	const struct msg_casefile_closed *m = s->msg;

	for (struct row_report *r = next_carried(s, NULL); r != NULL;
	     r = next_carried(s, r))
		if (is_called(s, r) && !is_under_way(s, r))
			open_one(s, r, m->handler, m->outcome);
}

/* The promise, or the limit of a task, which was made with it. */
static bool
is_work(const struct step *s, const struct msg_deadline_overdue *m)
{
	struct str casefile = s->folder->casefile;

	if (str_is(m->limit, "overall") && str_eq(m->thing, casefile))
		return m->unit.n > 0;
	return str_is(m->limit, "finish") && m->unit.n > 0 &&
	       str_starts(m->thing, casefile) &&
	       str_starts(str_cut(m->thing, casefile.n, m->thing.n), STR("/T"));
}

/* Once between two closings: the last thing asked was not this. */
static bool
is_asked(struct step *s, const struct row_report *report)
{
	const struct row_callback *last = NULL;

	for (struct row_head *r = step_next(s, THING_CALLBACK, NULL); r != NULL;
	     r = step_next(s, THING_CALLBACK, r)) {
		const struct row_callback *c = (struct row_callback *)r;

		if (str_eq(c->report, report->id) &&
		    (last == NULL || c->opened_at >= last->opened_at))
			last = c;
	}
	return last != NULL && is_promise(last);
}

/* Asking only about what was closed would reward whoever does not close. */
void
intake_callback_promise(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;

	if (!is_work(s, m) ||
	    registry_number(s->registry, "callback.at_promise", s->at, 0) == 0)
		return;
	for (struct row_report *r = next_carried(s, NULL); r != NULL;
	     r = next_carried(s, r))
		if (is_called(s, r) && !is_asked(s, r))
			open_one(s, r, m->unit, STR("open"));
}

static void
tell_lapsed(struct step *s, const struct row_callback *c, const char *why)
{
	struct msg_callback_lapsed lapsed = {
		.callback = c->id,
		.why = str_of(why),
	};

	step_emit(s, &msg_callback_lapsed_desc, &lapsed);
}

/*
 * A sensor, a colleague, somebody without a name, or who is called for the
 * casefile that this one was merged into: a row says so.
 */
void
intake_callback_skip(struct step *s)
{
	const struct msg_casefile_closed *m = s->msg;

	for (struct row_report *r = next_carried(s, NULL); r != NULL;
	     r = next_carried(s, r))
		if (!r->reachable || strs_has(intake_prepared(s)->above, r->id))
			tell_lapsed(s,
			    callback_new(
				s, r, CALLBACK_LAPSED, m->handler, m->outcome),
			    "not_due");
}

/* Another reporter was not content: asking about it has no sense now. */
void
intake_callback_overtaken(struct step *s)
{
	step_meet(s, s->row, "call");
	tell_lapsed(s, (const struct row_callback *)s->row, "not_due");
}

/* Closed after all: the call about the closing takes its place. */
void
intake_callback_closed(struct step *s)
{
	if (!is_promise((const struct row_callback *)s->row))
		return;
	intake_callback_overtaken(s);
	step_move(s, THING_CALLBACK, s->row, CALLBACK_LAPSED);
}

bool
intake_is_handler(
    struct step *s, const struct row_unit *caller, struct str handler)
{
	const struct row_unit *h = registry_unit(s->registry, handler, s->at);

	if (str_eq(caller->code, handler))
		return true;
	if (str_is(caller->kind, "dispatched_branch") &&
	    str_eq(caller->parent, handler))
		return true;
	return h != NULL && str_is(h->kind, "dispatched_branch") &&
	       str_eq(h->parent, caller->code);
}

static bool
may_call(struct step *s, struct str code, struct str officer)
{
	const struct row_callback *c = (const struct row_callback *)s->row;
	const struct row_unit *unit = step_unit(s, code);

	if (unit == NULL || !intake_knows(s, code, officer))
		return false;
	if (!intake_is_handler(s, unit, c->handler))
		return true;
	step_refuse(s, "CALLER_IS_HANDLER");
	return false;
}

#define HALF_DAY_MS (DAY_MS / 2)

/* Each try belongs into another half of a day, morning or afternoon. */
static bool
is_too_soon(const struct step *s, const struct row_callback *c)
{
	return c->tried_at > 0 && clock_day(c->tried_at) == clock_day(s->at) &&
	       (c->tried_at - clock_day_start(clock_day(s->at)) >=
		   HALF_DAY_MS) ==
		   (s->at - clock_day_start(clock_day(s->at)) >= HALF_DAY_MS) &&
	       registry_number(
		   s->registry, "callback.tries.half_days", s->at, 0) != 0;
}

void
intake_callback_try(struct step *s)
{
	const struct msg_callback_try *m = s->msg;
	struct row_callback *c = (struct row_callback *)s->row;
	int64_t max =
	    registry_number(s->registry, "callback.tries.max", s->at, 1);
	struct msg_callback_tried tried = { .callback = c->id };

	if (!may_call(s, m->unit, m->officer))
		return;
	/* A new pack may allow fewer than were made. */
	if (c->tries >= max) {
		step_refuse(s, "TRIES_USED");
		return;
	}
	if (is_too_soon(s, c)) {
		step_refuse(s, "TOO_SOON");
		return;
	}
	c->tries++;
	c->tried_at = s->at;
	step_touch(s, s->row);
	tried.n = c->tries;
	step_emit(s, &msg_callback_tried_desc, &tried);
	if (c->tries < max)
		return;
	step_meet(s, s->row, "call");
	tell_lapsed(s, c, "no_answer");
	step_move(s, THING_CALLBACK, s->row, CALLBACK_LAPSED);
}

void
intake_callback_record(struct step *s)
{
	const struct msg_callback_record *m = s->msg;
	const struct row_callback *c = (const struct row_callback *)s->row;
	struct msg_callback_recorded recorded = {
		.callback = c->id,
		.unit = c->handler,
		.outcome = c->outcome,
		.contacted = m->contacted,
		.solved = m->solved,
		.satisfied = m->satisfied,
	};

	if (!may_call(s, m->unit, m->officer))
		return;
	if (is_promise(c) && m->solved) {
		step_refuse(s, "VALUE_BAD");
		return;
	}
	step_meet(s, s->row, "call");
	step_emit(s, &msg_callback_recorded_desc, &recorded);
}

void
intake_callback_out(struct step *s)
{
	step_meet(s, s->row, "call");
	tell_lapsed(s, (const struct row_callback *)s->row, "no_answer");
}
