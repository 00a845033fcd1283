/*
 * Supervision in colours: one matter, one unit, one card.  A card is held by
 * its causes, mostly limits that run out or nearly have; it is lifted when
 * the last of them is over.  What gives which colour is the pack's list.
 */
#include "services/dispatcher/rules.h"

static bool
is_emergency(struct step *s)
{
	const struct row_casefile *c = dispatcher_casefile(s);
	const struct row_head *call = NULL;

	if (c != NULL && c->urgent)
		return true;
	if (s->move->thing == THING_RECEIPT) {
		const struct row_receipt *r =
		    (const struct row_receipt *)s->row;

		return ((struct row_campaign *)step_find(
			    s, THING_CAMPAIGN, r->campaign))
			   ->alarm.n > 0;
	}
	if (s->move->thing == THING_CALL)
		call = s->row;
	else if (s->move->thing == THING_ATTENDANCE)
		call = step_find(s, THING_CALL,
		    ((const struct row_attendance *)s->row)->call);
	return call != NULL &&
	       str_is(((const struct row_call *)call)->class, "emergency");
}

struct row_card *
dispatcher_open_card(struct step *s, struct str unit)
{
	for (struct row_head *r = step_next(s, THING_CARD, NULL); r != NULL;
	     r = step_next(s, THING_CARD, r))
		if (step_in(s, THING_CARD, r, CARD_OPEN) &&
		    str_eq(((struct row_card *)r)->unit, unit))
			return (struct row_card *)r;
	return NULL;
}

static struct str
cause_name(struct step *s, struct str thing, struct str limit)
{
	return arena_printf(
	    s->arena, "%.*s:%.*s", STR_ARG(thing), STR_ARG(limit));
}

/* Adds a cause unless the card has it. */
static void
add_cause(struct step *s, struct row_card *card, struct str cause)
{
	if (strs_has(card->causes, cause))
		return;
	card->causes = strs_add(s->arena, card->causes, cause);
	step_touch(s, HEAD(card));
}

struct str
dispatcher_colour(const struct row_card *card)
{
	return str_is(card->state, "excused") ? card->held : card->state;
}

static int
state_of(struct step *s, struct str colour)
{
	return thing_state(&s->machine->things[THING_CARD], colour);
}

/* How deep it is, excused or not: colours are in their order. */
static int
depth(struct step *s, const struct row_card *card)
{
	return state_of(s, dispatcher_colour(card));
}

static void
arm_next(struct step *s, struct row_card *card, const char *key, int64_t from)
{
	struct due due = step_due(s, key, from);

	card->next_by = due.at;
	step_arm(s, HEAD(card), "next", ARM_QUIET, card->unit, due);
}

void
dispatcher_card_next(struct step *s, struct row_card *card, int64_t from)
{
	bool red = step_in(s, THING_CARD, HEAD(card), IN(CARD_RED));

	arm_next(s, card,
	    red               ? "card.red.next"
	    : is_emergency(s) ? "card.next.emergency"
			      : "card.next",
	    from);
}

/* The card's colour is its state. */
static void
say_issued(struct step *s, const struct row_card *card, struct str thing,
    struct str word)
{
	step_emit(s, &msg_card_issued_desc,
	    &(struct msg_card_issued){ .card = card->id,
		.unit = card->unit,
		.colour = card->state,
		.cause = thing,
		.limit = word,
		.next_by = card->next_by });
}

static void
say_deepened(struct step *s, const struct row_card *card, struct str cause)
{
	size_t colon = str_find(cause, ':');

	step_emit(s, &msg_card_deepened_desc,
	    &(struct msg_card_deepened){ .card = card->id,
		.unit = card->unit,
		.colour = card->state,
		.cause = str_cut(cause, 0, colon),
		.limit = str_cut(cause, colon + 1, cause.n),
		.next_by = card->next_by });
}

/* What came about, for whom, and where the next colour counts from. */
struct given {
	struct str unit;
	struct str thing;
	struct str word;
	int64_t from;
	int64_t due; /* of a blue card: the limit that it waits for, or 0 */
};

static void
new_card(struct step *s, const struct given *g, int colour)
{
	struct row_card *card = step_new(s, THING_CARD, colour);

	card->unit = g->unit;
	card->issued_at = s->at;
	add_cause(s, card, cause_name(s, g->thing, g->word));
	if (colour == CARD_BLUE && g->due > 0)
		card->next_by = g->due;
	else
		dispatcher_card_next(s, card, g->from);
	say_issued(s, card, g->thing, g->word);
}

/* An excused card takes the cause, and no colour before its time. */
static void
give(struct step *s, const struct given *g, int colour)
{
	struct row_card *card = dispatcher_open_card(s, g->unit);
	struct str cause = cause_name(s, g->thing, g->word);

	if (card == NULL) {
		new_card(s, g, colour);
		return;
	}
	add_cause(s, card, cause);
	if (!step_in(s, THING_CARD, HEAD(card), CARD_RUNS) ||
	    depth(s, card) >= colour)
		return;
	step_move(s, THING_CARD, HEAD(card), colour);
	dispatcher_card_next(s, card, g->from);
	say_deepened(s, card, cause);
}

void
dispatcher_card_give(struct step *s, struct str unit, int colour,
    struct str thing, const char *word)
{
	give(s, &(struct given){ unit, thing, str_of(word), s->at, 0 }, colour);
}

