#include "common/bus/publish.h"

#include "common/base/id.h"
#include "common/bus/socket.h"
#include "common/msg/wire.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define RESEND_MS 2000
#define WINDOW_MAX 512

/* One event that waits for its outcome. */
struct pending {
	int64_t n;
	struct buf envelope;
	struct buf part;
	enum part_kind kind;
	int64_t first_ms;
	int64_t sent_ms;
};

struct publisher {
	char *endpoint;
	char *name;
	zsock_t *sock;
	int64_t last_n;
	char last_id[OUTCOME_ID]; /* of put_message() */
	int64_t heard_ms;
	unsigned char seal_key[crypto_box_PUBLICKEYBYTES];
	bool has_seal_key;
	struct pending pending[WINDOW_MAX];
	size_t n_pending;
};

static enum rc
connect_bus(struct publisher *p, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_DEALER, SOCKET_CONNECT,
		1000, 1000, 256 * 1024, 0 };
	struct str hello[3] = { STR("HELLO"), STR("1"), str_of(p->name) };

	zsock_destroy(&p->sock);
	TRY(socket_open(&p->sock, &opts, p->endpoint, e));
	(void)socket_send(p->sock, hello, ARRAY_LEN(hello));
	p->heard_ms = clock_mono_ms();
	return RC_OK;
}

static bool
wait_readable(struct publisher *p, int64_t ms)
{
	zmq_pollitem_t item = { socket_raw(p->sock), 0, ZMQ_POLLIN, 0 };

	return ms >= 0 && zmq_poll(&item, 1, (long)ms) > 0;
}

static void
take_ready(struct publisher *p, struct str body)
{
	struct wire_fault fault;
	struct wire_item key;

	if (!wire_check(body, &fault))
		return;
	key = wire_get(body, "intake_key");
	if (key.kind == KIND_BIN && key.s.n == sizeof(p->seal_key)) {
		memcpy(p->seal_key, key.s.p, key.s.n);
		p->has_seal_key = true;
	}
}

static enum rc
await_ready(struct publisher *p, int timeout_ms, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms;
	struct frames f;

	while (wait_readable(p, until - clock_mono_ms())) {
		bool ready;

		if (!frames_receive(p->sock, &f))
			continue;
		ready = f.n == 2 && str_is(frames_at(&f, 0), "READY");
		if (ready)
			take_ready(p, frames_at(&f, 1));
		frames_free(&f);
		if (ready)
			return RC_OK;
	}
	return err_set(e, RC_RETRY, "no bus answers on %s", p->endpoint);
}

enum rc
publisher_open(struct publisher **pp, const char *endpoint, const char *name,
    int timeout_ms, struct err *e)
{
	struct publisher *p = xcalloc(1, sizeof(*p));
	enum rc rc;

	if (sodium_init() < 0)
		never("no randomness");
	p->endpoint = xstrdup(endpoint);
	p->name = xstrdup(name);
	rc = connect_bus(p, e);
	if (rc == RC_OK)
		rc = await_ready(p, timeout_ms, e);
	if (rc != RC_OK) {
		publisher_close(&p);
		return rc;
	}
	*pp = p;
	return RC_OK;
}

static void
pending_drop(struct publisher *p, size_t i)
{
	buf_fini(&p->pending[i].envelope);
	buf_fini(&p->pending[i].part);
	p->pending[i] = p->pending[--p->n_pending];
}

void
publisher_close(struct publisher **pp)
{
	struct publisher *p = *pp;

	if (p == NULL)
		return;
	while (p->n_pending > 0)
		pending_drop(p, 0);
	zsock_destroy(&p->sock);
	free(p->endpoint);
	free(p->name);
	free(p);
	*pp = NULL;
}

static void
send_pending(struct publisher *p, struct pending *w)
{
	char n[24];
	struct str parts[5] = { STR("PUB"), { NULL, 0 }, buf_get(&w->envelope),
		w->kind == PART_OPEN ? STR("open") : STR("sealed"),
		buf_get(&w->part) };

	(void)snprintf(n, sizeof(n), "%lld", (long long)w->n);
	parts[1] = str_of(n);
	w->sent_ms = clock_mono_ms();
	/* Dropped: it goes out again after RESEND_MS. */
	(void)socket_send(p->sock, parts, w->kind == PART_NONE ? 3 : 5);
}

int64_t
publisher_put(struct publisher *p, struct str envelope, enum part_kind kind,
    struct str part)
{
	struct pending *w;

	must(p->n_pending < WINDOW_MAX);
	w = &p->pending[p->n_pending++];
	*w = (struct pending){
		.n = ++p->last_n, .kind = kind, .first_ms = clock_mono_ms()
	};
	buf_init(&w->envelope, (size_t)4 * ENVELOPE_MAX);
	buf_init(&w->part, (size_t)4 * SEALED_MAX);
	buf_str(&w->envelope, envelope);
	buf_str(&w->part, part);
	send_pending(p, w);
	return w->n;
}

size_t
publisher_unanswered(const struct publisher *p)
{
	return p->n_pending;
}

size_t
publisher_window(const struct publisher *p)
{
	(void)p;
	return WINDOW_MAX;
}

static void
copy(char *to, size_t cap, struct str s)
{
	(void)snprintf(to, cap, "%.*s", STR_ARG(s));
}

static void
read_refusal(struct str body, struct outcome *out)
{
	struct str retry = wire_get_str(body, "retry");

	copy(out->code, sizeof(out->code), wire_get_str(body, "code"));
	copy(out->field, sizeof(out->field), wire_get_str(body, "field"));
	copy(out->reason, sizeof(out->reason), wire_get_str(body, "reason"));
	out->later = retry.n > 0 && !str_is(retry, "never");
}

