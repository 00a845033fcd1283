#include "cli/tail_live.h"

#include "cli/tail_holes.h"
#include "common/bus/feed.h"
#include "common/bus/log.h"
#include "common/bus/socket.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <stdlib.h>

#define QUEUE 4000 /* at the largest event, 256 MiB */
#define SILENCE_MS 6000
/* Heartbeats come each second: after so long one or more were lost. */
#define BEAT_LATE_MS 2500
/* A hole that cannot be filled within this time stays one. */
#define FILL_MS 6000

struct tail_live {
	struct source_options options;
	zsock_t *sub;
	struct frames frames; /* of the message under way */
	struct tail_holes holes;
	struct str prefixes[FILTER_WORDS_MAX]; /* none: every type */
	char text[FILTER_WORDS_MAX][TOPIC_MAX];
	size_t n_prefixes;

	int64_t epoch;
	int64_t head;
	int64_t sure; /* all up to it is settled, as of the last heartbeat */
	bool suspect; /* something was lost since */
	bool silent;
	int64_t heard_ms;
	int64_t beat_ms;

	struct log_reader *filler; /* reads a hole */
	struct err why;            /* it could not be filled */
	char hole_type[HOLES_TYPE_BYTES];
	int64_t hole_after; /* it lies behind this */
	int64_t hole_until; /* and before that */
	int64_t fill_ms;
	bool held; /* the event in FRAMES comes behind the hole */
};

/* Also anew: over TCP a socket that was turned away never comes back. */
static enum rc
subscribe(struct tail_live *l, struct err *e)
{
	static const struct socket_opts opts = { ZMQ_SUB, SOCKET_CONNECT, 1000,
		QUEUE, 256 * 1024, 0 };

	zsock_destroy(&l->sub);
	TRY(socket_open(&l->sub, &opts, l->options.live, e));
	if (l->n_prefixes == 0)
		zsock_set_subscribe(l->sub, "");
	for (size_t i = 0; i < l->n_prefixes; i++)
		zsock_set_subscribe(l->sub, l->text[i]);
	/* Last, so that the first heartbeat finds all the others in place. */
	if (l->n_prefixes > 0)
		zsock_set_subscribe(l->sub, FEED_HEARTBEAT);
	l->heard_ms = clock_mono_ms();
	return RC_OK;
}

enum rc
tail_live_open(
    struct tail_live **lp, const struct source_options *o, struct err *e)
{
	struct tail_live *l = xcalloc(1, sizeof(*l));
	enum rc rc;

	l->options = *o;
	holes_begin(&l->holes);
	l->n_prefixes = filter_prefixes(o->filter, true, l->prefixes, l->text);
	rc = subscribe(l, e);
	if (rc != RC_OK) {
		tail_live_close(&l);
		return rc;
	}
	*lp = l;
	return RC_OK;
}

void
tail_live_close(struct tail_live **lp)
{
	struct tail_live *l = *lp;

	if (l == NULL)
		return;
	log_reader_close(&l->filler);
	frames_free(&l->frames);
	zsock_destroy(&l->sub);
	free(l);
	*lp = NULL;
}

int64_t
tail_live_head(const struct tail_live *l)
{
	return l->head;
}

int64_t
tail_live_epoch(const struct tail_live *l)
{
	return l->epoch;
}

struct str
tail_live_lost(const struct tail_live *l)
{
	return str_of(l->hole_type);
}

/* Whether events of TYPE come here at all. */
static bool
is_subscribed(const struct tail_live *l, struct str type)
{
	char topic[TOPIC_MAX];
	struct str whole = envelope_topic(type, STR(""), topic);

	for (size_t i = 0; i < l->n_prefixes; i++)
		if (str_starts(whole, l->prefixes[i]))
			return true;
	return l->n_prefixes == 0;
}

static struct str
topic_type(struct tail_live *l)
{
	struct str topic = frames_at(&l->frames, 0);

	return str_cut(topic, 0, str_find(topic, '/'));
}

