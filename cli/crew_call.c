/* What staff do about calls (呼应): raise, come, work, release, grade. */
#include "cli/crew.h"

void
crew_plan_call(struct play *p, struct memory *m, const struct script *s,
    struct str class, int64_t at)
{
	struct str room = crew_room_of(p, m->division);
	bool urgent = str_is(class, "emergency");

	PLAN(p,
	    urgent ? crew_after(m, at, m->number, "call", 2, 6)
		   : crew_by_day(crew_after(m, at, m->number, "call", 20, 90)),
	    m, call_raise, "called", .casefile = m->number, .class = class,
	    .main = s->main_unit, .assisting = s->assisting,
	    .reason =
		STR("看得见、管不了：超出本级职权或能力，请县级部门到场。"),
	    .approvers = crew_approvers(p, m), .unit = room,
	    .officer = crew_somebody(p, room, NULL, STR("")));
}

void
crew_on_call_raised(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_raised *f = msg;

	(void)at;
	m->called = true;
	m->call_class = crew_keep(p, f->class);
}

void
crew_on_call_unit_asked(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_unit_asked *f = msg;
	struct str call = crew_keep(p, f->call), unit = crew_keep(p, f->unit);
	struct str who = crew_somebody(p, unit, NULL, STR(""));
	struct str key =
	    arena_printf(p->arena, "%.*s %.*s", STR_ARG(call), STR_ARG(unit));
	int64_t span = (f->report_in_by - at) / MINUTE_MS;
	bool urgent = str_is(m->call_class, "emergency");
	int percent = crew_dice(m, key, "come") < 85
			  ? 30 + (int)crew_dice(m, key, "pace") * 6 / 10
			  : 110 + (int)crew_dice(m, key, "pace");
	int64_t there = at + span * percent / 100 * MINUTE_MS;

	PLAN(p, crew_after(m, at, key, "sign", 2, urgent ? 8 : 50), m,
	    call_sign, NULL, .call = call, .unit = unit, .officer = who);
	PLAN(p, urgent ? there : crew_by_day(there), m, call_report_in, NULL,
	    .call = call, .unit = unit, .officer = crew_or_unknown(who),
	    .vouched = true);
}

void
crew_on_call_gathered(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_gathered *f = msg;
	struct str call = crew_keep(p, f->call), main = crew_keep(p, f->main);
	struct str who = crew_somebody(p, main, NULL, STR(""));
	bool urgent = str_is(m->call_class, "emergency");

	/* One in ten wants to go before it may. */
	if (crew_dice(m, call, "leave") < 10)
		PLAN(p, crew_after(m, at, call, "go", 5, 20), m, call_leave,
		    NULL, .call = call, .unit = main, .officer = who);
	PLAN(p,
	    urgent ? crew_after(m, at, call, "done", 40, 300)
		   : crew_by_day(crew_after(m, at, call, "done", 600, 2000)),
	    m, call_submit, NULL, .call = call, .unit = main,
	    .officer = crew_or_unknown(who),
	    .result = STR("多部门到场会办，险情已排除，责任已明确。"));
}

void
crew_on_call_submitted(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_submitted *f = msg;
	struct str call = crew_keep(p, f->call),
		   room = crew_room_of(p, m->division);

	PLAN(p, crew_after(m, at, call, "check", 10, 60), m, call_release, NULL,
	    .call = call, .unit = room,
	    .officer = crew_somebody(p, room, NULL, STR("")));
}

void
crew_on_call_released(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_released *f = msg;
	const struct script *s = crew_script(m);
	struct str call = crew_keep(p, f->call),
		   room = crew_room_of(p, m->division);

	if (s == NULL)
		return;
	for (size_t i = 0; i <= s->assisting.n; i++) {
		struct str unit = i == 0 ? s->main_unit : s->assisting.p[i - 1];

		PLAN(p, crew_by_day(crew_after(m, at, unit, "grade", 60, 400)),
		    m, call_grade, NULL, .call = call, .graded = unit,
		    .score = 70 + (int64_t)crew_dice(m, unit, "score") * 3 / 10,
		    .unit = room);
	}
}
