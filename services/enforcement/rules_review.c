/* Legal review, and the gates that a decision must pass. */
#include "services/enforcement/rules.h"

/* How heavy a kind is (art. 9), lightest first. */
static const struct weight {
	const char *kind;
	int rank;
	bool grave; /* art. 63 */
} weights[] = {
	/* clang-format off */
	{ "warning",             1, false },
	{ "criticism",           1, false },
	{ "fine",                2, false },
	{ "confiscate_gains",    2, false },
	{ "confiscate_goods",    2, false },
	{ "order_demolish",      2, false },
	{ "suspend_business",    3, true },
	{ "lower_qualification", 3, true },
	{ "revoke_licence",      4, true },
	{ "close",               4, true },
	/* clang-format on */
};

static const struct weight *
weight_of(struct str kind)
{
	for (size_t i = 0; i < ARRAY_LEN(weights); i++)
		if (str_is(kind, weights[i].kind))
			return &weights[i];
	return &weights[ARRAY_LEN(weights) - 1]; /* unknown: as the heaviest */
}

bool
enforcement_is_grave(struct str kind)
{
	return weight_of(kind)->grave;
}

bool
enforcement_is_heavier(
    const struct row_penalty *p, struct str kind, int64_t fen)
{
	return fen > p->notice_fen ||
	       weight_of(kind)->rank > weight_of(p->notice_kind)->rank;
}

/*
 * Top of the band for P's party, INT64_MAX when the law names none that
 * the pack can hold: a formula, or the heavy band beside the base band.
 */
static int64_t
top_of(const struct row_power_item *item, const struct row_penalty *p)
{
	bool heavy = item->heavy && str_is(p->severity, "heavy");
	bool organisation = str_is(p->party_kind, "organisation");
	int64_t top = item->fine_max_fen;

	if (organisation && item->fine_max_org_fen > 0)
		top = item->fine_max_org_fen;
	if (heavy || item->fine_formula.n > 0 || top == 0)
		return INT64_MAX;
	return top;
}

static bool
fine_fits(struct step *s, const struct row_power_item *item,
    const struct row_penalty *p, struct str kind, int64_t fen)
{
	int64_t top = top_of(item, p);

	if (fen == 0 && !str_is(kind, "fine"))
		return true;
	if (fen > 0 && fen >= item->fine_min_fen && fen <= top &&
	    strs_has(item->penalties, STR("fine")))
		return true;
	if (top == INT64_MAX)
		step_refuse_because(s, "FINE_OUT_OF_BAND", "from %lld fen",
		    (long long)item->fine_min_fen);
	else
		step_refuse_because(s, "FINE_OUT_OF_BAND", "%lld to %lld fen",
		    (long long)item->fine_min_fen, (long long)top);
	return false;
}

/* The item as it was on the day of filing: a case keeps its versions. */
bool
enforcement_band(
    struct step *s, const struct row_penalty *p, struct str kind, int64_t fen)
{
	const struct row_power_item *item =
	    registry_item(s->registry, p->item, p->filed_at);

	if (item == NULL) {
		step_refuse(s, "UNKNOWN_ITEM");
		return false;
	}
	if (!strs_has(item->penalties, kind)) {
		step_refuse(s, "KIND_NOT_IN_ITEM");
		return false;
	}
	if (p->listed && enforcement_is_grave(kind)) {
		step_refuse(s, "HEAVY_RESERVED");
		return false;
	}
	return fine_fits(s, item, p, kind, fen);
}

/* The justice office of the place has the review, or the case's unit. */
static struct str
reviewer_of(struct step *s, const struct row_penalty *p)
{
	const struct row_unit *u = registry_resolve(
	    s->registry, STR("justice_office"), STR(""), p->division, s->at);

	return u != NULL ? u->code : p->unit;
}

void
enforcement_review_ask(struct step *s)
{
	const struct msg_review_ask *m = s->msg;
	const struct row_penalty *p = (const struct row_penalty *)s->row;
	struct due review;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	if (p->heard.n == 0) {
		step_refuse(s, "NOTICE_MISSING");
		return;
	}
	review = step_due(s, "penalty.review", s->at);
	step_arm(s, s->row, "review", ARM_DUTY, reviewer_of(s, p), review);
	step_emit(s, &msg_review_asked_desc,
	    &(struct msg_review_asked){ p->id, review.at });
}

/*
 * Offices share reviewers, so any legal reviewer may, from the own unit.
 * Who is new to it needs the qualification (art. 58); the pack says who
 * lacks it, not who is new, so whoever lacks it may not.
 */
static bool
may_review(struct step *s, const struct row_penalty *p, struct str unit,
    struct str officer)
{
	const struct row_officer *o =
	    registry_officer(s->registry, officer, s->at);
	const char *fault = NULL;

	if (step_unit(s, unit) == NULL)
		return false;
	if (o == NULL)
		fault = "UNKNOWN_OFFICER";
	else if (strs_has(p->officers, officer))
		fault = "REVIEWER_IS_HANDLER";
	else if (!str_is(o->role, "legal_reviewer"))
		fault = "NOT_A_REVIEWER";
	else if (!step_acts_for(s, unit, o->unit))
		fault = "OFFICER_OTHER_UNIT";
	else if (!o->qualified)
		fault = "REVIEWER_UNQUALIFIED";
	if (fault == NULL)
		return true;
	step_refuse_because(s, fault, "%.*s", STR_ARG(officer));
	return false;
}

void
enforcement_review_pass(struct step *s)
{
	const struct msg_review_pass *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;

	if (!may_review(s, p, m->unit, m->officer))
		return;
	p->reviewer = m->officer;
	step_meet(s, s->row, "review");
	step_emit(s, &msg_review_passed_desc,
	    &(struct msg_review_passed){ p->id, m->officer });
}

/* Only the file is mended: notice and hearing stand. */
void
enforcement_review_return(struct step *s)
{
	const struct msg_review_return *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;

	if (!may_review(s, p, m->unit, m->officer) ||
	    !step_has_reason(s, m->reason))
		return;
	p->returns++;
	step_meet(s, s->row, "review");
	step_emit(s, &msg_review_returned_desc,
	    &(struct msg_review_returned){ p->id, m->reason });
}

void
enforcement_penalty_decide_early(struct step *s)
{
	const struct msg_penalty_decide *m = s->msg;
	const struct row_penalty *p = (const struct row_penalty *)s->row;

	if (enforcement_acts(s, p, m->unit, m->officer))
		step_refuse(s,
		    p->noticed_at == 0 ? "NOTICE_MISSING" : "REVIEW_MISSING");
}

void
enforcement_penalty_decide(struct step *s)
{
	const struct msg_penalty_decide *m = s->msg;
	struct row_penalty *p = (struct row_penalty *)s->row;
	struct due serve;

	if (!enforcement_acts(s, p, m->unit, m->officer))
		return;
	if (enforcement_is_heavier(p, m->kind, m->fine_fen)) {
		step_refuse(s, "AGGRAVATED");
		return;
	}
	if (!enforcement_band(s, p, m->kind, m->fine_fen))
		return;
	serve = step_due(s, "enforce.serve", s->at);
	p->number = m->number;
	p->kind = m->kind;
	p->fine_fen = m->fine_fen;
	p->decided_at = s->at;
	p->late = p->late || s->at > p->decide_by;
	step_meet(s, s->row, "decide");
	step_arm(s, s->row, "serve", ARM_DUTY, p->unit, serve);
	step_emit(s, &msg_penalty_decided_desc,
	    &(struct msg_penalty_decided){ p->id, p->unit, p->number, p->kind,
		p->fine_fen, p->late, serve.at });
}
