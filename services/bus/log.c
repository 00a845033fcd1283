/*
 * Log: any range of the journal, filtered here, at the reader's own pace.
 * A reader without credit costs nothing and holds up nobody.
 */
#include "services/bus/sub.h"

#include "common/base/log.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define READ_BATCH 1000
#define IDLE_MAX_MS (5 * 60 * 1000)
#define REST_MS 100

static void
sub_drop(struct bus *b, size_t i)
{
	sub_fini(&b->subs[i]);
	b->subs[i] = b->subs[--b->n_subs];
}

void
log_close(struct bus *b)
{
	while (b->n_subs > 0)
		sub_drop(b, b->n_subs - 1);
	free(b->subs);
	b->subs = NULL;
}

static struct sub *
sub_find(struct bus *b, struct str identity, struct str name)
{
	for (size_t i = 0; i < b->n_subs; i++)
		if (str_eq(b->subs[i].identity, identity) &&
		    str_eq(b->subs[i].name, name))
			return &b->subs[i];
	return NULL;
}

static bool
say(struct bus *b, struct str identity, const char *word, struct str name,
    struct str body)
{
	struct str parts[4] = { identity, str_of(word), name, body };

	return socket_send(b->log, parts, ARRAY_LEN(parts));
}

static void
say_error(struct bus *b, struct str identity, struct str name, const char *code,
    const char *reason)
{
	struct buf out;

	buf_init(&out, 1024);
	wire_put_map(&out, 2);
	wire_pair_str(&out, "code", str_of(code));
	wire_pair_str(&out, "reason", str_of(reason));
	(void)say(b, identity, "ERR", name, buf_get(&out));
	buf_fini(&out);
}

/* Nothing could be sent: the reader is gone, or its queue is full. */
static void
stumble(struct sub *s)
{
	s->gone = errno == EHOSTUNREACH;
	s->rest_ms = clock_mono_ms() + REST_MS;
}

/*
 * {epoch, head, next, <key>: value}: all that matches below next has been
 * sent.
 */
static bool
say_place(struct bus *b, struct sub *s, const char *word, const char *key,
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

static void
open_sub(struct bus *b, struct frames *f)
{
	struct sub *s;
	const char *wrong;

	if (f->n != 4 || frames_at(f, 2).n > READER_NAME_MAX) {
		say_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "OPEN takes a name and options");
		return;
	}
	if (b->db == NULL || !db_alive(b->db)) {
		say_error(b, frames_at(f, 0), frames_at(f, 2), "UNAVAILABLE",
		    "the journal cannot be reached; try again");
		return;
	}
	if (sub_find(b, frames_at(f, 0), frames_at(f, 2)) != NULL ||
	    b->n_subs == SUBS_MAX) {
		say_error(b, frames_at(f, 0), frames_at(f, 2), "BUSY",
		    "this name is open already, or too many readers are");
		return;
	}
	s = &b->subs[b->n_subs++];
	sub_init(s, frames_at(f, 0), frames_at(f, 2));
	wrong = sub_options(b, s, frames_at(f, 3));
	if (wrong != NULL) {
		say_error(b, s->identity, s->name, "BAD_OPTION", wrong);
		sub_drop(b, b->n_subs - 1);
		return;
	}
	s->until = b->head;
	s->matched = s->next;
	(void)say_place(b, s, "BEGIN", "first", 1);
}

static void
more_credit(struct bus *b, struct frames *f)
{
	struct str name = f->n > 2 ? frames_at(f, 2) : STR("");
	struct sub *s;
	int64_t n;

	if (f->n != 4 || !str_i64(frames_at(f, 3), &n) || n <= 0 ||
	    n > CREDIT_MAX) {
		say_error(b, frames_at(f, 0), name, "BAD_FRAME",
		    "CREDIT takes a name and a number, 1 to 100000");
		return;
	}
	s = sub_find(b, frames_at(f, 0), name);
	if (s == NULL) {
		say_error(b, frames_at(f, 0), name, "NOT_OPEN",
		    "no reader of yours has this name; open it again");
		return;
	}
	s->credit = s->credit + n < CREDIT_MAX ? s->credit + n : CREDIT_MAX;
}

static void
hear(struct bus *b, struct str identity)
{
	for (size_t i = 0; i < b->n_subs; i++)
		if (str_eq(b->subs[i].identity, identity))
			b->subs[i].heard_ms = clock_mono_ms();
}

