/* Problems on the books, until somebody else has seen that they are gone. */
#include "services/dispatcher/rules.h"
#include "tests/lib/campaign_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct kit *
begin(void **state)
{
	struct kit *k = kit_new(&dispatcher_machine, *state);

	kit_at(k, "2026-03-10T10:00:00+08:00");
	kit_case(k, CAMPAIGN);
	kit_place(k, "330122109219");
	return k;
}

static void
test_who_put_it_right_does_not_write_it_off(void **state)
{
	struct kit *k = begin(state);

	assert_true(campaign_book(k, ""));
	assert_state(k, F1, "booked");
	assert_str(KIT_SAID(k, fault_booked, 0)->above, ROOM);
	assert_due(k, F1, "fix", "2026-03-24T23:59:59+08:00");
	kit_at(k, "2026-03-17T10:00:00+08:00");
	assert_true(campaign_fix(k, F1));
	assert_due(k, F1, "verify", "2026-03-20T23:59:59+08:00");
	assert_unarmed(k, F1, "fix");
	assert_false(campaign_write_off(k, F1, WORKER));
	assert_refused(k, "VERIFIER_IS_FIXER");
	assert_true(campaign_write_off(k, F1, DUTY));
	assert_state(k, F1, "written_off");
	assert_int_equal(kit_run_until(k, "2031-01-01T00:00:00+08:00"), 0);
	kit_free(&k);
}

static void
test_a_rejected_one_is_on_the_books_again(void **state)
{
	struct kit *k = begin(state);

	assert_true(campaign_book(k, ""));
	(void)kit_run_until(k, "2026-03-25T09:00:00+08:00");
	assert_state(k, CAMPAIGN "/K1", "yellow");
	assert_true(campaign_fix(k, F1));
	assert_true(KIT_SAID(k, fault_fixed, 0)->late);
	assert_state(k, CAMPAIGN "/K1", "lifted");
	assert_true(KIT_SEND(k, fault_reject, .fault = STR(F1),
	    .reason = STR("still the old hose"), .unit = STR(ROOM)));
	assert_state(k, F1, "booked");
	assert_due(k, F1, "fix", "2026-04-01T23:59:59+08:00");
	assert_unarmed(k, F1, "verify");
	kit_free(&k);
}

/* A year at most, counted from the booking, however often it is carried. */
static void
test_it_is_carried_for_a_year_at_most(void **state)
{
	struct kit *k = begin(state);

	assert_true(campaign_book(k, ""));
	assert_false(campaign_carry(k, F1, "2026-03-01T00:00:00+08:00"));
	assert_refused(k, "DATE_PASSED");
	assert_true(campaign_carry(k, F1, "2026-12-31T23:59:59+08:00"));
	assert_due(k, F1, "fix", "2026-12-31T23:59:59+08:00");
	kit_at(k, "2026-12-01T09:00:00+08:00");
	assert_false(campaign_carry(k, F1, "2027-03-11T00:00:00+08:00"));
	assert_refused(k, "TOO_LONG");
	assert_true(campaign_carry(k, F1, "2027-03-10T18:00:00+08:00"));
	(void)kit_run_until(k, "2027-03-10T19:00:00+08:00");
	assert_state(k, CAMPAIGN "/K1", "yellow");
	assert_true(campaign_fix(k, F1));
	assert_true(campaign_write_off(k, F1, DUTY));
	assert_true(KIT_SAID(k, fault_written_off, 0)->carried);
	kit_free(&k);
}

/* The books of a casefile are open before and after its closing. */
static void
test_the_books_outlive_a_casefile(void **state)
{
	struct kit *k = begin(state);

	dispatch_closed(k, "solved");
	assert_state(k, CASEFILE, "closed");
	assert_true(campaign_book(k, CASEFILE));
	assert_state(k, CASEFILE "/F1", "booked");
	kit_case(k, CASEFILE);
	assert_true(campaign_fix(k, CASEFILE "/F1"));
	assert_true(campaign_write_off(k, CASEFILE "/F1", DUTY));
	kit_free(&k);
}

