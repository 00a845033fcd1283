#include "common/bus/log_inside.h"

#include "common/msg/envelope.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define PING_MS 60000 /* the bus forgets who says nothing for 5 minutes */
#define BUSY_MS 1000
#define COMMIT_MS 50
#define SLICE_MS 500
#define CLOSE_MS 200

enum rc
log_open(struct log_reader **rp, const char *endpoint,
    const struct log_options *options, struct err *e)
{
	const struct link_options link = { .endpoint = endpoint,
		.key_file = options->key_file,
		.send_queue = 1000,
		.receive_queue = LOG_QUEUE,
		.silence_ms = options->silence_ms };
	struct log_reader *r = xcalloc(1, sizeof(*r));
	enum rc rc;

	r->arena = arena_new((size_t)1 << 20);
	log_copy_options(r, options);
	rc = link_open(&r->link, &link, e);
	if (rc != RC_OK) {
		log_reader_close(&r);
		return rc;
	}
	log_ask(r);
	r->heard_ms = r->asked_ms;
	*rp = r;
	return RC_OK;
}

static void
send_number(struct log_reader *r, const char *word, int64_t n)
{
	char text[24];
	const struct str parts[3] = { str_of(word), r->name,
		{ text, (size_t)snprintf(
			    text, sizeof(text), "%lld", (long long)n) } };

	(void)link_send(r->link, parts, ARRAY_LEN(parts));
}

/* The bus takes no place that it has not sent us to, on this connection. */
static void
send_commit(struct log_reader *r, int64_t pause_ms)
{
	int64_t now = clock_mono_ms();

	if (r->committed <= r->committed_sent || r->committed > r->reached ||
	    now - r->commit_ms < pause_ms)
		return;
	send_number(r, "CURSOR", r->committed);
	r->committed_sent = r->committed;
	r->commit_ms = now;
}

void
log_reader_close(struct log_reader **rp)
{
	struct log_reader *r = *rp;

	if (r == NULL)
		return;
	frames_free(&r->frames);
	if (r->link != NULL) {
		const struct str bye[2] = { STR("CLOSE"), r->name };

		send_commit(r, 0);
		(void)link_send(r->link, bye, ARRAY_LEN(bye));
		link_finish(&r->link, CLOSE_MS);
	}
	arena_free(&r->arena);
	free(r);
	*rp = NULL;
}

/* What was sent got lost on the way, or is of another past. */
static enum rc
ask_anew(struct log_reader *r, const char *why)
{
	link_drop(r->link, why);
	return RC_GONE;
}

static enum rc
take_cut(struct log_reader *r, struct str body, struct log_event *event)
{
	int64_t from = wire_get_i64(body, "from_seq");

	if (from <= 0 || r->epoch <= 0)
		return RC_GONE;
	r->place = from;
	r->head = 0;
	if (r->committed >= from)
		r->committed = from - 1;
	log_ask(r);
	*event = (struct log_event){
		.what = LOG_CUT, .seq = from, .epoch = r->epoch
	};
	return r->options.notices ? RC_OK : RC_GONE;
}

static enum rc
take_retired(struct log_reader *r, struct str body, struct log_event *event,
    struct err *e)
{
	int64_t first = wire_get_i64(body, "first");

	r->retired = true;
	*event = (struct log_event){
		.what = LOG_RETIRED, .seq = first, .epoch = r->epoch
	};
	if (r->options.notices)
		return RC_OK;
	return err_set(e, RC_REJECT,
	    "not there any more; the oldest event is %lld", (long long)first);
}

static enum rc
take_error(struct log_reader *r, struct str body, struct log_event *event,
    struct err *e)
{
	struct str code = wire_get_str(body, "code");

