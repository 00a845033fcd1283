/*
 * Duty admission (职责准入): a department that wants to hand down what no
 * list names asks for it, with money, people and a term; the staffing office
 * (编办) assesses it, the county government decides.  It counts from its
 * fact on: the registry has it (common/registry/registry_admit.c).
 */
#include "services/dispatcher/rules.h"

struct str
dispatcher_office(struct step *s, const char *key)
{
	struct str named = registry_word(s->registry, key, s->at);

	if (registry_unit(s->registry, named, s->at) != NULL)
		return named;
	return step_county_centre(s, registry_county(s->registry));
}

/* Refuses TERM_MISSING or TERM_TOO_LONG. */
static bool
is_term(struct step *s, int64_t until)
{
	if (until <= s->at)
		step_refuse(s, "TERM_MISSING");
	else if (until > step_due(s, "admission.term", s->at).at)
		step_refuse(s, "TERM_TOO_LONG");
	return !step_refused(s);
}

/* Every unit lies below the county and needs the admission. */
static bool
are_outside(
    struct step *s, const struct row_matter *matter, const struct strs *units)
{
	for (size_t i = 0; i < units->n; i++) {
		const struct row_unit *u = step_unit(s, units->p[i]);

		if (u == NULL)
			return false;
		if (dispatcher_tier_at(u) == TIER_COUNTY ||
		    dispatcher_in_list(s, matter, u, u->division)) {
			step_refuse_because(
			    s, "LISTED_ALREADY", "%.*s", STR_ARG(units->p[i]));
			return false;
		}
	}
	return true;
}

static bool
may_request(struct step *s, const struct msg_admission_request *m)
{
	const struct row_matter *matter =
	    registry_matter(s->registry, m->matter, s->at);
	const struct row_unit *u = step_unit(s, m->unit);

	if (u == NULL)
		return false;
	if (dispatcher_tier_at(u) != TIER_COUNTY)
		step_refuse_because(
		    s, "NOT_YOUR_UNIT", "a unit of the county asks");
	else if (matter == NULL)
		step_refuse(s, "UNKNOWN_MATTER");
	else if (str_is_blank(m->means))
		step_refuse(s, "MEANS_MISSING");
	return !step_refused(s) && step_has_reason(s, m->reason) &&
	       is_term(s, m->until) && are_outside(s, matter, &m->units);
}

void
dispatcher_admission_request(struct step *s)
{
	const struct msg_admission_request *m = s->msg;
	struct row_admission *a;
	struct due due;

	if (!may_request(s, m))
		return;
	due = step_due(s, "admission.assess", s->at);
	a = step_new(s, THING_ADMISSION, ADMISSION_REQUESTED);
	a->matter = m->matter;
	a->units = m->units;
	a->unit = m->unit;
	a->requested_at = s->at;
	a->until = m->until;
	a->assess_by = due.at;
	step_arm(s, HEAD(a), "assess", ARM_DUTY,
	    dispatcher_office(s, "admission.assessor"), due);
	step_emit(s, &msg_admission_requested_desc,
	    &(struct msg_admission_requested){ .admission = a->id,
		.matter = a->matter,
		.units = a->units,
		.until = a->until,
		.means = m->means,
		.reason = m->reason,
		.unit = a->unit,
		.assessor = dispatcher_office(s, "admission.assessor"),
		.assess_by = a->assess_by });
}

/* Somebody of the township of UNIT is among those who were heard. */
static bool
is_heard(struct step *s, const struct strs *heard, struct str unit)
{
	const struct row_unit *u = registry_unit(s->registry, unit, s->at);
	struct str town;

	if (u == NULL)
		return true; /* it is gone since */
	town = registry_township_of(u->division);
	for (size_t i = 0; i < heard->n; i++) {
		const struct row_unit *h =
		    registry_unit(s->registry, heard->p[i], s->at);

		if (h != NULL && registry_inside(h->division, town))
			return true;
	}
	return false;
}

