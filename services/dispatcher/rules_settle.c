/* What holds a casefile in hand, and what follows when nothing does. */
#include "services/dispatcher/rules.h"

/* A citizen who is asked is no work. */
static bool
is_work(int thing, const struct row_head *r)
{
	return thing != THING_CHILD ||
	       !str_is(((const struct row_child *)r)->kind, "callback");
}

static const struct work {
	int thing;
	uint32_t open;
} works[] = {
#define WORK(thing, open) { THING_##thing, open },
#include "services/dispatcher/states_work.def"
#undef WORK
};

/* Ids of what is open, of every kind but EXCEPT. */
static struct str
open_but(struct step *s, int except)
{
	struct str ids = { NULL, 0 };

	for (size_t i = 0; i < ARRAY_LEN(works); i++)
		for (struct row_head *r = step_next(s, works[i].thing, NULL);
		     r != NULL; r = step_next(s, works[i].thing, r))
			if (works[i].thing != except &&
			    step_in(s, works[i].thing, r, works[i].open) &&
			    is_work(works[i].thing, r))
				ids = arena_printf(s->arena, "%.*s%s%.*s",
				    STR_ARG(ids), ids.n > 0 ? " " : "",
				    STR_ARG(r->id));
	return ids;
}

struct str
dispatcher_open_work(struct step *s)
{
	return open_but(s, -1);
}

bool
dispatcher_only_tasks(struct step *s)
{
	struct str open = open_but(s, THING_TASK);

	if (open.n > 0)
		step_refuse_because(s, "CHILD_OPEN", "%.*s", STR_ARG(open));
	return open.n == 0;
}

void
dispatcher_withdraw_all(struct step *s, struct str why)
{
	struct row_head *r = NULL;

	for (size_t i = 0; i < ARRAY_LEN(works); i++)
		while (works[i].thing == THING_TASK &&
		       (r = step_next(s, THING_TASK, r)) != NULL)
			if (step_in(s, THING_TASK, r, works[i].open))
				dispatcher_withdraw(
				    s, (struct row_task *)r, why);
}

/* Whether ROW waits only for who gave it to look at it. */
static bool
is_handed_in(struct step *s, int thing, const struct row_head *row)
{
	return (thing == THING_TASK &&
		   step_in(s, thing, row, IN(TASK_SUBMITTED))) ||
	       (thing == THING_CALL &&
		   step_in(s, thing, row, IN(CALL_SUBMITTED)));
}

void
dispatcher_forwarded(struct step *s, const struct row_head *row, struct str by)
{
	struct row_casefile *c = dispatcher_casefile(s);

	for (size_t i = 0; i < ARRAY_LEN(works); i++)
		for (struct row_head *r = step_next(s, works[i].thing, NULL);
		     r != NULL; r = step_next(s, works[i].thing, r))
			if (r != row &&
			    step_in(s, works[i].thing, r, works[i].open) &&
			    is_work(works[i].thing, r) &&
			    !is_handed_in(s, works[i].thing, r))
				return;
	dispatcher_promise_rests(s, c);
	c->forwarded_at = s->at;
	step_touch(s, HEAD(c));
	step_emit(s, &msg_casefile_forwarded_desc,
	    &(struct msg_casefile_forwarded){
		.casefile = c->id, .unit = by, .late = s->at > c->finish_by });
}

void
dispatcher_not_forwarded(struct step *s, struct str unit)
{
	struct row_casefile *c = dispatcher_casefile(s);

	if (c->forwarded_at > 0)
		dispatcher_promise_runs(s, c, unit);
}

void
dispatcher_result(
    struct step *s, struct row_casefile *c, struct str unit, int64_t done_at)
{
	/* What ends after the closing changes nobody's merit. */
	if (!step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_IN_HAND)))
		return;
	c->result = true;
	c->handler = unit;
	c->done_at = done_at;
	step_touch(s, HEAD(c));
}

static void
handled(struct step *s, struct row_casefile *c)
{
	struct due due = step_due(s, "casefile.close", s->at);

	dispatcher_promise_rests(s, c);
	c->late = c->done_at > c->finish_by;
	c->close_by = due.at;
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_HANDLED);
	step_arm(s, HEAD(c), "close", ARM_DUTY, dispatcher_room(s, c), due);
	dispatcher_await_look(s, c);
	step_emit(s, &msg_casefile_handled_desc,
	    &(struct msg_casefile_handled){ .casefile = c->id,
		.unit = c->handler,
		.late = c->late,
		.close_by = due.at,
		.verify_by = c->verify_by });
	/* No problem order any more. */
	dispatcher_cause_over(s, c->id, "rework");
	dispatcher_cause_over(s, c->id, "no_lead");
}

static void
stranded(struct step *s, struct row_casefile *c)
{
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_OPENED);
	dispatcher_await_way(s, c);
	step_emit(s, &msg_casefile_stranded_desc,
	    &(struct msg_casefile_stranded){
		.casefile = c->id, .route_by = c->route_by });
}

void
dispatcher_settle(struct step *s, struct row_casefile *c)
{
	if (!step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_IN_HAND)) ||
	    dispatcher_open_work(s).n > 0)
		return;
	if (c->result)
		handled(s, c);
	else
		stranded(s, c);
}
