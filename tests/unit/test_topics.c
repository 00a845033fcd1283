/* What each type of event has been doing (cli/topics_table.h). */
#include "cli/topics_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOM ((size_t)1 << 20)
#define BEGAN INT64_C(1000000)

static int
setup(void **state)
{
	struct topics *t = xcalloc(1, sizeof(*t));

	topics_begin(t, BEGAN);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static void
test_a_rate_is_that_of_the_last_seconds(void **state)
{
	struct topics *t = *state;

	for (int i = 0; i < 5; i++)
		topics_saw(t, STR("call.raised"), i, BEGAN + 100);
	/* In the first second nobody knows better. */
	assert_int_equal(topics_rate(t, &t->rows[0], BEGAN + 200), 50);
	assert_int_equal(topics_rate(t, &t->rows[0], BEGAN + 2000), 25);
	assert_int_equal(topics_rate(t, &t->rows[0], BEGAN + 9999), 5);
	assert_int_equal(topics_rate(t, &t->rows[0], BEGAN + 10100), 0);
	for (int s = 20; s < 40; s++)
		topics_saw(t, STR("call.raised"), s, BEGAN + s * 1000);
	assert_int_equal(topics_rate(t, &t->rows[0], BEGAN + 39500), 10);
	assert_int_equal(t->rows[0].n, 25);
}

static void
test_the_table_has_most_first_and_no_more_than_asked_for(void **state)
{
	struct topics *t = *state;
	struct buf b;

	buf_init(&b, ROOM);
	topics_saw(t, STR("b.b"), 1, BEGAN);
	topics_saw(t, STR("a.a"), 2, BEGAN);
	topics_saw(t, STR("c.c"), 3, BEGAN);
	topics_saw(t, STR("c.c"), 12345, BEGAN + 1500);
	topics_lost(t, STR("a.a"));
	topics_sort(t);
	topics_put(t, 2, BEGAN + 62000, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p,
	    "type                              events  a second       ago"
	    "      last     holes\n"
	    "c.c                                    2       0.0        1m"
	    "     12345\n"
	    "a.a                                    1       0.0        1m"
	    "         2         1\n"
	    "and 1 more\n");
	buf_reset(&b);
	topics_lost(t, STR(""));
	topics_put_json(t, 0, BEGAN + 2000, &b);
	buf_char(&b, '\0');
	assert_string_equal(b.p,
	    "{\"type\":\"c.c\",\"events\":2,\"rate\":1.0,\"last\":12345,"
	    "\"holes\":0,\"age_ms\":500}\n"
	    "{\"type\":\"a.a\",\"events\":1,\"rate\":0.5,\"last\":2,"
	    "\"holes\":1,\"age_ms\":2000}\n"
	    "{\"type\":\"b.b\",\"events\":1,\"rate\":0.5,\"last\":1,"
	    "\"holes\":0,\"age_ms\":2000}\n"
	    "{\"type\":\"(of several)\",\"events\":0,\"rate\":0.0,\"last\":0,"
	    "\"holes\":1}\n");
	buf_fini(&b);
}

static void
test_more_types_than_there_is_room_for_change_nothing(void **state)
{
	struct topics *t = *state;
	char type[TOPICS_TYPE_BYTES + 8];

	for (int i = 0; i < TOPICS_MAX + 5; i++) {
		(void)snprintf(type, sizeof(type), "a.b%d", i);
		topics_saw(t, str_of(type), i, BEGAN);
	}
	memset(type, 'a', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	topics_saw(t, str_of(type), 1, BEGAN);
	topics_lost(t, str_of(type));
	assert_int_equal(t->n, TOPICS_MAX);
	assert_string_equal(t->rows[TOPICS_MAX - 1].type, "a.b511");
}

#define TOPICS_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TOPICS_TEST(test_a_rate_is_that_of_the_last_seconds),
		TOPICS_TEST(
		    test_the_table_has_most_first_and_no_more_than_asked_for),
		TOPICS_TEST(
		    test_more_types_than_there_is_room_for_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
