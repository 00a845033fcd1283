/* An agreement from its making until it is performed. */
#include "services/mediation/rules.h"

/*
 * A mediator of the committee or of one whose area holds it: villages have
 * committees, their mediators are often the town's.
 */
static bool
is_mediator(struct step *s, const struct row_officer *o, struct str committee)
{
	const struct row_unit *mine =
	    registry_unit(s->registry, o->unit, s->at);
	const struct row_unit *its =
	    registry_unit(s->registry, committee, s->at);

	return str_is(o->role, "mediator") && mine != NULL && its != NULL &&
	       str_is(mine->kind, "mediation_committee") &&
	       registry_inside(its->division, mine->division);
}

static bool
has_mediator(struct step *s, const struct row_mediation *md)
{
	const struct msg_agreement_make *m = s->msg;
	const struct row_officer *o =
	    registry_officer(s->registry, m->officer, s->at);

	if (o == NULL)
		step_refuse(s, "UNKNOWN_OFFICER");
	else if (!is_mediator(s, o, md->unit))
		step_refuse(s, "NOT_A_MEDIATOR");
	return !step_refused(s);
}

/* On paper: every party's signature and the committee's seal (art. 29). */
static bool
is_complete(struct step *s, const struct row_mediation *md)
{
	const struct msg_agreement_make *m = s->msg;

	for (size_t i = 0; i < m->signed_by.n; i++)
		if (!strs_has(md->parties, m->signed_by.p[i])) {
			step_refuse(s, "UNKNOWN_PARTY");
			return false;
		}
	if (str_is(m->form, "oral"))
		return true;
	for (size_t i = 0; i < md->parties.n; i++)
		if (!strs_has(m->signed_by, md->parties.p[i])) {
			step_refuse_because(s, "SIGNATURE_MISSING", "%.*s",
			    STR_ARG(md->parties.p[i]));
			return false;
		}
	if (!m->sealed)
		step_refuse(s, "SEAL_MISSING");
	return m->sealed;
}

/* The day that the parties chose, to the instant; or the pack's. */
static struct due
performance(struct step *s, int64_t perform_by)
{
	struct limit rule = { LIMIT_NATURAL,
		(perform_by - s->at + MINUTE_MS - 1) / MINUTE_MS };
	struct due due;

	if (perform_by == 0)
		return step_due(s, "agreement.part", s->at);
	due = step_due_rule(s, rule, s->at);
	due.at = perform_by;
	return due;
}

static bool
lies_ahead(struct step *s, int64_t perform_by)
{
	int64_t far = limit_max(LIMIT_NATURAL) * MINUTE_MS;

	if (perform_by == 0 ||
	    (perform_by > s->at && perform_by - s->at <= far))
		return true;
	step_refuse(s, "PERFORM_BY_BAD");
	return false;
}

/* The mediation's side: may the parties agree so, and here? */
void
mediation_agree(struct step *s)
{
	const struct msg_agreement_make *m = s->msg;
	const struct row_mediation *md = (const struct row_mediation *)s->row;

	if (mediation_acts(s, md->unit, m->unit, STR("")) &&
	    has_mediator(s, md) && is_complete(s, md) &&
	    lies_ahead(s, m->perform_by))
		step_meet_all(s, s->row);
}

/* Whether MD, which has just been agreed, has no agreement yet. */
static bool
lacks_agreement(struct step *s, const struct row_mediation *md)
{
	for (struct row_head *r = step_next(s, THING_AGREEMENT, NULL);
	     r != NULL; r = step_next(s, THING_AGREEMENT, r))
		if (str_eq(
			((const struct row_agreement *)r)->mediation, md->id))
			return false;
	return true;
}

static void
make(struct step *s, const struct row_mediation *md)
{
	const struct msg_agreement_make *m = s->msg;
	struct due confirm = step_due(s, "mediation.confirm", s->at);
	struct due part = performance(s, m->perform_by);
	struct row_agreement *a = step_new(s, THING_AGREEMENT, AGREEMENT_MADE);

	a->division = md->division;
	s->row = (struct row_head *)a;
	a->mediation = md->id;
	a->unit = md->unit;
	a->mediator = m->officer;
	a->parties = md->parties;
	a->form = m->form;
	a->sha256 = m->sha256;
	a->made_at = s->at;
	a->confirm_by = confirm.at;
	a->perform_by = part.at;
	step_arm(s, s->row, "confirm", ARM_WINDOW, a->unit, confirm);
	step_arm(s, s->row, "part", ARM_DUTY, a->unit, part);
	step_emit(s, &msg_agreement_made_desc,
	    &(struct msg_agreement_made){ a->id, a->mediation, a->unit, a->form,
		a->sha256, a->confirm_by, a->perform_by });
}

/* The agreement's side: only where mediation_agree() has let it through. */
void
mediation_agreement_make(struct step *s)
{
	const struct msg_agreement_make *m = s->msg;
	const struct row_head *r = step_find(s, THING_MEDIATION, m->mediation);

	if (r != NULL && step_in(s, THING_MEDIATION, r, IN(MEDIATION_AGREED)) &&
	    lacks_agreement(s, (const struct row_mediation *)r))
		make(s, (const struct row_mediation *)r);
}

void
mediation_agreement_ask_confirmation(struct step *s)
{
	const struct msg_agreement_ask_confirmation *m = s->msg;
	struct row_agreement *a = (struct row_agreement *)s->row;

	if (!mediation_hears(s, a->unit, m->unit, m->officer))
		return;
	for (size_t i = 0; i < m->parties.n; i++)
		if (!strs_has(a->parties, m->parties.p[i])) {
			step_refuse(s, "UNKNOWN_PARTY");
			return;
		}
	for (size_t i = 0; i < a->parties.n; i++)
		if (!strs_has(m->parties, a->parties.p[i])) {
			step_refuse(s, "NOT_JOINT");
			return;
		}
	if (s->at > a->confirm_by) {
		step_refuse(s, "WINDOW_PASSED");
		return;
	}
	a->asked_at = s->at;
	step_meet(s, s->row, "confirm");
	step_emit(s, &msg_agreement_confirmation_asked_desc,
	    &(struct msg_agreement_confirmation_asked){ a->id });
}

/* It stays performable; else the ways are the court's (arts 32-33). */
void
mediation_agreement_breach(struct step *s)
{
	struct row_agreement *a = (struct row_agreement *)s->row;

	a->late = true;
	step_emit(s, &msg_agreement_breached_desc,
	    &(struct msg_agreement_breached){ a->id });
}

/* An agreement that is performed closes its mediation. */
static void
close_mediation(struct step *s, const struct row_agreement *a)
{
	struct row_head *r = step_find(s, THING_MEDIATION, a->mediation);

	if (r == NULL || !step_in(s, THING_MEDIATION, r, IN(MEDIATION_AGREED)))
		return;
	step_move(s, THING_MEDIATION, r, MEDIATION_CLOSED);
	step_emit(s, &msg_mediation_closed_desc,
	    &(struct msg_mediation_closed){ r->id, a->unit });
}

void
mediation_agreement_perform(struct step *s)
{
	const struct msg_agreement_perform *m = s->msg;
	struct row_agreement *a = (struct row_agreement *)s->row;

	if (!mediation_acts(s, a->unit, m->unit, m->officer))
		return;
	a->performed_at = s->at;
	a->late = a->late || s->at > a->perform_by;
	step_meet_all(s, s->row);
	step_emit(s, &msg_agreement_performed_desc,
	    &(struct msg_agreement_performed){ a->id, a->late });
	close_mediation(s, a);
}
