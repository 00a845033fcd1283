/*
 * Changes of boundaries (区划调整).  Each has a risk record: assessed,
 * cleared, in force, evaluated; `huying pack load` takes none that is not
 * cleared.  A version of a pack is loaded before its first day; when that day
 * comes open casefiles are told who has them now (flow.c).
 */
#include "services/dispatcher/rules.h"

void
dispatcher_version_loaded(struct step *s)
{
	const struct msg_registry_changed *m = s->msg;
	struct row_version *v;

	/* The first one of a pack follows nothing. */
	if (m->begins == 0)
		return;
	v = step_new(s, THING_VERSION, VERSION_LOADED);
	v->division = registry_county(s->registry);
	v->pack = m->pack;
	v->number = m->version;
	v->begins = m->begins;
	v->boundary = m->boundary;
	step_arm(s, HEAD(v), "in_force", ARM_WINDOW, (struct str){ NULL, 0 },
	    dispatcher_until(s, m->begins > s->at ? m->begins : s->at));
}

void
dispatcher_version_begins(struct step *s)
{
	const struct row_version *v = (const struct row_version *)s->row;
	size_t slash = str_find(v->boundary, '/');

	step_emit(s, &msg_version_begun_desc,
	    &(struct msg_version_begun){ .version = v->id,
		.pack = v->pack,
		.number = v->number,
		.boundary = v->boundary });
	if (v->boundary.n > 0)
		step_emit_about(s, str_cut(v->boundary, 0, slash),
		    &msg_boundary_begun_desc,
		    &(struct msg_boundary_begun){ .boundary = v->boundary,
			.pack = v->pack,
			.version = v->number });
}

void
dispatcher_version_follow(struct step *s)
{
	const struct msg_version_follow *m = s->msg;
	const struct row_version *v = (const struct row_version *)s->row;

	step_emit(s, &msg_version_followed_desc,
	    &(struct msg_version_followed){ .version = v->id,
		.pack = v->pack,
		.number = v->number,
		.after = m->after });
}

/* How grave it is, and until when somebody must clear it. */
static void
assess(struct step *s, struct row_boundary *b, struct str risk,
    struct str opinion, struct str measures)
{
	struct str approver = dispatcher_office(s, "boundary.approver");
	struct due due = step_due(s, "boundary.clear", s->at);

	b->risk = risk;
	b->assessed_at = s->at;
	b->clear_by = due.at;
	step_touch(s, HEAD(b));
	step_arm(s, HEAD(b), "clear", ARM_DUTY, approver, due);
	step_emit(s, &msg_boundary_assessed_desc,
	    &(struct msg_boundary_assessed){ .boundary = b->id,
		.title = b->title,
		.kind = b->kind,
		.places = b->places,
		.risk = b->risk,
		.opinion = opinion,
		.measures = measures,
		.unit = b->unit,
		.approver = approver,
		.clear_by = b->clear_by });
	dispatcher_cause_over(s, b->id, "clear");
}

static bool
is_assessed(struct step *s, struct str opinion, struct str measures)
{
	return step_has_reason(s, opinion) && step_has_reason(s, measures);
}

void
dispatcher_boundary_assess(struct step *s)
{
	const struct msg_boundary_assess *m = s->msg;
	const struct row_unit *u = step_unit(s, m->unit);
	struct row_boundary *b;

	if (u == NULL || !step_person(s, m->officer))
		return;
	if (dispatcher_tier_at(u) != TIER_COUNTY) {
		step_refuse_because(
		    s, "NOT_YOUR_UNIT", "a unit of the county prepares it");
		return;
	}
	if (!is_assessed(s, m->opinion, m->measures))
		return;
	b = step_new(s, THING_BOUNDARY, BOUNDARY_ASSESSED);
	b->title = m->title;
	b->kind = m->kind;
	b->places = m->places;
	b->unit = m->unit;
	assess(s, b, m->risk, m->opinion, m->measures);
}

void
dispatcher_boundary_reassess(struct step *s)
{
	const struct msg_boundary_reassess *m = s->msg;
	struct row_boundary *b = (struct row_boundary *)s->row;

	if (step_must_be(s, m->unit, b->unit) && step_person(s, m->officer) &&
	    is_assessed(s, m->opinion, m->measures))
		assess(s, b, m->risk, m->opinion, m->measures);
}

void
dispatcher_boundary_clear(struct step *s)
{
	const struct msg_boundary_clear *m = s->msg;
	struct row_boundary *b = (struct row_boundary *)s->row;
	struct due due;

	if (!step_must_be(
		s, m->unit, dispatcher_office(s, "boundary.approver")) ||
	    !dispatcher_approves(s, m->approver) ||
	    !step_has_reason(s, m->document))
		return;
	if (str_is(b->risk, "high")) {
		step_refuse(s, "RISK_HIGH");
		return;
	}
	due = step_due(s, "boundary.complete", s->at);
	b->cleared_at = s->at;
	b->document = m->document;
	b->approver = m->approver;
	b->complete_by = due.at;
	step_meet(s, HEAD(b), "clear");
	step_arm(s, HEAD(b), "complete", ARM_DUTY, b->unit, due);
	step_emit(s, &msg_boundary_cleared_desc,
	    &(struct msg_boundary_cleared){ .boundary = b->id,
		.document = b->document,
		.approver = b->approver,
		.unit = m->unit,
		.complete_by = b->complete_by });
	dispatcher_cause_over(s, b->id, NULL);
}

void
dispatcher_boundary_drop(struct step *s)
{
	const struct msg_boundary_drop *m = s->msg;
	const struct row_boundary *b = (const struct row_boundary *)s->row;

	if (!step_must_be(s, m->unit, b->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	step_meet_all(s, HEAD(b));
	step_emit(s, &msg_boundary_dropped_desc,
	    &(struct msg_boundary_dropped){
		.boundary = b->id, .reason = m->reason, .unit = m->unit });
	dispatcher_cause_over(s, b->id, NULL);
}

void
dispatcher_boundary_begins(struct step *s)
{
	struct row_boundary *b = (struct row_boundary *)s->row;
	struct due due = step_due(s, "boundary.evaluate", s->at);

	b->begun_at = s->at;
	b->evaluate_by = due.at;
	step_meet(s, HEAD(b), "complete");
	step_arm(s, HEAD(b), "evaluate", ARM_DUTY, b->unit, due);
	dispatcher_cause_over(s, b->id, NULL);
}

void
dispatcher_boundary_evaluate(struct step *s)
{
	const struct msg_boundary_evaluate *m = s->msg;
	struct row_boundary *b = (struct row_boundary *)s->row;

	if (!step_must_be(s, m->unit, b->unit) || !step_person(s, m->officer) ||
	    !step_has_reason(s, m->opinion))
		return;
	b->evaluated_at = s->at;
	step_meet(s, HEAD(b), "evaluate");
	step_emit(s, &msg_boundary_evaluated_desc,
	    &(struct msg_boundary_evaluated){ .boundary = b->id,
		.opinion = m->opinion,
		.unit = m->unit,
		.late = s->at > b->evaluate_by });
	dispatcher_cause_over(s, b->id, NULL);
}
