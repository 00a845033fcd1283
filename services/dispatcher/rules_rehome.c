/*
 * Townships and villages are merged, split and shifted (调乡合村), departments
 * too: what is open goes on with whoever took over, under the same number and
 * with the same limits; what has ended stays as it was.  A folder need not
 * have a casefile: campaigns, faults, warnings and admissions go the same way.
 */
#include "services/dispatcher/rules.h"

/* Accepted is the last word only when the campaign has had its own. */
static bool
receipt_ended(struct step *s, const struct row_head *row)
{
	const struct row_head *c = step_find(
	    s, THING_CAMPAIGN, ((const struct row_receipt *)row)->campaign);

	return step_in(s, THING_RECEIPT, row, IN(RECEIPT_ENDED)) ||
	       (step_in(s, THING_RECEIPT, row, IN(RECEIPT_ACCEPTED)) &&
		   (c == NULL ||
		       !step_in(s, THING_CAMPAIGN, c, CAMPAIGN_OPEN)));
}

static bool
has_ended(struct step *s, const struct held *h)
{
	const struct thing *t = &s->machine->things[h->thing];

	must(h->row != NULL);
	/* Who was let go may be called again, by the name it has then. */
	if (h->thing == THING_ATTENDANCE)
		return !step_in(s, h->thing, h->row, ATTENDANCE_BOUND);
	/* What comes back from the archive finds who took over by then. */
	if (h->thing == THING_CASEFILE)
		return step_in(s, h->thing, h->row, IN(CASEFILE_ARCHIVED));
	if (h->thing == THING_RECEIPT)
		return receipt_ended(s, h->row);
	return machine_ends(
	    s->machine, h->thing, thing_state(t, h->row->state));
}

/* Who has taken over from CARD's unit and has an open card too; or nobody. */
static struct str
other_holder(struct step *s, const struct row_card *card)
{
	struct str heir = step_heir(s, card->unit,
	    registry_successor(s->registry, card->division, s->at));

	return str_eq(heir, card->unit) || dispatcher_open_card(s, heir) == NULL
		   ? (struct str){ NULL, 0 }
		   : heir;
}

/* One matter, one unit, one card: the heir's, with all causes. */
static void
join_cards(struct step *s, struct row_card *card, struct rehomed *told)
{
	struct str heir = other_holder(s, card);
	int colour = thing_state(
	    &s->machine->things[THING_CARD], dispatcher_colour(card));

	told->gone = strs_add(s->arena, told->gone, card->unit);
	told->heirs = strs_add(s->arena, told->heirs, heir);
	s->row = HEAD(card);
	for (size_t i = 0; i < card->causes.n; i++) {
		struct str cause = card->causes.p[i];
		size_t colon = str_find(cause, ':');

		dispatcher_card_give(s, heir, colour, str_cut(cause, 0, colon),
		    arena_printf(s->arena, "%.*s",
			STR_ARG(str_cut(cause, colon + 1, cause.n)))
			.p);
	}
	dispatcher_card_end(s, card);
}

static bool
is_second(struct step *s, const struct held *h)
{
	return h->thing == THING_CARD &&
	       other_holder(s, (const struct row_card *)h->row).n > 0;
}

/* Cards join when all else lies where it goes on. */
static bool
move_all(struct step *s, struct rehomed *told)
{
	bool any = false;

	for (struct held *h = s->folder->first; h != NULL; h = h->next)
		if (!has_ended(s, h) && !is_second(s, h))
			any = step_rehome(s, h->thing, h->row, told) || any;
	for (struct held *h = s->folder->first; h != NULL; h = h->next)
		if (!has_ended(s, h) && is_second(s, h)) {
			join_cards(s, (struct row_card *)h->row, told);
			any = true;
		}
	return any;
}

static void
refuse(struct step *s, const struct row_head *home)
{
	const struct row_casefile *c = dispatcher_casefile(s);

	if (home == NULL)
		step_refuse(s, "UNKNOWN_ID");
	else if (c != NULL &&
		 step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_ARCHIVED)))
		step_refuse(s, "CASEFILE_ENDED");
	else
		step_refuse(s, "NOT_MOVED");
}

/*
 * What other services have in it they know themselves: they follow the fact,
 * so it is said when the command tells of them.
 */
void
dispatcher_casefile_rehome(struct step *s)
{
	const struct msg_casefile_rehome *m = s->msg;
	struct row_casefile *c = dispatcher_casefile(s);
	struct row_head *home = c != NULL ? HEAD(c)
				: s->folder->first != NULL
				    ? s->folder->first->row
				    : NULL;
	struct str from = home != NULL ? home->division : s->env->division;
	struct rehomed told = { .gone = { NULL, 0 } };

	if (from.n == 0 || (!move_all(s, &told) && m->of.n == 0)) {
		refuse(s, home);
		return;
	}
	s->row = home;
	step_rehome_limits(s);
	step_emit(s, &msg_casefile_rehomed_desc,
	    &(struct msg_casefile_rehomed){ .casefile = s->folder->casefile,
		.from = from,
		.to = registry_successor(s->registry, from, s->at),
		.gone = told.gone,
		.heirs = told.heirs });
}
