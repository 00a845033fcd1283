/* `huying deadline` as its user meets it: arguments in, text and code out. */
#include "cli/calendar_file.h"
#include "tests/lib/holidays.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

int cmd_deadline(int argc, char **argv);

#define MAX_ARGS 12

/* What one run said. */
struct said {
	int code;
	char *out;
	char *err;
};

/* Runs LINE, split at its blanks. */
static struct said
run(const char *line)
{
	char copy[512], *argv[MAX_ARGS + 1] = { NULL }, *save = NULL;
	FILE *out = stdout, *err = stderr;
	size_t n_out, n_err;
	struct said s;
	int argc = 0;

	assert_true(snprintf(copy, sizeof(copy), "deadline %s", line) <
		    (int)sizeof(copy));
	for (char *p = strtok_r(copy, " ", &save); p != NULL;
	     p = strtok_r(NULL, " ", &save)) {
		assert_true(argc < MAX_ARGS);
		argv[argc++] = p;
	}
	stdout = open_memstream(&s.out, &n_out);
	stderr = open_memstream(&s.err, &n_err);
	s.code = cmd_deadline(argc, argv);
	(void)fclose(stdout);
	(void)fclose(stderr);
	stdout = out;
	stderr = err;
	return s;
}

static void
said_free(struct said *s)
{
	free(s->out);
	free(s->err);
}

struct row {
	const char *line;
	int code;
	const char *out; /* all of it */
	const char *err; /* a part of it, NULL: silence */
};

static void
check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct said s = run(rows[i].line);
		const char *err = rows[i].err;

		if (s.code != rows[i].code || strcmp(s.out, rows[i].out) != 0 ||
		    (err == NULL ? s.err[0] != '\0'
				 : strstr(s.err, err) == NULL))
			fail_msg("'%s' gave %d\n%s%s", rows[i].line, s.code,
			    s.out, s.err);
		said_free(&s);
	}
}

static void
test_the_due_time_stands_alone(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "working-hours 2h --from 2026-02-13T17:30+08:00", 0,
		    "2026-02-14T09:30:00+08:00\n", NULL },
		{ "--from 2026-02-13T17:30 working-hours 2h", 0,
		    "2026-02-14T09:30:00+08:00\n", NULL },
		{ "working-hours --from=2026-02-13T09:30Z 2h", 0,
		    "2026-02-14T09:30:00+08:00\n", NULL },
		{ "working-days 5d --from 2024-09-27", 0,
		    "2024-10-10T23:59:59+08:00\n", NULL },
		{ "calendar 90d --from 2026-01-05", 0,
		    "2026-04-05T23:59:59+08:00\n", NULL },
		{ "natural 30m --from 2026-07-12T02:31:00", 0,
		    "2026-07-12T03:01:00+08:00\n", NULL },
		{ "natural 0m --from 2026-07-12", 0,
		    "2026-07-12T00:00:00+08:00\n", NULL },
		{ "natural 1m --from 2026-07-12T02:31:00.250", 0,
		    "2026-07-12T02:32:00.250+08:00\n", NULL },
	};
	/* clang-format on */

	(void)state;
	check_rows(rows, ARRAY_LEN(rows));
}

static void
test_the_explanation_follows(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "working-hours 2h --from 2026-02-13T17:30 --explain", 0,
		    "2026-02-14T09:30:00+08:00\n"
		    "2026-02-14  Sat  make-up working day, counted (春节)\n",
		    NULL },
		{ "natural 24h --from 2026-02-13T17:30 --explain", 0,
		    "2026-02-14T17:30:00+08:00\n", NULL },
		{ "working-days 1d --from 2026-05-15 --json", 0,
		    "{\"limit\":\"working-days:1d\","
		    "\"from\":\"2026-05-15T00:00:00+08:00\","
		    "\"due\":\"2026-05-18T23:59:59+08:00\","
		    "\"provisional\":false}\n", NULL },
		{ "working-days 1d --from 2026-05-15 --json --explain", 0,
		    "{\"limit\":\"working-days:1d\","
		    "\"from\":\"2026-05-15T00:00:00+08:00\","
		    "\"due\":\"2026-05-18T23:59:59+08:00\","
		    "\"provisional\":false,\"days\":["
		    "{\"date\":\"2026-05-16\",\"weekday\":\"Sat\","
		    "\"why\":\"weekend, not counted\"},"
		    "{\"date\":\"2026-05-17\",\"weekday\":\"Sun\","
		    "\"why\":\"weekend, not counted\"}]}\n", NULL },
		{ "natural 1h --from 2026-05-15 --json --explain", 0,
		    "{\"limit\":\"natural:1h\","
		    "\"from\":\"2026-05-15T00:00:00+08:00\","
		    "\"due\":\"2026-05-15T01:00:00+08:00\","
		    "\"provisional\":false,\"days\":[]}\n", NULL },
	};
	/* clang-format on */

	(void)state;
	check_rows(rows, ARRAY_LEN(rows));
}

