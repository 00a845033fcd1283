/* Which events huying tail shows, and how its options are read. */
#include "cli/cli.h"
#include "cli/tail_filter.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static bool
shows(const struct filter *f, const char *type, const char *division)
{
	const struct msg_envelope env = { .type = str_of(type),
		.division = str_of(division) };

	return filter_matches(f, &env);
}

static void
test_a_topic_is_a_noun_a_type_or_a_pattern_with_a_place(void **state)
{
	static const struct {
		const char *topic;
		const char *type;
		const char *division;
		bool shown;
	} rows[] = { { "call", "call.raised", "330122", true },
		{ "call", "callback.opened", "330122", false },
		{ "call.", "call.raised", "", true },
		{ "call.raised", "call.raised", "", true },
		{ "call.raise", "call.raised", "", false },
		{ "call.raise", "call.raise", "", true },
		{ "*.raised", "call.raised", "", true },
		{ "*.raised", "casefile.raised", "", true },
		{ "*.raised", "call.raise", "", false },
		{ "*", "score.published", "", true },
		{ "call/330122109", "call.raised", "330122109215", true },
		{ "call/330122109", "call.raised", "330122109", true },
		{ "call/330122109", "call.raised", "330122", false },
		{ "call/330122109", "call.raised", "330122110", false },
		{ "call/33012210", "call.raised", "330122109", false },
		{ "call.raised/", "call.raised", "330122109", true },
		{ "/330122109", "task.signed", "330122109215", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct filter f = { .topics = { rows[i].topic },
			.n_topics = 1 };

		if (shows(&f, rows[i].type, rows[i].division) != rows[i].shown)
			fail_msg("%s: %s/%s", rows[i].topic, rows[i].type,
			    rows[i].division);
	}
}

static void
test_types_are_taken_and_left_out_by_pattern(void **state)
{
	const struct filter f = { .types = { "call.*", "task.assigned" },
		.not_types = { "call.unit_*", "call.graded" } };
	const struct filter none = { .n_topics = 0 };

	(void)state;
	assert_true(shows(&f, "call.raised", ""));
	assert_true(shows(&f, "task.assigned", ""));
	assert_false(shows(&f, "task.signed", ""));
	assert_false(shows(&f, "call.unit_asked", ""));
	assert_false(shows(&f, "call.graded", ""));
	assert_true(shows(&none, "anything.at_all", ""));
}

/* The bus filters by prefix: it must never leave out what is wanted. */
static void
test_prefixes_let_through_what_matches(void **state)
{
	static const struct {
		const char *topic;
		const char *type;
		const char *prefix; /* NULL: everything */
	} rows[] = { { "call", NULL, "call" },
		{ "call.raised", NULL, "call.raised" },
		{ "call.raised/330122", NULL, "call.raised/330122" },
		{ "call/330122", NULL, "call" }, { "*.raised", NULL, NULL },
		{ "call.r*", NULL, "call.r" },
		{ "call.r*/330122", NULL, "call.r" }, { "/330122", NULL, NULL },
		{ NULL, "task.*", "task." }, { NULL, "*", NULL },
		{ NULL, "t[ab]*", "t" }, { NULL, NULL, NULL } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct filter f = { .topics = { rows[i].topic },
			.n_topics = rows[i].topic != NULL,
			.types = { rows[i].type } };
		char text[FILTER_WORDS_MAX][TOPIC_MAX];
		struct str p[FILTER_WORDS_MAX];
		size_t n = filter_prefixes(&f, p, text);

		assert_int_equal(n, rows[i].prefix != NULL);
		if (n > 0 && !str_is(p[0], rows[i].prefix))
			fail_msg("%.*s, not %s", STR_ARG(p[0]), rows[i].prefix);
	}
}

/* One that must see everything makes the others useless. */
static void
test_one_pattern_without_a_prefix_asks_for_everything(void **state)
{
	const struct filter f = { .topics = { "call", "*.raised" },
		.n_topics = 2 };
	const struct filter two = { .topics = { "call", "task" },
		.n_topics = 2 };
	char text[FILTER_WORDS_MAX][TOPIC_MAX];
	struct str p[FILTER_WORDS_MAX];

	(void)state;
	assert_int_equal(filter_prefixes(&f, p, text), 0);
	assert_int_equal(filter_prefixes(&two, p, text), 2);
}

static int
parse(const struct options *o, const char *line, size_t *n)
{
	static char text[256];
	char *argv[16] = { NULL };
	int argc = 0;

	(void)strncpy(text, line, sizeof(text) - 1);
	for (char *w = strtok(text, " "); w != NULL; w = strtok(NULL, " "))
		argv[argc++] = w;
	return options_parse(o, argc, argv, n);
}

static void
test_an_option_with_several_rows_may_be_repeated(void **state)
{
	const char * not [2] = { NULL, NULL }, *once = NULL, *words[2];
	bool flag = false;
	const struct option_row rows[] = { { "--once", &once, NULL },
		{ "--not", &not [0], NULL }, { "--not", &not [1], NULL },
		{ "--flag", NULL, &flag } };
	const struct options o = { "usage: x\n", rows, ARRAY_LEN(rows), words,
		2 };
	size_t n;

	(void)state;
	assert_int_equal(
	    parse(&o, "x --not a --once 1 w --not=b --once 2 --flag", &n), -1);
	assert_string_equal(not [0], "a");
	assert_string_equal(not [1], "b");
	assert_string_equal(once, "2"); /* the last one counts */
	assert_true(flag);
	assert_int_equal(n, 1);
	assert_string_equal(words[0], "w");
	assert_int_equal(parse(&o, "x --not c", &n), EXIT_USAGE);
	assert_int_equal(parse(&o, "x --no c", &n), EXIT_USAGE);
	assert_int_equal(parse(&o, "x --once", &n), EXIT_USAGE);
	assert_int_equal(parse(&o, "x --flag=1", &n), EXIT_USAGE);
	assert_int_equal(parse(&o, "x a b c", &n), EXIT_USAGE);
	assert_int_equal(parse(&o, "x -- --not a", &n), -1);
	assert_int_equal(n, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_topic_is_a_noun_a_type_or_a_pattern_with_a_place),
		cmocka_unit_test(test_types_are_taken_and_left_out_by_pattern),
		cmocka_unit_test(test_prefixes_let_through_what_matches),
		cmocka_unit_test(
		    test_one_pattern_without_a_prefix_asks_for_everything),
		cmocka_unit_test(
		    test_an_option_with_several_rows_may_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
