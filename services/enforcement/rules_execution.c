/* What follows a decision, what ends a case before one, and what stops it. */
#include "services/enforcement/rules.h"

/* Undecided after ninety days: it stays decidable, and the fact stays. */
void
enforcement_penalty_late(struct step *s)
{
	((struct row_penalty *)s->row)->late = true;
	step_touch(s, s->row);
}

/* From FROM on the unit must see to it that the decision is carried out. */
static void
arm_close(struct step *s, const struct row_penalty *p, int64_t from)
{
	step_arm(s, s->row, "close", ARM_DUTY, p->unit,
	    step_due(s, "penalty.close", from));
}

void
enforcement_penalty_serve(struct step *s)
{
	const struct msg_penalty_serve *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;
	struct due pay;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	pay = step_due(s, "enforce.pay", s->at);
	p->served_at = s->at;
	step_meet(s, s->row, "serve");
	/* It is the party that pays, so this limit binds no unit. */
	if (p->fine_fen > 0)
		step_arm(s, s->row, "pay", ARM_QUIET, STR(""), pay);
	else
		arm_close(s, p, s->at);
	step_emit(s, &msg_penalty_served_desc,
	    &(struct msg_penalty_served){ p->id, pay.at });
}

void
enforcement_penalty_unpaid(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;

	arm_close(s, (const struct row_penalty *)s->row, m->due_at);
}

void
enforcement_penalty_close(struct step *s)
{
	const struct msg_penalty_close *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	if (m->paid_fen < p->fine_fen) {
		step_refuse_because(s, "PAYMENT_MISSING", "%lld of %lld fen",
		    (long long)m->paid_fen, (long long)p->fine_fen);
		return;
	}
	p->paid_fen = m->paid_fen;
	step_meet_all(s, s->row);
	step_emit(s, &msg_penalty_closed_desc,
	    &(struct msg_penalty_closed){ p->id, p->unit });
}

void
enforcement_penalty_end(struct step *s)
{
	const struct msg_penalty_end *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	p->outcome = m->outcome;
	step_meet_all(s, s->row);
	step_emit(s, &msg_penalty_ended_desc,
	    &(struct msg_penalty_ended){ p->id, p->unit, p->outcome });
}

/* Bound of the ledger of one case, far above what happens. */
#define TRANSFERS_MAX 32

static void
arm_ask_back(struct step *s, int64_t from)
{
	/* Another organ has it: a reminder, nobody of ours is late. */
	step_arm(s, s->row, "ask_back", ARM_QUIET, STR(""),
	    step_due(s, "penalty.ask_back", from));
}

/* Whatever runs: the ninety days, the party's window or the review. */
static const char *const running[] = { "decide", "statement", "review" };

void
enforcement_penalty_transfer(struct step *s)
{
	const struct msg_penalty_transfer *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;

	if (!enforcement_acts(s, p, m->unit, m->officer) ||
	    !step_has_reason(s, m->reason))
		return;
	if (p->pauses.n >= TRANSFERS_MAX) {
		step_refuse(s, "TRANSFERS_TOO_MANY");
		return;
	}
	p->held = p->state;
	p->held_at = s->at;
	for (size_t i = 0; i < ARRAY_LEN(running); i++)
		step_pause(s, s->row, running[i], "with the judicial organ");
	arm_ask_back(s, s->at);
	step_emit(s, &msg_penalty_transferred_desc,
	    &(struct msg_penalty_transferred){ p->id, p->unit });
}

void
enforcement_ask_back(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;

	arm_ask_back(s, m->due_at);
}

/* The same sum as the run loop's, from the same ledger. */
static int64_t
decide_by(struct step *s, const struct row_penalty *p)
{
	return step_due_paused(s,
	    registry_limit(
		s->registry, "enforce.filing.to.decision", p->filed_at),
	    p->filed_at, p->pauses);
}

/* The state in which it was transferred: the case goes on where it was. */
static int
state_before(const struct step *s, const struct row_penalty *p)
{
	const struct thing *t = &s->machine->things[THING_PENALTY];

	for (int i = PENALTY_FILED; i <= PENALTY_CLEARED; i++)
		if (str_is(p->held, t->states[i]))
			return i;
	return PENALTY_FILED;
}

void
enforcement_penalty_take_back(struct step *s)
{
	const struct msg_penalty_take_back *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;
	int state;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	state = state_before(s, p);
	p->pauses = step_add_pause(s, p->pauses, p->held_at, s->at);
	if (!p->late)
		p->decide_by = decide_by(s, p);
	p->held = STR("");
	p->held_at = 0;
	step_meet(s, s->row, "ask_back");
	for (size_t i = 0; i < ARRAY_LEN(running); i++)
		step_resume(s, s->row, running[i]);
	step_move(s, THING_PENALTY, s->row, state);
	step_emit(s, &msg_penalty_taken_back_desc,
	    &(struct msg_penalty_taken_back){ p->id, p->unit });
}
