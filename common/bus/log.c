#include "common/bus/log.h"

#include "common/bus/socket.h"
#include "common/msg/envelope.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define CREDIT 2000
#define SILENCE_MS 6000
#define PING_MS 60000 /* the bus forgets who says nothing for 5 minutes */
#define NAME "r"

struct log_reader {
	char *endpoint;
	zsock_t *sock;
	struct arena *arena; /* options, for as long as it lives */
	struct log_options options;
	struct str number; /* of the casefile that options.report became */
	int64_t last;      /* seq of the last event taken in */
	int64_t head;
	int64_t place; /* all below it was looked at */
	int64_t epoch;
	int64_t spent; /* credit used since the last top-up */
	int64_t heard_ms;
	int64_t pinged_ms;
	bool ended;
	struct frames frames; /* of the event that was handed out */
};

static void
put_from(struct buf *b, const struct log_reader *r)
{
	const struct log_options *o = &r->options;

	wire_put_str(b, STR("from"));
	if (r->last > 0)
		wire_put_i64(b, r->last + 1);
	else if (o->from_seq > 0)
		wire_put_i64(b, o->from_seq);
	else if (o->from_time.n > 0)
		wire_put_str(b, o->from_time);
	else if (o->from_head)
		wire_put_str(b, STR("head"));
	else
		wire_put_i64(b, 1);
}

static void
put_options(struct buf *b, const struct log_reader *r)
{
	const struct log_options *o = &r->options;

	wire_put_map(b, 3u + (o->n_topics > 0) + (o->casefile.n > 0) +
			    (o->division.n > 0) + (o->until_time.n > 0));
	put_from(b, r);
	wire_pair_bool(b, "follow", o->follow);
	wire_pair_i64(b, "credit", CREDIT);
	if (o->n_topics > 0) {
		wire_put_str(b, STR("topics"));
		wire_put_array(b, o->n_topics);
		for (size_t i = 0; i < o->n_topics; i++)
			wire_put_str(b, o->topics[i]);
	}
	if (o->casefile.n > 0)
		wire_pair_str(b, "casefile", o->casefile);
	if (o->division.n > 0)
		wire_pair_str(b, "division", o->division);
	if (o->until_time.n > 0)
		wire_pair_str(b, "until", o->until_time);
}

static enum rc
reopen(struct log_reader *r, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_DEALER, SOCKET_CONNECT,
		1000, 2 * CREDIT, 256 * 1024, 0 };
	struct str parts[3] = { STR("OPEN"), STR(NAME), { NULL, 0 } };
	struct buf b;

	zsock_destroy(&r->sock);
	TRY(socket_open(&r->sock, &opts, r->endpoint, e));
	buf_init(&b, (size_t)16 * 1024);
	put_options(&b, r);
	parts[2] = buf_get(&b);
	(void)socket_send(r->sock, parts, ARRAY_LEN(parts));
	buf_fini(&b);
	r->spent = 0;
	r->heard_ms = r->pinged_ms = clock_mono_ms();
	return RC_OK;
}

enum rc
log_open(struct log_reader **rp, const char *endpoint,
    const struct log_options *options, struct err *e)
{
	struct log_reader *r = xcalloc(1, sizeof(*r));
	struct str *topics;
	enum rc rc;

	r->endpoint = xstrdup(endpoint);
	r->arena = arena_new((size_t)1 << 20);
	r->options = *options;
	topics = arena_alloc(r->arena, options->n_topics * sizeof(*topics));
	must(topics != NULL);
	for (size_t i = 0; i < options->n_topics; i++)
		topics[i] = arena_str(r->arena, options->topics[i]);
	r->options.topics = topics;
	r->options.casefile = arena_str(r->arena, options->casefile);
	r->options.division = arena_str(r->arena, options->division);
	r->options.from_time = arena_str(r->arena, options->from_time);
	r->options.until_time = arena_str(r->arena, options->until_time);
	r->options.report = arena_str(r->arena, options->report);
	rc = reopen(r, e);
	if (rc != RC_OK) {
		log_reader_close(&r);
		return rc;
	}
	*rp = r;
	return RC_OK;
}

void
log_reader_close(struct log_reader **rp)
{
	struct log_reader *r = *rp;
	struct str bye[2] = { STR("CLOSE"), STR(NAME) };

	if (r == NULL)
		return;
	frames_free(&r->frames);
	if (r->sock != NULL) {
		zsock_set_linger(r->sock, 100);
		(void)socket_send(r->sock, bye, ARRAY_LEN(bye));
	}
	zsock_destroy(&r->sock);
	arena_free(&r->arena);
	free(r->endpoint);
	free(r);
	*rp = NULL;
}

static void
top_up(struct log_reader *r)
{
	char n[24];
	struct str parts[3] = { STR("CREDIT"), STR(NAME), { NULL, 0 } };

	if (++r->spent < CREDIT / 2)
		return;
	(void)snprintf(n, sizeof(n), "%lld", (long long)r->spent);
	parts[2] = str_of(n);
	if (socket_send(r->sock, parts, ARRAY_LEN(parts)))
		r->spent = 0;
}

