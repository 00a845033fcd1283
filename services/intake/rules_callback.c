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

/* Somebody of this report is being called already. */
static bool
is_under_way(struct step *s, const struct row_report *report)
{
	for (struct row_head *r = step_next(s, THING_CALLBACK, NULL); r != NULL;
	     r = step_next(s, THING_CALLBACK, r))
		if (step_in(s, THING_CALLBACK, r, IN(CALLBACK_DUE)) &&
		    str_eq(((struct row_callback *)r)->report, report->id))
			return true;
	return false;
}

static struct row_callback *
callback_new(struct step *s, const struct row_report *r, int state)
{
	const struct msg_casefile_closed *m = s->msg;
	struct row_callback *c = step_new(s, THING_CALLBACK, state);

	c->division = r->division;
	c->report = r->id;
	c->token = r->token;
	c->handler = m->handler;
	c->outcome = m->outcome;
	c->opened_at = s->at;
	return c;
}

static void
open_one(struct step *s, const struct row_report *r)
{
	struct row_callback *c = callback_new(s, r, CALLBACK_DUE);
	struct due due = step_due(s, "callback.call", s->at);
	struct msg_callback_opened opened = {
		.callback = c->id,
		.report = c->report,
		.token = c->token,
		.call_by = due.at,
	};

	c->call_by = due.at;
	step_arm(s, (struct row_head *)c, "call", ARM_DUTY,
	    step_county_centre(s, c->division), due);
	step_emit(s, &msg_callback_opened_desc, &opened);
}

void
intake_callback_open(struct step *s)
{
	for (struct row_report *r = next_carried(s, NULL); r != NULL;
	     r = next_carried(s, r))
		if (r->reachable && !is_under_way(s, r))
			open_one(s, r);
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

/* A sensor, a colleague, somebody without a name: a row says so. */
void
intake_callback_skip(struct step *s)
{
	for (struct row_report *r = next_carried(s, NULL); r != NULL;
	     r = next_carried(s, r))
		if (!r->reachable)
			tell_lapsed(
			    s, callback_new(s, r, CALLBACK_LAPSED), "not_due");
}

/* Another reporter was not content: asking about it has no sense now. */
void
intake_callback_overtaken(struct step *s)
{
	step_meet(s, s->row, "call");
	tell_lapsed(s, (const struct row_callback *)s->row, "not_due");
}

/* The unit itself, or the other half of a department and its branch. */
static bool
is_handler(struct step *s, const struct row_unit *caller, struct str handler)
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
	if (!is_handler(s, unit, c->handler))
		return true;
	step_refuse(s, "CALLER_IS_HANDLER");
	return false;
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
	c->tries++;
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
	step_meet(s, s->row, "call");
	step_emit(s, &msg_callback_recorded_desc, &recorded);
}

void
intake_callback_out(struct step *s)
{
	tell_lapsed(s, (const struct row_callback *)s->row, "no_answer");
}