static void
test_a_provisional_answer_is_noted(void **state)
{
	static const struct row rows[] = {
		{ "working-days 1d --from 2026-12-31", 0,
		    "2027-01-01T23:59:59+08:00\n", "after 2026-12-31" },
		{ "working-days 1d --from 2026-12-30", 0,
		    "2026-12-31T23:59:59+08:00\n", NULL },
		{ "calendar 1d --from 2026-12-31", 0,
		    "2027-01-01T23:59:59+08:00\n", NULL },
	};

	(void)state;
	check_rows(rows, ARRAY_LEN(rows));
}

static void
test_a_wrong_argument_is_named(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "", 2, "", "CLOCK is missing" },
		{ "natural", 2, "", "AMOUNT is missing behind 'natural'" },
		{ "naturally 1h --from 2026-01-01", 2, "", "'naturally'" },
		{ "none 1h --from 2026-01-01", 2, "", "'none'" },
		{ "natural 1x --from 2026-01-01", 2, "", "'1x'" },
		{ "natural 1 --from 2026-01-01", 2, "", "'1'" },
		{ "calendar 1h --from 2026-01-01", 2, "", "days like 5d" },
		{ "working-days 100001d --from 2026-01-01", 2, "",
		    "'100001d'" },
		{ "natural -1h --from 2026-01-01", 2, "",
		    "no such option: -1h" },
		{ "natural 1h 2h --from 2026-01-01", 2, "",
		    "one word too many: 2h" },
		{ "natural 1h", 2, "", "--from TIME is missing" },
		{ "natural 1h --from", 2, "", "needs a value: --from" },
		{ "natural 1h --from 2026-02-30", 2, "", "'2026-02-30'" },
		{ "natural 1h --from yesterday", 2, "", "'yesterday'" },
		{ "natural 1h --from=", 2, "", "''" },
		{ "natural 1h --form 2026-01-01", 2, "",
		    "no such option: --form" },
		{ "natural 1h --json=yes", 2, "", "takes no value: --json" },
		{ "natural 1h -x", 2, "", "no such option: -x" },
		{ "natural 1h --calendar", 2, "",
		    "needs a value: --calendar" },
	};
	/* clang-format on */

	(void)state;
	check_rows(rows, ARRAY_LEN(rows));
}

static void
test_help_is_no_error(void **state)
{
	struct said s = run("--help");

	(void)state;
	assert_int_equal(s.code, 0);
	assert_non_null(strstr(s.out, "usage: huying deadline CLOCK"));
	assert_string_equal(s.err, "");
	said_free(&s);
}

/* Two clocks know no holidays, so they need no file. */
static void
test_a_missing_calendar_stops_only_who_needs_it(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{ "working-days 1d --from 2026-01-05", 3, "", "/nowhere/" },
		{ "working-hours 1h --from 2026-01-05", 3, "", "/nowhere/" },
		{ "natural 1h --explain --from 2026-01-05", 3, "",
		    "/nowhere/" },
		{ "natural 1h --from 2026-01-05", 0,
		    "2026-01-05T01:00:00+08:00\n", NULL },
		{ "calendar 1d --from 2026-01-05", 0,
		    "2026-01-06T23:59:59+08:00\n", NULL },
		{ "calendar 1d --from 2026-01-05 --calendar /no/such.csv", 3,
		    "", "/no/such.csv" },
		{ "calendar 1d --from 2026-01-05 --calendar /", 3, "", "/" },
	};
	/* clang-format on */

	(void)state;
	(void)setenv("HUYING_PACK", "/nowhere", 1);
	check_rows(rows, ARRAY_LEN(rows));
	(void)unsetenv("HUYING_PACK");
}

