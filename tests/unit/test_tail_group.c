/* Casefiles kept together (cli/tail_group.h). */
#include "cli/tail_group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define ROOM ((size_t)64 * 1024)
#define ONE "330122-26-0000001"
#define TWO "330122-26-0000002"

static struct tail_groups *groups;
static int64_t seq;

static int
setup(void **state)
{
	const struct group_bounds bounds = { .quiet_ms = 1000, .n_events = 6 };

	(void)state;
	groups = groups_new(&bounds);
	seq = 0;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	groups_free(&groups);
	return 0;
}

static bool
add(const char *type, const char *subject, const char *cause, int64_t now_ms)
{
	const struct msg_envelope env = { .specversion = STR("1.0"),
		.id = STR("report-id"),
		.source = STR("/grid"),
		.type = str_of(type),
		.subject = str_of(subject),
		.causationid = str_of(cause),
		.data = STR("\x80") };
	struct tail_event ev = { .seq = ++seq, .at = seq };
	struct buf body;
	bool kept;

	buf_init(&body, ROOM);
	envelope_encode(&env, &body);
	ev.bytes = buf_get(&body);
	tail_event_read(&ev);
	assert_true(ev.readable);
	kept = groups_add(groups, &ev, now_ms);
	buf_fini(&body);
	return kept;
}

/* "CASEFILE seq,seq END" of the chain; "" for none. */
static const char *
told(const struct group_chain *c)
{
	static const char *const ends[] = { "done", "quiet", "full", "stop" };
	static char text[256];
	int n;

	text[0] = '\0';
	if (c == NULL)
		return text;
	n = snprintf(text, sizeof(text), "%.*s", STR_ARG(c->casefile));
	for (size_t i = 0; i < c->n; i++) {
		assert_true(c->events[i].readable);
		n += snprintf(text + n, sizeof(text) - (size_t)n, "%s%lld",
		    i == 0 ? " " : ",", (long long)c->events[i].seq);
	}
	(void)snprintf(text + n, sizeof(text) - (size_t)n, " %s", ends[c->end]);
	return text;
}

static void
test_a_casefile_leaves_at_its_end_all_together(void **state)
{
	static const char *const ends[] = { "casefile.archived",
		"report.refused", "report.merged", "report.answered" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		seq = 0;
		assert_true(add("casefile.opened", ONE, NULL, 0));
		assert_true(add("casefile.opened", TWO, NULL, 0));
		assert_true(add("task.assigned", ONE, NULL, 0));
		assert_string_equal(told(groups_due(groups, 0)), "");
		assert_int_equal(groups_first(groups), 1);
		assert_true(add(ends[i], ONE, NULL, 0));
		assert_string_equal(
		    told(groups_due(groups, 0)), ONE " 1,3,4 done");
		assert_string_equal(told(groups_due(groups, 0)), "");
		assert_int_equal(groups_first(groups), 2);
		assert_string_equal(told(groups_drain(groups)), TWO " 2 stop");
		assert_string_equal(told(groups_drain(groups)), "");
		assert_int_equal(groups_first(groups), 0);
	}
}

static void
test_a_report_joins_the_casefile_that_it_becomes(void **state)
{
	(void)state;
	assert_true(add("report.submit", NULL, NULL, 0));
	assert_true(add("casefile.opened", TWO, "other-id", 0));
	assert_true(add("report.received", ONE, "report-id", 0));
	assert_true(add("casefile.opened", ONE, "report-id", 0));
	assert_string_equal(told(groups_drain(groups)), TWO " 2 stop");
	assert_string_equal(told(groups_drain(groups)), ONE " 1,3,4 stop");
	/* One that becomes nothing leaves alone. */
	assert_true(add("report.submit", NULL, NULL, 0));
	assert_string_equal(told(groups_due(groups, 1000)), " 5 quiet");
}

static void
test_what_belongs_to_no_casefile_is_not_kept(void **state)
{
	(void)state;
	assert_false(add("registry.changed", NULL, NULL, 0));
	assert_int_equal(groups_first(groups), 0);
}

static void
test_who_is_quiet_longest_leaves_first(void **state)
{
	(void)state;
	(void)add("task.assigned", ONE, NULL, 0);
	(void)add("task.assigned", TWO, NULL, 100);
	(void)add("task.signed", ONE, NULL, 200);
	assert_string_equal(told(groups_due(groups, 1099)), "");
	assert_string_equal(told(groups_due(groups, 1100)), TWO " 2 quiet");
	assert_string_equal(told(groups_due(groups, 1199)), "");
	assert_string_equal(told(groups_due(groups, 1200)), ONE " 1,3 quiet");
	/* It may come again, as another chain. */
	(void)add("task.signed", ONE, NULL, 1200);
	assert_string_equal(told(groups_drain(groups)), ONE " 4 stop");
}

static void
test_no_more_is_kept_than_the_limit(void **state)
{
	(void)state;
	(void)add("task.assigned", ONE, NULL, 0);
	for (int i = 0; i < 5; i++) {
		(void)add("task.assigned", TWO, NULL, 0);
		assert_string_equal(told(groups_due(groups, 0)), "");
	}
	(void)add("task.signed", TWO, NULL, 0);
	assert_string_equal(told(groups_due(groups, 0)), ONE " 1 full");
	assert_string_equal(told(groups_due(groups, 0)), "");
	(void)add("task.signed", TWO, NULL, 0);
	assert_string_equal(
	    told(groups_due(groups, 0)), TWO " 2,3,4,5,6,7,8 full");
}

static void
test_a_title_says_when_it_is_not_all(void **state)
{
	static const struct {
		enum group_end end;
		size_t n;
		const char *text;
	} rows[] = { { GROUP_DONE, 1, ONE ": 1 event" },
		{ GROUP_DONE, 12, ONE ": 12 events" },
		{ GROUP_QUIET, 2,
		    ONE ": 2 events, not at its end: quiet for a while" },
		{ GROUP_FULL, 2,
		    ONE ": 2 events, not at its end: --group-limit is "
			"reached" },
		{ GROUP_STOP, 2, ONE ": 2 events, not at its end" } };
	struct buf b;

	(void)state;
	buf_init(&b, ROOM);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct group_chain c = {
			.casefile = STR(ONE), .n = rows[i].n, .end = rows[i].end
		};

		buf_reset(&b);
		groups_title(&c, &b);
		assert_true(str_is(buf_get(&b), rows[i].text));
	}
	buf_fini(&b);
}

#define GROUP_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		GROUP_TEST(test_a_casefile_leaves_at_its_end_all_together),
		GROUP_TEST(test_a_report_joins_the_casefile_that_it_becomes),
		GROUP_TEST(test_what_belongs_to_no_casefile_is_not_kept),
		GROUP_TEST(test_who_is_quiet_longest_leaves_first),
		GROUP_TEST(test_no_more_is_kept_than_the_limit),
		cmocka_unit_test(test_a_title_says_when_it_is_not_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
