/* All hands (全员上阵): declared, and stood down again. */
#include "services/dispatcher/rules_campaign.h"

/* Inspections of class emergency that are the townships' own duty. */
static struct strs
emergency_matters(struct step *s)
{
	const struct row_matter *m;
	struct str *v;
	size_t i = 0, n = 0, max;

	(void)registry_rows(s->registry, TABLE_matter, &max);
	v = arena_alloc(s->arena, (max + 1) * sizeof(*v));
	must(v != NULL);
	while (
	    (m = registry_next(s->registry, TABLE_matter, s->at, &i)) != NULL)
		if (str_is(m->kind, "inspection") &&
		    str_is(m->call_class, "emergency") &&
		    str_is(m->list, "territorial"))
			v[n++] = m->code;
	return (struct strs){ v, n };
}

static bool
any_of(struct strs a, struct strs b)
{
	for (size_t i = 0; i < a.n; i++)
		if (strs_has(b, a.p[i]))
			return true;
	return false;
}

/* No places at all are the whole county. */
static bool
any_place(struct strs a, struct strs b)
{
	for (size_t i = 0; i < a.n; i++)
		for (size_t j = 0; j < b.n; j++)
			if (registry_inside(a.p[i], b.p[j]) ||
			    registry_inside(b.p[j], a.p[i]))
				return true;
	return a.n == 0 || b.n == 0;
}

/* Nobody is asked twice for the same in one danger. */
static bool
is_new(struct step *s, const struct row_campaign *draft)
{
	const struct emergencies *others = s->extra;

	for (size_t i = 0; others != NULL && i < others->n; i++) {
		const struct row_campaign *c = &others->v[i];

		if (!any_of(draft->matters, c->matters) ||
		    !any_place(draft->targets, c->targets))
			continue;
		step_refuse_because(s, "IN_EMERGENCY", "%.*s", STR_ARG(c->id));
		return false;
	}
	return true;
}

void
dispatcher_emergency_declare(struct step *s)
{
	const struct msg_emergency_declare *m = s->msg;
	const struct row_unit *lead = campaign_lead(s, m->unit);
	struct row_campaign draft = { .class = STR("fixed"),
		.level = STR("township"),
		.targets = m->targets };
	struct row_campaign *c;
	size_t receipts;

	if (lead == NULL || !campaign_is_approved(s, m->approver, lead))
		return;
	draft.matters = m->matters.n > 0 ? m->matters : emergency_matters(s);
	draft.finish_by = m->finish_by > 0
			      ? m->finish_by
			      : step_due(s, "campaign.emergency", s->at).at;
	if (draft.finish_by <= s->at) {
		step_refuse(s, "DATE_PASSED");
		return;
	}
	if (!campaign_is_sound(s, &draft, &receipts) || !is_new(s, &draft))
		return;
	c = campaign_new(s, CAMPAIGN_RUNNING, lead);
	c->class = draft.class;
	c->level = draft.level;
	c->matters = draft.matters;
	c->targets = draft.targets;
	c->finish_by = draft.finish_by;
	c->alarm = m->level;
	c->chosen_seq = s->seq;
	step_emit(s, &msg_emergency_declared_desc,
	    &(struct msg_emergency_declared){ .campaign = c->id,
		.level = c->alarm,
		.matters = c->matters,
		.receipts = (int64_t)receipts,
		.receive_by =
		    step_due(s, "receipt.receive.emergency", s->at).at });
	campaign_send_out(s, c);
}

void
campaign_stand_down(struct step *s, struct row_campaign *c)
{
	struct msg_emergency_stood_down how = { .campaign = c->id };

	if (c->alarm.n == 0)
		return;
	for (struct row_receipt *r = receipt_next(s, c, NULL); r != NULL;
	     r = receipt_next(s, c, r)) {
		how.silent +=
		    step_in(s, THING_RECEIPT, HEAD(r), IN(RECEIPT_ISSUED));
		how.received += step_in(s, THING_RECEIPT, HEAD(r),
		    IN(RECEIPT_RECEIVED) | IN(RECEIPT_SPLIT));
		how.reported += step_in(s, THING_RECEIPT, HEAD(r),
		    IN(RECEIPT_REPORTED) | IN(RECEIPT_ACCEPTED));
	}
	c->stopped_seq = s->seq;
	step_emit(s, &msg_emergency_stood_down_desc, &how);
}

void
dispatcher_emergency_stand_down(struct step *s)
{
	const struct msg_emergency_stand_down *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;

	if (c->alarm.n == 0) {
		step_refuse(s, "NO_EMERGENCY");
		return;
	}
	if (campaign_may_stop(s, m->unit, m->reason, c))
		campaign_end_all(s, c, false);
}
