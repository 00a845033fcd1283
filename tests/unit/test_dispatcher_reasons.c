/* Every code of services/dispatcher/reasons.def, in one long quarrel. */
#include "services/dispatcher/rules.h"
#include "tests/lib/campaign_kit.h"
#include "tests/lib/dispatch_bundle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static void
quarrel_about_nobodys(struct kit *k)
{
	kit_case(k, "330122-26-0000902");
	kit_place(k, "330122109");
	must(KIT_SEND(k, casefile_opened, .casefile = STR("330122-26-0000902"),
	    .matter = STR(NOBODYS), .channel = STR("grid"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	must(KIT_SEND(k, casefile_route, .casefile = STR("330122-26-0000902"),
	    .to = STR(ECOLOGY), .unit = STR(CENTRE)));
	assert_false(
	    KIT_SEND(k, casefile_lower, .casefile = STR("330122-26-0000902"),
		.reason = STR("small"), .unit = STR(CENTRE)));
	assert_refused(k, "LOWER_UNABLE");
	kit_case(k, CASEFILE);
}

/* In casefiles of their own. */
static void
quarrel_about_the_level(struct kit *k)
{
	kit_case(k, "330122-26-0000901");
	kit_place(k, "330122109219");
	must(KIT_SEND(k, casefile_opened, .casefile = STR("330122-26-0000901"),
	    .matter = STR(DITCH), .channel = STR("grid"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	assert_false(
	    KIT_SEND(k, casefile_merge, .casefile = STR("330122-26-0000901"),
		.parent = STR("330122-26-0000901"), .reason = STR("same"),
		.unit = STR(ROOM)));
	assert_refused(k, "CYCLE");
	assert_false(KIT_SEND(k, casefile_terminate,
	    .casefile = STR("330122-26-0000901"), .ground = STR("tired"),
	    .holder = STR(VILLAGE), .request = STR("please"),
	    .unit = STR(CENTRE)));
	assert_refused(k, "GROUND_UNKNOWN");
	assert_false(
	    KIT_SEND(k, casefile_rehome, .casefile = STR("330122-26-0000901")));
	assert_refused(k, "NOT_MOVED");
	assert_true(
	    KIT_SEND(k, casefile_lower, .casefile = STR("330122-26-0000901"),
		.reason = STR("small"), .unit = STR(ROOM)));
	assert_false(
	    KIT_SEND(k, casefile_lower, .casefile = STR("330122-26-0000901"),
		.reason = STR("small"), .unit = STR(ROOM)));
	assert_refused(k, "BOTTOM_LEVEL");
	kit_case(k, CASEFILE);
}

#define LATER "330122-26-0000900"

static void
refuse_excuse(struct kit *k, int64_t until, const char *code)
{
	assert_false(KIT_SEND(k, card_excuse, .card = STR(LATER "/K1"),
	    .until = until, .unit = STR(CENTRE)));
	assert_refused(k, code);
}

static void
quarrel_about_the_card(struct kit *k)
{
	kit_case(k, LATER);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(LATER),
	    .matter = STR(DITCH), .finish_by = kit_now(k)));
	assert_true(KIT_SEND(k, card_issue, .casefile = STR(LATER),
	    .to = STR(WATER), .colour = STR("red"),
	    .reason = STR("the leader says so"), .unit = STR(CENTRE)));
	assert_false(KIT_SEND(k, card_issue, .casefile = STR(LATER),
	    .to = STR(WATER), .colour = STR("red"), .reason = STR("again"),
	    .unit = STR(CENTRE)));
	assert_refused(k, "CARD_OPEN");
	refuse_excuse(k, kit_now(k) + DAY_MS, "NOTHING_TO_ANSWER");
	assert_true(KIT_SEND(k, card_explain, .card = STR(LATER "/K1"),
	    .reason = STR("no pump"), .unit = STR(WATER)));
	assert_false(KIT_SEND(k, card_explain, .card = STR(LATER "/K1"),
	    .reason = STR("no pump"), .unit = STR(WATER)));
	assert_refused(k, "EXPLAINED_BEFORE");
	refuse_excuse(k, kit_now(k), "UNTIL_BAD");
	refuse_excuse(k, kit_now(k) + 32 * DAY_MS, "UNTIL_BAD");
	assert_true(KIT_SEND(k, talk_call, .card = STR(LATER "/K1"),
	    .reason = STR("come"), .unit = STR(CENTRE)));
	assert_false(KIT_SEND(k, talk_call, .card = STR(LATER "/K1"),
	    .reason = STR("come"), .unit = STR(CENTRE)));
	assert_refused(k, "TALK_OPEN");
	assert_false(KIT_SEND(k, talk_hold, .talk = STR(LATER "/Y1"),
	    .minutes = STR("agreed"), .unit = STR(CENTRE),
	    .officer = STR(TOWN_HEAD)));
	assert_refused(k, "LEADER_MISSING");
	assert_true(kit_fire(k, "overdue", LATER "/T1", "finish"));
	assert_false(KIT_SEND(k, card_lift, .card = STR(LATER "/K2"),
	    .reason = STR("never mind"), .unit = STR(CENTRE)));
	assert_refused(k, "CAUSE_OPEN");
}

#define DELAYED "330122-26-0000905"

static bool
more(struct kit *k, int64_t until)
{
	return KIT_SEND(k, extension_ask, .task = STR(DELAYED "/T1"),
	    .until = until, .reason = STR("more"), .unit = STR(VILLAGE));
}

static void
refuse_more(struct kit *k, int64_t until, const char *code)
{
	assert_false(more(k, until));
	assert_refused(k, code);
}

static void
open_delayed(struct kit *k)
{
	kit_place(k, "330122109219");
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(DELAYED),
	    .matter = STR(DITCH), .channel = STR("grid"),
	    .finish_by = kit_now(k) + 9 * DAY_MS, .pack = STR("tonglu")));
	assert_true(KIT_SEND(
	    k, task_sign, .task = STR(DELAYED "/T1"), .unit = STR(VILLAGE)));
}

static void
quarrel_about_the_time(struct kit *k)
{
	int64_t finish;

	kit_case(k, DELAYED);
	open_delayed(k);
	finish =
	    ((const struct row_task *)kit_row(k, DELAYED "/T1"))->finish_by;
	assert_false(KIT_SEND(
	    k, extension_grant, .task = STR(DELAYED "/T1"), .unit = STR(ROOM)));
	assert_refused(k, "NOTHING_ASKED");
	refuse_more(k, finish, "NOT_LATER");
	refuse_more(k, finish + 90 * DAY_MS, "TOO_LONG");
	for (int i = 0; i < 2; i++) {
		assert_true(more(k, finish + (i + 1) * HOUR_MS));
		if (i == 0)
			refuse_more(k, finish + HOUR_MS, "ASKED_ALREADY");
		assert_true(KIT_SEND(k, extension_grant,
		    .task = STR(DELAYED "/T1"), .unit = STR(ROOM)));
	}
	refuse_more(k, finish + 3 * HOUR_MS, "COUNT_USED");
	kit_at(k, "2026-06-01T09:00:00+08:00");
	refuse_more(k, kit_now(k) + DAY_MS, "OVERDUE_ALREADY");
}

#define URGENT "330122-26-0000906"

static void
quarrel_about_danger(struct kit *k)
{
	struct str t = STR(URGENT "/T1");

	kit_case(k, URGENT);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(URGENT),
	    .matter = STR(DITCH), .channel = STR("grid"), .urgent = true,
	    .finish_by = kit_now(k) + 9 * DAY_MS, .pack = STR("tonglu")));
	assert_true(KIT_SEND(k, task_sign, .task = t, .unit = STR(VILLAGE)));
	assert_false(KIT_SEND(k, extension_ask, .task = t,
	    .until = kit_now(k) + 10 * DAY_MS, .reason = STR("more"),
	    .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_EXTENDABLE");
	assert_false(KIT_SEND(k, suspension_ask, .task = t,
	    .until = kit_now(k) + 10 * DAY_MS, .reason = STR("frost"),
	    .unit = STR(VILLAGE)));
	assert_refused(k, "NOT_SUSPENDABLE");
	assert_true(KIT_SEND(k, task_urge, .task = t, .unit = STR(ROOM)));
	assert_false(KIT_SEND(k, task_urge, .task = t, .unit = STR(ROOM)));
	assert_refused(k, "TOO_SOON");
	assert_false(KIT_SEND(k, task_recall, .task = t, .unit = STR(VILLAGE)));
	assert_refused(k, "NOTHING_HANDED");
	assert_true(KIT_SEND(
	    k, task_hand, .task = t, .to = STR(WORKER), .unit = STR(VILLAGE)));
	assert_false(KIT_SEND(k, return_ask, .task = t,
	    .reason = STR("not ours"), .unit = STR(VILLAGE)));
	assert_refused(k, "HANDED_INSIDE");
	assert_false(KIT_SEND(k, dispute_raise, .about = t,
	    .reason = STR("not ours"), .unit = STR(VILLAGE)));
	assert_refused(k, "NO_DECLINED_RETURN");
	assert_false(
	    KIT_SEND(k, dispute_raise, .about = t, .jurisdiction = true,
		.reason = STR("fines"), .unit = STR(VILLAGE)));
	assert_refused(k, "ENFORCEMENT");
}

#define WISH "330122-26-0000907"

static void
quarrel_about_the_wish(struct kit *k)
{
	struct str t = STR(WISH "/T1");

	kit_case(k, WISH);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(WISH),
	    .matter = STR(DITCH), .channel = STR("hotline"), .wish = true,
	    .finish_by = kit_now(k) + 9 * DAY_MS, .pack = STR("tonglu")));
	assert_false(KIT_SEND(k, task_take, .task = t, .unit = STR(WATER)));
	assert_refused(k, "NOT_REGISTERED");
	assert_true(KIT_SEND(k, task_take, .task = t, .unit = STR(RESCUE)));
	assert_false(KIT_SEND(k, task_take, .task = t, .unit = STR(ECOLOGY)));
	assert_refused(k, "TAKEN_ALREADY");
}