/* True when F is the outcome of a pending event; fills OUT. */
static bool
read_answer(
    struct publisher *p, struct frames *f, struct outcome *out, size_t *which)
{
	struct wire_fault fault;
	struct str word, body;
	int64_t n;

	if (f->n != 3 || !str_i64(frames_at(f, 1), &n) ||
	    !wire_check(body = frames_at(f, 2), &fault))
		return false;
	word = frames_at(f, 0);
	for (*which = 0; *which < p->n_pending; ++*which)
		if (p->pending[*which].n == n)
			break;
	if (*which == p->n_pending)
		return false;
	*out = (struct outcome){ .n = n };
	if (str_is(word, "ACK")) {
		out->status = str_is(wire_get_str(body, "status"), "duplicate")
				  ? OUTCOME_DUPLICATE
				  : OUTCOME_STORED;
		out->seq = wire_get_i64(body, "seq");
		return true;
	}
	out->status =
	    str_is(word, "UNKNOWN") ? OUTCOME_UNKNOWN : OUTCOME_REFUSED;
	read_refusal(body, out);
	out->later = out->later || out->status == OUTCOME_UNKNOWN;
	return true;
}

/* Old ones go out again; on silence, over a new connection. */
static enum rc
resend(struct publisher *p, struct err *e)
{
	int64_t now = clock_mono_ms();

	if (p->n_pending > 0 && now - p->heard_ms > 3 * RESEND_MS)
		TRY(connect_bus(p, e));
	for (size_t i = 0; i < p->n_pending; i++)
		if (now - p->pending[i].sent_ms > RESEND_MS)
			send_pending(p, &p->pending[i]);
	return RC_OK;
}

/* True when OUT is final and its event can be forgotten. */
static bool
settle(struct publisher *p, size_t which, const struct outcome *out)
{
	struct pending *w = &p->pending[which];

	if (out->later &&
	    clock_mono_ms() - w->first_ms < PUBLISHER_GIVE_UP_MS) {
		/* Not at once: half of the usual time. */
		w->sent_ms = clock_mono_ms() - RESEND_MS / 2;
		return false;
	}
	pending_drop(p, which);
	return true;
}

enum rc
publisher_next(
    struct publisher *p, int timeout_ms, struct outcome *out, struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms, left;
	struct frames f;
	size_t which;

	do {
		left = until - clock_mono_ms();
		if (wait_readable(p, left < 0     ? 0
				     : left < 500 ? left
						  : 500) &&
		    frames_receive(p->sock, &f)) {
			bool answer = read_answer(p, &f, out, &which);

			p->heard_ms = clock_mono_ms();
			frames_free(&f);
			if (answer && settle(p, which, out))
				return RC_OK;
		}
		TRY(resend(p, e));
	} while (left > 0);
	return err_set(e, RC_GONE, "no answer within %d ms", timeout_ms);
}

enum rc
publisher_seal(
    struct publisher *p, struct str plain, struct buf *box, struct err *e)
{
	unsigned char *out;

	if (!p->has_seal_key)
		return err_set(e, RC_REJECT, "the bus told no key to seal to");
	if (plain.n > SEALED_MAX - crypto_box_SEALBYTES)
		return err_set(e, RC_REJECT, "the sealed part is too long");
	out = xmalloc(plain.n + crypto_box_SEALBYTES);
	must(crypto_box_seal(out, (const unsigned char *)plain.p, plain.n,
		 p->seal_key) == 0);
	buf_put(box, out, plain.n + crypto_box_SEALBYTES);
	free(out);
	return RC_OK;
}

/* Puts MSG into ENV, with a new id unless it has one, and sends it. */
static void
put_message(struct publisher *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, enum part_kind kind,
    struct str part)
{
	struct msg_envelope whole = *env;
	struct buf data, body;
	char id[ID_TEXT];

	buf_init(&data, (size_t)4 * ENVELOPE_MAX);
	buf_init(&body, (size_t)4 * ENVELOPE_MAX);
	if (whole.id.n == 0)
		whole.id = str_of(id_new(id));
	msg_encode(desc, msg, &data);
	whole.specversion = STR("1.0");
	whole.type = str_of(desc->type);
	whole.data = buf_get(&data);
	envelope_encode(&whole, &body);
	(void)publisher_put(p, buf_get(&body), kind, part);
	(void)snprintf(
	    p->last_id, sizeof(p->last_id), "%.*s", STR_ARG(whole.id));
	buf_fini(&data);
	buf_fini(&body);
}

static enum rc
await_message(struct publisher *p, struct outcome *out, struct err *e)
{
	TRY(publisher_next(p, PUBLISHER_GIVE_UP_MS, out, e));
	memcpy(out->id, p->last_id, sizeof(out->id));
	return RC_OK;
}

enum rc
publish_one(struct publisher *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, struct outcome *out,
    struct err *e)
{
	put_message(p, env, desc, msg, PART_NONE, STR(""));
	return await_message(p, out, e);
}

enum rc
publish_submit(struct publisher *p, const struct msg_envelope *env,
    const struct msg_report_submit *report,
    const struct msg_sealed_report *person, struct outcome *out, struct err *e)
{
	struct buf plain, box;
	enum rc rc;

	buf_init(&plain, (size_t)4 * SEALED_MAX);
	buf_init(&box, (size_t)4 * SEALED_MAX);
	msg_encode(&msg_sealed_report_desc, person, &plain);
	rc = publisher_seal(p, buf_get(&plain), &box, e);
	if (rc == RC_OK) {
		put_message(p, env, &msg_report_submit_desc, report,
		    PART_SEALED, buf_get(&box));
		rc = await_message(p, out, e);
	}
	buf_fini(&plain);
	buf_fini(&box);
	return rc;
}
