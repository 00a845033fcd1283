/* What counts, and how it adds up: services/scoring/rules_tally.c. */
#include "services/scoring/rules.h"
#include "tests/lib/rulekit.h"
#include "tests/lib/score_county.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define CASE "330122-26-0000417"
#define TEAM STR("330122109-T")
#define SCJ STR("330122-D-SCJ")

/* One fact of each kind, the word it leaves, and whether it says late. */
/* clang-format off */
/* Inside a constant, STR() is none. */
#define S(z) { z, sizeof(z) - 1 }
#define MSG_OF(m, ...) &msg_##m##_desc, &(const struct msg_##m){ __VA_ARGS__ }
/* clang-format on */
static const struct {
	const struct msg_desc *desc;
	const void *msg;
	const char *what;
	bool late;
	const char *column;
} facts[] = {
	/* clang-format off */
	{ MSG_OF(task_assigned, .task = S(CASE "/T1"), .unit = S("330122109-T")),
	    "assigned", false, "tasks" },
	{ MSG_OF(task_assigned, .task = S(CASE "/T2"), .unit = S("330122109-T"),
		.rework = 1), "rework", false, "reworks" },
	{ MSG_OF(task_submitted, .task = S(CASE "/T1"), .unit = S("330122109-T")),
	    "submitted", false, "submitted" },
	{ MSG_OF(task_submitted, .task = S(CASE "/T1"), .unit = S("330122109-T"),
		.late = true), "submitted", true, "submitted_late" },
	{ MSG_OF(task_rejected, .task = S(CASE "/T1"), .unit = S("330122109-T")),
	    "rejected", false, "rejected" },
	{ MSG_OF(return_asked, .task = S(CASE "/T1"), .unit = S("330122109-T")),
	    "return_asked", false, "returns_asked" },
	{ MSG_OF(return_agreed, .task = S(CASE "/T1"), .unit = S("330122109-T"),
		.to = S("330122-D-SCJ")), "return_agreed", false, "returns_agreed" },
	{ MSG_OF(return_declined, .task = S(CASE "/T1"), .unit = S("330122109-T")),
	    "return_declined", false, "returns_declined" },
	{ MSG_OF(call_unit_asked, .call = S(CASE "/C1"), .unit = S("330122109-T")),
	    "called", false, "calls_asked" },
	{ MSG_OF(call_reported_in, .call = S(CASE "/C1"), .unit = S("330122109-T")),
	    "came", false, "calls_in_time" },
	{ MSG_OF(call_reported_in, .call = S(CASE "/C1"), .unit = S("330122109-T"),
		.late = true), "came", true, "calls_late" },
	{ MSG_OF(call_unit_missed, .call = S(CASE "/C1"), .unit = S("330122109-T")),
	    "missed", false, "calls_missed" },
	{ MSG_OF(call_unit_refused, .call = S(CASE "/C1"), .unit = S("330122109-T")),
	    "refused", false, "calls_refused" },
	{ MSG_OF(card_issued, .card = S(CASE "/K1"), .unit = S("330122109-T"),
		.colour = S("blue")), "blue", false, "cards_blue" },
	{ MSG_OF(card_deepened, .card = S(CASE "/K1"), .unit = S("330122109-T"),
		.colour = S("yellow")), "yellow", false, "cards_yellow" },
	{ MSG_OF(card_deepened, .card = S(CASE "/K1"), .unit = S("330122109-T"),
		.colour = S("red")), "red", false, "cards_red" },
	{ MSG_OF(casefile_handled, .casefile = S(CASE), .unit = S("330122109-T")),
	    "handled", false, "handled" },
	{ MSG_OF(casefile_handled, .casefile = S(CASE), .unit = S("330122109-T"),
		.late = true), "handled", true, "late" },
	{ MSG_OF(casefile_closed, .casefile = S(CASE), .handler = S("330122109-T"),
		.unit = S("330122-D-SCJ")), "closed", false, "casefiles" },
	{ MSG_OF(casefile_reopened, .casefile = S(CASE), .n = 1),
	    "reopened", false, "reopened" },
	{ MSG_OF(callback_lapsed, .callback = S(CASE "/A1"),
		.why = S("no_answer")), "no_answer", false, "no_answer" },
	{ MSG_OF(callback_lapsed, .callback = S(CASE "/A1"),
		.why = S("not_due")), "not_due", false, "not_due" },
	{ MSG_OF(callback_recorded, .callback = S(CASE "/A1"), .unit = S("330122109-T"),
		.contacted = true, .solved = true, .satisfied = S("basic")),
	    "answer", false, "valid" },
	/* clang-format on */
};

