/* Reading the journal from a bus in this process, across an epoch. */
#include "common/bus/log.h"

#include "common/bus/socket.h"
#include "common/msg/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* The bus's side of one reader. */
static zsock_t *bus;
static struct log_reader *reader;
static struct frames opened; /* its last OPEN */

static int
start(void **state)
{
	static const struct socket_opts opts = { ZMQ_ROUTER, SOCKET_BIND, 100,
		100, 64 * 1024, 0 };
	struct log_options o = { .follow = true };
	static int n; /* a name is free again only some time after its end */
	char endpoint[40];

	(void)state;
	(void)snprintf(endpoint, sizeof(endpoint), "inproc://bus-%d", n++);
	if (socket_open(&bus, &opts, endpoint, NULL) != RC_OK)
		return 1;
	return log_open(&reader, endpoint, &o, NULL) == RC_OK ? 0 : 1;
}

static int
stop(void **state)
{
	(void)state;
	frames_free(&opened);
	log_reader_close(&reader);
	zsock_destroy(&bus);
	return 0;
}

/* Takes in the reader's next OPEN; where it wants to begin. */
static int64_t
opened_from(void)
{
	zmq_pollitem_t item = { socket_raw(bus), 0, ZMQ_POLLIN, 0 };

	for (;;) {
		frames_free(&opened);
		assert_true(zmq_poll(&item, 1, 2000) > 0);
		assert_true(frames_receive(bus, &opened));
		if (opened.n == 4 && str_is(frames_at(&opened, 1), "OPEN"))
			return wire_get_i64(frames_at(&opened, 3), "from");
	}
}

static void
tell(const char *word, const char *key, int64_t value, int64_t epoch)
{
	struct str parts[5] = { frames_at(&opened, 0), str_of(word),
		frames_at(&opened, 2), { NULL, 0 }, STR("body") };
	bool event = strcmp(word, "EVENT") == 0;
	struct buf b;

	buf_init(&b, 256);
	wire_put_map(&b, 2);
	wire_pair_i64(&b, "epoch", epoch);
	wire_pair_i64(&b, key, value);
	parts[3] = buf_get(&b);
	assert_true(socket_send(bus, parts, event ? 5 : 4));
	buf_fini(&b);
}

/* Seq of the next event; 0: none. */
static int64_t
next_seq(void)
{
	struct log_event ev;
	enum rc rc = log_next(reader, 50, &ev, NULL);

	assert_true(rc == RC_OK || rc == RC_GONE);
	return rc == RC_OK ? ev.seq : 0;
}

static void
test_an_event_comes_once_within_an_epoch(void **state)
{
	(void)state;
	assert_int_equal(opened_from(), 1);
	tell("BEGIN", "head", 9, 1);
	tell("EVENT", "seq", 7, 1);
	tell("EVENT", "seq", 7, 1);
	tell("EVENT", "seq", 6, 1);
	tell("EVENT", "seq", 9, 1);
	assert_int_equal(next_seq(), 7);
	assert_int_equal(next_seq(), 9);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(log_head(reader), 9);
}

static void
test_the_place_follows_events_and_what_the_bus_has_looked_at(void **state)
{
	(void)state;
	assert_int_equal(log_place(reader), 0);
	(void)opened_from();
	tell("BEGIN", "next", 3, 4);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(log_place(reader), 3);
	assert_int_equal(log_epoch(reader), 4);
	tell("EVENT", "seq", 7, 4);
	assert_int_equal(next_seq(), 7);
	assert_int_equal(log_place(reader), 8);
	tell("HEARTBEAT", "next", 20, 4);
	tell("HEARTBEAT", "next", 5, 4);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(log_place(reader), 20);
	tell("EVENT", "seq", 2, 5);
	assert_int_equal(next_seq(), 2);
	assert_int_equal(log_place(reader), 3);
}

static void
test_an_event_of_a_new_epoch_may_lie_below(void **state)
{
	(void)state;
	(void)opened_from();
	tell("EVENT", "seq", 9, 1);
	tell("EVENT", "seq", 4, 2);
	tell("EVENT", "seq", 4, 2);
	tell("EVENT", "seq", 5, 2);
	assert_int_equal(next_seq(), 9);
	assert_int_equal(next_seq(), 4);
	assert_int_equal(next_seq(), 5);
	assert_int_equal(next_seq(), 0);
}

static void
test_a_place_beyond_the_head_is_asked_anew(void **state)
{
	(void)state;
	(void)opened_from();
	tell("EVENT", "seq", 9, 1);
	assert_int_equal(next_seq(), 9);
	tell("HEARTBEAT", "head", 5, 2);
	assert_int_equal(next_seq(), 0);
	assert_int_equal(opened_from(), 6);
	tell("EVENT", "seq", 6, 2);
	assert_int_equal(next_seq(), 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_an_event_comes_once_within_an_epoch, start, stop),
		cmocka_unit_test_setup_teardown(
		    test_an_event_of_a_new_epoch_may_lie_below, start, stop),
		cmocka_unit_test_setup_teardown(
		    test_the_place_follows_events_and_what_the_bus_has_looked_at,
		    start, stop),
		cmocka_unit_test_setup_teardown(
		    test_a_place_beyond_the_head_is_asked_anew, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
