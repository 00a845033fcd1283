/* Who is on duty, with a gap at night; cadres whom a township gave back. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CADRE "OF-PZ-0007"
#define CADRE_HOME "330122-D-ZJJ"
#define NIGHT "2026-03-19T03:00:00+08:00"
#define RETURNED "2026-03-18T09:00:00+08:00"

static struct registry *gap;

/* The line of who would sit at ROOM that night is not there. */
static bool
take(struct registry *to, enum registry_table t, const void *row, int64_t from)
{
	const struct row_roster *line = row;

	(void)to;
	(void)from;
	return t == TABLE_roster && str_is(line->unit, ROOM) &&
	       str_is(line->officer, ON_DUTY);
}

static struct registry *
county_with_gap(const struct registry *county)
{
	const struct row_roster line = { .unit = STR(ROOM),
		.role = STR("dispatched_cadre"),
		.date_rule = STR("workday"),
		.shift = STR("08:30-17:30"),
		.officer = STR(CADRE) };
	struct registry *r = county_copy(county, take);

	registry_add(r, TABLE_roster, &line,
	    county_time("2026-01-01T00:00+08:00"), INT64_MAX);
	return r;
}

static int
load(void **state)
{
	if (dispatch_load(state) != 0)
		return -1;
	gap = county_with_gap(*state);
	registry_seal(gap, STR("tonglu 2026.1"));
	return 0;
}

static int
unload(void **state)
{
	registry_free(&gap);
	return dispatch_unload(state);
}

static int
begin(void **state)
{
	*state = kit_new(&dispatcher_machine, gap);
	return 0;
}

static bool
alarm_by(struct kit *k, const char *officer)
{
	return KIT_SEND(k, call_raise, .casefile = STR(CASEFILE),
	    .class = STR("emergency"), .main = STR(ECOLOGY),
	    .reason = STR("the dam leaks"), .lat = LAT, .lon = LON,
	    .unit = STR(ROOM), .officer = str_of(officer));
}

/* Nobody may be kept from calling because a line of the roster is missing. */
static void
test_in_a_gap_whoever_stands_on_the_roster_may_call(void **state)
{
	struct kit *k = *state;

	kit_at(k, "2026-03-18T08:00:00+08:00");
	dispatch_open(k, SEWAGE);
	assert_false(alarm_by(k, "OF-ZB-0030"));
	assert_refused(k, "NOT_ON_DUTY");
	kit_at(k, NIGHT);
	assert_false(alarm_by(k, TOWN_HEAD));
	assert_refused(k, "NOT_ON_DUTY");
	assert_true(alarm_by(k, "OF-ZB-0030"));
}

static bool
give_back(struct kit *k, const char *cadre, const char *unit, const char *head)
{
	kit_case(k, "330122-26-0000777");
	kit_place(k, "330122109");
	return KIT_SEND(k, cadre_return, .cadre = str_of(cadre),
	    .reason = STR("was never there"), .unit = str_of(unit),
	    .officer = str_of(head));
}

static void
test_a_township_gives_a_cadre_back(void **state)
{
	const struct msg_cadre_returned *m;
	struct kit *k = *state;

	assert_true(give_back(k, CADRE, ROOM, TOWN_HEAD));
	m = KIT_SAID(k, cadre_returned, 0);
	assert_str(m->from, ECONOMY);
	assert_str(m->home, CADRE_HOME);
	/* Double lock binds the department, not the township. */
	assert_true(m->locked);
	assert_state(k, "330122-26-0000777/D1", "returned");
}

static void
test_who_may_give_back_whom(void **state)
{
	static const struct {
		const char *cadre, *unit, *head, *code;
	} tries[] = {
		{ DUTY, ROOM, TOWN_HEAD, "NOT_DISPATCHED" },
		{ "OF-PZ-9999", ROOM, TOWN_HEAD, "UNKNOWN_OFFICER" },
		{ CADRE, OTHER_ROOM, OTHER_HEAD, "NOT_YOUR_UNIT" },
		{ CADRE, CADRE_HOME, COUNTY_HEAD, "NOT_YOUR_UNIT" },
		{ CADRE, ROOM, OTHER_HEAD, "APPROVER_MISSING" },
		{ CADRE, ROOM, DUTY, "APPROVER_MISSING" },
	};

	for (size_t i = 0; i < ARRAY_LEN(tries); i++) {
		assert_false(give_back(
		    *state, tries[i].cadre, tries[i].unit, tries[i].head));
		assert_refused(*state, tries[i].code);
	}
}

static void
test_who_was_given_back_serves_at_home(void **state)
{
	const struct registry_return a = { .officer = STR(CADRE),
		.from = STR(ECONOMY),
		.home = STR(CADRE_HOME),
		.at = county_time(RETURNED) };
	int64_t before = a.at - 1, then = a.at;
	struct registry *r = county_with_gap(*state);
	const struct row_officer *o;
	struct kit *k;

	registry_return(r, &a);
	registry_seal(r, STR("tonglu 2026.1"));
	o = registry_officer(r, STR(CADRE), before);
	assert_str(o->unit, ECONOMY);
	assert_true(o->locked);
	assert_true(registry_on_duty(r, STR(ROOM), STR(CADRE), before));
	o = registry_officer(r, STR(CADRE), then);
	assert_str(o->unit, CADRE_HOME);
	assert_false(o->locked);
	assert_false(registry_on_duty(r, STR(ROOM), STR(CADRE), then));
	assert_false(registry_is_rostered(r, STR(ROOM), STR(CADRE), then));
	assert_null(registry_next_return(r, NULL, before));
	assert_str(registry_next_return(r, NULL, then)->officer, CADRE);
	assert_null(
	    registry_next_return(r, registry_next_return(r, NULL, then), then));
	k = kit_new(&dispatcher_machine, r);
	assert_false(give_back(k, CADRE, ROOM, TOWN_HEAD));
	assert_refused(k, "NOT_DISPATCHED");
	kit_free(&k);
	registry_free(&r);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, dispatch_done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_in_a_gap_whoever_stands_on_the_roster_may_call),
		TEST(test_a_township_gives_a_cadre_back),
		TEST(test_who_may_give_back_whom),
		cmocka_unit_test(test_who_was_given_back_serves_at_home),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
