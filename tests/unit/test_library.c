/* libhuying by its public header: codes, texts, what comes out of it. */
#include "tests/lib/fakebus.h"

#include "common/msg/wire.h"
#include "tests/lib/spooldir.h"

#include <huying.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define STEPS 2000

static struct fakebus bus;
static struct huying_publisher *publisher;
static struct huying_reader *reader;
static struct huying_error error;

static int
setup(void **state)
{
	fakebus_open(&bus);
	return spooldir_setup(state);
}

static int
teardown(void **state)
{
	huying_publisher_close(&publisher);
	huying_reader_close(&reader);
	fakebus_close(&bus);
	return spooldir_teardown(state);
}

static struct huying_publisher_options
options(void)
{
	return (struct huying_publisher_options){
		.size = sizeof(struct huying_publisher_options),
		.endpoint = bus.endpoint,
		.timeout_ms = -1,
	};
}

static void
open_publisher(const char *spool)
{
	struct huying_publisher_options o = options();

	o.spool = spool;
	assert_int_equal(
	    huying_publisher_open(&publisher, &o, &error), HUYING_OK);
}

static enum huying_code
publish(const char *json, const struct huying_person *person)
{
	return huying_publish_json(
	    publisher, json, strlen(json), person, NULL, &error);
}

/* Until the publisher has sent WORD. */
static void
until_asked(const char *word)
{
	for (int i = 0; i < STEPS; i++) {
		assert_int_equal(
		    huying_poll(publisher, 5, NULL, &error), HUYING_NOTHING);
		while (fakebus_take(&bus, 0))
			if (str_is(fakebus_word(&bus), word))
				return;
	}
	fail_msg("no %s", word);
}

static void
until_ready(void)
{
	until_asked("HELLO");
	fakebus_ready(&bus, 100);
	for (int i = 0; i < 20; i++)
		(void)huying_poll(publisher, 1, NULL, &error);
}

static const struct huying_outcome *
outcome(void)
{
	const struct huying_outcome *out;

	for (int i = 0; i < STEPS; i++)
		if (huying_poll(publisher, 5, &out, &error) == HUYING_OK)
			return out;
	fail_msg("no outcome");
	return NULL;
}

static void
test_what_cannot_be_opened_says_why(void **state)
{
	struct huying_publisher_options o = options();
	struct huying_publisher *p = NULL;

	(void)state;
	o.size = 0;
	assert_int_equal(huying_publisher_open(&p, &o, &error), HUYING_INVALID);
	assert_null(p);
	assert_int_equal(huying_publisher_open(&p, NULL, NULL), HUYING_INVALID);
	o = options();
	o.endpoint = "nonsense";
	assert_int_equal(huying_publisher_open(&p, &o, &error), HUYING_INVALID);
	assert_non_null(strstr(error.text, "nonsense"));
	o.endpoint = "tcp://127.0.0.1:1";
	o.key_file = "/nowhere/key";
	assert_int_equal(huying_publisher_open(&p, &o, &error), HUYING_INVALID);
	assert_non_null(strstr(error.text, "/nowhere/key"));
	o = options();
	o.timeout_ms = 20;
	assert_int_equal(huying_publisher_open(&p, &o, &error), HUYING_AWAY);
	o.spool = "/nowhere/spool";
	assert_int_equal(huying_publisher_open(&p, &o, &error), HUYING_INVALID);
	open_publisher(spooldir);
	o.spool = spooldir;
	assert_int_equal(huying_publisher_open(&p, &o, &error), HUYING_IN_USE);
	assert_int_equal(error.code, HUYING_IN_USE);
}

/* Options of an older program are shorter, those of a later one longer. */
static void
test_options_may_be_of_another_version(void **state)
{
	struct {
		struct huying_publisher_options o;
		char later[64];
	} longer = { .o = options() };

	(void)state;
	longer.o.size = sizeof(longer);
	memset(longer.later, 0x55, sizeof(longer.later));
	assert_int_equal(
	    huying_publisher_open(&publisher, &longer.o, &error), HUYING_OK);
	huying_publisher_close(&publisher);
	longer.o.size = offsetof(struct huying_publisher_options, give_up_ms);
	longer.o.give_up_ms = -77;
	assert_int_equal(
	    huying_publisher_open(&publisher, &longer.o, &error), HUYING_OK);
}

static void
test_what_is_no_event_is_not_taken(void **state)
{
	static const struct {
		const char *json;
		const char *says;
	} rows[] = {
		{ "", "" },
		{ "[1]", "not a JSON object" },
		{ "{\"type\":\"x\",\"source\":\"/a\"", "line 1" },
		{ "{\"source\":\"/a\"}", "type is missing" },
		{ "{\"type\":\"x\"}", "source is missing" },
		{ "{\"type\":\"x\",\"source\":\"/a\",\"id\":\"\"}",
		    "id is missing" },
		{ "{\"type\":\"x\",\"source\":\"/a\",\"id\":7}",
		    "id is missing" },
		{ "{\"type\":\"\\u001b\",\"source\":\"/a\"}", "type " },
	};

	(void)state;
	open_publisher(spooldir);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(publish(rows[i].json, NULL), HUYING_INVALID);
		assert_non_null(strstr(error.text, rows[i].says));
	}
	assert_int_equal(
	    huying_publish_msgpack(publisher, "\xc1", 1, NULL, NULL, &error),
	    HUYING_INVALID);
	assert_int_equal(huying_unanswered(publisher), 0);
}

