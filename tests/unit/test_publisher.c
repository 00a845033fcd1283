/* The publisher against a bus that answers wrongly, late, twice or not. */
#include "common/bus/publish.h"

#include "common/msg/wire.h"
#include "tests/lib/fakebus.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define QUICK_MS 60 /* what silence is, where a test waits for it */
#define NEVER_MS 600000
#define STEP_MS 5
#define STEPS 2000

static struct fakebus bus;
static struct publisher *publisher;
static char dir[40];

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/publisher.XXXXXX");
	fakebus_open(&bus);
	return mkdtemp(dir) == NULL;
}

static int
teardown(void **state)
{
	char path[400];
	struct dirent *entry;
	DIR *d = opendir(dir);

	(void)state;
	publisher_close(&publisher);
	fakebus_close(&bus);
	while (d != NULL && (entry = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		(void)unlink(path);
	}
	(void)closedir(d);
	return rmdir(dir);
}

/* Without waiting for READY: it is the test that says it. */
static void
open_with(const char *spool, int silence_ms, int give_up_ms)
{
	const struct publisher_options o = { .endpoint = bus.endpoint,
		.name = "test",
		.spool = spool,
		.silence_ms = silence_ms,
		.give_up_ms = give_up_ms };
	struct err e = { .text = "" };

	if (publisher_open_as(&publisher, &o, &e) != RC_OK)
		fail_msg("%s", e.text);
}

static struct outcome out;

/* One step of the publisher; true when it has an outcome. */
static bool
step(void)
{
	struct err e;
	enum rc rc = publisher_next(publisher, STEP_MS, &out, &e);

	assert_true(rc == RC_OK || rc == RC_GONE);
	return rc == RC_OK;
}

static void
until_outcome(void)
{
	for (int i = 0; i < STEPS; i++)
		if (step())
			return;
	fail_msg("no outcome");
}

/* Until the publisher has sent WORD; it has no outcome meanwhile. */
static void
until_asked(const char *word)
{
	for (int i = 0; i < STEPS; i++) {
		assert_false(step());
		while (fakebus_take(&bus, 0))
			if (str_is(fakebus_word(&bus), word))
				return;
	}
	fail_msg("no %s", word);
}

static void
until_ready(int64_t window)
{
	until_asked("HELLO");
	assert_true(str_is(fakebus_frame(&bus, 0), "1"));
	fakebus_ready(&bus, window);
	/* It begins with another one. */
	for (int i = 0; i < STEPS; i++) {
		assert_false(step());
		if (publisher_window(publisher) == (size_t)window)
			return;
	}
	fail_msg("READY is not heard");
}

/* An envelope as far as the publisher looks into it. */
static void
put_body(struct buf *b, int64_t n)
{
	char id[32];

	(void)snprintf(id, sizeof(id), "id-%lld", (long long)n);
	buf_reset(b);
	wire_put_map(b, 2);
	wire_pair_str(b, "id", str_of(id));
	wire_pair_str(b, "type", STR("report.submit"));
}

static int64_t
put_part(int64_t n, enum part_kind kind, struct str part)
{
	struct err e = { .text = "" };
	struct buf b;
	int64_t number;

	buf_init(&b, 256);
	put_body(&b, n);
	if (publisher_put(publisher, buf_get(&b), kind, part, &number, &e) !=
	    RC_OK)
		fail_msg("%s", e.text);
	buf_fini(&b);
	return number;
}

static int64_t
put(int64_t n)
{
	return put_part(n, PART_NONE, STR(""));
}

/* What was taken is PUB of event N. */
static void
is_event(int64_t n)
{
	struct buf b;

	assert_true(str_is(fakebus_word(&bus), "PUB"));
	buf_init(&b, 256);
	put_body(&b, n);
	assert_true(str_eq(fakebus_frame(&bus, 1), buf_get(&b)));
	buf_fini(&b);
}

static void
ack(int64_t n)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%lld", (long long)n);
	fakebus_ack(&bus, str_of(number), n);
}

