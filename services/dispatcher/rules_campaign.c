/* Campaigns: chosen, planned, issued, gathered, measured; and called off. */
#include "services/dispatcher/rules_campaign.h"

#include <stdio.h>

struct row_campaign *
campaign_of(struct step *s, struct str id)
{
	return (struct row_campaign *)step_find(s, THING_CAMPAIGN, id);
}

static struct str
centre_of(struct step *s, const struct row_campaign *c)
{
	return step_county_centre(s, c->division);
}

/* Refuses NOT_YOUR_UNIT unless UNIT leads C. */
static bool
leads(struct step *s, struct str unit, const struct row_campaign *c)
{
	return step_must_be(s, unit, c->unit);
}

/* The same; the county centre may too. */
static bool
leads_or_centre(struct step *s, struct str unit, const struct row_campaign *c)
{
	return step_acts_for(s, unit, centre_of(s, c)) || leads(s, unit, c);
}

/* Refuses unless UNIT is of the county: campaigns go down from there. */
const struct row_unit *
campaign_lead(struct step *s, struct str unit)
{
	const struct row_unit *u = step_unit(s, unit);

	if (u == NULL || dispatcher_tier_at(u) == TIER_COUNTY)
		return u;
	step_refuse_because(
	    s, "NOT_YOUR_UNIT", "the county centre or a department leads");
	return NULL;
}

/* ON is empty, or this folder is known; refuses UNKNOWN_ID. */
static bool
is_known(struct step *s, struct str on)
{
	if (on.n == 0 || s->folder->n > 0)
		return true;
	step_refuse_because(s, "UNKNOWN_ID", "%.*s", STR_ARG(on));
	return false;
}

bool
campaign_is_approved(
    struct step *s, struct str approver, const struct row_unit *lead)
{
	const struct row_officer *o =
	    registry_officer(s->registry, approver, s->at);
	const struct row_unit *u =
	    o != NULL ? registry_unit(s->registry, o->unit, s->at) : NULL;

	if (u != NULL && str_is(o->role, "leader") &&
	    str_eq(u->division, registry_county_of(lead->division)))
		return true;
	step_refuse_because(
	    s, "APPROVER_MISSING", "a leader of the county must approve");
	return false;
}

static void
arm_duty(struct step *s, const struct row_campaign *c, const char *name,
    struct due due)
{
	step_arm(s, HEAD(c), name, ARM_DUTY, c->unit, due);
}

/* A new one; it lies in the county, whoever sent the command. */
struct row_campaign *
campaign_new(struct step *s, int state, const struct row_unit *lead)
{
	struct row_campaign *c = step_new(s, THING_CAMPAIGN, state);

	c->division = registry_county_of(lead->division);
	c->unit = lead->code;
	return c;
}

/* Refuses PROBLEMS_BAD, or TOPIC_CHOSEN when the month has its topic. */
static bool
is_topic(struct step *s, struct strs problems)
{
	const struct topics *others = s->extra;
	int64_t min = registry_number(
	    s->registry, "campaign.topic.problems.min", s->at, 0);
	int64_t max = registry_number(
	    s->registry, "campaign.topic.problems.max", s->at, 0);

	if (problems.n < (size_t)min || problems.n > (size_t)max) {
		step_refuse_because(s, "PROBLEMS_BAD", "%lld to %lld",
		    (long long)min, (long long)max);
		return false;
	}
	if (others == NULL ||
	    (int64_t)others->n <
		registry_number(s->registry, "campaign.topic.max", s->at, 1))
		return true;
	step_refuse_because(
	    s, "TOPIC_CHOSEN", "%.*s is this month's", STR_ARG(others->last));
	return false;
}

void
dispatcher_campaign_choose(struct step *s)
{
	const struct msg_campaign_choose *m = s->msg;
	const struct row_unit *lead = campaign_lead(s, m->unit);
	struct row_campaign *c;
	struct due due;

	if (lead == NULL || !is_known(s, m->on) || !is_topic(s, m->problems))
		return;
	c = campaign_new(s, CAMPAIGN_CHOSEN, lead);
	due = step_due(s, "campaign.plan", s->at);
	c->theme = m->theme;
	c->problems = m->problems;
	c->warning = m->warning;
	c->plan_by = due.at;
	c->chosen_at = s->at;
	c->chosen_seq = s->seq;
	arm_duty(s, c, "plan", due);
	campaign_answers(s, c, m->on);
	step_emit(s, &msg_campaign_chosen_desc,
	    &(struct msg_campaign_chosen){ .campaign = c->id,
		.theme = c->theme,
		.problems = c->problems,
		.warning = c->warning,
		.unit = c->unit,
		.plan_by = c->plan_by });
}

