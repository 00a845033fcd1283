/* Longer ways of a penalty case: bands, returns, transfers. */
#include "tests/lib/county.h"
#include "tests/lib/penalty_kit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct registry *county;
static struct arena *words;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	words = arena_new((size_t)64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&words);
	registry_free(&county);
	return 0;
}

/* P1 with one piece of evidence, filed as CHANGES say, by UNIT. */
static struct kit *
investigated(const char *changes, const char *by)
{
	struct kit *k = penalty_kit_new(county);

	assert_true(penalty_send(k, words, "penalty.file", changes));
	assert_true(penalty_send(k, words, "penalty.add_evidence", by));
	return k;
}

#define BY_BUREAU "unit=330122-ZF-ZF; officers=OF-ZF-0057|OF-ZF-0058"

static void
test_a_fine_lies_in_the_band_of_item_party_and_severity(void **state)
{
	static const struct {
		const char *file;
		const char *by;
		const char *conclude; /* its unit is the one of BY */
		const char *code;
	} rows[] = {
		/* clang-format off */
		{ "item=SR001", "", "fine_fen=5000", "" },
		{ "item=SR001", "", "fine_fen=50000", "" },
		{ "item=SR003", "", "fine_fen=100001", "FINE_OUT_OF_BAND" },
		{ "item=SR003; party_kind=organisation", "", "fine_fen=300000", "" },
		{ "item=SR003; party_kind=organisation", "", "fine_fen=300001", "FINE_OUT_OF_BAND" },
		/* A formula beside the band: no top that the pack can hold. */
		{ "item=LY034", "", "fine_fen=900000", "" },
		{ "item=LY034", "", "fine_fen=99999", "FINE_OUT_OF_BAND" },
		/* The heavy band lies above the base band; its floor counts. */
		{ "item=SR036; severity=heavy; party_kind=organisation; " BY_BUREAU, BY_BUREAU, "fine_fen=9000000; unit=330122-ZF-ZF", "" },
		{ "item=SR036; severity=light; party_kind=organisation; " BY_BUREAU, BY_BUREAU, "fine_fen=9000000; unit=330122-ZF-ZF", "FINE_OUT_OF_BAND" },
		{ "item=SR036; severity=heavy; party_kind=organisation; " BY_BUREAU, BY_BUREAU, "fine_fen=499999; unit=330122-ZF-ZF", "FINE_OUT_OF_BAND" },
		/* Fines beside other kinds, and where the law gives none. */
		{ "item=SZ013; party_kind=organisation", "", "kind=warning; fine_fen=0", "" },
		{ "item=SZ013; party_kind=organisation", "", "kind=warning; fine_fen=5000", "FINE_OUT_OF_BAND" },
		{ "item=HB043; party_kind=organisation", "", "kind=fine; fine_fen=10000000", "" },
		/* What the town's list does not hold is the county's. */
		{ "item=HB015; party_kind=organisation", "", "kind=suspend_business; fine_fen=0", "HEAVY_RESERVED" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = investigated(rows[i].file, rows[i].by);

		(void)penalty_send(
		    k, words, "penalty.conclude", rows[i].conclude);
		assert_string_equal(kit_refusal(k), rows[i].code);
		kit_free(&k);
	}
}

static void
test_limitation_ends_on_the_same_date_two_years_later(void **state)
{
	static const struct {
		const char *at;
		const char *acted_at;
		const char *code;
	} rows[] = {
		/* clang-format off */
		{ "2026-03-18T23:59:59+08:00", "acted_at=2024-03-18T00:00+08:00", "" },
		{ "2026-03-19T00:00:00+08:00", "acted_at=2024-03-18T23:59+08:00", "TIME_BARRED" },
		{ "2026-02-28T23:59:59+08:00", "acted_at=2024-02-29T12:00+08:00", "" },
		{ "2026-03-01T00:00:00+08:00", "acted_at=2024-02-29T12:00+08:00", "TIME_BARRED" },
		{ "2026-03-18T09:00:00+08:00", "acted_at=2026-03-18T09:00+08:00", "" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = penalty_kit_new(county);

		kit_at(k, rows[i].at);
		(void)penalty_send(k, words, "penalty.file", rows[i].acted_at);
		assert_string_equal(kit_refusal(k), rows[i].code);
		kit_free(&k);
	}
}

static void
test_grave_penalties_need_the_hearing_told(void **state)
{
	struct kit *k = investigated(
	    "item=JY002; party_kind=organisation; " BY_BUREAU, BY_BUREAU);

	(void)state;
	assert_true(penalty_send(k, words, "penalty.conclude",
	    "kind=revoke_licence; fine_fen=0; unit=330122-ZF-ZF"));
	assert_false(
	    penalty_send(k, words, "penalty.notice", "unit=330122-ZF-ZF"));
	assert_string_equal(kit_refusal(k), "HEARING_RIGHT_MISSING");
	assert_true(penalty_send(
	    k, words, "penalty.notice", "unit=330122-ZF-ZF; hearing_told=yes"));
	kit_free(&k);
	k = investigated("item=SR036; severity=heavy; "
			 "party_kind=organisation; " BY_BUREAU,
	    BY_BUREAU);
	assert_true(penalty_send(k, words, "penalty.conclude",
	    "fine_fen=600000; unit=330122-ZF-ZF"));
	assert_false(
	    penalty_send(k, words, "penalty.notice", "unit=330122-ZF-ZF"));
	assert_string_equal(kit_refusal(k), "HEARING_RIGHT_MISSING");
	kit_free(&k);
}

static void
test_a_decision_may_be_milder_than_the_notice_never_graver(void **state)
{
	struct kit *k = investigated(
	    "item=JY002; party_kind=organisation; " BY_BUREAU, BY_BUREAU);

	(void)state;
	assert_true(penalty_send(k, words, "penalty.conclude",
	    "kind=confiscate_gains; fine_fen=0; unit=330122-ZF-ZF"));
	assert_true(
	    penalty_send(k, words, "penalty.notice", "unit=330122-ZF-ZF"));
	assert_true(penalty_send(
	    k, words, "penalty.state", "unit=330122-GLZX; waived=yes"));
	assert_true(str_is(KIT_SAID(k, penalty_heard, 0)->how, "waived"));
	assert_true(penalty_send(k, words, "review.ask", "unit=330122-ZF-ZF"));
	assert_true(penalty_send(
	    k, words, "review.pass", "unit=330122-D-SFJ; officer=OF-FS-0015"));
	assert_false(penalty_send(k, words, "penalty.decide",
	    "kind=suspend_business; fine_fen=0; unit=330122-ZF-ZF"));
	assert_string_equal(kit_refusal(k), "AGGRAVATED");
	assert_true(penalty_send(k, words, "penalty.decide",
	    "kind=warning; fine_fen=0; unit=330122-ZF-ZF"));
	/* Nothing is to be paid: it is the unit's to close it. */
	assert_true(
	    penalty_send(k, words, "penalty.serve", "unit=330122-ZF-ZF"));
	assert_string_equal(kit_due(k, P1, "pay"), "");
	assert_string_equal(
	    kit_due(k, P1, "close"), "2026-04-01T23:59:59+08:00");
	assert_true(penalty_send(
	    k, words, "penalty.close", "unit=330122-ZF-ZF; paid_fen=0"));
	kit_free(&k);
}

static void
test_a_returned_case_keeps_its_notice_unless_it_gets_graver(void **state)
{
	struct kit *k = penalty_kit_in(county, "reviewing");

	(void)state;
	assert_true(penalty_do(k, &msg_review_return_desc));
	assert_int_equal(penalty_row(k)->returns, 1);
	assert_true(penalty_send(k, words, "penalty.add_evidence",
	    "officers=OF-ZF-0030|OF-ZF-0031"));
	assert_int_equal(penalty_row(k)->evidence, 2);
	assert_int_equal(penalty_row(k)->officers.n, 4);
	assert_true(
	    penalty_send(k, words, "penalty.conclude", "fine_fen=20000"));
	assert_true(penalty_do(k, &msg_review_ask_desc));
	assert_false(
	    penalty_send(k, words, "review.pass", "officer=OF-ZF-0031"));
	assert_string_equal(kit_refusal(k), "REVIEWER_IS_HANDLER");
	assert_true(penalty_do(k, &msg_review_return_desc));
	assert_true(
	    penalty_send(k, words, "penalty.conclude", "fine_fen=40000"));
	assert_false(penalty_do(k, &msg_review_ask_desc));
	assert_string_equal(kit_refusal(k), "NOTICE_MISSING");
	assert_true(penalty_do(k, &msg_penalty_notice_desc));
	assert_true(penalty_do(k, &msg_penalty_state_desc));
	assert_true(penalty_do(k, &msg_review_ask_desc));
	assert_true(penalty_do(k, &msg_review_pass_desc));
	assert_true(penalty_send(k, words, "penalty.decide", "fine_fen=40000"));
	assert_string_equal(kit_state(k, P1), "decided");
	kit_free(&k);
}

static void
check_decide_by(struct kit *k, const char *due)
{
	char text[CLOCK_TEXT];

	assert_string_equal(clock_format(penalty_row(k)->decide_by, text), due);
}

static void
test_a_case_comes_back_to_where_it_was_with_its_clock(void **state)
{
	static const char *const states[] = { "filed", "concluded", "noticed",
		"heard", "reviewing", "cleared" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		struct kit *k = penalty_kit_in(county, states[i]);

		kit_at(k, "2026-03-20T10:00:00+08:00");
		assert_true(penalty_do(k, &msg_penalty_transfer_desc));
		assert_int_equal(
		    kit_run_until(k, "2026-04-19T23:59:58+08:00"), 0);
		assert_int_equal(
		    kit_run_until(k, "2026-05-18T10:00:00+08:00"), 1);
		assert_true(penalty_do(k, &msg_penalty_take_back_desc));
		assert_string_equal(kit_state(k, P1), states[i]);
		/* 20 March to 18 May, both touched: 60 days later. */
		check_decide_by(k, "2026-08-15T23:59:59+08:00");
		assert_string_equal(
		    kit_due(k, P1, "decide"), "2026-08-15T23:59:59+08:00");
		assert_string_equal(kit_due(k, P1, "ask_back"), "");
		kit_free(&k);
	}
}

static void
test_the_partys_window_and_the_review_stand_still_too(void **state)
{
	static const struct {
		const char *state;
		const char *limit;
	} rows[] = { { "noticed", "statement" }, { "reviewing", "review" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct kit *k = penalty_kit_in(county, rows[i].state);

		kit_at(k, "2026-03-20T10:00:00+08:00");
		assert_true(penalty_do(k, &msg_penalty_transfer_desc));
		assert_int_equal(
		    kit_run_until(k, "2026-03-30T10:00:00+08:00"), 0);
		assert_true(penalty_do(k, &msg_penalty_take_back_desc));
		/* 19 March was the first day; 31 March to 3 April the rest. */
		assert_string_equal(
		    kit_due(k, P1, rows[i].limit), "2026-04-03T23:59:59+08:00");
		kit_free(&k);
	}
}

static void
test_every_transfer_counts_in_the_ninety_days(void **state)
{
	struct kit *k = penalty_kit_in(county, "filed");

	(void)state;
	kit_at(k, "2026-04-10T10:00:00+08:00");
	assert_true(penalty_do(k, &msg_penalty_transfer_desc));
	kit_at(k, "2026-04-20T10:00:00.500+08:00");
	assert_true(penalty_do(k, &msg_penalty_take_back_desc));
	check_decide_by(k, "2026-06-27T23:59:59+08:00");
	kit_at(k, "2026-05-04T10:00:00+08:00");
	assert_true(penalty_do(k, &msg_penalty_transfer_desc));
	kit_at(k, "2026-05-06T10:00:00+08:00");
	assert_true(penalty_do(k, &msg_penalty_take_back_desc));
	check_decide_by(k, "2026-06-30T23:59:59+08:00");
	kit_free(&k);
}

static void
test_the_ledger_of_transfers_is_bounded(void **state)
{
	struct kit *k = penalty_kit_in(county, "filed");
	int n = 0;

	(void)state;
	while (penalty_do(k, &msg_penalty_transfer_desc)) {
		assert_true(penalty_do(k, &msg_penalty_take_back_desc));
		assert_in_range(++n, 1, 100);
	}
	assert_string_equal(kit_refusal(k), "TRANSFERS_TOO_MANY");
	assert_int_equal(n, penalty_row(k)->pauses.n);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_fine_lies_in_the_band_of_item_party_and_severity),
		cmocka_unit_test(
		    test_limitation_ends_on_the_same_date_two_years_later),
		cmocka_unit_test(test_grave_penalties_need_the_hearing_told),
		cmocka_unit_test(
		    test_a_decision_may_be_milder_than_the_notice_never_graver),
		cmocka_unit_test(
		    test_a_returned_case_keeps_its_notice_unless_it_gets_graver),
		cmocka_unit_test(
		    test_a_case_comes_back_to_where_it_was_with_its_clock),
		cmocka_unit_test(
		    test_the_partys_window_and_the_review_stand_still_too),
		cmocka_unit_test(test_every_transfer_counts_in_the_ninety_days),
		cmocka_unit_test(test_the_ledger_of_transfers_is_bounded),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