static void
test_no_bus_is_told_and_a_spool_does_not_mind(void **state)
{
	struct publisher_options o = {
		.endpoint = bus.endpoint, .name = "test", .timeout_ms = 20
	};
	struct err e;

	(void)state;
	assert_int_equal(publisher_open_as(&publisher, &o, &e), RC_RETRY);
	o.spool = dir;
	assert_int_equal(publisher_open_as(&publisher, &o, &e), RC_OK);
}

static void
test_an_event_has_one_outcome_whatever_is_answered(void **state)
{
	static const char junk[] = "\xff\x00\xc1junk";
	struct str frames[6] = { STR("1"), { junk, 7 }, STR(""), STR("x"),
		STR("y"), STR("z") };
	int64_t n[3];

	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_ready(400);
	for (int i = 0; i < 3; i++)
		n[i] = put(i);
	until_asked("PUB");
	for (size_t i = 0; i <= 6; i++) {
		fakebus_say(&bus, "ACK", frames, i);
		fakebus_say(&bus, "", frames, i);
		fakebus_say(&bus, "READY", frames, i);
	}
	fakebus_ack(&bus, STR("77"), 1);
	fakebus_ack(&bus, STR(""), 1);
	fakebus_ack(&bus, STR("-1"), 1);
	fakebus_ack(&bus, STR("1"), 0);
	fakebus_ack(&bus, STR("3"), 13);
	fakebus_ack(&bus, STR("3"), 14);
	fakebus_refuse(&bus, "NAK", STR("3"), "LIE", "never", 0);
	fakebus_refuse(&bus, "NAK", STR("1"), "BAD_ENUM", "never", 0);
	fakebus_ack(&bus, STR("1"), 11);
	until_outcome();
	assert_int_equal(out.n, n[2]);
	assert_int_equal(out.seq, 13);
	assert_string_equal(out.id, "id-2");
	assert_string_equal(out.type, "report.submit");
	until_outcome();
	assert_int_equal(out.n, n[0]);
	assert_int_equal(out.status, OUTCOME_REFUSED);
	assert_string_equal(out.code, "BAD_ENUM");
	for (int i = 0; i < 20; i++)
		assert_false(step());
	assert_int_equal(publisher_unanswered(publisher), 1);
	fakebus_ack(&bus, STR("2"), 12);
	until_outcome();
	assert_int_equal(out.n, n[1]);
	assert_false(step());
}

static void
test_what_was_put_off_goes_out_again_in_order(void **state)
{
	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_ready(400);
	for (int64_t i = 1; i <= 3; i++)
		(void)put(i);
	for (int64_t i = 1; i <= 3; i++) {
		until_asked("PUB");
		is_event(i);
		fakebus_refuse(
		    &bus, "NAK", fakebus_frame(&bus, 0), "BUSY", "later", 50);
	}
	for (int64_t i = 1; i <= 3; i++) {
		until_asked("PUB");
		is_event(i);
	}
	fakebus_refuse(
	    &bus, "UNKNOWN", STR("2"), "OUTCOME_UNKNOWN", "same_id", 20);
	until_asked("PUB");
	is_event(2);
	for (int64_t i = 1; i <= 3; i++) {
		ack(i);
		until_outcome();
		assert_int_equal(out.n, i);
		assert_int_equal(out.status, OUTCOME_STORED);
	}
}

/* A second try that is refused says nothing of the first. */
static void
test_a_refusal_after_an_unknown_outcome_stays_unknown(void **state)
{
	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_ready(400);
	(void)put(1);
	until_asked("PUB");
	fakebus_refuse(
	    &bus, "UNKNOWN", STR("1"), "OUTCOME_UNKNOWN", "same_id", 20);
	until_asked("PUB");
	fakebus_refuse(&bus, "NAK", STR("1"), "FORBIDDEN", "never", 0);
	until_outcome();
	assert_int_equal(out.status, OUTCOME_UNKNOWN);
	assert_string_equal(out.code, "FORBIDDEN");
}