/* In one of the three lists, or admitted to each of UNITS for a term. */
static bool
is_listed(struct step *s, struct str matter, const struct str *units, size_t n)
{
	const struct row_matter *m =
	    registry_matter(s->registry, matter, s->at);

	if (m == NULL || !str_is(m->list, "none"))
		return m != NULL;
	for (size_t i = 0; i < n; i++) {
		const struct row_unit *u =
		    registry_unit(s->registry, units[i], s->at);

		if (registry_admitted(s->registry, matter, u, s->at).n == 0)
			return false;
	}
	return true;
}

bool
campaign_is_sound(
    struct step *s, const struct row_campaign *c, size_t *receipts)
{
	size_t n;
	const struct str *units = campaign_units(s, c, &n);

	*receipts = n * c->matters.n;
	if (*receipts == 0) {
		step_refuse(s, "TARGET_EMPTY");
		return false;
	}
	for (size_t i = 0; i < c->matters.n; i++)
		if (!is_listed(s, c->matters.p[i], units, n)) {
			step_refuse_because(
			    s, "NOT_LISTED", "%.*s", STR_ARG(c->matters.p[i]));
			return false;
		}
	return campaign_has_room(s, *receipts);
}

static void
take_plan(struct row_campaign *c, const struct msg_campaign_plan *m)
{
	c->class = m->class;
	if (str_is(m->class, "fixed"))
		c->level = m->level.n > 0 ? m->level : STR("township");
	c->matters = m->matters;
	c->targets = m->targets;
	c->begin_at = m->begin_at;
	c->finish_by = m->finish_by;
	c->goals = m->goals;
	if (m->theme.n > 0)
		c->theme = m->theme;
}

/* What a plan may say, before anything is changed. */
static bool
plan_fits(struct step *s, const struct msg_campaign_plan *m, size_t *receipts)
{
	static const char *const classes[] = { "level", "fixed", "all" };
	struct row_campaign draft = { .unit = m->unit };
	bool known = false;

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		known = known || str_is(m->class, classes[i]);
	if (!known) {
		step_refuse(s, "CLASS_UNKNOWN");
		return false;
	}
	if (m->finish_by <= s->at || m->finish_by <= m->begin_at) {
		step_refuse(s, "DATE_PASSED");
		return false;
	}
	take_plan(&draft, m);
	return campaign_is_sound(s, &draft, receipts);
}

/* Planned: it waits to be issued. */
static void
await_issue(struct step *s, struct row_campaign *c, size_t receipts)
{
	struct due due = step_due(s, "campaign.issue", s->at);

	c->issue_by = due.at;
	arm_duty(s, c, "issue", due);
	step_emit(s, &msg_campaign_planned_desc,
	    &(struct msg_campaign_planned){ .campaign = c->id,
		.class = c->class,
		.level = c->level,
		.matters = c->matters,
		.receipts = (int64_t)receipts,
		.theme = c->theme,
		.cause = c->cause,
		.warning = c->warning,
		.unit = c->unit,
		.issue_by = c->issue_by,
		.finish_by = c->finish_by });
}

/* Of a topic that was chosen. */
void
dispatcher_campaign_plan(struct step *s)
{
	const struct msg_campaign_plan *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;
	size_t receipts;

	if (!leads(s, m->unit, c) || !plan_fits(s, m, &receipts))
		return;
	step_meet(s, HEAD(c), "plan");
	c->plan_by = 0;
	take_plan(c, m);
	await_issue(s, c, receipts);
	dispatcher_cause_over(s, c->id, "plan");
}