void
dispatcher_admission_assess(struct step *s)
{
	const struct msg_admission_assess *m = s->msg;
	struct row_admission *a = (struct row_admission *)s->row;
	struct due due;

	if (!step_must_be(
		s, m->unit, dispatcher_office(s, "admission.assessor")) ||
	    !step_has_reason(s, m->opinion))
		return;
	for (size_t i = 0; i < a->units.n; i++)
		if (!is_heard(s, &m->heard, a->units.p[i])) {
			step_refuse_because(
			    s, "NOT_HEARD", "%.*s", STR_ARG(a->units.p[i]));
			return;
		}
	due = step_due(s, "admission.decide", s->at);
	a->agrees = m->agrees;
	a->decide_by = due.at;
	step_meet(s, HEAD(a), "assess");
	step_arm(s, HEAD(a), "decide", ARM_DUTY,
	    dispatcher_office(s, "admission.approver"), due);
	step_emit(s, &msg_admission_assessed_desc,
	    &(struct msg_admission_assessed){ .admission = a->id,
		.agrees = m->agrees,
		.opinion = m->opinion,
		.heard = m->heard,
		.unit = m->unit,
		.decide_by = a->decide_by });
	dispatcher_cause_over(s, a->id, "assess");
}

bool
dispatcher_approves(struct step *s, struct str officer)
{
	const struct row_officer *o =
	    registry_officer(s->registry, officer, s->at);
	const struct row_unit *u =
	    o != NULL ? registry_unit(s->registry, o->unit, s->at) : NULL;

	if (u != NULL && str_is(o->role, "leader") &&
	    dispatcher_tier_at(u) == TIER_COUNTY)
		return true;
	step_refuse_because(
	    s, "APPROVER_MISSING", "a leader of the county must approve");
	return false;
}

void
dispatcher_admission_admit(struct step *s)
{
	const struct msg_admission_admit *m = s->msg;
	struct row_admission *a = (struct row_admission *)s->row;

	if (!step_must_be(
		s, m->unit, dispatcher_office(s, "admission.approver")) ||
	    !dispatcher_approves(s, m->approver) || !is_term(s, m->until) ||
	    !step_has_reason(s, m->document))
		return;
	a->admitted_at = s->at;
	a->until = m->until;
	a->document = m->document;
	a->approver = m->approver;
	step_meet(s, HEAD(a), "decide");
	step_arm(s, HEAD(a), "expire", ARM_WINDOW, a->unit,
	    dispatcher_until(s, a->until));
	step_emit(s, &msg_admission_admitted_desc,
	    &(struct msg_admission_admitted){ .admission = a->id,
		.matter = a->matter,
		.units = a->units,
		.from = a->admitted_at,
		.until = a->until,
		.document = a->document,
		.approver = a->approver,
		.unit = m->unit });
	dispatcher_cause_over(s, a->id, NULL);
}

void
dispatcher_admission_refuse(struct step *s)
{
	const struct msg_admission_refuse *m = s->msg;

	if (!step_must_be(
		s, m->unit, dispatcher_office(s, "admission.approver")) ||
	    !step_has_reason(s, m->reason))
		return;
	step_meet_all(s, s->row);
	step_emit(s, &msg_admission_refused_desc,
	    &(struct msg_admission_refused){ .admission = s->row->id,
		.reason = m->reason,
		.unit = m->unit });
	dispatcher_cause_over(s, s->row->id, NULL);
}

void
dispatcher_admission_withdraw(struct step *s)
{
	const struct msg_admission_withdraw *m = s->msg;
	const struct row_admission *a = (const struct row_admission *)s->row;

	if (!step_must_be(s, m->unit, a->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	step_meet_all(s, s->row);
	step_emit(s, &msg_admission_withdrawn_desc,
	    &(struct msg_admission_withdrawn){
		.admission = a->id, .reason = m->reason, .unit = m->unit });
	dispatcher_cause_over(s, a->id, NULL);
}

void
dispatcher_admission_revoke(struct step *s)
{
	const struct msg_admission_revoke *m = s->msg;

	if (!step_must_be(
		s, m->unit, dispatcher_office(s, "admission.approver")) ||
	    !step_has_reason(s, m->reason))
		return;
	step_meet_all(s, s->row);
	step_emit(s, &msg_admission_revoked_desc,
	    &(struct msg_admission_revoked){ .admission = s->row->id,
		.reason = m->reason,
		.unit = m->unit });
}

void
dispatcher_admission_over(struct step *s)
{
	const struct row_admission *a = (const struct row_admission *)s->row;

	step_emit(s, &msg_admission_expired_desc,
	    &(struct msg_admission_expired){
		.admission = a->id, .matter = a->matter });
}
