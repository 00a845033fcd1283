/* What staff do about calls (呼应): raise, come, work, release, grade. */
#include "cli/crew.h"

void
crew_plan_call(struct play *p, struct memory *m, const struct script *s,
    struct str class, int64_t at)
{
	struct str room = crew_room_of(p, m->division);
	struct str reason =
	    STR("看得见、管不了：超出本级职权或能力，请县级部门到场。");

	if (str_is(class, "emergency")) {
		at = crew_after(m, at, m->number, "call", 2, 6);
		PLAN(p, at, m, call_raise, "called", .casefile = m->number,
		    .class = class, .main = s->main_unit,
		    .assisting = s->assisting, .reason = reason, .unit = room,
		    .officer = crew_on_duty(p, room, at));
		return;
	}
	at = crew_by_day(crew_after(m, at, m->number, "call", 10, 30));
	PLAN(p, at, m, call_draft, "called", .casefile = m->number,
	    .class = class, .main = s->main_unit, .assisting = s->assisting,
	    .reason = reason, .unit = room,
	    .officer = crew_on_duty(p, room, at));
}

/* Somebody of UNIT who leads: on duty, else anybody. */
static struct str
leader_of(struct play *p, struct str unit, int64_t at)
{
	struct str who = crew_on_duty(p, unit, at);

	return who.n > 0
		   ? who
		   : crew_or_unknown(crew_somebody(p, unit, "leader", STR("")));
}

/* A leader of UNIT says yes, soon. */
static void
plan_word(struct play *p, struct memory *m, struct str call, struct str unit,
    int64_t at)
{
	at = crew_by_day(crew_after(m, at, unit, "approve", 5, 60));
	PLAN(p, at, m, call_approve, NULL, .call = call, .unit = unit,
	    .officer = leader_of(p, unit, at));
}

void
crew_on_call_drafted(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_drafted *f = msg;

	plan_word(p, m, crew_keep(p, f->call), crew_keep(p, f->waits_for), at);
}

void
crew_on_call_approved(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_approved *f = msg;

	if (f->waits_for.n > 0)
		plan_word(p, m, crew_keep(p, f->call),
		    crew_keep(p, f->waits_for), at);
}

void
crew_on_call_raised(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_raised *f = msg;
	struct str head =
	    crew_unit_of(p, "leader_office", registry_township_of(m->division));

	m->called = true;
	m->gathered = false;
	m->submitted = false;
	m->call_over = false;
	m->missed = STR("");
	m->call_class = crew_keep(p, f->class);
	if (f->confirm_by == 0)
		return;
	if (head.n == 0)
		head = crew_unit_of(
		    p, "leader_office", registry_county_of(m->division));
	at = crew_by_day(crew_after(m, at, f->call, "confirm", 60, 300));
	PLAN(p, at, m, call_confirm, NULL, .call = crew_keep(p, f->call),
	    .emergency = true, .unit = head, .officer = leader_of(p, head, at));
}

/* Who of the room has seen that they are there. */
static struct str
eye(struct play *p, const struct memory *m)
{
	struct str room = crew_room_of(p, m->division);

	return crew_or_unknown(crew_somebody(p, room, NULL, STR("")));
}

static void
plan_coming(struct play *p, struct memory *m, struct str call, struct str unit,
    int64_t at)
{
	PLAN(p, at, m, call_report_in, "over", .call = call, .unit = unit,
	    .officer = crew_or_unknown(crew_somebody(p, unit, NULL, STR(""))),
	    .voucher = eye(p, m));
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
	    call_sign, "over", .call = call, .unit = unit, .officer = who);
	if (!urgent)
		PLAN(p, crew_after(m, at, key, "contact", 55, 110), m,
		    call_contact, "over", .call = call, .unit = unit,
		    .officer = who);
	plan_coming(p, m, call, unit, urgent ? there : crew_by_day(there));
}

