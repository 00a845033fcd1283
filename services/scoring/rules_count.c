/* How tallies add up. */
#include "services/scoring/rules.h"

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
	const struct row_tally *t = scoring_tally_of(h->row);

	return h->thing == THING_TALLY && t->at >= p->from && t->at < p->to &&
	       t->seq < before;
}

/* One casefile, one voice: the seq of the last answer that lies in P. */
static int64_t
last_answer(const struct folder *f, const struct period *p, int64_t before)
{
	int64_t seq = 0;

	for (const struct held *h = f->first; h != NULL; h = h->next) {
		const struct row_tally *t = scoring_tally_of(h->row);

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
		const struct row_tally *t = scoring_tally_of(h->row);
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
