/*
 * The live feed as a service sees it: the part of czmq and libzmq that
 * common/bus uses, in front of queues in memory.  Events may be lost, come
 * twice, late, after a restart; what is lost shows in the numbers only.
 */
#include "common/bus/feed.h"
#include "common/msg/wire.h"
#include "tests/sim/pq.h"
#include "tests/sim/world.h"

#include <czmq.h>
#include <errno.h>

#define SIGNAL_FD 1000
#define QUEUE_MAX 20000

struct parcel {
	struct parcel *next;
	size_t n;
	size_t at; /* next frame to be received */
	struct str frame[3];
};

struct sock {
	struct sock *next;
	struct instance *owner;
	int type;
	struct parcel *first;
	struct parcel **last;
	size_t n;
};

static int more_frames;

zsock_t *
zsock_new_checked(int type, const char *file, size_t line)
{
	struct sock *s = xcalloc(1, sizeof(*s));

	(void)file;
	(void)line;
	s->type = type;
	s->owner = the_world->self;
	s->last = &s->first;
	s->next = s->owner->socks;
	s->owner->socks = s;
	return (zsock_t *)(void *)s;
}

static void
drop_parcel(struct sock *s)
{
	struct parcel *p = s->first;

	s->first = p->next;
	if (s->first == NULL)
		s->last = &s->first;
	s->n--;
	free(p);
}

static void
sock_free(struct sock *s)
{
	while (s->first != NULL)
		drop_parcel(s);
	free(s);
}

void
socks_free(struct instance *i)
{
	while (i->socks != NULL) {
		struct sock *s = i->socks;

		i->socks = s->next;
		sock_free(s);
	}
}

void
zsock_destroy_checked(zsock_t **self, const char *file, size_t line)
{
	struct sock *s = (struct sock *)(void *)*self, **at;

	(void)file;
	(void)line;
	if (s == NULL)
		return;
	at = &s->owner->socks;
	while (*at != NULL && *at != s)
		at = &(*at)->next;
	must(*at == s);
	*at = s->next;
	sock_free(s);
	*self = NULL;
}

void *
zsock_resolve(void *self)
{
	return self;
}

int
zsock_bind(zsock_t *self, const char *format, ...)
{
	(void)self;
	(void)format;
	never("services bind nothing");
}

int
zsock_connect(zsock_t *self, const char *format, ...)
{
	(void)self;
	(void)format;
	return 0;
}

#define SETTER(name)                                                           \
	void zsock_set_##name(void *self, int value)                           \
	{                                                                      \
		(void)self;                                                    \
		(void)value;                                                   \
	}
SETTER(sndhwm)
SETTER(rcvhwm)
SETTER(maxmsgsize)
SETTER(linger)
SETTER(reconnect_ivl)
SETTER(reconnect_ivl_max)
SETTER(router_mandatory)
SETTER(backlog)
SETTER(handshake_ivl)
SETTER(tcp_keepalive)
SETTER(tcp_keepalive_cnt)
SETTER(tcp_keepalive_idle)
SETTER(tcp_keepalive_intvl)

void
zsock_set_subscribe(void *self, const char *topic)
{
	(void)self;
	must(topic[0] == '\0');
}

void
zsys_handler_set(zsys_handler_fn *handler)
{
	(void)handler;
}

/* A bell: the bus looks at once. */
int
zmq_send(void *raw, const void *p, size_t n, int flags)
{
	struct sock *s = raw;

	(void)p;
	(void)flags;
	must(s->type == ZMQ_PUSH);
	if (the_world->announce_at_us > the_world->mono_us)
		the_world->announce_at_us = the_world->mono_us;
	return (int)n;
}

int
zmq_msg_recv(zmq_msg_t *msg, void *raw, int flags)
{
	struct sock *s = raw;
	struct parcel *p = s->first;
	struct str frame;

	(void)flags;
	if (p == NULL) {
		errno = EAGAIN;
		return -1;
	}
	frame = p->frame[p->at++];
	must(zmq_msg_init_size(msg, frame.n) == 0);
	if (frame.n > 0)
		memcpy(zmq_msg_data(msg), frame.p, frame.n);
	more_frames = p->at < p->n;
	if (!more_frames)
		drop_parcel(s);
	return (int)frame.n;
}

int
zmq_msg_more(const zmq_msg_t *msg)
{
	(void)msg;
	return more_frames;
}

