/* Callbacks: who is called, by whom, how often, and what it comes to. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define B1 CASE "/B1"
#define S(text) STR(text)

static struct registry *registry;
static struct kit *k;

static const struct prepared caller = { .said = true,
	.phone = true,
	.text = { "路灯不亮", 12 },
	.token = { "0011", 4 } };
static const struct prepared nobody = { .said = true };

static void
open_case(const struct registry *r, const struct prepared *p)
{
	kit_free(&k);
	k = kit_new(&intake_machine, r);
	kit_place(k, "330122109215");
	kit_extra(k, p);
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("hotline"), .matter = S("PU-011")));
	kit_extra(k, NULL);
}

static void
close_case(const char *at)
{
	kit_at(k, at);
	assert_true(KIT_SEND(k, casefile_closed, .casefile = S(CASE),
	    .matter = S("PU-011"), .outcome = S("solved"),
	    .handler = S("330122-D-SCJ"), .unit = S("330122109-CMD")));
}

static int
setup(void **state)
{
	(void)state;
	if (registry == NULL)
		registry = county_new();
	open_case(registry, &caller);
	close_case("2026-03-18T16:00:00+08:00");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	kit_free(&k);
	return 0;
}

static int
forget(void **state)
{
	(void)state;
	registry_free(&registry);
	return 0;
}

static void
test_closing_opens_a_callback_for_who_can_be_called(void **state)
{
	const struct msg_callback_opened *f = KIT_SAID(k, callback_opened, 0);

	(void)state;
	assert_int_equal(kit_n(k), 1);
	assert_true(str_is(f->callback, B1));
	assert_true(str_is(f->report, CASE));
	assert_true(str_is(f->token, "0011"));
	assert_int_equal(f->call_by, county_time("2026-03-20T23:59:59+08:00"));
	assert_string_equal(
	    kit_due(k, B1, "call"), "2026-03-20T23:59:59+08:00");
	assert_string_equal(kit_state(k, B1), "due");
}

static void
test_who_cannot_be_called_is_not_due(void **state)
{
	(void)state;
	open_case(registry, &nobody);
	close_case("2026-03-18T16:00:00+08:00");
	assert_int_equal(kit_n(k), 1);
	assert_true(str_is(KIT_SAID(k, callback_lapsed, 0)->why, "not_due"));
	assert_string_equal(kit_state(k, B1), "lapsed");
	assert_string_equal(kit_due(k, B1, "call"), "");
}

static void
test_an_unknown_casefile_opens_nothing(void **state)
{
	(void)state;
	kit_case(k, "330122-26-0000999");
	(void)KIT_SEND(k, casefile_closed, .casefile = S("330122-26-0000999"),
	    .matter = S("PU-011"), .outcome = S("solved"),
	    .handler = S("330122-D-SCJ"), .unit = S("330122109-CMD"));
	assert_int_equal(kit_n(k), 0);
}

static bool
record(const char *unit)
{
	return KIT_SEND(k, callback_record, .callback = S(B1),
	    .contacted = true, .solved = true, .satisfied = S("basic"),
	    .unit = str_of(unit));
}

static void
test_the_answer_counts_for_who_handled_it(void **state)
{
	const struct msg_callback_recorded *f;

	(void)state;
	assert_true(record("330122-RX"));
	f = KIT_SAID(k, callback_recorded, 0);
	assert_true(str_is(f->unit, "330122-D-SCJ"));
	assert_true(str_is(f->outcome, "solved"));
	assert_true(str_is(f->satisfied, "basic"));
	assert_true(f->contacted && f->solved);
	assert_string_equal(kit_state(k, B1), "recorded");
	assert_string_equal(kit_due(k, B1, "call"), "");
	assert_false(record("330122-RX"));
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
}

static void
test_who_handled_it_may_not_call(void **state)
{
	static const char *const callers[] = { "330122-D-SCJ",
		"330122109-B-SJS" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(callers); i++) {
		if (registry_unit(registry, str_of(callers[i]), kit_now(k)) ==
		    NULL)
			fail_msg("%s is not in the pack", callers[i]);
		assert_false(record(callers[i]));
		assert_string_equal(kit_refusal(k), "CALLER_IS_HANDLER");
		assert_false(KIT_SEND(k, callback_try, .callback = S(B1),
		    .unit = str_of(callers[i])));
		assert_string_equal(kit_refusal(k), "CALLER_IS_HANDLER");
	}
	assert_false(record("330122-NO"));
	assert_string_equal(kit_refusal(k), "UNKNOWN_UNIT");
	assert_true(record("330122109-CMD"));
}

static bool
try_call(void)
{
	return KIT_SEND(
	    k, callback_try, .callback = S(B1), .unit = S("330122-RX"));
}

static void
test_the_third_try_in_vain_is_the_last(void **state)
{
	static const char *const at[] = { "2026-03-18T16:30:00+08:00",
		"2026-03-19T09:00:00+08:00", "2026-03-19T12:00:00+08:00" };

	(void)state;
	for (int64_t i = 1; i <= 3; i++) {
		kit_at(k, at[i - 1]);
		assert_true(try_call());
		assert_int_equal(KIT_SAID(k, callback_tried, 0)->n, i);
		assert_string_equal(kit_state(k, B1), i < 3 ? "due" : "lapsed");
		assert_int_equal(kit_n(k), i < 3 ? 1 : 2);
	}
	assert_true(str_is(KIT_SAID(k, callback_lapsed, 0)->why, "no_answer"));
	assert_string_equal(kit_due(k, B1, "call"), "");
	assert_false(try_call());
	assert_string_equal(kit_refusal(k), "NOT_ALLOWED_NOW");
}

static void
test_each_try_is_in_another_half_of_a_day(void **state)
{
	(void)state;
	assert_true(try_call());
	kit_at(k, "2026-03-18T23:59:59+08:00");
	assert_false(try_call());
	assert_string_equal(kit_refusal(k), "TOO_SOON");
	kit_at(k, "2026-03-19T00:00:00+08:00");
	assert_true(try_call());
	assert_int_equal(KIT_SAID(k, callback_tried, 0)->n, 2);
	kit_at(k, "2026-03-19T11:59:59+08:00");
	assert_false(try_call());
	/* Who answers in the end may do so at any time. */
	assert_true(record("330122-RX"));
}

