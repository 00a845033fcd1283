/* Receipts: what one unit owes a campaign for one kind of thing. */
#include "services/dispatcher/rules_campaign.h"

struct row_receipt *
receipt_next(struct step *s, const struct row_campaign *c,
    const struct row_receipt *prev)
{
	struct row_head *r =
	    step_next(s, THING_RECEIPT, prev != NULL ? HEAD(prev) : NULL);

	while (r != NULL && !str_eq(((struct row_receipt *)r)->campaign, c->id))
		r = step_next(s, THING_RECEIPT, r);
	return (struct row_receipt *)r;
}

void
receipt_issue(struct step *s, const struct row_campaign *c,
    const struct row_receipt *part_of, struct str unit, struct str matter)
{
	const struct row_unit *u = registry_unit(s->registry, unit, s->at);
	int64_t from = c->begin_at > s->at ? c->begin_at : s->at;
	struct due due = step_due(s,
	    c->alarm.n > 0 ? "receipt.receive.emergency" : "receipt.receive",
	    from);
	struct row_receipt *r = step_new(s, THING_RECEIPT, RECEIPT_ISSUED);
	struct row_head *here = s->row;

	must(u != NULL);
	r->division = u->division;
	r->campaign = c->id;
	if (part_of != NULL)
		r->part_of = part_of->id;
	r->unit = unit;
	r->above = part_of != NULL ? part_of->unit : campaign_above(s, c, unit);
	r->matter = matter;
	r->receive_by = due.at;
	step_arm(s, HEAD(r), "receive", ARM_DUTY, unit, due);
	/* It is a fact of the place where the unit sits. */
	s->row = HEAD(r);
	step_emit(s, &msg_receipt_issued_desc,
	    &(struct msg_receipt_issued){ .receipt = r->id,
		.campaign = c->id,
		.unit = unit,
		.matter = matter,
		.above = r->above,
		.receive_by = due.at });
	s->row = here;
}

static struct row_campaign *
mine(struct step *s, const struct row_receipt *r)
{
	struct row_campaign *c = campaign_of(s, r->campaign);

	must(c != NULL);
	return c;
}

static void
arm_report(struct step *s, struct row_receipt *r, struct due due)
{
	r->report_by = due.at;
	step_touch(s, HEAD(r));
	step_arm(s, HEAD(r), "report", ARM_DUTY, r->unit, due);
}

void
receipt_reopen(struct step *s, struct row_receipt *r)
{
	step_meet(s, HEAD(r), "check");
	dispatcher_cause_over(s, r->id, NULL);
	r->check_by = 0;
	arm_report(s, r, dispatcher_until(s, mine(s, r)->finish_by));
}

void
receipt_end(struct step *s, struct row_receipt *r, bool missing)
{
	struct row_head *here = s->row;

	step_meet_all(s, HEAD(r));
	step_move(s, THING_RECEIPT, HEAD(r), RECEIPT_ENDED);
	dispatcher_cause_over(s, r->id, NULL);
	r->missing = missing;
	s->row = HEAD(r);
	step_emit(s, &msg_receipt_ended_desc,
	    &(struct msg_receipt_ended){
		.receipt = r->id, .unit = r->unit, .missing = missing });
	s->row = here;
}

void
dispatcher_receipt_receive(struct step *s)
{
	const struct msg_receipt_receive *m = s->msg;
	struct row_receipt *r = (struct row_receipt *)s->row;

	if (!step_must_be(s, m->unit, r->unit))
		return;
	step_meet(s, HEAD(r), "receive");
	arm_report(s, r, dispatcher_until(s, mine(s, r)->finish_by));
	step_emit(s, &msg_receipt_received_desc,
	    &(struct msg_receipt_received){ .receipt = r->id,
		.unit = r->unit,
		.late = s->at > r->receive_by,
		.report_by = r->report_by });
	dispatcher_cause_over(s, r->id, "receive");
}

/* Whether UNIT has a part of R already: R may have come back and be divided
 * again. */