static int64_t
column_of(const struct row_count *c, const char *name)
{
	const struct msg_field *f = msg_field(&row_count_desc, str_of(name));

	must(f != NULL && f->type == WIRE_i64);
	return *(const int64_t *)msg_at(f, c);
}

static int64_t
sum_of(const struct row_count *c)
{
	int64_t n = 0;

	for (size_t i = 0; i < row_count_desc.n_fields; i++)
		if (row_count_desc.fields[i].type == WIRE_i64)
			n += *(const int64_t *)msg_at(
			    &row_count_desc.fields[i], c);
	return n;
}

/* Who had it: what a lapse or a reopening is laid to. */
static const struct msg_casefile_closed before = {
	.casefile = STR(CASE), .handler = TEAM, .unit = SCJ
};

static bool
needs_handler(const char *what)
{
	return strcmp(what, "reopened") == 0 ||
	       strcmp(what, "no_answer") == 0 || strcmp(what, "not_due") == 0;
}

static void
test_every_fact_leaves_its_word_and_its_count(void **state)
{
	struct registry *r = score_county(&score_huairou);
	int64_t at = score_time("2026-03-20T10:00+08:00");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		const struct row_tally *t;
		struct score_fold f;
		struct score_basis b;
		struct row_count c;

		score_fold_init(&f, r);
		if (needs_handler(facts[i].what))
			score_fold_apply(
			    &f, &(struct score_fact){ CASE, 6, at,
				    &msg_casefile_closed_desc, &before });
		score_fold_apply(&f, &(struct score_fact){ CASE, 7, at,
					 facts[i].desc, facts[i].msg });
		t = (const struct row_tally *)f.folders[0].last->row;
		assert_true(str_is(t->id, CASE "/S7"));
		assert_true(str_is(t->casefile, CASE));
		assert_true(str_is(t->state, "counted"));
		assert_true(str_is(t->unit, "330122109-T"));
		assert_true(str_is(t->what, facts[i].what));
		assert_int_equal(t->late, facts[i].late);
		assert_int_equal(t->at, at);
		assert_int_equal(t->seq, 7);
		assert_true(str_starts(t->about, STR(CASE)));
		assert_null(f.last.emissions);
		b = score_fold_counts(&f, "2026-04", INT64_MAX);
		assert_int_equal(b.n, 1);
		c = b.counts[0];
		assert_int_equal(column_of(&c, facts[i].column), 1);
		score_fold_fini(&f);
	}
	registry_free(&r);
}

/* Every move of the table was taken by a row above, but publication. */
static void
test_every_move_is_tried(void **state)
{
	(void)state;
	for (size_t m = 0; m < scoring_machine.n_moves; m++) {
		const struct msg_desc *on = scoring_machine.moves[m].on;
		bool tried = on == &msg_score_publish_desc;

		for (size_t i = 0; i < ARRAY_LEN(facts); i++)
			tried |= facts[i].desc == on;
		assert_true(tried);
	}
}

/* A little journal: facts one after the other, an hour apart by default. */
struct tale {
	struct score_fold fold;
	struct registry *r;
	int64_t seq;
	int64_t at;
};

