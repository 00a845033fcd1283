/* The reader of the log against a bus that loses, repeats, cuts and dies. */
#include "common/bus/log.h"

#include "common/msg/wire.h"
#include "tests/lib/fakebus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NEVER_MS 600000
#define STEPS 2000

static struct fakebus bus;
static struct log_reader *reader;
static struct log_event got;

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
	log_reader_close(&reader);
	fakebus_close(&bus);
	return 0;
}

static void
open_reader(struct log_options o)
{
	struct err e;

	if (o.silence_ms == 0)
		o.silence_ms = NEVER_MS;
	o.follow = true;
	if (log_open(&reader, bus.endpoint, &o, &e) != RC_OK)
		fail_msg("%s", e.text);
}

static enum rc
step(void)
{
	return log_next(reader, 5, &got, NULL);
}

/* Until the reader asks for WORD; it hands out nothing meanwhile. */
static void
until_asked(const char *word)
{
	for (int i = 0; i < STEPS; i++) {
		assert_int_equal(step(), RC_GONE);
		while (fakebus_take(&bus, 0))
			if (str_is(fakebus_word(&bus), word))
				return;
	}
	fail_msg("no %s", word);
}

static int64_t
option(const char *key)
{
	return wire_get_i64(fakebus_frame(&bus, 1), key);
}

static void
until_open(struct log_options o)
{
	open_reader(o);
	until_asked("OPEN");
	fakebus_place(&bus, "BEGIN", o.from_seq > 0 ? o.from_seq : 1, 9, 0);
}

/* Seq of the next event; 0: none. */
static int64_t
next_seq(void)
{
	enum rc rc = RC_GONE;

	for (int i = 0; i < 10 && rc == RC_GONE; i++)
		rc = step();
	assert_true(rc == RC_OK || rc == RC_GONE);
	return rc == RC_OK ? got.seq : 0;
}

static void
test_an_event_comes_once_and_in_order(void **state)
{
	(void)state;
	until_open((struct log_options){ .from_seq = 7 });
	assert_int_equal(option("from"), 7);
	fakebus_event(&bus, 7, 6, 1);
	fakebus_event(&bus, 7, 6, 1);
	fakebus_event(&bus, 6, 5, 1);
	fakebus_event(&bus, 9, 7, 1);
	assert_int_equal(next_seq(), 7);
	assert_int_equal(got.what, LOG_EVENT);
	assert_int_equal(got.at, 5);
	assert_true(str_is(got.envelope, "body"));
	assert_int_equal(next_seq(), 9);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(log_head(reader), 9);
}

static void
test_the_place_follows_events_and_what_the_bus_has_looked_at(void **state)
{
	(void)state;
	open_reader((struct log_options){ .from_seq = 3 });
	assert_int_equal(log_place(reader), 0);
	until_asked("OPEN");
	fakebus_place(&bus, "BEGIN", 3, 9, 0);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(log_place(reader), 3);
	assert_int_equal(log_epoch(reader), 1);
	fakebus_event(&bus, 7, 2, 1);
	assert_int_equal(next_seq(), 7);
	assert_int_equal(log_place(reader), 8);
	fakebus_place(&bus, "HEARTBEAT", 20, 21, 7);
	fakebus_place(&bus, "HEARTBEAT", 5, 21, 7);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(log_place(reader), 20);
	assert_int_equal(log_head(reader), 21);
}

/* Each of them: asked anew, from the place, over a new socket. */
static void
test_what_was_lost_is_asked_for_again(void **state)
{
	(void)state;
	until_open((struct log_options){ .from_seq = 1 });
	fakebus_event(&bus, 1, 0, 1);
	assert_int_equal(next_seq(), 1);
	fakebus_event(&bus, 4, 3, 1); /* where is 3? */
	until_asked("OPEN");
	assert_int_equal(option("from"), 2);
	assert_int_equal(option("epoch"), 1);
	fakebus_place(&bus, "BEGIN", 2, 9, 0);
	fakebus_place(&bus, "HEARTBEAT", 6, 9, 5); /* where is 5? */
	until_asked("OPEN");
	assert_int_equal(option("from"), 2);
	fakebus_place(&bus, "BEGIN", 2, 9, 0);
	fakebus_event(&bus, 3, 1, 1);
	assert_int_equal(next_seq(), 3);
	fakebus_die(&bus);
	assert_int_equal(step(), RC_GONE);
	fakebus_restart(&bus);
	until_asked("OPEN");
	assert_int_equal(option("from"), 4);
	fakebus_error(&bus, "NOT_OPEN", "x", 0, 1);
	until_asked("OPEN");
	assert_int_equal(option("from"), 4);
}

