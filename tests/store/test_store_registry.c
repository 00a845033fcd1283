/* The registry's tables are the rows of schemas/pack, field by field. */
#include "common/registry/registry.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct scratch *scratch;
static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)1 << 20);
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

static const char *
sql_type(const struct msg_field *f)
{
	static const char *const types[] = {
		[WIRE_str] = "text",
		[WIRE_i64] = "bigint",
		[WIRE_f64] = "double precision",
		[WIRE_bool] = "boolean",
		[WIRE_time] = "timestamp with time zone",
		[WIRE_strs] = "ARRAY",
		[WIRE_map] = "jsonb",
		[WIRE_list] = "jsonb",
	};

	return types[f->type];
}

static void
test_columns_are_the_fields(void **state)
{
	(void)state;
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const struct msg_desc *d = registry_files[t].desc;
		struct str sql, got;
		struct buf want;

		buf_init(&want, 65536);
		for (size_t i = 0; i < d->n_fields; i++)
			buf_printf(&want, "%s %s %s;", d->fields[i].name,
			    sql_type(&d->fields[i]),
			    d->fields[i].need == REQUIRED ? "NO" : "YES");
		buf_z(&want, "valid_from date NO;valid_to date YES;"
			     "pack text NO");
		/* In any order: a later migration adds at the end. */
		sql = arena_printf(arena,
		    "WITH want AS (SELECT unnest(string_to_array('%.*s', ';'))"
		    " AS line), have AS (SELECT column_name || ' ' || data_type"
		    " || ' ' || is_nullable AS line"
		    " FROM information_schema.columns WHERE table_schema ="
		    " 'registry' AND table_name = '%s')"
		    " SELECT coalesce(string_agg(line, '; '), '') FROM"
		    " ((SELECT 'missing: ' || line AS line FROM (TABLE want"
		    " EXCEPT TABLE have) m) UNION ALL (SELECT 'more: ' || line"
		    " FROM (TABLE have EXCEPT TABLE want) n)) o",
		    (int)want.n, want.p, registry_files[t].table);
		got = scratch_ask(scratch, arena, sql.p);
		if (got.n > 0)
			fail_msg(
			    "%s: %.*s", registry_files[t].table, STR_ARG(got));
		buf_fini(&want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_the_fields),
	};

	if (!scratch_possible("test_store_registry"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