/* What the pack's list says of TRIGGER; empty: it has no such line. */
static struct str
listed(struct step *s, struct str trigger)
{
	const struct row_card_trigger *row =
	    registry_card_trigger(s->registry, trigger, s->at);

	if (row == NULL)
		return (struct str){ NULL, 0 };
	return row->urgent.n > 0 && is_emergency(s) ? row->urgent : row->gives;
}

static void
act(struct step *s, const char *trigger, struct str gives,
    const struct given *g)
{
	if (g->unit.n == 0 || gives.n == 0 || str_is(gives, "none"))
		return;
	if (str_is(gives, "talk"))
		dispatcher_talk(s, trigger, g->unit, g->thing);
	else
		give(s, g, state_of(s, gives));
}

void
dispatcher_trigger(struct step *s, const char *trigger, struct str unit,
    struct str thing, const char *word)
{
	act(s, trigger, listed(s, str_of(trigger)),
	    &(struct given){ unit, thing, str_of(word), s->at, 0 });
}

void
dispatcher_remind(struct step *s, const char *trigger, struct str unit,
    struct str thing, const char *word, int64_t until)
{
	act(s, trigger, listed(s, str_of(trigger)),
	    &(struct given){ unit, thing, str_of(word), s->at, until });
}

/* "task", or of work of another service its kind: "penalty". */
static struct str
kind_of_thing(const struct step *s)
{
	if (s->move->thing == THING_CHILD)
		return ((const struct row_child *)s->row)->kind;
	return str_of(s->machine->things[s->move->thing].name);
}

/* A limit that is near or over: its own line of the list, or the general. */
static void
limit_told(struct step *s, const char *which, const char *any, int64_t waits)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct str kind = kind_of_thing(s);
	struct str trigger = arena_printf(
	    s->arena, "%.*s.%.*s.%s", STR_ARG(kind), STR_ARG(m->limit), which);
	struct str gives = listed(s, trigger);
	/* Its unit may be gone since it was armed. */
	struct str unit = step_heir(s, m->unit, s->row->division);

	if (dispatcher_is_stale(s))
		return;
	if (gives.n == 0)
		gives = listed(s, str_of(any));
	act(s, trigger.p, gives,
	    &(struct given){ unit, m->thing, m->limit,
		waits > 0 ? s->at : m->due_at, waits });
}

/* Near: blue, mostly.  It waits for the very limit that it warns of. */
void
dispatcher_card_soon(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;

	limit_told(s, "due_soon", "any.due_soon", m->due_at);
}

/* Late: yellow, mostly. */
void
dispatcher_card_late(struct step *s)
{
	limit_told(s, "overdue", "any.overdue", 0);
}

/* Still late: the next colour. */
void
dispatcher_card_deepen(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;
	bool orange = registry_number(s->registry, "card.orange", s->at, 0) > 0;
	int next =
	    step_in(s, THING_CARD, HEAD(card), IN(CARD_BLUE)) ? CARD_YELLOW
	    : orange && step_in(s, THING_CARD, HEAD(card), IN(CARD_YELLOW))
		? CARD_ORANGE
		: CARD_RED;

	if (dispatcher_is_stale(s))
		return;
	must(card->causes.n > 0);
	step_move(s, THING_CARD, HEAD(card), next);
	dispatcher_card_next(s, card, m->due_at);
	say_deepened(s, card, card->causes.p[0]);
}

/*
 * Red once more: its own deadline.overdue says so, and it is counted.  So
 * many reds in a row call the leader to a talk.
 */
void
dispatcher_card_again(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;
	int64_t row =
	    registry_number(s->registry, "supervise.red.talk", s->at, 0);

	if (dispatcher_is_stale(s))
		return;
	card->reds++;
	step_touch(s, HEAD(card));
	dispatcher_card_next(s, card, m->due_at);
	if (row > 0 && (card->reds + 1) % row == 0 &&
	    str_is(listed(s, STR("card.reds")), "talk"))
		dispatcher_talk(s, "card.reds", card->unit, card->id);
}

/* Drops the causes that are over; true when the card had one of them. */
static bool
drop_causes(struct step *s, struct row_card *card, struct str prefix)
{
	struct str *v = arena_alloc(s->arena, card->causes.n * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < card->causes.n; i++)
		if (!str_starts(card->causes.p[i], prefix))
			v[n++] = card->causes.p[i];
	if (n == card->causes.n)
		return false;
	card->causes = (struct strs){ v, n };
	step_touch(s, HEAD(card));
	return true;
}

void
dispatcher_card_end(struct step *s, struct row_card *card)
{
	struct str colour = dispatcher_colour(card);

	card->next_by = card->answer_by = card->until = 0;
	card->causes = (struct strs){ NULL, 0 };
	step_meet_all(s, HEAD(card));
	step_move(s, THING_CARD, HEAD(card), CARD_LIFTED);
	step_emit(s, &msg_card_lifted_desc,
	    &(struct msg_card_lifted){
		.card = card->id, .unit = card->unit, .colour = colour });
	/* Who slept over an explanation is free, too. */
	dispatcher_cause_over(s, card->id, NULL);
}

void
dispatcher_cause_over(struct step *s, struct str thing, const char *limit)
{
	struct str prefix =
	    cause_name(s, thing, str_of(limit != NULL ? limit : ""));

	for (struct row_head *r = step_next(s, THING_CARD, NULL); r != NULL;
	     r = step_next(s, THING_CARD, r)) {
		struct row_card *card = (struct row_card *)r;

		if (step_in(s, THING_CARD, r, CARD_OPEN) &&
		    drop_causes(s, card, prefix) && card->causes.n == 0)
			dispatcher_card_end(s, card);
	}
}
