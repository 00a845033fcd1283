/* TYPE[/DIVISION]: what is a pattern, and what it takes. */
#include "common/msg/topic.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WORDS_60 "a123456789a123456789a123456789a123456789a123456789a123456789"

static void
test_what_is_no_pattern_is_refused(void **state)
{
	static const char *const good[] = { "*", "call.raised", "call.*",
		"a.b.c", "a.b.*", "call.unit_asked", "x1.y2", "*/330122",
		"call.*/330122109", "call.raised/330122109215",
		"call.raised/330122109215001" };
	static const char *const bad[] = { "", "call", "call.", ".raised",
		"call..raised", "*.raised", "call.r*", "call*", "**", "*.*",
		"call.*.x", ".*", ".", "Call.raised", "call.Raised",
		"call.raised ", " call.raised", "call.raised/", "*/", "/330122",
		"/", "call.raised/33012", "call.raised/3301221",
		"call.raised/330122*", "call.raised/33012a",
		"call.raised/330122/330122", "call.raised/-30122",
		"call.raised/330122109215001000", "call.>", ">", "呼叫.raised",
		"call.raised/３３０１２２", "call-.raised",
		WORDS_60 "." WORDS_60 "/330122109" };
	const struct topic_pattern before = { STR("kept.type"), STR("kept") };
	struct topic_pattern p = before;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (topic_parse(str_of(bad[i]), &p))
			fail_msg("'%s' was taken", bad[i]);
		assert_memory_equal(&p, &before, sizeof(p));
	}
	assert_false(topic_parse((struct str){ NULL, 0 }, &p));
	assert_false(topic_parse(STR("call.raised\0"), &p));
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (!topic_parse(str_of(good[i]), &p))
			fail_msg("'%s' was refused", good[i]);
}

static void
test_a_pattern_takes_whole_words_and_whole_divisions(void **state)
{
	static const struct {
		const char *pattern;
		const char *type;
		const char *division;
		bool matches;
	} rows[] = { { "*", "call.raised", "330122109", true },
		{ "*", "registry.changed", "", true },
		{ "call.raised", "call.raised", "", true },
		{ "call.raised", "call.raised", "330122", true },
		{ "call.raised", "call.raise", "", false },
		{ "call.raise", "call.raised", "", false },
		{ "call.raised", "call.raised.again", "", false },
		{ "call.*", "call.raised", "", true },
		{ "call.*", "call.raised.again", "", true },
		{ "call.*", "callback.opened", "", false },
		{ "call.*", "call", "", false },
		{ "call.*", "recall.raised", "", false },
		{ "a.b.*", "a.b.c", "", true },
		{ "a.b.*", "a.bc.d", "", false },
		{ "*/330122", "task.signed", "330122109215001", true },
		{ "*/330122", "task.signed", "330122", true },
		{ "*/330122109", "task.signed", "330122", false },
		{ "*/330122109", "task.signed", "", false },
		{ "*/330122109", "task.signed", "330122110", false },
		{ "*/330122109", "task.signed", "330122109215", true },
		{ "call.*/330122109", "call.raised", "330122109", true },
		{ "call.*/330122109", "callback.opened", "330122109", false },
		{ "call.raised/330122109215", "call.raised", "330122109",
		    false },
		{ "call.raised/330122109215", "call.raised", "330122109215001",
		    true } };
	struct topic_pattern p;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_true(topic_parse(str_of(rows[i].pattern), &p));
		if (topic_matches(&p, str_of(rows[i].type),
			str_of(rows[i].division)) != rows[i].matches)
			fail_msg("%s: %s/%s", rows[i].pattern, rows[i].type,
			    rows[i].division);
	}
}

static void
test_an_event_without_a_division_is_nowhere(void **state)
{
	const struct str none = { NULL, 0 };
	struct topic_pattern p;

	(void)state;
	assert_true(topic_parse(STR("*"), &p));
	assert_true(topic_matches(&p, STR("score.published"), none));
	assert_true(topic_parse(STR("*/330122"), &p));
	assert_false(topic_matches(&p, STR("score.published"), none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_pattern_is_refused),
		cmocka_unit_test(
		    test_a_pattern_takes_whole_words_and_whole_divisions),
		cmocka_unit_test(test_an_event_without_a_division_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
