/*
 * Parent and child (主单、子单): the same thing at the same place is handled
 * once.  The two casefiles lie in two folders, so each rule decides on its
 * own side and says a fact about the other: merged and joined, or parted;
 * and when the parent is closed, followed (rules_close.c).
 */
#include "services/dispatcher/rules.h"

void
dispatcher_casefile_merge(struct step *s)
{
	const struct msg_casefile_merge *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (!dispatcher_is_room_or_centre(s, m->unit, c) ||
	    !step_has_reason(s, m->reason))
		return;
	/* Two levels: what carries others is nobody's child. */
	if (str_eq(m->parent, c->id) || c->children.n > 0) {
		step_refuse(s, "CYCLE");
		return;
	}
	if (!dispatcher_only_tasks(s))
		return;
	dispatcher_way_found(s, c);
	dispatcher_promise_rests(s, c);
	dispatcher_withdraw_all(s, STR("merged"));
	c->parent = m->parent;
	step_emit(s, &msg_casefile_merged_desc,
	    &(struct msg_casefile_merged){
		.casefile = c->id, .parent = m->parent, .reason = m->reason });
	step_emit_about(s, m->parent, &msg_casefile_joined_desc,
	    &(struct msg_casefile_joined){ .casefile = m->parent,
		.child = c->id,
		.finish_by = c->finish_by,
		.reporters = strs_distinct(
		    s->arena, strs_add(s->arena, c->reporters, c->reporter)) });
	dispatcher_cause_over(s, c->id, NULL);
}

/* What keeps C from carrying another one; NULL: nothing. */
static const char *
why_not(struct step *s, const struct row_casefile *c)
{
	int64_t most =
	    registry_number(s->registry, "casefile.children.max", s->at, 0);

	if (c == NULL)
		return "unknown";
	if (step_in(s, THING_CASEFILE, HEAD(c), IN(CASEFILE_MERGED)))
		return "merged";
	if (!step_in(s, THING_CASEFILE, HEAD(c),
		IN(CASEFILE_OPENED) | IN(CASEFILE_IN_HAND) |
		    IN(CASEFILE_HANDLED)))
		return "ended";
	return (int64_t)c->children.n >= most ? "full" : NULL;
}

static void
add_child(struct step *s, struct row_casefile *c, struct str child)
{
	c->children = strs_add(s->arena, c->children, child);
	step_touch(s, HEAD(c));
}

/* The earlier promise counts, for the work that is under way too. */
static void
hurry(struct step *s, struct row_casefile *c, int64_t finish_by)
{
	if (finish_by >= c->finish_by)
		return;
	c->finish_by = finish_by;
	if (c->overall_by > 0)
		dispatcher_promise_runs(s, c, (struct str){ NULL, 0 });
	for (struct row_head *r = step_next(s, THING_TASK, NULL); r != NULL;
	     r = step_next(s, THING_TASK, r)) {
		struct row_task *t = (struct row_task *)r;

		if (!step_in(s, THING_TASK, r, TASK_UNDONE) ||
		    t->finish_by <= finish_by)
			continue;
		dispatcher_set_finish(s, t, dispatcher_until(s, finish_by));
	}
}

/* Said about the parent; AIM_NEW, for there may be no such casefile. */
void
dispatcher_casefile_joined(struct step *s)
{
	const struct msg_casefile_joined *m = s->msg;
	struct row_casefile *c = dispatcher_casefile(s);
	const char *why = why_not(s, c);

	if (why != NULL) {
		step_emit_about(s, m->child, &msg_casefile_parted_desc,
		    &(struct msg_casefile_parted){ .casefile = m->child,
			.parent = m->casefile,
			.why = str_of(why) });
		return;
	}
	add_child(s, c, m->child);
	c->reporters = strs_join(s->arena, c->reporters, m->reporters);
	hurry(s, c, m->finish_by);
}

/* Whoever reports the same is a reporter of it (报办分离). */
void
dispatcher_report_added(struct step *s)
{
	const struct msg_report_added *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (m->officer.n == 0 || strs_has(c->reporters, m->officer))
		return;
	c->reporters = strs_add(s->arena, c->reporters, m->officer);
	step_touch(s, s->row);
}

/* It needs a way of its own after all, unless others work on it already. */
void
dispatcher_casefile_parted(struct step *s)
{
	const struct msg_casefile_parted *m = s->msg;
	struct row_casefile *c = (struct row_casefile *)s->row;

	if (!str_eq(c->parent, m->parent))
		return;
	c->parent = (struct str){ NULL, 0 };
	if (dispatcher_open_work(s).n > 0) {
		step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_IN_HAND);
		dispatcher_promise_runs(s, c, (struct str){ NULL, 0 });
		return;
	}
	step_move(s, THING_CASEFILE, HEAD(c), CASEFILE_OPENED);
	dispatcher_await_way(s, c);
}
