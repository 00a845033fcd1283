/* How huying tail reads its command line. */
#include "cli/tail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int
setup(void **state)
{
	struct tail *t = xcalloc(1, sizeof(*t));

	*state = t;
	/* No installation of this machine has a say in it. */
	return setenv("HUYING_VAR", "/nonexistent", 1);
}

static int
teardown(void **state)
{
	struct tail *t = *state;

	groups_free(&t->groups);
	names_close(&t->names);
	free(t);
	return 0;
}

static int
parse(struct tail *t, const char *line, bool follow)
{
	static char text[512];
	char *argv[64] = { NULL };
	int argc = 0;

	(void)snprintf(text, sizeof(text), "tail -o json %s", line);
	for (char *w = strtok(text, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	return tail_options(t, argc, argv, follow);
}

static void
test_nothing_said_means_from_now_on(void **state)
{
	struct tail *t = *state;

	assert_int_equal(parse(t, "", true), TAIL_GOES_ON);
	assert_true(t->from.from_head && t->from.follow && t->from.fill);
	assert_false(t->from.live_only || t->strict || t->quiet);
	assert_int_equal(t->count, 0);
	assert_int_equal(t->line.form, FORM_JSON);
}

static void
test_where_to_begin_follows_from_what_is_asked_for(void **state)
{
	static const struct {
		const char *line;
		bool tail; /* or events */
		bool head, follow;
	} rows[] = { { "call", true, true, true },
		{ "--no-follow", true, false, false },
		{ "", false, false, false }, { "-f", false, true, true },
		{ "--follow", true, true, true },
		{ "--case 330122-26-0000417", true, false, true },
		{ "--from-seq 5", true, false, true },
		{ "-n 5", true, false, true },
		{ "--after-cursor 1:5", true, false, true },
		{ "--since 2026-03-18", true, false, true } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct tail *t = *state;

		*t = (struct tail){ .count = 0 };
		assert_int_equal(
		    parse(t, rows[i].line, rows[i].tail), TAIL_GOES_ON);
		if (t->from.from_head != rows[i].head ||
		    t->from.follow != rows[i].follow)
			fail_msg("%s", rows[i].line);
	}
}

static void
test_values_are_read(void **state)
{
	struct tail *t = *state;

	assert_int_equal(
	    parse(t,
		"call task.signed -T clock --not-topic score --type *.raised "
		"--not-type a --not-type b --case 330122-26-* --source /grid "
		"--division 330122109 --not-division 330122110 -c 7 "
		"--timeout 2m --idle 500ms -G case --group-timeout 5s "
		"--group-limit 12 --time delta --utc --strict -q -v",
		true),
	    TAIL_GOES_ON);
	assert_string_equal(t->filter.topic.yes[1], "task.signed");
	assert_null(t->filter.topic.yes[2]);
	assert_string_equal(t->filter.topic.no[0], "clock");
	assert_string_equal(t->filter.topic.no[1], "score");
	assert_string_equal(t->filter.type.yes[0], "*.raised");
	assert_string_equal(t->filter.type.no[1], "b");
	assert_string_equal(t->filter.casefile.yes[0], "330122-26-*");
	assert_string_equal(t->filter.source.yes[0], "/grid");
	assert_string_equal(t->filter.division.yes[0], "330122109");
	assert_string_equal(t->filter.division.no[0], "330122110");
	assert_int_equal(t->count, 7);
	assert_int_equal(t->timeout_ms, 120000);
	assert_int_equal(t->idle_ms, 500);
	assert_non_null(t->groups);
	assert_int_equal(t->bounds.quiet_ms, 5000);
	assert_int_equal(t->bounds.n_events, 12);
	assert_int_equal(t->line.printer.clock.how, TIME_DELTA);
	assert_true(t->line.printer.clock.utc && t->strict && t->quiet);
}

static void
test_times_and_places_are_read(void **state)
{
	struct tail *t = *state;

	assert_int_equal(
	    parse(t, "--since 2026-03-18 -R 5/2s", true), TAIL_GOES_ON);
	assert_true(t->from.from_time == INT64_C(1773763200000));
	assert_true(t->rate.n == 5 && t->rate.span_ms == 2000);
	*t = (struct tail){ .count = 0 };
	assert_int_equal(parse(t, "--after-cursor 3:99", true), TAIL_GOES_ON);
	assert_true(t->from.after.epoch == 3 && t->from.after.seq == 99);
}

/* What was kept wins over where to begin without it. */
static void
test_a_cursor_file_wins_when_it_holds_a_place(void **state)
{
	char path[] = "/tmp/huying-options.XXXXXX", line[128];
	struct tail_place p = { 2, 417 };
	struct tail *t = *state;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)snprintf(line, sizeof(line), "-n 5 --cursor-file %s", path);
	assert_int_equal(parse(t, line, true), TAIL_GOES_ON);
	assert_int_equal(t->from.after.epoch, 0);
	assert_int_equal(t->backlog, 5);
	assert_int_equal(cursor_write(path, &p, NULL), RC_OK);
	*t = (struct tail){ .count = 0 };
	assert_int_equal(parse(t, line, true), TAIL_GOES_ON);
	assert_true(t->from.after.epoch == 2 && t->from.after.seq == 417);
	assert_int_equal(t->backlog, 0);
	assert_false(t->from.from_head);
	assert_int_equal(remove(path), 0);
}

#define OPTIONS_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		OPTIONS_TEST(test_nothing_said_means_from_now_on),
		OPTIONS_TEST(
		    test_where_to_begin_follows_from_what_is_asked_for),
		OPTIONS_TEST(test_values_are_read),
		OPTIONS_TEST(test_times_and_places_are_read),
		OPTIONS_TEST(test_a_cursor_file_wins_when_it_holds_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