#define HEADLESS "330122-26-0000908"

static void
quarrel_about_nobodys_matter(struct kit *k)
{
	struct str q = STR(HEADLESS "/Q1");

	kit_case(k, HEADLESS);
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(HEADLESS),
	    .matter = STR(NOBODYS), .channel = STR("grid"),
	    .finish_by = kit_now(k) + 9 * DAY_MS, .pack = STR("tonglu")));
	assert_true(KIT_SEND(k, dispute_raise, .about = STR(HEADLESS),
	    .reason = STR("whose?"), .unit = STR(ROOM)));
	assert_false(KIT_SEND(k, dispute_designate, .dispute = q,
	    .basis = STR("list"), .unit = STR(CENTRE)));
	assert_refused(k, "MAIN_MISSING");
	assert_false(KIT_SEND(k, dispute_designate, .dispute = q,
	    .main = STR(WATER), .unit = STR(CENTRE)));
	assert_refused(k, "BASIS_MISSING");
}

static void
refuse_admission(struct kit *k, const char *matter, const char *means,
    int64_t days, const char *to, const char *code)
{
	struct str units[] = { str_of(to) };

	assert_false(KIT_SEND(k, admission_request, .matter = str_of(matter),
	    .units = { units, 1 }, .until = kit_now(k) + days * DAY_MS,
	    .means = str_of(means), .reason = STR("season"),
	    .unit = STR(ECOLOGY)));
	assert_refused(k, code);
}