/* A bus that has forgotten us (a restart, a long pause) is asked anew. */
static enum rc
take_error(struct log_reader *r, struct str body, struct err *e)
{
	struct str code = wire_get_str(body, "code");
	bool passing = str_is(code, "BUSY") || str_is(code, "UNAVAILABLE");

	if (str_is(code, "NOT_OPEN") || str_is(code, "IDLE")) {
		TRY(reopen(r, e));
		return RC_GONE;
	}
	return err_set(e, passing ? RC_RETRY : RC_REJECT, "the bus says: %.*s",
	    STR_ARG(wire_get_str(body, "reason")));
}

static bool
is_wanted(struct log_reader *r, struct str body)
{
	struct str id = r->options.report;
	struct msg_envelope env;
	bool caused;

	if (id.n == 0)
		return true;
	if (envelope_decode(body, MSG_LENIENT, &env, NULL) != RC_OK)
		return false;
	caused = str_eq(env.correlationid, id);
	if (caused && r->number.n == 0)
		r->number = arena_str(r->arena, env.subject);
	return caused || str_eq(env.id, id) ||
	       (r->number.n > 0 && str_eq(env.subject, r->number));
}

/* A higher epoch: history was cut short, and seq counts on from there. */
static bool
is_cut(struct log_reader *r, struct str body)
{
	int64_t before = r->epoch, epoch = wire_get_i64(body, "epoch");

	if (epoch <= before)
		return false;
	r->epoch = epoch;
	return before > 0;
}

/* RC_OK: seq is right again; RC_GONE: asked anew, from the head there is. */
static enum rc
start_over(struct log_reader *r, bool event, struct str body, struct err *e)
{
	int64_t head =
	    event ? wire_get_i64(body, "seq") - 1 : wire_get_i64(body, "head");
	bool beyond = r->last > head || r->options.from_seq > head + 1;

	r->head = r->place = 0;
	if (!beyond)
		return RC_OK;
	if (r->last > head)
		r->last = head;
	if (r->options.from_seq > head + 1)
		r->options.from_seq = head + 1;
	if (event)
		return RC_OK;
	TRY(reopen(r, e));
	return RC_GONE;
}

static enum rc
take_event(struct log_reader *r, struct str body, struct log_event *event)
{
	event->seq = wire_get_i64(body, "seq");
	if (event->seq <= r->last)
		return RC_GONE;
	event->at = wire_get_i64(body, "at");
	event->epoch = wire_get_i64(body, "epoch");
	event->envelope = frames_at(&r->frames, 3);
	r->last = event->seq;
	r->place = event->seq + 1;
	top_up(r);
	return is_wanted(r, event->envelope) ? RC_OK : RC_GONE;
}

/* RC_OK: an event; RC_GONE: something else that was taken in. */
static enum rc
take(struct log_reader *r, struct log_event *event, struct err *e)
{
	struct frames *f = &r->frames;
	struct wire_fault fault;
	struct str word, body;

	if (f->n < 3 || !wire_check(body = frames_at(f, 2), &fault))
		return RC_GONE;
	word = frames_at(f, 0);
	if (is_cut(r, body))
		TRY(start_over(r, str_is(word, "EVENT"), body, e));
	if (wire_get_i64(body, "head") > r->head)
		r->head = wire_get_i64(body, "head");
	if (wire_get_i64(body, "next") > r->place)
		r->place = wire_get_i64(body, "next");
	if (str_is(word, "EVENT") && f->n == 4)
		return take_event(r, body, event);
	/* "From now on" means this head, also after a lost connection. */
	if (str_is(word, "BEGIN") && r->options.from_head) {
		r->options.from_head = false;
		r->options.from_seq = wire_get_i64(body, "head") + 1;
	}
	if (str_is(word, "END"))
		r->ended = true;
	return str_is(word, "ERR") ? take_error(r, body, e) : RC_GONE;
}

static enum rc
keep_alive(struct log_reader *r, struct err *e)
{
	int64_t now = clock_mono_ms();
	struct str ping[1] = { STR("PING") };

	if (now - r->pinged_ms > PING_MS) {
		r->pinged_ms = now;
		(void)socket_send(r->sock, ping, ARRAY_LEN(ping));
	}
	if (now - r->heard_ms < SILENCE_MS || r->ended)
		return RC_OK;
	TRY(reopen(r, e));
	return err_set(e, RC_RETRY, "no bus answers on %s", r->endpoint);
}

enum rc
log_next(struct log_reader *r, int timeout_ms, struct log_event *event,
    struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms, left;
	enum rc rc;

	do {
		zmq_pollitem_t item = { socket_raw(r->sock), 0, ZMQ_POLLIN, 0 };

		left = until - clock_mono_ms();
		frames_free(&r->frames);
		if (r->ended)
			break;
		if (!frames_receive(r->sock, &r->frames)) {
			(void)zmq_poll(&item, 1,
			    left < 0     ? 0
			    : left < 500 ? (long)left
					 : 500);
			TRY(keep_alive(r, e));
			continue;
		}
		r->heard_ms = clock_mono_ms();
		rc = take(r, event, e);
		if (rc != RC_GONE)
			return rc;
	} while (left > 0);
	return err_set(e, RC_GONE, "nothing more");
}

bool
log_ended(const struct log_reader *r)
{
	return r->ended;
}

int64_t
log_head(const struct log_reader *r)
{
	return r->head;
}

int64_t
log_place(const struct log_reader *r)
{
	return r->place;
}

int64_t
log_epoch(const struct log_reader *r)
{
	return r->epoch;
}