static void
tale_init(struct tale *t)
{
	t->r = score_county(&score_huairou);
	score_fold_init(&t->fold, t->r);
	t->seq = 0;
	t->at = score_time("2026-03-20T09:00+08:00");
}

static void
tale_fini(struct tale *t)
{
	score_fold_fini(&t->fold);
	registry_free(&t->r);
}

static void
tell(struct tale *t, const char *casefile, const struct msg_desc *desc,
    const void *msg)
{
	score_fold_apply(&t->fold,
	    &(struct score_fact){ casefile, ++t->seq, t->at, desc, msg });
	t->at += HOUR_MS;
}
#define TELL(t, casefile, m, ...)                                              \
	tell(t, casefile, &msg_##m##_desc, &(struct msg_##m){ __VA_ARGS__ })

static void
tell_closed(struct tale *t, const char *casefile, const char *unit)
{
	TELL(t, casefile, casefile_handled, .casefile = str_of(casefile),
	    .unit = str_of(unit));
	TELL(t, casefile, casefile_closed, .casefile = str_of(casefile),
	    .handler = str_of(unit), .unit = SCJ);
}

static void
tell_answer(struct tale *t, const char *casefile, const char *unit, bool solved,
    const char *satisfied)
{
	TELL(t, casefile, callback_recorded,
	    .callback = arena_printf(t->fold.arena, "%s/A1", casefile),
	    .unit = str_of(unit), .contacted = true, .solved = solved,
	    .satisfied = str_of(satisfied));
}

static struct row_count
told(struct tale *t, const char *period, const char *unit)
{
	struct score_basis b = score_fold_counts(&t->fold, period, INT64_MAX);

	return score_count_of(&b, unit);
}

static void
test_the_last_answer_of_a_casefile_counts(void **state)
{
	struct tale t;
	struct row_count c;

	(void)state;
	tale_init(&t);
	tell_closed(&t, CASE, "330122109-T");
	tell_answer(&t, CASE, "330122109-T", false, "no");
	c = told(&t, "2026-04", "330122109-T");
	assert_int_equal(c.valid, 1);
	assert_int_equal(c.solved, 0);
	TELL(&t, CASE, casefile_reopened, .casefile = STR(CASE), .n = 1);
	tell_closed(&t, CASE, "330122109-T");
	tell_answer(&t, CASE, "330122109-T", true, "yes");
	c = told(&t, "2026-04", "330122109-T");
	/* One casefile, one voice; the first failure is not forgotten. */
	assert_int_equal(c.valid, 1);
	assert_int_equal(c.solved, 1);
	assert_int_equal(c.satisfied, 1);
	assert_int_equal(c.replaced, 1);
	assert_int_equal(c.reopened, 1);
	assert_int_equal(c.casefiles, 1);
	assert_int_equal(c.handled, 1);
	tale_fini(&t);
}

static void
test_the_voice_goes_to_the_unit_that_was_answered_about_last(void **state)
{
	struct tale t;
	struct row_count c;

	(void)state;
	tale_init(&t);
	tell_closed(&t, CASE, "330122109-T");
	tell_answer(&t, CASE, "330122109-T", false, "no");
	TELL(&t, CASE, casefile_reopened, .casefile = STR(CASE), .n = 1);
	tell_closed(&t, CASE, "330122-D-SCJ");
	tell_answer(&t, CASE, "330122-D-SCJ", true, "basic");
	c = told(&t, "2026-04", "330122109-T");
	assert_int_equal(c.valid, 0);
	assert_int_equal(c.replaced, 1);
	assert_int_equal(c.reopened, 1);
	c = told(&t, "2026-04", "330122-D-SCJ");
	assert_int_equal(c.valid, 1);
	assert_int_equal(c.basic, 1);
	assert_int_equal(c.reopened, 0);
	tale_fini(&t);
}

static void
test_each_period_has_its_own_last_answer(void **state)
{
	struct tale t;
	struct row_count c;

	(void)state;
	tale_init(&t);
	t.at = score_time("2026-04-18T21:00+08:00");
	tell_closed(&t, CASE, "330122109-T"); /* 21:00, 22:00 */
	t.at = score_time("2026-04-18T23:59:59.999+08:00");
	tell_answer(&t, CASE, "330122109-T", false, "no");
	t.at = score_time("2026-04-19T00:00+08:00");
	TELL(&t, CASE, casefile_reopened, .casefile = STR(CASE), .n = 1);
	tell_closed(&t, CASE, "330122109-T");
	tell_answer(&t, CASE, "330122109-T", true, "yes");
	c = told(&t, "2026-04", "330122109-T");
	assert_int_equal(c.valid, 1);
	assert_int_equal(c.solved, 0);
	assert_int_equal(c.reopened, 0);
	assert_int_equal(c.casefiles, 1);
	c = told(&t, "2026-05", "330122109-T");
	assert_int_equal(c.valid, 1);
	assert_int_equal(c.solved, 1);
	assert_int_equal(c.reopened, 1);
	assert_int_equal(c.casefiles, 1);
	assert_int_equal(told(&t, "2026-03", "330122109-T").valid, 0);
	tale_fini(&t);
}

static void
test_an_interim_score_counts_what_lies_before_it(void **state)
{
	struct tale t;
	struct score_basis b;

	(void)state;
	tale_init(&t);
	tell_closed(&t, CASE, "330122109-T");
	tell_answer(&t, CASE, "330122109-T", false, "no"); /* seq 3 */
	TELL(&t, CASE, casefile_reopened, .casefile = STR(CASE), .n = 1);
	tell_closed(&t, CASE, "330122109-T");
	tell_answer(&t, CASE, "330122109-T", true, "yes"); /* seq 7 */
	b = score_fold_counts(&t.fold, "2026-04", 3);
	assert_int_equal(score_count_of(&b, "330122109-T").valid, 0);
	b = score_fold_counts(&t.fold, "2026-04", 4);
	assert_int_equal(score_count_of(&b, "330122109-T").valid, 1);
	assert_int_equal(score_count_of(&b, "330122109-T").solved, 0);
	b = score_fold_counts(&t.fold, "2026-04", 7);
	assert_int_equal(score_count_of(&b, "330122109-T").solved, 0);
	assert_int_equal(score_count_of(&b, "330122109-T").reopened, 1);
	b = score_fold_counts(&t.fold, "2026-04", 8);
	assert_int_equal(score_count_of(&b, "330122109-T").solved, 1);
	tale_fini(&t);
}

/* Anonymous and sensor reports; citizens whom nobody reached (Q26, Q36). */
static void
test_who_was_not_asked_is_in_no_denominator(void **state)
{
	struct tale t;
	struct row_count c;
	struct rates rates;

	(void)state;
	tale_init(&t);
	tell_closed(&t, "330122-26-0000001", "330122109-T");
	TELL(&t, "330122-26-0000001", callback_lapsed,
	    .callback = STR("330122-26-0000001/A1"), .why = STR("not_due"));
	tell_closed(&t, "330122-26-0000002", "330122109-T");
	TELL(&t, "330122-26-0000002", callback_lapsed,
	    .callback = STR("330122-26-0000002/A1"), .why = STR("no_answer"));
	tell_closed(&t, "330122-26-0000003", "330122109-T");
	tell_answer(&t, "330122-26-0000003", "330122109-T", true, "yes");
	c = told(&t, "2026-04", "330122109-T");
	assert_int_equal(c.casefiles, 3);
	assert_int_equal(c.valid, 1);
	assert_int_equal(c.not_due, 1);
	assert_int_equal(c.no_answer, 1);
	rates = scoring_rates(registry_scheme(t.r, t.at), &c);
	assert_int_equal(rates.composite_tenths, 1000);
	tale_fini(&t);
}

/* S14: 24 casefiles of one unit, told fact by fact, come to 89.6. */
static void
test_story_14_comes_to_its_score(void **state)
{
	struct tale t;
	struct row_count c;

	(void)state;
	tale_init(&t);
	for (int i = 0; i < 24; i++) {
		const char *casefile =
		    arena_printf(t.fold.arena, "330122-26-%07d", i + 1).p;
		const char *pleased = i < 17 ? "yes" : i < 22 ? "basic" : "no";

		tell_closed(&t, casefile, "330122109-T");
		if (i == 23) { /* the one of the story: twice unsolved */
			tell_answer(&t, casefile, "330122109-T", false, "no");
			TELL(&t, casefile, casefile_reopened,
			    .casefile = str_of(casefile), .n = 1);
			tell_closed(&t, casefile, "330122109-T");
		}
		tell_answer(&t, casefile, "330122109-T", i < 21, pleased);
	}
	c = told(&t, "2026-04", "330122109-T");
	assert_int_equal(c.valid, 24);
	assert_int_equal(c.contacted, 24);
	assert_int_equal(c.solved, 21);
	assert_int_equal(c.satisfied, 17);
	assert_int_equal(c.basic, 5);
	assert_int_equal(c.reopened, 1);
	assert_int_equal(
	    scoring_rates(registry_scheme(t.r, t.at), &c).composite_tenths,
	    896);
	tale_fini(&t);
}

static void
test_what_nobody_closed_is_laid_to_nobody(void **state)
{
	struct tale t;
	struct score_basis b;

	(void)state;
	tale_init(&t);
	TELL(&t, CASE, casefile_reopened, .casefile = STR(CASE), .n = 1);
	TELL(&t, CASE, callback_lapsed, .callback = STR(CASE "/A1"),
	    .why = STR("not_due"));
	TELL(&t, CASE, card_issued, .card = STR(CASE "/K1"), .unit = TEAM,
	    .colour = STR("orange"));
	b = score_fold_counts(&t.fold, "2026-04", INT64_MAX);
	assert_int_equal(b.n, 0);
	assert_null(t.fold.folders[0].first);
	tale_fini(&t);
}

/* A penalty is never a merit nor a fault (Penalty Law art. 74). */
static void
test_penalties_are_not_listened_to(void **state)
{
	(void)state;
	for (size_t i = 0; i < msg_count; i++) {
		const struct msg_desc *d = msg_all[i];
		bool heard = machine_listens(&scoring_machine, d);

		if (str_starts(str_of(d->type), STR("penalty.")) ||
		    str_starts(str_of(d->type), STR("mediation.")))
			assert_false(heard);
		/* Only facts, and the one command that is ours. */
		if (heard && d->kind == MSG_COMMAND)
			assert_ptr_equal(d, &msg_score_publish_desc);
	}
}

/* Random journals. */
#define RANDOM_FACTS 600

static unsigned
draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % below;
}

