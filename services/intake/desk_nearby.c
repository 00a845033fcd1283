#include "services/intake/desk_nearby.h"

/* So much of an older report's text is compared. */
#define TEXT_RUNES 1000

/* What a batch looks through, besides its own reports. */
struct nearby {
	struct intake_seen seen; /* as the batch found it, newest first */
	struct intake_seen formers;
	struct intake_persons persons;
	/* The batch's own reports as they are by now, hashed by id. */
	const struct row_report **rows;
	size_t rows_cap; /* power of two */
};

/* What heard begins with is what the rules were given. */
struct heard *
nearby_heard(const struct run_event *ev)
{
	return ev->desc == &msg_report_submit_desc
		   ? (struct heard *)(uintptr_t)ev->extra
		   : NULL;
}

bool
nearby_is_refused(struct run *r, const struct run_event *ev)
{
	return intake_fault(run_registry(r), &ev->env, ev->msg, ev->at,
		   ev->extra) != NULL;
}

/* Where the row of report ID stands, or would. */
static const struct row_report **
place_of(const struct nearby *near, struct str id)
{
	size_t i = str_hash(id) & (near->rows_cap - 1);

	while (near->rows[i] != NULL && !str_eq(near->rows[i]->id, id))
		i = (i + 1) & (near->rows_cap - 1);
	return &near->rows[i];
}

/* The row of report ID if the batch holds it, in whichever folder. */
static const struct row_report *
report_of(const struct nearby *near, struct str id)
{
	return *place_of(near, id);
}

static void
note(struct nearby *near, const struct folder *f)
{
	for (const struct held *h = f->first; h != NULL; h = h->next)
		if (h->thing == THING_REPORT)
			*place_of(near, h->row->id) =
			    (const struct row_report *)h->row;
}

/* Room for the rows there are, and for one that each event may bring. */
static void
note_all(struct run *r, struct nearby *near, const struct run_event *events,
    size_t n)
{
	size_t most = n;

	for (size_t i = 0; i < n; i++)
		most += run_folder(r, events[i].casefile)->n;
	near->rows_cap = 16;
	while (near->rows_cap < 2 * most)
		near->rows_cap *= 2;
	near->rows = arena_alloc(
	    run_arena(r), near->rows_cap * sizeof(struct row_report *));
	must(near->rows != NULL);
	for (size_t i = 0; i < n; i++)
		note(near, run_folder(r, events[i].casefile));
}

void
nearby_note(struct run *r, struct nearby *near, const struct run_event *ev)
{
	note(near, run_folder(r, ev->casefile));
}

/* The report that EV decides on by what is known of others; or nothing. */
static struct str
decided_by(const struct run_event *ev)
{
	if (ev->desc == &msg_report_accept_desc)
		return ((const struct msg_report_accept *)ev->msg)->report;
	if (ev->desc == &msg_report_answer_check_desc)
		return ((const struct msg_report_answer_check *)ev->msg)
		    ->report;
	return (struct str){ NULL, 0 };
}

static struct sighting
from_submit(struct run *r, const struct run_event *ev)
{
	const struct msg_report_submit *m = ev->msg;
	const struct heard *h = nearby_heard(ev);

	must(h != NULL);
	return (struct sighting){
		.report = ev->casefile,
		.division = registry_successor(
		    run_registry(r), ev->env.division, ev->at),
		.place = h->p.place,
		.text = h->p.text,
		.person = h->person,
		.lat = m->lat,
		.lon = m->lon,
		.at = ev->at,
	};
}

static struct str
person_of(const struct nearby *near, struct str token)
{
	for (size_t i = 0; i < near->persons.n && token.n > 0; i++)
		if (str_eq(near->persons.v[i].token, token))
			return near->persons.v[i].person;
	return (struct str){ NULL, 0 };
}

static struct sighting
from_row(const struct nearby *near, const struct row_report *row)
{
	return (struct sighting){
		.report = row->id,
		.division = row->division,
		.place = row->place,
		.text = row->text,
		.person = person_of(near, row->token),
		.lat = row->lat,
		.lon = row->lon,
		.at = row->received_at,
	};
}

