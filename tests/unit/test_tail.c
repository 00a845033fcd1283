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
		.division = str_of(division),
		.subject = STR("330122-26-0000417"),
		.source = STR("/hotline/12345") };

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
		{ "call/330122109", "call.raised", "", false },
		{ "call.raised/", "call.raised", "330122109", true },
		{ "call.*", "call.raised", "", true },
		{ "call.*", "callback.opened", "", false },
		{ "call.*/330122109", "call.raised", "330122109215", true },
		{ "*/330122109", "task.signed", "330122109215", true },
		{ "*.raised/3301221*", "call.raised", "330122109", true },
		{ "*.raised/3301222*", "call.raised", "330122109", false },
		{ "/330122109", "task.signed", "330122109215", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct filter f = { .topic.yes = { rows[i].topic } };
		const struct filter not = { .topic.no = { rows[i].topic } };

		if (shows(&f, rows[i].type, rows[i].division) != rows[i].shown)
			fail_msg("%s: %s/%s", rows[i].topic, rows[i].type,
			    rows[i].division);
		if (shows(&not, rows[i].type, rows[i].division) ==
		    rows[i].shown)
			fail_msg("-T %s: %s/%s", rows[i].topic, rows[i].type,
			    rows[i].division);
	}
}

static void
test_types_are_taken_and_left_out_by_pattern(void **state)
{
	const struct filter f = { .type.yes = { "call.*", "task.assigned" },
		.type.no = { "call.unit_*", "call.graded" } };
	const struct filter none = { .type.yes = { NULL } };

	(void)state;
	assert_true(shows(&f, "call.raised", ""));
	assert_true(shows(&f, "task.assigned", ""));
	assert_false(shows(&f, "task.signed", ""));
	assert_false(shows(&f, "call.unit_asked", ""));
	assert_false(shows(&f, "call.graded", ""));
	assert_true(shows(&none, "anything.at_all", ""));
}

/* Against call.raised in 330122109215 of casefile ...417 from a hotline. */
static void
test_every_attribute_is_taken_and_left_out_by_whole_parts(void **state)
{
	static const struct {
		const char *what;
		const char *word;
		bool matches;
	} rows[] = { { "case", "330122-26-0000417", true },
		{ "case", "330122-26-000041", false },
		{ "case", "330122-26-00004170", false },
		{ "case", "330122-26-*", true },
		{ "case", "330122-25-*", false }, { "case", "*[0-6]", false },
		{ "case", "*[0-7]", true }, { "division", "330122", true },
		{ "division", "330122109215", true },
		{ "division", "330122109215001", false },
		{ "division", "330122110", false },
		{ "division", "3301221*", true },
		{ "division", "3301222*", false },
		{ "source", "/hotline", true }, { "source", "/hotline/", true },
		{ "source", "/hotline/12345", true },
		{ "source", "/hotline/123", false },
		{ "source", "/hot", false }, { "source", "/hot*", true },
		{ "source", "*/12345", true }, { "source", "12345", false },
		{ "type", "call", true }, { "type", "call.", true },
		{ "type", "call.raised", true }, { "type", "cal", false },
		{ "type", "*.r?ised", true } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter yes = { .type.yes = { NULL } }, no = yes;
		const struct {
			const char *what;
			const char **yes, **no;
		} lists[] = {
			{ "type", yes.type.yes, no.type.no },
			{ "case", yes.casefile.yes, no.casefile.no },
			{ "division", yes.division.yes, no.division.no },
			{ "source", yes.source.yes, no.source.no },
		};

		for (size_t l = 0; l < ARRAY_LEN(lists); l++)
			if (strcmp(lists[l].what, rows[i].what) == 0)
				lists[l].yes[0] = lists[l].no[0] = rows[i].word;
		if (shows(&yes, "call.raised", "330122109215") !=
			rows[i].matches ||
		    shows(&no, "call.raised", "330122109215") ==
			rows[i].matches)
			fail_msg("%s %s", rows[i].what, rows[i].word);
	}
}

/* One "no" is enough; of several "yes" one is. */
static void
test_all_kinds_of_filters_must_agree(void **state)
{
	const struct filter f = { .topic.yes = { "task", "call" },
		.type.yes = { "*.raised", "*.signed" },
		.source.yes = { "/grid", "/hotline" },
		.division.yes = { "330122110", "330122109" },
		.casefile.no = { "330122-26-0000418" } };
	struct filter g = f;

	(void)state;
	assert_true(shows(&f, "call.raised", "330122109215"));
	assert_true(shows(&f, "call.signed", "330122109"));
	assert_false(shows(&f, "call.refused", "330122109"));
	assert_false(shows(&f, "card.raised", "330122109"));
	assert_false(shows(&f, "call.raised", "330122111"));
	g.casefile.no[1] = "330122-26-0000417";
	assert_false(shows(&g, "call.raised", "330122109215"));
	g = f;
	g.source.yes[1] = NULL;
	assert_false(shows(&g, "call.raised", "330122109215"));
}

