#include "tests/lib/fakebus.h"

#include "common/base/id.h"
#include "common/msg/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

void
fakebus_restart(struct fakebus *b)
{
	static const struct socket_opts opts = { ZMQ_ROUTER, SOCKET_BIND, 5000,
		5000, 256 * 1024, 0 };
	struct err e;

	/* The name is free again only some time after the end. */
	for (int i = 0; i < 200; i++) {
		if (socket_open(&b->sock, &opts, b->endpoint, &e) == RC_OK)
			return;
		zclock_sleep(10);
	}
	fail_msg("%s", e.text);
}

void
fakebus_open(struct fakebus *b)
{
	char id[ID_TEXT];

	*b = (struct fakebus){ .sock = NULL };
	(void)snprintf(
	    b->endpoint, sizeof(b->endpoint), "ipc:///tmp/fake-%s", id_new(id));
	fakebus_restart(b);
}

void
fakebus_die(struct fakebus *b)
{
	frames_free(&b->asked);
	zsock_destroy(&b->sock);
}

void
fakebus_close(struct fakebus *b)
{
	fakebus_die(b);
	(void)remove(b->endpoint + sizeof("ipc://") - 1);
}

bool
fakebus_take(struct fakebus *b, int within_ms)
{
	zmq_pollitem_t item = { socket_raw(b->sock), 0, ZMQ_POLLIN, 0 };

	if (zmq_poll(&item, 1, within_ms) <= 0)
		return false;
	frames_free(&b->asked);
	return frames_receive(b->sock, &b->asked);
}

struct str
fakebus_frame(struct fakebus *b, size_t i)
{
	return i + 2 < b->asked.n ? frames_at(&b->asked, i + 2) : STR("");
}

struct str
fakebus_word(struct fakebus *b)
{
	return b->asked.n > 1 ? frames_at(&b->asked, 1) : STR("");
}

void
fakebus_expect(struct fakebus *b, const char *word)
{
	do
		if (!fakebus_take(b, 5000))
			fail_msg("no %s came", word);
	while (!str_is(fakebus_word(b), word));
}

void
fakebus_say(
    struct fakebus *b, const char *word, const struct str *frames, size_t n)
{
	struct str parts[8] = { { NULL, 0 }, str_of(word) };

	assert_true(n <= 6 && b->asked.n > 0);
	parts[0] = frames_at(&b->asked, 0);
	for (size_t i = 0; i < n; i++)
		parts[i + 2] = frames[i];
	/* Who is gone hears nothing. */
	if (!socket_send(b->sock, parts, n + 2))
		return;
}

void
fakebus_ready(struct fakebus *b, int64_t window)
{
	static const char key[32] = "................................";
	struct str body;
	struct buf out;

	buf_init(&out, 256);
	wire_put_map(&out, 4);
	wire_pair_i64(&out, "protocol", 1);
	wire_pair_i64(&out, "epoch", 1);
	wire_pair_i64(&out, "window", window);
	wire_put_str(&out, STR("intake_key"));
	wire_put_bin(&out, (struct str){ key, sizeof(key) });
	body = buf_get(&out);
	fakebus_say(b, "READY", &body, 1);
	buf_fini(&out);
}

void
fakebus_ack(struct fakebus *b, struct str number, int64_t seq)
{
	struct str frames[2] = { number, { NULL, 0 } };
	struct buf out;

	buf_init(&out, 256);
	wire_put_map(&out, 3);
	wire_pair_str(&out, "status", STR("stored"));
	wire_pair_i64(&out, "seq", seq);
	wire_pair_i64(&out, "epoch", 1);
	frames[1] = buf_get(&out);
	fakebus_say(b, "ACK", frames, 2);
	buf_fini(&out);
}

void
fakebus_refuse(struct fakebus *b, const char *word, struct str number,
    const char *code, const char *retry, int64_t after_ms)
{
	struct str frames[2] = { number, { NULL, 0 } };
	struct buf out;

	buf_init(&out, 256);
	wire_put_map(&out, after_ms > 0 ? 5 : 4);
	wire_pair_str(&out, "code", str_of(code));
	wire_pair_str(&out, "field", STR(""));
	wire_pair_str(&out, "reason", STR("as the test wants it"));
	wire_pair_str(&out, "retry", str_of(retry));
	if (after_ms > 0)
		wire_pair_i64(&out, "retry_after_ms", after_ms);
	frames[1] = buf_get(&out);
	fakebus_say(b, word, frames, 2);
	buf_fini(&out);
}

struct pair {
	const char *key;
	int64_t value;
};

/* WORD with a map of N pairs, and for EVENT an envelope. */
static void
say_map(struct fakebus *b, const char *word, const struct pair *pairs, size_t n)
{
	struct str frames[3] = { fakebus_frame(b, 0), { NULL, 0 },
		STR("body") };
	struct buf out;

	buf_init(&out, 256);
	wire_put_map(&out, n);
	for (size_t i = 0; i < n; i++)
		wire_pair_i64(&out, pairs[i].key, pairs[i].value);
	frames[1] = buf_get(&out);
	fakebus_say(b, word, frames, strcmp(word, "EVENT") == 0 ? 3 : 2);
	buf_fini(&out);
}

void
fakebus_event(struct fakebus *b, int64_t seq, int64_t prev, int64_t epoch)
{
	const struct pair pairs[] = { { "epoch", epoch }, { "seq", seq },
		{ "at", 5 }, { "prev", prev } };

	say_map(b, "EVENT", pairs, ARRAY_LEN(pairs));
}

void
fakebus_place(struct fakebus *b, const char *word, int64_t next, int64_t head,
    int64_t matched)
{
	const struct pair pairs[] = { { "epoch", 1 }, { "next", next },
		{ "head", head }, { "matched", matched } };

	say_map(b, word, pairs, ARRAY_LEN(pairs));
}

void
fakebus_error(struct fakebus *b, const char *code, const char *key,
    int64_t value, int64_t epoch)
{
	struct str frames[2] = { fakebus_frame(b, 0), { NULL, 0 } };
	struct buf out;

	buf_init(&out, 256);
	wire_put_map(&out, 4);
	wire_pair_str(&out, "code", str_of(code));
	wire_pair_str(&out, "reason", STR("as the test wants it"));
	wire_pair_i64(&out, "epoch", epoch);
	wire_pair_i64(&out, key, value);
	frames[1] = buf_get(&out);
	fakebus_say(b, "ERR", frames, 2);
	buf_fini(&out);
}
