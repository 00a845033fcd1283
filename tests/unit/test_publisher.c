/* The publisher against a bus that answers wrongly, late or not at all. */
#include "tests/lib/pubkit.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define STEP_MS 5

static void
test_no_bus_is_told_and_a_spool_does_not_mind(void **state)
{
	struct publisher_options o = { .endpoint = pubkit.bus.endpoint,
		.name = "test",
		.timeout_ms = 20 };
	struct err e;

	(void)state;
	assert_int_equal(
	    publisher_open_as(&pubkit.publisher, &o, &e), RC_RETRY);
	o.spool = pubkit.dir;
	assert_int_equal(publisher_open_as(&pubkit.publisher, &o, &e), RC_OK);
}

static void
test_an_event_has_one_outcome_whatever_is_answered(void **state)
{
	static const char junk[] = "\xff\x00\xc1junk";
	struct str frames[6] = { STR("1"), { junk, 7 }, STR(""), STR("x"),
		STR("y"), STR("z") };
	int64_t n[3];

	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(400);
	for (int i = 0; i < 3; i++)
		n[i] = pubkit_put(i);
	pubkit_until_asked("PUB");
	for (size_t i = 0; i <= 6; i++) {
		fakebus_say(&pubkit.bus, "ACK", frames, i);
		fakebus_say(&pubkit.bus, "", frames, i);
		fakebus_say(&pubkit.bus, "READY", frames, i);
	}
	fakebus_ack(&pubkit.bus, STR("77"), 1);
	fakebus_ack(&pubkit.bus, STR(""), 1);
	fakebus_ack(&pubkit.bus, STR("-1"), 1);
	fakebus_ack(&pubkit.bus, STR("1"), 0);
	fakebus_ack(&pubkit.bus, STR("3"), 13);
	fakebus_ack(&pubkit.bus, STR("3"), 14);
	fakebus_refuse(&pubkit.bus, "NAK", STR("3"), "LIE", "never", 0);
	fakebus_refuse(&pubkit.bus, "NAK", STR("1"), "BAD_ENUM", "never", 0);
	fakebus_ack(&pubkit.bus, STR("1"), 11);
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.n, n[2]);
	assert_int_equal(pubkit.out.seq, 13);
	assert_string_equal(pubkit.out.id, "id-2");
	assert_string_equal(pubkit.out.type, "report.submit");
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.n, n[0]);
	assert_int_equal(pubkit.out.status, OUTCOME_REFUSED);
	assert_string_equal(pubkit.out.code, "BAD_ENUM");
	for (int i = 0; i < 20; i++)
		assert_false(pubkit_step());
	assert_int_equal(publisher_unanswered(pubkit.publisher), 1);
	fakebus_ack(&pubkit.bus, STR("2"), 12);
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.n, n[1]);
	assert_false(pubkit_step());
}

static void
test_what_was_put_off_goes_out_again_in_order(void **state)
{
	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(400);
	for (int64_t i = 1; i <= 3; i++)
		(void)pubkit_put(i);
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_until_asked("PUB");
		pubkit_is_event(i);
		fakebus_refuse(&pubkit.bus, "NAK",
		    fakebus_frame(&pubkit.bus, 0), "BUSY", "later", 50);
	}
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_until_asked("PUB");
		pubkit_is_event(i);
	}
	fakebus_refuse(
	    &pubkit.bus, "UNKNOWN", STR("2"), "OUTCOME_UNKNOWN", "same_id", 20);
	pubkit_until_asked("PUB");
	pubkit_is_event(2);
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_ack(i);
		pubkit_until_outcome();
		assert_int_equal(pubkit.out.n, i);
		assert_int_equal(pubkit.out.status, OUTCOME_STORED);
	}
}

/* A second try that is refused says nothing of the first. */
static void
test_a_refusal_after_an_unknown_outcome_stays_unknown(void **state)
{
	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(400);
	(void)pubkit_put(1);
	pubkit_until_asked("PUB");
	fakebus_refuse(
	    &pubkit.bus, "UNKNOWN", STR("1"), "OUTCOME_UNKNOWN", "same_id", 20);
	pubkit_until_asked("PUB");
	fakebus_refuse(&pubkit.bus, "NAK", STR("1"), "FORBIDDEN", "never", 0);
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.status, OUTCOME_UNKNOWN);
	assert_string_equal(pubkit.out.code, "FORBIDDEN");
}

static void
test_no_more_is_under_way_than_the_window(void **state)
{
	int64_t asked = 0;

	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(7);
	for (int64_t i = 1; i <= 40; i++)
		(void)pubkit_put(i);
	for (int64_t i = 1; i <= 40; i++) {
		while (asked < i + 6 && asked < 40) {
			pubkit_until_asked("PUB");
			pubkit_is_event(++asked);
		}
		/* And nothing behind it. */
		assert_false(pubkit_step());
		assert_false(fakebus_take(&pubkit.bus, 2));
		pubkit_ack(i);
		pubkit_until_outcome();
	}
	assert_int_equal(publisher_unanswered(pubkit.publisher), 0);
}

