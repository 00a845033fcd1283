/* Campaigns: measured, sent back, closed, called off; their task groups. */
#include "services/dispatcher/rules_campaign.h"

void
campaign_gather(struct step *s, struct row_campaign *c, int64_t from)
{
	struct due due = step_due(s, "campaign.check", from);
	int64_t accepted = 0, open = 0;

	for (struct row_receipt *r = receipt_next(s, c, NULL); r != NULL;
	     r = receipt_next(s, c, r))
		if (step_in(s, THING_RECEIPT, HEAD(r), RECEIPT_OPEN))
			open++;
		else
			accepted++;
	c->check_by = due.at;
	step_meet(s, HEAD(c), "finish");
	step_move(s, THING_CAMPAIGN, HEAD(c), CAMPAIGN_CHECKING);
	step_arm(s, HEAD(c), "check", ARM_DUTY, c->unit, due);
	step_emit(s, &msg_campaign_gathered_desc,
	    &(struct msg_campaign_gathered){ .campaign = c->id,
		.accepted = accepted,
		.open = open,
		.check_by = c->check_by });
}

void
dispatcher_campaign_time_up(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;

	/* Unless it was sent back meanwhile, until a later date. */
	if (m->due_at >= c->finish_by)
		campaign_gather(s, c, m->due_at);
}

/* Refuses NOT_ASKED when one of UNITS owes C nothing. */
static bool
all_asked(struct step *s, const struct row_campaign *c, struct strs units)
{
	for (size_t i = 0; i < units.n; i++) {
		struct row_receipt *r = receipt_next(s, c, NULL);

		while (r != NULL && !str_eq(r->unit, units.p[i]))
			r = receipt_next(s, c, r);
		if (r == NULL) {
			step_refuse_because(
			    s, "NOT_ASKED", "%.*s", STR_ARG(units.p[i]));
			return false;
		}
	}
	return true;
}