/* ... and a campaign, when they are carried. */
static void
test_the_books_outlive_a_campaign(void **state)
{
	struct kit *k = begin(state);

	campaign_received(k, "fixed");
	assert_true(campaign_book(k, H1));
	assert_str(KIT_SAID(k, fault_booked, 0)->campaign, G1);
	assert_true(KIT_SEND(k, receipt_report, .receipt = STR(H1),
	    .checked = 9, .found = 1, .carried = 1, .unit = STR(ROOM)));
	assert_true(campaign_accept(k, H1, CENTRE));
	assert_false(campaign_close(k, ""));
	assert_refused(k, "FAULT_NOT_CARRIED");
	assert_true(campaign_carry(k, F1, "2026-05-31T18:00:00+08:00"));
	assert_true(campaign_close(k, ""));
	assert_state(k, F1, "booked");
	assert_true(campaign_fix(k, F1));
	assert_true(campaign_write_off(k, F1, DUTY));
	kit_free(&k);
}

/* Carried is what stands on the books, no more and no less. */
static void
test_the_sums_are_those_of_the_books(void **state)
{
	struct kit *k = begin(state);
	struct msg_receipt_report m = { .receipt = STR(H1),
		.checked = 9,
		.found = 3,
		.fixed = 2,
		.carried = 1,
		.unit = STR(ROOM) };

	campaign_received(k, "fixed");
	assert_false(kit_send(k, &msg_receipt_report_desc, &m));
	assert_refused(k, "BOOKS_DIFFER");
	assert_true(campaign_book(k, H1));
	m.fixed = 3;
	m.carried = 0;
	assert_false(kit_send(k, &msg_receipt_report_desc, &m));
	assert_refused(k, "BOOKS_DIFFER");
	m.fixed = 2;
	m.carried = 1;
	assert_true(kit_send(k, &msg_receipt_report_desc, &m));
	assert_true(KIT_SEND(k, receipt_send_back, .receipt = STR(H1),
	    .reason = STR("look again"), .unit = STR(CENTRE)));
	/* Put right and not seen yet: it may be counted either way. */
	assert_true(campaign_fix(k, F1));
	m.fixed = 3;
	m.carried = 0;
	assert_true(kit_send(k, &msg_receipt_report_desc, &m));
	kit_free(&k);
}

/* Booked on the campaign, it is the township's in which it lies. */
static void
test_books_of_the_campaign_are_those_of_the_place(void **state)
{
	struct kit *k = begin(state);
	struct msg_receipt_report m = { .receipt = STR(H1),
		.checked = 9,
		.found = 1,
		.carried = 1,
		.unit = STR(ROOM) };

	campaign_received(k, "fixed");
	assert_true(campaign_book(k, G1));
	m.carried = 0;
	m.fixed = 1;
	assert_true(kit_send(k, &msg_receipt_report_desc, &m));
	assert_true(KIT_SEND(k, receipt_send_back, .receipt = STR(H1),
	    .reason = STR("look again"), .unit = STR(CENTRE)));
	m.carried = 1;
	m.fixed = 0;
	assert_true(kit_send(k, &msg_receipt_report_desc, &m));
	kit_free(&k);
}

/* Nobody does anything for years: there is always a limit that runs. */
static void
test_it_is_never_forgotten(void **state)
{
	struct kit *k = begin(state);
	char at[] = "2026-01-01T00:00:00+08:00";
	const char *limit = "fix";

	assert_true(campaign_book(k, ""));
	for (int year = 6; year < 9; year++)
		for (int month = 1; month <= 12; month++) {
			if (year == 6 && month < 4)
				continue;
			at[3] = (char)('0' + year);
			at[5] = (char)('0' + month / 10);
			at[6] = (char)('0' + month % 10);
			(void)kit_run_until(k, at);
			assert_string_not_equal(kit_due(k, F1, limit), "");
			if (year == 7 && month == 6) {
				kit_case(k, CAMPAIGN);
				assert_true(campaign_fix(k, F1));
				limit = "verify";
			}
		}
	kit_case(k, CAMPAIGN);
	assert_true(campaign_write_off(k, F1, DUTY));
	assert_unarmed(k, F1, "fix");
	assert_unarmed(k, F1, "verify");
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_put_it_right_does_not_write_it_off),
		cmocka_unit_test(test_a_rejected_one_is_on_the_books_again),
		cmocka_unit_test(test_it_is_carried_for_a_year_at_most),
		cmocka_unit_test(test_the_books_outlive_a_casefile),
		cmocka_unit_test(test_the_books_outlive_a_campaign),
		cmocka_unit_test(test_the_sums_are_those_of_the_books),
		cmocka_unit_test(
		    test_books_of_the_campaign_are_those_of_the_place),
		cmocka_unit_test(test_it_is_never_forgotten),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
