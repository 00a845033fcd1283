/* Reports: refused, taken on as a casefile, or added to one. */
#include "services/intake/rules.h"

/* Clocks of senders differ by so much. */
#define AHEAD_MS (5 * MINUTE_MS)

static const struct prepared nothing;

const struct prepared *
intake_prepared(const struct step *s)
{
	return s->extra != NULL ? s->extra : &nothing;
}

static bool
is_place(const struct registry *r, struct str division, int64_t at)
{
	return registry_division(r, division, at) != NULL ||
	       registry_grid(r, division, at) != NULL;
}

/* What the channel asks for. */
static const char *
channel_fault(const struct msg_report_submit *m)
{
	const struct channel *c = channel_of(m->channel);

	if (m->reporter.n > 0 &&
	    !str_in(str_of(c->reporters), '|', m->reporter))
		return "WRONG_REPORTER";
	if ((c->flags & CHANNEL_HELD) != 0 &&
	    (m->unit.n == 0 || m->officer.n == 0))
		return "HOLDER_MISSING";
	if ((c->flags & CHANNEL_NAMED) != 0 && m->via.n == 0)
		return "VIA_MISSING";
	return NULL;
}

const char *
intake_fault(const struct registry *r, const struct msg_envelope *env,
    const struct msg_report_submit *m, int64_t at, const struct prepared *p)
{
	if (p->bad_seal)
		return "BAD_SEAL";
	if (!is_place(r, env->division, at))
		return "UNKNOWN_DIVISION";
	if (m->matter.n > 0 && registry_matter(r, m->matter, at) == NULL)
		return "UNKNOWN_MATTER";
	if (!p->said && m->summary.n == 0)
		return "NOTHING_SAID";
	if (m->occurred_at > at + AHEAD_MS)
		return "OCCURRED_IN_FUTURE";
	return channel_fault(m);
}

/* The best proposal, when it is far enough ahead of the next. */
static const struct row_matter *
obvious_matter(const struct registry *r, int64_t at, const struct prepared *p)
{
	int64_t least =
	    registry_number(r, "matter.auto.score_permille", at, 1000);
	int64_t gap = registry_number(r, "matter.auto.gap_permille", at, 1000);
	double first, second;

	if (p->n_proposals == 0)
		return NULL;
	first = p->proposals[0].score * 1000;
	second = p->n_proposals > 1 ? p->proposals[1].score * 1000 : 0;
	if (first < (double)least || first - second < (double)gap)
		return NULL;
	return registry_matter(r, p->proposals[0].matter, at);
}

struct settlement
intake_settle(const struct registry *r, const struct msg_envelope *env,
    const struct msg_report_submit *m, int64_t at, const struct prepared *p)
{
	struct settlement s = { .state = REPORT_RECEIVED };

	s.matter = m->matter.n > 0 ? registry_matter(r, m->matter, at)
				   : obvious_matter(r, at, p);
	if (s.matter != NULL)
		s.duplicate =
		    duplicates_with(p->duplicates, p->n_duplicates, s.matter);
	else
		s.duplicate = duplicates_sure(p->duplicates, p->n_duplicates);
	if (s.duplicate != NULL)
		s.state = REPORT_MERGED;
	else if (s.matter != NULL)
		s.state = REPORT_ACCEPTED;
	if (s.state == REPORT_ACCEPTED &&
	    intake_wants_check(m->channel, m->urgent, s.matter))
		s.checker = intake_nearest(r,
		    registry_successor(r, env->division, at), m->officer, at);
	if (s.checker.n > 0)
		s.state = REPORT_CHECKING;
	return s;
}

static struct str
reporter_of(const struct msg_report_submit *m, const struct prepared *p)
{
	const char *usual = channel_of(m->channel)->usual;

	if (m->reporter.n > 0)
		return m->reporter;
	if (usual[0] != '\0')
		return str_of(usual);
	return p->named || p->phone ? STR("citizen") : STR("anonymous");
}

