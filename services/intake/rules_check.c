/* Before filing (立案前核查): somebody else than the reporter looks. */
#include "services/intake/rules.h"

enum {
	VILLAGE_LEN = 12,
	GRID_LEN = 15
};

/*
 * There is something to look at, danger does not wait, and who was there
 * need not be believed by another.
 */
bool
intake_wants_check(
    struct str channel, bool urgent, const struct row_matter *matter)
{
	return (str_is(matter->verification, "before_filing") ||
		   str_is(matter->verification, "both")) &&
	       duplicates_have_place(matter) && !urgent &&
	       !str_is(matter->call_class, "emergency") &&
	       !channel_is(channel, CHANNEL_SEEN);
}

/* How near the grid of an officer is: 0 is another village. */
static int
nearness(struct str division, struct str grid)
{
	if (division.n >= GRID_LEN && str_eq(division, grid))
		return 2;
	return division.n >= VILLAGE_LEN &&
	       str_eq(str_cut(division, 0, VILLAGE_LEN),
		   str_cut(grid, 0, VILLAGE_LEN));
}

struct str
intake_nearest(const struct registry *r, struct str division,
    struct str reporter, int64_t at)
{
	const struct row_officer *o;
	struct str best = { NULL, 0 };
	int least = 0;
	size_t i = 0;

	/* Where only the township is known, nobody is near. */
	if (division.n < VILLAGE_LEN)
		return best;
	while ((o = registry_next(r, TABLE_officer, at, &i)) != NULL) {
		int near = 0;

		if (str_is(o->role, "grid_worker") && !str_eq(o->id, reporter))
			near = 2 * nearness(division, o->grid);
		if (near > 0 && registry_on_duty(r, o->unit, o->id, at))
			near++;
		if (near > least) {
			least = near;
			best = o->id;
		}
	}
	return best;
}

void
intake_ask_check(
    struct step *s, struct row_report *r, struct str checker, const char *by)
{
	const struct row_officer *o =
	    registry_officer(s->registry, checker, s->at);
	struct due due = step_due(s, "report.check", s->at);
	struct msg_report_check_asked asked = {
		.report = r->id,
		.checker = checker,
		.matter = r->matter,
		.by = str_of(by),
		.check_by = due.at,
	};

	must(o != NULL);
	r->checker = checker;
	r->checked = STR("asked");
	step_touch(s, (struct row_head *)r);
	step_arm(s, (struct row_head *)r, "check", ARM_DUTY, o->unit, due);
	step_emit(s, &msg_report_check_asked_desc, &asked);
}

void
intake_report_check(struct step *s)
{
	const struct msg_report_check *m = s->msg;
	struct row_report *r = (struct row_report *)s->row;
	struct str checker = m->checker;

	if (!intake_may_decide(s, m->unit, m->officer) ||
	    !intake_knows(s, m->unit, m->checker))
		return;
	if (m->matter.n > 0 &&
	    registry_matter(s->registry, m->matter, s->at) == NULL) {
		step_refuse_because(
		    s, "UNKNOWN_MATTER", "%.*s", STR_ARG(m->matter));
		return;
	}
	if (checker.n == 0)
		checker =
		    intake_nearest(s->registry, r->division, r->officer, s->at);
	if (checker.n == 0)
		step_refuse(s, "NO_CHECKER");
	else if (str_eq(checker, r->officer))
		step_refuse(s, "CHECKER_IS_REPORTER");
	if (step_refused(s))
		return;
	if (m->matter.n > 0)
		r->matter = m->matter;
	step_meet(s, s->row, "accept");
	intake_ask_check(s, r, checker, "desk");
}

/* It is there, and it is known what it is: nothing is left to decide. */
static void
settle(struct step *s, struct row_report *r)
{
	const struct prepared *p = intake_prepared(s);
	const struct row_matter *matter = NULL;
	const struct duplicate *d;

	if (str_is(r->checked, "yes") && r->matter.n > 0)
		matter = registry_matter(s->registry, r->matter, s->at);
	if (matter == NULL) {
		(void)intake_await_desk(s, r);
		return;
	}
	d = duplicates_with(p->duplicates, p->n_duplicates, matter);
	if (d != NULL)
		intake_merge(s, r, d);
	else
		intake_take_on(s, r, matter, "check");
	step_move(s, THING_REPORT, s->row,
	    d != NULL ? REPORT_MERGED : REPORT_ACCEPTED);
}

void
intake_report_answer_check(struct step *s)
{
	const struct msg_report_answer_check *m = s->msg;
	struct row_report *r = (struct row_report *)s->row;
	struct msg_report_checked checked = {
		.report = r->id,
		.found = m->found,
		.seen = m->seen,
		.checker = r->checker,
	};

	if (!str_eq(m->officer, r->checker))
		step_refuse_because(
		    s, "NOT_CHECKER", "it is with %.*s", STR_ARG(r->checker));
	else if (m->seen.n == 0 && m->photos.n == 0)
		step_refuse(s, "EVIDENCE_MISSING");
	if (step_refused(s))
		return;
	step_meet(s, s->row, "check");
	step_touch(s, s->row);
	r->checked = m->found ? STR("yes") : STR("no");
	step_emit(s, &msg_report_checked_desc, &checked);
	settle(s, r);
}

void
intake_report_check_lapsed(struct step *s)
{
	struct row_report *r = (struct row_report *)s->row;
	struct msg_report_check_lapsed lapsed = {
		.report = r->id,
		.checker = r->checker,
	};

	step_meet(s, s->row, "check");
	r->checked = STR("lapsed");
	lapsed.accept_by = intake_await_desk(s, r);
	step_emit(s, &msg_report_check_lapsed_desc, &lapsed);
}
