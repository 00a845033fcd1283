/* Looking before filing; papers carried for a resident. */
#include "services/intake/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/rulekit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "330122-26-0000417"
#define PAPERS CASE "/A1"
#define VILLAGE "330122109215-V"
#define S(text) STR(text)

static struct registry *registry;
static struct kit *k;

static const struct prepared heard = {
	.said = true, .named = true, .phone = true
};

static int
setup(void **state)
{
	(void)state;
	if (registry == NULL)
		registry = county_new();
	k = kit_new(&intake_machine, registry);
	kit_place(k, "330122109215002");
	kit_extra(k, &heard);
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

/* Rubble dumped at night: a matter that is looked at first. */
static void
test_who_asks_for_a_look_is_the_matter_and_the_channel(void **state)
{
	static const struct {
		const char *channel, *matter, *place;
		bool urgent;
		const char *becomes;
	} rows[] = {
		{ "hotline", "CA-004", "330122109215002", false, "checking" },
		{ "sensor", "CA-004", "330122109215", false, "checking" },
		/* Danger does not wait; who was there has seen it. */
		{ "hotline", "CA-004", "330122109215", true, "accepted" },
		{ "grid", "CA-004", "330122109215", false, "accepted" },
		{ "visit", "CA-004", "330122109215", false, "accepted" },
		/* Nothing to look at; nobody near. */
		{ "hotline", "PU-011", "330122109215", false, "accepted" },
		{ "hotline", "PT-001", "330122109215", false, "accepted" },
		{ "hotline", "CA-004", "330122109", false, "accepted" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)teardown(NULL);
		(void)setup(NULL);
		kit_place(k, rows[i].place);
		assert_true(KIT_SEND(k, report_submit,
		    .channel = str_of(rows[i].channel),
		    .matter = str_of(rows[i].matter),
		    .urgent = rows[i].urgent));
		assert_string_equal(kit_state(k, CASE), rows[i].becomes);
	}
}

static void
test_the_nearest_grid_worker_is_asked_but_never_the_reporter(void **state)
{
	(void)state;
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("app"), .matter = S("CA-004")));
	assert_true(
	    str_is(KIT_SAID(k, report_check_asked, 0)->checker, "OF-GW-0322"));
	assert_string_equal(
	    kit_due(k, CASE, "check"), "2026-03-18T09:30:00+08:00");
	(void)teardown(NULL);
	(void)setup(NULL);
	assert_true(KIT_SEND(k, report_submit, .channel = S("prevention"),
	    .matter = S("CA-004"), .officer = S("OF-GW-0322"),
	    .unit = S(VILLAGE)));
	assert_false(
	    str_is(KIT_SAID(k, report_check_asked, 0)->checker, "OF-GW-0322"));
}

static void
test_what_was_seen_decides_and_silence_does_not(void **state)
{
	(void)state;
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("app"), .matter = S("CA-004")));
	assert_true(KIT_SEND(k, report_answer_check, .report = S(CASE),
	    .found = true, .seen = S("属实"), .officer = S("OF-GW-0322")));
	assert_string_equal(kit_state(k, CASE), "accepted");
	assert_true(str_is(KIT_SAID(k, report_accepted, 0)->by, "check"));
	assert_string_equal(kit_due(k, CASE, "check"), "");
	(void)teardown(NULL);
	(void)setup(NULL);
	assert_true(KIT_SEND(
	    k, report_submit, .channel = S("app"), .matter = S("CA-004")));
	(void)kit_run_until(k, "2026-03-18T09:30:00+08:00");
	assert_string_equal(kit_state(k, CASE), "received");
	assert_string_equal(
	    kit_due(k, CASE, "accept"), "2026-03-18T09:45:00+08:00");
	/* The desk decides without it, and is not sent to look again. */
	assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("CA-004"), .unit = S("330122-RX")));
	assert_string_equal(kit_state(k, CASE), "accepted");
}

static void
test_the_desks_choice_of_a_matter_may_want_a_look(void **state)
{
	(void)state;
	assert_true(KIT_SEND(k, report_submit, .channel = S("hotline")));
	assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("CA-004"), .unit = S("330122-RX")));
	assert_string_equal(kit_state(k, CASE), "checking");
	assert_string_equal(kit_due(k, CASE, "accept"), "");
	assert_true(KIT_SEND(k, report_answer_check, .report = S(CASE),
	    .found = false, .seen = S("没有"), .officer = S("OF-GW-0322")));
	assert_string_equal(kit_state(k, CASE), "received");
	assert_true(KIT_SEND(k, report_accept, .report = S(CASE),
	    .matter = S("CA-004"), .unit = S("330122-RX")));
	assert_string_equal(kit_state(k, CASE), "accepted");
}