	if (str_is(code, "EPOCH"))
		return take_cut(r, body, event);
	if (str_is(code, "GONE"))
		return take_retired(r, body, event, e);
	/* A bus that has forgotten us: a restart, a long pause. */
	if (str_is(code, "NOT_OPEN") || str_is(code, "IDLE")) {
		log_ask(r);
		return RC_GONE;
	}
	if (!str_is(code, "BUSY") && !str_is(code, "UNAVAILABLE"))
		return err_set(e, RC_REJECT, "the bus says: %.*s",
		    STR_ARG(wire_get_str(body, "reason")));
	r->again_ms = clock_mono_ms() + BUSY_MS;
	return err_set(e, RC_RETRY, "the bus says: %.*s",
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

static enum rc
take_event(struct log_reader *r, struct str body, struct log_event *event)
{
	int64_t seq = wire_get_i64(body, "seq");
	int64_t epoch = wire_get_i64(body, "epoch");

	if (seq <= 0)
		return RC_GONE;
	if (++r->spent >= LOG_CREDIT / 2) {
		send_number(r, "CREDIT", r->spent);
		r->spent = 0;
	}
	if (r->epoch > 0 && epoch > r->epoch && seq < r->place)
		return ask_anew(r, "history was cut short by the bus on");
	if (r->place > 0 && wire_get_i64(body, "prev") >= r->place)
		return ask_anew(r, "events were lost by the bus on");
	if (epoch > r->epoch)
		r->epoch = epoch;
	if (seq > r->reached)
		r->reached = seq;
	/* Again, from before a lost connection or a place that is kept. */
	if (seq < r->place)
		return RC_GONE;
	r->place = seq + 1;
	*event = (struct log_event){ .seq = seq,
		.at = wire_get_i64(body, "at"),
		.epoch = epoch,
		.envelope = frames_at(&r->frames, 3) };
	return is_wanted(r, event->envelope) ? RC_OK : RC_GONE;
}

/* BEGIN, HEARTBEAT, END: how far the bus has looked. */
static enum rc
take_place(struct log_reader *r, struct str word, struct str body)
{
	int64_t next = wire_get_i64(body, "next");
	int64_t head = wire_get_i64(body, "head");

	if (r->place > 0 && wire_get_i64(body, "matched") >= r->place)
		return ask_anew(r, "events were lost by the bus on");
	if (wire_get_i64(body, "epoch") > r->epoch)
		r->epoch = wire_get_i64(body, "epoch");
	if (head > r->head)
		r->head = head;
	if (next > r->place)
		r->place = next;
	if (next - 1 > r->reached)
		r->reached = next - 1;
	r->ended = r->ended || str_is(word, "END");
	return RC_GONE;
}

/* RC_OK: an event or a notice; RC_GONE: something else was taken in. */
static enum rc
take(struct log_reader *r, struct log_event *event, struct err *e)
{
	struct frames *f = &r->frames;
	struct wire_fault fault;
	struct str word, body;

	if (f->n < 3 || f->n > 4 || !wire_check(frames_at(f, 2), &fault))
		return RC_GONE;
	word = frames_at(f, 0);
	body = frames_at(f, 2);
	if (str_is(word, "ERR") && frames_at(f, 1).n == 0)
		return take_error(r, body, event, e);
	if (!str_eq(frames_at(f, 1), r->name))
		return RC_GONE;
	r->heard_ms = clock_mono_ms();
	if (f->n == 4)
		return str_is(word, "EVENT") ? take_event(r, body, event)
					     : RC_GONE;
	if (!str_is(word, "ERR"))
		return take_place(r, word, body);
	/* With the epoch that the bus has now. */
	if (wire_get_i64(body, "epoch") > r->epoch)
		r->epoch = wire_get_i64(body, "epoch");
	return take_error(r, body, event, e);
}

/* Nothing has come; what is due? */
static enum rc
tend(struct log_reader *r, struct err *e)
{
	const struct str ping[1] = { STR("PING") };
	int64_t now = clock_mono_ms();
	int64_t since = r->heard_ms > r->asked_ms ? r->heard_ms : r->asked_ms;
	int64_t told = r->heard_ms > r->told_ms ? r->heard_ms : r->told_ms;

	send_commit(r, COMMIT_MS);
	if (r->again_ms > 0 && now >= r->again_ms)
		log_ask(r);
	if (now - r->pinged_ms > PING_MS) {
		r->pinged_ms = now;
		(void)link_send(r->link, ping, ARRAY_LEN(ping));
	}
	/* The connection may well live: it is this reader that does not. */
	if (r->again_ms == 0 && now - since >= r->silence_ms) {
		r->asked_ms = now;
		link_drop(r->link, "no answer from the bus on");
	}
	if (now - told < r->silence_ms)
		return RC_OK;
	r->told_ms = now;
	return err_set(e, RC_RETRY, "%s", link_trouble(r->link));
}

enum rc
log_next(struct log_reader *r, int timeout_ms, struct log_event *event,
    struct err *e)
{
	int64_t until = clock_mono_ms() + timeout_ms, left;

	do {
		enum rc rc;

		left = until - clock_mono_ms();
		frames_free(&r->frames);
		if (r->ended)
			break;
		if (r->retired)
			return err_set(e, RC_REJECT,
			    "what comes next was retired from the journal");
		rc = link_receive(r->link, 0, &r->frames, e);
		if (rc == RC_GONE) {
			TRY(tend(r, e));
			rc = link_receive(r->link,
			    left < SLICE_MS ? left : SLICE_MS, &r->frames, e);
		}
		if (rc == RC_RETRY) {
			log_ask(r);
			continue;
		}
		if (rc == RC_OK)
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

void
log_skip(struct log_reader *r, int64_t seq)
{
	if (!r->retired)
		return;
	r->retired = false;
	r->place = seq;
	log_ask(r);
}

void
log_commit(struct log_reader *r, int64_t seq)
{
	must(r->options.cursor.n > 0 && seq < r->place);
	if (seq > r->committed)
		r->committed = seq;
	send_commit(r, COMMIT_MS);
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
