/*
 * Log: any range of the journal, filtered here, at the reader's own pace.
 * A reader without credit costs nothing and holds up nobody.
 */
#include "services/bus/sub.h"

#include "common/base/log.h"
#include "common/msg/wire.h"

#include <limits.h>
#include <stdlib.h>

#define READ_BATCH 1000
#define FEED_MS 20
#define IDLE_MAX_MS (5 * 60 * 1000)
#define REST_MAX_MS 100
#define SAVE_MS 500 /* of a named reader's place */

void
log_drop(struct bus *b, size_t i)
{
	sub_fini(&b->subs[i]);
	b->subs[i] = b->subs[--b->n_subs];
}

void
log_close(struct bus *b)
{
	while (b->n_subs > 0)
		log_drop(b, b->n_subs - 1);
	free(b->subs);
	b->subs = NULL;
}

static bool
say(struct bus *b, struct str identity, const char *word, struct str name,
    struct str body)
{
	struct str parts[4] = { identity, str_of(word), name, body };

	return socket_send(b->log, parts, ARRAY_LEN(parts));
}

void
log_error_with(struct bus *b, struct str identity, struct str name,
    const char *code, const char *reason, const char *key, int64_t value)
{
	struct buf out;

	buf_init(&out, 1024);
	wire_put_map(&out, 3u + (key != NULL));
	wire_pair_str(&out, "code", str_of(code));
	wire_pair_str(&out, "reason", str_of(reason));
	wire_pair_i64(&out, "epoch", b->epoch);
	if (key != NULL)
		wire_pair_i64(&out, key, value);
	(void)say(b, identity, "ERR", name, buf_get(&out));
	buf_fini(&out);
}

void
log_error(struct bus *b, struct str identity, struct str name, const char *code,
    const char *reason)
{
	log_error_with(b, identity, name, code, reason, NULL, 0);
}

void
log_revoked(struct bus *b, struct str identity, struct str name)
{
	log_error(b, identity, name, "REVOKED", "your key is no longer known");
}

void
log_say_cut(struct bus *b, const struct sub *s, int64_t from)
{
	log_error_with(b, s->identity, s->name, "EPOCH",
	    "history was cut short: what you have from from_seq on may not be "
	    "in the journal any more",
	    "from_seq", from);
}

/* Nothing could be sent: the reader is gone, or its queue is full. */
static void
stumble(struct sub *s)
{
	s->gone = errno == EHOSTUNREACH;
	s->rest_ms = s->rest_ms == 0                ? 1
		     : s->rest_ms * 2 < REST_MAX_MS ? s->rest_ms * 2
						    : REST_MAX_MS;
	s->wake_ms = clock_mono_ms() + s->rest_ms;
}

bool
log_say_place(struct bus *b, struct sub *s, const char *word, const char *key,
    int64_t value)
{
	struct buf out;
	bool sent;

	buf_init(&out, 256);
	wire_put_map(&out, 4);
	wire_pair_i64(&out, "epoch", b->epoch);
	wire_pair_i64(&out, "head", b->head);
	wire_pair_i64(&out, "next", s->next + 1);
	wire_pair_i64(&out, key, value);
	sent = say(b, s->identity, word, s->name, buf_get(&out));
	if (!sent)
		stumble(s);
	buf_fini(&out);
	return sent;
}

void
log_save_place(struct bus *b, struct sub *s)
{
	struct err e;

	if (!s->named || s->place == s->place_saved || !store_alive(b))
		return;
	s->saved_ms = clock_mono_ms();
	if (store_save_reader(b, s->client, s->name, s->place, &e) == RC_OK)
		s->place_saved = s->place;
	else
		db_rollback(b->read);
}

static bool
say_beat(struct bus *b, struct sub *s)
{
	s->beat_ms = clock_mono_ms();
	return log_say_place(b, s, "HEARTBEAT", "matched", s->matched);
}

/* False when the reader is gone, or has to rest: its queue is full. */
static bool
send_event(
    struct bus *b, struct sub *s, struct window_event *ev, struct buf *buf)
{
	struct str parts[5] = { s->identity, STR("EVENT"), s->name, { NULL, 0 },
		ev->envelope };

	ev->prev = s->matched;
	parts[3] = header_of(buf, ev);
	if (!socket_send(b->log, parts, ARRAY_LEN(parts))) {
		stumble(s);
		return false;
	}
	s->rest_ms = 0;
	s->credit--;
	s->matched = ev->seq;
	b->tally.n_log++;
	return true;
}

/* Takes EV in if it fits; false when the reader can take no more now. */
static bool
offer(struct bus *b, struct sub *s, struct window_event *ev, struct buf *buf)
{
	const struct client *who = access_find(b->access, s->user);

	if (ev->at >= s->stop_at) {
		s->follow = false;
		s->until = s->next;
		return false;
	}
	if (s->credit <= 0 || who == NULL ||
	    (sub_matches(s, who, ev) && !send_event(b, s, ev, buf)))
		return false;
	s->next = ev->seq;
	return true;
}

static int64_t
end_of(const struct bus *b, const struct sub *s)
{
	return s->follow ? b->head : s->until;
}

/* It has credit, and there is something for it to look at. */
static bool
is_behind(const struct bus *b, const struct sub *s)
{
	return s->credit > 0 && s->next < end_of(b, s);
}

enum reader_state
log_reader_state(const struct bus *b, const struct sub *s)
{
	if (s->next >= end_of(b, s))
		return READER_CURRENT;
	return s->credit <= 0 || s->rest_ms > 0 ? READER_STALLED
						: READER_BEHIND;
}