/* Who decides what it is. */
static struct str
desk_of(struct step *s, struct str channel, struct str division)
{
	if (channel_of(channel)->desk == CHANNEL_ROOM)
		return step_room(s, division);
	return step_county_centre(s, division);
}

static struct row_report *
report_new(struct step *s, int state)
{
	const struct msg_report_submit *m = s->msg;
	const struct prepared *p = intake_prepared(s);
	struct row_report *r = step_new(s, THING_REPORT, state);

	/* A place that was merged away goes on as its successor. */
	r->division = registry_successor(s->registry, r->division, s->at);
	r->channel = m->channel;
	r->reporter = reporter_of(m, p);
	r->place = p->place;
	r->text = p->text;
	r->token = p->token;
	r->reachable = p->phone && str_is(r->reporter, "citizen") &&
		       channel_is(r->channel, CHANNEL_ANSWER);
	r->matter = m->matter;
	r->desk = desk_of(s, m->channel, r->division);
	r->unit = m->unit;
	r->officer = m->officer;
	r->urgent = m->urgent;
	r->occurred_at = m->occurred_at;
	r->lat = m->lat;
	r->lon = m->lon;
	r->received_at = s->at;
	r->visit = m->visit;
	return r;
}

static void
tell_received(struct step *s, const struct row_report *r, int64_t accept_by)
{
	const struct msg_report_submit *m = s->msg;
	const struct prepared *p = intake_prepared(s);
	struct msg_report_received f = {
		.report = r->id,
		.channel = r->channel,
		.reporter = r->reporter,
		.place = r->place,
		.text = r->text,
		.token = r->token,
		.matter = m->matter,
		.urgent = r->urgent,
		.occurred_at = r->occurred_at,
		.lat = r->lat,
		.lon = r->lon,
		.proposals = { p->proposals, p->n_proposals },
		.accept_by = accept_by,
		.via = m->via,
		.visit = m->visit,
		.booking = m->booking,
	};

	step_emit(s, &msg_report_received_desc, &f);
}

/* The promise to the citizen: the matter's own, or the general one. */
static int64_t
finish_by(struct step *s, const struct row_matter *matter)
{
	struct limit rule;

	if (limit_parse(matter->limit_finish, &rule) &&
	    rule.clock != LIMIT_NONE)
		return step_due_rule(s, rule, s->at).at;
	return step_due(s, "order.finish.general", s->at).at;
}

void
intake_take_on(struct step *s, struct row_report *r,
    const struct row_matter *matter, const char *by)
{
	struct msg_report_accepted accepted = {
		.report = r->id,
		.matter = matter->code,
		.by = str_of(by),
	};
	struct msg_casefile_opened opened = {
		.casefile = r->id,
		.matter = matter->code,
		.channel = r->channel,
		.callback = r->reachable,
		.urgent = r->urgent || str_is(matter->call_class, "emergency"),
		.place = r->place,
		.lat = r->lat,
		.lon = r->lon,
		.reporter_unit = r->unit,
		.reporter_officer = r->officer,
		.finish_by = finish_by(s, matter),
		.pack = registry_version(s->registry),
		.wish = channel_is(r->channel, CHANNEL_WISH),
		.visit = r->visit,
	};

	r->matter = matter->code;
	step_emit(s, &msg_report_accepted_desc, &accepted);
	step_emit(s, &msg_casefile_opened_desc, &opened);
	if (channel_is(r->channel, CHANNEL_HELD))
		intake_agency_take(s, r);
	if (channel_is(r->channel, CHANNEL_DOOR))
		intake_visit_open(s, r->visit, r->unit, r->officer);
}

void
intake_merge(struct step *s, struct row_report *r, const struct duplicate *d)
{
	struct msg_report_merged merged = {
		.report = r->id,
		.casefile = d->casefile,
		.why = str_of(d->why),
	};
	struct msg_report_added added = {
		.casefile = d->casefile,
		.report = r->id,
		.unit = r->unit,
		.officer = r->officer,
		.channel = r->channel,
		.visit = r->visit,
	};

	r->matter = d->matter;
	r->casefile = d->casefile;
	step_emit(s, &msg_report_merged_desc, &merged);
	step_emit_about(s, d->casefile, &msg_report_added_desc, &added);
}

