/* The publisher against a bus that does anything at all. */
#include "tests/lib/pubkit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What a bad bus does with PUB, most of the time not what it should. */
static void
misbehave(unsigned *seed, int64_t *seq, bool honest)
{
	static const char *const codes[] = { "BUSY", "RATE_LIMITED",
		"UNAVAILABLE" };
	struct str number = fakebus_frame(&pubkit.bus, 0), lie[3];
	char other[24];

	if (str_is(fakebus_word(&pubkit.bus), "HELLO"))
		fakebus_ready(&pubkit.bus, honest ? 400 : rand_r(seed) % 50);
	if (str_is(fakebus_word(&pubkit.bus), "PING"))
		fakebus_say(&pubkit.bus, "PONG", NULL, 0);
	if (!str_is(fakebus_word(&pubkit.bus), "PUB"))
		return;
	(void)snprintf(other, sizeof(other), "%d", rand_r(seed) % 300);
	for (int i = 0; i < 3; i++)
		lie[i] = (struct str){ other, (size_t)rand_r(seed) % 20 };
	switch (honest ? 9 : rand_r(seed) % 10) {
	case 0:
		break;
	case 1:
		fakebus_refuse(&pubkit.bus, "NAK", number,
		    codes[rand_r(seed) % 3], "later", rand_r(seed) % 20);
		break;
	case 2:
		fakebus_refuse(&pubkit.bus, "UNKNOWN", number,
		    "OUTCOME_UNKNOWN", "same_id", 1);
		break;
	case 3:
		fakebus_say(&pubkit.bus, rand_r(seed) % 2 ? "ACK" : "NAK", lie,
		    (size_t)rand_r(seed) % 4);
		break;
	case 4:
		fakebus_ack(&pubkit.bus, str_of(other), ++*seq);
		break;
	case 5:
		fakebus_ack(&pubkit.bus, number, ++*seq);
		fakebus_ack(&pubkit.bus, number, *seq);
		fakebus_refuse(&pubkit.bus, "NAK", number, "LIE", "never", 0);
		break;
	case 6:
		fakebus_refuse(
		    &pubkit.bus, "NAK", number, "BAD_ENUM", "never", 0);
		break;
	default:
		fakebus_ack(&pubkit.bus, number, ++*seq);
	}
}

/* Now and then it dies, or the client does. */
static void
disturb(unsigned *seed, const char *spool)
{
	int what = rand_r(seed) % 400;

	if (what == 0) {
		fakebus_die(&pubkit.bus);
		fakebus_restart(&pubkit.bus);
	} else if (what == 1 && spool != NULL) {
		publisher_close(&pubkit.publisher);
		pubkit_open(spool, PUBKIT_QUICK_MS, 0);
	}
}

static void
play(unsigned seed, const char *spool)
{
	enum {
		EVENTS = 80
	};
	int told[EVENTS + 1] = { 0 };
	int64_t seq = 0, given = 0, ended = 0;
	struct err e = { .text = "" };

	for (int i = 0; ended < EVENTS; i++) {
		bool honest = i > 3000;

		if (i > 20000)
			fail_msg("%d of %d; window %d: %s", (int)ended, EVENTS,
			    (int)publisher_window(pubkit.publisher), e.text);
		while (given < EVENTS && rand_r(&seed) % 4 > 0 &&
		       publisher_unanswered(pubkit.publisher) <
			   (int64_t)publisher_window(pubkit.publisher)) {
			given++;
			assert_int_equal(pubkit_put(given), given);
		}
		if (publisher_next(pubkit.publisher, rand_r(&seed) % 2,
			&pubkit.out, &e) == RC_OK) {
			assert_true(pubkit.out.n >= 1 && pubkit.out.n <= given);
			ended += told[pubkit.out.n]++ == 0;
			/* Again only in another life. */
			assert_true(spool != NULL || told[pubkit.out.n] == 1);
		}
		while (fakebus_take(&pubkit.bus, 0))
			misbehave(&seed, &seq, honest);
		if (!honest)
			disturb(&seed, spool);
	}
	assert_int_equal(publisher_unanswered(pubkit.publisher), 0);
}

static void
test_a_mad_bus_brings_neither_a_crash_nor_a_hang_nor_two_outcomes(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 2; seed++) {
		pubkit_open(NULL, PUBKIT_QUICK_MS, 0);
		play(seed, NULL);
		publisher_close(&pubkit.publisher);
	}
}

static void
test_nor_with_a_spool_whose_process_dies_as_well(void **state)
{
	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_QUICK_MS, 0);
	play(4, pubkit.dir);
}

static void
test_without_a_spool_an_event_is_given_up_once(void **state)
{
	(void)state;
	pubkit_open(NULL, PUBKIT_NEVER_MS, 300);
	pubkit_until_ready(5);
	(void)pubkit_put(1);
	(void)pubkit_put(2);
	pubkit_until_asked("PUB");
	pubkit_until_asked("PUB");
	fakebus_refuse(&pubkit.bus, "NAK", STR("2"), "BUSY", "later", 60000);
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.n, 1);
	assert_int_equal(pubkit.out.status, OUTCOME_UNKNOWN);
	assert_true(pubkit.out.later);
	pubkit_until_outcome();
	assert_int_equal(pubkit.out.n, 2);
	assert_int_equal(pubkit.out.status, OUTCOME_REFUSED);
	assert_string_equal(pubkit.out.code, "BUSY");
	assert_true(pubkit.out.later);
	fakebus_ack(&pubkit.bus, STR("1"), 1);
	for (int i = 0; i < 20; i++)
		assert_false(pubkit_step());
}

static int syncs;

int
fdatasync(int fd)
{
	(void)fd;
	syncs++;
	return 0;
}

/* One flush for a batch, also of events that the window does not hold. */
static void
test_what_was_put_is_on_disk_after_the_next_step(void **state)
{
	int before;

	(void)state;
	pubkit_open(pubkit.dir, PUBKIT_NEVER_MS, 0);
	pubkit_until_ready(1);
	(void)pubkit_put(1);
	pubkit_until_asked("PUB");
	before = syncs;
	assert_false(pubkit_step());
	assert_int_equal(syncs, before);
	for (int64_t n = 2; n <= 20; n++)
		(void)pubkit_put(n);
	assert_int_equal(syncs, before);
	assert_false(pubkit_step());
	assert_int_equal(syncs, before + 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, pubkit_setup, pubkit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_put_is_on_disk_after_the_next_step),
		TEST(test_without_a_spool_an_event_is_given_up_once),
		TEST(
		    test_a_mad_bus_brings_neither_a_crash_nor_a_hang_nor_two_outcomes),
		TEST(test_nor_with_a_spool_whose_process_dies_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