/* A random fact of a random casefile; its message lives in ARENA. */
static struct score_fact
random_fact(uint64_t *seed, int64_t seq, int64_t at, struct arena *arena)
{
	static const char *const units[] = { "330122109-T", "330122102-T",
		"330122-D-SCJ", "330122109001-V", "330122999-GONE" };
	size_t kind = draw(seed, ARRAY_LEN(facts));
	const struct msg_desc *d = facts[kind].desc;
	void *msg = arena_alloc(arena, d->size);
	struct str casefile =
	    arena_printf(arena, "330122-26-%07u", 1 + draw(seed, 12));
	const struct msg_field *f = msg_field(
	    d, d == &msg_casefile_closed_desc ? STR("handler") : STR("unit"));

	must(msg != NULL);
	memcpy(msg, facts[kind].msg, d->size);
	if (f != NULL)
		*(struct str *)msg_at(f, msg) =
		    str_of(units[draw(seed, ARRAY_LEN(units))]);
	if (d == &msg_callback_recorded_desc) {
		struct msg_callback_recorded *m = msg;

		m->contacted = draw(seed, 4) > 0;
		m->solved = draw(seed, 3) > 0;
		m->satisfied = draw(seed, 2) > 0 ? STR("yes") : STR("no");
	}
	return (struct score_fact){ casefile.p, seq, at, d, msg };
}

