/* What holds a casefile in hand, and what follows when nothing does. */
#include "services/dispatcher/rules.h"

/* A citizen who is asked is no work. */
static bool
is_work(int thing, const struct row_head *r)
{
	return thing != THING_CHILD ||
	       !str_is(((const struct row_child *)r)->kind, "callback");
}

struct str
dispatcher_open_work(struct step *s)
{
	static const struct {
		int thing;
		uint32_t open;
	} kinds[] = {
#define WORK(thing, open) { THING_##thing, open },
#include "services/dispatcher/states_work.def"
#undef WORK
	};
	struct str ids = { NULL, 0 };

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		for (struct row_head *r = step_next(s, kinds[i].thing, NULL);
		     r != NULL; r = step_next(s, kinds[i].thing, r))
			if (step_in(s, kinds[i].thing, r, kinds[i].open) &&
			    is_work(kinds[i].thing, r))
				ids = arena_printf(s->arena, "%.*s%s%.*s",
				    STR_ARG(ids), ids.n > 0 ? " " : "",
				    STR_ARG(r->id));
	return ids;
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

	c->late = c->done_at > c->finish_by;
	c->close_by = due.at;
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_HANDLED);
	step_arm(s, HEAD(c), "close", ARM_DUTY, dispatcher_room(s, c), due);
	step_emit(s, &msg_casefile_handled_desc,
	    &(struct msg_casefile_handled){ .casefile = c->id,
		.unit = c->handler,
		.late = c->late,
		.close_by = due.at });
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
