/* What the dispatcher saves comes back as it was. */
#include "common/run/things.h"
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_walk.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WALKS 25
#define STEPS 80
#define JSON_MAX ((size_t)1 << 20)

extern const struct run_desc dispatcher_service;

static struct scratch *scratch;

static void
run(const char *query, struct args *a, struct rows **rows)
{
	struct err e;

	if (db_exec(scratch_db(scratch), query, a, rows, &e) != RC_OK)
		fail_msg("%s", e.text);
}

/* Every row of THING, as one parameter, like the service's loop. */
static void
save(const struct kit *k, const struct marks *m, int thing)
{
	const struct thing *t = &dispatcher_machine.things[thing];
	struct buf json;
	struct args a;
	bool any = false;

	args_init(&a);
	buf_init(&json, JSON_MAX);
	for (size_t i = 0; i < m->n; i++) {
		if (m->v[i].thing != thing)
			continue;
		buf_char(&json, any ? ',' : '[');
		msg_json(t->row, kit_row(k, m->v[i].id), &json);
		any = true;
	}
	buf_char(&json, ']');
	args_json(&a, buf_get(&json));
	if (any)
		run(t->save, &a, NULL);
	buf_fini(&json);
	args_fini(&a);
}

static void
assert_same(const struct msg_desc *d, const void *in_memory, const void *loaded)
{
	struct buf a, b;

	buf_init(&a, JSON_MAX);
	buf_init(&b, JSON_MAX);
	msg_json(d, in_memory, &a);
	msg_json(d, loaded, &b);
	if (!str_eq(buf_get(&a), buf_get(&b)))
		fail_msg(
		    "%.*s\n%.*s", STR_ARG(buf_get(&a)), STR_ARG(buf_get(&b)));
	buf_fini(&a);
	buf_fini(&b);
}

/* All rows of THING come back, the same, in the order of their birth. */
static void
check(
    const struct kit *k, const struct marks *m, int thing, struct arena *arena)
{
	const struct thing *t = &dispatcher_machine.things[thing];
	const struct str keys[] = { STR(CASEFILE) };
	struct rows *rows = NULL;
	struct args a;
	size_t n = 0;

	args_init(&a);
	args_strs(&a, keys, 1);
	run(t->load, &a, &rows);
	for (size_t i = 0; i < m->n; i++)
		n += m->v[i].thing == thing;
	assert_int_equal(rows_n(rows), n);
	for (size_t i = 0; i < n; i++) {
		struct row_head *row = arena_alloc(arena, t->row->size);
		char id[64];

		rows_decode(rows, i, t->row, row, arena);
		(void)memcpy(id, row->id.p, row->id.n);
		id[row->id.n] = '\0';
		assert_non_null(kit_row(k, id));
		assert_same(t->row, kit_row(k, id), row);
	}
	rows_free(&rows);
	args_fini(&a);
}

static void
forget_all(void)
{
	for (size_t t = 0; t < dispatcher_machine.n_things; t++)
		scratch_run(scratch, "TRUNCATE dispatcher.%s",
		    dispatcher_machine.things[t].name);
}

static void
test_rows_come_back_as_they_were(void **state)
{
	struct arena *arena = arena_new((size_t)64 << 20);
	uint64_t seed = UINT64_C(417);

	for (size_t i = 0; i < WALKS; i++) {
		struct walk w = { .k = kit_new(&dispatcher_machine, *state),
			.registry = *state,
			.seed = seed };
		struct marks m;

		forget_all();
		walk_begin(&w);
		for (size_t n = 0; n < STEPS; n++) {
			(void)walk_step(&w);
			walk_look(w.k, &m);
			for (size_t t = 0; t < dispatcher_machine.n_things; t++)
				save(w.k, &m, (int)t);
		}
		for (size_t t = 0; t < dispatcher_machine.n_things; t++)
			check(w.k, &m, (int)t, arena);
		arena_reset(arena);
		seed = w.seed;
		kit_free(&w.k);
	}
	arena_free(&arena);
}

static int
load(void **state)
{
	struct err e;

	scratch = scratch_new();
	if (run_prepare(scratch_db(scratch), &dispatcher_service, &e) != RC_OK)
		fail_msg("%s", e.text);
	return dispatch_load(state);
}

static int
unload(void **state)
{
	scratch_free(&scratch);
	return dispatch_unload(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_come_back_as_they_were),
	};

	if (!scratch_possible("test_store_dispatcher"))
		return 0;
	return cmocka_run_group_tests(tests, load, unload);
}