static bool
is_due(const struct bus *b, const struct sub *s)
{
	return is_behind(b, s) && clock_mono_ms() >= s->wake_ms;
}

/* From memory, when the reader has come so far. */
static bool
feed_recent(struct bus *b, struct sub *s, struct buf *buf)
{
	int64_t first, last, end = end_of(b, s);

	if (!window_bounds(b->window, &first, &last) || s->next + 1 < first)
		return false;
	if (end > last)
		end = last;
	if (end > s->next + READ_BATCH)
		end = s->next + READ_BATCH;
	for (int64_t seq = s->next + 1; seq <= end; seq++) {
		struct window_event ev = window_get(b->window, seq);

		if (!offer(b, s, &ev, buf))
			break;
	}
	return s->next < last || end_of(b, s) <= last;
}

static enum rc
feed_old(struct bus *b, struct sub *s, struct buf *buf, struct err *e)
{
	int64_t limit = s->credit < READ_BATCH ? s->credit : READ_BATCH;
	int64_t end = end_of(b, s);
	char topic[TOPIC_MAX];
	struct rows *rows = NULL;
	size_t n, i;

	if (s->n_topics > 0 || s->division.n > 0)
		limit = READ_BATCH;
	TRY(store_range(b, s->next, end, limit, s->casefile, &rows, e));
	n = rows_n(rows);
	for (i = 0; i < n; i++) {
		struct window_event ev = event_of(rows, i, topic);

		if (!offer(b, s, &ev, buf))
			break;
	}
	/* Everything up to the end was looked at. */
	if (i == n && (int64_t)n < limit)
		s->next = end;
	rows_free(&rows);
	return RC_OK;
}

/* One batch for one reader. */
static enum rc
feed_sub(struct bus *b, struct sub *s, struct err *e)
{
	struct buf buf;
	enum rc rc = RC_OK;

	/* Nothing is read for a queue that is still full. */
	if (s->rest_ms > 0 && !say_beat(b, s))
		return RC_OK;
	buf_init(&buf, 256);
	if (!feed_recent(b, s, &buf))
		rc = feed_old(b, s, &buf, e);
	buf_fini(&buf);
	return rc;
}

/* True when the reader is finished with. */
static bool
end_sub(struct bus *b, struct sub *s)
{
	int64_t now = clock_mono_ms();

	if (now - s->saved_ms >= SAVE_MS)
		log_save_place(b, s);
	if (s->gone)
		return true;
	if (now - s->heard_ms > IDLE_MAX_MS) {
		log_error(b, s->identity, s->name, "IDLE",
		    "nothing was heard from you for 5 minutes; send PING");
		return true;
	}
	if (s->ended)
		return false;
	if (!s->follow && s->next >= s->until && now >= s->wake_ms) {
		s->ended = log_say_place(b, s, "END", "matched", s->matched);
		/* A named one stays: its last CURSOR comes behind this. */
		return s->gone || (s->ended && !s->named);
	}
	if (now - s->beat_ms < BEAT_MS)
		return false;
	(void)say_beat(b, s);
	return s->gone;
}

int
log_wait_ms(const struct bus *b)
{
	int64_t now = clock_mono_ms(), wait = INT_MAX;

	for (size_t i = 0; i < b->n_subs; i++) {
		const struct sub *s = &b->subs[i];
		int64_t left = s->wake_ms - now;

		if (is_behind(b, s) && left < wait)
			wait = left;
	}
	return wait > 0 ? (int)wait : 0;
}

void
log_cut(struct bus *b, int64_t from)
{
	for (size_t i = b->n_subs; i-- > 0;)
		if (b->subs[i].next >= from) {
			log_say_cut(b, &b->subs[i], from);
			log_drop(b, i);
		}
}

void
log_review(struct bus *b)
{
	for (size_t i = b->n_subs; i-- > 0;) {
		struct sub *s = &b->subs[i];
		const struct client *who = access_find(b->access, s->user);
		const char *denied = who == NULL ? NULL : sub_denied(s, who);

		if (who != NULL && denied == NULL)
			continue;
		if (who == NULL)
			log_revoked(b, s->identity, s->name);
		else
			log_error(
			    b, s->identity, s->name, "NOT_GRANTED", denied);
		log_drop(b, i);
	}
}

/* Whoever is due, in turn, until the others of the bus want theirs. */
static enum rc
feed_some(struct bus *b, struct err *e)
{
	int64_t until = clock_mono_ms() + FEED_MS;

	for (size_t n = b->n_subs; n > 0 && clock_mono_ms() < until; n--) {
		struct sub *s = &b->subs[b->fed++ % b->n_subs];

		if (is_due(b, s))
			TRY(feed_sub(b, s, e));
	}
	return RC_OK;
}

void
log_turn(struct bus *b)
{
	struct frames f;
	struct err e;

	if (b->subs == NULL)
		b->subs = xcalloc(SUBS_MAX, sizeof(*b->subs));
	for (int n = 0; n < 100 && frames_receive(b->log, &f); n++) {
		request_take(b, &f);
		frames_free(&f);
	}
	if (store_alive(b) && feed_some(b, &e) != RC_OK) {
		log_why(LEVEL_WARN, "log.stalled", e.text);
		db_rollback(b->read);
		return;
	}
	for (size_t i = b->n_subs; i-- > 0;)
		if (end_sub(b, &b->subs[i]))
			log_drop(b, i);
}