/* The report that EV, which is not refused, brings or is about. */
bool
nearby_subject(struct run *r, struct run_event *events, size_t i,
    const struct nearby *near, struct sighting *s)
{
	const struct run_event *ev = &events[i];
	struct str report = decided_by(ev);
	const struct row_report *row;

	if (ev->desc == &msg_report_submit_desc) {
		*s = from_submit(r, ev);
		return !nearby_is_refused(r, ev);
	}
	if (report.n == 0)
		return false;
	row = report_of(near, report);
	if (row != NULL)
		*s = from_row(near, row);
	/* What came in with this very batch is not in the vault yet. */
	for (size_t k = 0; row != NULL && k < i; k++)
		if (events[k].desc == &msg_report_submit_desc &&
		    str_eq(events[k].casefile, row->id))
			s->person = from_submit(r, &events[k]).person;
	return row != NULL;
}

static bool
is_open_in(
    const struct intake_seen *seen, struct str casefile, struct str *matter)
{
	for (size_t i = 0; i < seen->n; i++)
		if (str_eq(seen->v[i].s.casefile, casefile)) {
			*matter = seen->v[i].s.matter;
			return seen->v[i].open;
		}
	return false;
}

/* The casefile's own report as it is now: open, and of which matter? */
static bool
is_open(const struct nearby *near, struct str casefile, struct str *matter)
{
	const struct row_report *row = report_of(near, casefile);

	if (row != NULL) {
		*matter = row->matter;
		return str_is(row->state, "accepted") && row->closed_at == 0;
	}
	return is_open_in(&near->seen, casefile, matter) ||
	       is_open_in(&near->formers, casefile, matter);
}

/* What of an older report counts: if an open casefile carries it now. */
static bool
is_carried(const struct nearby *near, struct sighting *s, struct str state)
{
	const struct row_report *row = report_of(near, s->report);

	if (row != NULL) {
		state = row->state;
		s->casefile = row->casefile;
	}
	return (str_is(state, "accepted") || str_is(state, "merged")) &&
	       is_open(near, s->casefile, &s->matter);
}

/* How far a report is that is in STATE. */
static const char *
progress_of(const struct nearby *near, struct str state, struct str casefile)
{
	struct str matter;

	if (str_is(state, "received") || str_is(state, "checking"))
		return "undecided";
	if (str_is(state, "refused"))
		return "not_taken";
	return is_open(near, casefile, &matter) ? "in_hand" : "done";
}

struct former
nearby_former(const struct nearby *near, const struct run_event *ev)
{
	const struct msg_report_refuse *m = ev->msg;
	const struct row_report *row = report_of(near, m->former);
	struct str state = { NULL, 0 }, casefile = state;

	for (size_t i = 0; i < near->formers.n; i++)
		if (str_eq(near->formers.v[i].s.report, m->former)) {
			state = near->formers.v[i].state;
			casefile = near->formers.v[i].s.casefile;
		}
	if (row != NULL) {
		state = row->state;
		casefile = row->casefile;
	}
	if (state.n == 0)
		return (struct former){ .found = false };
	return (struct former){ true, casefile,
		progress_of(near, state, casefile) };
}

static bool
is_town(const struct sighting *s, struct str town)
{
	return str_eq(str_cut(s->division, 0, 9), town);
}

static struct str
cut_runes(struct str text, size_t n)
{
	size_t at = 0;

	while (n-- > 0 && at < text.n)
		(void)str_rune(text, &at);
	return str_cut(text, 0, at);
}

/*
 * What was reported in TOWN before event I, the newest first: what came with
 * this batch as it is by now, then what was there before.  The same as if
 * each event had been a batch of its own.
 */
