/* What counts for which unit. */
#include "services/scoring/rules.h"

/*
 * The id follows from the fact alone, so the order in which the facts of a
 * casefile come changes no row.
 */
static struct row_tally *
tally(struct step *s, struct str unit, const char *what, struct str about)
{
	struct str id = arena_printf(s->arena, "%.*s/S%lld",
	    STR_ARG(s->folder->casefile), (long long)s->seq);
	struct row_tally *t = step_new_id(s, THING_TALLY, TALLY_COUNTED, id);

	t->unit = unit;
	t->what = str_of(what);
	t->at = s->at;
	t->seq = s->seq;
	t->about = about;
	return t;
}

void
scoring_task_assigned(struct step *s)
{
	const struct msg_task_assigned *m = s->msg;

	(void)tally(s, m->unit, m->rework > 0 ? "rework" : "assigned", m->task);
}

void
scoring_task_submitted(struct step *s)
{
	const struct msg_task_submitted *m = s->msg;

	tally(s, m->unit, "submitted", m->task)->late = m->late;
}

void
scoring_task_rejected(struct step *s)
{
	const struct msg_task_rejected *m = s->msg;

	(void)tally(s, m->unit, "rejected", m->task);
}

void
scoring_return_asked(struct step *s)
{
	const struct msg_return_asked *m = s->msg;

	(void)tally(s, m->unit, "return_asked", m->task);
}

void
scoring_return_agreed(struct step *s)
{
	const struct msg_return_agreed *m = s->msg;

	(void)tally(s, m->unit, "return_agreed", m->task);
}

void
scoring_return_declined(struct step *s)
{
	const struct msg_return_declined *m = s->msg;

	(void)tally(s, m->unit, "return_declined", m->task);
}

void
scoring_call_asked(struct step *s)
{
	const struct msg_call_unit_asked *m = s->msg;

	(void)tally(s, m->unit, "called", m->call);
}

void
scoring_call_reported_in(struct step *s)
{
	const struct msg_call_reported_in *m = s->msg;

	tally(s, m->unit, "came", m->call)->late = m->late;
}

void
scoring_call_missed(struct step *s)
{
	const struct msg_call_unit_missed *m = s->msg;

	(void)tally(s, m->unit, "missed", m->call);
}

void
scoring_call_refused(struct step *s)
{
	const struct msg_call_unit_refused *m = s->msg;

	(void)tally(s, m->unit, "refused", m->call);
}

/* Against who called, and did not say how it was. */
void
scoring_call_ungraded(struct step *s)
{
	const struct msg_call_unit_ungraded *m = s->msg;

	(void)tally(s, m->room, "ungraded", m->call);
}

/* A colour of the message as a word of ours, NULL for one to come. */
static const char *
colour_word(struct str colour)
{
	static const char *const words[] = { "blue", "yellow", "red" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(colour, words[i]))
			return words[i];
	return NULL;
}

static void
card(struct step *s, struct str unit, struct str colour, struct str id)
{
	const char *word = colour_word(colour);

	if (word != NULL)
		(void)tally(s, unit, word, id);
}

void
scoring_card_issued(struct step *s)
{
	const struct msg_card_issued *m = s->msg;

	card(s, m->unit, m->colour, m->card);
}

void
scoring_card_deepened(struct step *s)
{
	const struct msg_card_deepened *m = s->msg;

	card(s, m->unit, m->colour, m->card);
}

/* A card that never went red breaks the row of reds. */
void
scoring_card_lifted(struct step *s)
{
	const struct msg_card_lifted *m = s->msg;

	if (!str_is(m->colour, "red"))
		(void)tally(s, m->unit, "cleared", m->card);
}

void
scoring_casefile_handled(struct step *s)
{
	const struct msg_casefile_handled *m = s->msg;

	tally(s, m->unit, "handled", m->casefile)->late = m->late;
}

void
scoring_casefile_closed(struct step *s)
{
	const struct msg_casefile_closed *m = s->msg;

	tally(s, m->handler, "closed", m->casefile)->late = m->late;
}

/* Who handled what was closed last; empty when nothing was. */
static struct str
last_handler(struct step *s)
{
	const struct row_tally *last = NULL;

	for (const struct row_head *r = step_next(s, THING_TALLY, NULL);
	     r != NULL; r = step_next(s, THING_TALLY, r))
		if (str_is(scoring_tally_of(r)->what, "closed") &&
		    (last == NULL || scoring_tally_of(r)->seq > last->seq))
			last = scoring_tally_of(r);
	return last != NULL ? last->unit : (struct str){ NULL, 0 };
}

/* Against whoever had handled it; the new round may be another's. */
void
scoring_casefile_reopened(struct step *s)
{
	const struct msg_casefile_reopened *m = s->msg;
	struct str unit = last_handler(s);

	if (unit.n > 0)
		(void)tally(s, unit, "reopened", m->casefile);
}

void
scoring_callback_recorded(struct step *s)
{
	const struct msg_callback_recorded *m = s->msg;
	struct row_tally *t = tally(s, m->unit, "answer", m->callback);

	t->contacted = m->contacted;
	t->solved = m->solved;
	t->satisfied = m->satisfied;
}

/* No answer is no answer: counted beside the rates, in none of them. */
void
scoring_callback_lapsed(struct step *s)
{
	const struct msg_callback_lapsed *m = s->msg;
	struct str unit = last_handler(s);

	if (unit.n > 0)
		(void)tally(s, unit,
		    str_is(m->why, "no_answer") ? "no_answer" : "not_due",
		    m->callback);
}
