/*
 * Supervision in colours: one matter, one unit, one card.  A card is held by
 * its causes, limits that run out or nearly have; it is lifted when the last
 * of them is over.
 */
#include "services/dispatcher/rules.h"

/* Where a row keeps the end of a limit that feeds cards. */
static const struct watched {
	int thing;
	const char *limit;
	size_t due; /* offset of an int64_t */
} watched[] = {
	{ THING_CASEFILE, "route", offsetof(struct row_casefile, route_by) },
	{ THING_CASEFILE, "verify", offsetof(struct row_casefile, verify_by) },
	{ THING_CASEFILE, "close", offsetof(struct row_casefile, close_by) },
	{ THING_TASK, "finish", offsetof(struct row_task, finish_by) },
	{ THING_TASK, "answer", offsetof(struct row_task, answer_by) },
	{ THING_TASK, "check", offsetof(struct row_task, check_by) },
	{ THING_CALL, "finish", offsetof(struct row_call, finish_by) },
	{ THING_CALL, "check", offsetof(struct row_call, check_by) },
	{ THING_ATTENDANCE, "report_in",
	    offsetof(struct row_attendance, report_in_by) },
};

/*
 * Whether the limit was set anew after this end of it had been told: a
 * command may be recorded just before the fact.
 */
static bool
is_stale(const struct step *s, const struct msg_deadline_overdue *m)
{
	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		if (watched[i].thing == s->move->thing &&
		    str_is(m->limit, watched[i].limit)) {
			int64_t due;

			memcpy(&due, (const char *)s->row + watched[i].due,
			    sizeof(due));
			return m->due_at < due;
		}
	return false; /* of another service: it watches its own */
}

static bool
is_emergency(struct step *s)
{
	const struct row_casefile *c = dispatcher_casefile(s);
	const struct row_head *call = NULL;

	if (c != NULL && c->urgent)
		return true;
	if (s->move->thing == THING_CALL)
		call = s->row;
	else if (s->move->thing == THING_ATTENDANCE)
		call = step_find(s, THING_CALL,
		    ((const struct row_attendance *)s->row)->call);
	return call != NULL &&
	       str_is(((const struct row_call *)call)->class, "emergency");
}

static struct row_card *
open_card(struct step *s, struct str unit)
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
	size_t n = card->causes.n;
	struct str *v;

	for (size_t i = 0; i < n; i++)
		if (str_eq(card->causes.p[i], cause))
			return;
	v = arena_alloc(s->arena, (n + 1) * sizeof(*v));
	must(v != NULL);
	if (n > 0)
		memcpy(v, card->causes.p, n * sizeof(*v));
	v[n] = cause;
	card->causes = (struct strs){ v, n + 1 };
	step_touch(s, HEAD(card));
}

static void
arm_next(struct step *s, struct row_card *card, const char *key, int64_t from)
{
	struct due due = step_due(s, key, from);

	card->next_by = due.at;
	step_arm(s, HEAD(card), "next", ARM_QUIET, card->unit, due);
}

static const char *
next_key(struct step *s)
{
	return is_emergency(s) ? "card.next.emergency" : "card.next";
}

/* The card's colour is its state. */
static void
say_issued(struct step *s, const struct row_card *card,
    const struct msg_deadline_overdue *m)
{
	step_emit(s, &msg_card_issued_desc,
	    &(struct msg_card_issued){ .card = card->id,
		.unit = card->unit,
		.colour = card->state,
		.cause = m->thing,
		.limit = m->limit,
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

static struct row_card *
new_card(struct step *s, const struct msg_deadline_overdue *m, int colour)
{
	struct row_card *card = step_new(s, THING_CARD, colour);

	card->unit = m->unit;
	card->issued_at = s->at;
	return card;
}

/* Blue: near.  It waits for the very limit that it warns of. */
void
dispatcher_card_soon(struct step *s)
{
	/* The three deadline messages have one shape. */
	const struct msg_deadline_overdue *m = s->msg;
	struct row_card *card;
	bool fresh;

	if (m->unit.n == 0 || is_stale(s, m))
		return;
	card = open_card(s, m->unit);
	fresh = card == NULL;
	if (fresh) {
		card = new_card(s, m, CARD_BLUE);
		card->next_by = m->due_at;
	}
	add_cause(s, card, cause_name(s, m->thing, m->limit));
	if (fresh)
		say_issued(s, card, m);
}

/* Yellow: late. */
void
dispatcher_card_late(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct str cause = cause_name(s, m->thing, m->limit);
	struct row_card *card;
	bool fresh;

	if (m->unit.n == 0 || is_stale(s, m))
		return;
	card = open_card(s, m->unit);
	fresh = card == NULL;
	if (fresh)
		card = new_card(s, m, CARD_YELLOW);
	add_cause(s, card, cause);
	if (fresh) {
		arm_next(s, card, next_key(s), m->due_at);
		say_issued(s, card, m);
	} else if (step_in(s, THING_CARD, HEAD(card), IN(CARD_BLUE))) {
		step_move(s, THING_CARD, HEAD(card), CARD_YELLOW);
		arm_next(s, card, next_key(s), m->due_at);
		say_deepened(s, card, cause);
	}
}

/* Red: still late. */
void
dispatcher_card_redden(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;

	must(card->causes.n > 0);
	step_move(s, THING_CARD, HEAD(card), CARD_RED);
	arm_next(s, card, "card.red.next", m->due_at);
	say_deepened(s, card, card->causes.p[0]);
}

/* Red once more: its own deadline.overdue says so, and it is counted. */
void
dispatcher_card_again(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_card *card = (struct row_card *)s->row;

	card->reds++;
	step_touch(s, HEAD(card));
	arm_next(s, card, "card.red.next", m->due_at);
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

static void
lift(struct step *s, struct row_card *card)
{
	struct str colour = card->state;

	card->next_by = 0;
	step_meet_all(s, HEAD(card));
	step_move(s, THING_CARD, HEAD(card), CARD_LIFTED);
	step_emit(s, &msg_card_lifted_desc,
	    &(struct msg_card_lifted){
		.card = card->id, .unit = card->unit, .colour = colour });
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
			lift(s, card);
	}
}