static size_t
random_journal(uint64_t seed, struct score_fact *v, struct arena *arena)
{
	int64_t at = score_time("2026-03-15T00:00+08:00");

	for (size_t i = 0; i < RANDOM_FACTS; i++) {
		v[i] = random_fact(&seed, (int64_t)i + 1, at, arena);
		at += (int64_t)draw(&seed, 240) * MINUTE_MS;
	}
	return RANDOM_FACTS;
}

static struct buf
counts_text(struct score_fold *f, const char *period, int64_t until)
{
	struct score_basis b = score_fold_counts(f, period, until);
	struct buf out;

	buf_init(&out, (size_t)1 << 20);
	for (size_t i = 0; i < b.n; i++)
		msg_json(&row_count_desc, &b.counts[i], &out);
	return out;
}

static void
assert_same_counts(struct score_fold *a, struct score_fold *b)
{
	static const char *const periods[] = { "2026-03", "2026-04", "2026-05",
		"2026-06" };
	static const int64_t until[] = { 1, 100, 333, INT64_MAX };

	for (size_t i = 0; i < ARRAY_LEN(periods) * ARRAY_LEN(until); i++) {
		const char *period = periods[i % ARRAY_LEN(periods)];
		int64_t before_seq = until[i / ARRAY_LEN(periods)];
		struct buf x = counts_text(a, period, before_seq);
		struct buf y = counts_text(b, period, before_seq);

		assert_true(str_eq(buf_get(&x), buf_get(&y)));
		buf_fini(&x);
		buf_fini(&y);
	}
}

