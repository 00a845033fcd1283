/* Four levels and three lists: rules_level.c, rules_lists.c. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool
lower(struct kit *k, const char *unit)
{
	return KIT_SEND(k, casefile_lower, .casefile = STR(CASEFILE),
	    .reason = STR("they can"), .unit = str_of(unit));
}

static bool
raise(struct kit *k, const char *unit)
{
	return KIT_SEND(k, casefile_raise, .casefile = STR(CASEFILE),
	    .reason = STR("too big"), .unit = str_of(unit));
}

static void
test_up_and_down_one_level_at_a_time(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(raise(k, VILLAGE));
	assert_str(KIT_SAID(k, casefile_raised, 0)->tier, "township");
	assert_str(KIT_SAID(k, casefile_raised, 0)->to, ECONOMY);
	assert_true(raise(k, ROOM));
	assert_str(KIT_SAID(k, casefile_raised, 0)->tier, "county");
	assert_true(lower(k, CENTRE));
	assert_str(KIT_SAID(k, casefile_lowered, 0)->tier, "township");
	assert_str(KIT_SAID(k, task_assigned, 0)->unit, ECONOMY);
	assert_str(KIT_SAID(k, task_withdrawn, 0)->why, "lowered");
	/* The promise runs on. */
	assert_due(k, CASEFILE "/T4", "finish", PROMISE);
	assert_true(lower(k, ROOM));
	assert_str(KIT_SAID(k, casefile_lowered, 0)->to, VILLAGE);
	assert_str(KIT_SAID(k, casefile_lowered, 0)->tier, "village");
	assert_false(lower(k, OTHER_ROOM));
	assert_refused(k, "NOT_YOUR_UNIT");
}

static void
test_the_grid_is_another_hand_than_the_reporters(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_lowered *m;

	dispatch_open(k, DITCH);
	assert_true(lower(k, VILLAGE));
	m = KIT_SAID(k, casefile_lowered, 0);
	assert_str(m->tier, "grid");
	assert_str(m->to, VILLAGE);
	assert_true(m->worker.n > 0);
	assert_false(str_is(m->worker, "OF-GW-0325"));
	assert_true(str_eq(
	    ((const struct row_task *)kit_row(k, T2))->officer, m->worker));
	assert_false(lower(k, VILLAGE));
	assert_refused(k, "BOTTOM_LEVEL");
	assert_true(raise(k, VILLAGE));
	assert_str(KIT_SAID(k, casefile_raised, 0)->tier, "village");
	assert_str(KIT_SAID(k, casefile_raised, 0)->to, VILLAGE);
}

static void
test_what_no_list_gives_the_village_is_not_sent_there(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, SEWAGE);
	assert_false(lower(k, ROOM));
	assert_refused(k, "NOT_LISTED");
	assert_state(k, T1, "assigned");
	assert_true(raise(k, ROOM));
	/* Territorial: the township is in that list. */
	assert_true(lower(k, CENTRE));
}

static void
test_nobody_below_is_able(void **state)
{
	struct kit *k = *state;

	kit_place(k, "330122109");
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(SEWAGE), .channel = STR("grid"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	assert_false(lower(k, ROOM));
	assert_refused(k, "LOWER_UNABLE");
}

static void
test_the_way_names_module_list_and_who_helps(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_routed *m;

	kit_place(k, "330122109219");
	assert_true(KIT_SEND(k, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = STR(DITCH), .channel = STR("grid"),
	    .finish_by = kit_now(k) + DAY_MS, .pack = STR("tonglu")));
	m = KIT_SAID(k, casefile_routed, 0);
	assert_str(m->module, "economy_ecology");
	assert_str(m->list, "territorial");
	assert_int_equal(m->assisting.n, 2);
	assert_str(m->assisting.p[0], "330122-P-PS");
	assert_int_equal(m->admission.n, 0);
}

/* In the county as it is when A is admitted. */
static struct kit *
admitted(struct registry **r, const char *unit, const char *until)
{
	struct str units[] = { str_of(unit) };

	*r = county_new();
	registry_admit(
	    *r, &(struct registry_admission){ .id = STR("330122-26-0000001/Z1"),
		    .matter = STR(SEWAGE),
		    .units = { units, 1 },
		    .from = county_time("2026-03-01T00:00:00+08:00"),
		    .until = county_time(until) });
	return kit_new(&dispatcher_machine, *r);
}

static void
test_an_admission_opens_the_way_for_its_term(void **state)
{
	static const struct {
		const char *unit, *until, *code;
	} tries[] = {
		{ VILLAGE, "2026-06-01T00:00:00+08:00", "" },
		/* A township stands for what lies in it. */
		{ TOWNSHIP, "2026-06-01T00:00:00+08:00", "" },
		{ VILLAGE, "2026-03-18T09:00:00+08:00", "NOT_LISTED" },
		{ "330122109207-V", "2026-06-01T00:00:00+08:00", "NOT_LISTED" },
		{ "330122102-T", "2026-06-01T00:00:00+08:00", "NOT_LISTED" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		struct registry *r;
		struct kit *k = admitted(&r, tries[i].unit, tries[i].until);

		dispatch_open(k, SEWAGE);
		(void)lower(k, ROOM);
		assert_refused(k, tries[i].code);
		if (tries[i].code[0] == '\0')
			assert_str(KIT_SAID(k, casefile_lowered, 0)->admission,
			    "330122-26-0000001/Z1");
		registry_revoke(r, STR("330122-26-0000001/Z1"));
		assert_int_equal(
		    registry_admitted(r, STR(SEWAGE),
			registry_unit(r, STR(VILLAGE), kit_now(k)), kit_now(k))
			.n,
		    0);
		kit_free(&k);
		registry_free(&r);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, dispatch_begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_up_and_down_one_level_at_a_time),
		TEST(test_the_grid_is_another_hand_than_the_reporters),
		TEST(test_what_no_list_gives_the_village_is_not_sent_there),
		TEST(test_nobody_below_is_able),
		TEST(test_the_way_names_module_list_and_who_helps),
		cmocka_unit_test(test_an_admission_opens_the_way_for_its_term),
	};

	return cmocka_run_group_tests(tests, dispatch_load, dispatch_unload);
}