/* The event in the frames, as it came. */
static enum came
hand_out(struct tail_live *l, struct tail_event *ev)
{
	struct str header = frames_at(&l->frames, 1);

	*ev = (struct tail_event){ .seq = wire_get_i64(header, "seq"),
		.at = wire_get_i64(header, "at"),
		.epoch = wire_get_i64(header, "epoch"),
		.bytes = frames_at(&l->frames, 2) };
	tail_event_read(ev);
	holes_saw(&l->holes, topic_type(l), ev->seq);
	return CAME_EVENT;
}

static void
say_hole(const struct tail_live *l, struct err *e)
{
	(void)err_set(e, RC_GONE,
	    "the live feed lost events between %lld and %lld%s%s",
	    (long long)l->hole_after, (long long)l->hole_until,
	    l->why.text[0] != '\0' ? ": " : "", l->why.text);
}

/* The hole is closed, or given up. */
static void
leave_hole(struct tail_live *l)
{
	log_reader_close(&l->filler);
	if (!l->held)
		holes_settle(&l->holes, l->hole_until - 1);
	l->hole_until = 0;
}

/* Begins to read what lies between the two; CAME_LOST if it can not be. */
static enum came
enter_hole(struct tail_live *l, int64_t after, int64_t until, struct err *e)
{
	struct log_options o = { .from_seq = after + 1,
		.topics = l->prefixes,
		.n_topics = l->n_prefixes };

	l->hole_after = after;
	l->hole_until = until;
	l->fill_ms = clock_mono_ms();
	l->why.text[0] = '\0';
	if (l->options.fill &&
	    log_open(&l->filler, l->options.log, &o, &l->why) == RC_OK)
		return CAME_NOTHING;
	say_hole(l, e);
	leave_hole(l);
	return CAME_LOST;
}

/* One step inside a hole. */
static enum came
fill(struct tail_live *l, int timeout_ms, struct tail_event *ev, struct err *e)
{
	struct log_event got;
	enum rc rc = log_next(l->filler, timeout_ms, &got, &l->why);
	bool over = clock_mono_ms() - l->fill_ms > FILL_MS;

	if ((rc == RC_OK && got.seq >= l->hole_until) ||
	    (rc == RC_GONE && log_ended(l->filler))) {
		leave_hole(l);
		return CAME_NOTHING;
	}
	if (rc == RC_OK) {
		*ev = (struct tail_event){ .seq = got.seq,
			.at = got.at,
			.epoch = got.epoch,
			.bytes = got.envelope,
			.late = true };
		tail_event_read(ev);
		if (got.seq <= holes_last(&l->holes, ev->env.type))
			return CAME_NOTHING;
		holes_saw(&l->holes, ev->env.type, got.seq);
		return CAME_EVENT;
	}
	if (rc == RC_GONE && !over)
		return CAME_NOTHING;
	say_hole(l, e);
	leave_hole(l);
	return CAME_LOST;
}

/* Another history: nothing that was known of the old one counts. */
static bool
is_cut(struct tail_live *l, struct str header)
{
	int64_t epoch = wire_get_i64(header, "epoch"), before = l->epoch;

	if (epoch <= before)
		return false;
	l->epoch = epoch;
	if (before > 0)
		holes_begin(&l->holes);
	return before > 0;
}

static enum came
say_cut(struct tail_live *l, struct err *e)
{
	l->hole_type[0] = '\0';
	/* An event comes behind this, a heartbeat again in a second. */
	l->held = l->frames.n == 3;
	(void)err_set(e, RC_GONE,
	    "history may have been cut short (epoch %lld): what was shown "
	    "last may be in the journal no more",
	    (long long)l->epoch);
	return CAME_LOST;
}