size_t
nearby_reported(struct run *r, struct run_event *events, size_t i,
    const struct nearby *near, struct str town, struct sighting *out)
{
	size_t looked = 0, n = 0;

	for (size_t k = i; k-- > 0 && looked < NEARBY_MAX;) {
		struct sighting s;

		if (events[k].desc != &msg_report_submit_desc ||
		    report_of(near, events[k].casefile) == NULL)
			continue;
		s = from_submit(r, &events[k]);
		if (!is_town(&s, town))
			continue;
		looked++;
		s.text = cut_runes(s.text, TEXT_RUNES);
		if (!is_carried(near, &s, STR("")))
			continue;
		sighting_read(&s, run_registry(r), s.at, run_arena(r));
		out[n++] = s;
	}
	for (size_t k = 0; k < near->seen.n && looked < NEARBY_MAX; k++) {
		struct sighting s = near->seen.v[k].s;

		if (!is_town(&s, town))
			continue;
		looked++;
		if (is_carried(near, &s, near->seen.v[k].state))
			out[n++] = s;
	}
	return n;
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

/* What is to be loaded: which towns, since when, and who said it. */
struct wish {
	struct str *towns;
	size_t n_towns;
	struct str *tokens;
	size_t n_tokens;
	struct str *formers;
	size_t n_formers;
	int64_t since;
};

static void
wish_for(struct run *r, struct wish *w, struct str division, int64_t at)
{
	struct str town = str_cut(division, 0, 9);
	int64_t since = window_start(run_registry(r), at);

	if (since < w->since)
		w->since = since;
	for (size_t i = 0; i < w->n_towns; i++)
		if (str_eq(w->towns[i], town))
			return;
	w->towns[w->n_towns++] = town;
}

static void
wish_for_former(struct wish *w, const struct msg_report_refuse *m)
{
	if (m->former.n > 0)
		w->formers[w->n_formers++] = m->former;
}

static void
wishes(struct run *r, const struct nearby *near, const struct run_event *events,
    size_t n, struct wish *w)
{
	*w = (struct wish){ .since = INT64_MAX };
	w->towns = arena_alloc(run_arena(r), n * sizeof(*w->towns));
	w->tokens = arena_alloc(run_arena(r), n * sizeof(*w->tokens));
	w->formers = arena_alloc(run_arena(r), n * sizeof(*w->formers));
	must(w->towns != NULL && w->tokens != NULL && w->formers != NULL);
	for (size_t i = 0; i < n; i++) {
		const struct run_event *ev = &events[i];
		const struct row_report *row;
		struct str report = decided_by(ev);

		if (ev->desc == &msg_report_refuse_desc)
			wish_for_former(w, ev->msg);
		if (ev->desc == &msg_report_submit_desc &&
		    !nearby_is_refused(r, ev))
			wish_for(r, w,
			    registry_successor(
				run_registry(r), ev->env.division, ev->at),
			    ev->at);
		if (report.n == 0 || (row = report_of(near, report)) == NULL)
			continue;
		wish_for(r, w, row->division, row->received_at);
		if (row->token.n > 0)
			w->tokens[w->n_tokens++] = row->token;
	}
}

enum rc
nearby_load(struct run *r, struct run_event *events, size_t n,
    struct nearby **out, struct err *e)
{
	struct arena *arena = run_arena(r);
	struct nearby *near = arena_alloc(arena, sizeof(*near));
	struct wish w;

	must(near != NULL);
	*out = near;
	note_all(r, near, events, n);
	wishes(r, near, events, n, &w);
	if (w.n_towns > 0)
		TRY(intake_store_nearby(run_db(r),
		    (struct strs){ w.towns, w.n_towns }, w.since, NEARBY_MAX,
		    arena, &near->seen, e));
	if (w.n_formers > 0)
		TRY(intake_store_formers(run_db(r),
		    (struct strs){ w.formers, w.n_formers }, arena,
		    &near->formers, e));
	if (w.n_tokens > 0)
		TRY(intake_store_persons(run_db(r),
		    (struct strs){ w.tokens, w.n_tokens }, arena,
		    &near->persons, e));
	for (size_t i = 0; i < near->seen.n; i++) {
		struct sighting *s = &near->seen.v[i].s;

		sighting_read(s, run_registry(r), s->at, arena);
	}
	return RC_OK;
}
