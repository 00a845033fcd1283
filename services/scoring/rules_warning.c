/* What the figures of a day or a month call for (预警). */
#include "services/scoring/rules.h"

static int64_t
number(struct step *s, const char *key)
{
	return registry_number(s->registry, key, s->at, 0);
}

void
scoring_casefile_opened(struct step *s)
{
	const struct msg_casefile_opened *m = s->msg;
	struct row_demand *d;

	if (step_count(s, THING_DEMAND) > 0)
		return;
	d = step_new(s, THING_DEMAND, DEMAND_COUNTED);
	d->matter = m->matter;
	d->at = s->at;
	d->seq = s->seq;
}

/* "2026-03-18" and nothing else. */
static bool
read_day(struct str name, int64_t *day)
{
	int64_t y, m, d;
	int year, month, date;

	if (name.n != 10 || name.p[4] != '-' || name.p[7] != '-' ||
	    !str_i64(str_cut(name, 0, 4), &y) ||
	    !str_i64(str_cut(name, 5, 2), &m) ||
	    !str_i64(str_cut(name, 8, 2), &d) || y < 2000 || y > 2999 ||
	    m < 1 || m > 12 || d < 1 || d > 31)
		return false;
	*day = clock_day_of((int)y, (int)m, (int)d);
	/* No 30 February. */
	clock_date_of(*day, &year, &month, &date);
	return month == (int)m && date == (int)d;
}

enum span_fault
scoring_span(const struct registry *r, struct str name, struct span *span)
{
	int64_t day, back;

	if (read_day(name, &day)) {
		back = registry_number(
		    r, "warning.cluster.days", clock_day_start(day), 1);
		*span = (struct span){ .period = { .name = name,
					   .from = clock_day_start(day),
					   .to = clock_day_start(day + 1) },
			.cluster_from = clock_day_start(day + 1 - back) };
		return SPAN_OK;
	}
	switch (scoring_period(r, name, &span->period)) {
	case PERIOD_OK:
		return SPAN_OK;
	case PERIOD_NO_SCHEME:
		return SPAN_NO_SCHEME;
	case PERIOD_NO_MONTH:
		break;
	}
	return SPAN_NONE;
}

/* One warning in the making, and how many there were. */
struct look {
	struct step *s;
	const struct look_basis *b;
	struct str span;
	struct str number; /* of the casefile that it begins */
	int64_t raised;
	int64_t before;
};

static bool
is_warned(const struct look *l, const struct row_alert *w)
{
	for (size_t i = 0; i < l->b->n_warned; i++) {
		const struct row_alert *v = &l->b->warned[i];

		if (str_eq(v->kind, w->kind) && str_eq(v->unit, w->unit) &&
		    str_eq(v->matter, w->matter) && str_eq(v->place, w->place))
			return true;
	}
	return false;
}

static void
say(const struct look *l, struct row_alert *row)
{
	struct row_head *here = l->s->row;

	/* The fact lies where its unit lies. */
	l->s->row = (struct row_head *)row;
	step_emit_about(l->s, l->number, &msg_warning_raised_desc,
	    &(struct msg_warning_raised){ .warning = row->id,
		.kind = row->kind,
		.unit = row->unit,
		.span = row->span,
		.matter = row->matter,
		.place = row->place,
		.value = row->value,
		.threshold = row->threshold });
	l->s->row = here;
}

/* Once for what it is; W lacks only what every warning has. */
static void
warn(struct look *l, const struct row_alert *w)
{
	const struct row_unit *u =
	    registry_unit(l->s->registry, w->unit, l->s->at);
	struct row_alert *row;

	if (u == NULL)
		return;
	if (is_warned(l, w)) {
		l->before++;
		return;
	}
	row = step_new_id(l->s, THING_ALERT, ALERT_RAISED,
	    arena_printf(l->s->arena, "%.*s/W%lld", STR_ARG(l->number),
		(long long)l->raised + 1));
	row->casefile = l->number;
	row->division = u->division;
	row->kind = w->kind;
	row->unit = w->unit;
	row->span = l->span;
	row->matter = w->matter;
	row->place = w->place;
	row->value = w->value;
	row->threshold = w->threshold;
	row->at = l->s->at;
	row->seq = l->s->seq;
	l->raised++;
	say(l, row);
}

/* The townships with the most demands of the day; equals share a place. */
static void
look_at_volumes(struct look *l)
{
	const struct figures *f = &l->b->volumes;
	int64_t top = number(l->s, "warning.volume.top");
	int64_t least = number(l->s, "warning.volume.least");

	for (size_t i = 0; i < f->n; i++) {
		int64_t place = 1;

		for (size_t k = 0; k < f->n; k++)
			place += f->v[k].n > f->v[i].n;
		if (place <= top && f->v[i].n >= least)
			warn(l, &(struct row_alert){ .kind = STR("volume"),
				    .unit = step_room(l->s, f->v[i].who),
				    .place = f->v[i].who,
				    .value = f->v[i].n,
				    .threshold = least });
	}
}

