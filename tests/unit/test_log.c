/* Log lines: whatever a text holds, one line and one value. */
#include "common/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void
test_any_text_is_one_value(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "", "\"\"" },
		{ "plain words", "\"plain words\"" },
		{ "table \"x\" is away", "\"table \\\"x\\\" is away\"" },
		{ "a\\b", "\"a\\\\b\"" },
		{ "\"", "\"\\\"\"" },
	};
	char out[LOG_QUOTED], big[2 * LOG_QUOTED];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_string_equal(log_quote(rows[i].text, out), rows[i].want);
	for (size_t n = 0; n < sizeof(big) - 1; n++) {
		memset(big, '"', n);
		big[n] = '\0';
		(void)log_quote(big, out);
		assert_true(strlen(out) < LOG_QUOTED);
		/* Cut between characters: the last quote is not escaped. */
		assert_int_equal(strlen(out) % 2, 0);
		assert_int_equal(out[strlen(out) - 1], '"');
	}
}

static void
test_a_name_is_a_level(void **state)
{
	(void)state;
	assert_int_equal(log_level_of("debug"), LEVEL_DEBUG);
	assert_int_equal(log_level_of("error"), LEVEL_ERROR);
	assert_int_equal(log_level_of("loud"), LEVEL_INFO);
	assert_int_equal(log_level_of(""), LEVEL_INFO);
}

static void
test_a_line_stays_a_line(void **state)
{
	char text[1024];
	FILE *f = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t n;

	(void)state;
	assert_non_null(f);
	(void)fflush(stderr);
	assert_true(dup2(fileno(f), STDERR_FILENO) >= 0);
	log_why(LEVEL_ERROR, "test.failed", "one\nts=2 event=\"forged\"\r");
	(void)fflush(stderr);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(saved);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	assert_non_null(strstr(text,
	    "event=test.failed why=\"one ts=2 event=\\\"forged\\\" \"\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_text_is_one_value),
		cmocka_unit_test(test_a_name_is_a_level),
		cmocka_unit_test(test_a_line_stays_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
