/*
 * Reverse veto (反向否决权): a township gives a cadre who was sent down back
 * to the department.  Locked posts (双锁定) bind the department, not the
 * township.  It counts from its fact on: the registry has it
 * (common/registry/registry_return.c).
 */
#include "services/dispatcher/rules.h"

/* Who serves below the county for a unit of the county; or a refusal. */
static const struct row_officer *
dispatched(struct step *s, struct str cadre)
{
	const struct row_officer *o = step_officer(s, cadre);

	if (o == NULL)
		return NULL;
	if (str_is(o->role, "dispatched_cadre") && o->home.n > 0 &&
	    !str_eq(o->home, o->unit))
		return o;
	step_refuse_because(s, "NOT_DISPATCHED", "%.*s", STR_ARG(cadre));
	return NULL;
}

/* A unit at the township of FROM, and a leader of it; or a refusal. */
static bool
is_the_townships(struct step *s, const struct msg_cadre_return *m,
    const struct row_unit *from)
{
	struct str town = registry_township_of(from->division);
	const struct row_unit *u = step_unit(s, m->unit);

	if (u == NULL)
		return false;
	if (!str_eq(u->division, town))
		step_refuse_because(s, "NOT_YOUR_UNIT",
		    "the cadre serves at %.*s", STR_ARG(from->code));
	else if (!dispatcher_leads(s, m->officer, town))
		step_refuse_because(
		    s, "APPROVER_MISSING", "a leader of the township decides");
	return !step_refused(s);
}

void
dispatcher_cadre_return(struct step *s)
{
	const struct msg_cadre_return *m = s->msg;
	const struct row_officer *o = dispatched(s, m->cadre);
	const struct row_unit *from = o != NULL ? step_unit(s, o->unit) : NULL;
	struct row_cadre *c;

	if (from == NULL || !is_the_townships(s, m, from) ||
	    !step_has_reason(s, m->reason))
		return;
	c = step_new(s, THING_CADRE, CADRE_RETURNED);
	c->cadre = o->id;
	c->unit = o->unit;
	c->home = o->home;
	c->returned_at = s->at;
	step_emit(s, &msg_cadre_returned_desc,
	    &(struct msg_cadre_returned){ .cadre = c->cadre,
		.from = c->unit,
		.home = c->home,
		.locked = o->locked,
		.at = c->returned_at,
		.reason = m->reason,
		.unit = m->unit,
		.officer = m->officer });
}