static void
test_an_event_gets_what_it_may_leave_out(void **state)
{
	static const char json[] =
	    "{\"type\":\"x\",\"source\":\"/a\",\"data\":{\"n\":1}}";
	struct str body;
	int64_t n = 0;

	(void)state;
	open_publisher(NULL);
	until_ready();
	assert_int_equal(huying_publish_json(publisher, json, sizeof(json) - 1,
			     NULL, &n, &error),
	    HUYING_OK);
	until_asked("PUB");
	body = fakebus_frame(&bus, 1);
	assert_true(str_is(wire_get_str(body, "specversion"), "1.0"));
	assert_int_equal(wire_get_str(body, "id").n, 36);
	assert_true(str_is(wire_get_str(body, "source"), "/a"));
	assert_int_equal(wire_get_i64(wire_find(body, STR("data")), "n"), 1);
	fakebus_ack(&bus, fakebus_frame(&bus, 0), 417);
	{
		const struct huying_outcome *out = outcome();

		assert_int_equal(out->number, n);
		assert_int_equal(out->status, HUYING_STORED);
		assert_int_equal(out->seq, 417);
		assert_int_equal(strlen(out->id), 36);
		assert_string_equal(out->type, "x");
		assert_string_equal(out->code, "");
	}
}

static void
test_a_person_leaves_sealed_or_not_at_all(void **state)
{
	static const char json[] = "{\"type\":\"x\",\"source\":\"/a\"}";
	struct huying_person who = { .phone = "10000000000", .text = "路灯杆" };
	struct huying_person bad = { .text = "\x1b[2J" };

	(void)state;
	open_publisher(spooldir);
	assert_int_equal(publish(json, &who), HUYING_AWAY);
	until_ready();
	assert_int_equal(publish(json, &bad), HUYING_INVALID);
	assert_non_null(strstr(error.text, "text"));
	assert_int_equal(publish(json, &who), HUYING_OK);
	until_asked("PUB");
	assert_true(str_is(fakebus_frame(&bus, 2), "sealed"));
	assert_true(fakebus_frame(&bus, 3).n > 48);
	assert_true(str_search(fakebus_frame(&bus, 3), STR("10000000000")) ==
		    fakebus_frame(&bus, 3).n);
	fakebus_refuse(
	    &bus, "NAK", fakebus_frame(&bus, 0), "BAD_ENUM", "never", 0);
	assert_string_equal(outcome()->code, "BAD_ENUM");
}

static void
count(const struct huying_outcome *out, void *n)
{
	*(int64_t *)n += out->seq;
}

static void
test_flush_takes_all_outcomes_or_all_the_time(void **state)
{
	int64_t sum = 0;

	(void)state;
	open_publisher(spooldir);
	until_ready();
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    publish("{\"type\":\"x\",\"source\":\"/a\"}", NULL),
		    HUYING_OK);
	assert_int_equal(huying_sync(publisher, &error), HUYING_OK);
	assert_int_equal(
	    huying_flush(publisher, 30, count, &sum, &error), HUYING_NOTHING);
	assert_int_equal(huying_unanswered(publisher), 3);
	for (int i = 0; i < 3; i++) {
		fakebus_expect(&bus, "PUB");
		fakebus_ack(&bus, fakebus_frame(&bus, 0), 10 + i);
	}
	assert_int_equal(
	    huying_flush(publisher, 10000, count, &sum, &error), HUYING_OK);
	assert_int_equal(sum, 33);
}

static void
test_bytes_are_read_without_a_bus(void **state)
{
	static const char bytes[] = "\x84\xa2id\xa1"
				    "a\xa6source\xa2/x\xa4type\xa3t.u\xabspec"
				    "version\xa3"
				    "1.0";
	static const char json[] =
	    "{\"specversion\":\"1.0\",\"id\":\"a\",\"source\":\"/x\","
	    "\"type\":\"t.u\"";
	char room[256];
	size_t n = 0;

	(void)state;
	/* It has no message. */
	assert_int_equal(huying_decode(bytes, sizeof(bytes) - 1, room,
			     sizeof(room), &n, &error),
	    HUYING_INVALID);
	assert_non_null(strstr(error.text, "data"));
	assert_int_equal(huying_decode("", 0, room, sizeof(room), NULL, &error),
	    HUYING_INVALID);
	{
		struct buf whole;

		buf_init(&whole, 256);
		buf_char(&whole, '\x85');
		buf_put(&whole, bytes + 1, sizeof(bytes) - 2);
		buf_put(&whole,
		    "\xa4"
		    "data\x80",
		    6);
		assert_int_equal(
		    huying_decode(whole.p, whole.n, room, 10, &n, &error),
		    HUYING_FULL);
		assert_true(n > sizeof(json));
		assert_int_equal(
		    huying_decode(whole.p, whole.n, room, n, NULL, &error),
		    HUYING_FULL);
		assert_int_equal(
		    huying_decode(whole.p, whole.n, room, n + 1, NULL, &error),
		    HUYING_OK);
		assert_int_equal(strlen(room), n);
		assert_int_equal(strncmp(room, json, sizeof(json) - 1), 0);
		buf_fini(&whole);
	}
}

static void
test_every_code_has_words(void **state)
{
	(void)state;
	for (int code = HUYING_OK; code <= HUYING_FAILED; code++)
		assert_null(strstr(huying_strerror(code), "no code"));
	assert_non_null(strstr(huying_strerror(-1), "no code"));
	assert_non_null(strstr(huying_strerror(HUYING_FAILED + 1), "no code"));
	assert_true(huying_version()[0] != '\0');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_cannot_be_opened_says_why),
		TEST(test_options_may_be_of_another_version),
		TEST(test_what_is_no_event_is_not_taken),
		TEST(test_an_event_gets_what_it_may_leave_out),
		TEST(test_a_person_leaves_sealed_or_not_at_all),
		TEST(test_flush_takes_all_outcomes_or_all_the_time),
		cmocka_unit_test(test_bytes_are_read_without_a_bus),
		cmocka_unit_test(test_every_code_has_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
