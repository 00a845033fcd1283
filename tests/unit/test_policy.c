/* What may change while a process runs. */
#include "common/base/log.h"
#include "common/conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/huying-policy.XXXXXX";

static void
write_policy(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
make(void **state)
{
	(void)state;
	return close(mkstemp(path)) != 0 || setenv("HUYING_POLICY", path, 1);
}

static int
undo(void **state)
{
	(void)state;
	log_policy(LEVEL_INFO, false);
	return unsetenv("HUYING_POLICY") || unlink(path);
}

static void
test_a_policy_comes_and_goes(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	assert_int_equal(conf_load(&c, &e), RC_OK);
	write_policy("# while we look\n\nHUYING_LOG_LEVEL=debug\n");
	assert_int_equal(conf_policy(&c, &e), RC_OK);
	assert_string_equal(c.log_level, "debug");
	assert_string_equal(c.log_format, "logfmt");
	assert_true(log_says(LEVEL_DEBUG));
	write_policy("HUYING_LOG_LEVEL=error\r\nHUYING_LOG_FORMAT=json");
	assert_int_equal(conf_policy(&c, &e), RC_OK);
	assert_string_equal(c.log_level, "error");
	assert_string_equal(c.log_format, "json");
	assert_false(log_says(LEVEL_WARN));
	/* What it does not say any more is as the environment has it. */
	write_policy("");
	assert_int_equal(conf_policy(&c, &e), RC_OK);
	assert_string_equal(c.log_level, "info");
	assert_string_equal(c.log_format, "logfmt");
}

static void
test_a_wrong_policy_changes_nothing(void **state)
{
	static const char *const wrong[] = { "HUYING_LOG_LEVEL=loud\n",
		"HUYING_DB=dbname=other\n", "debug\n",
		"HUYING_LOG_FORMAT=json\nHUYING_LOG_LEVEL\n" };
	struct conf c;
	struct err e;

	(void)state;
	assert_int_equal(conf_load(&c, &e), RC_OK);
	write_policy("HUYING_LOG_LEVEL=warn\n");
	assert_int_equal(conf_policy(&c, &e), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		write_policy(wrong[i]);
		assert_int_equal(conf_policy(&c, &e), RC_FATAL);
		assert_non_null(strstr(e.text, path));
		assert_string_equal(c.log_level, "warn");
		assert_string_equal(c.log_format, "logfmt");
	}
	assert_non_null(strstr(e.text, ":2:"));
	c.policy = "/nowhere/policy";
	assert_int_equal(conf_policy(&c, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "/nowhere/policy: No such file"));
}

static void
test_a_wrong_setting_is_refused(void **state)
{
	struct conf c;
	struct err e;

	(void)state;
	assert_int_equal(setenv("HUYING_LOG_LEVEL", "loud", 1), 0);
	assert_int_equal(conf_load(&c, &e), RC_FATAL);
	assert_string_equal(e.text, "HUYING_LOG_LEVEL cannot be loud");
	assert_int_equal(unsetenv("HUYING_LOG_LEVEL"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_policy_comes_and_goes),
		cmocka_unit_test(test_a_wrong_policy_changes_nothing),
		cmocka_unit_test(test_a_wrong_setting_is_refused),
	};

	return cmocka_run_group_tests(tests, make, undo);
}