/* From one demand to one class of problems (一个诉求解决一类问题). */
static void
look_at_clusters(struct look *l)
{
	const struct figures *f = &l->b->clusters;

	for (size_t i = 0; i < f->n; i++)
		warn(l,
		    &(struct row_alert){ .kind = STR("cluster"),
			.unit = step_room(l->s, f->v[i].who),
			.matter = f->v[i].matter,
			.place = f->v[i].who,
			.value = f->v[i].n,
			.threshold = number(l->s, "warning.cluster.count") });
}

/* Every so many (三次) of a unit, whichever casefiles they are in. */
static void
look_at_rows(
    struct look *l, const struct figures *f, const char *kind, const char *key)
{
	int64_t row = number(l->s, key);

	for (size_t i = 0; row > 0 && i < f->n; i++)
		if (f->v[i].n / row > f->v[i].before / row)
			warn(l, &(struct row_alert){ .kind = str_of(kind),
				    .unit = f->v[i].who,
				    .value = f->v[i].n,
				    .threshold = row });
}

/* What the answers of all units of one kind come to. */
static struct row_count
sum_of(const struct row_count *counts, const struct standing *places, size_t n,
    struct str group)
{
	struct row_count sum = { .valid = 0 };

	for (size_t i = 0; i < n; i++)
		if (str_eq(places[i].group, group)) {
			sum.valid += counts[i].valid;
			sum.contacted += counts[i].contacted;
			sum.solved += counts[i].solved;
			sum.satisfied += counts[i].satisfied;
			sum.basic += counts[i].basic;
		}
	return sum;
}

static void
warn_below(struct look *l, const char *kind, struct str unit, int64_t value,
    int64_t threshold)
{
	if (value < threshold)
		warn(l, &(struct row_alert){ .kind = str_of(kind),
			    .unit = unit,
			    .value = value,
			    .threshold = threshold });
}

static void
look_at_month(struct look *l, const struct period *p)
{
	int64_t bottom = number(l->s, "warning.rank.bottom");
	int64_t peers = number(l->s, "warning.rank.peers");
	int64_t least = number(l->s, "warning.valid.least");
	int64_t content = number(l->s, "warning.satisfied.per_cent") * 100;
	size_t n;
	const struct row_count *c = scoring_scored(l->s, p, &l->b->score, &n);
	const struct standing *v = scoring_stand(l->s, p, c, n);

	for (size_t i = 0; i < n; i++) {
		struct rates own = scoring_rates(p->scheme, &c[i]);
		struct row_count sum = sum_of(c, v, n, v[i].group);
		struct rates all = scoring_rates(p->scheme, &sum);

		if (c[i].valid < least)
			continue;
		warn_below(
		    l, "discontent", c[i].unit, own.satisfaction_bp, content);
		if (v[i].peers < peers)
			continue;
		/* A place is better the lower it is. */
		if (v[i].rank > 1 && v[i].rank > v[i].peers - bottom)
			warn(l, &(struct row_alert){ .kind = STR("rank"),
				    .unit = c[i].unit,
				    .value = v[i].rank,
				    .threshold = v[i].peers - bottom });
		warn_below(l, "solved", c[i].unit, own.resolution_bp,
		    all.resolution_bp);
		warn_below(l, "satisfied", c[i].unit, own.satisfaction_bp,
		    all.satisfaction_bp);
	}
}

static bool
refuse_look(struct step *s, struct span *span)
{
	const struct msg_warning_look *m = s->msg;
	const struct row_unit *u = step_unit(s, m->unit);

	if (u == NULL)
		return true;
	if (!str_eq(u->division, registry_county_of(u->division))) {
		step_refuse_because(
		    s, "NOT_THE_COUNTY", "not %.*s", STR_ARG(u->code));
		return true;
	}
	switch (scoring_span(s->registry, m->span, span)) {
	case SPAN_NONE:
		step_refuse_because(
		    s, "SPAN_BAD", "not %.*s", STR_ARG(m->span));
		return true;
	case SPAN_NO_SCHEME:
		step_refuse(s, "NO_SCHEME");
		return true;
	case SPAN_OK:
		break;
	}
	if (s->at < span->period.to)
		step_refuse(s, "SPAN_NOT_OVER");
	return step_refused(s);
}

void
scoring_look_at(
    struct step *s, struct str name, const struct span *span, struct str number)
{
	static const struct look_basis nothing;
	struct look l = { .s = s,
		.b = s->extra != NULL ? s->extra : &nothing,
		.span = name,
		.number = number };

	if (span->period.scheme != NULL)
		look_at_month(&l, &span->period);
	look_at_volumes(&l);
	look_at_clusters(&l);
	look_at_rows(&l, &l.b->reds, "reds", "supervise.red.talk");
	look_at_rows(&l, &l.b->ungraded, "ungraded", "warning.ungraded.count");
	step_emit_about(s, number, &msg_warning_looked_desc,
	    &(struct msg_warning_looked){
		.span = name, .raised = l.raised, .before = l.before });
}

void
scoring_look(struct step *s)
{
	const struct msg_warning_look *m = s->msg;
	struct span span;

	if (!refuse_look(s, &span))
		scoring_look_at(s, m->span, &span, s->folder->casefile);
}