static enum came
take_event(struct tail_live *l, struct tail_event *ev, struct err *e)
{
	struct str header = frames_at(&l->frames, 1), type = topic_type(l);
	int64_t seq = wire_get_i64(header, "seq");
	int64_t prev = wire_get_i64(header, "prev");
	int64_t last = holes_last(&l->holes, type);

	if (seq <= 0 || seq <= last)
		return CAME_NOTHING;
	if (!holes_missed(&l->holes, type, prev))
		return hand_out(l, ev);
	l->suspect = true;
	l->held = true;
	(void)snprintf(
	    l->hole_type, sizeof(l->hole_type), "%.*s", STR_ARG(type));
	return enter_hole(l, last, seq, e);
}

/* Whether a type of which we should have all has one that we do not. */
static bool
misses_any(const struct tail_live *l, struct str beat)
{
	struct str rest = wire_find(beat, STR("last"));
	struct wire_item list, type, seq;

	if (rest.n == 0)
		return false;
	wire_read(&rest, &list);
	if (list.kind != KIND_ARRAY)
		return false;
	for (uint32_t i = 0; i + 1 < list.n; i += 2) {
		struct str one = wire_skip(&rest), two = wire_skip(&rest);

		wire_read(&one, &type);
		wire_read(&two, &seq);
		if (type.kind == KIND_STR && seq.kind == KIND_INT &&
		    is_subscribed(l, type.s) &&
		    holes_missed(&l->holes, type.s, seq.i))
			return true;
	}
	return false;
}

/* DRAINED: nothing waits behind this heartbeat. */
static enum came
take_beat(struct tail_live *l, bool drained, struct err *e)
{
	struct str beat = frames_at(&l->frames, 1);
	int64_t now = clock_mono_ms(), after = l->sure;
	bool first = l->holes.base < 0;

	l->head = wire_get_i64(beat, "head");
	if (l->beat_ms > 0 && now - l->beat_ms > BEAT_LATE_MS)
		l->suspect = true;
	l->beat_ms = now;
	if (!first && misses_any(l, beat))
		l->suspect = true;
	l->sure = l->head;
	if (first) {
		holes_settle(&l->holes, l->head);
		l->suspect = false;
		return CAME_LIVE;
	}
	if (!l->suspect || l->head <= after)
		return CAME_NOTHING;
	/* What was lost together with heartbeats shows in a later one. */
	l->suspect = !drained;
	l->hole_type[0] = '\0';
	return enter_hole(l, after, l->head + 1, e);
}

static enum came
take(struct tail_live *l, struct tail_event *ev, struct err *e)
{
	struct wire_fault fault;
	zmq_pollitem_t item = { socket_raw(l->sub), 0, ZMQ_POLLIN, 0 };

	if (l->frames.n < 2 || !wire_check(frames_at(&l->frames, 1), &fault))
		return CAME_NOTHING;
	if (is_cut(l, frames_at(&l->frames, 1)))
		return say_cut(l, e);
	if (l->frames.n == 3)
		return take_event(l, ev, e);
	return l->frames.n == 2 ? take_beat(l, zmq_poll(&item, 1, 0) == 0, e)
				: CAME_NOTHING;
}

static enum came
nothing_came(struct tail_live *l, struct err *e)
{
	if (clock_mono_ms() - l->heard_ms < SILENCE_MS)
		return CAME_NOTHING;
	if (subscribe(l, e) != RC_OK)
		return CAME_REFUSAL;
	(void)err_set(e, RC_RETRY, "no bus is heard on %s", l->options.live);
	return CAME_SILENCE;
}

enum came
tail_live_next(
    struct tail_live *l, int timeout_ms, struct tail_event *ev, struct err *e)
{
	zmq_pollitem_t item = { socket_raw(l->sub), 0, ZMQ_POLLIN, 0 };

	if (l->filler != NULL)
		return fill(l, timeout_ms, ev, e);
	if (l->held) {
		l->held = false;
		return hand_out(l, ev);
	}
	frames_free(&l->frames);
	if (!frames_receive(l->sub, &l->frames)) {
		(void)zmq_poll(&item, 1, timeout_ms);
		if (!frames_receive(l->sub, &l->frames))
			return nothing_came(l, e);
	}
	l->heard_ms = clock_mono_ms();
	return take(l, ev, e);
}
