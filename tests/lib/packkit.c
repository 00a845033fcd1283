#include "tests/lib/packkit.h"

#include "cli/cli.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct packkit packkit = { .dir = "/tmp/huying-test-load-XXXXXX" };

struct str
packkit_ask(const char *sql)
{
	return scratch_ask(packkit.scratch, packkit.arena, sql);
}

void
packkit_expect(const char *sql, const char *want)
{
	struct str got = packkit_ask(sql);

	if (!str_is(got, want))
		fail_msg("%s: %.*s, not %s", sql, STR_ARG(got), want);
}

int
packkit_setup(void **state)
{
	(void)state;
	packkit.arena = arena_new((size_t)64 << 20);
	packkit.scratch = scratch_new();
	assert_non_null(mkdtemp(packkit.dir));
	assert_int_equal(
	    setenv("HUYING_DB", scratch_dsn(packkit.scratch), 1), 0);
	return 0;
}

int
packkit_teardown(void **state)
{
	char command[600];

	(void)state;
	scratch_free(&packkit.scratch);
	arena_free(&packkit.arena);
	(void)snprintf(command, sizeof(command), "rm -rf %s", packkit.dir);
	return system(command);
}

int
packkit_empty(void **state)
{
	(void)state;
	scratch_run(
	    packkit.scratch, "TRUNCATE registry.pack, registry.matter_gram");
	for (size_t t = 0; t < TABLE_COUNT; t++)
		scratch_run(packkit.scratch, "TRUNCATE registry.\"%s\"",
		    registry_files[t].table);
	return 0;
}

int
packkit_run(const char *command, const char *folder, const char *option)
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
	n = fread(packkit.output, 1, sizeof(packkit.output) - 1, f);
	packkit.output[n] = '\0';
	(void)fclose(f);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return rc;
}

void
packkit_load(const char *folder, int want)
{
	int rc = packkit_run("load", folder, NULL);

	if (rc != want)
		fail_msg("exit %d, not %d: %s", rc, want, packkit.output);
}

void
packkit_change(const char *fmt, ...)
{
	char edit[2048], command[4096];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(edit, sizeof(edit), fmt, ap);
	va_end(ap);
	(void)snprintf(command, sizeof(command),
	    "rm -f %s/* && cp %s/* %s/limits.csv %s && cd %s && %s",
	    packkit.dir, GOLDEN, COUNTY_DIR, packkit.dir, packkit.dir, edit);
	assert_int_equal(system(command), 0);
}