static void
quarrel_about_the_admission(struct kit *k)
{
	static const struct str units[] = { S(VILLAGE) };
	struct str heard[] = { STR(OTHER_ROOM) };

	kit_case(k, "330122-26-0000903");
	kit_place(k, "330122");
	refuse_admission(k, NOBODYS, "post", 9, VILLAGE, "UNKNOWN_MATTER");
	refuse_admission(k, SEWAGE, " ", 9, VILLAGE, "MEANS_MISSING");
	refuse_admission(k, SEWAGE, "post", 0, VILLAGE, "TERM_MISSING");
	refuse_admission(k, SEWAGE, "post", 999, VILLAGE, "TERM_TOO_LONG");
	refuse_admission(k, SEWAGE, "post", 9, TOWNSHIP, "LISTED_ALREADY");
	must(KIT_SEND(k, admission_request, .matter = STR(SEWAGE),
	    .units = { units, 1 }, .until = kit_now(k) + DAY_MS,
	    .means = STR("post"), .reason = STR("season"),
	    .unit = STR(ECOLOGY)));
	assert_false(KIT_SEND(k, admission_assess,
	    .admission = STR("330122-26-0000903/Z1"), .agrees = true,
	    .opinion = STR("yes"), .heard = { heard, 1 },
	    .unit = STR(STAFFING)));
	assert_refused(k, "NOT_HEARD");
	kit_case(k, CASEFILE);
}

