/* The bus's self-test, at doors that are right and at doors that are not. */
#include "services/bus/selftest.h"
#include "services/bus/zap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static char endpoint[96];
static struct curve_key bus_key;
static struct access *people;

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/huying-gate.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return 1;
	(void)snprintf(endpoint, sizeof(endpoint), "ipc://%s/door", folder);
	curve_new(&bus_key, "bus", "");
	people = access_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	access_free(&people);
	(void)unlink(endpoint + strlen("ipc://"));
	return rmdir(folder);
}

/* Says yes to everybody: what a careless handler would do. */
static void
welcome_all(void *arg)
{
	struct frames f;

	if (arg == NULL || !frames_receive(arg, &f))
		return;
	assert_true(f.n >= 6);
	{
		struct str yes[6] = { STR("1.0"), frames_at(&f, 1), STR("200"),
			STR("OK"), STR("anybody"), STR("") };

		(void)socket_send(arg, yes, ARRAY_LEN(yes));
	}
	frames_free(&f);
}

static void
ask(void *zap)
{
	zap_turn(zap);
}

static enum rc
try_door(void (*turn)(void *), void *arg, struct err *e)
{
	struct selftest t = { endpoint, ZMQ_DEALER, bus_key.public_key, 500,
		turn, arg };

	return selftest_run(&t, e);
}

static const struct socket_opts router = { ZMQ_ROUTER, SOCKET_BIND, 10, 10,
	1024, 0 };

/* The handler of the test before may take a moment to be gone. */
static zsock_t *
careless_handler(void)
{
	static const struct socket_opts rep = { ZMQ_REP, SOCKET_BIND, 10, 10,
		4096, 0 };
	zsock_t *s = NULL;

	for (int i = 0; i < 2000 && s == NULL; i++)
		if (socket_open(&s, &rep, "inproc://zeromq.zap.01", NULL) !=
		    RC_OK)
			(void)usleep(1000);
	assert_non_null(s);
	return s;
}

static void
test_a_door_that_asks_passes(void **state)
{
	struct zap *zap = NULL;
	zsock_t *door = NULL;
	struct err e;

	(void)state;
	assert_int_equal(zap_open(&zap, people, &e), RC_OK);
	assert_int_equal(socket_make(&door, &router, &e), RC_OK);
	assert_int_equal(
	    socket_bind(door, endpoint, ZAP_PUBLISH, &bus_key, &e), RC_OK);
	assert_int_equal(try_door(ask, zap, &e), RC_OK);
	/* The stranger with a key came as far as to be asked. */
	assert_int_equal(zap_refused(zap), 1);
	zsock_destroy(&door);
	zap_close(&zap);
}

static void
test_a_handler_that_lets_everybody_in_is_found(void **state)
{
	zsock_t *handler = careless_handler(), *door = NULL;
	struct err e;

	(void)state;
	assert_int_equal(socket_make(&door, &router, &e), RC_OK);
	assert_int_equal(
	    socket_bind(door, endpoint, ZAP_PUBLISH, &bus_key, &e), RC_OK);
	assert_int_equal(try_door(welcome_all, handler, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "lets in a key that nobody knows"));
	zsock_destroy(&door);
	zsock_destroy(&handler);
}

static void
test_a_door_without_keys_is_found(void **state)
{
	zsock_t *door = NULL;
	struct err e;

	(void)state;
	/* Open to whoever speaks no CURVE; the other one is turned away. */
	assert_int_equal(socket_open(&door, &router, endpoint, &e), RC_OK);
	assert_int_equal(try_door(welcome_all, NULL, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "lets in somebody without a key"));
	zsock_destroy(&door);
}

/* Nobody answers, or nobody is there: that is no refusal. */
static void
test_silence_is_no_refusal(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(try_door(welcome_all, NULL, &e), RC_FATAL);
	assert_non_null(strstr(e.text, "does not turn"));
}

static void
test_only_local_and_known_ones_come_in(void **state)
{
	static const char *const tcp[] = { ZAP_PUBLISH, ZAP_LIVE, ZAP_LOG,
		ZAP_RING, "", "global", "locally" };
	char key[32] = { 1, 2, 3 }, text[CURVE_TEXT];
	struct str k = { key, sizeof(key) };

	(void)state;
	assert_true(str_is(
	    zap_decide(people, STR(ZAP_LOCAL), STR("NULL"), STR(""), text),
	    ACCESS_LOCAL));
	assert_int_equal(
	    zap_decide(people, STR(ZAP_LOCAL), STR("CURVE"), k, text).n, 0);
	assert_int_equal(
	    zap_decide(people, STR(ZAP_LOCAL), STR("PLAIN"), k, text).n, 0);
	for (size_t i = 0; i < ARRAY_LEN(tcp); i++) {
		struct str domain = str_of(tcp[i]);

		assert_int_equal(
		    zap_decide(people, domain, STR("NULL"), STR(""), text).n,
		    0);
		assert_int_equal(
		    zap_decide(people, domain, STR("CURVE"), k, text).n, 0);
		assert_int_equal(
		    zap_decide(people, domain, STR("CURVE"), STR(""), text).n,
		    0);
		/* A key's text is no pass, nor is the local one's name. */
		assert_int_equal(zap_decide(people, domain, STR("PLAIN"),
				     STR(ACCESS_LOCAL), text)
				     .n,
		    0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_door_that_asks_passes, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_handler_that_lets_everybody_in_is_found, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_a_door_without_keys_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_silence_is_no_refusal, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_only_local_and_known_ones_come_in, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
