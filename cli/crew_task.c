/* What staff do about tasks: sign, hand in, check, send back. */
#include "cli/crew.h"

/* Who waits is spoken to, and where it matters somebody is soon there. */
static void
plan_presence(struct play *p, struct memory *m,
    const struct msg_task_assigned *f, struct str who, const char *unless,
    int64_t at)
{
	struct str task = crew_keep(p, f->task), unit = crew_keep(p, f->unit);

	if (f->contact_by > 0)
		PLAN(p, crew_by_day(crew_after(m, at, task, "speak", 5, 14)), m,
		    task_contact, unless, .task = task, .way = STR("phone"),
		    .unit = unit, .officer = who);
	if (f->onsite_by > 0)
		PLAN(p, crew_after(m, at, task, "arrive", 9, 16), m,
		    task_arrive, unless, .task = task, .unit = unit,
		    .officer = who);
}

void
crew_on_task_assigned(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_task_assigned *f = msg;
	struct str task = crew_keep(p, f->task), unit = crew_keep(p, f->unit);
	struct str who = crew_somebody(p, unit, NULL, STR(""));
	int64_t length = f->finish_by - at;
	unsigned luck = crew_dice(m, task, "pace");
	/* A call does not take the step of a bundle away. */
	const char *unless = f->step.n > 0 ? NULL : "gone";
	int64_t done;

	m->giver = crew_keep(p, f->from);
	m->sent_back = 0;

	PLAN(p, crew_by_day(crew_after(m, at, task, "sign", 8, 45)), m,
	    task_sign, unless, .task = task, .unit = unit, .officer = who);
	plan_presence(p, m, f, who, unless, at);
	if (f->rework == 0 && f->step.n == 0 &&
	    crew_dice(m, task, "return") < 3)
		PLAN(p, crew_by_day(crew_after(m, at, task, "back", 60, 120)),
		    m, return_ask, unless, .task = task,
		    .reason = STR("清单中不属本单位职责。"), .unit = unit,
		    .officer = who);
	/* Nine in ten in time; the rest up to a third late. */
	done =
	    at + length *
		     (luck < 90 ? 15 + luck * 3 / 4 : 105 + (luck - 90) * 3) /
		     100;
	PLAN(p, crew_by_day(done), m, task_submit, unless, .task = task,
	    .unit = unit, .officer = crew_or_unknown(who),
	    .result = STR("已到现场处置，情况已核实，前后照片已上传。"));
}

void
crew_on_task_submitted(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_task_submitted *f = msg;
	struct str task = crew_keep(p, f->task);
	struct str room = f->from.n > 0 ? crew_keep(p, f->from) : m->giver;
	struct str checker = crew_somebody(p, room, NULL, f->officer);

	/* One in twenty is sent back, up to three times. */
	if (crew_dice(m, task, "content") < 95 ||
	    m->sent_back > crew_dice(m, task, "faults") % 3)
		PLAN(p, crew_by_day(crew_after(m, at, task, "check", 20, 200)),
		    m, task_accept, NULL, .task = task, .unit = room,
		    .officer = checker);
	else
		PLAN(p, crew_by_day(crew_after(m, at, task, "check", 20, 200)),
		    m, task_reject, NULL, .task = task, .unit = room,
		    .officer = checker,
		    .missing = STR("缺少处置后照片，请补充。"));
}

void
crew_on_task_rejected(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_task_rejected *f = msg;
	struct str unit = crew_keep(p, f->unit);
	struct str who = crew_somebody(p, unit, NULL, STR(""));

	m->sent_back = f->n;
	PLAN(p, crew_by_day(crew_after(m, at, f->task, "again", 120, 600)), m,
	    task_submit, NULL, .task = crew_keep(p, f->task), .unit = unit,
	    .officer = crew_or_unknown(who),
	    .result = STR("已补充照片和说明。"));
}

void
crew_on_return_asked(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_return_asked *f = msg;
	struct str room = m->giver;

	PLAN(p, crew_by_day(crew_after(m, at, f->task, "answer", 30, 180)), m,
	    return_decline, NULL, .task = crew_keep(p, f->task),
	    .reason = STR("清单列明由你单位牵头，请继续办理。"), .unit = room);
}