static bool
has_part(struct step *s, const struct row_receipt *r, struct str unit)
{
	for (struct row_head *p = step_next(s, THING_RECEIPT, NULL); p != NULL;
	     p = step_next(s, THING_RECEIPT, p))
		if (str_eq(((struct row_receipt *)p)->part_of, r->id) &&
		    str_eq(((struct row_receipt *)p)->unit, unit))
			return true;
	return false;
}

/* Refuses what may not get a part. */
static bool
parts_fit(struct step *s, const struct row_receipt *r, const struct str *units,
    size_t n)
{
	if (n == 0) {
		step_refuse(s, "TARGET_EMPTY");
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (step_unit(s, units[i]) == NULL)
			return false;
		if (!campaign_is_below(s, units[i], r->unit)) {
			step_refuse_because(
			    s, "NOT_BELOW_YOU", "%.*s", STR_ARG(units[i]));
			return false;
		}
		if (has_part(s, r, units[i]) ||
		    strs_has((struct strs){ units, i }, units[i])) {
			step_refuse_because(
			    s, "UNIT_TWICE", "%.*s", STR_ARG(units[i]));
			return false;
		}
	}
	return campaign_has_room(s, n);
}

/* Units below R's own that have no part of it yet. */
static const struct str *
left_below(struct step *s, const struct row_receipt *r, size_t *n)
{
	struct str *units = campaign_units_below(s, r->unit, n);
	size_t left = 0;

	for (size_t i = 0; i < *n; i++)
		if (!has_part(s, r, units[i]))
			units[left++] = units[i];
	*n = left;
	return units;
}

void
dispatcher_receipt_divide(struct step *s)
{
	const struct msg_receipt_divide *m = s->msg;
	struct row_receipt *r = (struct row_receipt *)s->row;
	const struct str *units = m->units.p;
	size_t n = m->units.n;

	if (!step_must_be(s, m->unit, r->unit))
		return;
	if (!str_is(mine(s, r)->class, "level") || r->part_of.n > 0) {
		step_refuse(s, "NOT_SPLITTABLE");
		return;
	}
	if (n == 0)
		units = left_below(s, r, &n);
	if (!parts_fit(s, r, units, n))
		return;
	for (size_t i = 0; i < n; i++)
		receipt_issue(s, mine(s, r), r, units[i], r->matter);
	step_emit(s, &msg_receipt_divided_desc,
	    &(struct msg_receipt_divided){
		.receipt = r->id, .unit = r->unit, .parts = (int64_t)n });
}

/* Refuses CHILD_OPEN: what was divided comes back through its parts. */
static bool
parts_are_in(struct step *s, const struct row_receipt *r)
{
	struct str units = { NULL, 0 };

	for (struct row_head *p = step_next(s, THING_RECEIPT, NULL); p != NULL;
	     p = step_next(s, THING_RECEIPT, p)) {
		const struct row_receipt *part = (const struct row_receipt *)p;

		if (str_eq(part->part_of, r->id) && units.n < 128 &&
		    step_in(s, THING_RECEIPT, p, RECEIPT_OPEN))
			units =
			    arena_printf(s->arena, "%.*s%s%.*s", STR_ARG(units),
				units.n > 0 ? " " : "", STR_ARG(part->unit));
	}
	if (units.n == 0)
		return true;
	step_refuse_because(s, "CHILD_OPEN", "%.*s", STR_ARG(units));
	return false;
}

static bool
sums_fit(struct step *s, const struct msg_receipt_report *m)
{
	if (m->checked >= 0 && m->found >= 0 && m->fixed >= 0 &&
	    m->carried >= 0 && m->fixed <= m->found &&
	    m->carried == m->found - m->fixed)
		return true;
	step_refuse(s, "SUM_WRONG");
	return false;
}

/*
 * Refuses BOOKS_DIFFER: what is carried stands on the books, and what stands
 * there is carried.  What was put right and not seen yet may be either.
 */
