/*
 * The crew: what staff would do on each fact, and when.  A choice between
 * ways (late or in time, content or not) is a hash of what it is about, so
 * that a play is always the same play.
 */
#include "cli/play.h"

#include "common/base/id.h"

#include <stdio.h>
#include <string.h>

/* Somebody of a unit, for its commands. */
struct officer_of {
	struct str unit;
	struct str officer;
	struct str role;
	bool fit; /* certificate valid on the day */
};

/*
 * A number from 0 to 99 that depends on ID and WHAT alone.  Where ID begins
 * with the casefile's number the report's own id stands for it: the number
 * is a place in the journal, and a choice must not hang on that.
 */
static unsigned
dice(const struct memory *m, struct str id, const char *what)
{
	unsigned char hash[HASH_LEN];
	char text[320];
	struct str begin = id;
	int n;

	if (m->report != NULL && str_starts(id, m->number)) {
		begin = m->report->id;
		id = str_cut(id, m->number.n, id.n);
	} else {
		id = STR("");
	}
	n = snprintf(text, sizeof(text), "%.*s%.*s %s", STR_ARG(begin),
	    STR_ARG(id), what);
	must(n > 0 && (size_t)n < sizeof(text));
	id_hash((struct str){ text, (size_t)n }, hash);
	return (unsigned)(hash[0] << 8 | hash[1]) % 100;
}

/* Between FROM and TO minutes from AT, the same for the same thing. */
static int64_t
after(const struct memory *m, int64_t at, struct str id, const char *what,
    int from, int to)
{
	return at + (from + (int64_t)dice(m, id, what) * (to - from) / 100) *
			MINUTE_MS;
}

/* Office hours start at 08:30; people do not call citizens at night. */
static int64_t
by_day(int64_t at)
{
	int64_t day = clock_day(at), start = clock_day_start(day);

	if (at < start + 8 * HOUR_MS + 30 * MINUTE_MS)
		return start + 8 * HOUR_MS + 30 * MINUTE_MS +
		       at % (20 * MINUTE_MS);
	if (at > start + 17 * HOUR_MS + 30 * MINUTE_MS)
		return start + DAY_MS + 8 * HOUR_MS + 30 * MINUTE_MS +
		       at % (20 * MINUTE_MS);
	return at;
}

