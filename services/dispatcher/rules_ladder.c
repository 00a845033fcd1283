/*
 * The ladder of a dispute (派单异议): the parties, the centre designates, the
 * government office, the standing meeting or the governance committee.
 * Time climbs; nothing is decided by it.
 */
#include "services/dispatcher/rules_dispute.h"

/* A rung: who decides there, and how long. */
static const struct rung {
	int state;
	const char *limit;
	const char *unit; /* line of the pack that names who; NULL: see below */
} rungs[] = {
	{ DISPUTE_PARTIES, "dispute.parties", NULL },
	{ DISPUTE_CENTRE, "dispute.centre", NULL },
	{ DISPUTE_OFFICE, "dispute.office", "dispute.rung.office" },
	{ DISPUTE_STANDING, "dispute.standing", "dispute.rung.standing" },
};

static const struct rung *
rung_of(int state)
{
	for (size_t i = 0; i < ARRAY_LEN(rungs); i++)
		if (rungs[i].state == state)
			return &rungs[i];
	never("a dispute on no rung");
}

static int
state_of(struct step *s, const struct row_dispute *d)
{
	return thing_state(&s->machine->things[THING_DISPUTE], d->state);
}

/* Who decides at RUNG; where the pack names nobody, the centre. */
static struct str
holder(struct step *s, const struct rung *rung)
{
	const struct row_limit *row;
	size_t i = 0;

	if (rung->state == DISPUTE_PARTIES)
		return (struct str){ NULL, 0 };
	while (rung->unit != NULL && (row = registry_next(s->registry,
					  TABLE_limit, s->at, &i)) != NULL)
		if (str_is(row->key, rung->unit) &&
		    registry_unit(s->registry, row->amount, s->at) != NULL)
			return row->amount;
	return dispatcher_centre(s, dispatcher_casefile(s));
}

struct str
dispute_holder(struct step *s, const struct row_dispute *d)
{
	return holder(s, rung_of(state_of(s, d)));
}

bool
dispute_decides(struct step *s, struct str unit, const struct row_dispute *d)
{
	return step_must_be(s, unit, dispute_holder(s, d));
}

/* Parties settle in a window; above them somebody's duty runs. */
static void
arm_rung(struct step *s, struct row_dispute *d, const struct rung *rung,
    const char *limit, int64_t from)
{
	struct due due = step_due(s, limit, from);
	enum arm_kind kind = rung->state == DISPUTE_PARTIES    ? ARM_WINDOW
			     : rung->state == DISPUTE_STANDING ? ARM_DUTY
							       : ARM_QUIET;

	d->rung_by = due.at;
	step_touch(s, HEAD(d));
	step_arm(s, HEAD(d), "rung", kind,
	    kind == ARM_WINDOW ? d->unit : holder(s, rung), due);
}

void
dispute_begin_rung(struct step *s, struct row_dispute *d, int64_t from)
{
	const struct rung *rung = rung_of(state_of(s, d));

	arm_rung(s, d, rung, rung->limit, from);
}

static void
climb(struct step *s, struct row_dispute *d, int64_t from, struct str by,
    struct str reason)
{
	bool parties = state_of(s, d) == DISPUTE_PARTIES;

	step_move(s, THING_DISPUTE, HEAD(d), state_of(s, d) + 1);
	dispute_begin_rung(s, d, from);
	step_emit(s, &msg_dispute_climbed_desc,
	    &(struct msg_dispute_climbed){ .dispute = d->id,
		.task = d->task,
		.rung = d->state,
		.holder = dispute_holder(s, d),
		.by = by,
		.reason = reason,
		.until = d->rung_by });
	if (parties)
		dispatcher_no_lead(s);
}

void
dispatcher_dispute_refer(struct step *s)
{
	const struct msg_dispute_refer *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;
	const struct row_task *t = dispute_task(s, d);

	if (t == NULL)
		return;
	if (!step_in(s, THING_DISPUTE, HEAD(d), IN(DISPUTE_PARTIES))) {
		if (!dispute_decides(s, m->unit, d))
			return;
	} else if (!step_acts_for(s, m->unit, t->giver) &&
		   !step_must_be(s, m->unit, d->unit)) {
		return;
	}
	if (step_has_reason(s, m->reason))
		climb(s, d, s->at, m->unit, m->reason);
}

/* Counted from the due instant, whenever it was seen. */
void
dispatcher_dispute_climb(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct str none = { NULL, 0 };

	if (dispatcher_is_stale(s))
		return;
	climb(s, (struct row_dispute *)s->row, m->due_at, none, none);
}

/*
 * The top rung has nobody above it, and no machine decides: it is told again
 * and again, and the office that prepares its meetings answers for that.
 */
void
dispatcher_dispute_again(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_dispute *d = (struct row_dispute *)s->row;

	if (dispatcher_is_stale(s))
		return;
	dispatcher_trigger(s, "dispute.rung.overdue",
	    holder(s, rung_of(DISPUTE_OFFICE)), d->id, "rung");
	arm_rung(s, d, rung_of(DISPUTE_STANDING), "dispute.standing.again",
	    m->due_at);
}
