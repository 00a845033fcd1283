/* The feed as a window, from a bus in this process. */
#include "common/bus/feed.h"

#include "common/bus/socket.h"
#include "common/msg/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static zsock_t *bus;
static struct feed *feed;

static int
start(void **state)
{
	static const struct socket_opts opts = { ZMQ_XPUB, SOCKET_BIND, 100,
		100, 1024, 0 };
	zmq_pollitem_t item = { NULL, 0, ZMQ_POLLIN, 0 };
	static int n; /* a name is free again only some time after its end */
	char endpoint[40];
	struct frames f;

	(void)state;
	(void)snprintf(endpoint, sizeof(endpoint), "inproc://live-%d", n++);
	if (socket_open(&bus, &opts, endpoint, NULL) != RC_OK ||
	    feed_open(&feed, endpoint, NULL) != RC_OK)
		return 1;
	/* Until the subscription is there. */
	item.socket = socket_raw(bus);
	if (zmq_poll(&item, 1, 2000) <= 0 || !frames_receive(bus, &f))
		return 1;
	frames_free(&f);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	feed_close(&feed);
	zsock_destroy(&bus);
	return 0;
}

/* An event, or a heartbeat when SEQ is 0; taken in by the feed. */
static void
say(int64_t seq, int64_t epoch)
{
	struct str parts[3] = { seq > 0 ? STR("call.raised/")
					: STR(FEED_HEARTBEAT),
		{ NULL, 0 }, STR("body") };
	zmq_pollitem_t item = { feed_socket(feed), 0, ZMQ_POLLIN, 0 };
	struct buf b;

	buf_init(&b, 256);
	wire_put_map(&b, 2);
	wire_pair_i64(&b, "epoch", epoch);
	wire_pair_i64(&b, "seq", seq);
	parts[1] = buf_get(&b);
	assert_true(socket_send(bus, parts, seq > 0 ? 3 : 2));
	buf_fini(&b);
	assert_true(zmq_poll(&item, 1, 2000) > 0);
	assert_true(feed_pump(feed));
}

static void
test_the_window_holds_what_came_in_a_row(void **state)
{
	int64_t first = 0, last = 0;

	(void)state;
	assert_false(feed_window(feed, 1, &first, &last));
	say(7, 1);
	say(8, 1);
	assert_true(feed_window(feed, 1, &first, &last));
	assert_int_equal(first, 7);
	assert_int_equal(last, 8);
	assert_int_equal(feed_get(feed, 8).seq, 8);
}

/* The journal knows of the new epoch before the feed has heard of it. */
static void
test_a_window_of_an_older_history_is_not_used(void **state)
{
	int64_t first = 0, last = 0;

	(void)state;
	say(7, 1);
	say(8, 1);
	assert_false(feed_window(feed, 2, &first, &last));
	say(8, 2);
	assert_true(feed_window(feed, 2, &first, &last));
	assert_int_equal(first, 8);
	assert_int_equal(last, 8);
}

static void
test_a_heartbeat_of_a_new_epoch_empties_the_window(void **state)
{
	int64_t first = 0, last = 0;

	(void)state;
	say(7, 1);
	say(0, 2);
	assert_false(feed_window(feed, 1, &first, &last));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_the_window_holds_what_came_in_a_row, start, stop),
		cmocka_unit_test_setup_teardown(
		    test_a_window_of_an_older_history_is_not_used, start, stop),
		cmocka_unit_test_setup_teardown(
		    test_a_heartbeat_of_a_new_epoch_empties_the_window, start,
		    stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
