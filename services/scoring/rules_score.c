/* Periods, rates, places, and the publication of them. */
#include "services/scoring/rules.h"

static int
days_in_month(int year, int month)
{
	int64_t next = month < 12 ? clock_day_of(year, month + 1, 1)
				  : clock_day_of(year + 1, 1, 1);

	return (int)(next - clock_day_of(year, month, 1));
}

/* "2026-04" and nothing else. */
static bool
read_month(struct str name, int *year, int *month)
{
	int64_t y, m;

	if (name.n != 7 || name.p[4] != '-' ||
	    !str_i64(str_cut(name, 0, 4), &y) ||
	    !str_i64(str_cut(name, 5, 2), &m))
		return false;
	/* The years that the clock reads and shows. */
	if (y < 2000 || y > 2999 || m < 1 || m > 12)
		return false;
	*year = (int)y;
	*month = (int)m;
	return true;
}

/* Day DAY of a month, its last one where it has fewer. */
static int64_t
day_start(int year, int month, int64_t day)
{
	int64_t last = days_in_month(year, month);

	return clock_day_start(clock_day_of(year, month,
	    (int)(day < 1      ? 1
		  : day < last ? day
			       : last)));
}

static int64_t
begin(int year, int month, int64_t day)
{
	if (day <= 1)
		return day_start(year, month, 1);
	return month > 1 ? day_start(year, month - 1, day)
			 : day_start(year - 1, 12, day);
}

enum period_fault
scoring_period(const struct registry *r, struct str name, struct period *p)
{
	const struct row_score_scheme *scheme;
	int year, month;
	int64_t day;

	if (!read_month(name, &year, &month))
		return PERIOD_NO_MONTH;
	/* The first of the month lies in its period, whatever day that begins.
	 */
	scheme = registry_scheme(r, day_start(year, month, 1));
	if (scheme == NULL)
		return PERIOD_NO_SCHEME;
	day = scheme->period_start_day;
	*p = (struct period){ .name = name, .scheme = scheme };
	p->from = begin(year, month, day);
	p->to =
	    month < 12 ? begin(year, month + 1, day) : begin(year + 1, 1, day);
	return PERIOD_OK;
}

static struct str
month_text(int year, int month, char text[PERIOD_TEXT])
{
	for (int i = 3; i >= 0; i--, year /= 10)
		text[i] = (char)('0' + year % 10);
	text[4] = '-';
	text[5] = (char)('0' + month / 10);
	text[6] = (char)('0' + month % 10);
	text[7] = '\0';
	return (struct str){ text, 7 };
}

enum period_fault
scoring_period_at(const struct registry *r, int64_t at, char text[PERIOD_TEXT],
    struct period *p)
{
	enum period_fault fault;
	int year, month, day;

	clock_date_of(clock_day(at), &year, &month, &day);
	fault = scoring_period(r, month_text(year, month, text), p);
	if (fault != PERIOD_OK || at < p->to)
		return fault;
	year += month == 12;
	month = month % 12 + 1;
	return scoring_period(r, month_text(year, month, text), p);
}

/* N / WHOLE to the nearest, half up; neither is negative. */
static int64_t
half_up(int64_t n, int64_t whole)
{
	return whole > 0 ? (2 * n + whole) / (2 * whole) : 0;
}

int64_t
scoring_bp(int64_t part, int64_t whole)
{
	return half_up(part * 10000, whole);
}

/*
 * The composite is rounded once, from the counts, not from rounded rates:
 * weights are per cent, so with rates as fractions it is in points.
 */
struct rates
scoring_rates(const struct row_score_scheme *scheme, const struct row_count *c)
{
	int64_t pleased =
	    1000 * c->satisfied + scheme->basic_permille * c->basic;
	int64_t points = 1000 * (scheme->response * c->contacted +
				    scheme->resolution * c->solved) +
			 scheme->satisfaction * pleased;

	return (struct rates){
		.response_bp = scoring_bp(c->contacted, c->valid),
		.resolution_bp = scoring_bp(c->solved, c->valid),
		.satisfaction_bp = scoring_bp(pleased, 1000 * c->valid),
		.composite_tenths = half_up(10 * points, 1000 * c->valid),
	};
}

static bool
is_before(const struct standing *a, const struct standing *b)
{
	return a->score > b->score ||
	       (a->score == b->score && a->count > b->count);
}

void
scoring_rank(struct standing *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		v[i].rank = 1;
		v[i].peers = 0;
		for (size_t k = 0; k < n; k++) {
			if (!str_eq(v[i].group, v[k].group))
				continue;
			v[i].peers++;
			v[i].rank += is_before(&v[k], &v[i]);
		}
	}
}

static bool
refuse_period(struct step *s, struct period *p)
{
	const struct msg_score_publish *m = s->msg;

	switch (scoring_period(s->registry, m->period, p)) {
	case PERIOD_NO_MONTH:
		step_refuse_because(
		    s, "PERIOD_BAD", "not %.*s", STR_ARG(m->period));
		return true;
	case PERIOD_NO_SCHEME:
		step_refuse(s, "NO_SCHEME");
		return true;
	case PERIOD_OK:
		break;
	}
	if (s->at < p->from)
		step_refuse(s, "PERIOD_NOT_BEGUN");
	return step_refused(s);
}

