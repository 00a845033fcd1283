/* Packs in a real database: loaded, loaded again, changed, read back. */
#include "cli/cli.h"
#include "cli/pack_check.h"
#include "tests/lib/county.h"
#include "tests/lib/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/pack"
#define OUTPUT_MAX 65536

static struct scratch *scratch;
static char dir[] = "/tmp/huying-test-load-XXXXXX";
static char output[OUTPUT_MAX]; /* of the last command */
static struct arena *arena;

static struct str
ask(const char *sql)
{
	return scratch_ask(scratch, arena, sql);
}

static void
expect(const char *sql, const char *want)
{
	struct str got = ask(sql);

	if (!str_is(got, want))
		fail_msg("%s: %.*s, not %s", sql, STR_ARG(got), want);
}

static int
setup(void **state)
{
	(void)state;
	arena = arena_new((size_t)64 << 20);
	scratch = scratch_new();
	assert_non_null(mkdtemp(dir));
	assert_int_equal(setenv("HUYING_DB", scratch_dsn(scratch), 1), 0);
	return 0;
}

static int
teardown(void **state)
{
	char command[600];

	(void)state;
	scratch_free(&scratch);
	arena_free(&arena);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* Every test begins with nothing loaded. */
static int
nothing_loaded(void **state)
{
	(void)state;
	scratch_run(scratch, "TRUNCATE registry.pack, registry.matter_gram");
	for (size_t t = 0; t < TABLE_COUNT; t++)
		scratch_run(scratch, "TRUNCATE registry.\"%s\"",
		    registry_files[t].table);
	return 0;
}

/* Runs huying pack COMMAND FOLDER; both outputs go to OUTPUT. */
static int
run(const char *command, const char *folder, const char *option)
{
	char *argv[] = { strdup("pack"), strdup(command), strdup(folder),
		option != NULL ? strdup(option) : NULL, NULL };
	int argc = 3 + (option != NULL), out = dup(1), err = dup(2), rc;
	FILE *f = tmpfile();
	size_t n;

	assert_non_null(f);
	(void)fflush(stdout);
	assert_true(dup2(fileno(f), 1) == 1 && dup2(fileno(f), 2) == 2);
	rc = cmd_pack(argc, argv);
	(void)fflush(stdout);
	assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	(void)close(out);
	(void)close(err);
	rewind(f);
	n = fread(output, 1, sizeof(output) - 1, f);
	output[n] = '\0';
	(void)fclose(f);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return rc;
}

static void
load(const char *folder, int want)
{
	int rc = run("load", folder, NULL);

	if (rc != want)
		fail_msg("exit %d, not %d: %s", rc, want, output);
}

/* A copy of the golden pack in DIR, changed by a shell command there. */
static void change(const char *fmt, ...) PRINTF(1, 2);

static void
change(const char *fmt, ...)
{
	char edit[2048], command[4096];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(edit, sizeof(edit), fmt, ap);
	va_end(ap);
	(void)snprintf(command, sizeof(command),
	    "rm -f %s/* && cp %s/* %s/limits.csv %s && cd %s && %s", dir,
	    GOLDEN, COUNTY_DIR, dir, dir, edit);
	assert_int_equal(system(command), 0);
}

/* Version V, valid from DAY, with EDIT on top. */
#define VERSION(v, day, edit)                                                  \
	"sed -i 's/^version,.*/version," v                                     \
	"/; s/^valid_from,.*/valid_from," day "/' pack.csv && " edit

static struct registry *
loaded(void)
{
	struct registry *r = NULL;
	struct db *own = NULL;
	struct err e;

	assert_int_equal(
	    db_open(&own, scratch_dsn(scratch), "test", &e), RC_OK);
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
	load(COUNTY_DIR, 0);
	assert_non_null(strstr(output, "tonglu 2026.1: loaded"));
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
	change(VERSION("1", "2026-01-01", "true"));
	load(dir, 0);
	before = ask("SELECT count(*) || ' ' || max(seq) FROM journal.event");
	load(dir, 0);
	assert_non_null(strstr(output, "example 1: already loaded"));
	after = ask("SELECT count(*) || ' ' || max(seq) FROM journal.event");
	assert_true(str_eq(before, after));
	expect("SELECT count(*)::text FROM registry.pack", "1");
	expect("SELECT count(*)::text FROM registry.unit", "34");
}

static void
test_each_load_announces_itself(void **state)
{
	struct str before, sql;

	(void)state;
	before = ask("SELECT coalesce(max(seq), 0)::text FROM journal.event");
	change(VERSION("1", "2026-01-01", "true"));
	load(dir, 0);
	sql = arena_printf(arena,
	    "SELECT string_agg(type, ' ') FROM journal.event WHERE seq > %.*s",
	    STR_ARG(before));
	expect(sql.p, "registry.changed");
}

/* One limit changed, one surname gone, one unit new, the rest as it was. */
static void
load_second(void)
{
	change(VERSION("1", "2026-01-01", "true"));
	load(dir, 0);
	change(VERSION("2", "2026-04-01",
	    "sed -i 's/^report.accept,natural,15m/report.accept,natural,20m/' "
	    "limits.csv && sed -i '/^王/d' surnames.csv && "
	    "echo '990101-D-NY,农业局,NY,department,990101-GOV,990101,,no,' "
	    ">> units.csv"));
	load(dir, 0);
}

static void
test_a_newer_version_is_dated(void **state)
{
	int64_t april = county_time("2026-04-01T00:00+08:00");
	struct registry *r;

	(void)state;
	load_second();
	assert_non_null(
	    strstr(output, "limits.csv              1 added      1 closed"));
	assert_non_null(strstr(output,
	    "surnames.csv            0 added      1 closed      1 unchanged"));
	assert_non_null(strstr(output,
	    "units.csv               1 added      0 closed     34 unchanged"));
	expect("SELECT string_agg(amount || ' ' || valid_from || ' ' ||"
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
	change(VERSION("3", "2026-07-01", "true"));
	load(dir, 0);
	expect("SELECT string_agg(valid_from || ' ' ||"
	       " coalesce(valid_to::text, '-'), '; ' ORDER BY valid_from)"
	       " FROM registry.surname WHERE surname = '王'",
	    "2026-01-01 2026-04-01; 2026-07-01 -");
	expect("SELECT string_agg(amount, ' ' ORDER BY valid_from)"
	       " FROM registry.\"limit\" WHERE key = 'report.accept'",
	    "15m 20m 15m");
	expect("SELECT valid_to::text FROM registry.unit"
	       " WHERE code = '990101-D-NY'",
	    "2026-07-01");
}

static void
test_history_is_not_written_anew(void **state)
{
	(void)state;
	load_second();
	/* The same version with other content. */
	change(VERSION("2", "2026-05-01", "true"));
	load(dir, 1);
	assert_non_null(strstr(output, "loaded with other content"));
	/* A first day that is not after the last one. */
	change(VERSION("3", "2026-04-01", "true"));
	load(dir, 1);
	assert_non_null(strstr(output, "valid_from must be after it"));
	expect("SELECT count(*)::text FROM registry.pack", "2");
}

static void
test_a_pack_with_faults_is_not_loaded(void **state)
{
	(void)state;
	change(VERSION("1", "2026-01-01",
	    "sed -i 's/,command_room,/,module,/' units.csv"));
	load(dir, 1);
	expect("SELECT count(*)::text FROM registry.pack", "0");
	expect("SELECT count(*)::text FROM registry.unit", "0");
}

/* Two packs may share the tables, not a key; nothing of the second stays. */
static void
test_a_load_is_all_or_nothing(void **state)
{
	(void)state;
	change(VERSION("1", "2026-01-01", "true"));
	load(dir, 0);
	change(VERSION("1", "2026-02-01",
	    "sed -i 's/^name,.*/name,other/' pack.csv && "
	    "sed -i 's/^王/赵/' surnames.csv"));
	load(dir, 1);
	expect("SELECT count(*)::text FROM registry.pack", "1");
	expect("SELECT count(*)::text FROM registry.surname"
	       " WHERE surname = '赵'",
	    "0");
}

static void
test_one_load_at_a_time(void **state)
{
	(void)state;
	change(VERSION("1", "2026-01-01", "true"));
	scratch_run(
	    scratch, "SELECT pg_advisory_lock(hashtext('registry.take'))");
	load(dir, 3);
	assert_non_null(strstr(output, "lock"));
	scratch_run(
	    scratch, "SELECT pg_advisory_unlock(hashtext('registry.take'))");
	load(dir, 0);
}

static void
test_show_lists_what_is_loaded(void **state)
{
	(void)state;
	assert_int_equal(run("show", "--json", NULL), 0);
	assert_string_equal(output, "");
	load_second();
	assert_int_equal(run("show", "--json", NULL), 0);
	assert_non_null(strstr(output, "\"version\":\"1\""));
	assert_non_null(strstr(output, "\"valid_from\":\"2026-04-01\""));
	assert_non_null(strstr(output, "\"unit\": 35"));
}

/* The golden pack's one dispatched cadre, edited; what loading it exits with.
 */
static void
load_cadre(const char *version, const char *day, const char *edit, int want)
{
	change("sed -i 's/^version,.*/version,%s/; s/^valid_from,.*/"
	       "valid_from,%s/' pack.csv && sed -i '/^OF-6,/%s' officers.csv",
	    version, day, edit);
	load(dir, want);
}

static void
test_a_locked_cadre_is_not_taken_away(void **state)
{
	static const char refusal[] =
	    "OF-6 is locked at 990101100-M2: unlock first";

	(void)state;
	load_cadre("1", "2026-01-01", "s/x/x/", 0);
	load_cadre("2", "2026-04-01", "s/,990101100-M2,/,990101100-M3,/", 1);
	assert_non_null(strstr(output, refusal));
	load_cadre("2", "2026-04-01", "d", 1);
	assert_non_null(strstr(output, refusal));
	/* Unlocking is a version of its own. */
	load_cadre("2", "2026-04-01",
	    "s/,990101100-M2,\\(.*\\),yes,/,990101100-M3,\\1,no,/", 1);
	assert_non_null(strstr(output, refusal));
	expect("SELECT string_agg(unit || ' ' || pack, '; ') FROM"
	       " registry.officer WHERE id = 'OF-6'",
	    "990101100-M2 example 1");
}

static void
test_an_unlocked_cadre_may_go(void **state)
{
	(void)state;
	load_cadre("1", "2026-01-01", "s/x/x/", 0);
	load_cadre("2", "2026-04-01", "s/,yes,/,no,/", 0);
	load_cadre("3", "2026-05-01",
	    "s/,990101100-M2,\\(.*\\),yes,/"
	    ",990101100-M3,\\1,,/",
	    0);
	load_cadre("4", "2026-06-01", "d", 0);
	expect("SELECT string_agg(unit || ' ' || coalesce(locked, false) || ' '"
	       " || valid_to, '; ' ORDER BY valid_from)"
	       " FROM registry.officer WHERE id = 'OF-6'",
	    "990101100-M2 true 2026-04-01; 990101100-M2 false 2026-05-01; "
	    "990101100-M3 false 2026-06-01");
}

static void
test_a_locked_cadre_goes_on_with_the_post(void **state)
{
	(void)state;
	load_cadre("1", "2026-01-01", "s/x/x/", 0);
	change(VERSION("2", "2026-04-01",
	    "sed -i '/^OF-6,/s/,990101100-M2,/,990101100-M3,/' officers.csv &&"
	    " sed -i '/^990101100-M2,/s/,[^,]*$/,990101100-M3/' units.csv"));
	load(dir, 0);
	expect("SELECT unit FROM registry.officer WHERE id = 'OF-6' AND"
	       " valid_to IS NULL",
	    "990101100-M3");
}

/* Bing Village (丙村) goes into Ding Community (丁社区), with a grid of its
 * own. */
#define MERGED "sed -i '/^990101100201,/s/,[^,]*$/,990101001001/' divisions.csv"

static void
record(const char *state)
{
	scratch_run(scratch,
	    "INSERT INTO dispatcher.boundary (id, casefile, division, state, "
	    "title, kind, risk, unit, assessed_at) VALUES ('990101-26-0000001"
	    "/U1', '990101-26-0000001', '990101', '%s', 'x', 'adjust', 'low',"
	    " '990101-GOV', now()) ON CONFLICT (id) DO UPDATE SET state = "
	    "excluded.state",
	    state);
}

static void
test_a_change_of_boundaries_is_cleared_first(void **state)
{
	(void)state;
	change(VERSION("1", "2026-01-01", "true"));
	load(dir, 0);
	change(VERSION("2", "2026-04-01", MERGED));
	load(dir, 1);
	assert_non_null(strstr(
	    output, "990101100201 changes its boundaries: pack.csv names no"));
	change(VERSION("2", "2026-04-01",
	    MERGED " && echo boundary,990101-26-0000001/U1 >> pack.csv"));
	load(dir, 1);
	assert_non_null(strstr(output, "is no record of a change, not"));
	record("assessed");
	load(dir, 1);
	assert_non_null(strstr(output, "/U1 is assessed, not cleared"));
	record("cleared");
	load(dir, 0);
	/* It tells its first day, and what it brings. */
	expect("SELECT (encode(envelope, 'escape') LIKE '%begins%' || "
	       "'2026-04-01T00:00:00+08:00%boundary%0000001/U1%')::text FROM "
	       "journal.event ORDER BY seq DESC LIMIT 1",
	    "true");
}

static void
test_grids_merge_with_a_record_and_other_words_need_none(void **state)
{
	(void)state;
	change(VERSION("1", "2026-01-01", "true"));
	load(dir, 0);
	change(VERSION("2", "2026-04-01",
	    "sed -i '/^990101001001901,/s/$/990101100201001/' grids.csv"));
	load(dir, 1);
	assert_non_null(strstr(output, "990101001001901 changes its bound"));
	/* A name is no boundary. */
	change(VERSION("2", "2026-04-01",
	    "sed -i '/^990101100201,/s/丙村/柄村/' divisions.csv"));
	load(dir, 0);
}

#define TEST(f) cmocka_unit_test_setup(f, nothing_loaded)

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
		TEST(test_a_locked_cadre_is_not_taken_away),
		TEST(test_an_unlocked_cadre_may_go),
		TEST(test_a_locked_cadre_goes_on_with_the_post),
		TEST(test_show_lists_what_is_loaded),
		TEST(test_a_change_of_boundaries_is_cleared_first),
		TEST(test_grids_merge_with_a_record_and_other_words_need_none),
	};

	if (!scratch_possible("test_store_pack"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
