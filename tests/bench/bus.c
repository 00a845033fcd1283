#include "tests/bench/bus.h"

#include "common/bus/socket.h"
#include "common/msg/wire.h"
#include "tests/bench/report.h"
#include "tests/bench/wait.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS 5000

const struct conf *
bus_conf(void)
{
	static struct conf conf;
	struct err e;

	if (conf.publish == NULL && conf_load(&conf, &e) != RC_OK)
		die("settings", e.text);
	return &conf;
}

void *
bus_socket(void *client)
{
	return zsock_resolve(client);
}

static bool
greet(zsock_t *s, int timeout_ms)
{
	struct str hello[3] = { STR("HELLO"), STR("1"), STR("bench") };
	int64_t until = clock_mono_us() + timeout_ms * INT64_C(1000);
	void *raw = socket_raw(s);
	struct frames f;

	(void)socket_send(s, hello, ARRAY_LEN(hello));
	while (clock_mono_us() < until) {
		bool ready;

		if (!frames_receive(s, &f)) {
			wait_sockets(&raw, 1, until);
			continue;
		}
		ready = str_is(frames_at(&f, 0), "READY");
		frames_free(&f);
		if (ready)
			return true;
	}
	return false;
}

void *
bus_connect(int timeout_ms)
{
	zsock_t *s;

	/* Not by socket_open(): this bus may only now be starting. */
	zsys_handler_set(NULL);
	s = zsock_new(ZMQ_DEALER);
	must(s != NULL);
	zsock_set_sndhwm(s, 10000);
	zsock_set_rcvhwm(s, 10000);
	zsock_set_linger(s, 0);
	zsock_set_reconnect_ivl(s, 1);
	if (zsock_connect(s, "%s", bus_conf()->publish) != 0 ||
	    !greet(s, timeout_ms))
		zsock_destroy(&s);
	return s;
}

static void *
bus_open(bool paced)
{
	void *client = bus_connect(ANSWER_MS);

	(void)paced;
	if (client == NULL)
		die(bus_conf()->publish, "no bus answers");
	return client;
}

static void
bus_close(void *client)
{
	zsock_t *s = client;

	zsock_destroy(&s);
}

static bool
bus_put(void *client, const struct bench_event *ev)
{
	char n[24];
	struct str parts[3] = { STR("PUB"), { NULL, 0 }, ev->body };

	(void)snprintf(n, sizeof(n), "%llu", (unsigned long long)ev->n);
	parts[1] = str_of(n);
	return socket_send(client, parts, ARRAY_LEN(parts));
}

/* Stored, or turned away for now: anything else ends the run. */
static bool
is_stored(struct frames *f)
{
	struct str code = wire_get_str(frames_at(f, 2), "code");

	if (str_is(frames_at(f, 0), "ACK"))
		return true;
	if (!str_is(code, "BUSY"))
		die("not stored", "the bus refuses this load");
	return false;
}

static bool
bus_take(void *client, uint64_t *n)
{
	struct frames f;
	int64_t value = 0;
	bool ours;

	if (!frames_receive(client, &f))
		return false;
	ours = f.n == 3 && str_i64(frames_at(&f, 1), &value);
	*n = (uint64_t)value | (!ours || is_stored(&f) ? 0 : REFUSED);
	frames_free(&f);
	return ours;
}

static void
bus_wait(void *client, int64_t until_us)
{
	void *raw = bus_socket(client);

	wait_sockets(&raw, 1, until_us);
}

const struct contender bus = {
	.open = bus_open,
	.close = bus_close,
	.put = bus_put,
	.take = bus_take,
	.wait = bus_wait,
};
