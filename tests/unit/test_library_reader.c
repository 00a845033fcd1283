/* A reader of libhuying by its public header: what comes out of it. */
#include "tests/lib/fakebus.h"

#include "common/msg/wire.h"

#include <huying.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define STEPS 2000

static struct fakebus bus;
static struct huying_reader *reader;
static struct huying_error error;

static int
setup(void **state)
{
	(void)state;
	fakebus_open(&bus);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	huying_reader_close(&reader);
	fakebus_close(&bus);
	return 0;
}

/* The next code that is not NOTHING. */
static enum huying_code
next(const struct huying_event **event)
{
	enum huying_code code = HUYING_NOTHING;

	for (int i = 0; i < STEPS && code == HUYING_NOTHING; i++)
		code = huying_next(reader, 5, event, &error);
	return code;
}

static void
say_event(int64_t seq)
{
	struct str frames[3] = { fakebus_frame(&bus, 0) };
	struct buf header, body;

	buf_init(&header, 256);
	buf_init(&body, 256);
	wire_put_map(&header, 3);
	wire_pair_i64(&header, "epoch", 1);
	wire_pair_i64(&header, "seq", seq);
	wire_pair_i64(&header, "at", 1000);
	wire_put_map(&body, 5);
	wire_pair_str(&body, "specversion", STR("1.0"));
	wire_pair_str(&body, "id", STR("a-1"));
	wire_pair_str(&body, "source", STR("/a"));
	wire_pair_str(&body, "type", STR("call.raised"));
	wire_put_str(&body, STR("data"));
	wire_put_map(&body, 4);
	wire_pair_str(&body, "unit", STR("330122-D-YJJ"));
	wire_pair_i64(&body, "n", -7);
	wire_pair_bool(&body, "urgent", true);
	wire_put_str(&body, STR("list"));
	wire_put_array(&body, 1);
	wire_put_str(&body, STR("a\"b"));
	frames[1] = buf_get(&header);
	frames[2] = buf_get(&body);
	fakebus_say(&bus, "EVENT", frames, 3);
	buf_fini(&body);
	buf_fini(&header);
}

static void
open_reader(struct huying_reader_options o)
{
	o.size = sizeof(o);
	o.endpoint = bus.endpoint;
	o.follow = 1;
	assert_int_equal(huying_reader_open(&reader, &o, &error), HUYING_OK);
	for (int i = 0; i < STEPS; i++) {
		const struct huying_event *event;

		(void)huying_next(reader, 5, &event, &error);
		while (fakebus_take(&bus, 0))
			if (str_is(fakebus_word(&bus), "OPEN"))
				return;
	}
	fail_msg("no OPEN");
}

static void
test_an_event_comes_out_as_texts_and_as_json(void **state)
{
	const struct huying_event *event = NULL;
	int64_t epoch, seq;
	size_t len;

	(void)state;
	open_reader((struct huying_reader_options){ .from_seq = 7 });
	fakebus_place(&bus, "BEGIN", 7, 9, 0);
	say_event(7);
	assert_int_equal(next(&event), HUYING_OK);
	assert_int_equal(event->seq, 7);
	assert_int_equal(event->at_ms, 1000);
	assert_string_equal(event->type, "call.raised");
	assert_string_equal(event->subject, "");
	assert_string_equal(huying_json(reader, &len),
	    "{\"specversion\":\"1.0\",\"id\":\"a-1\",\"source\":\"/a\","
	    "\"type\":\"call.raised\",\"datacontenttype\":"
	    "\"application/json\",\"data\":{\"unit\":\"330122-D-YJJ\",\"n\":-7,"
	    "\"urgent\":true,\"list\":[\"a\\\"b\"]},"
	    "\"sequence\":\"00000000000000000007\","
	    "\"recordedtime\":\"1970-01-01T08:00:01+08:00\"}");
	assert_int_equal(len, strlen(huying_json(reader, NULL)));
	assert_string_equal(huying_field(reader, "unit"), "330122-D-YJJ");
	assert_string_equal(huying_field(reader, "n"), "-7");
	assert_string_equal(huying_field(reader, "urgent"), "true");
	assert_string_equal(huying_field(reader, "list"), "[\"a\\\"b\"]");
	assert_string_equal(huying_field(reader, "type"), "");
	huying_place(reader, &epoch, &seq);
	assert_int_equal(epoch, 1);
	assert_int_equal(seq, 8);
	assert_int_equal(huying_commit(reader, 7, &error), HUYING_INVALID);
	assert_int_equal(huying_skip(reader, 9, &error), HUYING_INVALID);
}

static void
test_what_is_not_an_event_has_a_code_of_its_own(void **state)
{
	const struct huying_event *event = NULL;

	(void)state;
	open_reader((struct huying_reader_options){ .cursor = "desk" });
	fakebus_place(&bus, "BEGIN", 7, 9, 0);
	say_event(7);
	assert_int_equal(next(&event), HUYING_OK);
	assert_int_equal(huying_commit(reader, 8, &error), HUYING_INVALID);
	assert_int_equal(huying_commit(reader, 7, &error), HUYING_OK);
	fakebus_error(&bus, "EPOCH", "from_seq", 5, 2);
	assert_int_equal(next(&event), HUYING_CUT);
	assert_int_equal(event->seq, 5);
	assert_int_equal(event->epoch, 2);
	assert_string_equal(event->type, "");
	assert_string_equal(huying_json(reader, NULL), "");
	assert_string_equal(huying_field(reader, "unit"), "");
	fakebus_expect(&bus, "OPEN");
	fakebus_error(&bus, "GONE", "first", 100, 2);
	assert_int_equal(next(&event), HUYING_RETIRED);
	assert_int_equal(event->seq, 100);
	assert_int_equal(next(&event), HUYING_INVALID);
	assert_int_equal(huying_skip(reader, 100, &error), HUYING_OK);
	fakebus_expect(&bus, "OPEN");
	assert_int_equal(wire_get_i64(fakebus_frame(&bus, 1), "from"), 100);
	fakebus_error(&bus, "UNAVAILABLE", "x", 0, 2);
	assert_int_equal(next(&event), HUYING_AWAY);
	assert_int_not_equal(strlen(error.text), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_event_comes_out_as_texts_and_as_json),
		TEST(test_what_is_not_an_event_has_a_code_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
