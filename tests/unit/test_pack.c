/*
 * A small sound pack (tests/golden/pack and every limit there must be) and
 * one mistake at a time: each is told, at its place, and nothing else.
 */
#include "cli/pack_check.h"

#include "cli/cli.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define GOLDEN "tests/golden/pack"
#define FILES_MAX 32

/* The golden pack, read once. */
static struct file {
	const char *name;
	struct str text;
} golden[FILES_MAX];
static size_t n_golden;
static struct arena *arena;
static char dir[] = "/tmp/huying-test-pack-XXXXXX";

/* What the mistakes are about; rows of pack_mistakes.def name theirs. */
enum group {
	files,
	cells,
	keys,
	references,
	places,
	units,
	people,
	matters,
	powers,
	limits,
	calendar,
	cards,
};

struct mistake {
	enum group group;
	const char *file;
	const char *from; /* stands in the file once; NULL: no such file */
	const char *to;
	const char *want; /* all faults, a line each */
};

static struct str
slurp(const char *path)
{
	char piece[65536];
	FILE *f = fopen(path, "rbe");
	struct str s;

	assert_non_null(f);
	s = arena_str(
	    arena, (struct str){ piece, fread(piece, 1, sizeof(piece), f) });
	assert_int_equal(fclose(f), 0);
	return s;
}

static void
add_file(const char *folder, const char *name)
{
	assert_true(n_golden < FILES_MAX);
	golden[n_golden++] = (struct file){ arena_printf(arena, "%s", name).p,
		slurp(arena_printf(arena, "%s/%s", folder, name).p) };
}

/* Whatever the services ask for, behind the lines that mistakes are in. */
static struct str
all_limits(void)
{
	static const char first[] =
	    "key,clock,amount,applies_to,confidence,source\n"
	    "whistle.emergency.report_in,natural,30m,all,P,proposed\n"
	    "enforce.officers.min,none,2,all,P,proposed\n";
	/* clang-format off */
	static const char *const rest[][2] = {
#define LIMIT_KEY(key) { key, "natural,30m" },
#include "schemas/pack/limits.def"
#undef LIMIT_KEY
#define NUMBER_KEY(key) { key, "none,2" },
#include "schemas/pack/numbers.def"
#undef NUMBER_KEY
	};
	/* clang-format on */
	struct buf b;
	struct str s;

	buf_init(&b, 65536);
	buf_z(&b, first);
	for (size_t i = 0; i < ARRAY_LEN(rest); i++)
		if (strstr(first, rest[i][0]) == NULL)
			buf_printf(&b, "%s,%s,all,P,proposed\n", rest[i][0],
			    rest[i][1]);
	s = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	return s;
}

static int
setup(void **state)
{
	DIR *d = opendir(GOLDEN);
	struct dirent *entry;

	(void)state;
	arena = arena_new((size_t)16 << 20);
	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			add_file(GOLDEN, entry->d_name);
	(void)closedir(d);
	golden[n_golden++] = (struct file){ "limits.csv", all_limits() };
	assert_non_null(mkdtemp(dir));
	return 0;
}

static const char *
path_of(const char *name)
{
	return arena_printf(arena, "%s/%s", dir, name).p;
}

/* Leaves the folder empty. */
static void
wipe(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			assert_int_equal(unlink(path_of(entry->d_name)), 0);
	(void)closedir(d);
}

static int
teardown(void **state)
{
	(void)state;
	wipe();
	arena_free(&arena);
	return rmdir(dir);
}

static void
write_file(const char *name, struct str text)
{
	FILE *f = fopen(path_of(name), "wbe");

	assert_non_null(f);
	assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
	assert_int_equal(fclose(f), 0);
}

static void
write_golden(void)
{
	wipe();
	for (size_t i = 0; i < n_golden; i++)
		write_file(golden[i].name, golden[i].text);
}

/* TEXT with the one FROM in it made TO. */
static struct str
replaced(struct str text, const struct mistake *m)
{
	struct str from = str_of(m->from), to = str_of(m->to);
	size_t at = str_search(text, from);
	char *p = arena_alloc(arena, text.n + to.n + 1);

	if (at == text.n)
		fail_msg("%s: no \"%s\"", m->file, m->from);
	if (str_search(str_cut(text, at + 1, text.n), from) != text.n - at - 1)
		fail_msg("%s: more than one \"%s\"", m->file, m->from);
	memcpy(p, text.p, at);
	memcpy(p + at, to.p, to.n);
	memcpy(p + at + to.n, text.p + at + from.n, text.n - at - from.n);
	return (struct str){ p, text.n - from.n + to.n };
}

static void
make_mistake(const struct mistake *m)
{
	write_golden();
	for (size_t i = 0; i < n_golden; i++) {
		if (strcmp(golden[i].name, m->file) != 0)
			continue;
		if (m->from == NULL)
			assert_int_equal(unlink(path_of(m->file)), 0);
		else
			write_file(m->file, replaced(golden[i].text, m));
		return;
	}
	write_file(m->file, str_of(m->to));
}

/* What the check says of the folder. */
static struct str
faults_now(void)
{
	struct pack p;
	struct err e;
	struct buf b;
	struct str s;

	buf_init(&b, (size_t)1 << 20);
	pack_init(&p, dir);
	assert_int_equal(pack_read(&p, &e), RC_OK);
	pack_check(&p);
	for (size_t i = 0; i < p.n_faults; i++)
		buf_printf(&b, "%s%s:%u:%u: %.*s", i > 0 ? "\n" : "",
		    p.faults[i].file, p.faults[i].place.line,
		    p.faults[i].place.column, STR_ARG(p.faults[i].text));
	s = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	pack_fini(&p);
	return s;
}

