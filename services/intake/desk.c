#include "services/intake/desk.h"

/* What heard begins with is what the rules were given. */
static struct heard *
heard_of(const struct run_event *ev)
{
	return ev->desc == &msg_report_submit_desc
		   ? (struct heard *)(uintptr_t)ev->extra
		   : NULL;
}

static bool
is_refused(struct run *r, const struct run_event *ev)
{
	return intake_fault(run_registry(r), &ev->env, ev->msg, ev->at,
		   ev->extra) != NULL;
}

/* A report whose matter nobody has told, and whose words may tell it. */
static struct heard *
matterless(struct run *r, const struct run_event *ev)
{
	const struct msg_report_submit *m = ev->msg;
	struct heard *h = heard_of(ev);

	return h != NULL && m->matter.n == 0 && h->p.text.n > 0 &&
		       !is_refused(r, ev)
		   ? h
		   : NULL;
}

static enum rc
propose(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	struct arena *arena = run_arena(r);
	struct intake_proposals *out = arena_alloc(arena, n * sizeof(*out));
	struct str *texts = arena_alloc(arena, n * sizeof(*texts));
	struct heard **who = arena_alloc(arena, n * sizeof(struct heard *));
	struct heard *h;
	size_t k = 0;
	int64_t max = registry_number(
	    run_registry(r), "matter.proposals.max", events[0].at, 1);

	must(out != NULL && texts != NULL && who != NULL);
	for (size_t i = 0; i < n; i++) {
		h = matterless(r, &events[i]);
		if (h == NULL)
			continue;
		who[k] = h;
		texts[k++] = h->p.text;
	}
	if (k == 0)
		return RC_OK;
	TRY(intake_store_propose(
	    run_db(r), (struct strs){ texts, k }, max, arena, out, e));
	for (size_t i = 0; i < k; i++) {
		who[i]->p.proposals = out[i].p;
		who[i]->p.n_proposals = out[i].n;
	}
	return RC_OK;
}

static struct sighting
from_submit(const struct run_event *ev)
{
	const struct msg_report_submit *m = ev->msg;
	const struct heard *h = heard_of(ev);

	return (struct sighting){
		.report = ev->casefile,
		.division = ev->env.division,
		.place = h->p.place,
		.text = h->p.text,
		.person = h->person,
		.lat = m->lat,
		.lon = m->lon,
		.at = ev->at,
	};
}

static struct sighting
from_row(const struct row_report *row)
{
	return (struct sighting){
		.report = row->id,
		.division = row->division,
		.place = row->place,
		.text = row->text,
		.lat = row->lat,
		.lon = row->lon,
		.at = row->received_at,
	};
}

static const struct row_report *
row_of(struct run *r, const struct run_event *ev)
{
	const struct msg_report_accept *m = ev->msg;
	struct folder *f = run_folder(r, ev->casefile);

	for (struct held *h = f != NULL ? f->first : NULL; h != NULL;
	     h = h->next)
		if (h->thing == THING_REPORT && str_eq(h->row->id, m->report))
			return (const struct row_report *)h->row;
	return NULL;
}

/*
 * The report that EV brings or is about; false when there is none to look
 * for.  A report that comes in with this very batch is taken from there.
 */
static bool
subject_of(
    struct run *r, const struct run_event *events, size_t i, struct sighting *s)
{
	const struct run_event *ev = &events[i];
	const struct msg_report_accept *m = ev->msg;
	const struct row_report *row;

	if (ev->desc == &msg_report_submit_desc) {
		*s = from_submit(ev);
		return !is_refused(r, ev);
	}
	if (ev->desc != &msg_report_accept_desc)
		return false;
	row = row_of(r, ev);
	if (row != NULL) {
		*s = from_row(row);
		return true;
	}
	while (i-- > 0)
		if (events[i].desc == &msg_report_submit_desc &&
		    str_eq(events[i].casefile, m->report)) {
			*s = from_submit(&events[i]);
			return !is_refused(r, &events[i]);
		}
	return false;
}

/* What the batch looks for, and everything to look through. */
struct search {
	struct sighting *subject; /* one an event; report empty: none */
	struct str *towns;
	size_t n_towns;
	int64_t since;
	struct intake_seen seen;
};

static void
add_town(struct search *s, struct str division)
{
	struct str town = str_cut(division, 0, 9);

	for (size_t i = 0; i < s->n_towns; i++)
		if (str_eq(s->towns[i], town))
			return;
	s->towns[s->n_towns++] = town;
}

/* How far back anything can matter. */
static int64_t
window_start(const struct registry *registry, int64_t at)
{
	struct limit l = registry_limit(registry, "report.merge.window", at);
	int64_t due = calendar_due(registry_calendar(registry), l, at, NULL);

	/* As long again, and what free days may add; the rule is exact. */
	return at - (due - at) - 14 * DAY_MS * (l.clock != LIMIT_NATURAL);
}