static void
quarrel_about_the_structure(struct kit *k)
{
	static const struct str places[] = { S("330122109") };

	kit_case(k, "330122-26-0000909");
	kit_place(k, "330122109");
	must(KIT_SEND(k, boundary_assess, .title = STR("one of two"),
	    .kind = STR("merge_townships"), .places = { places, 1 },
	    .risk = STR("high"), .opinion = STR("grave"),
	    .measures = STR("none"), .unit = STR(GOVERNMENT)));
	assert_false(KIT_SEND(k, boundary_clear,
	    .boundary = STR("330122-26-0000909/U1"), .document = STR("2026-9"),
	    .approver = STR(COUNTY_HEAD), .unit = STR(GOVERNMENT)));
	assert_refused(k, "RISK_HIGH");
	assert_false(KIT_SEND(k, cadre_return, .cadre = STR(DUTY),
	    .reason = STR("x"), .unit = STR(ROOM), .officer = STR(TOWN_HEAD)));
	assert_refused(k, "NOT_DISPATCHED");
	kit_case(k, URGENT);
	assert_false(KIT_SEND(k, support_ask, .task = STR(URGENT "/T1"),
	    .office = STR(OTHER_ROOM), .what = STR("a car"),
	    .unit = STR(VILLAGE)));
	assert_refused(k, "OFFICE_ELSEWHERE");
	kit_case(k, CASEFILE);
}

static void
quarrel_about_the_bundle(struct kit *k)
{
	static const struct str wait[] = { S("BJ-01.BJ-02") };
	static const struct str book[] = { S("户口簿") };
	static const struct str none[] = { S("x") };

	dispatch_open(k, HOUSE);
	assert_false(bundle_start(k, "ZZ"));
	assert_refused(k, "UNKNOWN_TEMPLATE");
	assert_false(bundle_start(k, "HL"));
	assert_refused(k, "BUNDLE_OPEN");
	assert_false(KIT_SEND(k, bundle_decompose, .bundle = STR(O1),
	    .waits = { wait, 1 }, .unit = STR(TOWNSHIP)));
	assert_refused(k, "CYCLE");
	assert_false(KIT_SEND(k, bundle_decompose, .bundle = STR(O1),
	    .steps = { none, 1 }, .unit = STR(TOWNSHIP)));
	assert_refused(k, "OWNER_MISSING");
	assert_true(bundle_decompose(k));
	assert_false(KIT_SEND(k, task_withdraw, .task = STR(T1),
	    .reason = STR("no more"),
	    .unit = ((const struct row_task *)kit_row(k, T1))->giver));
	assert_refused(k, "OF_A_STEP");
	assert_false(bundle_ask(k, "BJ-01", none, 1));
	assert_refused(k, "NOT_OF_STEP");
	assert_true(bundle_ask(k, "BJ-01", book, 1));
	assert_false(bundle_supply(k, "BJ-01", none, 1));
	assert_refused(k, "PAPER_MISSING");
	assert_true(bundle_supply(k, "BJ-01", book, 1));
	assert_false(bundle_ask(k, "BJ-01", book, 1));
	assert_refused(k, "ASKED_BEFORE");
	assert_false(bundle_skip(k, "BJ-02"));
	assert_refused(k, "NOT_OPTIONAL");
	assert_false(bundle_reopen(k, "BJ-02", "again"));
	assert_refused(k, "NOT_ENDED");
	assert_false(bundle_reopen(k, "BJ-99", "again"));
	assert_refused(k, "UNKNOWN_STEP");
}

static void
test_every_reason_is_given_once(void **state)
{
	const struct machine *m = &dispatcher_machine;
	struct kit *k = kit_new(m, *state), *bundle = kit_new(m, *state);

	quarrel_about_the_level(k);
	quarrel_about_nobodys(k);
	quarrel_about_the_admission(k);
	dispatch_open(k, SEWAGE);
	dispatch_quarrel(k);
	quarrel_about_the_card(k);
	campaign_quarrel(k);
	quarrel_about_the_time(k);
	quarrel_about_danger(k);
	quarrel_about_the_wish(k);
	quarrel_about_nobodys_matter(k);
	quarrel_about_the_structure(k);
	quarrel_about_the_bundle(bundle);
	for (size_t i = 0; i < m->n_reasons; i++) {
		bool given = kit_has_refused(k, m->reasons[i].code) ||
			     kit_has_refused(bundle, m->reasons[i].code);

		if (!given)
			print_error("%s\n", m->reasons[i].code);
		assert_true(given);
	}
	kit_free(&bundle);
	kit_free(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_reason_is_given_once),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