/* What looks back at the casefile's closings keeps its place among them. */
static bool
is_bound(const struct score_fact *f)
{
	return f->desc == &msg_casefile_closed_desc ||
	       f->desc == &msg_casefile_reopened_desc ||
	       f->desc == &msg_callback_lapsed_desc;
}

/* Puts the bound facts of each casefile back into their order. */
static void
restore_bound(struct score_fact *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; is_bound(&v[i]) && k < n; k++)
			if (is_bound(&v[k]) && v[k].seq < v[i].seq &&
			    strcmp(v[i].casefile, v[k].casefile) == 0) {
				struct score_fact swap = v[i];

				v[i] = v[k];
				v[k] = swap;
			}
}

static void
test_the_order_of_independent_facts_changes_nothing(void **state)
{
	struct registry *r = score_county(&score_huairou);

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct score_fact v[RANDOM_FACTS];
		size_t n = random_journal(seed, v, arena);
		uint64_t dice = seed * 77;
		struct score_fold a, b;

		score_fold_init(&a, r);
		score_fold_init(&b, r);
		for (size_t i = 0; i < n; i++)
			score_fold_apply(&a, &v[i]);
		for (size_t i = n - 1; i > 0; i--) {
			size_t k = draw(&dice, (unsigned)i + 1);
			struct score_fact swap = v[i];

			v[i] = v[k];
			v[k] = swap;
		}
		restore_bound(v, n);
		for (size_t i = 0; i < n; i++)
			score_fold_apply(&b, &v[i]);
		assert_same_counts(&a, &b);
		score_fold_fini(&a);
		score_fold_fini(&b);
		arena_free(&arena);
	}
	registry_free(&r);
}