static void
take_papers(void)
{
	assert_true(KIT_SEND(k, report_submit, .channel = S("agency"),
	    .matter = S("VA-001"), .unit = S(VILLAGE),
	    .officer = S("OF-GW-0321")));
	assert_string_equal(kit_state(k, PAPERS), "taken");
	assert_string_equal(
	    kit_due(k, PAPERS, "forward"), "2026-03-19T23:59:59+08:00");
}

static void
close_it(void)
{
	assert_true(KIT_SEND(k, casefile_closed, .casefile = S(CASE),
	    .matter = S("VA-001"), .outcome = S("solved"),
	    .handler = S("330122109-M4"), .unit = S("330122109-CMD")));
}

static void
test_papers_go_and_come_back(void **state)
{
	(void)state;
	take_papers();
	assert_false(KIT_SEND(k, agency_forward, .agency = S(PAPERS),
	    .to = S("330122109-M4"), .unit = S("330122109208-V")));
	assert_string_equal(kit_refusal(k), "NOT_YOUR_UNIT");
	assert_true(KIT_SEND(k, agency_forward, .agency = S(PAPERS),
	    .to = S("330122109-M4"), .unit = S(VILLAGE)));
	assert_string_equal(kit_state(k, PAPERS), "forwarded");
	assert_string_equal(kit_due(k, PAPERS, "forward"), "");
	close_it();
	assert_string_equal(kit_state(k, PAPERS), "ready");
	assert_true(kit_due(k, PAPERS, "return")[0] != '\0');
	assert_true(KIT_SEND(
	    k, agency_return, .agency = S(PAPERS), .unit = S(VILLAGE)));
	assert_string_equal(kit_state(k, PAPERS), "returned");
	assert_string_equal(kit_due(k, PAPERS, "return"), "");
	/* Not solved after all: they are out again. */
	assert_true(KIT_SEND(k, casefile_reopened, .casefile = S(CASE), .n = 1,
	    .finish_by = kit_now(k) + DAY_MS));
	assert_string_equal(kit_state(k, PAPERS), "forwarded");
	close_it();
	assert_string_equal(kit_state(k, PAPERS), "ready");
}

/* What the village itself may decide goes nowhere. */
static void
test_papers_need_not_be_forwarded(void **state)
{
	(void)state;
	take_papers();
	close_it();
	assert_string_equal(kit_state(k, PAPERS), "ready");
	assert_string_equal(kit_due(k, PAPERS, "forward"), "");
}

/* The village is merged away: its point goes on with the new one. */
static void
test_papers_go_on_with_who_took_over(void **state)
{
	struct registry *merged =
	    county_merged(registry, "2026-03-20T00:00:00+08:00");
	struct kit *m = kit_new(&intake_machine, merged);
	const struct row_agency *a;

	(void)state;
	kit_place(m, "330122109219");
	kit_extra(m, &heard);
	assert_true(KIT_SEND(m, report_submit, .channel = S("agency"),
	    .matter = S("VA-001"), .unit = S("330122109219-V"),
	    .officer = S("OF-GW-0323")));
	kit_at(m, "2026-03-20T00:00:00+08:00");
	assert_true(KIT_SEND(m, casefile_rehomed, .casefile = S(CASE),
	    .from = S("330122109219"), .to = S(NEW_PLACE)));
	a = (const struct row_agency *)kit_row(m, PAPERS);
	assert_true(str_is(a->unit, NEW_VILLAGE));
	assert_true(str_is(a->division, NEW_PLACE));
	kit_free(&m);
	registry_free(&merged);
}

/* While somebody looks on the spot too; so does the limit of that. */
static void
test_a_look_on_the_spot_goes_on_with_who_took_over(void **state)
{
	struct registry *merged =
	    county_merged(registry, "2026-03-20T00:00:00+08:00");
	struct kit *m = kit_new(&intake_machine, merged);

	(void)state;
	kit_place(m, "330122109219");
	kit_extra(m, &heard);
	assert_true(KIT_SEND(
	    m, report_submit, .channel = S("hotline"), .matter = S("CA-004")));
	assert_string_equal(kit_state(m, CASE), "checking");
	kit_at(m, "2026-03-20T00:00:00+08:00");
	assert_true(KIT_SEND(m, casefile_rehomed, .casefile = S(CASE),
	    .from = S("330122109219"), .to = S(NEW_PLACE)));
	assert_true(str_is(kit_row(m, CASE)->division, NEW_PLACE));
	assert_string_equal(kit_bound(m, CASE, "check"), NEW_VILLAGE);
	kit_free(&m);
	registry_free(&merged);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_who_asks_for_a_look_is_the_matter_and_the_channel),
		TEST(
		    test_the_nearest_grid_worker_is_asked_but_never_the_reporter),
		TEST(test_what_was_seen_decides_and_silence_does_not),
		TEST(test_the_desks_choice_of_a_matter_may_want_a_look),
		TEST(test_papers_go_and_come_back),
		TEST(test_papers_need_not_be_forwarded),
		TEST(test_papers_go_on_with_who_took_over),
		TEST(test_a_look_on_the_spot_goes_on_with_who_took_over),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