static void
test_a_cut_is_told_and_read_again_from_there(void **state)
{
	(void)state;
	until_open((struct log_options){ .from_seq = 1, .notices = true });
	for (int64_t seq = 1; seq <= 9; seq++) {
		fakebus_event(&bus, seq, seq - 1, 1);
		assert_int_equal(next_seq(), seq);
	}
	fakebus_error(&bus, "EPOCH", "from_seq", 5, 2);
	assert_int_equal(next_seq(), 5);
	assert_int_equal(got.what, LOG_CUT);
	assert_int_equal(got.epoch, 2);
	until_asked("OPEN");
	assert_int_equal(option("from"), 5);
	assert_int_equal(option("epoch"), 2);
	fakebus_place(&bus, "BEGIN", 5, 6, 0);
	fakebus_event(&bus, 5, 4, 2);
	assert_int_equal(next_seq(), 5);
	assert_int_equal(got.what, LOG_EVENT);
	assert_int_equal(got.epoch, 2);
	/* One that shows the new epoch first is asked what happened. */
	fakebus_event(&bus, 2, 1, 3);
	until_asked("OPEN");
	assert_int_equal(option("from"), 6);
	assert_int_equal(option("epoch"), 2);
}

static void
test_a_cut_is_passed_over_by_who_does_not_care(void **state)
{
	(void)state;
	until_open((struct log_options){ .from_seq = 9 });
	fakebus_event(&bus, 9, 8, 1);
	assert_int_equal(next_seq(), 9);
	fakebus_error(&bus, "EPOCH", "from_seq", 5, 2);
	until_asked("OPEN");
	assert_int_equal(option("from"), 5);
}

static void
test_what_was_retired_is_never_jumped_over_silently(void **state)
{
	struct err e;

	(void)state;
	open_reader((struct log_options){ .from_seq = 3, .notices = true });
	until_asked("OPEN");
	fakebus_error(&bus, "GONE", "first", 100, 1);
	assert_int_equal(next_seq(), 100);
	assert_int_equal(got.what, LOG_RETIRED);
	assert_int_equal(log_next(reader, 5, &got, &e), RC_REJECT);
	log_skip(reader, 100);
	until_asked("OPEN");
	assert_int_equal(option("from"), 100);
	log_reader_close(&reader);
	open_reader((struct log_options){ .from_seq = 3 });
	until_asked("OPEN");
	fakebus_error(&bus, "GONE", "first", 100, 1);
	for (int i = 0; i < STEPS; i++)
		if (log_next(reader, 5, &got, &e) == RC_REJECT)
			break;
	assert_non_null(strstr(e.text, "100"));
}

static void
test_a_place_is_given_to_the_bus_only_where_it_has_sent_us(void **state)
{
	(void)state;
	until_open((struct log_options){ .cursor = STR("desk") });
	assert_true(str_is(fakebus_frame(&bus, 0), "desk"));
	fakebus_event(&bus, 1, 0, 1);
	fakebus_event(&bus, 2, 1, 1);
	assert_int_equal(next_seq(), 1);
	assert_int_equal(next_seq(), 2);
	log_commit(reader, 1);
	until_asked("CURSOR");
	assert_true(str_is(fakebus_frame(&bus, 1), "1"));
	log_commit(reader, 2);
	fakebus_die(&bus);
	assert_int_equal(step(), RC_GONE);
	fakebus_restart(&bus);
	until_asked("OPEN");
	assert_int_equal(wire_get(fakebus_frame(&bus, 1), "cursor").b, true);
	/* The bus knows less than we do: it repeats, we do not. */
	fakebus_place(&bus, "BEGIN", 1, 9, 0);
	fakebus_event(&bus, 1, 0, 1);
	assert_int_equal(next_seq(), 0);
	assert_false(fakebus_take(&bus, 20));
	fakebus_event(&bus, 2, 1, 1);
	until_asked("CURSOR");
	assert_true(str_is(fakebus_frame(&bus, 1), "2"));
	fakebus_event(&bus, 3, 2, 1);
	assert_int_equal(next_seq(), 3);
	log_commit(reader, 3);
	log_reader_close(&reader);
	fakebus_expect(&bus, "CURSOR");
	fakebus_expect(&bus, "CLOSE");
}

