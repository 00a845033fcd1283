/* What the desk does: decide a report, close a casefile, call back. */
#include "cli/crew.h"

/* What a report of somebody else is: as its sender or its words say. */
static struct str
matter_of(struct play *p, const struct msg_report_received *f, int64_t at)
{
	const struct msg_proposal *proposed = f->proposals.p;
	const struct row_matter *first;
	size_t i = 0;

	if (f->matter.n > 0)
		return crew_keep(p, f->matter);
	if (f->proposals.n > 0)
		return crew_keep(p, proposed[0].matter);
	first = registry_next(p->registry, TABLE_matter, at, &i);
	return first != NULL ? first->code : STR("");
}

void
crew_on_report_received(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct script *s = crew_script(m);
	struct str desk = crew_room_of(p, m->division);
	int64_t when = crew_after(m, at, m->number, "desk", 3, 11);

	if (s == NULL && !p->staff)
		return;
	if (s == NULL)
		PLAN(p, when, m, report_accept, "decided", .report = m->number,
		    .matter = matter_of(p, msg, at), .unit = desk,
		    .officer = crew_somebody(p, desk, NULL, STR("")));
	else if (s->accept)
		PLAN(p, when, m, report_accept, "decided", .report = m->number,
		    .matter = s->matter, .unit = desk,
		    .officer = crew_somebody(p, desk, NULL, STR("")));
	else
		PLAN(p, when, m, report_refuse, "decided", .report = m->number,
		    .kind = s->refuse_kind, .way = s->way, .unit = desk,
		    .officer = crew_somebody(p, desk, NULL, STR("")));
}

/* Most of what is told is there. */
void
crew_on_check_asked(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_report_check_asked *f = msg;
	struct str who = crew_keep(p, f->checker);

	/* What they see decides; the desk need not. */
	m->decided = true;
	PLAN(p, crew_after(m, at, m->number, "look", 6, 24), m,
	    report_answer_check, NULL, .report = m->number, .found = true,
	    .seen = STR("现场核查属实"), .officer = who);
}

void
crew_on_report_decided(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	(void)p;
	(void)msg;
	(void)at;
	m->decided = true;
}

void
crew_on_casefile_opened(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_casefile_opened *f = msg;
	const struct row_matter *matter =
	    registry_matter(p->registry, f->matter, at);
	const struct script *s = crew_script(m);

	m->matter = crew_keep(p, f->matter);
	if (matter == NULL || s == NULL)
		return;
	if (s->need_call && !str_is(matter->call_class, "none"))
		crew_plan_call(p, m, s, matter->call_class, at);
	else if (str_is(s->path, "mediation"))
		crew_plan_mediation(p, m, at);
}

void
crew_on_casefile_handled(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_casefile_handled *f = msg;
	struct str room = crew_room_of(p, m->division);

	if (f->verify_by > 0)
		PLAN(p, crew_after(m, at, m->number, "look", 5, 18), m,
		    casefile_verify, NULL, .casefile = m->number, .ok = true,
		    .found = STR("现场已核实"), .unit = room,
		    .officer = crew_somebody(p, room, NULL, STR("")));
	PLAN(p, crew_by_day(crew_after(m, at, m->number, "close", 20, 240)), m,
	    casefile_close, NULL, .casefile = m->number,
	    .outcome = crew_dice(m, m->number, "outcome") < 86
			   ? STR("solved")
			   : STR("explained"),
	    .unit = room, .officer = crew_somebody(p, room, NULL, STR("")));
}

void
crew_on_callback_opened(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_callback_opened *f = msg;
	struct str id = crew_keep(p, f->callback);
	struct str hotline =
	    crew_unit_of(p, "county_centre", registry_county_of(m->division));
	unsigned answer = crew_dice(m, id, "answer");

	if (crew_dice(m, id, "there") < 6) {
		PLAN(p, crew_by_day(crew_after(m, at, id, "call", 120, 900)), m,
		    callback_try, NULL, .callback = id, .unit = hotline);
		return;
	}
	PLAN(p, crew_by_day(crew_after(m, at, id, "call", 120, 900)), m,
	    callback_record, NULL, .callback = id,
	    .contacted = crew_dice(m, id, "contact") < 97,
	    .solved = !f->open && answer < 90,
	    .satisfied = answer < 68   ? STR("yes")
			 : answer < 88 ? STR("basic")
				       : STR("no"),
	    .unit = hotline);
}

/* In the evening the household hears why it is not done, mostly. */
void
crew_on_visit_opened(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_visit_opened *f = msg;
	struct str id = crew_keep(p, f->request);

	if (crew_dice(m, id, "word") < 80)
		PLAN(p,
		    f->night_at - 4 * HOUR_MS < at ? at + 10 * MINUTE_MS
						   : f->night_at - 4 * HOUR_MS,
		    m, visit_explain, "submitted", .request = id,
		    .why = STR("已派单，办结后再来回访"),
		    .unit = crew_keep(p, f->unit));
}

void
crew_on_visit_look_asked(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_visit_look_asked *f = msg;
	struct str id = crew_keep(p, f->request);

	PLAN(p, crew_by_day(crew_after(m, at, id, "look", 1440, 4320)), m,
	    visit_look_back, NULL, .request = id, .solved = true,
	    .seen = STR("现场与答复一致"), .unit = crew_keep(p, f->unit));
}
