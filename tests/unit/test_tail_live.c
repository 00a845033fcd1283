/* The live feed with its holes, from a bus in this process. */
#include "cli/tail_live.h"
#include "common/bus/feed.h"
#include "common/bus/socket.h"
#include "common/msg/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOM ((size_t)64 * 1024)

struct bus {
	char live_at[40], log_at[40];
	zsock_t *live, *log;
	struct frames open; /* the last OPEN of a filler */
	struct filter filter;
	struct tail_live *tail;
	struct buf body;
};

static int
setup(void **state)
{
	static const struct socket_opts live = { ZMQ_XPUB, SOCKET_BIND, 100,
		100, 64 * 1024, 0 };
	static const struct socket_opts log = { ZMQ_ROUTER, SOCKET_BIND, 100,
		100, 64 * 1024, 0 };
	static int n; /* a name is free again only some time after its end */
	struct bus *b = xcalloc(1, sizeof(*b));

	(void)snprintf(b->live_at, sizeof(b->live_at), "inproc://live-%d", n);
	(void)snprintf(b->log_at, sizeof(b->log_at), "inproc://log-%d", n++);
	buf_init(&b->body, ROOM);
	*state = b;
	return socket_open(&b->live, &live, b->live_at, NULL) == RC_OK &&
		       socket_open(&b->log, &log, b->log_at, NULL) == RC_OK
		   ? 0
		   : 1;
}

static int
teardown(void **state)
{
	struct bus *b = *state;

	tail_live_close(&b->tail);
	frames_free(&b->open);
	zsock_destroy(&b->live);
	zsock_destroy(&b->log);
	buf_fini(&b->body);
	free(b);
	return 0;
}

/* Opens the tail; N_SUBSCRIPTIONS have arrived then. */
static void
listen_to(struct bus *b, bool fill, int n_subscriptions)
{
	const struct source_options o = { .log = b->log_at,
		.live = b->live_at,
		.filter = &b->filter,
		.live_only = true,
		.fill = fill };
	zmq_pollitem_t item = { socket_raw(b->live), 0, ZMQ_POLLIN, 0 };
	struct frames f;

	assert_int_equal(tail_live_open(&b->tail, &o, NULL), RC_OK);
	for (; n_subscriptions > 0; n_subscriptions--) {
		assert_true(zmq_poll(&item, 1, 2000) > 0);
		assert_true(frames_receive(b->live, &f));
		frames_free(&f);
	}
}

static struct str
body_of(struct bus *b, const char *type)
{
	const struct msg_envelope env = { .specversion = STR("1.0"),
		.id = STR("1"),
		.source = STR("/grid"),
		.type = str_of(type),
		.data = STR("\x80") };

	buf_reset(&b->body);
	envelope_encode(&env, &b->body);
	return buf_get(&b->body);
}

static void
put_header(struct buf *h, int64_t seq, int64_t prev, int64_t epoch)
{
	buf_init(h, ROOM);
	wire_put_map(h, 4);
	wire_pair_i64(h, "epoch", epoch);
	wire_pair_i64(h, "seq", seq);
	wire_pair_i64(h, "at", 1000 * seq);
	wire_pair_i64(h, "prev", prev);
}

static void
happen(
    struct bus *b, const char *type, int64_t seq, int64_t prev, int64_t epoch)
{
	char topic[TOPIC_MAX];
	struct str parts[3];
	struct buf h;

	put_header(&h, seq, prev, epoch);
	parts[0] = envelope_topic(str_of(type), STR(""), topic);
	parts[1] = buf_get(&h);
	parts[2] = body_of(b, type);
	assert_true(socket_send(b->live, parts, 3));
	buf_fini(&h);
}

/* TYPE may be NULL: nothing happened since the last one. */
static void
beat(struct bus *b, int64_t head, const char *type, int64_t last)
{
	struct str parts[2] = { STR(FEED_HEARTBEAT), { NULL, 0 } };
	struct buf h;

	buf_init(&h, ROOM);
	wire_put_map(&h, 3);
	wire_pair_i64(&h, "epoch", 1);
	wire_pair_i64(&h, "head", head);
	wire_put_str(&h, STR("last"));
	wire_put_array(&h, type != NULL ? 2 : 0);
	if (type != NULL) {
		wire_put_str(&h, str_of(type));
		wire_put_i64(&h, last);
	}
	parts[1] = buf_get(&h);
	assert_true(socket_send(b->live, parts, 2));
	buf_fini(&h);
}

