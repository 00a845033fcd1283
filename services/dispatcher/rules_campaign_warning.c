/*
 * From one demand to one class of problems (一个诉求解决一类问题): a warning
 * that a campaign answers is with the county until the campaign is over.
 */
#include "services/dispatcher/rules_campaign.h"

static struct row_warning *
warning_of(struct step *s, const struct row_campaign *c)
{
	struct row_warning *w =
	    (struct row_warning *)step_find(s, THING_WARNING, c->warning);

	/* Somebody may have found it handled, or another campaign took it. */
	return w != NULL && str_eq(w->campaign, c->id) &&
		       step_in(s, THING_WARNING, HEAD(w), IN(WARNING_RESPONDED))
		   ? w
		   : NULL;
}

void
campaign_answers(struct step *s, struct row_campaign *c, struct str on)
{
	struct row_warning *w =
	    (struct row_warning *)step_find(s, THING_WARNING, on);

	if (w == NULL)
		return;
	c->warning = w->id;
	if (step_in(s, THING_WARNING, HEAD(w), IN(WARNING_HANDLED)))
		return;
	w->campaign = c->id;
	w->handle_by = 0;
	if (w->responded_at == 0)
		w->responded_at = s->at;
	/* The campaign has limits of its own from here to its end. */
	step_meet_all(s, HEAD(w));
	step_touch(s, HEAD(w));
	if (step_in(s, THING_WARNING, HEAD(w), IN(WARNING_RAISED)))
		step_move(s, THING_WARNING, HEAD(w), WARNING_RESPONDED);
	step_emit(s, &msg_warning_responded_desc,
	    &(struct msg_warning_responded){ .warning = w->id,
		.unit = c->unit,
		.measures = c->theme.n > 0 ? c->theme : c->id,
		.campaign = c->id });
	dispatcher_cause_over(s, w->id, NULL);
}

void
campaign_has_answered(struct step *s, const struct row_campaign *c)
{
	struct row_warning *w = warning_of(s, c);

	if (w == NULL)
		return;
	w->handled_at = s->at;
	step_meet_all(s, HEAD(w));
	step_move(s, THING_WARNING, HEAD(w), WARNING_HANDLED);
	step_emit(s, &msg_warning_handled_desc,
	    &(struct msg_warning_handled){ .warning = w->id,
		.unit = w->unit,
		.result = c->measured,
		.campaign = c->id });
}

void
campaign_answers_no_more(struct step *s, const struct row_campaign *c)
{
	struct row_warning *w = warning_of(s, c);
	struct due due = step_due(s, "warning.handle", s->at);

	if (w == NULL)
		return;
	w->campaign = (struct str){ NULL, 0 };
	w->handle_by = due.at;
	step_touch(s, HEAD(w));
	step_arm(s, HEAD(w), "handle", ARM_DUTY, w->unit, due);
}
