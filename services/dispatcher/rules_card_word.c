/* What people say about cards: a word of the centre, a reason, an answer. */
#include "services/dispatcher/rules.h"

bool
dispatcher_leads(struct step *s, struct str officer, struct str place)
{
	const struct row_officer *o =
	    registry_officer(s->registry, officer, s->at);
	const struct row_unit *u =
	    o != NULL ? registry_unit(s->registry, o->unit, s->at) : NULL;

	return u != NULL && str_is(o->role, "leader") &&
	       str_eq(u->division, place);
}

bool
dispatcher_may_judge(
    struct step *s, struct str by, struct str officer, struct str unit)
{
	struct str centre = step_county_centre(s, s->row->division);
	const struct row_officer *o =
	    registry_officer(s->registry, officer, s->at);

	if (step_unit(s, by) == NULL)
		return false;
	if (step_acts_for(s, by, centre) && !str_eq(by, unit))
		return true;
	if (dispatcher_leads(
		s, officer, registry_county_of(s->row->division)) &&
	    step_acts_for(s, by, o->unit))
		return true;
	step_refuse_because(
	    s, "NOT_YOUR_UNIT", "it is with %.*s", STR_ARG(centre));
	return false;
}

/* Urgent may start yellow, special red; a deeper colour on what there is. */
void
dispatcher_card_issue(struct step *s)
{
	const struct msg_card_issue *m = s->msg;
	const struct thing *t = &s->machine->things[THING_CARD];
	int colour = thing_state(t, m->colour);
	const struct row_unit *to;
	const struct row_card *card;

	if (!dispatcher_may_judge(s, m->unit, m->officer, m->to) ||
	    !step_has_reason(s, m->reason))
		return;
	to = step_unit(s, m->to);
	if (to == NULL)
		return;
	card = dispatcher_open_card(s, to->code);
	if (card != NULL) {
		step_refuse_because(s, "CARD_OPEN", "%.*s", STR_ARG(card->id));
		return;
	}
	dispatcher_card_give(s, to->code, colour, s->row->id, "word");
}

/* Who owes CARD's unit an answer: the centre; the centre, who is above it. */
static struct str
judge_of(struct step *s, const struct row_card *card)
{
	struct str centre = step_county_centre(s, card->division);
	const struct row_unit *u = registry_unit(s->registry, centre, s->at);

	return u != NULL && str_eq(card->unit, centre) ? u->parent : centre;
}

