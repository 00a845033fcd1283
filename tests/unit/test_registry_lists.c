#include "common/registry/registry.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define S(literal) STR(literal)

static struct registry *county;
static int64_t now;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	now = county_time("2026-03-18T09:30+08:00");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	registry_free(&county);
	return 0;
}

static void
assert_str(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("\"%.*s\" is not \"%s\"", STR_ARG(got), want);
}

static void
test_lists_follow_the_kind_of_town(void **state)
{
	const struct row_unit *fenshui =
	    registry_unit(county, S("330122109-ZF"), now);
	const struct row_unit *tongjun =
	    registry_unit(county, S("330122003-T"), now);
	const struct row_unit *bureau =
	    registry_unit(county, S("330122-D-ZFJ"), now);

	(void)state;
	assert_str(registry_listed(county, S("SR001"), fenshui, now)->state,
	    "delegated");
	assert_non_null(registry_listed(county, S("SR001"), tongjun, now));
	/* Forestry is on the townships' list only. */
	assert_int_not_equal(
	    registry_listed_in_domain(county, S("林业"), fenshui, now), 0);
	assert_int_equal(
	    registry_listed_in_domain(county, S("林业"), tongjun, now), 0);
	assert_int_equal(
	    registry_listed_in_domain(county, S("市容环卫"), fenshui, now), 39);
	assert_int_equal(
	    registry_listed_in_domain(county, S("市容环卫"), tongjun, now), 42);
	/* The county's own units need no list. */
	assert_null(registry_listed(county, S("SR001"), bureau, now));
	assert_null(registry_listed(county, S("XX999"), fenshui, now));
}

static void
test_a_suspended_item_is_listed_but_not_to_be_used(void **state)
{
	struct registry *r = county_of("tests/golden/pack");
	const struct row_unit *u = registry_unit(r, S("990101100-ZF"), now);
	int64_t july = county_time("2026-07-01T00:00+08:00");

	(void)state;
	assert_str(
	    registry_listed(r, S("SR001"), u, july - 1)->state, "delegated");
	assert_str(registry_listed(r, S("SR001"), u, july)->state, "suspended");
	assert_int_equal(
	    registry_listed_in_domain(r, S("市容环卫"), u, july - 1), 2);
	assert_int_equal(
	    registry_listed_in_domain(r, S("市容环卫"), u, july), 1);
	registry_free(&r);
}

static void
test_certificates_hold_through_their_last_day(void **state)
{
	const struct row_officer *o =
	    registry_officer(county, S("OF-ZF-0013"), now);

	(void)state;
	assert_true(
	    registry_certified(o, county_time("2026-06-30T23:59:59+08:00")));
	assert_false(
	    registry_certified(o, county_time("2026-07-01T00:00+08:00")));
	assert_true(
	    registry_certified(o, county_time("2021-07-01T00:00+08:00")));
	assert_false(
	    registry_certified(o, county_time("2021-06-30T23:59+08:00")));
	/* Expired before 2026, not yet valid, and none at all. */
	assert_false(registry_certified(
	    registry_officer(county, S("OF-ZF-0051"), now), now));
	assert_false(registry_certified(
	    registry_officer(county, S("OF-ZF-0008"), now), now));
	assert_false(registry_certified(
	    registry_officer(county, S("OF-GW-0001"), now), now));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_follow_the_kind_of_town),
		cmocka_unit_test(
		    test_a_suspended_item_is_listed_but_not_to_be_used),
		cmocka_unit_test(test_certificates_hold_through_their_last_day),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
