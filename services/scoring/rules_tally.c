/* What counts for which unit, and how it adds up. */
#include "services/scoring/rules.h"

/*
 * The id follows from the fact alone, so the order in which the facts of a
 * casefile come changes no row.
 */
static struct row_tally *
tally(struct step *s, struct str unit, const char *what, struct str about)
{
	struct str id = arena_printf(s->arena, "%.*s/S%lld",
	    STR_ARG(s->folder->casefile), (long long)s->seq);
	struct row_tally *t = step_new_id(s, THING_TALLY, TALLY_COUNTED, id);

	t->unit = unit;
	t->what = str_of(what);
	t->at = s->at;
	t->seq = s->seq;
	t->about = about;
	return t;
}

void
scoring_task_assigned(struct step *s)
{
	const struct msg_task_assigned *m = s->msg;

	(void)tally(s, m->unit, m->rework > 0 ? "rework" : "assigned", m->task);
}

void
scoring_task_submitted(struct step *s)
{
	const struct msg_task_submitted *m = s->msg;

	tally(s, m->unit, "submitted", m->task)->late = m->late;
}

void
scoring_task_rejected(struct step *s)
{
	const struct msg_task_rejected *m = s->msg;

	(void)tally(s, m->unit, "rejected", m->task);
}

void
scoring_return_asked(struct step *s)
{
	const struct msg_return_asked *m = s->msg;

	(void)tally(s, m->unit, "return_asked", m->task);
}

void
scoring_return_agreed(struct step *s)
{
	const struct msg_return_agreed *m = s->msg;

	(void)tally(s, m->unit, "return_agreed", m->task);
}

void
scoring_return_declined(struct step *s)
{
	const struct msg_return_declined *m = s->msg;

	(void)tally(s, m->unit, "return_declined", m->task);
}

void
scoring_call_asked(struct step *s)
{
	const struct msg_call_unit_asked *m = s->msg;

	(void)tally(s, m->unit, "called", m->call);
}

void
scoring_call_reported_in(struct step *s)
{
	const struct msg_call_reported_in *m = s->msg;

	tally(s, m->unit, "came", m->call)->late = m->late;
}

void
scoring_call_missed(struct step *s)
{
	const struct msg_call_unit_missed *m = s->msg;

	(void)tally(s, m->unit, "missed", m->call);
}

void
scoring_call_refused(struct step *s)
{
	const struct msg_call_unit_refused *m = s->msg;

	(void)tally(s, m->unit, "refused", m->call);
}

/* Against who called, and did not say how it was. */
void
scoring_call_ungraded(struct step *s)
{
	const struct msg_call_unit_ungraded *m = s->msg;

	(void)tally(s, m->room, "ungraded", m->call);
}

/* A colour of the message as a word of ours, NULL for one to come. */
static const char *
colour_word(struct str colour)
{
	static const char *const words[] = { "blue", "yellow", "red" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(colour, words[i]))
			return words[i];
	return NULL;
}

static void
card(struct step *s, struct str unit, struct str colour, struct str id)
{
	const char *word = colour_word(colour);

	if (word != NULL)
		(void)tally(s, unit, word, id);
}

void
scoring_card_issued(struct step *s)
{
	const struct msg_card_issued *m = s->msg;

	card(s, m->unit, m->colour, m->card);
}

void
scoring_card_deepened(struct step *s)
{
	const struct msg_card_deepened *m = s->msg;

	card(s, m->unit, m->colour, m->card);
}

/* A card that never went red breaks the row of reds. */
void
scoring_card_lifted(struct step *s)
{
	const struct msg_card_lifted *m = s->msg;

	if (!str_is(m->colour, "red"))
		(void)tally(s, m->unit, "cleared", m->card);
}

void
scoring_casefile_handled(struct step *s)
{
	const struct msg_casefile_handled *m = s->msg;

	tally(s, m->unit, "handled", m->casefile)->late = m->late;
}

void
scoring_casefile_closed(struct step *s)
{
	const struct msg_casefile_closed *m = s->msg;

	tally(s, m->handler, "closed", m->casefile)->late = m->late;
}

static const struct row_tally *
tally_of(const struct row_head *row)
{
	return (const struct row_tally *)row;
}

/* Who handled what was closed last; empty when nothing was. */
static struct str
last_handler(struct step *s)
{
	const struct row_tally *last = NULL;

	for (const struct row_head *r = step_next(s, THING_TALLY, NULL);
	     r != NULL; r = step_next(s, THING_TALLY, r))
		if (str_is(tally_of(r)->what, "closed") &&
		    (last == NULL || tally_of(r)->seq > last->seq))
			last = tally_of(r);
	return last != NULL ? last->unit : (struct str){ NULL, 0 };
}

/* Against whoever had handled it; the new round may be another's. */
void
scoring_casefile_reopened(struct step *s)
{
	const struct msg_casefile_reopened *m = s->msg;
	struct str unit = last_handler(s);

	if (unit.n > 0)
		(void)tally(s, unit, "reopened", m->casefile);
}

void
scoring_callback_recorded(struct step *s)
{
	const struct msg_callback_recorded *m = s->msg;
	struct row_tally *t = tally(s, m->unit, "answer", m->callback);

	t->contacted = m->contacted;
	t->solved = m->solved;
	t->satisfied = m->satisfied;
}

/* No answer is no answer: counted beside the rates, in none of them. */
void
scoring_callback_lapsed(struct step *s)
{
	const struct msg_callback_lapsed *m = s->msg;
	struct str unit = last_handler(s);

	if (unit.n > 0)
		(void)tally(s, unit,
		    str_is(m->why, "no_answer") ? "no_answer" : "not_due",
		    m->callback);
}