/* What comes next, but for nothing: "live", "lost", "5", "~5"; "" if so. */
static const char *
next(struct bus *b)
{
	static char text[32];
	struct tail_event ev;
	struct err e;

	for (int i = 0; i < 20; i++)
		switch (tail_live_next(b->tail, 20, &ev, &e)) {
		case CAME_EVENT:
			(void)snprintf(text, sizeof(text), "%s%lld",
			    ev.late ? "~" : "", (long long)ev.seq);
			return text;
		case CAME_LIVE:
			return "live";
		case CAME_LOST:
			assert_true(e.text[0] != '\0');
			return "lost";
		case CAME_NOTHING:
			break;
		case CAME_END:
		case CAME_SILENCE:
		case CAME_REFUSAL:
			fail();
		}
	return "";
}

/* Where the filler wants to read from. */
static int64_t
asked_from(struct bus *b)
{
	zmq_pollitem_t item = { socket_raw(b->log), 0, ZMQ_POLLIN, 0 };
	struct tail_event ev;
	struct err e;

	for (int i = 0; i < 100; i++) {
		assert_true(
		    tail_live_next(b->tail, 1, &ev, &e) == CAME_NOTHING);
		frames_free(&b->open);
		if (zmq_poll(&item, 1, 20) <= 0)
			continue;
		assert_true(frames_receive(b->log, &b->open));
		if (b->open.n == 4 && str_is(frames_at(&b->open, 1), "OPEN"))
			return wire_get_i64(frames_at(&b->open, 3), "from");
	}
	fail_msg("no OPEN");
	return 0;
}

static void
answer(struct bus *b, const char *word, const char *type, int64_t seq)
{
	struct str parts[5] = { frames_at(&b->open, 0), str_of(word),
		frames_at(&b->open, 2), { NULL, 0 }, { NULL, 0 } };
	struct buf h;

	put_header(&h, seq, 0, 1);
	parts[3] = buf_get(&h);
	if (type != NULL)
		parts[4] = body_of(b, type);
	assert_true(socket_send(b->log, parts, type != NULL ? 5 : 4));
	buf_fini(&h);
}

static void
test_what_is_whole_comes_as_it_is(void **state)
{
	struct bus *b = *state;

	listen_to(b, true, 1);
	happen(b, "call.raised", 4, 3, 1);
	beat(b, 4, NULL, 0);
	happen(b, "call.raised", 5, 4, 1);
	happen(b, "call.raised", 5, 4, 1); /* twice */
	happen(b, "task.signed", 6, 2, 1);
	beat(b, 6, "task.signed", 6);
	happen(b, "call.raised", 7, 5, 1);
	assert_string_equal(next(b), "4");
	assert_string_equal(next(b), "live");
	assert_string_equal(next(b), "5");
	assert_string_equal(next(b), "6");
	assert_string_equal(next(b), "7");
	assert_string_equal(next(b), "");
	assert_int_equal(tail_live_head(b->tail), 6);
}

static void
test_a_hole_is_filled_before_the_event_that_shows_it(void **state)
{
	struct bus *b = *state;

	b->filter.topic.yes[0] = "call";
	listen_to(b, true, 2);
	beat(b, 4, NULL, 0);
	happen(b, "call.raised", 5, 3, 1);
	happen(b, "call.signed", 6, 4, 1);
	happen(b, "call.raised", 9, 7, 1);
	assert_string_equal(next(b), "live");
	assert_string_equal(next(b), "5");
	assert_string_equal(next(b), "6");
	assert_int_equal(asked_from(b), 6);
	answer(b, "BEGIN", NULL, 0);
	answer(b, "EVENT", "call.signed", 6); /* is known */
	answer(b, "EVENT", "call.raised", 7);
	answer(b, "EVENT", "call.signed", 8);
	answer(b, "EVENT", "call.raised", 9); /* comes from the feed */
	assert_string_equal(next(b), "~7");
	assert_string_equal(next(b), "~8");
	assert_string_equal(next(b), "9");
	/* The feed may still bring what was fetched. */
	happen(b, "call.signed", 8, 6, 1);
	happen(b, "call.signed", 10, 8, 1);
	assert_string_equal(next(b), "10");
}

