/* A penalty case from filing until the party was heard. */
#include "services/enforcement/rules.h"

/* Serves UNIT itself, or its township as 1+X centre or as a branch. */
static bool
serves(struct step *s, const struct row_officer *o, const struct row_unit *unit)
{
	struct str town = registry_township_of(unit->division);
	const struct row_coverage *c;

	if (step_acts_for(s, o->unit, unit->code))
		return true;
	if (town.n == 0)
		return false;
	for (size_t i = 0; (c = registry_next(s->registry, TABLE_coverage,
				s->at, &i)) != NULL;)
		if (str_eq(c->team_unit, o->unit) && str_eq(c->division, town))
			return true;
	return false;
}

/* What is wrong with the certificate on that day; NULL: nothing. */
static const char *
certificate_fault(const struct row_officer *o, int64_t at)
{
	bool enforces = str_is(o->role, "enforcement_officer") ||
			str_is(o->role, "dispatched_cadre");

	if (!enforces || o->certificate_no.n == 0)
		return "CERTIFICATE_MISSING";
	if (registry_certified(o, at))
		return NULL;
	return clock_day(at) < clock_day(o->certificate_valid_from)
		   ? "NOT_YET_VALID"
		   : "CERTIFICATE_EXPIRED";
}

/* Refusals name the id, never the person. */
static bool
officer_may(struct step *s, struct str id, const struct row_unit *unit)
{
	const struct row_officer *o = registry_officer(s->registry, id, s->at);
	const struct row_enforcement_case *c = enforcement_case(s);
	const char *fault;

	if (o == NULL)
		fault = "UNKNOWN_OFFICER";
	else if (!serves(s, o, unit))
		fault = "OFFICER_OTHER_UNIT";
	else if (c != NULL && str_eq(c->reporter, id))
		fault = "REPORTER_IS_HANDLER";
	else
		fault = certificate_fault(o, s->at);
	if (fault == NULL)
		return true;
	step_refuse_because(s, fault, "%.*s", STR_ARG(id));
	return false;
}

bool
enforcement_officers(
    struct step *s, struct strs officers, const struct row_unit *unit)
{
	struct strs all = strs_distinct(s->arena, officers);
	int64_t min =
	    registry_number(s->registry, "enforce.officers.min", s->at, 0);

	if ((int64_t)all.n < min) {
		step_refuse_because(s, "OFFICERS_TOO_FEW", "%zu of %lld", all.n,
		    (long long)min);
		return false;
	}
	for (size_t i = 0; i < all.n; i++)
		if (!officer_may(s, all.p[i], unit))
			return false;
	return true;
}

/* The same date YEARS later; 29 February becomes the 28th. */
static int64_t
years_later(int64_t day, int64_t years)
{
	int y, m, d, y2, m2, d2;
	int64_t end;

	clock_date_of(day, &y, &m, &d);
	end = clock_day_of(y + (int)years, m, d);
	clock_date_of(end, &y2, &m2, &d2);
	return m2 == m ? end : end - d2;
}

/* Limitation runs from the end of the act (art. 36). */
static bool
in_time(struct step *s, int64_t acted_at)
{
	int64_t years =
	    registry_number(s->registry, "enforce.limitation.years", s->at, 0);

	if (acted_at == 0)
		return true;
	if (acted_at > s->at) {
		step_refuse(s, "ACT_NOT_PAST");
		return false;
	}
	if (clock_day(s->at) <= years_later(clock_day(acted_at), years))
		return true;
	step_refuse_because(
	    s, "TIME_BARRED", "after %lld years", (long long)years);
	return false;
}

/* One act, one fine: the same item and party, unless it ended (art. 29). */
static bool
is_first(struct step *s, const struct msg_penalty_file *m)
{
	for (struct row_head *r = step_next(s, THING_PENALTY, NULL); r != NULL;
	     r = step_next(s, THING_PENALTY, r)) {
		const struct row_penalty *p = (const struct row_penalty *)r;

		if (str_eq(p->item, m->item) && str_eq(p->party, m->party) &&
		    !step_in(s, THING_PENALTY, r, IN(PENALTY_ENDED))) {
			step_refuse_because(
			    s, "FINED_BEFORE", "%.*s", STR_ARG(r->id));
			return false;
		}
	}
	return true;
}

static bool
party_fits(struct step *s, const struct row_power_item *item,
    const struct msg_penalty_file *m)
{
	if (str_is(item->party, "both") || str_eq(item->party, m->party_kind))
		return true;
	step_refuse_because(
	    s, "PARTY_NOT_IN_ITEM", "only %.*s", STR_ARG(item->party));
	return false;
}

static void
open_case(struct step *s, const struct row_enforcement_case *c,
    const struct holder *h)
{
	const struct msg_penalty_file *m = s->msg;
	struct row_penalty *p = step_new(s, THING_PENALTY, PENALTY_FILED);
	struct due decide = step_due(s, "enforce.filing.to.decision", s->at);

	/* The case lies where the casefile lies, wherever the sender sits. */
	p->division = c->division;
	s->row = (struct row_head *)p;
	p->unit = m->unit;
	p->item = m->item;
	p->severity = m->severity;
	p->party = m->party;
	p->party_kind = m->party_kind;
	p->officers = strs_distinct(s->arena, m->officers);
	p->listed = h->listed;
	p->form = h->listed ? h->line->form : STR("own");
	p->pack = registry_version(s->registry);
	p->acted_at = m->acted_at;
	p->filed_at = s->at;
	p->decide_by = decide.at;
	step_arm(s, s->row, "decide", ARM_DUTY, p->unit, decide);
	step_emit(s, &msg_penalty_filed_desc,
	    &(struct msg_penalty_filed){ p->id, p->unit, p->item, p->severity,
		p->party, p->officers, p->form, p->pack, p->decide_by });
}