static void
subjects(
    struct run *r, struct search *s, const struct run_event *events, size_t n)
{
	struct arena *arena = run_arena(r);

	*s = (struct search){ .since = INT64_MAX };
	s->subject = arena_alloc(arena, n * sizeof(*s->subject));
	s->towns = arena_alloc(arena, n * sizeof(*s->towns));
	must(s->subject != NULL && s->towns != NULL);
	for (size_t i = 0; i < n; i++) {
		struct sighting *x = &s->subject[i];
		int64_t since;

		if (!subject_of(r, events, i, x)) {
			*x = (struct sighting){ .at = 0 };
			continue;
		}
		since = window_start(run_registry(r), x->at);
		if (since < s->since)
			s->since = since;
		add_town(s, x->division);
		sighting_read(x, run_registry(r), x->at, arena);
	}
}

/* What a report that comes in becomes; state REPORT_RECEIVED: nothing yet. */
static struct settlement
submitted(struct run *r, const struct run_event *ev)
{
	return intake_settle(run_registry(r), ev->msg, ev->at, ev->extra);
}

/* Another event of the batch before I has decided on REPORT, or may have. */
static bool
is_decided_before(const struct run_event *events, size_t i, struct str report)
{
	while (i-- > 0) {
		const struct msg_report_accept *a = events[i].msg;
		const struct msg_report_refuse *f = events[i].msg;

		if ((events[i].desc == &msg_report_accept_desc &&
			str_eq(a->report, report)) ||
		    (events[i].desc == &msg_report_refuse_desc &&
			str_eq(f->report, report)))
			return true;
	}
	return false;
}

/* The same for the desk's word; only where it can not be refused. */
static struct settlement
decided(struct run *r, const struct run_event *events, size_t i)
{
	const struct run_event *ev = &events[i];
	const struct msg_report_accept *m = ev->msg;
	const struct prepared *p = ev->extra;
	const struct row_report *row = row_of(r, ev);
	struct settlement way = { .state = REPORT_RECEIVED };

	if (row == NULL || is_decided_before(events, i, m->report) ||
	    !intake_would_accept(run_registry(r), row, m, ev->at))
		return way;
	way.matter = registry_matter(run_registry(r), m->matter, ev->at);
	way.duplicate =
	    duplicates_with(p->duplicates, p->n_duplicates, way.matter);
	way.state = way.duplicate != NULL ? REPORT_MERGED : REPORT_ACCEPTED;
	return way;
}

/* What this report becomes is seen by those behind it in the batch. */
static void
now_seen(
    struct run *r, struct search *s, const struct run_event *events, size_t i)
{
	struct sighting x = s->subject[i];
	struct settlement way = events[i].desc == &msg_report_submit_desc
				    ? submitted(r, &events[i])
				    : decided(r, events, i);

	if (way.state == REPORT_RECEIVED)
		return;
	x.casefile = way.duplicate != NULL ? way.duplicate->casefile : x.report;
	x.matter =
	    way.duplicate != NULL ? way.duplicate->matter : way.matter->code;
	s->seen.v[s->seen.n++] = x;
}

static void
look_through(
    struct run *r, struct search *s, struct run_event *events, size_t i)
{
	struct run_event *ev = &events[i];
	struct heard *h = heard_of(ev);
	struct prepared *p = h != NULL ? &h->p : NULL;

	if (p == NULL) {
		p = arena_alloc(run_arena(r), sizeof(*p));
		must(p != NULL);
		ev->extra = p;
	}
	p->n_duplicates = duplicates_find(&s->subject[i], s->seen.v, s->seen.n,
	    run_registry(r), run_arena(r), &p->duplicates);
	now_seen(r, s, events, i);
}

static enum rc
find_duplicates(
    struct run *r, struct run_event *events, size_t n, struct err *e)
{
	struct search s;

	subjects(r, &s, events, n);
	if (s.n_towns == 0)
		return RC_OK;
	s.seen.room = n;
	TRY(intake_store_nearby(run_db(r), (struct strs){ s.towns, s.n_towns },
	    s.since, run_arena(r), &s.seen, e));
	for (size_t i = 0; i < s.seen.n; i++)
		sighting_read(&s.seen.v[i], run_registry(r), s.seen.v[i].at,
		    run_arena(r));
	for (size_t i = 0; i < n; i++)
		if (s.subject[i].report.n > 0)
			look_through(r, &s, events, i);
	return RC_OK;
}

enum rc
desk_look_up(struct run *r, struct run_event *events, size_t n, struct err *e)
{
	TRY(propose(r, events, n, e));
	return find_duplicates(r, events, n, e);
}