/* The clock runs on: a reason counts when the centre says so. */
void
dispatcher_card_explain(struct step *s)
{
	const struct msg_card_explain *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;
	struct due due;

	if (!step_must_be(s, m->unit, card->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	if (card->answer_by > 0 || str_eq(card->explained, card->state)) {
		step_refuse(s, "EXPLAINED_BEFORE");
		return;
	}
	due = step_due(s, "card.answer", s->at);
	card->explained = card->state;
	card->answer_by = due.at;
	step_touch(s, HEAD(card));
	step_arm(s, HEAD(card), "answer", ARM_DUTY, judge_of(s, card), due);
	step_emit(s, &msg_card_explained_desc,
	    &(struct msg_card_explained){ .card = card->id,
		.unit = card->unit,
		.reason = m->reason,
		.answer_by = card->answer_by });
}

static bool
may_answer(struct step *s, struct str by, struct str officer)
{
	const struct row_card *card = (const struct row_card *)s->row;

	if (!dispatcher_may_judge(s, by, officer, card->unit))
		return false;
	if (card->answer_by == 0)
		step_refuse(s, "NOTHING_TO_ANSWER");
	return !step_refused(s);
}

static void
answered(struct step *s, struct row_card *card)
{
	card->answer_by = 0;
	step_touch(s, HEAD(card));
	step_meet(s, HEAD(card), "answer");
	dispatcher_cause_over(s, card->id, "answer");
}

void
dispatcher_card_decline(struct step *s)
{
	const struct msg_card_decline *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;

	if (!may_answer(s, m->unit, m->officer) ||
	    !step_has_reason(s, m->reason))
		return;
	step_emit(s, &msg_card_declined_desc,
	    &(struct msg_card_declined){
		.card = card->id, .unit = card->unit, .reason = m->reason });
	answered(s, card);
}

void
dispatcher_card_excuse(struct step *s)
{
	const struct msg_card_excuse *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;

	if (!may_answer(s, m->unit, m->officer))
		return;
	if (m->until <= s->at ||
	    m->until > step_due(s, "card.excuse.max", s->at).at) {
		step_refuse(s, "UNTIL_BAD");
		return;
	}
	card->held = card->state;
	card->until = m->until;
	card->next_by = 0;
	step_move(s, THING_CARD, HEAD(card), CARD_EXCUSED);
	step_meet(s, HEAD(card), "next");
	step_arm(s, HEAD(card), "until", ARM_WINDOW, card->unit,
	    dispatcher_until(s, m->until));
	step_emit(s, &msg_card_excused_desc,
	    &(struct msg_card_excused){ .card = card->id,
		.unit = card->unit,
		.colour = card->held,
		.until = card->until });
	answered(s, card);
}

/* Back to its colour, with the time until the next one before it. */
void
dispatcher_card_resume(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;
	const struct thing *t = &s->machine->things[THING_CARD];

	step_move(
	    s, THING_CARD, HEAD(card), thing_state(t, dispatcher_colour(card)));
	card->held = (struct str){ NULL, 0 };
	card->until = 0;
	dispatcher_card_next(s, card, m->due_at);
	step_emit(s, &msg_card_resumed_desc,
	    &(struct msg_card_resumed){ .card = card->id,
		.unit = card->unit,
		.colour = card->state,
		.next_by = card->next_by });
}

/* Only a word can be taken back: what is late stays until it is done. */
void
dispatcher_card_lift(struct step *s)
{
	const struct msg_card_lift *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;
	struct str word =
	    arena_printf(s->arena, "%.*s:word", STR_ARG(card->casefile));

	if (!dispatcher_may_judge(s, m->unit, m->officer, card->unit) ||
	    !step_has_reason(s, m->reason))
		return;
	for (size_t i = 0; i < card->causes.n; i++)
		if (!str_eq(card->causes.p[i], word)) {
			step_refuse_because(s, "CAUSE_OPEN", "%.*s",
			    STR_ARG(card->causes.p[i]));
			return;
		}
	dispatcher_card_end(s, card);
}

/* However it came back: from the giver, the township or the citizen. */
void
dispatcher_reworked(struct step *s, struct str unit)
{
	const struct row_casefile *c = dispatcher_casefile(s);
	int64_t n = c->reopened + c->rejected;
	struct row_head *r;

	for (r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		n += ((const struct row_task *)r)->rejected;
	for (r = step_next(s, THING_CALL, NULL); r != NULL;
	     r = step_next(s, THING_CALL, r))
		n += ((const struct row_call *)r)->vetoed;
	if (n >= registry_number(s->registry, "supervise.rework", s->at, 0))
		dispatcher_trigger(s, "casefile.rework", unit, c->id, "rework");
}

/*
 * Who had it and does not lead, and who was named for it in a dispute that
 * is open: whoever is named there has not agreed.
 */
static struct strs
without_lead(struct step *s)
{
	struct strs units = { NULL, 0 };
	struct row_head *r;

	for (r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r))
		if (step_in(s, THING_TASK, r,
			IN(TASK_MOVED) | IN(TASK_CONTESTED) |
			    IN(TASK_DISPUTED)))
			units = strs_add(s->arena, units,
			    ((const struct row_task *)r)->unit);
	for (r = step_next(s, THING_DISPUTE, NULL); r != NULL;
	     r = step_next(s, THING_DISPUTE, r)) {
		const struct row_dispute *d = (const struct row_dispute *)r;

		if (!step_in(s, THING_DISPUTE, r, DISPUTE_OPEN))
			continue;
		units = strs_add(s->arena, units, d->main);
		units = strs_join(s->arena, units, d->assisting);
	}
	return strs_distinct(s->arena, units);
}

void
dispatcher_no_lead(struct step *s)
{
	const struct row_casefile *c = dispatcher_casefile(s);
	int64_t n = (int64_t)without_lead(s).n;

	if (n >= registry_number(s->registry, "supervise.no_lead", s->at, 0))
		dispatcher_trigger(s, "casefile.no_lead",
		    dispatcher_centre(s, c), c->id, "no_lead");
}
