/*
 * The whole chain: from report.submit over report.received and
 * casefile.opened to task.assigned, all services running.
 *
 *   bench_chain flood COUNT FIRST           chain.throughput
 *   bench_chain paced RATE SECONDS FIRST    chain.*@RATE, from when a report
 *                                           was due to its task.assigned
 *
 * FIRST: number of the first report (event.h); no report may come twice, or
 * it is merged with the one before.
 */
#include "tests/bench/bus.h"

#include "common/bus/socket.h"
#include "common/msg/wire.h"
#include "tests/bench/report.h"
#include "tests/bench/wait.h"

#include <stdlib.h>

#define GIVE_UP_US (60 * INT64_C(1000000))
#define UNDER_WAY 2000

struct chain {
	struct load load;
	uint64_t total;
	uint64_t assigned;
	void *client;
	zsock_t *sub;
	struct hist late;
};

static void
open_chain(struct chain *c)
{
	static const struct socket_opts opts = { ZMQ_SUB, SOCKET_CONNECT, 1000,
		100000, 256 * 1024, 0 };
	int64_t until;
	struct frames f;
	struct err e;
	void *raw;

	c->client = bus.open(c->load.rate > 0);
	if (socket_open(&c->sub, &opts, bus_conf()->live, &e) != RC_OK)
		die("live", e.text);
	zsock_set_subscribe(c->sub, "task.assigned");
	zsock_set_subscribe(c->sub, "heartbeat");
	raw = socket_raw(c->sub);
	until = clock_mono_us() + 5000000;
	while (!frames_receive(c->sub, &f) && clock_mono_us() < until)
		wait_sockets(&raw, 1, until);
	if (clock_mono_us() >= until)
		die("live", "the bus is not heard");
	frames_free(&f);
}

/* All that a report causes has its id as correlationid. */
static bool
take_assigned(struct chain *c)
{
	struct frames f;
	bool any = false;
	uint64_t n;

	while (frames_receive(c->sub, &f)) {
		any = true;
		if (f.n == 3 &&
		    event_number(
			wire_get_str(frames_at(&f, 2), "correlationid"), &n) &&
		    n - c->load.base < c->total) {
			c->assigned++;
			if (c->load.rate > 0)
				hist_add(&c->late,
				    clock_mono_us() -
					load_due(&c->load, n - c->load.base));
		}
		frames_free(&f);
	}
	return any;
}

static bool
may_send(const struct chain *c, int64_t *until_us)
{
	const struct load *l = &c->load;
	int64_t now = clock_mono_us();

	*until_us = now + 100000;
	if (l->sent == c->total || l->sent - l->answered >= WINDOW ||
	    l->sent - c->assigned >= UNDER_WAY)
		return false;
	if (l->rate == 0 || now >= load_due(l, l->sent))
		return true;
	*until_us = load_due(l, l->sent);
	return false;
}

static void
run_chain(struct chain *c)
{
	struct load *l = &c->load;
	int64_t until;
	uint64_t n;

	open_chain(c);
	l->begin_us = clock_mono_us();
	while (c->assigned < c->total) {
		void *raw[2] = { bus_socket(c->client), socket_raw(c->sub) };
		bool did = false;

		if (may_send(c, &until)) {
			struct bench_event ev =
			    events_take(l->events, l->sent, l->base + l->sent);

			did = bus.put(c->client, &ev);
			l->sent += did;
		}
		for (; bus.take(c->client, &n); did = true) {
			if ((n & REFUSED) != 0)
				die("chain", "the bus is busy");
			l->answered++;
		}
		if (!take_assigned(c) && !did)
			wait_sockets(raw, 2, until);
		if (clock_mono_us() - l->begin_us > GIVE_UP_US)
			die("chain", "not every report became a task");
	}
	l->last_us = clock_mono_us();
	bus.close(c->client);
	zsock_destroy(&c->sub);
	events_free(&l->events);
}

static void
chain(uint64_t rate, uint64_t total, uint64_t first)
{
	struct chain *c = shared_new(sizeof(*c));

	c->total = total;
	c->load = (struct load){ .who = &bus,
		.events = events_new(total, first),
		.base = first << 32,
		.rate = rate };
	wait_exactly();
	run_chain(c);
	if (rate > 0)
		report_latency("chain", NULL, rate, &c->late);
	else
		report("chain.throughput", NULL,
		    (double)total * 1e6 /
			(double)(c->load.last_us - c->load.begin_us),
		    "reports/s");
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "flood") == 0 && atoi(argv[2]) > 0)
		chain(0, (uint64_t)atoi(argv[2]), (uint64_t)atoi(argv[3]));
	else if (argc == 5 && strcmp(argv[1], "paced") == 0 &&
		 atoi(argv[2]) > 0 && atoi(argv[3]) > 0)
		chain((uint64_t)atoi(argv[2]),
		    (uint64_t)(atoi(argv[2]) * atoi(argv[3])),
		    (uint64_t)atoi(argv[4]));
	else
		return 2;
	return 0;
}
