/*
 * Reports that are not taken on: of which kind, and where to instead; or
 * questions, answered at once.
 */
#include "services/intake/rules.h"

/* Danger to life goes to 110, 119, 120 or 122. */
static bool
names_line(struct str way)
{
	static const char *const lines[] = { "110", "119", "120", "122" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (str_search(way, str_of(lines[i])) < way.n)
			return true;
	return false;
}

/* Whoever is sent away is told what the kind asks for. */
static bool
is_told(const struct kind *k, const struct msg_report_refuse *m)
{
	if ((k->flags & KIND_LINE) != 0)
		return names_line(m->way);
	if ((k->flags & KIND_FORMER) != 0)
		return m->former.n > 0 || m->way.n > 0;
	return (k->flags & (KIND_WAY | KIND_WORDS)) == 0 || m->way.n > 0;
}

static bool
may_refuse(struct step *s, const struct kind *k)
{
	const struct msg_report_refuse *m = s->msg;

	if (!intake_may_decide(s, m->unit, m->officer))
		return false;
	if (k == NULL)
		step_refuse_because(
		    s, "KIND_UNKNOWN", "%.*s", STR_ARG(m->kind));
	else if (!is_told(k, m))
		step_refuse(s, "WAY_MISSING");
	else if (m->former.n > 0 && (str_eq(m->former, m->report) ||
					!intake_prepared(s)->former.found))
		step_refuse_because(
		    s, "UNKNOWN_FORMER", "%.*s", STR_ARG(m->former));
	return !step_refused(s);
}

/* The county does not wait for anybody to read the list of refusals. */
static void
alarm_county(struct step *s, const struct row_report *r, struct str way)
{
	struct msg_report_alarmed alarmed = {
		.report = r->id,
		.way = way,
		.to = step_county_centre(s, r->division),
		.room = step_room(s, r->division),
		.place = r->place,
		.lat = r->lat,
		.lon = r->lon,
	};

	step_emit(s, &msg_report_alarmed_desc, &alarmed);
}

void
intake_report_refuse(struct step *s)
{
	const struct msg_report_refuse *m = s->msg;
	const struct kind *k = kind_of(m->kind);
	const struct former *former = &intake_prepared(s)->former;
	struct msg_report_refused refused = {
		.report = m->report,
		.kind = m->kind,
		.way = m->way,
	};

	if (!may_refuse(s, k))
		return;
	refused.basis = str_of(k->basis);
	if (m->former.n > 0) {
		refused.former = former->casefile;
		refused.progress = str_of(former->progress);
	}
	step_meet(s, s->row, "accept");
	step_touch(s, s->row);
	step_emit(s, &msg_report_refused_desc, &refused);
	if ((k->flags & KIND_LINE) != 0)
		alarm_county(s, (struct row_report *)s->row, m->way);
}

/* Consultation is answered at once where that can be (Beijing art. 11). */
void
intake_report_answer(struct step *s)
{
	const struct msg_report_answer *m = s->msg;
	struct row_report *r = (struct row_report *)s->row;
	const struct row_matter *matter;
	struct msg_report_answered answered = {
		.report = m->report,
		.matter = m->matter,
		.answer = m->answer,
	};

	if (!intake_may_decide(s, m->unit, m->officer))
		return;
	matter = registry_matter(s->registry, m->matter, s->at);
	if (matter == NULL)
		step_refuse_because(
		    s, "UNKNOWN_MATTER", "%.*s", STR_ARG(m->matter));
	else if (!str_is(matter->kind, "consult"))
		step_refuse(s, "NOT_A_QUESTION");
	if (step_refused(s) || !step_has_reason(s, m->answer))
		return;
	r->matter = m->matter;
	step_meet(s, s->row, "accept");
	step_emit(s, &msg_report_answered_desc, &answered);
}