/* Words that simply add one, and where. */
static const struct {
	const char *what;
	size_t on_time;
	size_t late;
} sums[] = {
/* clang-format off */
#define PLACE(field) offsetof(struct row_count, field)
	{ "assigned",        PLACE(tasks),            PLACE(tasks) },
	{ "rework",          PLACE(reworks),          PLACE(reworks) },
	{ "rejected",        PLACE(rejected),         PLACE(rejected) },
	{ "return_asked",    PLACE(returns_asked),    PLACE(returns_asked) },
	{ "return_agreed",   PLACE(returns_agreed),   PLACE(returns_agreed) },
	{ "return_declined", PLACE(returns_declined), PLACE(returns_declined) },
	{ "called",          PLACE(calls_asked),      PLACE(calls_asked) },
	{ "came",            PLACE(calls_in_time),    PLACE(calls_late) },
	{ "missed",          PLACE(calls_missed),     PLACE(calls_missed) },
	{ "refused",         PLACE(calls_refused),    PLACE(calls_refused) },
	{ "blue",            PLACE(cards_blue),       PLACE(cards_blue) },
	{ "yellow",          PLACE(cards_yellow),     PLACE(cards_yellow) },
	{ "red",             PLACE(cards_red),        PLACE(cards_red) },
	{ "reopened",        PLACE(reopened),         PLACE(reopened) },
	{ "no_answer",       PLACE(no_answer),        PLACE(no_answer) },
	{ "not_due",         PLACE(not_due),          PLACE(not_due) },
#undef PLACE
	/* clang-format on */
};

static int64_t *
count_at(struct row_count *c, size_t offset)
{
	return (int64_t *)(void *)((char *)c + offset);
}

/* A casefile counts once, however often it is handled or closed. */
static void
once(int64_t *count, int64_t *in, int64_t casefile)
{
	*count += *in != casefile;
	*in = casefile;
}

static void
add_answer(struct row_count *c, const struct row_tally *t)
{
	c->valid++;
	c->contacted += t->contacted;
	c->solved += t->solved;
	c->satisfied += str_is(t->satisfied, "yes");
	c->basic += str_is(t->satisfied, "basic");
}

static void
add(struct counted *c, const struct row_tally *t, bool votes, int64_t casefile)
{
	struct row_count *n = &c->count;

	if (str_is(t->what, "answer") && votes)
		add_answer(n, t);
	else if (str_is(t->what, "answer"))
		n->replaced++;
	else if (str_is(t->what, "closed"))
		once(&n->casefiles, &c->closed_in, casefile);
	else if (str_is(t->what, "handled"))
		once(&n->handled, &c->handled_in, casefile);
	if (str_is(t->what, "handled") && t->late)
		once(&n->late, &c->late_in, casefile);
	if (str_is(t->what, "submitted")) {
		n->submitted++;
		n->submitted_late += t->late;
	}
	for (size_t i = 0; i < ARRAY_LEN(sums); i++)
		if (str_is(t->what, sums[i].what))
			++*count_at(
			    n, t->late ? sums[i].late : sums[i].on_time);
}

static bool
counts_in(const struct held *h, const struct period *p, int64_t before)
{
	const struct row_tally *t = tally_of(h->row);

	return h->thing == THING_TALLY && t->at >= p->from && t->at < p->to &&
	       t->seq < before;
}

/* One casefile, one voice: the seq of the last answer that lies in P. */
static int64_t
last_answer(const struct folder *f, const struct period *p, int64_t before)
{
	int64_t seq = 0;

	for (const struct held *h = f->first; h != NULL; h = h->next) {
		const struct row_tally *t = tally_of(h->row);

		if (counts_in(h, p, before) && str_is(t->what, "answer") &&
		    t->seq > seq)
			seq = t->seq;
	}
	return seq;
}

static bool
grow(struct counting *c, struct arena *arena)
{
	size_t cap = c->cap > 0 ? c->cap * 2 : 64;
	struct counted *v = arena_alloc(arena, cap * sizeof(*v));

	if (v == NULL)
		return false;
	if (c->n > 0)
		memcpy(v, c->v, c->n * sizeof(*v));
	c->v = v;
	c->cap = cap;
	return true;
}

/* Makes a place for UNIT at AT; false when ARENA is full. */
static bool
insert(struct counting *c, size_t at, struct str unit, struct arena *arena)
{
	char *copy = arena_alloc(arena, unit.n + 1);

	if (copy == NULL || (c->n == c->cap && !grow(c, arena)))
		return false;
	if (unit.n > 0)
		memcpy(copy, unit.p, unit.n);
	memmove(&c->v[at + 1], &c->v[at], (c->n - at) * sizeof(*c->v));
	c->v[at] = (struct counted){ .count.unit = { copy, unit.n } };
	c->n++;
	return true;
}

/* UNIT's place, made when it has none yet; NULL when ARENA is full. */
static struct counted *
counted_of(struct counting *c, struct str unit, struct arena *arena)
{
	size_t lo = 0, hi = c->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_cmp(c->v[mid].count.unit, unit) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == c->n || !str_eq(c->v[lo].count.unit, unit))
		if (!insert(c, lo, unit, arena))
			return NULL;
	return &c->v[lo];
}

bool
scoring_count(struct counting *c, const struct folder *f,
    const struct period *p, int64_t before, struct arena *arena)
{
	int64_t answer = last_answer(f, p, before);

	c->n_casefiles++;
	for (const struct held *h = f->first; h != NULL; h = h->next) {
		const struct row_tally *t = tally_of(h->row);
		struct counted *of;

		if (!counts_in(h, p, before))
			continue;
		of = counted_of(c, t->unit, arena);
		if (of == NULL)
			return false;
		add(of, t, t->seq == answer, c->n_casefiles);
	}
	return true;
}