void
enforcement_penalty_file(struct step *s)
{
	const struct msg_penalty_file *m = s->msg;
	const struct row_enforcement_case *c = enforcement_case(s);
	const struct row_power_item *item =
	    registry_item(s->registry, m->item, s->at);
	const struct row_unit *unit;
	struct holder h;

	if (c == NULL || !str_eq(c->id, m->casefile)) {
		step_refuse(s, "UNKNOWN_ID");
		return;
	}
	unit = step_unit(s, m->unit);
	if (unit == NULL)
		return;
	if (item == NULL) {
		step_refuse(s, "UNKNOWN_ITEM");
		return;
	}
	h = enforcement_holder(s, item, m->severity, c->division);
	if (enforcement_may(s, &h, item, m->unit, c->division) &&
	    party_fits(s, item, m) &&
	    enforcement_officers(s, m->officers, unit) &&
	    in_time(s, m->acted_at) && is_first(s, m))
		open_case(s, c, &h);
}

/* Whoever took evidence handles the case, and may not review it. */
static void
join(struct step *s, struct row_penalty *p, struct strs more)
{
	struct str *v =
	    arena_alloc(s->arena, (p->officers.n + more.n) * sizeof(*v));
	size_t n = 0;

	must(v != NULL);
	for (size_t i = 0; i < p->officers.n; i++)
		v[n++] = p->officers.p[i];
	for (size_t i = 0; i < more.n; i++)
		v[n++] = more.p[i];
	p->officers = strs_distinct(s->arena, (struct strs){ v, n });
}

void
enforcement_penalty_add_evidence(struct step *s)
{
	const struct msg_penalty_add_evidence *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;
	const struct row_unit *unit;

	if (!enforcement_acts(s, p, m->unit, STR("")))
		return;
	unit = step_unit(s, p->unit);
	if (unit == NULL || !enforcement_officers(s, m->officers, unit))
		return;
	join(s, p, m->officers);
	p->evidence++;
	step_touch(s, s->row);
	step_emit(s, &msg_penalty_evidence_added_desc,
	    &(struct msg_penalty_evidence_added){
		p->id, m->kind, m->sha256, p->evidence });
}

/* A notice stands for what it told; anything heavier needs a new one. */
static void
forget_notice(struct row_penalty *p)
{
	p->noticed_at = 0;
	p->notice_kind = STR("");
	p->notice_fen = 0;
	p->heard = STR("");
}

void
enforcement_penalty_conclude(struct step *s)
{
	const struct msg_penalty_conclude *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	if (p->evidence == 0) {
		step_refuse(s, "EVIDENCE_MISSING");
		return;
	}
	if (!enforcement_band(s, p, m->kind, m->fine_fen))
		return;
	p->kind = m->kind;
	p->fine_fen = m->fine_fen;
	if (p->noticed_at != 0 &&
	    enforcement_is_heavier(p, m->kind, m->fine_fen))
		forget_notice(p);
	step_touch(s, s->row);
	step_emit(s, &msg_penalty_concluded_desc,
	    &(struct msg_penalty_concluded){ p->id, p->kind, p->fine_fen });
}

void
enforcement_penalty_notice(struct step *s)
{
	const struct msg_penalty_notice *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;
	struct due statement;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	if (!m->rights_told) {
		step_refuse(s, "RIGHTS_MISSING");
		return;
	}
	if (!m->hearing_told &&
	    (enforcement_is_grave(p->kind) || str_is(p->severity, "heavy"))) {
		step_refuse(s, "HEARING_RIGHT_MISSING");
		return;
	}
	statement = step_due(s, "penalty.statement", s->at);
	p->noticed_at = s->at;
	p->notice_kind = p->kind;
	p->notice_fen = p->fine_fen;
	p->heard = STR("");
	step_arm(s, s->row, "statement", ARM_WINDOW, p->unit, statement);
	step_emit(s, &msg_penalty_noticed_desc,
	    &(struct msg_penalty_noticed){ p->id, statement.at });
}

static void
hear(struct step *s, struct str how)
{
	struct row_penalty *p = (struct row_penalty *)s->row;

	p->heard = how;
	step_emit(s, &msg_penalty_heard_desc,
	    &(struct msg_penalty_heard){ p->id, how });
}

/* The unit itself writes it down, or a desk at which the party speaks. */
static bool
is_desk(struct step *s, const struct row_penalty *p, struct str unit)
{
	return step_acts_for(s, unit, p->unit) ||
	       step_acts_for(s, unit, step_room(s, p->division)) ||
	       step_acts_for(s, unit, step_county_centre(s, p->division));
}

void
enforcement_penalty_state(struct step *s)
{
	const struct msg_penalty_state *m = s->msg;
	const struct row_penalty *p = (const struct row_penalty *)s->row;

	if (step_unit(s, m->unit) == NULL || !step_person(s, m->officer))
		return;
	if (!is_desk(s, p, m->unit)) {
		step_refuse(s, "NOT_YOUR_UNIT");
		return;
	}
	step_meet(s, s->row, "statement");
	hear(s, m->waived ? STR("waived") : STR("statement"));
}

void
enforcement_statement_over(struct step *s)
{
	hear(s, STR("window_over"));
}