/* In a folder of its own, or in the one of the casefile that it grew from. */
void
dispatcher_campaign_plan_anew(struct step *s)
{
	const struct msg_campaign_plan *m = s->msg;
	const struct row_unit *lead;
	struct row_campaign *c;
	size_t receipts;

	/* A thing of a folder was named: then it is a topic, or a warning. */
	if (str_find(m->on, '/') < m->on.n &&
	    step_find(s, THING_WARNING, m->on) == NULL)
		return;
	lead = campaign_lead(s, m->unit);
	if (lead == NULL || !is_known(s, m->on) || !plan_fits(s, m, &receipts))
		return;
	c = campaign_new(s, CAMPAIGN_PLANNED, lead);
	take_plan(c, m);
	campaign_answers(s, c, m->on);
	await_issue(s, c, receipts);
}

/* The pack's switch: of the matter, else of its class, else off. */
static bool
wants_rectification(struct step *s, struct str matter)
{
	size_t letters = str_find(matter, '-');
	const size_t ends[] = { matter.n, letters };
	char key[64];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		int64_t on;

		(void)snprintf(key, sizeof(key), "campaign.one_case.%.*s",
		    STR_ARG(str_cut(matter, 0, ends[i])));
		on = registry_number(s->registry, key, s->at, -1);
		if (on >= 0)
			return on > 0;
	}
	return false;
}

/* One case, one rectification (一案一整治): its whole sector is looked at. */
void
dispatcher_campaign_after_penalty(struct step *s)
{
	const struct msg_penalty_closed *m = s->msg;
	const struct row_casefile *c = dispatcher_casefile(s);
	struct row_campaign draft = { .class = STR("fixed"),
		.level = STR("township") };
	const struct row_unit *lead;
	struct row_campaign *g;
	struct str *kind;
	size_t n;

	if (c == NULL || !wants_rectification(s, c->matter))
		return;
	/* The same case is not followed twice. */
	for (struct row_head *r = step_next(s, THING_CAMPAIGN, NULL); r != NULL;
	     r = step_next(s, THING_CAMPAIGN, r))
		if (str_eq(((struct row_campaign *)r)->cause, m->penalty))
			return;
	lead = registry_unit(s->registry, dispatcher_centre(s, c), s->at);
	(void)campaign_units(s, &draft, &n);
	if (lead == NULL || n == 0)
		return;
	kind = arena_alloc(s->arena, sizeof(*kind));
	must(kind != NULL);
	*kind = c->matter;
	g = campaign_new(s, CAMPAIGN_PLANNED, lead);
	g->class = draft.class;
	g->level = draft.level;
	g->matters = (struct strs){ kind, 1 };
	g->cause = m->penalty;
	g->finish_by = step_due(s, "campaign.one_case", s->at).at;
	await_issue(s, g, n);
}

void
campaign_send_out(struct step *s, struct row_campaign *c)
{
	size_t n;
	const struct str *units = campaign_units(s, c, &n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < c->matters.n; k++)
			receipt_issue(s, c, NULL, units[i], c->matters.p[k]);
	step_arm(s, HEAD(c), "finish", ARM_WINDOW, c->unit,
	    dispatcher_until(s, c->finish_by));
	step_emit(s, &msg_campaign_issued_desc,
	    &(struct msg_campaign_issued){ .campaign = c->id,
		.receipts = (int64_t)(n * c->matters.n),
		.emergency = c->alarm.n > 0,
		.finish_by = c->finish_by });
}

void
dispatcher_campaign_issue(struct step *s)
{
	const struct msg_campaign_issue *m = s->msg;
	struct row_campaign *c = (struct row_campaign *)s->row;
	const struct row_unit *lead;
	size_t receipts;

	if (!leads_or_centre(s, m->unit, c))
		return;
	lead = registry_unit(s->registry, m->unit, s->at);
	must(lead != NULL);
	if (!campaign_is_approved(s, m->approver, lead))
		return;
	if (c->finish_by <= s->at) {
		step_refuse(s, "DATE_PASSED");
		return;
	}
	/* The county may have changed since it was planned. */
	if (!campaign_is_sound(s, c, &receipts))
		return;
	step_meet(s, HEAD(c), "issue");
	c->issue_by = 0;
	campaign_send_out(s, c);
	dispatcher_cause_over(s, c->id, "issue");
}
