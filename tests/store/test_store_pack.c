/* Packs in a real database: loaded, loaded again, changed, read back. */
#include "cli/pack_check.h"
#include "tests/lib/county.h"
#include "tests/lib/packkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct registry *
loaded(void)
{
	struct registry *r = NULL;
	struct db *own = NULL;
	struct err e;

	assert_int_equal(
	    db_open(&own, scratch_dsn(packkit.scratch), "test", &e), RC_OK);
	if (registry_prepare(own, &e) != RC_OK ||
	    registry_load(&r, own, &e) != RC_OK)
		fail_msg("%s", e.text);
	/* Services do it again on the same connection. */
	registry_free(&r);
	if (registry_load(&r, own, &e) != RC_OK)
		fail_msg("%s", e.text);
	db_close(&own);
	return r;
}

static void
expect_same(
    const struct registry *a, const struct registry *b, enum registry_table t)
{
	const struct msg_desc *d = registry_files[t].desc;
	size_t n, m;
	const char *x = registry_rows(a, t, &n), *y = registry_rows(b, t, &m);
	struct buf p, q;

	assert_int_equal(n, m);
	buf_init(&p, (size_t)1 << 20);
	buf_init(&q, (size_t)1 << 20);
	for (size_t i = 0; i < n; i++) {
		buf_reset(&p);
		buf_reset(&q);
		msg_json(d, x + i * d->size, &p);
		msg_json(d, y + i * d->size, &q);
		if (!str_eq(buf_get(&p), buf_get(&q)))
			fail_msg("%s: %.*s is not %.*s", registry_files[t].file,
			    STR_ARG(buf_get(&p)), STR_ARG(buf_get(&q)));
	}
	buf_fini(&p);
	buf_fini(&q);
}

static void
test_the_county_reads_back_as_it_was_written(void **state)
{
	struct registry *file = county_new(), *base;
	int64_t at = county_time("2026-03-18T09:00+08:00");

	(void)state;
	packkit_load(COUNTY_DIR, 0);
	assert_non_null(strstr(packkit.output, "tonglu 2026.1: loaded"));
	base = loaded();
	for (size_t t = 0; t < TABLE_COUNT; t++)
		expect_same(file, base, (enum registry_table)t);
	assert_true(str_eq(registry_version(file), registry_version(base)));
	assert_true(str_is(registry_county(base), "330122"));
	assert_non_null(registry_unit(base, STR("330122109-CMD"), at));
	assert_int_equal(registry_limit(base, "report.accept", at).amount, 15);
	assert_null(registry_unit(
	    base, STR("330122109-CMD"), county_time("2025-12-31T23:59+08:00")));
	registry_free(&file);
	registry_free(&base);
}

static void
test_loading_again_changes_nothing(void **state)
{
	struct str before, after;

	(void)state;
	packkit_change(VERSION("1", "2026-01-01", "true"));
	packkit_load(packkit.dir, 0);
	before = packkit_ask(
	    "SELECT count(*) || ' ' || max(seq) FROM journal.event");
	packkit_load(packkit.dir, 0);
	assert_non_null(strstr(packkit.output, "example 1: already loaded"));
	after = packkit_ask(
	    "SELECT count(*) || ' ' || max(seq) FROM journal.event");
	assert_true(str_eq(before, after));
	packkit_expect("SELECT count(*)::text FROM registry.pack", "1");
	packkit_expect("SELECT count(*)::text FROM registry.unit", "34");
}

static void
test_each_load_announces_itself(void **state)
{
	struct str before, sql;

	(void)state;
	before = packkit_ask(
	    "SELECT coalesce(max(seq), 0)::text FROM journal.event");
	packkit_change(VERSION("1", "2026-01-01", "true"));
	packkit_load(packkit.dir, 0);
	sql = arena_printf(packkit.arena,
	    "SELECT string_agg(type, ' ') FROM journal.event WHERE seq > %.*s",
	    STR_ARG(before));
	packkit_expect(sql.p, "registry.changed");
}

/* One limit changed, one surname gone, one unit new, the rest as it was. */
static void
load_second(void)
{
	packkit_change(VERSION("1", "2026-01-01", "true"));
	packkit_load(packkit.dir, 0);
	packkit_change(VERSION("2", "2026-04-01",
	    "sed -i 's/^report.accept,natural,15m/report.accept,natural,20m/' "
	    "limits.csv && sed -i '/^王/d' surnames.csv && "
	    "echo '990101-D-NY,农业局,NY,department,990101-GOV,990101,,no,' "
	    ">> units.csv"));
	packkit_load(packkit.dir, 0);
}

