/*
 * The clock looks by itself: at each day when it is over, and at each
 * assessment month.  It begins with the first pack and goes on for good; a
 * day that nobody was there for is looked at later, one after the other.
 */
#include "services/scoring/rules.h"

static struct row_head *
head(struct row_watch *w)
{
	return (struct row_head *)w;
}

/* Midnight is no time to be warned at: the pack says how long after. */
static void
arm(struct step *s, struct row_watch *w, const char *limit, int64_t over_at)
{
	step_arm(s, head(w), limit, ARM_WINDOW,
	    step_county_centre(s, w->division),
	    step_due(s, "warning.look", over_at));
}

static void
await_day(struct step *s, struct row_watch *w, int64_t day)
{
	int year, month, date;

	clock_date_of(day, &year, &month, &date);
	w->day = arena_printf(s->arena, "%04d-%02d-%02d", year, month, date);
	step_touch(s, head(w));
	arm(s, w, "day", clock_day_start(day + 1));
}

/* The month that AT lies in; a pack may have no scheme yet. */
static void
await_month(struct step *s, struct row_watch *w, int64_t at)
{
	char text[PERIOD_TEXT];
	struct period p;

	w->month = (struct str){ NULL, 0 };
	step_touch(s, head(w));
	if (scoring_period_at(s->registry, at, text, &p) != PERIOD_OK)
		return;
	w->month = arena_str(s->arena, p.name);
	arm(s, w, "month", p.to);
}

/* The day ends, whatever limits are in force. */
static void
await_midnight(struct step *s, struct row_watch *w)
{
	int64_t over_at = clock_day_start(clock_day(s->at) + 1);

	step_arm(s, head(w), "begin", ARM_WINDOW, (struct str){ NULL, 0 },
	    (struct due){ .rule = { .clock = LIMIT_NATURAL,
			      .amount = (over_at - s->at) / MINUTE_MS },
		.from = s->at,
		.soon = over_at,
		.at = over_at });
}

/*
 * The pack counts for what comes behind it, and may be one of a later day: its
 * limits are not known yet.
 */
void
scoring_watch_begin(struct step *s)
{
	const bool *watched = s->extra;
	struct row_watch *w;

	if (watched != NULL && *watched)
		return;
	w = step_new(s, THING_WATCH, WATCH_KEPT);
	w->seq = s->seq;
	/* It is everywhere, until the pack says where that is. */
	w->division = STR("000000");
	await_midnight(s, w);
}

static bool
is_in_force(struct step *s)
{
	const struct row_limit *l;

	for (size_t i = 0;
	     (l = registry_next(s->registry, TABLE_limit, s->at, &i)) != NULL;)
		if (str_is(l->key, "warning.look"))
			return true;
	return false;
}

static struct str
county(struct step *s)
{
	const struct row_division *d;

	for (size_t i = 0; (d = registry_next(s->registry, TABLE_division,
				s->at, &i)) != NULL;)
		if (d->code.n == 6)
			return d->code;
	return (struct str){ NULL, 0 };
}

void
scoring_watch_begun(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	struct row_watch *w = (struct row_watch *)s->row;
	int64_t day = clock_day(m->due_at) - 1;

	if (!is_in_force(s)) {
		await_midnight(s, w);
		return;
	}
	w->division = county(s);
	await_day(s, w, day);
	await_month(s, w, clock_day_start(day));
}

struct str
scoring_watched(const struct row_watch *w, const struct msg_deadline_lapsed *ev)
{
	if (str_is(ev->limit, "day"))
		return w->day;
	return str_is(ev->limit, "month") ? w->month : (struct str){ NULL, 0 };
}

/* What it warns of begins a casefile of its own, as a look by hand does. */
static bool
look(struct step *s, struct span *span)
{
	struct row_watch *w = (struct row_watch *)s->row;
	struct str name = scoring_watched(w, s->msg);

	if (scoring_span(s->registry, name, span) != SPAN_OK ||
	    s->at < span->period.to)
		return false;
	scoring_look_at(
	    s, name, span, step_number(w->division, s->at, s->seq, s->arena));
	return true;
}

void
scoring_watch_day(struct step *s)
{
	struct row_watch *w = (struct row_watch *)s->row;
	struct span span;

	if (!look(s, &span))
		span.period.to = clock_day_start(clock_day(s->at));
	await_day(s, w, clock_day(span.period.to));
	if (w->month.n == 0)
		await_month(s, w, s->at);
}

void
scoring_watch_month(struct step *s)
{
	struct row_watch *w = (struct row_watch *)s->row;
	struct span span;

	await_month(s, w, look(s, &span) ? span.period.to : s->at);
}