static void
test_no_more_is_under_way_than_the_window(void **state)
{
	int64_t asked = 0;

	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_ready(7);
	for (int64_t i = 1; i <= 40; i++)
		(void)put(i);
	for (int64_t i = 1; i <= 40; i++) {
		while (asked < i + 6 && asked < 40) {
			until_asked("PUB");
			is_event(++asked);
		}
		/* And nothing behind it. */
		assert_false(step());
		assert_false(fakebus_take(&bus, 2));
		ack(i);
		until_outcome();
	}
	assert_int_equal(publisher_unanswered(publisher), 0);
}

static void
test_without_a_spool_the_window_is_the_room_there_is(void **state)
{
	struct err e;
	int64_t n = 0;
	enum rc rc;

	(void)state;
	open_with(NULL, NEVER_MS, 0);
	until_ready(5);
	while ((rc = publisher_put(
		    publisher, STR("x"), PART_NONE, STR(""), &n, &e)) == RC_OK)
		continue;
	assert_int_equal(rc, RC_RETRY);
	assert_int_equal(n, 5);
	assert_int_equal(
	    publisher_put(publisher, (struct str){ "", ENVELOPE_MAX + 1 },
		PART_NONE, STR(""), &n, &e),
	    RC_REJECT);
}

static void
test_a_silent_bus_gets_everything_again_over_a_new_socket(void **state)
{
	char first[16];
	struct str identity;

	(void)state;
	open_with(dir, QUICK_MS, 0);
	until_ready(400);
	for (int64_t i = 1; i <= 3; i++)
		(void)put(i);
	until_asked("PUB");
	identity = frames_at(&bus.asked, 0);
	assert_true(identity.n < sizeof(first));
	memcpy(first, identity.p, identity.n);
	until_asked("HELLO");
	assert_true(memcmp(first, frames_at(&bus.asked, 0).p, identity.n) != 0);
	fakebus_ready(&bus, 400);
	for (int64_t i = 1; i <= 3; i++) {
		until_asked("PUB");
		is_event(i);
	}
}

/* As long as it answers pings, it is only slow. */
static void
test_a_bus_that_answers_pings_is_not_silent(void **state)
{
	int pings = 0;

	(void)state;
	open_with(dir, 1500, 0);
	until_ready(400);
	(void)put(1);
	until_asked("PUB");
	/* Each after a third of what silence would be. */
	while (pings < 4) {
		assert_false(step());
		while (fakebus_take(&bus, 0)) {
			assert_true(str_is(fakebus_word(&bus), "PING"));
			fakebus_say(&bus, "PONG", NULL, 0);
			pings++;
		}
	}
}

static void
test_a_bus_that_dies_is_found_again_without_waiting_for_silence(void **state)
{
	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_ready(400);
	for (int64_t i = 1; i <= 3; i++)
		(void)put(i);
	for (int round = 0; round < 3; round++) {
		until_asked("PUB");
		fakebus_die(&bus);
		assert_false(step());
		fakebus_restart(&bus);
		until_ready(400);
	}
	for (int64_t i = 1; i <= 3; i++) {
		until_asked("PUB");
		is_event(i);
	}
}

static void
test_a_bus_of_another_version_is_an_error(void **state)
{
	struct err e;
	enum rc rc = RC_OK;

	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_asked("HELLO");
	fakebus_refuse(&bus, "NAK", STR(""), "UNSUPPORTED_VERSION", "never", 0);
	for (int i = 0; i < STEPS && rc != RC_FATAL; i++)
		rc = publisher_next(publisher, STEP_MS, &out, &e);
	assert_int_equal(rc, RC_FATAL);
}

static void
test_without_a_spool_an_event_is_given_up_once(void **state)
{
	(void)state;
	open_with(NULL, NEVER_MS, 300);
	until_ready(5);
	(void)put(1);
	(void)put(2);
	until_asked("PUB");
	until_asked("PUB");
	fakebus_refuse(&bus, "NAK", STR("2"), "BUSY", "later", 60000);
	until_outcome();
	assert_int_equal(out.n, 1);
	assert_int_equal(out.status, OUTCOME_UNKNOWN);
	assert_true(out.later);
	until_outcome();
	assert_int_equal(out.n, 2);
	assert_int_equal(out.status, OUTCOME_REFUSED);
	assert_string_equal(out.code, "BUSY");
	assert_true(out.later);
	fakebus_ack(&bus, STR("1"), 1);
	for (int i = 0; i < 20; i++)
		assert_false(step());
}