static void
test_a_newer_version_is_dated(void **state)
{
	int64_t april = county_time("2026-04-01T00:00+08:00");
	struct registry *r;

	(void)state;
	load_second();
	assert_non_null(strstr(
	    packkit.output, "limits.csv              1 added      1 closed"));
	assert_non_null(strstr(packkit.output,
	    "surnames.csv            0 added      1 closed      1 unchanged"));
	assert_non_null(strstr(packkit.output,
	    "units.csv               1 added      0 closed     34 unchanged"));
	packkit_expect("SELECT string_agg(amount || ' ' || valid_from || ' ' ||"
		       " coalesce(valid_to::text, '-') || ' ' || pack, '; '"
		       " ORDER BY valid_from) FROM registry.\"limit\""
		       " WHERE key = 'report.accept'",
	    "15m 2026-01-01 2026-04-01 example 1; "
	    "20m 2026-04-01 - example 2");
	r = loaded();
	assert_int_equal(
	    registry_limit(r, "report.accept", april - 1).amount, 15);
	assert_int_equal(registry_limit(r, "report.accept", april).amount, 20);
	assert_true(registry_is_surname(r, STR("王"), april - 1));
	assert_false(registry_is_surname(r, STR("王"), april));
	assert_null(registry_unit(r, STR("990101-D-NY"), april - 1));
	assert_non_null(registry_unit(r, STR("990101-D-NY"), april));
	assert_true(str_is(registry_version(r), "example 2"));
	registry_free(&r);
}

static void
test_what_was_gone_may_come_back(void **state)
{
	(void)state;
	load_second();
	packkit_change(VERSION("3", "2026-07-01", "true"));
	packkit_load(packkit.dir, 0);
	packkit_expect(
	    "SELECT string_agg(valid_from || ' ' ||"
	    " coalesce(valid_to::text, '-'), '; ' ORDER BY valid_from)"
	    " FROM registry.surname WHERE surname = '王'",
	    "2026-01-01 2026-04-01; 2026-07-01 -");
	packkit_expect("SELECT string_agg(amount, ' ' ORDER BY valid_from)"
		       " FROM registry.\"limit\" WHERE key = 'report.accept'",
	    "15m 20m 15m");
	packkit_expect("SELECT valid_to::text FROM registry.unit"
		       " WHERE code = '990101-D-NY'",
	    "2026-07-01");
}

static void
test_history_is_not_written_anew(void **state)
{
	(void)state;
	load_second();
	/* The same version with other content. */
	packkit_change(VERSION("2", "2026-05-01", "true"));
	packkit_load(packkit.dir, 1);
	assert_non_null(strstr(packkit.output, "loaded with other content"));
	/* A first day that is not after the last one. */
	packkit_change(VERSION("3", "2026-04-01", "true"));
	packkit_load(packkit.dir, 1);
	assert_non_null(strstr(packkit.output, "valid_from must be after it"));
	packkit_expect("SELECT count(*)::text FROM registry.pack", "2");
}

static void
test_a_pack_with_faults_is_not_loaded(void **state)
{
	(void)state;
	packkit_change(VERSION("1", "2026-01-01",
	    "sed -i 's/,command_room,/,module,/' units.csv"));
	packkit_load(packkit.dir, 1);
	packkit_expect("SELECT count(*)::text FROM registry.pack", "0");
	packkit_expect("SELECT count(*)::text FROM registry.unit", "0");
}

/* Two packs may share the tables, not a key; nothing of the second stays. */
static void
test_a_load_is_all_or_nothing(void **state)
{
	(void)state;
	packkit_change(VERSION("1", "2026-01-01", "true"));
	packkit_load(packkit.dir, 0);
	packkit_change(VERSION("1", "2026-02-01",
	    "sed -i 's/^name,.*/name,other/' pack.csv && "
	    "sed -i 's/^王/赵/' surnames.csv"));
	packkit_load(packkit.dir, 1);
	packkit_expect("SELECT count(*)::text FROM registry.pack", "1");
	packkit_expect("SELECT count(*)::text FROM registry.surname"
		       " WHERE surname = '赵'",
	    "0");
}

static void
test_one_load_at_a_time(void **state)
{
	(void)state;
	packkit_change(VERSION("1", "2026-01-01", "true"));
	scratch_run(packkit.scratch,
	    "SELECT pg_advisory_lock(hashtext('registry.take'))");
	packkit_load(packkit.dir, 3);
	assert_non_null(strstr(packkit.output, "lock"));
	scratch_run(packkit.scratch,
	    "SELECT pg_advisory_unlock(hashtext('registry.take'))");
	packkit_load(packkit.dir, 0);
}

static void
test_show_lists_what_is_loaded(void **state)
{
	(void)state;
	assert_int_equal(packkit_run("show", "--json", NULL), 0);
	assert_string_equal(packkit.output, "");
	load_second();
	assert_int_equal(packkit_run("show", "--json", NULL), 0);
	assert_non_null(strstr(packkit.output, "\"version\":\"1\""));
	assert_non_null(
	    strstr(packkit.output, "\"valid_from\":\"2026-04-01\""));
	assert_non_null(strstr(packkit.output, "\"unit\": 35"));
}

#define TEST(f) cmocka_unit_test_setup(f, packkit_empty)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_county_reads_back_as_it_was_written),
		TEST(test_loading_again_changes_nothing),
		TEST(test_each_load_announces_itself),
		TEST(test_a_newer_version_is_dated),
		TEST(test_what_was_gone_may_come_back),
		TEST(test_history_is_not_written_anew),
		TEST(test_a_pack_with_faults_is_not_loaded),
		TEST(test_a_load_is_all_or_nothing),
		TEST(test_one_load_at_a_time),
		TEST(test_show_lists_what_is_loaded),
	};

	if (!scratch_possible("test_store_pack"))
		return 0;
	return cmocka_run_group_tests(tests, packkit_setup, packkit_teardown);
}
