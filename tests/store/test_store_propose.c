/* Matters proposed for what people write, from the county's own words. */
#include "cli/cli.h"
#include "tests/lib/county.h"
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
	char *argv[] = { strdup("pack"), strdup("load"), strdup(COUNTY_DIR),
		NULL };
	int rc;

	(void)state;
	arena = arena_new((size_t)1 << 20);
	scratch = scratch_new();
	assert_int_equal(setenv("HUYING_DB", scratch_dsn(scratch), 1), 0);
	rc = cmd_pack(3, argv);
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);
	return rc;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_free(&scratch);
	arena_free(&arena);
	return 0;
}

static void
expect(const char *sql, const char *want)
{
	struct str got = scratch_ask(scratch, arena, sql);

	if (!str_is(got, want))
		fail_msg("%s: %.*s, not %s", sql, STR_ARG(got), want);
}

static const struct {
	const char *text;
	const char *matter;
} proposals[] = {
	{ "村口路灯不亮三天了", "PU-011" },
	{ "我家孩子被狗咬了，狗主人不认账", "CA-020" },
	{ "工地老板拖欠工资，农民工要回家", "LB-003" },
	{ "小区电梯里困人了，快来", "FM-012" },
	{ "楼上漏水把天花板泡坏了", "HP-005" },
	{ "有人在河里电鱼", "NR-010" },
	{ "怎么办理城乡居民养老保险参保登记", "VA-001" },
};

static void
test_matters_are_proposed_for_a_free_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(proposals); i++) {
		struct str sql = arena_printf(arena,
		    "SELECT matter FROM registry.propose_matters('%s', 5)",
		    proposals[i].text);

		expect(sql.p, proposals[i].matter);
	}
	expect(
	    "SELECT count(*)::text FROM registry.propose_matters('', 5)", "0");
	expect("SELECT count(*)::text FROM"
	       " registry.propose_matters('路灯不亮，垃圾没人扫', 3)",
	    "3");
	expect("SELECT (max(score) <= 1 AND min(score) > 0)::text FROM"
	       " registry.propose_matters('路灯不亮', 100)",
	    "true");
	expect("SELECT string_agg(g, ' ') FROM"
	       " registry.grams('Ab，c河 道x1路灯') g",
	    "ab c河 道x 路灯");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matters_are_proposed_for_a_free_text),
	};

	if (!scratch_possible("test_store_propose"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
