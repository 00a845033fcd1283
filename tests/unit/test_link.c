/* A link over TCP: refused keys are tried again, ever more slowly. */
#include "common/base/clock.h"
#include "common/bus/link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define STEPS 4000

static char file[48];
static char endpoint[256];
static struct curve_key bus_key;
static zsock_t *bus, *zap;
static struct link *link_;

static zsock_t *
handler(void)
{
	static const struct socket_opts rep = { ZMQ_REP, SOCKET_BIND, 10, 10,
		4096, 0 };
	zsock_t *s = NULL;

	/* The one of the test before may take a moment to be gone. */
	for (int i = 0; i < 2000 && s == NULL; i++)
		if (socket_open(&s, &rep, "inproc://zeromq.zap.01", NULL) !=
		    RC_OK)
			zclock_sleep(1);
	return s;
}

static int
setup(void **state)
{
	static const struct socket_opts router = { ZMQ_ROUTER, SOCKET_BIND, 10,
		10, 1024, 0 };
	size_t n = sizeof(endpoint);
	struct curve_key key;
	struct err e;

	(void)state;
	(void)snprintf(file, sizeof(file), "/tmp/link.%d.key", (int)getpid());
	(void)unlink(file);
	curve_new(&bus_key, "bus", "");
	curve_new(&key, "test", bus_key.public_key);
	zap = handler();
	if (zap == NULL || curve_write(file, &key, &e) != RC_OK ||
	    socket_make(&bus, &router, &e) != RC_OK ||
	    socket_bind(bus, "tcp://127.0.0.1:*", "publish", &bus_key, &e) !=
		RC_OK)
		return 1;
	return zmq_getsockopt(socket_raw(bus), ZMQ_LAST_ENDPOINT, endpoint, &n);
}

static int
teardown(void **state)
{
	(void)state;
	link_close(&link_);
	zsock_destroy(&bus);
	zsock_destroy(&zap);
	return unlink(file);
}

/* One handshake, if one waits: yes or no.  How many did. */
static int
decide(const char *status)
{
	struct frames f;

	if (!frames_receive(zap, &f))
		return 0;
	assert_true(f.n >= 6);
	{
		struct str parts[6] = { STR("1.0"), frames_at(&f, 1),
			str_of(status), STR(""), STR("test"), STR("") };

		assert_true(socket_send(zap, parts, ARRAY_LEN(parts)));
	}
	frames_free(&f);
	return 1;
}

static void
test_a_refused_key_is_tried_again_and_gets_in_once_it_may(void **state)
{
	const struct link_options o = { .endpoint = endpoint,
		.key_file = file,
		.send_queue = 10,
		.receive_queue = 10 };
	const struct str hello[1] = { STR("HELLO") };
	int refused = 0, news = 0, i;
	int64_t began, second = 0;
	struct frames f;
	struct err e;

	(void)state;
	assert_int_equal(link_open(&link_, &o, &e), RC_OK);
	began = clock_mono_ms();
	for (i = 0; i < STEPS && refused < 2; i++) {
		refused += decide("400");
		news += link_receive(link_, 5, &f, &e) == RC_RETRY;
		if (strstr(link_trouble(link_), "refused") != NULL)
			second = clock_mono_ms();
	}
	assert_true(i < STEPS && second > 0);
	/* libzmq alone would never have come back; this did, after a pause. */
	assert_int_equal(news, 1);
	assert_true(clock_mono_ms() - began >= 400);
	while (i++ < STEPS && !frames_receive(bus, &f)) {
		(void)decide("200");
		if (link_receive(link_, 5, &f, &e) == RC_RETRY)
			(void)link_send(link_, hello, 1);
	}
	assert_int_equal(f.n, 2);
	assert_true(str_is(frames_at(&f, 1), "HELLO"));
	frames_free(&f);
}

static void
test_a_key_file_that_is_not_there_is_told(void **state)
{
	const struct link_options o = { .endpoint = endpoint,
		.key_file = "/nowhere/key" };
	struct err e;

	(void)state;
	assert_int_equal(link_open(&link_, &o, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "/nowhere/key"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_refused_key_is_tried_again_and_gets_in_once_it_may),
		TEST(test_a_key_file_that_is_not_there_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