/* Nothing else of its type may come for hours. */
static void
test_a_heartbeat_shows_a_hole_at_the_end(void **state)
{
	struct bus *b = *state;

	b->filter.topic.yes[0] = "call";
	listen_to(b, true, 2);
	beat(b, 4, NULL, 0);
	beat(b, 6, "task.signed", 6); /* is not ours */
	beat(b, 8, "call.raised", 7);
	assert_string_equal(next(b), "live");
	assert_int_equal(asked_from(b), 7);
	answer(b, "BEGIN", NULL, 0);
	answer(b, "EVENT", "call.raised", 7);
	answer(b, "END", NULL, 0);
	assert_string_equal(next(b), "~7");
	assert_string_equal(next(b), "");
	happen(b, "call.raised", 9, 7, 1);
	assert_string_equal(next(b), "9");
}

static void
test_a_hole_that_is_not_to_be_filled_is_told(void **state)
{
	struct bus *b = *state;

	listen_to(b, false, 1);
	beat(b, 4, NULL, 0);
	happen(b, "call.raised", 7, 5, 1);
	happen(b, "call.raised", 8, 7, 1);
	assert_string_equal(next(b), "live");
	assert_string_equal(next(b), "lost");
	assert_string_equal(next(b), "7");
	assert_string_equal(next(b), "8");
	beat(b, 9, "call.raised", 9);
	assert_string_equal(next(b), "lost");
	happen(b, "call.raised", 10, 9, 1);
	assert_string_equal(next(b), "10");
}

static void
test_a_hole_that_the_log_refuses_is_told(void **state)
{
	struct str reason = STR("older than the oldest event there is");
	struct bus *b = *state;
	struct str parts[4];
	struct buf h;

	listen_to(b, true, 1);
	beat(b, 4, NULL, 0);
	happen(b, "call.raised", 7, 5, 1);
	assert_string_equal(next(b), "live");
	assert_int_equal(asked_from(b), 5);
	buf_init(&h, ROOM);
	wire_put_map(&h, 2);
	wire_pair_str(&h, "code", STR("UNHEARD_OF"));
	wire_pair_str(&h, "reason", reason);
	parts[0] = frames_at(&b->open, 0);
	parts[1] = STR("ERR");
	parts[2] = frames_at(&b->open, 2);
	parts[3] = buf_get(&h);
	assert_true(socket_send(b->log, parts, 4));
	buf_fini(&h);
	assert_string_equal(next(b), "lost");
	assert_string_equal(next(b), "7");
}

static void
test_another_epoch_begins_anew(void **state)
{
	struct bus *b = *state;

	listen_to(b, true, 1);
	beat(b, 4, NULL, 0);
	happen(b, "call.raised", 9, 4, 1);
	happen(b, "call.raised", 6, 5, 2);
	happen(b, "call.raised", 7, 6, 2);
	assert_string_equal(next(b), "live");
	assert_string_equal(next(b), "9");
	assert_string_equal(next(b), "lost");
	assert_string_equal(next(b), "6");
	assert_string_equal(next(b), "7");
}

static void
test_frames_that_make_no_sense_are_passed_over(void **state)
{
	const struct str parts[4] = { STR("call.raised/"), STR("\x81"),
		STR("x"), STR("y") };
	struct bus *b = *state;

	listen_to(b, true, 1);
	for (size_t n = 1; n <= ARRAY_LEN(parts); n++)
		assert_true(socket_send(b->live, parts, n));
	happen(b, "call.raised", 0, 0, 1);
	beat(b, 4, NULL, 0);
	assert_string_equal(next(b), "live");
	assert_string_equal(next(b), "");
}

#define LIVE_TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LIVE_TEST(test_what_is_whole_comes_as_it_is),
		LIVE_TEST(test_a_hole_is_filled_before_the_event_that_shows_it),
		LIVE_TEST(test_a_heartbeat_shows_a_hole_at_the_end),
		LIVE_TEST(test_a_hole_that_is_not_to_be_filled_is_told),
		LIVE_TEST(test_a_hole_that_the_log_refuses_is_told),
		LIVE_TEST(test_another_epoch_begins_anew),
		LIVE_TEST(test_frames_that_make_no_sense_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