static void
check_sense(const struct row_count *c)
{
	assert_in_range(c->contacted, 0, c->valid);
	assert_in_range(c->solved, 0, c->valid);
	assert_in_range(c->satisfied + c->basic, 0, c->valid);
	assert_in_range(c->late, 0, c->handled);
	assert_in_range(c->submitted_late, 0, c->submitted);
	assert_true(sum_of(c) > 0);
}

/* Casefiles are never asked twice, whatever comes in whatever order. */
static void
test_random_journals_make_sense(void **state)
{
	struct registry *r = score_county(&score_huairou);

	(void)state;
	for (uint64_t seed = 100; seed < 130; seed++) {
		struct arena *arena = arena_new((size_t)64 << 20);
		struct score_fact v[RANDOM_FACTS];
		size_t n = random_journal(seed, v, arena);
		struct score_basis b;
		struct score_fold f;
		int64_t valid = 0;

		score_fold_init(&f, r);
		for (size_t i = 0; i < n; i++)
			score_fold_apply(&f, &v[i]);
		b = score_fold_counts(&f, "2026-04", INT64_MAX);
		assert_true(b.n > 0);
		for (size_t i = 0; i < b.n; i++) {
			check_sense(&b.counts[i]);
			valid += b.counts[i].valid;
			assert_true(i == 0 || str_cmp(b.counts[i - 1].unit,
						  b.counts[i].unit) < 0);
		}
		assert_in_range(valid, 0, f.n);
		score_fold_fini(&f);
		arena_free(&arena);
	}
	registry_free(&r);
}

/* Through the kit, which checks each fact that is said against its rows. */
static void
test_a_random_walk_breaks_nothing(void **state)
{
	static const char *const periods[] = { "2026-04", "2026-13", "",
		"2030-01", "2026-05", "2025-01" };
	static const char *const boards[] = { "330122-D-KPB", "330122109-T", "",
		"nobody" };
	static const struct row_count some[] = {
		{ .unit = STR("330122109-T"), .valid = 3, .contacted = 3 },
		{ .unit = STR("330122-D-SCJ"), .casefiles = 1 },
	};
	static const struct score_basis basis = { 0, some, 2 };
	struct registry *r = score_county(&score_huairou);
	struct arena *arena = arena_new((size_t)64 << 20);
	struct kit *k = kit_new(&scoring_machine, r);
	uint64_t seed = 4711;

	(void)state;
	kit_extra(k, &basis);
	for (int i = 0; i < 5000; i++) {
		struct score_fact f = random_fact(&seed, i, 0, arena);

		kit_case(k, f.casefile);
		(void)kit_send(k, f.desc, f.msg);
		assert_int_equal(kit_n(k), 0);
		if (draw(&seed, 10) > 0)
			continue;
		(void)KIT_SEND(k, score_publish,
		    .period = str_of(periods[draw(&seed, 6)]),
		    .unit = str_of(boards[draw(&seed, 4)]));
		assert_int_equal(kit_n(k), 1);
	}
	kit_free(&k);
	arena_free(&arena);
	registry_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_fact_leaves_its_word_and_its_count),
		cmocka_unit_test(test_every_move_is_tried),
		cmocka_unit_test(test_the_last_answer_of_a_casefile_counts),
		cmocka_unit_test(
		    test_the_voice_goes_to_the_unit_that_was_answered_about_last),
		cmocka_unit_test(test_each_period_has_its_own_last_answer),
		cmocka_unit_test(
		    test_an_interim_score_counts_what_lies_before_it),
		cmocka_unit_test(test_who_was_not_asked_is_in_no_denominator),
		cmocka_unit_test(test_story_14_comes_to_its_score),
		cmocka_unit_test(test_what_nobody_closed_is_laid_to_nobody),
		cmocka_unit_test(test_penalties_are_not_listened_to),
		cmocka_unit_test(
		    test_the_order_of_independent_facts_changes_nothing),
		cmocka_unit_test(test_random_journals_make_sense),
		cmocka_unit_test(test_a_random_walk_breaks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
