/* Callbacks of a casefile that many have reported: who is called, and once. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define S(text) STR(text)

static struct registry *registry;

/* As the run loop lays them: merged reports beside their casefile's. */
struct laid {
	struct arena *arena;
	struct row_report *rows;
	struct folder folder;
	struct prepared extra;
	struct msg_casefile_closed closed;
	struct decision d;
};

static struct laid
lay(size_t n)
{
	struct laid l = { .arena = arena_new((size_t)16 << 20) };
	struct held *held = arena_alloc(l.arena, n * sizeof(*held));

	l.rows = arena_alloc(l.arena, n * sizeof(*l.rows));
	assert_true(held != NULL && l.rows != NULL);
	for (size_t i = 0; i < n; i++) {
		l.rows[i] = (struct row_report){
			.id = arena_printf(l.arena, "330122-26-%07zu", 417 + i),
			.casefile = S(CASE),
			.division = S("330122109"),
			.state = i == 0 ? S("accepted") : S("merged"),
			.reachable = true
		};
		held[i] = (struct held){ .thing = THING_REPORT,
			.row = (struct row_head *)&l.rows[i],
			.next = i + 1 < n ? &held[i + 1] : NULL };
	}
	l.folder = (struct folder){
		.casefile = S(CASE), .first = &held[0], .last = &held[n - 1]
	};
	return l;
}

static void
close_laid(struct laid *l)
{
	struct msg_envelope env = { .division = S("330122109") };
	struct step s = { .registry = registry,
		.env = &env,
		.desc = &msg_casefile_closed_desc,
		.msg = &l->closed,
		.at = county_time("2026-03-18T16:00+08:00"),
		.folder = &l->folder,
		.decision = &l->d,
		.extra = &l->extra,
		.arena = l->arena };

	l->closed = (struct msg_casefile_closed){ .casefile = S(CASE),
		.matter = S("PU-011"),
		.outcome = S("explained"),
		.handler = S("330122-D-SCJ"),
		.unit = S("330122109-CMD") };
	decision_init(&l->d);
	assert_true(machine_apply(&intake_machine, &s));
}

static void
test_everybody_whose_report_was_added_is_called(void **state)
{
	struct laid l = lay(150);
	size_t opened = 0, lapsed = 0;

	(void)state;
	for (size_t i = 1; i < 150; i += 3)
		l.rows[i].reachable = false;
	close_laid(&l);
	for (struct emission *em = l.d.emissions; em != NULL; em = em->next) {
		opened += em->desc == &msg_callback_opened_desc;
		lapsed += em->desc == &msg_callback_lapsed_desc;
		assert_true(str_is(em->subject, CASE));
	}
	assert_int_equal(opened, 100);
	assert_int_equal(lapsed, 50);
	assert_int_equal(
	    l.rows[0].closed_at, county_time("2026-03-18T16:00+08:00"));
	assert_int_equal(l.rows[1].closed_at, 0);
	arena_free(&l.arena);
}

static void
test_who_reported_it_twice_is_called_once(void **state)
{
	static const struct str again[] = { S("330122-26-0000418") };
	struct laid l = lay(3);
	const char *const called[] = { CASE, "330122-26-0000419" };
	size_t n = 0;

	(void)state;
	l.extra.again = (struct strs){ again, ARRAY_LEN(again) };
	close_laid(&l);
	for (struct emission *em = l.d.emissions; em != NULL; em = em->next) {
		const struct msg_callback_opened *f = em->msg;

		assert_true(em->desc == &msg_callback_opened_desc);
		assert_true(n < ARRAY_LEN(called));
		assert_true(str_is(f->report, called[n++]));
	}
	assert_int_equal(n, ARRAY_LEN(called));
	arena_free(&l.arena);
}

/* It was merged into another casefile, for which one of them is called. */
static void
test_who_is_called_for_the_parent_is_not_called_for_the_child(void **state)
{
	static const struct str above[] = { S("330122-26-0000418") };
	struct laid l = lay(2);
	size_t opened = 0, lapsed = 0;

	(void)state;
	l.extra.above = (struct strs){ above, ARRAY_LEN(above) };
	close_laid(&l);
	for (struct emission *em = l.d.emissions; em != NULL; em = em->next) {
		const struct msg_callback_lapsed *gone = em->msg;

		opened += em->desc == &msg_callback_opened_desc;
		if (em->desc != &msg_callback_lapsed_desc)
			continue;
		lapsed++;
		assert_true(str_is(gone->why, "not_due"));
	}
	assert_int_equal(opened, 1);
	/* Somebody must say so, or the child waits for ever. */
	assert_int_equal(lapsed, 1);
	arena_free(&l.arena);
}

static int
learn(void **state)
{
	(void)state;
	registry = county_new();
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	registry_free(&registry);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_everybody_whose_report_was_added_is_called),
		cmocka_unit_test(test_who_reported_it_twice_is_called_once),
		cmocka_unit_test(
		    test_who_is_called_for_the_parent_is_not_called_for_the_child),
	};

	return cmocka_run_group_tests(tests, learn, forget);
}