/* Those that were under way already wait, too. */
static void
test_a_bus_may_come_back_with_a_smaller_window(void **state)
{
	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(7);
	for (int64_t i = 1; i <= 10; i++)
		(void)pubkit_put(i);
	for (int64_t i = 1; i <= 7; i++)
		pubkit_until_asked("PUB");
	fakebus_die(&pubkit.bus);
	assert_false(pubkit_step());
	fakebus_restart(&pubkit.bus);
	pubkit_until_ready(3);
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_until_asked("PUB");
		pubkit_is_event(i);
	}
	assert_false(pubkit_step());
	assert_false(fakebus_take(&pubkit.bus, 2));
	pubkit_ack(1);
	pubkit_until_outcome();
	pubkit_until_asked("PUB");
	pubkit_is_event(4);
}

static void
test_without_a_spool_the_window_is_the_room_there_is(void **state)
{
	struct err e;
	int64_t n = 0;
	enum rc rc;

	(void)state;
	pubkit_open(NULL, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(5);
	while ((rc = publisher_put(pubkit.publisher, STR("x"), PART_NONE,
		    STR(""), &n, &e)) == RC_OK)
		continue;
	assert_int_equal(rc, RC_RETRY);
	assert_int_equal(n, 5);
	assert_int_equal(publisher_put(pubkit.publisher,
			     (struct str){ "", ENVELOPE_MAX + 1 }, PART_NONE,
			     STR(""), &n, &e),
	    RC_REJECT);
}

static void
test_a_silent_bus_gets_everything_again_over_a_new_socket(void **state)
{
	char first[16];
	struct str identity;

	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_QUICK_MS, 0);
	pubkit_until_ready(400);
	for (int64_t i = 1; i <= 3; i++)
		(void)pubkit_put(i);
	pubkit_until_asked("PUB");
	identity = frames_at(&pubkit.bus.asked, 0);
	assert_true(identity.n < sizeof(first));
	memcpy(first, identity.p, identity.n);
	pubkit_until_asked("HELLO");
	assert_true(
	    memcmp(first, frames_at(&pubkit.bus.asked, 0).p, identity.n) != 0);
	fakebus_ready(&pubkit.bus, 400);
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_until_asked("PUB");
		pubkit_is_event(i);
	}
}

/* As long as it answers pings, it is only slow. */
static void
test_a_bus_that_answers_pings_is_not_silent(void **state)
{
	int pings = 0;

	(void)state;
	pubkit_open(pubkit.dir, 1500, 0);
	pubkit_until_ready(400);
	(void)pubkit_put(1);
	pubkit_until_asked("PUB");
	/* Each after a third of what silence would be. */
	while (pings < 4) {
		assert_false(pubkit_step());
		while (fakebus_take(&pubkit.bus, 0)) {
			assert_true(str_is(fakebus_word(&pubkit.bus), "PING"));
			fakebus_say(&pubkit.bus, "PONG", NULL, 0);
			pings++;
		}
	}
}

static void
test_a_bus_that_dies_is_found_again_without_waiting_for_silence(void **state)
{
	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(400);
	for (int64_t i = 1; i <= 3; i++)
		(void)pubkit_put(i);
	for (int round = 0; round < 3; round++) {
		pubkit_until_asked("PUB");
		fakebus_die(&pubkit.bus);
		assert_false(pubkit_step());
		fakebus_restart(&pubkit.bus);
		pubkit_until_ready(400);
	}
	for (int64_t i = 1; i <= 3; i++) {
		pubkit_until_asked("PUB");
		pubkit_is_event(i);
	}
}

static void
test_a_bus_of_another_version_is_an_error(void **state)
{
	struct err e;
	enum rc rc = RC_OK;

	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_asked("HELLO");
	fakebus_refuse(
	    &pubkit.bus, "NAK", STR(""), "UNSUPPORTED_VERSION", "never", 0);
	for (int i = 0; i < PUBKIT_STEPS && rc != RC_FATAL; i++)
		rc = publisher_next(pubkit.publisher, STEP_MS, &pubkit.out, &e);
	assert_int_equal(rc, RC_FATAL);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, pubkit_setup, pubkit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_bus_is_told_and_a_spool_does_not_mind),
		TEST(test_an_event_has_one_outcome_whatever_is_answered),
		TEST(test_what_was_put_off_goes_out_again_in_order),
		TEST(test_a_refusal_after_an_unknown_outcome_stays_unknown),
		TEST(test_no_more_is_under_way_than_the_window),
		TEST(test_a_bus_may_come_back_with_a_smaller_window),
		TEST(test_without_a_spool_the_window_is_the_room_there_is),
		TEST(test_a_silent_bus_gets_everything_again_over_a_new_socket),
		TEST(test_a_bus_that_answers_pings_is_not_silent),
		TEST(
		    test_a_bus_that_dies_is_found_again_without_waiting_for_silence),
		TEST(test_a_bus_of_another_version_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