static bool
books_agree(struct step *s, const struct row_receipt *r,
    const struct msg_receipt_report *m)
{
	int64_t least = 0, most = 0;

	for (struct row_head *h = step_next(s, THING_FAULT, NULL); h != NULL;
	     h = step_next(s, THING_FAULT, h)) {
		const struct row_fault *f = (const struct row_fault *)h;

		if (step_in(s, THING_FAULT, h, IN(FAULT_WRITTEN_OFF)) ||
		    !fault_counts_for(s, f, r))
			continue;
		most++;
		least += f->receipt.n > 0 &&
			 step_in(s, THING_FAULT, h, IN(FAULT_BOOKED));
	}
	if (m->carried >= least && m->carried <= most)
		return true;
	step_refuse_because(s, "BOOKS_DIFFER", "%lld there, %lld said",
	    (long long)(m->carried < least ? least : most),
	    (long long)m->carried);
	return false;
}

void
dispatcher_receipt_report(struct step *s)
{
	const struct msg_receipt_report *m = s->msg;
	struct row_receipt *r = (struct row_receipt *)s->row;
	struct due due = step_due(s, "receipt.check", s->at);

	if (!step_must_be(s, m->unit, r->unit) || !parts_are_in(s, r) ||
	    !sums_fit(s, m) || !books_agree(s, r, m))
		return;
	r->checked = m->checked;
	r->found = m->found;
	r->fixed = m->fixed;
	r->carried = m->carried;
	r->check_by = due.at;
	step_meet(s, HEAD(r), "report");
	step_arm(s, HEAD(r), "check", ARM_DUTY, r->above, due);
	step_emit(s, &msg_receipt_reported_desc,
	    &(struct msg_receipt_reported){ .receipt = r->id,
		.unit = r->unit,
		.checked = r->checked,
		.found = r->found,
		.fixed = r->fixed,
		.carried = r->carried,
		.late = s->at > r->report_by,
		.check_by = r->check_by });
	dispatcher_cause_over(s, r->id, "report");
}

void
dispatcher_receipt_accept(struct step *s)
{
	const struct msg_receipt_accept *m = s->msg;
	struct row_receipt *r = (struct row_receipt *)s->row;
	struct row_campaign *c = mine(s, r);
	bool all = true;

	if (!step_must_be(s, m->unit, r->above))
		return;
	step_meet(s, HEAD(r), "check");
	r->check_by = 0;
	step_emit(s, &msg_receipt_accepted_desc,
	    &(struct msg_receipt_accepted){
		.receipt = r->id, .unit = r->unit });
	dispatcher_cause_over(s, r->id, NULL);
	for (struct row_receipt *o = receipt_next(s, c, NULL); o != NULL && all;
	     o = receipt_next(s, c, o))
		all = o == r ||
		      step_in(s, THING_RECEIPT, HEAD(o), IN(RECEIPT_ACCEPTED));
	step_move(s, THING_RECEIPT, HEAD(r), RECEIPT_ACCEPTED);
	if (all && step_in(s, THING_CAMPAIGN, HEAD(c), IN(CAMPAIGN_RUNNING)))
		campaign_gather(s, c, s->at);
}

void
dispatcher_receipt_send_back(struct step *s)
{
	const struct msg_receipt_send_back *m = s->msg;
	struct row_receipt *r = (struct row_receipt *)s->row;
	struct due due, rest;

	if (!step_must_be(s, m->unit, r->above) ||
	    !step_has_reason(s, m->reason))
		return;
	receipt_reopen(s, r);
	due = step_due(s, "receipt.report", s->at);
	rest = dispatcher_until(s, mine(s, r)->finish_by);
	/* What is left until the campaign's date is not taken away. */
	if (due.at > rest.at)
		arm_report(s, r, due);
	step_emit(s, &msg_receipt_sent_back_desc,
	    &(struct msg_receipt_sent_back){ .receipt = r->id,
		.unit = r->unit,
		.reason = m->reason,
		.report_by = r->report_by });
}