void
dispatcher_campaign_send_back(struct step *s)
{
	const struct msg_campaign_send_back *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;

	if (!step_must_be(s, m->unit, c->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	if (m->finish_by <= s->at) {
		step_refuse(s, "DATE_PASSED");
		return;
	}
	if (!all_asked(s, c, m->units))
		return;
	step_meet(s, HEAD(c), "check");
	dispatcher_cause_over(s, c->id, "check");
	c->check_by = 0;
	c->finish_by = m->finish_by;
	for (struct row_receipt *r = receipt_next(s, c, NULL); r != NULL;
	     r = receipt_next(s, c, r)) {
		bool again = strs_has(m->units, r->unit) &&
			     step_in(s, THING_RECEIPT, HEAD(r),
				 IN(RECEIPT_REPORTED) | IN(RECEIPT_ACCEPTED));

		if (again)
			step_move(s, THING_RECEIPT, HEAD(r), RECEIPT_RECEIVED);
		if (step_in(s, THING_RECEIPT, HEAD(r),
			IN(RECEIPT_RECEIVED) | IN(RECEIPT_SPLIT)))
			receipt_reopen(s, r);
	}
	step_arm(s, HEAD(c), "finish", ARM_WINDOW, c->unit,
	    dispatcher_until(s, c->finish_by));
	step_emit(s, &msg_campaign_sent_back_desc,
	    &(struct msg_campaign_sent_back){ .campaign = c->id,
		.units = m->units,
		.reason = m->reason,
		.finish_by = c->finish_by });
}

/* Refuses RECEIPT_OPEN: what is neither accepted nor marked missing. */
static bool
are_in(struct step *s, const struct row_campaign *c, struct strs missing)
{
	struct str ids = { NULL, 0 };

	for (struct row_receipt *r = receipt_next(s, c, NULL); r != NULL;
	     r = receipt_next(s, c, r))
		/* The first few are enough to go on with. */
		if (step_in(s, THING_RECEIPT, HEAD(r), RECEIPT_OPEN) &&
		    !strs_has(missing, r->unit) && ids.n < 128)
			ids = arena_printf(s->arena, "%.*s%s%.*s", STR_ARG(ids),
			    ids.n > 0 ? " " : "", STR_ARG(r->unit));
	if (ids.n == 0)
		return true;
	step_refuse_because(s, "RECEIPT_OPEN", "%.*s", STR_ARG(ids));
	return false;
}

/* Refuses FAULT_NOT_CARRIED: open faults need a term and an owner. */
static bool
are_carried(struct step *s, const struct row_campaign *c)
{
	for (struct row_head *r = step_next(s, THING_FAULT, NULL); r != NULL;
	     r = step_next(s, THING_FAULT, r)) {
		const struct row_fault *f = (const struct row_fault *)r;

		if (!str_eq(f->campaign, c->id) || f->owner.n > 0 ||
		    step_in(s, THING_FAULT, r, IN(FAULT_WRITTEN_OFF)))
			continue;
		step_refuse_because(
		    s, "FAULT_NOT_CARRIED", "%.*s", STR_ARG(f->id));
		return false;
	}
	return true;
}

void
campaign_end_all(struct step *s, struct row_campaign *c, bool missing)
{
	campaign_stand_down(s, c);
	step_meet_all(s, HEAD(c));
	dispatcher_cause_over(s, c->id, NULL);
	for (struct row_receipt *r = receipt_next(s, c, NULL); r != NULL;
	     r = receipt_next(s, c, r))
		if (step_in(s, THING_RECEIPT, HEAD(r), RECEIPT_OPEN))
			receipt_end(s, r, missing);
	if (c->members.n > 0)
		step_emit(s, &msg_group_dissolved_desc,
		    &(struct msg_group_dissolved){
			.campaign = c->id, .members = c->members });
	c->members = (struct strs){ NULL, 0 };
	step_touch(s, HEAD(c));
}

/* Each problem of a topic is measured for itself (每月一题). */
static bool
is_measured(struct step *s, const struct row_campaign *c, struct strs results)
{
	bool all = results.n == c->problems.n;

	for (size_t i = 0; i < results.n; i++)
		all = all && !str_is_blank(results.p[i]);
	if (!all)
		step_refuse_because(
		    s, "NOT_MEASURED", "%zu of %zu", results.n, c->problems.n);
	return all;
}

void
dispatcher_campaign_close(struct step *s)
{
	const struct msg_campaign_close *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;
	struct msg_campaign_closed sum = { .campaign = c->id,
		.measured = m->measured,
		.results = m->results };

	if (!step_must_be(s, m->unit, c->unit) ||
	    !step_has_reason(s, m->measured) ||
	    !is_measured(s, c, m->results) || !all_asked(s, c, m->missing) ||
	    !are_in(s, c, m->missing) || !are_carried(s, c))
		return;
	for (struct row_receipt *r = receipt_next(s, c, NULL); r != NULL;
	     r = receipt_next(s, c, r)) {
		if (step_in(s, THING_RECEIPT, HEAD(r), RECEIPT_OPEN)) {
			sum.missing++;
			continue;
		}
		sum.accepted++;
		/* What was divided has its parts in its own sum. */
		if (r->part_of.n > 0)
			continue;
		sum.checked += r->checked;
		sum.found += r->found;
		sum.fixed += r->fixed;
		sum.carried += r->carried;
	}
	c->measured = m->measured;
	c->results = m->results;
	c->check_by = 0;
	campaign_end_all(s, c, true);
	step_emit(s, &msg_campaign_closed_desc, &sum);
	campaign_has_answered(s, c);
}

bool
campaign_may_stop(struct step *s, struct str unit, struct str reason,
    const struct row_campaign *c)
{
	return (step_acts_for(s, unit, step_county_centre(s, c->division)) ||
		   step_must_be(s, unit, c->unit)) &&
	       step_has_reason(s, reason);
}

void
dispatcher_campaign_stop(struct step *s)
{
	const struct msg_campaign_stop *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;

	if (!campaign_may_stop(s, m->unit, m->reason, c))
		return;
	c->stopped_seq = s->seq;
	campaign_end_all(s, c, false);
	campaign_answers_no_more(s, c);
	step_emit(s, &msg_campaign_stopped_desc,
	    &(struct msg_campaign_stopped){
		.campaign = c->id, .reason = m->reason });
}

void
dispatcher_group_form(struct step *s)
{
	const struct msg_group_form *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;

	if (!step_must_be(s, m->unit, c->unit) ||
	    !step_has_reason(s, m->charter))
		return;
	if (c->members.n > 0) {
		step_refuse(s, "GROUP_FORMED");
		return;
	}
	for (size_t i = 0; i < m->members.n; i++)
		if (step_unit(s, m->members.p[i]) == NULL)
			return;
	c->members = m->members;
	step_touch(s, HEAD(c));
	step_emit(s, &msg_group_formed_desc,
	    &(struct msg_group_formed){ .campaign = c->id,
		.members = m->members,
		.charter = m->charter });
}

void
dispatcher_group_dissolve(struct step *s)
{
	const struct msg_group_dissolve *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;
	struct strs members = c->members;

	if (!step_must_be(s, m->unit, c->unit))
		return;
	if (members.n == 0) {
		step_refuse(s, "NO_GROUP");
		return;
	}
	c->members = (struct strs){ NULL, 0 };
	step_touch(s, HEAD(c));
	step_emit(s, &msg_group_dissolved_desc,
	    &(struct msg_group_dissolved){
		.campaign = c->id, .members = members });
}
