/* Rectification on the books (挂账促改): no fault is lost until written off. */
#include "services/dispatcher/rules_campaign.h"

static struct str
above_of(struct step *s, const struct row_unit *u)
{
	if (dispatcher_tier_at(u) == TIER_VILLAGE)
		return step_room(s, u->division);
	return step_county_centre(s, u->division);
}

/* The campaign whose books ON means: itself, its receipt, or the open one. */
static const struct row_campaign *
books_of(struct step *s, struct str on)
{
	const struct row_receipt *r =
	    (const struct row_receipt *)step_find(s, THING_RECEIPT, on);
	const struct row_campaign *c =
	    campaign_of(s, r != NULL ? r->campaign : on);

	for (struct row_head *g = step_next(s, THING_CAMPAIGN, NULL);
	     g != NULL && c == NULL && str_find(on, '/') == on.n;
	     g = step_next(s, THING_CAMPAIGN, g))
		if (step_in(s, THING_CAMPAIGN, g, CAMPAIGN_OUT))
			c = (const struct row_campaign *)g;
	return c;
}

/*
 * Booked on the receipt itself or on a part of it; booked on the campaign it
 * is everybody's whose place and kind it is.
 */
bool
fault_counts_for(
    struct step *s, const struct row_fault *f, const struct row_receipt *r)
{
	const struct row_receipt *on =
	    (const struct row_receipt *)step_find(s, THING_RECEIPT, f->receipt);

	if (on != NULL)
		return on == r || str_eq(on->part_of, r->id);
	return str_eq(f->campaign, r->campaign) &&
	       (f->matter.n == 0 || str_eq(f->matter, r->matter)) &&
	       registry_inside(f->division, r->division);
}

/* ON is empty, this folder, or a thing of it; refuses UNKNOWN_ID. */
static bool
is_known(struct step *s, struct str on)
{
	bool known =
	    on.n == 0 || (str_eq(on, s->folder->casefile) && s->folder->n > 0);

	for (const struct held *h = s->folder->first; h != NULL && !known;
	     h = h->next)
		known = str_eq(h->row->id, on);
	if (!known)
		step_refuse_because(s, "UNKNOWN_ID", "%.*s", STR_ARG(on));
	return known;
}

void
dispatcher_fault_book(struct step *s)
{
	const struct msg_fault_book *m = s->msg;
	const struct row_unit *to;
	const struct row_campaign *c;
	struct row_fault *f;
	struct due due;

	if (!is_known(s, m->on) || step_unit(s, m->unit) == NULL)
		return;
	to = step_unit(s, m->to);
	if (to == NULL)
		return;
	c = books_of(s, m->on);
	due = step_due(s, "fault.fix", s->at);
	f = step_new(s, THING_FAULT, FAULT_BOOKED);
	f->division = to->division;
	if (c != NULL)
		f->campaign = c->id;
	if (step_find(s, THING_RECEIPT, m->on) != NULL)
		f->receipt = m->on;
	f->unit = to->code;
	f->above = above_of(s, to);
	f->matter = m->matter;
	f->booked_at = s->at;
	f->fix_by = due.at;
	step_arm(s, HEAD(f), "fix", ARM_DUTY, f->unit, due);
	step_emit(s, &msg_fault_booked_desc,
	    &(struct msg_fault_booked){ .fault = f->id,
		.campaign = f->campaign,
		.unit = f->unit,
		.above = f->above,
		.matter = f->matter,
		.what = m->what,
		.fix_by = f->fix_by });
}

/*
 * Late, and not forgotten: the same limit runs again, a card or not, until
 * somebody has put it right or looked at it.
 */
void
dispatcher_fault_late(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	const struct row_fault *f = (const struct row_fault *)s->row;
	bool fixing = str_is(m->limit, "fix");
	const char *key = fixing ? "fault.refix" : "fault.verify";
	struct due next = step_due(s, key, m->due_at);

	/* Unless it was carried, or came back, just before that was told. */
	if (m->due_at < (fixing ? f->fix_by : f->verify_by))
		return;
	dispatcher_card_late(s);
	if (next.at <= s->at)
		next = step_due(s, key, s->at);
	step_arm(s, HEAD(f), fixing ? "fix" : "verify", ARM_DUTY,
	    fixing ? f->unit : f->above, next);
}

