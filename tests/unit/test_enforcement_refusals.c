/* Every reason for which enforcement refuses, and that it changes nothing. */
#include "tests/lib/county.h"
#include "tests/lib/penalty_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct registry *county;
static struct arena *words;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	words = arena_new((size_t)16 << 20);
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

/* A good command (see penalty_kit.h) spoilt, in one state of P1. */
struct refusal {
	const char *code;
	const char *state;
	const char *command;
	const char *changes;
};

/* OF-ZF-0028 to 31 and 33 are the team's; 33 has reported it. */
static const struct refusal refusals[] = {
	/* clang-format off */
	{ "UNKNOWN_ID", "", "penalty.file", "casefile=330122-26-0000418" },
	{ "UNKNOWN_UNIT", "", "penalty.file", "unit=330122109-XX" },
	{ "UNKNOWN_ITEM", "", "penalty.file", "item=XX001" },
	{ "NOT_LISTED", "", "penalty.file", "item=SR036; party_kind=organisation" },
	{ "NOT_LISTED", "", "penalty.file", "unit=330122102-ZF" },
	{ "NOT_LISTED", "", "penalty.file", "unit=330122-ZF-ZF; officers=OF-ZF-0057|OF-ZF-0058" },
	{ "NOT_LISTED", "", "penalty.file", "unit=330122-D-HBJ; item=JY010; party_kind=organisation" },
	{ "HEAVY_RESERVED", "", "penalty.file", "item=SR016; severity=heavy" },
	{ "PARTY_NOT_IN_ITEM", "", "penalty.file", "item=SZ013" },
	{ "PARTY_NOT_IN_ITEM", "", "penalty.file", "item=SR022; party_kind=organisation" },
	{ "OFFICERS_TOO_FEW", "", "penalty.file", "officers=" },
	{ "OFFICERS_TOO_FEW", "", "penalty.file", "officers=OF-ZF-0028" },
	{ "OFFICERS_TOO_FEW", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-0028" },
	{ "UNKNOWN_OFFICER", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-9999" },
	{ "OFFICER_OTHER_UNIT", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-0022" },
	{ "CERTIFICATE_MISSING", "", "penalty.file", "officers=OF-ZF-0028|OF-FZ-0001" },
	{ "CERTIFICATE_EXPIRED", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-0032" },
	{ "CERTIFICATE_EXPIRED", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-0029|OF-ZF-0032" },
	{ "REPORTER_IS_HANDLER", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-0033" },
	{ "ACT_NOT_PAST", "", "penalty.file", "acted_at=2026-03-18T09:00:01+08:00" },
	{ "TIME_BARRED", "", "penalty.file", "acted_at=2024-03-17T23:59:59+08:00" },
	{ "FINED_BEFORE", "filed", "penalty.file", "severity=light" },
	{ "FINED_BEFORE", "at_judicial", "penalty.file", "severity=light" },
	{ "FINED_BEFORE", "closed", "penalty.file", "severity=light" },

	{ "NOT_YOUR_UNIT", "filed", "penalty.add_evidence", "unit=330122102-ZF" },
	{ "OFFICERS_TOO_FEW", "filed", "penalty.add_evidence", "officers=OF-ZF-0029" },
	{ "CERTIFICATE_EXPIRED", "filed", "penalty.add_evidence", "officers=OF-ZF-0029|OF-ZF-0032" },
	{ "EVIDENCE_MISSING", "filed", "penalty.conclude", "" },
	{ "NOT_YOUR_UNIT", "filed", "penalty.conclude", "unit=330122102-ZF" },
	{ "UNKNOWN_OFFICER", "concluded", "penalty.conclude", "officer=OF-ZF-9999" },
	{ "KIND_NOT_IN_ITEM", "concluded", "penalty.conclude", "kind=warning" },
	{ "FINE_OUT_OF_BAND", "concluded", "penalty.conclude", "fine_fen=4999" },
	{ "FINE_OUT_OF_BAND", "concluded", "penalty.conclude", "fine_fen=50001" },
	{ "FINE_OUT_OF_BAND", "concluded", "penalty.conclude", "fine_fen=0" },
	{ "FINE_OUT_OF_BAND", "concluded", "penalty.conclude", "fine_fen=-1" },
	{ "RIGHTS_MISSING", "concluded", "penalty.notice", "rights_told=no; hearing_told=yes" },
	{ "NOT_YOUR_UNIT", "concluded", "penalty.notice", "unit=330122102-ZF" },
	{ "NOT_YOUR_UNIT", "noticed", "penalty.state", "unit=330122102-ZF" },
	{ "UNKNOWN_UNIT", "noticed", "penalty.state", "unit=330122109-XX" },
	{ "UNKNOWN_OFFICER", "noticed", "penalty.state", "officer=OF-ZF-9999" },

	{ "NOTICE_MISSING", "concluded", "review.ask", "" },
	{ "NOT_YOUR_UNIT", "heard", "review.ask", "unit=330122102-ZF" },
	{ "UNKNOWN_UNIT", "reviewing", "review.pass", "unit=330122109-XX" },
	{ "UNKNOWN_OFFICER", "reviewing", "review.pass", "officer=OF-FS-9999" },
	{ "REVIEWER_IS_HANDLER", "reviewing", "review.pass", "officer=OF-ZF-0028" },
	{ "NOT_A_REVIEWER", "reviewing", "review.pass", "officer=OF-ZF-0031" },
	{ "NOT_A_REVIEWER", "reviewing", "review.pass", "unit=330122-D-SFJ; officer=OF-LS-0001" },
	{ "NOT_A_REVIEWER", "reviewing", "review.return", "officer=OF-ZF-0031" },
	{ "OFFICER_OTHER_UNIT", "reviewing", "review.pass", "unit=330122109-ZF" },
	{ "REVIEWER_UNQUALIFIED", "reviewing", "review.pass", "unit=330122204-SFS; officer=OF-FS-0013" },
	{ "REASON_MISSING", "reviewing", "review.return", "reason=" },

	{ "NOTICE_MISSING", "filed", "penalty.decide", "" },
	{ "NOTICE_MISSING", "concluded", "penalty.decide", "" },
	{ "REVIEW_MISSING", "noticed", "penalty.decide", "" },
	{ "REVIEW_MISSING", "heard", "penalty.decide", "" },
	{ "REVIEW_MISSING", "reviewing", "penalty.decide", "fine_fen=99999999" },
	{ "NOT_YOUR_UNIT", "filed", "penalty.decide", "unit=330122102-ZF" },
	{ "NOT_YOUR_UNIT", "cleared", "penalty.decide", "unit=330122102-ZF" },
	{ "AGGRAVATED", "cleared", "penalty.decide", "fine_fen=30001" },
	{ "AGGRAVATED", "cleared", "penalty.decide", "kind=close; fine_fen=0" },
	{ "FINE_OUT_OF_BAND", "cleared", "penalty.decide", "fine_fen=4999" },
	{ "KIND_NOT_IN_ITEM", "cleared", "penalty.decide", "kind=warning; fine_fen=0" },
	{ "NOT_YOUR_UNIT", "decided", "penalty.serve", "unit=330122102-ZF" },
	{ "PAYMENT_MISSING", "served", "penalty.close", "paid_fen=29999" },
	{ "PAYMENT_MISSING", "served", "penalty.close", "paid_fen=0" },
	{ "NOT_YOUR_UNIT", "served", "penalty.close", "unit=330122102-ZF" },
	{ "NOT_YOUR_UNIT", "filed", "penalty.end", "unit=330122102-ZF" },
	{ "NOT_YOUR_UNIT", "filed", "penalty.transfer", "unit=330122102-ZF" },
	{ "REASON_MISSING", "filed", "penalty.transfer", "reason= " },
	{ "NOT_YOUR_UNIT", "at_judicial", "penalty.take_back", "unit=330122102-ZF" },

	{ "UNKNOWN_ITEM", "", "jurisdiction.ask", "item=XX001" },
	{ "UNKNOWN_UNIT", "", "jurisdiction.ask", "unit=330122109-XX" },
	{ "UNKNOWN_OFFICER", "", "jurisdiction.ask", "officer=OF-ZF-9999" },
	/* clang-format on */
};

/* What needs another county, or a longer way. */
static const char *const elsewhere[] = {
	"ITEM_SUSPENDED",        /* test_enforcement_jurisdiction.c */
	"NOT_YET_VALID",         /* test_enforcement_jurisdiction.c */
	"HEARING_RIGHT_MISSING", /* test_enforcement_paths.c */
	"TRANSFERS_TOO_MANY",    /* test_enforcement_paths.c */
};

static struct kit *
kit_for(const struct refusal *r)
{
	struct kit *k;

	if (r->state[0] != '\0')
		return penalty_kit_in(county, r->state);
	k = kit_new(&enforcement_machine, county);
	kit_place(k, VILLAGE);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = CASE,
	    .matter = STR("CA-003"), .channel = STR("inspection"),
	    .reporter_officer = STR("OF-ZF-0033")));
	return k;
}

static void
test_each_refusal_names_its_code_and_changes_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		const struct refusal *r = &refusals[i];
		struct kit *k = kit_for(r);
		const struct msg_command_refused *said;

		assert_false(penalty_send(k, words, r->command, r->changes));
		assert_string_equal(kit_refusal(k), r->code);
		assert_int_equal(kit_n(k), 1);
		said = KIT_SAID(k, command_refused, 0);
		assert_non_null(said);
		assert_true(str_is(said->command, r->command));
		assert_string_equal(kit_state(k, P1), r->state);
		kit_free(&k);
	}
}

static bool
is_refused_by_a_row(const char *code)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (strcmp(refusals[i].code, code) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		if (strcmp(elsewhere[i], code) == 0)
			return true;
	return false;
}

static void
test_every_reason_is_hit_by_a_row(void **state)
{
	const struct machine *m = &enforcement_machine;

	(void)state;
	for (size_t i = 0; i < m->n_reasons; i++)
		if (!is_refused_by_a_row(m->reasons[i].code))
			fail_msg("%s is never refused", m->reasons[i].code);
}

static void
test_a_refusal_says_who_has_it_and_which_article(void **state)
{
	static const struct {
		struct refusal refusal;
		const char *text;
	} rows[] = {
		/* clang-format off */
		{ { "NOT_LISTED", "", "penalty.file", "item=HB007; party_kind=organisation" },
		  "that unit has no power over the item (art. 24): it is with 330122-D-HBJ" },
		{ { "OFFICERS_TOO_FEW", "", "penalty.file", "officers=OF-ZF-0028" },
		  "too few officers (art. 42): 1 of 2" },
		{ { "CERTIFICATE_EXPIRED", "", "penalty.file", "officers=OF-ZF-0028|OF-ZF-0032" },
		  "the officer's certificate has expired (art. 42): OF-ZF-0032" },
		{ { "FINED_BEFORE", "filed", "penalty.file", "severity=light" },
		  "the same act of the same party has a case (art. 29): 330122-26-0000417/P1" },
		{ { "FINE_OUT_OF_BAND", "concluded", "penalty.conclude", "fine_fen=1" },
		  "the law does not allow that fine for the item: 5000 to 50000 fen" },
		{ { "REVIEW_MISSING", "heard", "penalty.decide", "" },
		  "legal review has not passed it (art. 58)" },
		/* clang-format on */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct refusal *r = &rows[i].refusal;
		struct kit *k = kit_for(r);

		assert_false(penalty_send(k, words, r->command, r->changes));
		assert_true(str_is(
		    KIT_SAID(k, command_refused, 0)->reason, rows[i].text));
		kit_free(&k);
	}
}

static void
test_an_ended_case_does_not_stand_in_the_way_of_a_new_one(void **state)
{
	struct kit *k = penalty_kit_in(county, "ended");

	(void)state;
	assert_true(penalty_do(k, &msg_penalty_file_desc));
	assert_string_equal(kit_state(k, CASE_ID "/P2"), "filed");
	kit_free(&k);
	/* Nor does another party's case, or one about another item. */
	k = penalty_kit_in(county, "filed");
	assert_true(penalty_send(k, words, "penalty.file", "party=party-2"));
	assert_true(penalty_send(k, words, "penalty.file", "item=SR002"));
	assert_string_equal(kit_state(k, CASE_ID "/P3"), "filed");
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_refusal_names_its_code_and_changes_nothing),
		cmocka_unit_test(test_every_reason_is_hit_by_a_row),
		cmocka_unit_test(
		    test_a_refusal_says_who_has_it_and_which_article),
		cmocka_unit_test(
		    test_an_ended_case_does_not_stand_in_the_way_of_a_new_one),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