/* Plans command M of DESC at AT; copied. */
static void
plan(struct play *p, int64_t at, struct memory *about,
    const struct msg_desc *desc, const void *msg, const char *unless)
{
	void *copy = arena_alloc(p->arena, desc->size);

	must(copy != NULL);
	memcpy(copy, msg, desc->size);
	play_plan(p, (struct action){ .at = at,
			 .desc = desc,
			 .msg = copy,
			 .about = about,
			 .unless = unless });
}
#define PLAN(p, at, about, m, unless, ...)                                     \
	plan((p), (at), (about), &msg_##m##_desc,                              \
	    &(struct msg_##m){ __VA_ARGS__ }, (unless))

/* Texts of facts live only as long as the fact: keep what is needed. */
static struct str
keep(struct play *p, struct str s)
{
	return arena_str(p->arena, s);
}

/* Somebody of UNIT who is not BUT; "" if nobody. */
static struct str
somebody(struct play *p, struct str unit, const char *role, struct str but)
{
	const struct row_unit *u = registry_unit(p->registry, unit, p->now);

	for (size_t i = 0; u != NULL && i < p->n_officers; i++) {
		const struct officer_of *o = &p->officers[i];

		if (str_eq(o->unit, u->code) && o->fit &&
		    !str_eq(o->officer, but) &&
		    (role == NULL || str_is(o->role, role)))
			return o->officer;
	}
	return (struct str){ NULL, 0 };
}

static struct str
unit_of(struct play *p, const char *kind, struct str division)
{
	const struct row_unit *u =
	    registry_unit_of(p->registry, kind, division, p->now);

	return u != NULL ? u->code : (struct str){ NULL, 0 };
}

static struct str
room_of(struct play *p, struct str division)
{
	struct str town = registry_township_of(division);
	struct str room = { NULL, 0 };

	if (town.n > 0)
		room = unit_of(p, "command_room", town);
	return room.n > 0
		   ? room
		   : unit_of(p, "county_centre", registry_county_of(division));
}

static void
on_report_received(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_report_received *f = msg;
	const struct script *s = m->report != NULL ? m->report->script : NULL;
	struct str desk = room_of(p, m->division);
	int64_t when = after(m, at, m->number, "desk", 3, 11);

	(void)f;
	if (s == NULL)
		return;
	if (s->accept)
		PLAN(p, when, m, report_accept, "decided", .report = m->number,
		    .matter = s->matter, .unit = desk,
		    .officer = somebody(p, desk, NULL, STR("")));
	else
		PLAN(p, when, m, report_refuse, "decided", .report = m->number,
		    .kind = s->refuse_kind, .way = s->way, .unit = desk,
		    .officer = somebody(p, desk, NULL, STR("")));
}

static void
on_report_decided(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	(void)p;
	(void)msg;
	(void)at;
	m->decided = true;
}

/* Two of the township's or county's leaders, as the class wants. */
static struct strs
approvers_of(struct play *p, struct memory *m)
{
	struct str *v = arena_alloc(p->arena, 2 * sizeof(*v));
	struct str town =
	    unit_of(p, "leader_office", registry_township_of(m->division));
	size_t n = 0;

	must(v != NULL);
	if (town.n > 0) {
		v[n] = somebody(p, town, "leader", STR(""));
		n += v[n].n > 0;
	}
	for (size_t i = 0; i < p->n_officers && n < 2; i++)
		if (str_is(p->officers[i].role, "leader") &&
		    str_eq(registry_county_of(m->division),
			str_cut(p->officers[i].unit, 0,
			    str_find(p->officers[i].unit, '-'))))
			v[n++] = p->officers[i].officer;
	return (struct strs){ v, n };
}

static void
plan_call(struct play *p, struct memory *m, const struct script *s,
    struct str class, int64_t at)
{
	struct str room = room_of(p, m->division);
	bool urgent = str_is(class, "emergency");

	PLAN(p,
	    urgent ? after(m, at, m->number, "call", 2, 6)
		   : by_day(after(m, at, m->number, "call", 20, 90)),
	    m, call_raise, "called", .casefile = m->number, .class = class,
	    .main = s->main_unit, .assisting = s->assisting,
	    .reason =
		STR("看得见、管不了：超出本级职权或能力，请县级部门到场。"),
	    .approvers = approvers_of(p, m), .unit = room,
	    .officer = somebody(p, room, NULL, STR("")));
}

static struct str
party(struct play *p, struct str number, const char *who)
{
	unsigned char hash[HASH_LEN];
	char hex[HASH_TEXT];
	const struct memory *m = play_memory(p, number, true);
	struct str s = arena_printf(p->arena, "%.*s/%s",
	    STR_ARG(m->report != NULL ? m->report->id : number), who);

	id_hash(s, hash);
	return arena_printf(p->arena, "party-%.16s", id_hex(hash, hex));
}

static void
plan_mediation(struct play *p, struct memory *m, int64_t at)
{
	struct str *parties = arena_alloc(p->arena, 2 * sizeof(*parties));
	struct str room = room_of(p, m->division);

	must(parties != NULL);
	parties[0] = party(p, m->number, "a");
	parties[1] = party(p, m->number, "b");
	PLAN(p, by_day(after(m, at, m->number, "apply", 30, 120)), m,
	    mediation_apply, "elsewhere", .casefile = m->number,
	    .kind = STR("neighbour"), .parties = { parties, 2 }, .unit = room);
}

/* Two of TEAM's officers with certificates; fewer when it has fewer. */
static struct strs
two_officers(struct play *p, struct str team)
{
	struct str *v = arena_alloc(p->arena, 2 * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < p->n_officers && n < 2; i++)
		if (str_eq(p->officers[i].unit, team) && p->officers[i].fit &&
		    str_is(p->officers[i].role, "enforcement_officer"))
			v[n++] = p->officers[i].officer;
	return (struct strs){ v, n };
}

/* The first light item of DOMAIN that the team's town may act on. */
static const struct row_power_item *
item_for(struct play *p, struct str domain, const struct row_unit *team)
{
	const struct row_power_item *items;
	size_t n;

	items = registry_items(p->registry, &n);
	for (size_t i = 0; i < n; i++)
		if (str_eq(items[i].domain_zh, domain) &&
		    items[i].fine_max_fen > 0 && !items[i].heavy &&
		    registry_listed(p->registry, items[i].code, team, p->now) !=
			NULL)
			return &items[i];
	return NULL;
}

static void
plan_penalty(struct play *p, struct memory *m, struct str team_code, int64_t at)
{
	const struct row_matter *matter =
	    registry_matter(p->registry, m->matter, p->now);
	const struct row_unit *team =
	    registry_unit(p->registry, team_code, p->now);
	const struct row_power_item *item =
	    matter != NULL && team != NULL
		? item_for(p, matter->power_domain, team)
		: NULL;

	if (item == NULL)
		return;
	PLAN(p, by_day(after(m, at, m->number, "file", 60, 240)), m,
	    penalty_file, "elsewhere", .casefile = m->number,
	    .item = item->code, .severity = STR("light"),
	    .party = party(p, m->number, "offender"),
	    .party_kind = STR("citizen"),
	    .officers = two_officers(p, team_code), .unit = team_code);
}

static void
on_casefile_opened(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_casefile_opened *f = msg;
	const struct row_matter *matter =
	    registry_matter(p->registry, f->matter, at);
	const struct script *s = m->report != NULL ? m->report->script : NULL;

	m->matter = keep(p, f->matter);
	if (matter == NULL || s == NULL)
		return;
	if (s->need_call && !str_is(matter->call_class, "none"))
		plan_call(p, m, s, matter->call_class, at);
	else if (str_is(s->path, "mediation"))
		plan_mediation(p, m, at);
}

static void
on_jurisdiction(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_jurisdiction_determined *f = msg;
	const struct script *s = m->report != NULL ? m->report->script : NULL;

	if (s != NULL && str_is(s->path, "penalty") && !m->elsewhere)
		plan_penalty(p, m, keep(p, f->unit), at);
}

static void
on_task_assigned(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_task_assigned *f = msg;
	struct str task = keep(p, f->task), unit = keep(p, f->unit);
	struct str who = somebody(p, unit, NULL, STR(""));
	int64_t length = f->finish_by - at;
	unsigned luck = dice(m, task, "pace");
	int64_t done;

	m->giver = keep(p, f->from);

	PLAN(p, by_day(after(m, at, task, "sign", 8, 45)), m, task_sign, "gone",
	    .task = task, .unit = unit, .officer = who);
	if (f->rework == 0 && dice(m, task, "return") < 3)
		PLAN(p, by_day(after(m, at, task, "back", 60, 120)), m,
		    return_ask, "gone", .task = task,
		    .reason = STR("清单中不属本单位职责。"), .unit = unit,
		    .officer = who);
	/* Nine in ten in time; the rest up to a third late. */
	done =
	    at + length *
		     (luck < 90 ? 15 + luck * 3 / 4 : 105 + (luck - 90) * 3) /
		     100;
	PLAN(p, by_day(done), m, task_submit, "gone", .task = task,
	    .unit = unit, .officer = who.n > 0 ? who : STR("OF-UNKNOWN"),
	    .result = STR("已到现场处置，情况已核实，前后照片已上传。"));
}

static void
on_task_submitted(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_task_submitted *f = msg;
	struct str task = keep(p, f->task);
	struct str room = m->giver;
	struct str checker = somebody(p, room, NULL, f->officer);

	if (dice(m, task, "content") < 95)
		PLAN(p, by_day(after(m, at, task, "check", 20, 200)), m,
		    task_accept, NULL, .task = task, .unit = room,
		    .officer = checker);
	else
		PLAN(p, by_day(after(m, at, task, "check", 20, 200)), m,
		    task_reject, NULL, .task = task, .unit = room,
		    .officer = checker,
		    .missing = STR("缺少处置后照片，请补充。"));
}

static void
on_task_rejected(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_task_rejected *f = msg;
	struct str unit = keep(p, f->unit);
	struct str who = somebody(p, unit, NULL, STR(""));

	PLAN(p, by_day(after(m, at, f->task, "again", 120, 600)), m,
	    task_submit, NULL, .task = keep(p, f->task), .unit = unit,
	    .officer = who.n > 0 ? who : STR("OF-UNKNOWN"),
	    .result = STR("已补充照片和说明。"));
}

static void
on_return_asked(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_return_asked *f = msg;
	struct str room = m->giver;

	PLAN(p, by_day(after(m, at, f->task, "answer", 30, 180)), m,
	    return_decline, NULL, .task = keep(p, f->task),
	    .reason = STR("清单列明由你单位牵头，请继续办理。"), .unit = room);
}

static void
on_call_raised(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_raised *f = msg;

	(void)at;
	m->called = true;
	m->call_class = keep(p, f->class);
}

static void
on_call_unit_asked(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_unit_asked *f = msg;
	struct str call = keep(p, f->call), unit = keep(p, f->unit);
	struct str who = somebody(p, unit, NULL, STR(""));
	struct str key =
	    arena_printf(p->arena, "%.*s %.*s", STR_ARG(call), STR_ARG(unit));
	int64_t span = (f->report_in_by - at) / MINUTE_MS;
	bool urgent = str_is(m->call_class, "emergency");
	int percent = dice(m, key, "come") < 85
			  ? 30 + (int)dice(m, key, "pace") * 6 / 10
			  : 110 + (int)dice(m, key, "pace");
	int64_t there = at + span * percent / 100 * MINUTE_MS;

	PLAN(p, after(m, at, key, "sign", 2, urgent ? 8 : 50), m, call_sign,
	    NULL, .call = call, .unit = unit, .officer = who);
	PLAN(p, urgent ? there : by_day(there), m, call_report_in, NULL,
	    .call = call, .unit = unit,
	    .officer = who.n > 0 ? who : STR("OF-UNKNOWN"), .vouched = true);
}

static void
on_call_gathered(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_gathered *f = msg;
	struct str call = keep(p, f->call), main = keep(p, f->main);
	struct str who = somebody(p, main, NULL, STR(""));
	bool urgent = str_is(m->call_class, "emergency");

	/* One in ten wants to go before it may. */
	if (dice(m, call, "leave") < 10)
		PLAN(p, after(m, at, call, "go", 5, 20), m, call_leave, NULL,
		    .call = call, .unit = main, .officer = who);
	PLAN(p,
	    urgent ? after(m, at, call, "done", 40, 300)
		   : by_day(after(m, at, call, "done", 600, 2000)),
	    m, call_submit, NULL, .call = call, .unit = main,
	    .officer = who.n > 0 ? who : STR("OF-UNKNOWN"),
	    .result = STR("多部门到场会办，险情已排除，责任已明确。"));
}

static void
on_call_submitted(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_submitted *f = msg;
	struct str call = keep(p, f->call), room = room_of(p, m->division);

	PLAN(p, after(m, at, call, "check", 10, 60), m, call_release, NULL,
	    .call = call, .unit = room,
	    .officer = somebody(p, room, NULL, STR("")));
}

static void
on_call_released(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_call_released *f = msg;
	const struct script *s = m->report != NULL ? m->report->script : NULL;
	struct str call = keep(p, f->call), room = room_of(p, m->division);

	if (s == NULL)
		return;
	for (size_t i = 0; i <= s->assisting.n; i++) {
		struct str unit = i == 0 ? s->main_unit : s->assisting.p[i - 1];

		PLAN(p, by_day(after(m, at, unit, "grade", 60, 400)), m,
		    call_grade, NULL, .call = call, .graded = unit,
		    .score = 70 + (int64_t)dice(m, unit, "score") * 3 / 10,
		    .unit = room);
	}
}

static void
on_casefile_handled(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_casefile_handled *f = msg;
	struct str room = room_of(p, m->division);

	(void)f;
	PLAN(p, by_day(after(m, at, m->number, "close", 20, 240)), m,
	    casefile_close, NULL, .casefile = m->number,
	    .outcome = dice(m, m->number, "outcome") < 86 ? STR("solved")
							  : STR("explained"),
	    .unit = room, .officer = somebody(p, room, NULL, STR("")));
}

static void
on_callback_opened(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_callback_opened *f = msg;
	struct str id = keep(p, f->callback);
	struct str hotline =
	    unit_of(p, "county_centre", registry_county_of(m->division));
	unsigned answer = dice(m, id, "answer");

	if (dice(m, id, "there") < 6) {
		PLAN(p, by_day(after(m, at, id, "call", 120, 900)), m,
		    callback_try, NULL, .callback = id, .unit = hotline);
		return;
	}
	PLAN(p, by_day(after(m, at, id, "call", 120, 900)), m, callback_record,
	    NULL, .callback = id, .contacted = dice(m, id, "contact") < 97,
	    .solved = answer < 90,
	    .satisfied = answer < 68   ? STR("yes")
			 : answer < 88 ? STR("basic")
				       : STR("no"),
	    .unit = hotline);
}

static void
on_penalty_filed(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_penalty_filed *f = msg;
	const struct row_power_item *item =
	    registry_item(p->registry, f->item, at);
	struct str id = keep(p, f->penalty), unit = keep(p, f->unit);
	struct strs two = two_officers(p, unit);
	int64_t fine = item != NULL ? item->fine_max_fen : 0;
	int64_t t = by_day(at + HOUR_MS);

	m->elsewhere = true;
	m->penalty_unit = unit;
	m->fine_fen = fine;
	PLAN(p, t, m, penalty_add_evidence, NULL, .penalty = id,
	    .kind = STR("scene"),
	    .sha256 = STR("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15"
			  "d6c15b0f00a08"),
	    .officers = two, .unit = unit);
	PLAN(p, t = by_day(t + 20 * HOUR_MS), m, penalty_conclude, NULL,
	    .penalty = id, .kind = STR("fine"), .fine_fen = fine, .unit = unit);
	PLAN(p, t = by_day(t + HOUR_MS), m, penalty_notice, NULL, .penalty = id,
	    .rights_told = true, .hearing_told = true, .unit = unit);
	PLAN(p, t = by_day(t + 22 * HOUR_MS), m, penalty_state, NULL,
	    .penalty = id, .waived = true, .unit = unit);
	/* One in three would rather decide without asking the lawyers. */
	if (dice(m, id, "hasty") < 33)
		PLAN(p, t + 10 * MINUTE_MS, m, penalty_decide, NULL,
		    .penalty = id, .number = STR("桐罚〔2026〕001号"),
		    .kind = STR("fine"), .fine_fen = fine, .unit = unit);
	PLAN(p, t = by_day(t + HOUR_MS), m, review_ask, NULL, .penalty = id,
	    .unit = unit);
}

static void
on_review_asked(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_review_asked *f = msg;
	struct str id = keep(p, f->penalty);

	for (size_t i = 0; i < p->n_officers; i++)
		if (str_is(p->officers[i].role, "legal_reviewer")) {
			PLAN(p, by_day(after(m, at, id, "review", 60, 300)), m,
			    review_pass, NULL, .penalty = id,
			    .unit = p->officers[i].unit,
			    .officer = p->officers[i].officer);
			return;
		}
}

static void
on_review_passed(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_review_passed *f = msg;

	PLAN(p, by_day(at + HOUR_MS), m, penalty_decide, NULL,
	    .penalty = keep(p, f->penalty),
	    .number = arena_printf(p->arena, "桐罚〔2026〕%.*s号",
		STR_ARG(str_cut(m->number, 10, m->number.n))),
	    .kind = STR("fine"), .fine_fen = m->fine_fen,
	    .unit = m->penalty_unit);
}

static void
on_penalty_decided(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_penalty_decided *f = msg;
	struct str id = keep(p, f->penalty);

	PLAN(p, by_day(at + HOUR_MS), m, penalty_serve, NULL, .penalty = id,
	    .unit = m->penalty_unit);
	PLAN(p, by_day(at + 26 * HOUR_MS), m, penalty_close, NULL,
	    .penalty = id, .paid_fen = f->fine_fen, .unit = m->penalty_unit);
}

static void
on_mediation_applied(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_mediation_applied *f = msg;
	struct str id = keep(p, f->mediation), unit = keep(p, f->unit);

	m->elsewhere = true;
	for (size_t i = 0; i < f->parties.n; i++) {
		struct str one = keep(p, f->parties.p[i]);

		if (dice(m, one, "willing") < 92)
			PLAN(p, by_day(after(m, at, one, "consent", 30, 300)),
			    m, mediation_consent, NULL, .mediation = id,
			    .party = one, .unit = unit);
		else
			PLAN(p, by_day(after(m, at, one, "consent", 30, 300)),
			    m, mediation_decline, NULL, .mediation = id,
			    .party = one, .unit = unit);
	}
}

static void
on_mediation_climbed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_mediation_climbed *f = msg;
	static const char *const who[] = { "a", "b" };

	for (size_t i = 0; i < ARRAY_LEN(who); i++)
		PLAN(p, by_day(after(m, at, f->mediation, who[i], 30, 300)), m,
		    mediation_consent, NULL, .mediation = keep(p, f->mediation),
		    .party = party(p, m->number, who[i]),
		    .unit = keep(p, f->unit));
}

static void
on_mediation_accepted(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_mediation_accepted *f = msg;
	struct str *both = arena_alloc(p->arena, 2 * sizeof(*both));
	struct str id = keep(p, f->mediation), unit = keep(p, f->unit);
	struct str mediator = somebody(p, unit, "mediator", STR(""));
	bool county = str_is(f->level, "county");

	must(both != NULL);
	both[0] = party(p, m->number, "a");
	both[1] = party(p, m->number, "b");
	/* No mediator down there, or a hard case: one level up. */
	if (!county && (mediator.n == 0 || dice(m, id, "hard") < 20)) {
		PLAN(p, by_day(after(m, at, id, "climb", 300, 1500)), m,
		    mediation_climb, NULL, .mediation = id,
		    .reason = STR("双方分歧较大，本级难以调处。"),
		    .unit = unit);
		return;
	}
	PLAN(p, by_day(after(m, at, id, "agree", 300, 2500)), m, agreement_make,
	    NULL, .mediation = id,
	    .form = dice(m, id, "form") < 70 ? STR("written") : STR("oral"),
	    .sha256 = STR("60303ae22b998861bce3b28f33eec1be758a213c86c93c076db"
			  "e9f558c11c752"),
	    .signed_by = { both, 2 }, .sealed = true, .unit = unit,
	    .officer = mediator.n > 0 ? mediator : STR("OF-UNKNOWN"));
}

static void
on_agreement_made(struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_agreement_made *f = msg;

	PLAN(p, by_day(after(m, at, f->agreement, "perform", 600, 3000)), m,
	    agreement_perform, NULL, .agreement = keep(p, f->agreement),
	    .unit = keep(p, f->unit));
}

static const struct {
	const struct msg_desc *on;
	void (*react)(
	    struct play *p, struct memory *m, const void *msg, int64_t at);
} reactions[] = {
	{ &msg_report_received_desc, on_report_received },
	{ &msg_report_accepted_desc, on_report_decided },
	{ &msg_report_refused_desc, on_report_decided },
	{ &msg_report_merged_desc, on_report_decided },
	{ &msg_casefile_opened_desc, on_casefile_opened },
	{ &msg_jurisdiction_determined_desc, on_jurisdiction },
	{ &msg_task_assigned_desc, on_task_assigned },
	{ &msg_task_submitted_desc, on_task_submitted },
	{ &msg_task_rejected_desc, on_task_rejected },
	{ &msg_return_asked_desc, on_return_asked },
	{ &msg_call_raised_desc, on_call_raised },
	{ &msg_call_unit_asked_desc, on_call_unit_asked },
	{ &msg_call_gathered_desc, on_call_gathered },
	{ &msg_call_submitted_desc, on_call_submitted },
	{ &msg_call_released_desc, on_call_released },
	{ &msg_casefile_handled_desc, on_casefile_handled },
	{ &msg_callback_opened_desc, on_callback_opened },
	{ &msg_penalty_filed_desc, on_penalty_filed },
	{ &msg_review_asked_desc, on_review_asked },
	{ &msg_review_passed_desc, on_review_passed },
	{ &msg_penalty_decided_desc, on_penalty_decided },
	{ &msg_mediation_applied_desc, on_mediation_applied },
	{ &msg_mediation_climbed_desc, on_mediation_climbed },
	{ &msg_mediation_accepted_desc, on_mediation_accepted },
	{ &msg_agreement_made_desc, on_agreement_made },
};

/* The report of the day that began it: its id is the correlation. */
static const struct written *
report_of(struct play *p, struct str id)
{
	for (size_t i = 0; i < p->n_reports; i++)
		if (str_eq(p->reports[i].id, id))
			return &p->reports[i];
	return NULL;
}

void
crew_react(struct play *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, int64_t at)
{
	struct memory *m;

	if (env->subject.n == 0)
		return;
	m = play_memory(p, env->subject, true);
	if (m->division.n == 0)
		m->division = keep(p, env->division);
	if (m->report == NULL)
		m->report = report_of(p, env->correlationid);
	for (size_t i = 0; i < ARRAY_LEN(reactions); i++)
		if (reactions[i].on == desc)
			reactions[i].react(p, m, msg, at);
}

/* A plan may have been overtaken by what happened since. */
bool
crew_still_wants(const struct action *a)
{
	if (a->unless == NULL || a->about == NULL)
		return true;
	if (strcmp(a->unless, "decided") == 0)
		return !a->about->decided;
	if (strcmp(a->unless, "called") == 0)
		return !a->about->called;
	if (strcmp(a->unless, "elsewhere") == 0)
		return !a->about->elsewhere;
	/* "gone": the task was taken back by a call or another way. */
	return !a->about->called && !a->about->elsewhere;
}

static const struct db_query queries[] = {
	{ "crew_officers",
	    "SELECT o.unit, o.id, o.role, o.role <> 'enforcement_officer' OR "
	    "(o.certificate_valid_from <= $1 AND o.certificate_valid_to >= "
	    "$1) AS fit FROM registry.officer o WHERE o.valid_to IS NULL "
	    "ORDER BY 1, 2, 3" },
};

enum rc
crew_open(struct play *p, struct err *e)
{
	struct rows *rows = NULL;

	TRY(db_prepare(p->db, queries, ARRAY_LEN(queries), e));
	args_reset(&p->args);
	args_time(&p->args, p->now);
	TRY(db_exec(p->db, "crew_officers", &p->args, &rows, e));
	p->n_officers = rows_n(rows);
	p->officers =
	    arena_alloc(p->arena, p->n_officers * sizeof(*p->officers));
	must(p->officers != NULL);
	for (size_t i = 0; i < p->n_officers; i++)
		p->officers[i] = (struct officer_of){
			.unit = arena_str(p->arena, rows_str(rows, i, 0)),
			.officer = arena_str(p->arena, rows_str(rows, i, 1)),
			.role = arena_str(p->arena, rows_str(rows, i, 2)),
			.fit = rows_bool(rows, i, 3),
		};
	rows_free(&rows);
	return RC_OK;
}