static void
test_the_golden_pack_is_sound(void **state)
{
	(void)state;
	write_golden();
	assert_string_equal(faults_now().p, "");
}

/* clang-format off */
static const struct mistake of_rows[] = {
#define MISTAKE(group, file, from, to, want)                                   \
	{ group, file, from, to, want },
#include "tests/unit/pack_mistakes.def"
#undef MISTAKE
};
/* clang-format on */

static void
expect(const struct mistake *all, size_t n, enum group group)
{
	size_t n_done = 0;

	for (size_t i = 0; i < n; i++) {
		const struct mistake *m = &all[i];
		struct str got;

		if (m->group != group)
			continue;
		make_mistake(m);
		got = faults_now();
		if (!str_is(got, m->want))
			fail_msg("%s: %s -> %s\nwant %s\ngot  %.*s", m->file,
			    m->from, m->to, m->want, STR_ARG(got));
		n_done++;
	}
	assert_true(n_done > 0);
}

#define TEST_GROUP(name, group)                                                \
	static void name(void **state)                                         \
	{                                                                      \
		(void)state;                                                   \
		expect(of_rows, ARRAY_LEN(of_rows), group);                    \
	}

TEST_GROUP(test_a_bad_cell_is_told_at_its_place, cells)
TEST_GROUP(test_keys_are_unique, keys)
TEST_GROUP(test_references_must_exist, references)
TEST_GROUP(test_divisions_make_a_tree, places)
TEST_GROUP(test_units_and_coverage_fit, units)
TEST_GROUP(test_officers_and_rosters_fit, people)
TEST_GROUP(test_matters_and_bundles_fit, matters)
TEST_GROUP(test_power_items_and_lists_fit, powers)
TEST_GROUP(test_limits_and_scores_fit, limits)
TEST_GROUP(test_the_calendar_fits, calendar)
TEST_GROUP(test_what_gives_a_card_is_known, cards)

static void
test_a_bad_file_is_told_and_no_more(void **state)
{
	(void)state;
	expect(of_rows, ARRAY_LEN(of_rows), files);
}

/* Several mistakes in one pack: all of them, by file and place. */
static void
test_every_fault_is_told_in_order(void **state)
{
	static const struct mistake grids = { files, "grids.csv", "310,basic",
		"many,large", "" };
	static const struct mistake surnames = { files, "surnames.csv", "王",
		"Wang", "" };

	(void)state;
	make_mistake(&grids);
	write_file("surnames.csv",
	    replaced(slurp(path_of("surnames.csv")), &surnames));
	assert_string_equal(faults_now().p,
	    "grids.csv:3:39: households: must be a whole number, not "
	    "negative, not \"many\"\n"
	    "grids.csv:3:44: kind: must be one of basic|dedicated, not "
	    "\"large\"\n"
	    "surnames.csv:3:1: surname: must be one or two Chinese "
	    "characters");
}

/* Runs the command with its output thrown away. */
static int
run(const char *command, const char *a, const char *b)
{
	char *argv[] = { (char[]){ "pack" }, strdup(command),
		a != NULL ? strdup(a) : NULL, b != NULL ? strdup(b) : NULL,
		NULL };
	int out = dup(1), err = dup(2), null = open("/dev/null", O_WRONLY);
	int argc = 2 + (a != NULL) + (b != NULL), rc;

	assert_true(null >= 0 && dup2(null, 1) == 1 && dup2(null, 2) == 2);
	rc = cmd_pack(argc, argv);
	(void)fflush(stdout);
	assert_true(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	(void)close(out);
	(void)close(err);
	(void)close(null);
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	return rc;
}

static void
test_exit_codes(void **state)
{
	(void)state;
	write_golden();
	assert_int_equal(run("check", dir, NULL), 0);
	assert_int_equal(run("check", dir, "--json"), 0);
	assert_int_equal(run("--help", NULL, NULL), 0);
	make_mistake(&(struct mistake){ files, "units.csv", NULL, NULL, "" });
	assert_int_equal(run("check", dir, NULL), 1);
	assert_int_equal(run("check", dir, "--json"), 1);
	assert_int_equal(run("check", NULL, NULL), 2);
	assert_int_equal(run("check", dir, "--frob"), 2);
	assert_int_equal(run("check", dir, dir), 2);
	assert_int_equal(run("frob", dir, NULL), 2);
	assert_int_equal(run("check", "/no/such/folder", NULL), 3);
	assert_int_equal(setenv("HUYING_DB", "host=/no/such/folder", 1), 0);
	assert_int_equal(run("load", dir, NULL), 1);
	assert_int_equal(run("load", "/no/such/folder", NULL), 3);
	assert_int_equal(run("show", NULL, NULL), 3);
	write_golden();
	assert_int_equal(run("load", dir, NULL), 3);
	assert_int_equal(run("load", dir, "--db=host=/no/such/either"), 3);
	assert_int_equal(run("show", dir, NULL), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_golden_pack_is_sound),
		cmocka_unit_test(test_a_bad_file_is_told_and_no_more),
		cmocka_unit_test(test_a_bad_cell_is_told_at_its_place),
		cmocka_unit_test(test_keys_are_unique),
		cmocka_unit_test(test_references_must_exist),
		cmocka_unit_test(test_divisions_make_a_tree),
		cmocka_unit_test(test_units_and_coverage_fit),
		cmocka_unit_test(test_officers_and_rosters_fit),
		cmocka_unit_test(test_matters_and_bundles_fit),
		cmocka_unit_test(test_power_items_and_lists_fit),
		cmocka_unit_test(test_limits_and_scores_fit),
		cmocka_unit_test(test_the_calendar_fits),
		cmocka_unit_test(test_what_gives_a_card_is_known),
		cmocka_unit_test(test_every_fault_is_told_in_order),
		cmocka_unit_test(test_exit_codes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