/* Whether TEXT is in any file of the spool. */
static bool
on_disk(const char *text)
{
	static char bytes[1 << 20];
	char path[400];
	struct dirent *entry;
	DIR *d = opendir(dir);
	bool found = false;

	assert_non_null(d);
	while ((entry = readdir(d)) != NULL) {
		int fd;
		ssize_t n;

		(void)snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		fd = open(path, O_RDONLY);
		n = read(fd, bytes, sizeof(bytes));
		(void)close(fd);
		found = found || (n > 0 && memmem(bytes, (size_t)n, text,
					       strlen(text)) != NULL);
	}
	(void)closedir(d);
	return found;
}

static void
test_a_spool_goes_on_after_a_restart_without_a_bus(void **state)
{
	struct str open_part = STR("nobody reads this");

	(void)state;
	open_with(dir, NEVER_MS, 0);
	until_ready(400);
	publisher_close(&publisher);
	fakebus_die(&bus);
	/* No bus: the key is still known. */
	open_with(dir, NEVER_MS, 0);
	assert_int_equal(put_part(1, PART_OPEN, open_part), 1);
	assert_int_equal(put(2), 2);
	publisher_close(&publisher);
	assert_true(on_disk("id-1"));
	assert_false(on_disk("nobody reads this"));
	open_with(dir, NEVER_MS, 0);
	assert_int_equal(publisher_unanswered(publisher), 2);
	assert_int_equal(put(3), 3);
	fakebus_restart(&bus);
	until_ready(400);
	for (int64_t i = 1; i <= 3; i++) {
		until_asked("PUB");
		is_event(i);
		assert_int_equal(fakebus_frame(&bus, 2).n, i == 1 ? 6 : 0);
		assert_int_equal(
		    fakebus_frame(&bus, 3).n, i == 1 ? open_part.n + 48 : 0);
	}
	fakebus_ack(&bus, STR("1"), 1);
	fakebus_ack(&bus, STR("3"), 3);
	until_outcome();
	until_outcome();
	publisher_close(&publisher);
	open_with(dir, NEVER_MS, 0);
	until_ready(400);
	until_asked("PUB");
	is_event(2);
	assert_int_equal(publisher_unanswered(publisher), 1);
	fakebus_refuse(
	    &bus, "NAK", fakebus_frame(&bus, 0), "BAD_ENUM", "never", 0);
	until_outcome();
	assert_int_equal(out.n, 2);
	assert_int_equal(publisher_unanswered(publisher), 0);
	assert_true(on_disk("BAD_ENUM"));
}

static void
test_an_open_part_waits_for_a_key_before_it_goes_to_disk(void **state)
{
	struct err e;
	int64_t n;

	(void)state;
	fakebus_die(&bus);
	open_with(dir, NEVER_MS, 0);
	assert_int_equal(publisher_put(publisher, STR("x"), PART_OPEN,
			     STR("nobody reads this"), &n, &e),
	    RC_REJECT);
	assert_false(on_disk("nobody reads this"));
	assert_int_equal(publisher_unanswered(publisher), 0);
	fakebus_restart(&bus);
	until_ready(400);
	assert_int_equal(publisher_put(publisher, STR("x"), PART_OPEN,
			     STR("nobody reads this"), &n, &e),
	    RC_OK);
}