static bool
refuse_board(struct step *s)
{
	const struct msg_score_publish *m = s->msg;
	const struct row_unit *u = step_unit(s, m->unit);

	if (u != NULL && !str_eq(u->division, registry_county_of(u->division)))
		step_refuse_because(
		    s, "NOT_THE_BOARD", "not %.*s", STR_ARG(u->code));
	return step_refused(s);
}

/* A unit that nobody could be asked about is idle, not bad: pack (Q28). */
static bool
has_data(const struct period *p, const struct row_count *c)
{
	return c->valid > 0 || str_is(p->scheme->without_callbacks, "zero");
}

/* The counts that are scored, in the basis' order; N of them. */
const struct row_count *
scoring_scored(struct step *s, const struct period *p,
    const struct score_basis *b, size_t *n)
{
	size_t most = b != NULL ? b->n : 0;
	struct row_count *v = arena_alloc(s->arena, (most + 1) * sizeof(*v));

	must(v != NULL);
	*n = 0;
	for (size_t i = 0; i < most; i++)
		if (has_data(p, &b->counts[i]))
			v[(*n)++] = b->counts[i];
	return v;
}

/* The day that decides what a unit is: the period's last, or today. */
static const struct row_unit *
unit_of(struct step *s, const struct period *p, struct str code)
{
	return registry_unit(
	    s->registry, code, s->at < p->to ? s->at : p->to - 1);
}

struct standing *
scoring_stand(struct step *s, const struct period *p,
    const struct row_count *counts, size_t n)
{
	struct standing *v = arena_alloc(s->arena, (n + 1) * sizeof(*v));

	must(v != NULL);
	for (size_t i = 0; i < n; i++) {
		const struct row_unit *u = unit_of(s, p, counts[i].unit);
		struct rates r = scoring_rates(p->scheme, &counts[i]);

		v[i].group = u != NULL ? u->kind : (struct str){ NULL, 0 };
		v[i].score = r.composite_tenths;
		v[i].count = counts[i].casefiles;
	}
	scoring_rank(v, n);
	return v;
}

/* A publication has a number of its own; should it come twice, so be it. */
static struct row_score *
score_row(struct step *s, struct str period, struct str unit)
{
	struct str id =
	    arena_printf(s->arena, "%.*s/%.*s", STR_ARG(period), STR_ARG(unit));
	struct row_head *row = step_find(s, THING_SCORE, id);

	if (row == NULL)
		return step_new_id(s, THING_SCORE, SCORE_PUBLISHED, id);
	step_touch(s, row);
	return (struct row_score *)row;
}

static void
fill_counts(
    struct row_score *row, const struct period *p, const struct row_count *c)
{
	struct rates r = scoring_rates(p->scheme, c);

	row->casefiles = c->casefiles;
	row->late = c->late;
	row->reopened = c->reopened;
	row->valid = c->valid;
	row->contacted = c->contacted;
	row->solved = c->solved;
	row->satisfied = c->satisfied;
	row->basic = c->basic;
	row->response_bp = r.response_bp;
	row->resolution_bp = r.resolution_bp;
	row->satisfaction_bp = r.satisfaction_bp;
	row->composite_tenths = r.composite_tenths;
	row->calls_asked = c->calls_asked;
	row->calls_in_time = c->calls_in_time;
}

static struct row_score *
fill(struct step *s, const struct period *p, const struct row_count *c,
    const struct standing *place)
{
	const struct score_basis *b = s->extra;
	const struct row_unit *u = unit_of(s, p, c->unit);
	struct row_score *row = score_row(s, p->name, c->unit);

	if (u != NULL)
		row->division = u->division;
	row->unit = c->unit;
	row->period = p->name;
	row->kind = place->group;
	row->from_at = p->from;
	row->to_at = p->to;
	row->interim = s->at < p->to;
	row->at = s->at;
	row->seq = s->seq;
	row->revision = b->last_revision + 1;
	row->rank = place->rank;
	row->peers = place->peers;
	fill_counts(row, p, c);
	return row;
}

static void
say(struct step *s, struct row_score *row)
{
	struct msg_score_published m = {
		.period = row->period,
		.unit = row->unit,
		.revision = row->revision,
		.casefiles = row->casefiles,
		.valid = row->valid,
		.response_bp = row->response_bp,
		.resolution_bp = row->resolution_bp,
		.satisfaction_bp = row->satisfaction_bp,
		.composite_tenths = row->composite_tenths,
		.rank = row->rank,
		.calls_asked = row->calls_asked,
		.calls_in_time = row->calls_in_time,
		.contacted = row->contacted,
		.solved = row->solved,
		.satisfied = row->satisfied,
		.basic = row->basic,
		.late = row->late,
		.reopened = row->reopened,
		.peers = row->peers,
		.interim = row->interim,
	};

	/* The fact lies where its unit lies. */
	s->row = (struct row_head *)row;
	step_emit(s, &msg_score_published_desc, &m);
	s->row = NULL;
}

void
scoring_publish(struct step *s)
{
	const struct row_count *counts;
	const struct standing *places;
	struct period p;
	size_t n = 0;

	if (refuse_board(s) || refuse_period(s, &p))
		return;
	counts = scoring_scored(s, &p, s->extra, &n);
	if (n == 0) {
		step_refuse(s, "NOTHING_TO_SCORE");
		return;
	}
	places = scoring_stand(s, &p, counts, n);
	for (size_t i = 0; i < n; i++)
		say(s, fill(s, &p, &counts[i], &places[i]));
}