int64_t
intake_await_desk(struct step *s, struct row_report *r)
{
	struct due due = step_due(s, "report.accept", s->at);

	step_arm(s, (struct row_head *)r, "accept", ARM_DUTY, r->desk, due);
	return due.at;
}

static bool
may_submit(struct step *s)
{
	const struct msg_report_submit *m = s->msg;
	const char *fault =
	    intake_fault(s->registry, s->env, m, s->at, intake_prepared(s));

	if (fault != NULL) {
		step_refuse(s, fault);
		return false;
	}
	return intake_knows(s, m->unit, m->officer);
}

/* One row of the table for each way; see states.def. */
void
intake_report_submit(struct step *s)
{
	struct settlement way;
	struct row_report *r;

	/* A number is given once: by an earlier row, or long ago. */
	if (step_find(s, THING_REPORT, s->folder->casefile) != NULL) {
		if (s->move->to == REPORT_RECEIVED)
			step_refuse(s, "NOT_ALLOWED_NOW");
		return;
	}
	if (!may_submit(s))
		return;
	way = intake_settle(
	    s->registry, s->env, s->msg, s->at, intake_prepared(s));
	if (way.state != s->move->to)
		return;
	r = report_new(s, way.state);
	tell_received(s, r, step_due(s, "report.accept", s->at).at);
	if (way.state == REPORT_MERGED)
		intake_merge(s, r, way.duplicate);
	else if (way.state == REPORT_ACCEPTED)
		intake_take_on(s, r, way.matter, "rule");
	else if (way.state == REPORT_RECEIVED)
		(void)intake_await_desk(s, r);
	else {
		r->matter = way.matter->code;
		intake_ask_check(s, r, way.checker, "rule");
	}
}

/* Nobody has looked yet, though somebody should, and can. */
static struct str
checker_for(
    struct step *s, const struct row_report *r, const struct row_matter *matter)
{
	if (r->checked.n > 0 ||
	    !intake_wants_check(r->channel, r->urgent, matter))
		return (struct str){ NULL, 0 };
	return intake_nearest(s->registry, r->division, r->officer, s->at);
}

void
intake_report_accept(struct step *s)
{
	const struct msg_report_accept *m = s->msg;
	const struct prepared *p = intake_prepared(s);
	struct row_report *r = (struct row_report *)s->row;
	const struct row_matter *matter;
	const struct duplicate *d;
	struct str checker;

	if (!intake_may_decide(s, m->unit, m->officer))
		return;
	matter = registry_matter(s->registry, m->matter, s->at);
	if (matter == NULL) {
		step_refuse_because(
		    s, "UNKNOWN_MATTER", "%.*s", STR_ARG(m->matter));
		return;
	}
	step_meet(s, s->row, "accept");
	d = duplicates_with(p->duplicates, p->n_duplicates, matter);
	checker = checker_for(s, r, matter);
	if (d != NULL) {
		intake_merge(s, r, d);
		step_move(s, THING_REPORT, s->row, REPORT_MERGED);
	} else if (checker.n > 0) {
		r->matter = matter->code;
		intake_ask_check(s, r, checker, "rule");
		step_move(s, THING_REPORT, s->row, REPORT_CHECKING);
	} else {
		intake_take_on(s, r, matter, "desk");
	}
}

/*
 * Nothing more is added to a closed casefile.  To one that was merged into
 * another there is: it is closed with that, and its citizens are called.
 */
void
intake_report_closed(struct step *s)
{
	((struct row_report *)s->row)->closed_at = s->at;
	step_touch(s, s->row);
}

void
intake_report_reopened(struct step *s)
{
	((struct row_report *)s->row)->closed_at = 0;
	step_touch(s, s->row);
}
