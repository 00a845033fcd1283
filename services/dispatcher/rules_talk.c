/* Talks with the leader of a unit (约谈), and warnings (预警). */
#include "services/dispatcher/rules.h"

static const struct row_talk *
open_talk(struct step *s, struct str unit)
{
	for (struct row_head *r = step_next(s, THING_TALK, NULL); r != NULL;
	     r = step_next(s, THING_TALK, r))
		if (step_in(s, THING_TALK, r, IN(TALK_CALLED)) &&
		    str_eq(((const struct row_talk *)r)->unit, unit))
			return (const struct row_talk *)r;
	return NULL;
}

/* Whoever holds it, the centre sees to it. */
void
dispatcher_talk(
    struct step *s, const char *trigger, struct str unit, struct str about)
{
	struct due due = step_due(s, "talk.hold", s->at);
	struct row_talk *talk;

	if (open_talk(s, unit) != NULL)
		return;
	talk = step_new(s, THING_TALK, TALK_CALLED);
	talk->unit = unit;
	talk->why = str_of(trigger);
	talk->about = about;
	talk->called_at = s->at;
	talk->hold_by = due.at;
	step_arm(s, HEAD(talk), "hold", ARM_DUTY,
	    step_county_centre(s, talk->division), due);
	step_emit(s, &msg_talk_called_desc,
	    &(struct msg_talk_called){ .talk = talk->id,
		.unit = talk->unit,
		.why = talk->why,
		.about = talk->about,
		.hold_by = talk->hold_by });
}

void
dispatcher_talk_call(struct step *s)
{
	const struct msg_talk_call *m = s->msg;
	const struct row_card *card = (const struct row_card *)s->row;

	if (!dispatcher_may_judge(s, m->unit, m->officer, card->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	if (open_talk(s, card->unit) != NULL) {
		step_refuse(s, "TALK_OPEN");
		return;
	}
	dispatcher_talk(s, "word", card->unit, card->id);
}

void
dispatcher_talk_hold(struct step *s)
{
	const struct msg_talk_hold *m = s->msg;
	struct row_talk *talk = (struct row_talk *)s->row;

	if (step_unit(s, m->unit) == NULL || !step_has_reason(s, m->minutes))
		return;
	if (!dispatcher_leads(
		s, m->officer, registry_county_of(talk->division))) {
		step_refuse_because(
		    s, "LEADER_MISSING", "not %.*s", STR_ARG(m->officer));
		return;
	}
	talk->held_at = s->at;
	talk->officer = m->officer;
	step_meet_all(s, HEAD(talk));
	step_emit(s, &msg_talk_held_desc,
	    &(struct msg_talk_held){ .talk = talk->id,
		.unit = talk->unit,
		.officer = talk->officer,
		.minutes = m->minutes,
		.late = s->at > talk->hold_by });
	dispatcher_cause_over(s, talk->id, NULL);
}

/* What follows at once is the pack's; an answer is always due. */
void
dispatcher_warning_raised(struct step *s)
{
	const struct msg_warning_raised *m = s->msg;
	struct due due = step_due(s, "warning.respond", s->at);
	struct row_warning *w;

	if (step_find(s, THING_WARNING, m->warning) != NULL)
		return;
	w = step_new_id(s, THING_WARNING, WARNING_RAISED, m->warning);
	w->kind = m->kind;
	w->unit = m->unit;
	w->span = m->span;
	w->raised_at = s->at;
	w->respond_by = due.at;
	step_arm(s, HEAD(w), "respond", ARM_DUTY, w->unit, due);
	dispatcher_trigger(s,
	    arena_printf(s->arena, "warning.%.*s", STR_ARG(m->kind)).p, w->unit,
	    w->id, "warning");
}

/* Measures end the card of the warning; their own limit begins. */
void
dispatcher_warning_respond(struct step *s)
{
	const struct msg_warning_respond *m = s->msg;
	struct row_warning *w = (struct row_warning *)s->row;
	struct due due;

	if (!step_must_be(s, m->unit, w->unit) ||
	    !step_has_reason(s, m->measures))
		return;
	due = step_due(s, "warning.handle", s->at);
	w->responded_at = s->at;
	w->handle_by = due.at;
	step_meet(s, HEAD(w), "respond");
	step_arm(s, HEAD(w), "handle", ARM_DUTY, w->unit, due);
	step_emit(s, &msg_warning_responded_desc,
	    &(struct msg_warning_responded){ .warning = w->id,
		.unit = w->unit,
		.measures = m->measures,
		.handle_by = w->handle_by });
	dispatcher_cause_over(s, w->id, NULL);
}

void
dispatcher_warning_handle(struct step *s)
{
	const struct msg_warning_handle *m = s->msg;
	struct row_warning *w = (struct row_warning *)s->row;

	if (!dispatcher_may_judge(s, m->unit, m->officer, w->unit) ||
	    !step_has_reason(s, m->result))
		return;
	w->handled_at = s->at;
	step_meet_all(s, HEAD(w));
	step_emit(s, &msg_warning_handled_desc,
	    &(struct msg_warning_handled){ .warning = w->id,
		.unit = w->unit,
		.result = m->result,
		.late = w->handle_by > 0 && s->at > w->handle_by });
	dispatcher_cause_over(s, w->id, NULL);
}