/* The county, with a pack of the next day in which KEY is TEXT. */
static struct registry *
with(const char *key, const char *text)
{
	struct registry *r = registry_new();
	int64_t from = county_time("2026-01-01T00:00+08:00");
	int64_t then = county_time("2026-03-19T00:00+08:00");

	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const struct msg_desc *d = registry_files[t].desc;
		size_t n;
		const char *rows =
		    registry_rows(registry, (enum registry_table)t, &n);

		for (size_t i = 0; i < n; i++) {
			const void *row = rows + i * d->size;
			struct row_limit limit;
			bool it = false;

			if (t == TABLE_limit) {
				memcpy(&limit, row, sizeof(limit));
				it = str_is(limit.key, key);
			}
			registry_add(r, (enum registry_table)t, row, from,
			    it ? then : INT64_MAX);
			limit.amount = str_of(text);
			if (it)
				registry_add(
				    r, TABLE_limit, &limit, then, INT64_MAX);
		}
	}
	registry_seal(r, S("tonglu 2026.2"));
	return r;
}

static void
test_fewer_tries_may_be_allowed_by_a_new_pack(void **state)
{
	struct registry *other = with("callback.tries.max", "1");

	(void)state;
	open_case(other, &caller);
	close_case("2026-03-18T16:00:00+08:00");
	assert_true(try_call());
	kit_at(k, "2026-03-19T09:00:00+08:00");
	assert_false(try_call());
	assert_string_equal(kit_refusal(k), "TRIES_USED");
	assert_string_equal(kit_state(k, B1), "due");
	kit_free(&k);
	registry_free(&other);
}

static void
test_time_runs_out_at_the_end_of_the_second_day(void **state)
{
	(void)state;
	assert_int_equal(kit_run_until(k, "2026-03-20T23:59:58+08:00"), 1);
	assert_string_equal(kit_state(k, B1), "due");
	assert_int_equal(kit_run_until(k, "2026-03-20T23:59:59+08:00"), 1);
	assert_string_equal(kit_state(k, B1), "lapsed");
	assert_true(str_is(KIT_SAID(k, callback_lapsed, 0)->why, "no_answer"));
}

static void
reopen(const char *at)
{
	kit_at(k, at);
	(void)KIT_SEND(k, casefile_reopened, .casefile = S(CASE), .n = 1,
	    .finish_by = kit_now(k) + DAY_MS);
}

static void
test_each_closing_asks_anew(void **state)
{
	(void)state;
	assert_true(record("330122-RX"));
	reopen("2026-03-19T10:00:00+08:00");
	assert_int_equal(kit_n(k), 0);
	close_case("2026-03-20T10:00:00+08:00");
	assert_true(
	    str_is(KIT_SAID(k, callback_opened, 0)->callback, CASE "/B2"));
	/* Closed once more without anybody having asked: one call is due. */
	close_case("2026-03-20T11:00:00+08:00");
	assert_int_equal(kit_n(k), 0);
	assert_string_equal(kit_state(k, CASE "/B2"), "due");
}

static void
test_reopening_overtakes_a_call_that_is_due(void **state)
{
	(void)state;
	reopen("2026-03-19T10:00:00+08:00");
	assert_true(str_is(KIT_SAID(k, callback_lapsed, 0)->why, "not_due"));
	assert_string_equal(kit_state(k, B1), "lapsed");
	assert_string_equal(kit_due(k, B1, "call"), "");
}

static void
test_nothing_is_added_to_a_closed_casefile(void **state)
{
	const struct row_report *r =
	    (const struct row_report *)kit_row(k, CASE);

	(void)state;
	assert_int_equal(r->closed_at, county_time("2026-03-18T16:00+08:00"));
	reopen("2026-03-19T10:00:00+08:00");
	assert_int_equal(r->closed_at, 0);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_closing_opens_a_callback_for_who_can_be_called),
		TEST(test_who_cannot_be_called_is_not_due),
		TEST(test_an_unknown_casefile_opens_nothing),
		TEST(test_the_answer_counts_for_who_handled_it),
		TEST(test_who_handled_it_may_not_call),
		TEST(test_the_third_try_in_vain_is_the_last),
		TEST(test_each_try_is_in_another_half_of_a_day),
		TEST(test_fewer_tries_may_be_allowed_by_a_new_pack),
		TEST(test_time_runs_out_at_the_end_of_the_second_day),
		TEST(test_each_closing_asks_anew),
		TEST(test_reopening_overtakes_a_call_that_is_due),
		TEST(test_nothing_is_added_to_a_closed_casefile),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