/* What a bad bus does with PUB, most of the time not what it should. */
static void
misbehave(unsigned *seed, int64_t *seq, bool honest)
{
	static const char *const codes[] = { "BUSY", "RATE_LIMITED",
		"UNAVAILABLE" };
	struct str number = fakebus_frame(&bus, 0), lie[3];
	char other[24];

	if (str_is(fakebus_word(&bus), "HELLO"))
		fakebus_ready(&bus, honest ? 400 : rand_r(seed) % 50);
	if (str_is(fakebus_word(&bus), "PING"))
		fakebus_say(&bus, "PONG", NULL, 0);
	if (!str_is(fakebus_word(&bus), "PUB"))
		return;
	(void)snprintf(other, sizeof(other), "%d", rand_r(seed) % 300);
	for (int i = 0; i < 3; i++)
		lie[i] = (struct str){ other, (size_t)rand_r(seed) % 20 };
	switch (honest ? 9 : rand_r(seed) % 10) {
	case 0:
		break;
	case 1:
		fakebus_refuse(&bus, "NAK", number, codes[rand_r(seed) % 3],
		    "later", rand_r(seed) % 20);
		break;
	case 2:
		fakebus_refuse(
		    &bus, "UNKNOWN", number, "OUTCOME_UNKNOWN", "same_id", 1);
		break;
	case 3:
		fakebus_say(&bus, rand_r(seed) % 2 ? "ACK" : "NAK", lie,
		    (size_t)rand_r(seed) % 4);
		break;
	case 4:
		fakebus_ack(&bus, str_of(other), ++*seq);
		break;
	case 5:
		fakebus_ack(&bus, number, ++*seq);
		fakebus_ack(&bus, number, *seq);
		fakebus_refuse(&bus, "NAK", number, "LIE", "never", 0);
		break;
	case 6:
		fakebus_refuse(&bus, "NAK", number, "BAD_ENUM", "never", 0);
		break;
	default:
		fakebus_ack(&bus, number, ++*seq);
	}
}

/* Now and then it dies, or the client does. */
static void
disturb(unsigned *seed, const char *spool)
{
	int what = rand_r(seed) % 400;

	if (what == 0) {
		fakebus_die(&bus);
		fakebus_restart(&bus);
	} else if (what == 1 && spool != NULL) {
		publisher_close(&publisher);
		open_with(spool, QUICK_MS, 0);
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
			    (int)publisher_window(publisher), e.text);
		while (given < EVENTS && rand_r(&seed) % 4 > 0 &&
		       publisher_unanswered(publisher) <
			   (int64_t)publisher_window(publisher)) {
			given++;
			assert_int_equal(put(given), given);
		}
		if (publisher_next(publisher, rand_r(&seed) % 2, &out, &e) ==
		    RC_OK) {
			assert_true(out.n >= 1 && out.n <= given);
			ended += told[out.n]++ == 0;
			/* Again only in another life. */
			assert_true(spool != NULL || told[out.n] == 1);
		}
		while (fakebus_take(&bus, 0))
			misbehave(&seed, &seq, honest);
		if (!honest)
			disturb(&seed, spool);
	}
	assert_int_equal(publisher_unanswered(publisher), 0);
}

static void
test_a_mad_bus_brings_neither_a_crash_nor_a_hang_nor_two_outcomes(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 2; seed++) {
		open_with(NULL, QUICK_MS, 0);
		play(seed, NULL);
		publisher_close(&publisher);
	}
}

static void
test_nor_with_a_spool_whose_process_dies_as_well(void **state)
{
	(void)state;
	open_with(dir, QUICK_MS, 0);
	play(4, dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_bus_is_told_and_a_spool_does_not_mind),
		TEST(test_an_event_has_one_outcome_whatever_is_answered),
		TEST(test_what_was_put_off_goes_out_again_in_order),
		TEST(test_a_refusal_after_an_unknown_outcome_stays_unknown),
		TEST(test_no_more_is_under_way_than_the_window),
		TEST(test_without_a_spool_the_window_is_the_room_there_is),
		TEST(test_a_silent_bus_gets_everything_again_over_a_new_socket),
		TEST(test_a_bus_that_answers_pings_is_not_silent),
		TEST(
		    test_a_bus_that_dies_is_found_again_without_waiting_for_silence),
		TEST(test_a_bus_of_another_version_is_an_error),
		TEST(test_without_a_spool_an_event_is_given_up_once),
		TEST(test_a_spool_goes_on_after_a_restart_without_a_bus),
		TEST(test_an_open_part_waits_for_a_key_before_it_goes_to_disk),
		TEST(
		    test_a_mad_bus_brings_neither_a_crash_nor_a_hang_nor_two_outcomes),
		TEST(test_nor_with_a_spool_whose_process_dies_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
