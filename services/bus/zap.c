#include "services/bus/zap.h"

#include "common/base/clock.h"
#include "common/base/log.h"

#include <stdlib.h>

#define ENDPOINT "inproc://zeromq.zap.01"
#define TURN_MAX 200
#define TOLD_MS 10000 /* refusals are told of no more often than this */
#define KEY_LEN 32

struct zap {
	zsock_t *rep;
	struct access *access;
	int64_t n_refused;
	int64_t n_told;
	int64_t told_ms;
};

enum rc
zap_open(struct zap **zp, struct access *access, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_REP, SOCKET_BIND, 1000,
		1000, 4096, 0 };
	struct zap *z = xcalloc(1, sizeof(*z));
	enum rc rc = socket_open(&z->rep, &opts, ENDPOINT, e);

	if (rc != RC_OK) {
		free(z);
		return rc;
	}
	z->access = access;
	z->told_ms = clock_mono_ms();
	*zp = z;
	return RC_OK;
}

void
zap_close(struct zap **zp)
{
	if (*zp == NULL)
		return;
	zsock_destroy(&(*zp)->rep);
	free(*zp);
	*zp = NULL;
}

void *
zap_socket(struct zap *z)
{
	return socket_raw(z->rep);
}

int64_t
zap_refused(const struct zap *z)
{
	return z->n_refused;
}

void
zap_forget(struct zap *z)
{
	z->n_refused = z->n_told = 0;
	z->told_ms = clock_mono_ms() - TOLD_MS;
}

static bool
enter(struct access *a, struct str user, enum verb verb, enum door door)
{
	if (!rights_has(access_find(a, user), verb))
		return false;
	access_entered(a, user, door);
	return true;
}

static bool
may_enter(struct access *a, struct str domain, struct str user)
{
	if (access_find(a, user) == NULL)
		return false;
	if (str_is(domain, ZAP_LIVE))
		return enter(a, user, VERB_LIVE, DOOR_LIVE);
	if (str_is(domain, ZAP_RING))
		return enter(a, user, VERB_RING, DOOR_RING);
	/* Every request is looked at there. */
	return str_is(domain, ZAP_PUBLISH) || str_is(domain, ZAP_LOG);
}

struct str
zap_decide(struct access *a, struct str domain, struct str mechanism,
    struct str key, char text[CURVE_TEXT])
{
	if (str_is(domain, ZAP_LOCAL))
		return str_is(mechanism, "NULL") ? STR(ACCESS_LOCAL) : STR("");
	if (!str_is(mechanism, "CURVE") || key.n != KEY_LEN)
		return STR("");
	must(zmq_z85_encode(text, (const uint8_t *)key.p, KEY_LEN) != NULL);
	return may_enter(a, domain, str_of(text)) ? str_of(text) : STR("");
}

/* A flood of strangers must not become a flood of lines. */
static void
tell(struct zap *z, struct str domain, struct str address)
{
	char peer[64], out[LOG_QUOTED];

	if (clock_mono_ms() - z->told_ms < TOLD_MS)
		return;
	z->told_ms = clock_mono_ms();
	(void)snprintf(peer, sizeof(peer), "%.*s", STR_ARG(address));
	log_event(LEVEL_WARN, "handshake.refused",
	    "endpoint=%.*s peer=%s refused=%lld", STR_ARG(domain),
	    log_quote(peer, out), (long long)(z->n_refused - z->n_told));
	z->n_told = z->n_refused;
}

/* version, request, domain, address, identity, mechanism [, key] */
static void
answer(struct zap *z, struct frames *f)
{
	char text[CURVE_TEXT];
	struct str key = f->n > 6 ? frames_at(f, 6) : STR("");
	struct str user = STR("");
	struct str parts[6];
	bool sound =
	    f->n >= 6 && f->n <= FRAMES_MAX && str_is(frames_at(f, 0), "1.0");

	if (sound)
		user = zap_decide(
		    z->access, frames_at(f, 2), frames_at(f, 5), key, text);
	if (user.n == 0) {
		z->n_refused++;
		tell(z, f->n > 3 ? frames_at(f, 2) : STR(""),
		    f->n > 3 ? frames_at(f, 3) : STR(""));
	}
	parts[0] = STR("1.0");
	parts[1] = f->n > 1 ? frames_at(f, 1) : STR("");
	parts[2] = user.n > 0 ? STR("200") : STR("400");
	parts[3] = user.n > 0 ? STR("OK") : STR("not known here");
	parts[4] = user;
	parts[5] = STR("");
	(void)socket_send(z->rep, parts, ARRAY_LEN(parts));
}

void
zap_turn(struct zap *z)
{
	struct frames f;

	for (int n = 0; n < TURN_MAX && frames_receive(z->rep, &f); n++) {
		answer(z, &f);
		frames_free(&f);
	}
}
