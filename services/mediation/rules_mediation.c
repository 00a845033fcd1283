/* A mediation from the application until it ends. */
#include "services/mediation/rules.h"

void
mediation_case_remember(struct step *s)
{
	const struct msg_casefile_opened *m = s->msg;
	struct row_mediation_case *c;

	if (mediation_case(s) != NULL)
		return;
	c = step_new(s, THING_CASE, CASE_KNOWN);
	c->matter = m->matter;
	c->opened_at = s->at;
}

/* The whole time runs from the first acceptance, however often it climbs. */
static struct due
within_whole(struct step *s, const struct row_mediation *md, struct due due)
{
	if (md->began_at == 0)
		return due;
	return due_min(due, step_due(s, "mediation.period", md->began_at));
}

/* Silence is the parties' own: the limit binds no unit. */
static void
ask_consent(struct step *s, struct row_mediation *md, int64_t from)
{
	struct due due =
	    within_whole(s, md, step_due(s, "mediation.consent", from));

	md->consented = (struct strs){ NULL, 0 };
	md->consent_by = due.at;
	step_arm(s, s->row, "consent", ARM_QUIET, STR(""), due);
}

/* Art. 17: where a party has refused, nobody asks again. */
static bool
is_refused(struct step *s, struct strs parties)
{
	for (struct row_head *r = step_next(s, THING_MEDIATION, NULL);
	     r != NULL; r = step_next(s, THING_MEDIATION, r)) {
		const struct row_mediation *md =
		    (const struct row_mediation *)r;

		if (md->declined.n > 0 && strs_has(parties, md->declined))
			return true;
	}
	return false;
}

static bool
same_parties(struct strs a, struct strs b)
{
	for (size_t i = 0; i < a.n; i++)
		if (!strs_has(b, a.p[i]))
			return false;
	return a.n == b.n;
}

static bool
is_open(struct step *s, struct strs parties)
{
	for (struct row_head *r = step_next(s, THING_MEDIATION, NULL);
	     r != NULL; r = step_next(s, THING_MEDIATION, r))
		if (step_in(s, THING_MEDIATION, r,
			IN(MEDIATION_APPLIED) | IN(MEDIATION_IN_MEDIATION)) &&
		    same_parties(
			((const struct row_mediation *)r)->parties, parties))
			return true;
	return false;
}

/* What speaks against an application; NULL: nothing. */
static const char *
apply_fault(
    struct step *s, const struct row_mediation_case *c, struct strs parties)
{
	const struct msg_mediation_apply *m = s->msg;

	if (str_is(m->kind, "crime") || str_is(m->kind, "adjudicated"))
		return "KIND_EXCLUDED";
	if (parties.n < 2)
		return "PARTIES_TOO_FEW";
	if (is_refused(s, parties))
		return "REFUSED_BEFORE";
	if (is_open(s, parties))
		return "MEDIATION_OPEN";
	if (mediation_rung(s, c, m->level).level == LEVEL_NONE)
		return "NO_COMMITTEE";
	return NULL;
}

static void
open_mediation(
    struct step *s, const struct row_mediation_case *c, struct strs parties)
{
	const struct msg_mediation_apply *m = s->msg;
	struct rung rung = mediation_rung(s, c, m->level);
	struct row_mediation *md =
	    step_new(s, THING_MEDIATION, MEDIATION_APPLIED);

	/* It lies where the casefile lies, wherever the sender sits. */
	md->division = c->division;
	s->row = (struct row_head *)md;
	md->kind = m->kind;
	md->level = mediation_level_name(rung.level);
	md->unit = rung.committee->code;
	md->applicant = m->unit;
	md->parties = parties;
	md->applied_at = s->at;
	ask_consent(s, md, s->at);
	step_emit(s, &msg_mediation_applied_desc,
	    &(struct msg_mediation_applied){ md->id, md->kind, md->level,
		md->unit, md->parties, md->consent_by });
}

void
mediation_apply(struct step *s)
{
	const struct msg_mediation_apply *m = s->msg;
	const struct row_mediation_case *c = mediation_case(s);
	struct strs parties = strs_distinct(s->arena, m->parties);
	const char *fault;

	if (c == NULL || !str_eq(c->id, m->casefile)) {
		step_refuse(s, "UNKNOWN_ID");
		return;
	}
	if (step_unit(s, m->unit) == NULL || !step_person(s, m->officer))
		return;
	fault = apply_fault(s, c, parties);
	if (fault != NULL)
		step_refuse(s, fault);
	else
		open_mediation(s, c, parties);
}

