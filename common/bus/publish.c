#include "common/bus/publish_inside.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* A bus that was not asked yet. */
#define WINDOW_FIRST 500
#define TEND_MS 500
/* Messages taken in by one call that lead to nothing. */
#define IDLE_MAX 2000
#define UNSYNCED_MAX 500

_Static_assert(FLIGHTS_MAX <= SPOOL_SPAN, "what is under way fits the spool");

static void
greet(struct publisher *p)
{
	const struct str hello[3] = { STR("HELLO"), STR("1"), str_of(p->name) };

	p->greeted = false;
	p->greet_ms = clock_mono_ms();
	(void)link_send(p->link, hello, ARRAY_LEN(hello));
}

/* Another socket: whatever was under way is not known. */
static void
start_over(struct publisher *p)
{
	struct flight *fl = NULL;

	while ((fl = flights_next(p->flights, fl)) != NULL)
		if (fl->sent_ms > 0) {
			fl->sent_ms = 0;
			fl->unsure = true;
			p->on_wire--;
			p->waiting++;
		}
	p->tend_ms = 0;
	greet(p);
}

static void
send_flight(struct publisher *p, struct flight *fl, int64_t now)
{
	char n[24];
	const struct str parts[5] = { STR("PUB"), { n, 0 }, fl->envelope,
		fl->kind, fl->part };
	struct str all[5];

	memcpy(all, parts, sizeof(all));
	all[1].n = (size_t)snprintf(n, sizeof(n), "%lld", (long long)fl->n);
	if (!link_send(p->link, all, fl->kind.n > 0 ? 5 : 3))
		return;
	fl->sent_ms = now;
	p->waiting--;
	p->on_wire++;
}

static bool
may_send(const struct publisher *p, int64_t now)
{
	return p->greeted && now >= p->hold_ms && p->on_wire < p->window;
}

/* Sends it at once when nothing older waits. */
static void
take_off(struct publisher *p, const struct flight *given)
{
	struct flight *fl = flights_put(p->flights, given);
	int64_t now = clock_mono_ms();

	fl->first_ms = now;
	if (++p->waiting == 1 && may_send(p, now))
		send_flight(p, fl, now);
	else
		p->tend_ms = 0;
}

/* Sends what is due, in order. */
static void
send_due(struct publisher *p)
{
	int64_t now = clock_mono_ms();
	struct flight *fl = NULL;

	if (p->waiting == 0 || now < p->tend_ms)
		return;
	p->tend_ms = now + TEND_MS;
	while ((fl = flights_next(p->flights, fl)) != NULL) {
		int64_t due = fl->due_ms > p->hold_ms ? fl->due_ms : p->hold_ms;

		if (fl->sent_ms > 0)
			continue;
		if (due <= now && may_send(p, now))
			send_flight(p, fl, now);
		else if (due > now && due < p->tend_ms)
			p->tend_ms = due;
	}
}

/* All answers are read: what took too long?  True when one is given up. */
static bool
judge(struct publisher *p, struct outcome *out)
{
	int64_t now = clock_mono_ms();
	struct flight *fl = NULL;

	if (now < p->judge_ms)
		return false;
	if (!p->greeted && now - p->greet_ms >= p->unanswered_ms / 4)
		greet(p);
	while ((fl = flights_next(p->flights, fl)) != NULL) {
		if (p->give_up_ms > 0 && now - fl->first_ms >= p->give_up_ms)
			return answer_missing(p, fl, out);
		if (fl->sent_ms > 0 && now - fl->sent_ms >= p->unanswered_ms) {
			link_drop(p->link, "an answer was lost by the bus on");
			break;
		}
	}
	p->judge_ms = now + TEND_MS;
	return false;
}

