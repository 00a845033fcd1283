/*
 * Townships and villages are merged, split and shifted (调乡合村), departments
 * too: what is open goes on with whoever took over, under the same number and
 * with the same limits; what has ended stays as it was.
 */
#include "services/dispatcher/rules.h"

static bool
has_ended(struct step *s, const struct held *h)
{
	const struct thing *t = &s->machine->things[h->thing];

	/* Who was let go may be called again, by the name it has then. */
	if (h->thing == THING_ATTENDANCE)
		return !step_in(s, h->thing, h->row, ATTENDANCE_BOUND);
	return machine_ends(
	    s->machine, h->thing, thing_state(t, h->row->state));
}

/*
 * One matter, one unit, one card: where the heir has one already, the old one
 * stays under its old name until it is lifted.
 */
static bool
would_be_second(struct step *s, const struct row_head *card)
{
	struct str heir =
	    step_heir(s, ((const struct row_card *)card)->unit, card->division);

	for (struct row_head *r = step_next(s, THING_CARD, NULL); r != NULL;
	     r = step_next(s, THING_CARD, r))
		if (r != card && step_in(s, THING_CARD, r, CARD_OPEN) &&
		    str_eq(((const struct row_card *)r)->unit, heir))
			return true;
	return false;
}

static bool
stays(struct step *s, const struct held *h)
{
	return has_ended(s, h) ||
	       (h->thing == THING_CARD && would_be_second(s, h->row));
}

void
dispatcher_casefile_rehome(struct step *s)
{
	const struct row_casefile *c = (const struct row_casefile *)s->row;
	struct str from = c->division;
	struct rehomed told = { .gone = { NULL, 0 } };
	bool any = false;

	for (struct held *h = s->folder->first; h != NULL; h = h->next)
		if (!stays(s, h))
			any = step_rehome(s, h->thing, h->row, &told) || any;
	if (!any) {
		step_refuse(s, "NOT_MOVED");
		return;
	}
	step_emit(s, &msg_casefile_rehomed_desc,
	    &(struct msg_casefile_rehomed){ .casefile = c->id,
		.from = from,
		.to = c->division,
		.gone = told.gone,
		.heirs = told.heirs });
}