/* The pack's file against the spans that the tests have of their own. */
static void
test_the_tonglu_calendar_holds_the_notices(void **state)
{
	const struct calendar *want = holidays();
	struct calendar_file f;
	struct err e = { .text = "" };

	(void)state;
	if (calendar_file_open(&f, NULL, &e) != RC_OK)
		fail_msg("%s", e.text);
	assert_int_equal(f.calendar.n, want->n);
	assert_int_equal(f.calendar.last_day, want->last_day);
	for (size_t i = 0; i < want->n; i++) {
		assert_int_equal(f.calendar.days[i].day, want->days[i].day);
		assert_int_equal(f.calendar.days[i].off, want->days[i].off);
		assert_true(
		    str_eq(f.calendar.days[i].name, want->days[i].name));
	}
	calendar_file_close(&f);
}

#define HEADER "date,kind,name_zh,source\n"

static enum rc
open_text(const char *text, struct calendar_file *f, struct err *e)
{
	char path[] = "/tmp/huying-calendar-XXXXXX";
	int fd = mkstemp(path);
	size_t n = strlen(text);
	enum rc rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	(void)close(fd);
	rc = calendar_file_open(f, path, e);
	(void)unlink(path);
	return rc;
}

static void
test_an_unsound_calendar_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		/* clang-format off */
		{ "", ":1:1: the file is empty" },
		{ "date,kind,name,source\n", ":1:1: the header must be" },
		{ "date,kind,name_zh\n", ":1:1: the header must be" },
		{ HEADER "2026-02-30,off,x,y\n", ":2:1: not a date" },
		{ HEADER "2026-02-14,free,x,y\n", ":2:12: the kind" },
		{ HEADER "2026-02-14,off,x,y\n2026-02-14,off,x,y\n",
		    ":3:1: dates must rise" },
		{ HEADER "2026-02-15,off,x,y\n2026-02-14,off,x,y\n",
		    ":3:1: dates must rise" },
		{ HEADER "2026-02-14,off,x\n", ":2:1: 3 cells" },
		{ HEADER "2026-02-14,off,\"x,y\n", ":2:16: a quote" },
		{ HEADER "2026-02-14,off,\xff,y\n", ":2:16: not UTF-8" },
		{ "\xef\xbb\xbf" HEADER, ":1:1: a byte order mark" },
		/* clang-format on */
	};
	struct calendar_file f;
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (open_text(rows[i].text, &f, &e) != RC_REJECT ||
		    strstr(e.text, rows[i].why) == NULL)
			fail_msg("row %zu: %s", i, e.text);
	}
}

static void
test_a_calendar_without_days_knows_no_year(void **state)
{
	struct calendar_file f;
	struct err e;

	(void)state;
	assert_int_equal(open_text(HEADER, &f, &e), RC_OK);
	assert_int_equal(f.calendar.n, 0);
	assert_int_equal(f.calendar.last_day, 0);
	calendar_file_close(&f);
	assert_int_equal(
	    open_text(HEADER "2026-02-14,work,\"a \"\"b\"\"\",y\r\n", &f, &e),
	    RC_OK);
	assert_true(str_is(f.calendar.days[0].name, "a \"b\""));
	assert_int_equal(f.calendar.last_day, day_of("2026-12-31"));
	calendar_file_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_due_time_stands_alone),
		cmocka_unit_test(test_the_explanation_follows),
		cmocka_unit_test(test_a_provisional_answer_is_noted),
		cmocka_unit_test(test_a_wrong_argument_is_named),
		cmocka_unit_test(test_help_is_no_error),
		cmocka_unit_test(
		    test_a_missing_calendar_stops_only_who_needs_it),
		cmocka_unit_test(test_the_tonglu_calendar_holds_the_notices),
		cmocka_unit_test(
		    test_an_unsound_calendar_is_refused_with_its_place),
		cmocka_unit_test(test_a_calendar_without_days_knows_no_year),
	};

	(void)unsetenv("HUYING_PACK");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
