/* A township and a village are merged away while work is open. */
#include "services/dispatcher/rules.h"
#include "tests/lib/county.h"
#include "tests/lib/dispatch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Fenshui (分水镇) and its village go into Baijiang (百江镇) on this day. */
#define DAY "2026-03-20T00:00:00+08:00"
#define NEW_TOWN "330122112"
#define NEW_PLACE "330122112919"
#define NEW_VILLAGE "330122112919-V"
#define NEW_ROOM "330122112-CMD"

static struct registry *merged;

struct change {
	struct registry *r;
	int64_t from;
	int64_t then;
};

static bool
is_gone(struct str code)
{
	return str_starts(code, STR("330122109219")) ||
	       str_starts(code, STR("330122109-"));
}

static void
take(struct change *c, enum registry_table t, const void *row)
{
	struct str key = *(const struct str *)row;

	if (t == TABLE_division &&
	    (str_is(key, "330122109") || str_is(key, "330122109219"))) {
		struct row_division d;
		static struct str town[] = { STR(NEW_TOWN) };
		static struct str village[] = { STR(NEW_PLACE) };

		memcpy(&d, row, sizeof(d));
		registry_add(c->r, t, row, c->from, c->then);
		d.successors = (struct strs){ key.n == 9 ? town : village, 1 };
		registry_add(c->r, t, &d, c->then, INT64_MAX);
		return;
	}
	registry_add(c->r, t, row, c->from,
	    t == TABLE_unit && is_gone(key) ? c->then : INT64_MAX);
}

static int
load(void **state)
{
	const struct registry *county;
	struct change c = { registry_new(),
		county_time("2026-01-01T00:00+08:00"), county_time(DAY) };
	const struct row_division place = { .code = STR(NEW_PLACE),
		.name_zh = STR("新村"),
		.name_en = STR("New Village"),
		.kind = STR("village"),
		.parent = STR(NEW_TOWN) };
	const struct row_unit unit = { .code = STR(NEW_VILLAGE),
		.name_zh = STR("新村村委会"),
		.name_en = STR("New Village Committee"),
		.kind = STR("village_committee"),
		.parent = STR(NEW_TOWN "-T"),
		.division = STR(NEW_PLACE) };

	if (dispatch_load(state) != 0)
		return -1;
	county = *state;
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		size_t n, size = registry_files[t].desc->size;
		const char *rows =
		    registry_rows(county, (enum registry_table)t, &n);

		for (size_t i = 0; i < n; i++)
			take(&c, (enum registry_table)t, rows + i * size);
	}
	registry_add(c.r, TABLE_division, &place, c.then, INT64_MAX);
	registry_add(c.r, TABLE_unit, &unit, c.then, INT64_MAX);
	registry_seal(c.r, STR("tonglu 2026.2"));
	merged = c.r;
	return 0;
}

static int
unload(void **state)
{
	registry_free(&merged);
	return dispatch_unload(state);
}

static int
begin(void **state)
{
	*state = kit_new(&dispatcher_machine, merged);
	return 0;
}

static bool
rehome(struct kit *k)
{
	return KIT_SEND(k, casefile_rehome, .casefile = STR(CASEFILE));
}

static void
assert_heir(const char *code, const char *day, const char *want)
{
	const struct row_unit *u =
	    registry_heir(merged, str_of(code), county_time(day));

	if (want == NULL)
		assert_null(u);
	else
		assert_true(u != NULL && str_is(u->code, want));
}

static void
test_an_heir_is_of_the_same_kind_where_the_place_goes_on(void **state)
{
	(void)state;
	assert_heir(VILLAGE, "2026-03-19T12:00+08:00", VILLAGE);
	assert_heir(VILLAGE, "2026-03-20T00:00+08:00", NEW_VILLAGE);
	assert_heir(ROOM, "2026-03-20T00:00+08:00", NEW_ROOM);
	assert_heir("330122109-M2", "2026-03-20T00:00+08:00", "330122112-M2");
	assert_heir(ECOLOGY, "2026-03-20T00:00+08:00", ECOLOGY);
	assert_heir("330122109-XX", "2026-03-20T00:00+08:00", NULL);
}

static void
test_open_work_goes_on_with_the_successor_and_its_limits(void **state)
{
	struct kit *k = *state;
	const struct msg_casefile_rehomed *m;
	char due[CLOCK_TEXT];

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	(void)snprintf(due, sizeof(due), "%s", kit_due(k, T1, "finish"));
	assert_false(rehome(k));
	assert_string_equal(kit_refusal(k), "NOT_MOVED");

	kit_at(k, DAY);
	assert_true(rehome(k));
	m = KIT_SAID(k, casefile_rehomed, 0);
	assert_true(str_is(m->from, "330122109219"));
	assert_true(str_is(m->to, NEW_PLACE));
	assert_int_equal(m->gone.n, m->heirs.n);
	assert_true(str_is(
	    ((const struct row_task *)kit_row(k, T1))->unit, NEW_VILLAGE));
	assert_true(
	    str_is(((const struct row_task *)kit_row(k, T1))->giver, NEW_ROOM));
	assert_string_equal(kit_due(k, T1, "finish"), due);
	assert_false(rehome(k));
}

static void
test_an_old_name_is_told_who_took_over(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, DITCH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	kit_at(k, DAY);
	assert_false(dispatch_submit(k, T1, VILLAGE));
	assert_string_equal(kit_refusal(k), "UNIT_GONE");
	/* Whether it has been rehomed yet or not. */
	assert_true(
	    KIT_SEND(k, task_submit, .task = STR(T1), .result = STR("done"),
		.unit = STR(NEW_VILLAGE), .officer = STR(WORKER)));
}

static void
test_what_has_ended_keeps_its_old_unit(void **state)
{
	struct kit *k = *state;

	dispatch_open(k, RUBBISH);
	assert_true(dispatch_sign(k, T1, VILLAGE));
	assert_true(dispatch_submit(k, T1, VILLAGE));
	assert_true(dispatch_accept(k, T1, ROOM));
	kit_at(k, DAY);
	assert_true(rehome(k));
	assert_true(
	    str_is(((const struct row_task *)kit_row(k, T1))->unit, VILLAGE));
	assert_true(KIT_SEND(k, casefile_verify, .casefile = STR(CASEFILE),
	    .ok = true, .found = STR("clean"), .unit = STR(NEW_ROOM),
	    .officer = STR(VERIFIER)));
	assert_true(KIT_SEND(k, casefile_close, .casefile = STR(CASEFILE),
	    .outcome = STR("solved"), .unit = STR(NEW_ROOM)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_an_heir_is_of_the_same_kind_where_the_place_goes_on),
		cmocka_unit_test_setup_teardown(
		    test_open_work_goes_on_with_the_successor_and_its_limits,
		    begin, dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_an_old_name_is_told_who_took_over, begin,
		    dispatch_done),
		cmocka_unit_test_setup_teardown(
		    test_what_has_ended_keeps_its_old_unit, begin,
		    dispatch_done),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