/* Takes from the spool what the window holds; RC_OK: OUT is an outcome. */
static enum rc
refill(struct publisher *p, struct outcome *out, struct err *e)
{
	/* Also what the window does not hold is on disk from here on. */
	if (p->unsynced > 0)
		TRY(publisher_sync(p, e));
	while (p->spool != NULL && flights_count(p->flights) < p->window &&
	       flights_room(p->flights, ENVELOPE_MAX + SEALED_MAX)) {
		struct spool_record r;

		TRY(spool_next(p->spool, &r, e));
		p->unsynced = 0;
		if (r.damaged && answer_damaged(p, r.n, out))
			return RC_OK;
		take_off(
		    p, &(struct flight){ .n = r.n,
			   .envelope = r.envelope,
			   .part = r.part,
			   .kind = r.part.n > 0 ? STR("sealed") : STR("") });
	}
	return RC_GONE;
}

/* One message of the bus, if there is one; RC_OK: OUT is an outcome. */
static enum rc
receive(struct publisher *p, int64_t timeout_ms, struct outcome *out, bool *any,
    struct err *e)
{
	struct frames f;
	enum rc rc = link_receive(p->link, timeout_ms, &f, e);
	bool final;

	*any = rc == RC_OK || rc == RC_RETRY;
	if (rc == RC_RETRY) {
		start_over(p);
		return RC_GONE;
	}
	if (rc != RC_OK)
		return rc;
	final = answer_take(p, &f, out);
	frames_free(&f);
	if (p->foreign)
		return err_set(e, RC_FATAL,
		    "the bus speaks another version of the protocol");
	return final ? RC_OK : RC_GONE;
}

/* How long there is nothing to do but to wait, LEFT_MS at most. */
static int64_t
rest_ms(const struct publisher *p, int64_t left_ms)
{
	int64_t wait =
	    (p->waiting > 0 ? p->tend_ms : p->judge_ms) - clock_mono_ms();

	if (wait < 1)
		wait = 1;
	return wait < left_ms ? wait : left_ms;
}

/* RC_OK: OUT is an outcome; RC_GONE: none yet; ANY: but something came. */
static enum rc
turn(struct publisher *p, int64_t left_ms, struct outcome *out, bool *any,
    struct err *e)
{
	enum rc rc = refill(p, out, e);

	*any = false;
	if (rc != RC_GONE && rc != RC_RETRY)
		return rc;
	send_due(p);
	rc = receive(p, 0, out, any, e);
	if (rc != RC_GONE || *any)
		return rc;
	if (judge(p, out))
		return RC_OK;
	return left_ms > 0 ? receive(p, rest_ms(p, left_ms), out, any, e)
			   : RC_GONE;
}

enum rc
publisher_next(
    struct publisher *p, int timeout_ms, struct outcome *out, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	for (int idle = 0;; idle++) {
		int64_t left = until - clock_mono_ms();
		bool any;
		enum rc rc = turn(p, left, out, &any, e);

		if (rc != RC_GONE)
			return rc;
		if (left <= 0 && (!any || idle > IDLE_MAX))
			return err_set(e, RC_GONE, "%s", link_trouble(p->link));
	}
}

/* Until the bus is ready, or the time is over. */
static enum rc
await_ready(struct publisher *p, int timeout_ms, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	while (!p->greeted) {
		int64_t left = until - clock_mono_ms();
		struct outcome none;
		bool any;
		enum rc rc;

		if (left <= 0)
			return err_set(
			    e, RC_RETRY, "%s", link_trouble(p->link));
		rc = receive(p, left, &none, &any, e);
		if (rc != RC_OK && rc != RC_GONE)
			return rc;
	}
	return RC_OK;
}

static enum rc
open_parts(
    struct publisher *p, const struct publisher_options *o, struct err *e)
{
	const struct link_options link = { .endpoint = o->endpoint,
		.key_file = o->key_file,
		.send_queue = 2 * FLIGHTS_MAX,
		.receive_queue = 2 * FLIGHTS_MAX,
		.silence_ms = o->silence_ms };
	enum rc rc;

