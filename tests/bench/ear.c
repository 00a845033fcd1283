#include "tests/bench/ear.h"

#include "common/base/clock.h"
#include "common/bus/feed.h"
#include "common/bus/socket.h"
#include "common/msg/wire.h"
#include "tests/bench/bus.h"
#include "tests/bench/report.h"

#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define READY_US (10 * INT64_C(1000000))
#define QUIET_US (2 * INT64_C(1000000))
#define STRETCH 200 /* messages of one subscriber, then the next one's turn */
#define WARM_US (500 * INT64_C(1000)) /* not counted */

struct ears {
	size_t n;
	uint64_t base;
	pid_t pid;
	atomic_bool ready;
	_Atomic int64_t begin_us;
	_Atomic uint64_t rate;
	_Atomic uint64_t sent; /* 0 until all are */
	uint64_t got[EARS_MAX];
	int64_t last_us;
	struct hist late;
};

static zsock_t *
subscribe(void)
{
	static const struct socket_opts opts = { ZMQ_SUB, SOCKET_CONNECT, 1000,
		200000, 256 * 1024, 0 };
	zsock_t *s = NULL;
	struct err err;

	if (socket_open(&s, &opts, bus_conf()->live, &err) != RC_OK)
		die("live", err.text);
	zsock_set_subscribe(s, "");
	return s;
}

/* A heartbeat says that the bus knows of this subscription. */
static bool
hears(zsock_t *s)
{
	zmq_pollitem_t item = { socket_raw(s), 0, ZMQ_POLLIN, 0 };
	struct frames f;
	bool any;

	(void)zmq_poll(&item, 1, 100);
	any = frames_receive(s, &f);
	frames_free(&f);
	return any;
}

static void
count(struct ears *e, size_t which, struct str envelope)
{
	int64_t now = clock_mono_us(), due;
	uint64_t n, rate = atomic_load(&e->rate);

	if (!event_number(wire_get_str(envelope, "id"), &n) ||
	    n >> 32 != e->base >> 32)
		return;
	e->got[which]++;
	e->last_us = now;
	if (rate == 0)
		return;
	due = atomic_load(&e->begin_us) +
	      (int64_t)((n - e->base) * 1000000 / rate);
	if (due >= atomic_load(&e->begin_us) + WARM_US)
		hist_add(&e->late, now - due);
}

static void
drain(struct ears *e, size_t which, zsock_t *s)
{
	struct frames f;

	for (int i = 0; i < STRETCH && frames_receive(s, &f); i++) {
		if (f.n == 3)
			count(e, which, frames_at(&f, 2));
		frames_free(&f);
	}
}

static bool
is_over(const struct ears *e)
{
	uint64_t sent = atomic_load(&e->sent);
	bool all = true;

	for (size_t i = 0; i < e->n; i++)
		all = all && e->got[i] >= sent;
	return sent > 0 && (all || clock_mono_us() - e->last_us > QUIET_US);
}

static void
listen_all(struct ears *e)
{
	zmq_pollitem_t items[EARS_MAX];
	zsock_t *socks[EARS_MAX];
	int64_t until = clock_mono_us() + READY_US;

	for (size_t i = 0; i < e->n; i++) {
		socks[i] = subscribe();
		items[i] =
		    (zmq_pollitem_t){ socket_raw(socks[i]), 0, ZMQ_POLLIN, 0 };
	}
	for (size_t i = 0; i < e->n; i++)
		while (!hears(socks[i]) && clock_mono_us() < until)
			continue;
	e->last_us = clock_mono_us();
	atomic_store(&e->ready, clock_mono_us() < until);
	while (!is_over(e)) {
		(void)zmq_poll(items, (int)e->n, 20);
		for (size_t i = 0; i < e->n; i++)
			if ((items[i].revents & ZMQ_POLLIN) != 0)
				drain(e, i, socks[i]);
	}
	for (size_t i = 0; i < e->n; i++)
		zsock_destroy(&socks[i]);
}

struct ears *
ears_open(size_t n, uint64_t base)
{
	struct ears *e = shared_new(sizeof(*e));
	int64_t until = clock_mono_us() + READY_US;
	pid_t pid;

	must(n > 0 && n <= EARS_MAX);
	e->n = n;
	e->base = base;
	pid = fork();
	if (pid < 0)
		die("fork", "failed");
	if (pid == 0) {
		listen_all(e);
		_exit(0);
	}
	e->pid = pid; /* shared: the child must not write it */
	while (!atomic_load(&e->ready))
		if (clock_mono_us() > until || usleep(10000) != 0)
			die("live", "the bus is not heard");
	return e;
}

void
ears_expect(struct ears *e, int64_t begin_us, uint64_t rate)
{
	atomic_store(&e->begin_us, begin_us);
	atomic_store(&e->rate, rate);
}

struct heard
ears_close(struct ears *e, uint64_t sent)
{
	struct heard h = { .least = UINT64_MAX, .late = &e->late };
	int status;

	atomic_store(&e->sent, sent);
	if (waitpid(e->pid, &status, 0) != e->pid || status != 0)
		die("live", "the listener failed");
	for (size_t i = 0; i < e->n; i++) {
		h.all += e->got[i];
		if (e->got[i] < h.least)
			h.least = e->got[i];
	}
	h.last_us = e->last_us;
	return h;
}
