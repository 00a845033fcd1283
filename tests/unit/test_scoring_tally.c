/* What counts, and how it adds up: rules_tally.c and rules_count.c. */
#include "services/scoring/rules.h"
#include "tests/lib/score_facts.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#define CASE SCORE_CASE
#define SCJ STR("330122-D-SCJ")

static int64_t
column_of(const struct row_count *c, const char *name)
{
	const struct msg_field *f = msg_field(&row_count_desc, str_of(name));

	must(f != NULL && f->type == WIRE_i64);
	return *(const int64_t *)msg_at(f, c);
}

/* Who had it: what a lapse or a reopening is laid to. */
static const struct msg_casefile_closed before = {
	.casefile = STR(CASE), .handler = STR(SCORE_TEAM), .unit = SCJ
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
	for (size_t i = 0; i < score_kinds_n; i++) {
		const struct row_tally *t;
		struct score_fold f;
		struct score_basis b;
		struct row_count c;

		assert_int_equal(msg_check(score_kinds[i].desc,
				     score_kinds[i].msg, MSG_LENIENT, NULL),
		    RC_OK);
		score_fold_init(&f, r);
		if (needs_handler(score_kinds[i].what))
			score_fold_apply(
			    &f, &(struct score_fact){ CASE, 6, at,
				    &msg_casefile_closed_desc, &before });
		score_fold_apply(
		    &f, &(struct score_fact){ CASE, 7, at, score_kinds[i].desc,
			    score_kinds[i].msg });
		t = (const struct row_tally *)f.folders[0].last->row;
		assert_true(str_is(t->id, CASE "/S7"));
		assert_true(str_is(t->casefile, CASE));
		assert_true(str_is(t->state, "counted"));
		assert_true(str_is(t->unit, "330122109-T"));
		assert_true(str_is(t->what, score_kinds[i].what));
		assert_int_equal(t->late, score_kinds[i].late);
		assert_int_equal(t->at, at);
		assert_int_equal(t->seq, 7);
		assert_true(str_starts(t->about, STR(CASE)));
		assert_null(f.last.emissions);
		b = score_fold_counts(&f, "2026-04", INT64_MAX);
		assert_int_equal(b.n, 1);
		c = b.counts[0];
		assert_int_equal(column_of(&c, score_kinds[i].column), 1);
		score_fold_fini(&f);
	}
	registry_free(&r);
}

/* What counts in no rate: test_scoring_warning.c. */
static bool
is_for_warnings(const struct msg_desc *on)
{
	return on == &msg_casefile_opened_desc || on == &msg_card_lifted_desc ||
	       on == &msg_call_unit_ungraded_desc ||
	       on == &msg_warning_look_desc ||
	       on == &msg_registry_changed_desc ||
	       on == &msg_deadline_lapsed_desc;
}

/* Every move of the table was taken by a row above, but publication. */
static void
test_every_move_is_tried(void **state)
{
	(void)state;
	for (size_t m = 0; m < scoring_machine.n_moves; m++) {
		const struct msg_desc *on = scoring_machine.moves[m].on;
		bool tried =
		    on == &msg_score_publish_desc || is_for_warnings(on);

		for (size_t i = 0; i < score_kinds_n; i++)
			tried |= score_kinds[i].desc == on;
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
	TELL(&t, CASE, card_issued, .card = STR(CASE "/K1"),
	    .unit = STR(SCORE_TEAM), .colour = STR("orange"));
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
		/* Only facts, and the two commands that are ours. */
		if (heard && d->kind == MSG_COMMAND)
			assert_true(d == &msg_score_publish_desc ||
				    d == &msg_warning_look_desc);
	}
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