static void
take_one(struct bus *b, struct frames *f)
{
	struct str word = f->n > 1 ? frames_at(f, 1) : STR("");
	struct str pong[2] = { frames_at(f, 0), STR("PONG") };
	struct sub *s;

	hear(b, frames_at(f, 0));
	if (f->n > FRAMES_MAX) {
		say_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "too many frames");
	} else if (str_is(word, "OPEN")) {
		open_sub(b, f);
	} else if (str_is(word, "CREDIT")) {
		more_credit(b, f);
	} else if (str_is(word, "CLOSE")) {
		s = f->n == 3 ? sub_find(b, frames_at(f, 0), frames_at(f, 2))
			      : NULL;
		if (s != NULL)
			sub_drop(b, (size_t)(s - b->subs));
	} else if (str_is(word, "PING")) {
		(void)socket_send(b->log, pong, 2);
	} else {
		say_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "must be OPEN, CREDIT, CLOSE or PING");
	}
}

static bool
matches(const struct sub *s, const struct rows *rows, size_t i)
{
	char text[TOPIC_MAX];
	struct str topic;

	if (s->casefile.n > 0 && !str_eq(rows_str(rows, i, 4), s->casefile))
		return false;
	if (s->division.n > 0 &&
	    !registry_inside(rows_str(rows, i, 5), s->division))
		return false;
	if (s->n_topics == 0)
		return true;
	topic =
	    envelope_topic(rows_str(rows, i, 3), rows_str(rows, i, 5), text);
	for (size_t t = 0; t < s->n_topics; t++)
		if (str_starts(topic, s->topics[t]))
			return true;
	return false;
}

/* False when the reader is gone, or has to rest: its queue is full. */
static bool
send_event(struct bus *b, struct sub *s, const struct rows *rows, size_t i,
    struct buf *buf)
{
	struct str parts[5] = { s->identity, STR("EVENT"), s->name,
		header_of(b, buf, rows_i64(rows, i, 0), rows_time(rows, i, 1),
		    rows_i64(rows, i, 2)),
		rows_str(rows, i, 6) };

	if (!socket_send(b->log, parts, ARRAY_LEN(parts))) {
		stumble(s);
		return false;
	}
	s->credit--;
	s->matched = rows_i64(rows, i, 0);
	return true;
}

static int64_t
end_of(const struct bus *b, const struct sub *s)
{
	return s->follow ? b->head : s->until;
}

static bool
is_due(const struct bus *b, const struct sub *s)
{
	return s->credit > 0 && s->next < end_of(b, s) &&
	       clock_mono_ms() >= s->rest_ms;
}

/* One batch for one reader. */
static enum rc
feed_sub(struct bus *b, struct sub *s, struct err *e)
{
	int64_t limit = s->credit < READ_BATCH ? s->credit : READ_BATCH;
	int64_t end = end_of(b, s);
	struct rows *rows = NULL;
	struct buf buf;
	size_t n, i;

	if (s->n_topics > 0 || s->division.n > 0)
		limit = READ_BATCH;
	TRY(store_range(b, s->next, end, limit, s->casefile, &rows, e));
	n = rows_n(rows);
	buf_init(&buf, 256);
	for (i = 0; i < n && s->credit > 0; i++) {
		if (matches(s, rows, i) && !send_event(b, s, rows, i, &buf))
			break;
		s->next = rows_i64(rows, i, 0);
	}
	/* Everything up to the end was looked at. */
	if (i == n && (int64_t)n < limit)
		s->next = end;
	buf_fini(&buf);
	rows_free(&rows);
	return RC_OK;
}

/* True when the reader is finished with. */
static bool
end_sub(struct bus *b, struct sub *s)
{
	int64_t now = clock_mono_ms();

	if (s->gone)
		return true;
	if (now - s->heard_ms > IDLE_MAX_MS) {
		say_error(b, s->identity, s->name, "IDLE",
		    "nothing was heard from you for 5 minutes; send PING");
		return true;
	}
	if (!s->follow && s->next >= s->until && now >= s->rest_ms)
		return say_place(b, s, "END", "matched", s->matched) || s->gone;
	if (now - s->beat_ms < BEAT_MS)
		return false;
	s->beat_ms = now;
	(void)say_place(b, s, "HEARTBEAT", "matched", s->matched);
	return s->gone;
}

bool
log_waiting(const struct bus *b)
{
	for (size_t i = 0; i < b->n_subs; i++)
		if (is_due(b, &b->subs[i]))
			return true;
	return false;
}

void
log_turn(struct bus *b)
{
	struct frames f;
	struct err e;

	if (b->subs == NULL)
		b->subs = xcalloc(SUBS_MAX, sizeof(*b->subs));
	for (int n = 0; n < 100 && frames_receive(b->log, &f); n++) {
		take_one(b, &f);
		frames_free(&f);
	}
	for (size_t i = b->n_subs; i-- > 0;) {
		struct sub *s = &b->subs[i];

		if (is_due(b, s) && b->db != NULL && db_alive(b->db) &&
		    feed_sub(b, s, &e) != RC_OK) {
			log_why(LEVEL_WARN, "log.stalled", e.text);
			db_rollback(b->db);
			return;
		}
		if (end_sub(b, s))
			sub_drop(b, i);
	}
}