	if (o->spool != NULL) {
		TRY(spool_open(&p->spool, o->spool,
		    o->spool_bytes > 0 ? o->spool_bytes : PUBLISHER_SPOOL_BYTES,
		    e));
		p->has_seal_key = spool_key(p->spool, p->seal_key);
	}
	TRY(link_open(&p->link, &link, e));
	greet(p);
	if (p->has_seal_key || o->timeout_ms == 0)
		return RC_OK;
	rc = await_ready(p, o->timeout_ms, e);
	return rc == RC_RETRY && p->spool != NULL ? RC_OK : rc;
}

enum rc
publisher_open_as(
    struct publisher **pp, const struct publisher_options *o, struct err *e)
{
	struct publisher *p = xcalloc(1, sizeof(*p));
	enum rc rc;

	if (sodium_init() < 0)
		never("no randomness");
	p->name = xstrdup(o->name);
	p->flights = flights_new();
	p->window = WINDOW_FIRST;
	p->unanswered_ms =
	    (o->silence_ms > 0 ? o->silence_ms : LINK_SILENCE_MS) * 10 / 3;
	if (o->spool == NULL)
		p->give_up_ms =
		    o->give_up_ms > 0 ? o->give_up_ms : PUBLISHER_GIVE_UP_MS;
	rc = open_parts(p, o, e);
	if (rc != RC_OK) {
		publisher_close(&p);
		return rc;
	}
	*pp = p;
	return RC_OK;
}

enum rc
publisher_open(struct publisher **pp, const char *endpoint, const char *name,
    int timeout_ms, struct err *e)
{
	const struct publisher_options o = {
		.endpoint = endpoint, .name = name, .timeout_ms = timeout_ms
	};

	return publisher_open_as(pp, &o, e);
}

void
publisher_close(struct publisher **pp)
{
	struct publisher *p = *pp;

	if (p == NULL)
		return;
	link_close(&p->link);
	spool_close(&p->spool);
	flights_free(&p->flights);
	free(p->name);
	free(p);
	*pp = NULL;
}

static enum rc
put_spooled(struct publisher *p, struct str envelope, enum part_kind kind,
    struct str part, int64_t *n, struct err *e)
{
	struct buf box;
	enum rc rc = RC_OK;

	buf_init(&box, SEALED_MAX);
	if (kind == PART_OPEN) {
		/* What is open never comes to disk. */
		rc = publisher_seal(p, part, &box, e);
		part = buf_get(&box);
	}
	if (rc == RC_OK)
		rc = spool_append(p->spool, envelope,
		    kind == PART_NONE ? STR("") : part, n, e);
	buf_fini(&box);
	if (rc == RC_OK && ++p->unsynced >= UNSYNCED_MAX)
		rc = publisher_sync(p, e);
	return rc;
}

enum rc
publisher_put(struct publisher *p, struct str envelope, enum part_kind kind,
    struct str part, int64_t *n, struct err *e)
{
	static const struct str kinds[] = { { "", 0 }, { "open", 4 },
		{ "sealed", 6 } };

	if (envelope.n > ENVELOPE_MAX || part.n > SEALED_MAX)
		return err_set(e, RC_REJECT,
		    "an event has at most 64 KiB, a sealed part 32");
	if (p->spool != NULL)
		return put_spooled(p, envelope, kind, part, n, e);
	if (flights_count(p->flights) >= p->window ||
	    !flights_room(p->flights, envelope.n + part.n))
		return err_set(e, RC_RETRY, "%lld events wait for an answer",
		    (long long)publisher_unanswered(p));
	*n = ++p->last_n;
	take_off(p, &(struct flight){ .n = *n,
			.envelope = envelope,
			.part = part,
			.kind = kinds[kind] });
	return RC_OK;
}

enum rc
publisher_sync(struct publisher *p, struct err *e)
{
	p->unsynced = 0;
	return p->spool != NULL ? spool_sync(p->spool, e) : RC_OK;
}

int64_t
publisher_unanswered(const struct publisher *p)
{
	return p->spool != NULL ? spool_unsettled(p->spool)
				: (int64_t)flights_count(p->flights);
}

size_t
publisher_window(const struct publisher *p)
{
	return p->window;
}