static void
test_credit_is_given_back_for_repeats_too(void **state)
{
	int64_t n = 0, sent = 0;

	(void)state;
	until_open((struct log_options){ .from_seq = 5000 });
	assert_int_equal(option("credit"), 2000);
	while (n == 0) {
		assert_true(sent < 2000);
		for (int i = 0; i < 50; i++)
			fakebus_event(&bus, 1 + sent++, 0, 1);
		assert_int_equal(next_seq(), 0);
		while (fakebus_take(&bus, 0))
			if (str_is(fakebus_word(&bus), "CREDIT"))
				assert_true(
				    str_i64(fakebus_frame(&bus, 1), &n));
	}
	assert_int_equal(n, 1000);
}

static void
test_a_busy_bus_is_told_and_asked_again(void **state)
{
	struct err e;
	enum rc rc = RC_GONE;

	(void)state;
	open_reader((struct log_options){ .from_seq = 1 });
	until_asked("OPEN");
	fakebus_error(&bus, "UNAVAILABLE", "x", 0, 1);
	for (int i = 0; i < STEPS && rc == RC_GONE; i++)
		rc = log_next(reader, 5, &got, &e);
	assert_int_equal(rc, RC_RETRY);
	until_asked("OPEN");
	fakebus_error(&bus, "BAD_OPTION", "x", 0, 1);
	for (rc = RC_GONE; rc == RC_GONE;)
		rc = log_next(reader, 5, &got, &e);
	assert_int_equal(rc, RC_REJECT);
}

static void
test_a_reader_that_hears_nothing_opens_again_though_pongs_come(void **state)
{
	enum rc rc;
	int opens = 0, silences = 0;

	(void)state;
	open_reader((struct log_options){ .from_seq = 1, .silence_ms = 90 });
	for (int i = 0; i < STEPS && (opens < 3 || silences < 2); i++) {
		rc = step();
		assert_true(rc == RC_GONE || rc == RC_RETRY);
		silences += rc == RC_RETRY;
		while (fakebus_take(&bus, 0)) {
			opens += str_is(fakebus_word(&bus), "OPEN");
			fakebus_say(&bus, "PONG", NULL, 0);
		}
	}
	assert_true(opens >= 3 && silences >= 2);
}

/* Anything at all in the frames: no crash, no event that was not sent. */
static void
test_garbage_is_not_taken_for_events(void **state)
{
	static const char junk[] = "\x81\xa3seq\xff\x00\xc1junk";
	static const char *const words[] = { "EVENT", "BEGIN", "HEARTBEAT",
		"ERR", "PONG", "", "X" };
	unsigned seed = 7;
	enum rc rc;

	(void)state;
	until_open((struct log_options){ .from_seq = 1 });
	for (int i = 0; i < 2000; i++) {
		struct str frames[6];

		for (int k = 0; k < 6; k++)
			frames[k] = (struct str){ junk + rand_r(&seed) % 8,
				(size_t)rand_r(&seed) % 6 };
		if (rand_r(&seed) % 2)
			frames[0] = STR("r");
		if (rand_r(&seed) % 4 == 0)
			frames[1] = STR("\x80");
		fakebus_say(&bus,
		    words[(size_t)rand_r(&seed) % ARRAY_LEN(words)], frames,
		    (size_t)rand_r(&seed) % 7);
	}
	fakebus_event(&bus, 1, 0, 1);
	do
		rc = log_next(reader, 5, &got, NULL);
	while (rc != RC_OK);
	assert_int_equal(got.seq, 1);
	assert_true(str_is(got.envelope, "body"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_event_comes_once_and_in_order),
		TEST(
		    test_the_place_follows_events_and_what_the_bus_has_looked_at),
		TEST(test_what_was_lost_is_asked_for_again),
		TEST(test_a_cut_is_told_and_read_again_from_there),
		TEST(test_a_cut_is_passed_over_by_who_does_not_care),
		TEST(test_what_was_retired_is_never_jumped_over_silently),
		TEST(
		    test_a_place_is_given_to_the_bus_only_where_it_has_sent_us),
		TEST(test_credit_is_given_back_for_repeats_too),
		TEST(test_a_busy_bus_is_told_and_asked_again),
		TEST(
		    test_a_reader_that_hears_nothing_opens_again_though_pongs_come),
		TEST(test_garbage_is_not_taken_for_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