static void
begin(struct step *s, struct row_mediation *md)
{
	struct due total, level;

	if (md->began_at == 0) {
		md->began_at = s->at;
		total = step_due(s, "mediation.period", s->at);
		md->total_by = total.at;
		/* When it ends the mediation ends; nobody is late. */
		step_arm(s, s->row, "total", ARM_QUIET, STR(""), total);
	}
	level = within_whole(s, md, mediation_level_due(s, md->level, s->at));
	md->level_by = level.at;
	step_meet(s, s->row, "consent");
	step_arm(s, s->row, "level", ARM_DUTY, md->unit, level);
	step_move(s, THING_MEDIATION, s->row, MEDIATION_IN_MEDIATION);
	step_emit(s, &msg_mediation_accepted_desc,
	    &(struct msg_mediation_accepted){
		md->id, md->level, md->unit, md->level_by, md->total_by });
}

/* A party of MD whose word was heard where it may be; else refuses. */
static bool
is_heard(struct step *s, const struct row_mediation *md, struct str party,
    struct str unit, struct str officer)
{
	if (str_eq(unit, md->applicant)) {
		if (step_unit(s, unit) == NULL || !step_person(s, officer))
			return false;
	} else if (!mediation_hears(s, md->unit, unit, officer)) {
		return false;
	}
	if (strs_has(md->parties, party))
		return true;
	step_refuse(s, "UNKNOWN_PARTY");
	return false;
}

void
mediation_consent(struct step *s)
{
	const struct msg_mediation_consent *m = s->msg;
	struct row_mediation *md = (struct row_mediation *)s->row;

	if (!is_heard(s, md, m->party, m->unit, m->officer))
		return;
	if (strs_has(md->consented, m->party)) {
		step_refuse(s, "CONSENTED_BEFORE");
		return;
	}
	md->consented = strs_add(s->arena, md->consented, m->party);
	step_touch(s, s->row);
	step_emit(s, &msg_mediation_consented_desc,
	    &(struct msg_mediation_consented){
		md->id, m->party, (int64_t)(md->parties.n - md->consented.n) });
	if (md->consented.n == md->parties.n)
		begin(s, md);
}

static void
end(struct step *s, struct str why, struct str ways)
{
	struct row_mediation *md = (struct row_mediation *)s->row;

	md->why = why;
	step_meet_all(s, s->row);
	step_emit(s, &msg_mediation_ended_desc,
	    &(struct msg_mediation_ended){ md->id, md->unit, why, ways });
}

void
mediation_decline(struct step *s)
{
	const struct msg_mediation_decline *m = s->msg;
	struct row_mediation *md = (struct row_mediation *)s->row;

	if (!is_heard(s, md, m->party, m->unit, m->officer))
		return;
	md->declined = m->party;
	end(s, STR("declined"), STR(""));
}

/* Silence is no consent; it is no refusal either, one may ask again. */
void
mediation_silence(struct step *s)
{
	end(s, STR("no_consent"), STR(""));
}

void
mediation_time_over(struct step *s)
{
	end(s, STR("time_over"), STR(""));
}

static void
climb_to(struct step *s, struct rung rung, struct str why, int64_t from)
{
	struct row_mediation *md = (struct row_mediation *)s->row;

	md->level = mediation_level_name(rung.level);
	md->unit = rung.committee->code;
	md->level_by = 0;
	md->climbs++;
	step_meet(s, s->row, "level");
	ask_consent(s, md, from);
	step_emit(s, &msg_mediation_climbed_desc,
	    &(struct msg_mediation_climbed){
		md->id, md->level, md->unit, why, md->consent_by });
}

void
mediation_climb(struct step *s)
{
	const struct msg_mediation_climb *m = s->msg;
	const struct row_mediation *md = (const struct row_mediation *)s->row;
	struct rung above =
	    mediation_rung_above(s, mediation_case(s), md->level);

	if (!mediation_acts(s, md->unit, m->unit, m->officer))
		return;
	if (str_is_blank(m->reason))
		step_refuse(s, "REASON_MISSING");
	else if (above.level == LEVEL_NONE)
		step_refuse(s, "TOP_LEVEL");
	else
		climb_to(s, above, m->reason, s->at);
}

/*
 * Nothing lies above the top level, and only the whole time ends what the
 * parties still want: there it goes on, and the committee was reminded.
 */
void
mediation_level_over(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	const struct row_mediation *md = (const struct row_mediation *)s->row;
	struct rung above =
	    mediation_rung_above(s, mediation_case(s), md->level);

	if (above.level == LEVEL_NONE || m->due_at >= md->total_by)
		return;
	climb_to(s, above, STR("the time of the level is over"), m->due_at);
	step_move(s, THING_MEDIATION, s->row, MEDIATION_APPLIED);
}

void
mediation_fail(struct step *s)
{
	const struct msg_mediation_fail *m = s->msg;
	const struct row_mediation *md = (const struct row_mediation *)s->row;

	if (!mediation_acts(s, md->unit, m->unit, m->officer))
		return;
	if (str_is_blank(m->ways))
		step_refuse(s, "WAYS_MISSING");
	else if (mediation_rung_above(s, mediation_case(s), md->level).level !=
		 LEVEL_NONE)
		step_refuse(s, "HIGHER_LEVEL");
	else
		end(s, STR("failed"), m->ways);
}
