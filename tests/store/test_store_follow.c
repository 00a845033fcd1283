/*
 * registry.open_rows() against the tables of states and rows: every thing that
 * has not ended is there, with every unit that it names, and no other.
 */
#include "common/run/things.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct run_desc intake_service, dispatcher_service,
    enforcement_service, mediation_service;

static const struct run_desc *const services[] = { &dispatcher_service,
	&intake_service, &enforcement_service, &mediation_service };

static struct scratch *scratch;
static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	scratch = scratch_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_free(&scratch);
	arena_free(&arena);
	return 0;
}

/* May come back, but has ended for now; or lives as long as its casefile. */
static const struct {
	const char *thing, *state;
	bool open;
} differs[] = {
	{ "casefile", "archived", false },
	{ "agency", "returned", false },
	{ "request", "looked_back", false },
	{ "receipt", "accepted", false },
	{ "attendance", "freed", false },
	{ "attendance", "excused", false },
	{ "report", "accepted", true },
	{ "enforcement_case", "determined", true },
	{ "mediation_case", "known", true },
};

static bool
is_open(const struct machine *m, size_t thing, int state)
{
	const struct thing *t = &m->things[thing];

	for (size_t i = 0; i < ARRAY_LEN(differs); i++)
		if (strcmp(differs[i].thing, t->name) == 0 &&
		    strcmp(differs[i].state, t->states[state]) == 0)
			return differs[i].open;
	return !machine_ends(m, (int)thing, state);
}

static void
put_field(struct buf *b, const struct msg_field *f)
{
	const char *text = f->format.look == LOOK_UNIT ? f->name : "x";

	if (f->type == WIRE_strs)
		buf_printf(b, ",\"%s\":[\"%s\"]", f->name, text);
	else if (f->type == WIRE_str)
		buf_printf(b, ",\"%s\":\"%s\"", f->name, text);
	else if (f->type == WIRE_time)
		buf_printf(b, ",\"%s\":\"2026-03-18T09:00:00+08:00\"", f->name);
	else if (f->type == WIRE_bool)
		buf_printf(b, ",\"%s\":true", f->name);
	else
		buf_printf(b, ",\"%s\":1", f->name);
}

/* A row of T with every field set, its units named as their columns. */
static void
put_row(const struct thing *t, const char *state, int n)
{
	struct buf b;

	buf_init(&b, 65536);
	buf_printf(&b,
	    "{\"id\":\"c-%06d%s\",\"casefile\":\"c-%06d\",\"division\":"
	    "\"330122\","
	    "\"state\":\"%s\"",
	    n, strcmp(t->name, "casefile") == 0 ? "" : "/1", n, state);
	for (size_t i = 4; i < t->row->n_fields; i++)
		put_field(&b, &t->row->fields[i]);
	scratch_run(scratch,
	    "INSERT INTO %s SELECT * FROM json_populate_recordset("
	    "NULL::%s, '[%.*s}]')",
	    t->row->type, t->row->type, STR_ARG(buf_get(&b)));
	buf_fini(&b);
}

/* What lives as long as its casefile has one. */
static void
put_casefile(int n)
{
	scratch_run(scratch,
	    "INSERT INTO dispatcher.casefile (id, casefile, division, state, "
	    "matter, channel, opened_at, finish_by) VALUES ('c-%06d', "
	    "'c-%06d', '330122', 'in_hand', 'x', 'x', now(), now()) "
	    "ON CONFLICT DO NOTHING",
	    n, n);
}

/* Whether folder N has an open row of T that names every unit of it. */
static bool
is_listed(const char *service, const struct thing *t, int n)
{
	struct str units = STR("ARRAY[]::text[]");
	const char *table = strchr(t->row->type, '.') + 1;

	for (size_t i = 0; i < t->row->n_fields; i++)
		if (t->row->fields[i].format.look == LOOK_UNIT)
			units = arena_printf(arena, "%.*s || '%s'::text",
			    STR_ARG(units), t->row->fields[i].name);
	return str_is(
	    scratch_ask(scratch, arena,
		arena_printf(arena,
		    "SELECT count(*)::text FROM registry.open_rows('', 'z') "
		    "WHERE casefile = 'c-%06d' AND service = '%s' AND "
		    "thing = '%s' AND coalesce(units, '{}') @> (%.*s)",
		    n, service, table, STR_ARG(units))
		    .p),
	    "1");
}

static void
test_what_is_open_is_what_has_not_ended(void **state)
{
	int n = 0;

	(void)state;
	for (size_t s = 0; s < ARRAY_LEN(services); s++)
		for (size_t k = 0; k < services[s]->machine->n_things; k++) {
			const struct machine *m = services[s]->machine;
			const struct thing *t = &m->things[k];

			for (int i = 1; i < STATES_MAX && t->states[i] != NULL;
			     i++) {
				put_row(t, t->states[i], ++n);
				put_casefile(n);
				if (is_listed(services[s]->name, t, n) !=
				    is_open(m, k, i))
					fail_msg("%s %s: the table of states "
						 "and open_rows() differ",
					    t->row->type, t->states[i]);
			}
		}
	assert_true(n > 100);
}

/* Limits too, of whatever service, while they run or stand still. */
static void
test_a_limit_that_runs_is_open(void **state)
{
	(void)state;
	scratch_run(scratch,
	    "INSERT INTO run.deadline (service, thing, name, casefile, "
	    "division, unit, kind, state, rule, armed_at, due_at, cause, "
	    "trace) SELECT 'intake', 'd/' || s, 'x', 'd', '330122', 'u', "
	    "'duty', s, 'r', now(), now(), 'c', 't' FROM unnest(ARRAY['armed', "
	    "'paused', 'fired', 'cancelled']) s");
	assert_true(
	    str_is(scratch_ask(scratch, arena,
		       "SELECT string_agg(id, ',' ORDER BY id) FROM "
		       "registry.open_rows('', 'z') WHERE casefile = 'd'"),
		"d/armed x,d/paused x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_open_is_what_has_not_ended),
		cmocka_unit_test(test_a_limit_that_runs_is_open),
	};

	if (!scratch_possible("test_store_follow"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
