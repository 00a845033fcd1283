/*
 * What is asked for at a door (六步群众工作法): not overnight (不过夜), or not
 * without a word; and somebody goes back to see (回头看).
 */
#include "services/intake/rules.h"
#include "services/intake/rules_channel.h"

void
intake_visit_open(
    struct step *s, struct str visit, struct str unit, struct str officer)
{
	struct row_request *q = step_new(s, THING_REQUEST, REQUEST_OPENED);
	struct str place = registry_successor(s->registry, q->division, s->at);
	struct due night = step_due(s, "household_visit.same_day", s->at);
	struct msg_visit_opened opened = {
		.request = q->id,
		.visit = visit,
		.unit = unit.n > 0 ? unit : step_room(s, place),
		.officer = officer,
		.night_at = night.at,
	};

	q->division = place;
	q->unit = opened.unit;
	q->officer = officer;
	q->visit = visit;
	q->opened_at = s->at;
	q->night_at = night.at;
	step_arm(
	    s, (struct row_head *)q, "night", ARM_QUIET, opened.unit, night);
	step_emit(s, &msg_visit_opened_desc, &opened);
}

/* Others had reported it before: it is settled with theirs. */
void
intake_visit_added(struct step *s)
{
	const struct msg_report_added *m = s->msg;

	if (m->channel.n > 0 && channel_is(m->channel, CHANNEL_DOOR))
		intake_visit_open(s, m->visit, m->unit, m->officer);
}

void
intake_visit_explain(struct step *s)
{
	const struct msg_visit_explain *m = s->msg;
	const struct row_request *q = (const struct row_request *)s->row;
	struct msg_visit_explained explained = {
		.request = q->id,
		.why = m->why,
		.same_day = s->at <= q->night_at,
	};

	if (!step_must_be(s, m->unit, q->unit) ||
	    !intake_knows(s, m->unit, m->officer) ||
	    !step_has_reason(s, m->why))
		return;
	step_meet(s, s->row, "night");
	step_emit(s, &msg_visit_explained_desc, &explained);
}

void
intake_visit_stayed(struct step *s)
{
	const struct row_request *q = (const struct row_request *)s->row;

	step_emit(s, &msg_visit_stayed_desc,
	    &(struct msg_visit_stayed){ .request = q->id, .unit = q->unit });
}

void
intake_visit_settled(struct step *s)
{
	const struct row_request *q = (const struct row_request *)s->row;

	step_meet(s, s->row, "night");
	step_emit(s, &msg_visit_settled_desc,
	    &(struct msg_visit_settled){
		.request = q->id, .same_day = s->at <= q->night_at });
}

/* Whoever was there goes again, unless it was their own work. */
static struct str
looker(struct step *s, const struct row_request *q)
{
	const struct row_unit *unit =
	    registry_unit(s->registry, q->unit, s->at);

	if (unit != NULL && !intake_is_handler(s, unit, q->handler))
		return q->unit;
	return step_room(s, q->division);
}

void
intake_visit_closed(struct step *s)
{
	const struct msg_casefile_closed *m = s->msg;
	struct row_request *q = (struct row_request *)s->row;
	struct due due = step_due(s, "household_visit.look_back", s->at);
	struct msg_visit_look_asked asked = {
		.request = q->id,
		.look_by = due.at,
	};

	if (!step_in(s, THING_REQUEST, s->row, IN(REQUEST_SETTLED)))
		intake_visit_settled(s);
	q->handler = m->handler;
	q->outcome = m->outcome;
	asked.unit = looker(s, q);
	step_touch(s, s->row);
	step_arm(s, s->row, "look_back", ARM_DUTY, asked.unit, due);
	step_emit(s, &msg_visit_look_asked_desc, &asked);
}

/* The citizen was not content, or nobody was: there is nothing to see yet. */
void
intake_visit_reopened(struct step *s)
{
	step_meet(s, s->row, "look_back");
}

void
intake_visit_look_back(struct step *s)
{
	const struct msg_visit_look_back *m = s->msg;
	const struct row_request *q = (const struct row_request *)s->row;
	const struct row_unit *unit = step_unit(s, m->unit);
	struct msg_visit_looked_back looked = {
		.request = q->id,
		.solved = m->solved,
		.seen = m->seen,
		.outcome = q->outcome,
		.unit = m->unit,
		.officer = m->officer,
	};

	if (unit == NULL || !intake_knows(s, m->unit, m->officer))
		return;
	if (intake_is_handler(s, unit, q->handler)) {
		step_refuse(s, "CALLER_IS_HANDLER");
		return;
	}
	if (!step_has_reason(s, m->seen))
		return;
	step_meet(s, s->row, "look_back");
	step_emit(s, &msg_visit_looked_back_desc, &looked);
	if (!m->solved && str_is(q->outcome, "solved"))
		step_move(s, THING_REQUEST, s->row, REQUEST_UNSOLVED);
}