/* Shown again, long enough before the limit; one in fifty forgets. */
static void
plan_recheck(struct play *p, struct memory *m, struct str call, struct str unit,
    int64_t by)
{
	bool urgent = str_is(m->call_class, "emergency");
	int64_t at = by - (urgent ? 12 : 660) * MINUTE_MS;

	if (crew_dice(m,
		arena_printf(p->arena, "%.*s %lld", STR_ARG(unit),
		    (long long)(by / MINUTE_MS)),
		"forget") >= 2)
		PLAN(p, at, m, call_recheck, "over", .call = call, .unit = unit,
		    .voucher = eye(p, m));
}

void
crew_on_call_reported_in(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_reported_in *f = msg;
	struct str call = crew_keep(p, f->call), unit = crew_keep(p, f->unit);
	bool urgent = str_is(m->call_class, "emergency");

	plan_recheck(p, m, call, unit, f->recheck_by);
	if (str_is(f->role, "assisting"))
		PLAN(p, crew_after(m, at, unit, "part", 5, urgent ? 30 : 300),
		    m, call_file_part, "over", .call = call, .unit = unit,
		    .result = STR("本部门配合事项已完成。"));
}

void
crew_on_presence_confirmed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_presence_confirmed *f = msg;

	(void)at;
	plan_recheck(
	    p, m, crew_keep(p, f->call), crew_keep(p, f->unit), f->recheck_by);
}

void
crew_on_presence_lost(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_presence_lost *f = msg;

	plan_coming(p, m, crew_keep(p, f->call), crew_keep(p, f->unit),
	    crew_after(m, at, f->unit, "back", 5, 25));
}

void
crew_on_call_unit_missed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_unit_missed *f = msg;

	(void)at;
	m->missed = arena_printf(
	    p->arena, "%.*s %.*s", STR_ARG(m->missed), STR_ARG(f->unit));
}

static void
plan_submit(struct play *p, struct memory *m, struct str call, struct str main,
    int64_t at)
{
	PLAN(p, at, m, call_submit, "submitted", .call = call, .unit = main,
	    .officer = crew_or_unknown(crew_somebody(p, main, NULL, STR(""))),
	    .result = STR("多部门到场会办，险情已排除，责任已明确。"));
}

/* Who waited for this part can say now that it is done. */
void
crew_on_call_part_filed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_part_filed *f = msg;
	const struct script *s = crew_script(m);

	if (m->gathered && s != NULL)
		plan_submit(p, m, crew_keep(p, f->call), s->main_unit,
		    crew_after(m, at, f->unit, "then", 310, 330));
}

void
crew_on_call_gathered(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_gathered *f = msg;
	struct str call = crew_keep(p, f->call), main = crew_keep(p, f->main);
	struct str who = crew_somebody(p, main, NULL, STR(""));
	bool urgent = str_is(m->call_class, "emergency");

	m->gathered = true;
	/* One in ten wants to go before it may. */
	if (crew_dice(m, call, "leave") < 10)
		PLAN(p, crew_after(m, at, call, "go", 5, 20), m, call_leave,
		    NULL, .call = call, .unit = main, .officer = who);
	plan_submit(p, m, call, main,
	    urgent ? crew_after(m, at, call, "done", 40, 300)
		   : crew_by_day(crew_after(m, at, call, "done", 600, 2000)));
}

void
crew_on_call_submitted(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_submitted *f = msg;
	struct str call = crew_keep(p, f->call),
		   room = crew_room_of(p, m->division);

	m->submitted = true;
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

	m->call_over = true;
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

static bool
has_missed(const struct memory *m, struct str unit)
{
	struct str rest = m->missed, one;

	while (str_next(&rest, ' ', &one))
		if (str_eq(one, unit))
			return true;
	return false;
}

/* Who has its grade gives one back, if it was there. */
void
crew_on_call_graded(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_graded *f = msg;
	struct str unit = crew_keep(p, f->unit);

	if (has_missed(m, unit))
		return;
	PLAN(p, crew_by_day(crew_after(m, at, unit, "back", 20, 200)), m,
	    call_grade_back, NULL, .call = crew_keep(p, f->call), .unit = unit,
	    .score = 75 + (int64_t)crew_dice(m, unit, "grade back") / 4);
}
