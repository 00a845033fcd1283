/* What a team does about a penalty case, from its file to its close. */
#include "cli/crew.h"

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
	PLAN(p, crew_by_day(crew_after(m, at, m->number, "file", 60, 240)), m,
	    penalty_file, "elsewhere", .casefile = m->number,
	    .item = item->code, .severity = STR("light"),
	    .party = crew_party(p, m->number, "offender"),
	    .party_kind = STR("citizen"),
	    .officers = crew_two_officers(p, team_code), .unit = team_code);
}

void
crew_on_jurisdiction(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_jurisdiction_determined *f = msg;
	const struct script *s = crew_script(m);

	if (s != NULL && str_is(s->path, "penalty") && !m->elsewhere)
		plan_penalty(p, m, crew_keep(p, f->unit), at);
}

void
crew_on_penalty_filed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_penalty_filed *f = msg;
	const struct row_power_item *item =
	    registry_item(p->registry, f->item, at);
	struct str id = crew_keep(p, f->penalty), unit = crew_keep(p, f->unit);
	struct strs two = crew_two_officers(p, unit);
	int64_t fine = item != NULL ? item->fine_max_fen : 0;
	int64_t t = crew_by_day(at + HOUR_MS);

	m->elsewhere = true;
	m->penalty_unit = unit;
	m->fine_fen = fine;
	PLAN(p, t, m, penalty_add_evidence, NULL, .penalty = id,
	    .kind = STR("scene"),
	    .sha256 = STR("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15"
			  "d6c15b0f00a08"),
	    .officers = two, .unit = unit);
	PLAN(p, t = crew_by_day(t + 20 * HOUR_MS), m, penalty_conclude, NULL,
	    .penalty = id, .kind = STR("fine"), .fine_fen = fine, .unit = unit);
	PLAN(p, t = crew_by_day(t + HOUR_MS), m, penalty_notice, NULL,
	    .penalty = id, .rights_told = true, .hearing_told = true,
	    .unit = unit);
	PLAN(p, t = crew_by_day(t + 22 * HOUR_MS), m, penalty_state, NULL,
	    .penalty = id, .waived = true, .unit = unit);
	/* One in three would rather decide without asking the lawyers. */
	if (crew_dice(m, id, "hasty") < 33)
		PLAN(p, t + 10 * MINUTE_MS, m, penalty_decide, NULL,
		    .penalty = id, .number = STR("桐罚〔2026〕001号"),
		    .kind = STR("fine"), .fine_fen = fine, .unit = unit);
	PLAN(p, t = crew_by_day(t + HOUR_MS), m, review_ask, NULL,
	    .penalty = id, .unit = unit);
}

void
crew_on_review_asked(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_review_asked *f = msg;
	struct str id = crew_keep(p, f->penalty);

	for (size_t i = 0; i < p->n_officers; i++)
		if (str_is(p->officers[i].role, "legal_reviewer")) {
			PLAN(p,
			    crew_by_day(
				crew_after(m, at, id, "review", 60, 300)),
			    m, review_pass, NULL, .penalty = id,
			    .unit = p->officers[i].unit,
			    .officer = p->officers[i].officer);
			return;
		}
}

void
crew_on_review_passed(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_review_passed *f = msg;

	PLAN(p, crew_by_day(at + HOUR_MS), m, penalty_decide, NULL,
	    .penalty = crew_keep(p, f->penalty),
	    .number = arena_printf(p->arena, "桐罚〔2026〕%.*s号",
		STR_ARG(str_cut(m->number, 10, m->number.n))),
	    .kind = STR("fine"), .fine_fen = m->fine_fen,
	    .unit = m->penalty_unit);
}

void
crew_on_penalty_decided(
    struct play *p, struct memory *m, const void *msg, int64_t at)
{
	const struct msg_penalty_decided *f = msg;
	struct str id = crew_keep(p, f->penalty);

	PLAN(p, crew_by_day(at + HOUR_MS), m, penalty_serve, NULL,
	    .penalty = id, .unit = m->penalty_unit);
	PLAN(p, crew_by_day(at + 26 * HOUR_MS), m, penalty_close, NULL,
	    .penalty = id, .paid_fen = f->fine_fen, .unit = m->penalty_unit);
}
