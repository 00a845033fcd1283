/* Papers that somebody carries for a resident (代办), there and back. */
#include "services/intake/rules.h"

void
intake_agency_take(struct step *s, const struct row_report *r)
{
	struct row_agency *a = step_new(s, THING_AGENCY, AGENCY_TAKEN);
	struct due due = step_due(s, "agency.forward", s->at);
	struct msg_agency_taken taken = {
		.agency = a->id,
		.unit = r->unit,
		.officer = r->officer,
		.token = r->token,
		.forward_by = due.at,
	};

	a->division = r->division;
	a->unit = r->unit;
	a->officer = r->officer;
	a->token = r->token;
	a->taken_at = s->at;
	step_arm(s, (struct row_head *)a, "forward", ARM_DUTY, a->unit, due);
	step_emit(s, &msg_agency_taken_desc, &taken);
}

void
intake_agency_forward(struct step *s)
{
	const struct msg_agency_forward *m = s->msg;
	struct row_agency *a = (struct row_agency *)s->row;
	struct msg_agency_forwarded forwarded = {
		.agency = a->id,
		.to = m->to,
	};

	if (!step_must_be(s, m->unit, a->unit) ||
	    !intake_knows(s, m->to, m->officer))
		return;
	a->carried_to = m->to;
	step_meet(s, s->row, "forward");
	step_touch(s, s->row);
	step_emit(s, &msg_agency_forwarded_desc, &forwarded);
}

void
intake_agency_ready(struct step *s)
{
	const struct msg_casefile_closed *m = s->msg;
	const struct row_agency *a = (const struct row_agency *)s->row;
	struct due due = step_due(s, "agency.return", s->at);
	struct msg_agency_readied readied = {
		.agency = a->id,
		.outcome = m->outcome,
		.return_by = due.at,
	};

	step_meet(s, s->row, "forward");
	step_arm(s, s->row, "return", ARM_DUTY, a->unit, due);
	step_emit(s, &msg_agency_readied_desc, &readied);
}

/* The result was none: the papers are out again. */
void
intake_agency_reopen(struct step *s)
{
	step_meet(s, s->row, "return");
}

void
intake_agency_return(struct step *s)
{
	const struct msg_agency_return *m = s->msg;
	const struct row_agency *a = (const struct row_agency *)s->row;
	struct msg_agency_returned returned = {
		.agency = a->id,
		.unit = m->unit,
		.officer = m->officer,
	};

	if (!step_must_be(s, m->unit, a->unit) ||
	    !intake_knows(s, m->unit, m->officer))
		return;
	step_meet(s, s->row, "return");
	step_emit(s, &msg_agency_returned_desc, &returned);
}