static struct sock *
feed_of(const struct instance *i)
{
	struct sock *s = i->socks;

	while (s != NULL && s->type != ZMQ_SUB)
		s = s->next;
	return s;
}

bool
feed_waits(const struct instance *i)
{
	const struct sock *s = feed_of(i);

	return s != NULL && s->first != NULL;
}

static int
arrived(const struct instance *i, zmq_pollitem_t *items, int n)
{
	int ready = 0;

	for (int k = 0; k < n; k++) {
		const struct sock *s = items[k].socket;
		bool is = s != NULL ? s->first != NULL : i->told_to_stop;

		must(s != NULL || items[k].fd == SIGNAL_FD);
		items[k].revents = is ? ZMQ_POLLIN : 0;
		ready += is;
	}
	return ready;
}

int
zmq_poll(zmq_pollitem_t *items, int n, long timeout)
{
	struct instance *i = the_world->self;
	int ready = arrived(i, items, n);

	if (ready > 0 || timeout == 0)
		return ready;
	i->wait = WAIT_WORK;
	i->on_feed = i->on_signal = false;
	for (int k = 0; k < n; k++) {
		i->on_feed = i->on_feed || items[k].socket != NULL;
		i->on_signal = i->on_signal || items[k].socket == NULL;
	}
	i->until_us =
	    timeout < 0 ? INT64_MAX : the_world->mono_us + timeout * 1000;
	fiber_wait();
	return arrived(i, items, n);
}

static void
deliver(struct sock *s, const struct str *frames, size_t n)
{
	size_t len = 0;
	struct parcel *p;
	char *at;

	if (s == NULL || s->n == QUEUE_MAX)
		return;
	for (size_t i = 0; i < n; i++)
		len += frames[i].n;
	p = xcalloc(1, sizeof(*p) + len + 1);
	p->n = n;
	at = (char *)(p + 1);
	for (size_t i = 0; i < n; i++) {
		if (frames[i].n > 0)
			memcpy(at, frames[i].p, frames[i].n);
		p->frame[i] = (struct str){ at, frames[i].n };
		at += frames[i].n;
	}
	*s->last = p;
	s->last = &p->next;
	s->n++;
}

static void
send_to(struct instance *i, const struct event *e)
{
	struct sock *s = feed_of(i);
	struct str frames[3] = { e->type, { NULL, 0 }, e->envelope };
	struct buf header;

	if (s == NULL || chaos_strikes(FAULT_feed_loss))
		return;
	buf_init(&header, 256);
	wire_put_map(&header, 4);
	wire_pair_i64(&header, "epoch", e->epoch);
	wire_pair_i64(&header, "seq", e->seq);
	wire_pair_i64(&header, "at", e->at_us / 1000);
	wire_pair_i64(&header, "slot", e->slot);
	frames[1] = buf_get(&header);
	deliver(s, frames, 3);
	if (chaos_strikes(FAULT_feed_again))
		deliver(s, frames, 3);
	buf_fini(&header);
}

void
feed_announce(struct world *w, const struct event *e)
{
	for (size_t i = 0; i < w->n_instances; i++)
		send_to(&w->instance[i], e);
}

static void
beat(struct world *w)
{
	struct str frames[2] = { STR(FEED_HEARTBEAT), { NULL, 0 } };
	struct buf header;

	buf_init(&header, 256);
	wire_put_map(&header, 3);
	wire_pair_i64(&header, "epoch", 1);
	wire_pair_i64(&header, "seq", w->announced);
	wire_pair_i64(&header, "at", w->store.now_us / 1000);
	frames[1] = buf_get(&header);
	for (size_t i = 0; i < w->n_instances; i++)
		deliver(feed_of(&w->instance[i]), frames, 2);
	buf_fini(&header);
}

bool
feed_ready(const struct world *w)
{
	return w->mono_us >= w->announce_at_us;
}

/* What the bus has not said yet; it looks each fifth of a second anyway. */
void
feed_step(struct world *w)
{
	const struct journal *j = &w->store.journal;
	int64_t wait = 200000;
	size_t from = j->n;

	while (from > 0 && j->v[from - 1]->seq > w->announced)
		from--;
	for (; from < j->n; from++)
		feed_announce(w, j->v[from]);
	w->announced = journal_head(j);
	if (dice_hit(&w->dice, 200))
		beat(w);
	if (chaos_strikes(FAULT_feed_late))
		wait += 2000000;
	w->announce_at_us = w->mono_us + wait;
}