static void
test_words_that_match_nothing_ever_are_refused(void **state)
{
	static const struct {
		const char *what;
		const char *word;
		bool good;
	} rows[] = { { "topic", "call", true }, { "topic", "*", true },
		{ "topic", "call.raised/", true }, { "topic", "/330122", true },
		{ "topic", "*.raised/3301*", true }, { "topic", "", false },
		{ "topic", "call/33012", false }, { "topic", "call/", true },
		{ "topic", "Call", false }, { "topic", "call raised", false },
		{ "topic", "呼叫", false }, { "topic", ".raised", false },
		{ "topic", "call/here", false }, { "topic", "/", false },
		{ "type", "call.*", true }, { "type", "", false },
		{ "type", "call/330122", false },
		{ "division", "330122", true }, { "division", "33012*", true },
		{ "division", "33012", false }, { "division", "", false },
		{ "division", "Tonglu", false },
		{ "case", "330122-26-0000417", true },
		{ "case", "330122-*", true }, { "case", "417", false },
		{ "case", "", false }, { "source", "/grid", true },
		{ "source", "", false } };
	struct err e;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct filter f = { .type.yes = { NULL } };
		const struct {
			const char *what;
			const char **list;
		} lists[] = {
			{ "topic", f.topic.no },
			{ "type", f.type.yes },
			{ "case", f.casefile.yes },
			{ "division", f.division.no },
			{ "source", f.source.yes },
		};

		for (size_t l = 0; l < ARRAY_LEN(lists); l++)
			if (strcmp(lists[l].what, rows[i].what) == 0)
				lists[l].list[0] = rows[i].word;
		if ((filter_check(&f, &e) == RC_OK) != rows[i].good)
			fail_msg("%s \"%s\"", rows[i].what, rows[i].word);
	}
}

static void
test_the_bus_sorts_out_what_one_word_says(void **state)
{
	const struct filter one = { .casefile.yes = { "330122-26-0000417" },
		.division.yes = { "330122109" } };
	const struct filter many = {
		.casefile.yes = { "330122-26-0000417", "330122-26-0000418" },
		.division.yes = { "330122*" },
	};

	(void)state;
	assert_true(str_is(filter_casefile(&one), "330122-26-0000417"));
	assert_true(str_is(filter_division(&one), "330122109"));
	assert_int_equal(filter_casefile(&many).n, 0);
	assert_int_equal(filter_division(&many).n, 0);
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
		const struct filter f = { .topic.yes = { rows[i].topic },
			.type.yes = { rows[i].type } };
		char text[FILTER_WORDS_MAX][TOPIC_MAX];
		struct str p[FILTER_WORDS_MAX];
		size_t n = filter_prefixes(&f, false, p, text);

		assert_int_equal(n, rows[i].prefix != NULL);
		if (n > 0 && !str_is(p[0], rows[i].prefix))
			fail_msg("%.*s, not %s", STR_ARG(p[0]), rows[i].prefix);
	}
}

/* One that must see everything makes the others useless. */
static void
test_one_pattern_without_a_prefix_asks_for_everything(void **state)
{
	const struct filter f = { .topic.yes = { "call", "*.raised" } };
	const struct filter two = { .topic.yes = { "call", "task" } };
	const struct filter place = { .topic.yes = { "call.raised/330122" } };
	char text[FILTER_WORDS_MAX][TOPIC_MAX];
	struct str p[FILTER_WORDS_MAX];

	(void)state;
	assert_int_equal(filter_prefixes(&f, false, p, text), 0);
	assert_int_equal(filter_prefixes(&two, false, p, text), 2);
	/* Holes show only to who hears all of a type. */
	assert_int_equal(filter_prefixes(&place, true, p, text), 1);
	assert_true(str_is(p[0], "call.raised"));
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
		cmocka_unit_test(
		    test_every_attribute_is_taken_and_left_out_by_whole_parts),
		cmocka_unit_test(test_all_kinds_of_filters_must_agree),
		cmocka_unit_test(
		    test_words_that_match_nothing_ever_are_refused),
		cmocka_unit_test(test_the_bus_sorts_out_what_one_word_says),
		cmocka_unit_test(test_prefixes_let_through_what_matches),
		cmocka_unit_test(
		    test_one_pattern_without_a_prefix_asks_for_everything),
		cmocka_unit_test(
		    test_an_option_with_several_rows_may_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
