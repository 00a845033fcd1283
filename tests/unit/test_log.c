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

/* What is written to stderr between begin() and end(). */
static struct {
	FILE *file;
	int saved;
	char text[32768];
} said;

static void
begin(void)
{
	said.file = tmpfile();
	assert_non_null(said.file);
	log_flush();
	(void)fflush(stderr);
	said.saved = dup(STDERR_FILENO);
	assert_true(dup2(fileno(said.file), STDERR_FILENO) >= 0);
}

/* How many lines there were. */
static size_t
end(void)
{
	size_t n, lines = 0;

	(void)fflush(stderr);
	(void)dup2(said.saved, STDERR_FILENO);
	(void)close(said.saved);
	rewind(said.file);
	n = fread(said.text, 1, sizeof(said.text) - 1, said.file);
	said.text[n] = '\0';
	(void)fclose(said.file);
	for (const char *p = said.text; *p != '\0'; p++)
		lines += *p == '\n';
	return lines;
}

static void
test_a_line_stays_a_line(void **state)
{
	(void)state;
	begin();
	log_why(LEVEL_ERROR, "test.failed", "one\nts=2 event=\"forged\"\r");
	assert_int_equal(end(), 1);
	assert_non_null(strstr(said.text,
	    "event=test.failed why=\"one ts=2 event=\\\"forged\\\" \"\n"));
}

static void
test_what_repeats_is_counted(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 42; i++)
		log_why(LEVEL_WARN, "test.failed", "no database");
	log_why(LEVEL_WARN, "other.failed", "no database");
	log_repeats(); /* too early to tell */
	assert_int_equal(end(), 2);
	begin();
	for (int i = 0; i < 42; i++)
		log_why(LEVEL_WARN, "test.failed", "no database");
	log_flush();
	assert_int_equal(end(), 2);
	assert_non_null(strstr(said.text, "level=warn"));
	assert_non_null(strstr(said.text, "event=test.failed repeated=41\n"));
}

static void
test_a_flood_is_a_few_lines(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 1000; i++)
		log_event(LEVEL_WARN, "test.refused", "peer=%d", i);
	log_flush();
	assert_int_equal(end(), LOG_BURST + 1);
	assert_non_null(strstr(said.text, "event=test.refused repeated=980\n"));
	/* More kinds of event than are counted apart: none is lost. */
	begin();
	for (int i = 0; i < 100; i++) {
		char event[32];

		(void)snprintf(event, sizeof(event), "test.event_%d", i);
		log_event(LEVEL_WARN, event, "%s", "");
		log_event(LEVEL_WARN, event, "%s", "");
	}
	log_flush();
	assert_int_equal(end(), 200);
}

static void
test_debug_lines_are_all_said(void **state)
{
	(void)state;
	assert_false(log_says(LEVEL_DEBUG));
	begin();
	log_event(LEVEL_DEBUG, "test.taken", "seq=%d", 1);
	assert_int_equal(end(), 0);
	log_policy(LEVEL_DEBUG, false);
	assert_true(log_says(LEVEL_DEBUG));
	begin();
	for (int i = 0; i < 100; i++)
		log_event(LEVEL_DEBUG, "test.taken", "seq=%d", 1);
	assert_int_equal(end(), 100);
	log_policy(LEVEL_INFO, false);
}

static void
test_json_is_json(void **state)
{
	static const struct {
		const char *pairs;
		const char *want;
	} rows[] = {
		{ "", "\"event\":\"test.said\"}\n" },
		{ "n=12 m=-3 code=007",
		    ",\"n\":12,\"m\":-3,\"code\":\"007\"}\n" },
		{ "why=\"a \\\"b\\\" c=d\" x=",
		    ",\"why\":\"a \\\"b\\\" c=d\",\"x\":\"\"}\n" },
		{ "why=\"cut off", ",\"why\":\"cut off\"}\n" },
		{ "why=\"cut off\\", ",\"why\":\"cut off\"}\n" },
		{ "odd=a\"b\\c word", ",\"odd\":\"abc\",\"word\":\"\"}\n" },
		{ "zh=\"呼应\"", ",\"zh\":\"呼应\"}\n" },
		{ "half=\"\xe5\x91\"", ",\"half\":\"??\"}\n" },
	};

	(void)state;
	log_policy(LEVEL_INFO, true);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		begin();
		log_event(LEVEL_INFO, "test.said", "%s", rows[i].pairs);
		assert_int_equal(end(), 1);
		assert_non_null(strstr(said.text, rows[i].want));
		assert_int_equal(said.text[0], '{');
	}
	log_policy(LEVEL_INFO, false);
}

static void
test_a_trace_is_taken_apart(void **state)
{
	static const char sound[] =
	    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
	char out[LOG_TRACE];

	(void)state;
	assert_string_equal(log_trace(str_of(sound), out),
	    " trace_id=4bf92f3577b34da6a3ce929d0e0e4736"
	    " span_id=00f067aa0ba902b7");
	assert_string_equal(log_trace(STR(""), out), "");
	assert_string_equal(log_trace(str_cut(str_of(sound), 0, 54), out), "");
	assert_string_equal(log_trace(STR("00-4BF92f3577b34da6a3ce929d0e0e4736-"
					  "00f067aa0ba902b7-01"),
				out),
	    "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_text_is_one_value),
		cmocka_unit_test(test_a_name_is_a_level),
		cmocka_unit_test(test_a_line_stays_a_line),
		cmocka_unit_test(test_what_repeats_is_counted),
		cmocka_unit_test(test_a_flood_is_a_few_lines),
		cmocka_unit_test(test_debug_lines_are_all_said),
		cmocka_unit_test(test_json_is_json),
		cmocka_unit_test(test_a_trace_is_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