void
dispatcher_fault_fix(struct step *s)
{
	const struct msg_fault_fix *m = s->msg;
	struct row_fault *f = (struct row_fault *)s->row;
	struct due due = step_due(s, "fault.verify", s->at);

	if (!step_must_be(s, m->unit, f->unit) ||
	    !dispatcher_may_handle(s, m->officer))
		return;
	if (m->evidence.n == 0) {
		step_refuse(s, "EVIDENCE_MISSING");
		return;
	}
	f->fixer = m->officer;
	f->verify_by = due.at;
	step_meet(s, HEAD(f), "fix");
	step_arm(s, HEAD(f), "verify", ARM_DUTY, f->above, due);
	step_emit(s, &msg_fault_fixed_desc,
	    &(struct msg_fault_fixed){ .fault = f->id,
		.unit = f->unit,
		.late = s->at > f->fix_by,
		.verify_by = f->verify_by });
	dispatcher_cause_over(s, f->id, "fix");
}

void
dispatcher_fault_write_off(struct step *s)
{
	const struct msg_fault_write_off *m = s->msg;
	struct row_fault *f = (struct row_fault *)s->row;

	if (str_eq(m->officer, f->fixer)) {
		step_refuse(s, "VERIFIER_IS_FIXER");
		return;
	}
	if (!step_must_be(s, m->unit, f->above) ||
	    !dispatcher_may_handle(s, m->officer))
		return;
	if (m->seen.n == 0) {
		step_refuse(s, "EVIDENCE_MISSING");
		return;
	}
	step_meet_all(s, HEAD(f));
	f->verify_by = 0;
	step_emit(s, &msg_fault_written_off_desc,
	    &(struct msg_fault_written_off){
		.fault = f->id, .unit = f->unit, .carried = f->owner.n > 0 });
	dispatcher_cause_over(s, f->id, NULL);
}

/* The unit gets its time anew, and what a carrying still leaves. */
void
dispatcher_fault_reject(struct step *s)
{
	const struct msg_fault_reject *m = s->msg;
	struct row_fault *f = (struct row_fault *)s->row;
	struct due due, rest;

	if (!step_must_be(s, m->unit, f->above) ||
	    !step_has_reason(s, m->reason))
		return;
	due = step_due(s, "fault.refix", s->at);
	rest = dispatcher_until(s, f->fix_by);
	if (rest.at > due.at)
		due = rest;
	f->fix_by = due.at;
	f->verify_by = 0;
	step_meet(s, HEAD(f), "verify");
	step_arm(s, HEAD(f), "fix", ARM_DUTY, f->unit, due);
	step_emit(s, &msg_fault_rejected_desc,
	    &(struct msg_fault_rejected){ .fault = f->id,
		.unit = f->unit,
		.reason = m->reason,
		.fix_by = f->fix_by });
	dispatcher_cause_over(s, f->id, NULL);
}

void
dispatcher_fault_carry(struct step *s)
{
	const struct msg_fault_carry *m = s->msg;
	struct row_fault *f = (struct row_fault *)s->row;

	if (!step_must_be(s, m->unit, step_county_centre(s, f->division)) ||
	    !step_has_reason(s, m->reason) || step_officer(s, m->owner) == NULL)
		return;
	if (m->until <= s->at) {
		step_refuse(s, "DATE_PASSED");
		return;
	}
	/* From the booking: carrying again and again does not add up. */
	if (m->until > step_due(s, "fault.carry.max", f->booked_at).at) {
		step_refuse(s, "TOO_LONG");
		return;
	}
	f->owner = m->owner;
	f->fix_by = m->until;
	step_touch(s, HEAD(f));
	step_arm(s, HEAD(f), "fix", ARM_DUTY, f->unit,
	    dispatcher_until(s, f->fix_by));
	step_emit(s, &msg_fault_carried_desc,
	    &(struct msg_fault_carried){ .fault = f->id,
		.unit = f->unit,
		.owner = f->owner,
		.fix_by = f->fix_by });
	dispatcher_cause_over(s, f->id, "fix");
}
