#include "services/bus/gate.h"

#include "common/base/log.h"
#include "services/bus/selftest.h"
#include "services/bus/zap.h"

#include <stdlib.h>

#define LOOK_MS 2000
#define TOLD_MS 10000
#define PATIENCE_MS 5000 /* of the self-test */

struct gate {
	struct zap *zap;
	struct curve_key key;
	int64_t looked_ms;
	int64_t told_ms;
	bool shut[DOORS]; /* to be bound anew */
};

static const struct socket_opts publish_opts = { ZMQ_ROUTER, SOCKET_BIND,
	2 * PUBLISH_WINDOW, PUBLISH_WINDOW, 256 * 1024, 1000 };
/* Room for a subscription, and for what CURVE says at the handshake. */
static const struct socket_opts live_opts = { ZMQ_XPUB, SOCKET_BIND, 10000,
	1000, 640, 0 };
static const struct socket_opts log_opts = { ZMQ_ROUTER, SOCKET_BIND, 500, 1000,
	8 * 1024, 0 };
static const struct socket_opts ring_opts = { ZMQ_PULL, SOCKET_BIND, 1, 64,
	1024, 0 };

static void
turn_zap(void *gate)
{
	zap_turn(((struct gate *)gate)->zap);
}

struct opening {
	zsock_t **sock;
	const struct socket_opts *opts;
	const char *ipc;
	const char *tcp;
	const char *domain;
	int peer; /* type of the sockets that come to this one */
};

static enum rc
open_door(struct gate *g, const struct opening *o, struct err *e)
{
	const struct selftest test = { o->tcp, o->peer, g->key.public_key,
		PATIENCE_MS, turn_zap, g };

	if (socket_is_tcp(o->ipc))
		return err_set(e, RC_FATAL,
		    "%s: the bus's own place is a unix socket; for TCP beside "
		    "it, set HUYING_TCP",
		    o->ipc);
	TRY(socket_make(o->sock, o->opts, e));
	TRY(socket_bind(*o->sock, o->ipc, ZAP_LOCAL, NULL, e));
	if (o->tcp[0] == '\0')
		return RC_OK;
	TRY(socket_bind(*o->sock, o->tcp, o->domain, &g->key, e));
	return selftest_run(&test, e);
}

static bool
wants_tcp(const struct conf *c)
{
	return c->publish_tcp[0] != '\0' || c->live_tcp[0] != '\0' ||
	       c->log_tcp[0] != '\0' || c->ring_tcp[0] != '\0';
}

static enum rc
open_doors(struct bus *b, struct err *e)
{
	const struct conf *c = &b->conf;
	const struct opening doors[] = {
		{ &b->ring, &ring_opts, c->ring, c->ring_tcp, ZAP_RING,
		    ZMQ_PUSH },
		{ &b->live, &live_opts, c->live, c->live_tcp, ZAP_LIVE,
		    ZMQ_SUB },
		{ &b->log, &log_opts, c->log, c->log_tcp, ZAP_LOG, ZMQ_DEALER },
		{ &b->publish, &publish_opts, c->publish, c->publish_tcp,
		    ZAP_PUBLISH, ZMQ_DEALER },
	};

	for (size_t i = 0; i < ARRAY_LEN(doors); i++)
		TRY(open_door(b->gate, &doors[i], e));
	return RC_OK;
}

enum rc
gate_open(struct bus *b, struct err *e)
{
	struct gate *g = xcalloc(1, sizeof(*g));
	bool changed;

	b->gate = g;
	b->access = access_new();
	TRY(access_load(b->access, b->read, &changed, e));
	g->looked_ms = clock_mono_ms();
	g->told_ms = clock_mono_ms() - TOLD_MS;
	if (wants_tcp(&b->conf))
		TRY(curve_read(b->conf.bus_key, "HUYING_BUS_KEY", &g->key, e));
	TRY(zap_open(&g->zap, b->access, e));
	TRY(open_doors(b, e));
	zap_forget(g->zap);
	return RC_OK;
}

void
gate_close(struct bus *b)
{
	zsock_destroy(&b->publish);
	zsock_destroy(&b->log);
	zsock_destroy(&b->live);
	zsock_destroy(&b->ring);
	if (b->gate == NULL)
		return;
	zap_close(&b->gate->zap);
	curve_fini(&b->gate->key);
	access_free(&b->access);
	free(b->gate);
	b->gate = NULL;
}

void *
gate_socket(struct bus *b)
{
	return zap_socket(b->gate->zap);
}

void
gate_reload(struct bus *b)
{
	b->gate->looked_ms = clock_mono_ms() - LOOK_MS;
}

int64_t
gate_refused(const struct bus *b)
{
	return zap_refused(b->gate->zap);
}

/*
 * Nobody asks again who a connection belongs to, and these two sockets have
 * no requests to look at.  So their TCP side is closed and bound again:
 * everybody has to shake hands, and who still may comes back by themselves.
 */
static void
renew(struct bus *b, enum door door, zsock_t *s, const char *endpoint,
    const char *domain)
{
	struct gate *g = b->gate;
	struct err e;

	if (access_to_shut(b->access, door)) {
		(void)zsock_unbind(s, "%s", endpoint);
		g->shut[door] = true;
	}
	if (!g->shut[door])
		return;
	/* The port is free again a moment later. */
	if (socket_bind(s, endpoint, domain, &g->key, &e) == RC_OK) {
		g->shut[door] = false;
		log_event(
		    LEVEL_INFO, "endpoint.renewed", "endpoint=%s", domain);
	} else if (clock_mono_ms() - g->told_ms >= TOLD_MS) {
		g->told_ms = clock_mono_ms();
		log_why(LEVEL_WARN, "endpoint.shut", e.text);
	}
}

static void
look(struct bus *b)
{
	bool changed = false;
	struct err e;

	if (!store_alive(b) || clock_mono_ms() - b->gate->looked_ms < LOOK_MS)
		return;
	b->gate->looked_ms = clock_mono_ms();
	if (access_load(b->access, b->read, &changed, &e) != RC_OK) {
		log_why(LEVEL_WARN, "access.stale", e.text);
		db_rollback(b->read);
	}
	if (changed)
		log_review(b);
}

void
gate_turn(struct bus *b)
{
	look(b);
	renew(b, DOOR_LIVE, b->live, b->conf.live_tcp, ZAP_LIVE);
	renew(b, DOOR_RING, b->ring, b->conf.ring_tcp, ZAP_RING);
	zap_turn(b->gate->zap);
}
