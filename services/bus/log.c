/*
 * Log: any range of the journal, filtered here, at the reader's own pace.
 * A reader without credit costs nothing and holds up nobody.
 */
#include "services/bus/bus.h"

#include "common/base/log.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define READ_BATCH 1000
#define TOPICS_MAX 16
#define CREDIT_MAX 100000
#define IDLE_MAX_MS (5 * 60 * 1000)
#define NAME_MAX_LEN 64

struct sub {
	struct str identity; /* these four: one allocation each, owned */
	struct str name;
	struct str casefile;
	struct str division;
	struct str topics[TOPICS_MAX];
	size_t n_topics;
	int64_t next;  /* last seq looked at */
	int64_t until; /* a reader that does not follow stops here */
	int64_t credit;
	int64_t matched; /* last seq sent */
	int64_t heard_ms;
	int64_t beat_ms;
	bool follow;
};

static struct str
own(struct str s)
{
	char *p = xmalloc(s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

static void
disown(struct str s)
{
	free((void *)(uintptr_t)s.p);
}

static void
sub_drop(struct bus *b, size_t i)
{
	struct sub *s = &b->subs[i];

	disown(s->identity);
	disown(s->name);
	disown(s->casefile);
	disown(s->division);
	for (size_t t = 0; t < s->n_topics; t++)
		disown(s->topics[t]);
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
	wire_put_str(&out, STR("code"));
	wire_put_str(&out, str_of(code));
	wire_put_str(&out, STR("reason"));
	wire_put_str(&out, str_of(reason));
	(void)say(b, identity, "ERR", name, buf_get(&out));
	buf_fini(&out);
}

/* {epoch, head, <key>: value} */
static bool
say_place(struct bus *b, const struct sub *s, const char *word, const char *key,
    int64_t value)
{
	struct buf out;
	bool sent;

	buf_init(&out, 256);
	wire_put_map(&out, 3);
	wire_put_str(&out, STR("epoch"));
	wire_put_i64(&out, b->epoch);
	wire_put_str(&out, STR("head"));
	wire_put_i64(&out, b->head);
	wire_put_str(&out, str_of(key));
	wire_put_i64(&out, value);
	sent = say(b, s->identity, word, s->name, buf_get(&out));
	buf_fini(&out);
	return sent;
}

/* One option of OPEN; NULL when it is fine, else what is wrong. */
static const char *
take_topics(struct sub *s, struct str value)
{
	struct wire_item list, item;

	wire_read(&value, &list);
	if (list.kind != KIND_ARRAY || list.n > TOPICS_MAX)
		return "topics must be a list of at most 16";
	for (uint32_t i = 0; i < list.n; i++) {
		wire_read(&value, &item);
		if (item.kind != KIND_STR || item.s.n > TOPIC_MAX)
			return "topics must be texts of at most 128 bytes";
		s->topics[s->n_topics++] = own(item.s);
	}
	return NULL;
}

static const char *
take_option(struct bus *b, struct sub *s, struct str key, struct str value)
{
	struct str rest = value;
	struct wire_item item;
	struct err e;
	int64_t at;

	wire_read(&rest, &item);
	if (str_is(key, "topics"))
		return take_topics(s, value);
	if (str_is(key, "from") && item.kind == KIND_INT && item.i >= 0)
		s->next = item.i > 0 ? item.i - 1 : 0;
	else if (str_is(key, "from") && item.kind == KIND_STR &&
		 str_is(item.s, "head"))
		s->next = b->head;
	else if (str_is(key, "from") && item.kind == KIND_STR &&
		 clock_parse(item.s, &at))
		return store_seq_at(b, at, &s->next, &e) == RC_OK
			   ? NULL
			   : "the journal cannot be reached";
	else if (str_is(key, "casefile") && item.kind == KIND_STR)
		s->casefile = own(item.s);
	else if (str_is(key, "division") && item.kind == KIND_STR)
		s->division = own(item.s);
	else if (str_is(key, "follow") && item.kind == KIND_BOOL)
		s->follow = item.b;
	else if (str_is(key, "credit") && item.kind == KIND_INT && item.i > 0 &&
		 item.i <= CREDIT_MAX)
		s->credit = item.i;
	else
		return "an option that is not known, or not of its kind: "
		       "from, topics, casefile, division, follow, credit";
	return NULL;
}

static const char *
take_options(struct bus *b, struct sub *s, struct str body)
{
	struct wire_fault fault;
	struct wire_item map, key;
	const char *wrong = NULL;

	if (!wire_check(body, &fault))
		return "the options are not one sound msgpack map";
	wire_read(&body, &map);
	for (uint32_t i = 0; i < map.n && wrong == NULL; i++) {
		wire_read(&body, &key);
		wrong = take_option(b, s, key.s, wire_skip(&body));
	}
	return wrong;
}

static void
open_sub(struct bus *b, struct frames *f)
{
	struct sub *s;
	const char *wrong;

	if (f->n != 4 || frames_at(f, 2).n > NAME_MAX_LEN) {
		say_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "OPEN takes a name and options");
		return;
	}
	if (sub_find(b, frames_at(f, 0), frames_at(f, 2)) != NULL ||
	    b->n_subs == SUBS_MAX) {
		say_error(b, frames_at(f, 0), frames_at(f, 2), "BUSY",
		    "this name is open already, or too many readers are");
		return;
	}
	s = &b->subs[b->n_subs++];
	*s = (struct sub){ .identity = own(frames_at(f, 0)),
		.name = own(frames_at(f, 2)),
		.credit = 1000,
		.heard_ms = clock_mono_ms() };
	wrong = take_options(b, s, frames_at(f, 3));
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
	struct sub *s;
	int64_t n;

	s = f->n == 4 ? sub_find(b, frames_at(f, 0), frames_at(f, 2)) : NULL;
	if (s == NULL || !str_i64(frames_at(f, 3), &n) || n <= 0 ||
	    n > CREDIT_MAX) {
		say_error(b, frames_at(f, 0),
		    f->n > 2 ? frames_at(f, 2) : STR(""), "BAD_FRAME",
		    "CREDIT takes an open name and a number");
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

/* False when the reader is gone, or its queue is full for now. */
static bool
send_event(struct bus *b, struct sub *s, const struct rows *rows, size_t i,
    struct buf *buf)
{
	struct str parts[5] = { s->identity, STR("EVENT"), s->name,
		header_of(b, buf, rows_i64(rows, i, 0), rows_time(rows, i, 1),
		    rows_i64(rows, i, 2)),
		rows_str(rows, i, 6) };

	if (!socket_send(b->log, parts, ARRAY_LEN(parts)))
		return false;
	s->credit--;
	s->matched = rows_i64(rows, i, 0);
	return true;
}

static int64_t
end_of(const struct bus *b, const struct sub *s)
{
	return s->follow ? b->head : s->until;
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

	if (!s->follow && s->next >= s->until) {
		(void)say_place(b, s, "END", "next", s->next + 1);
		return true;
	}
	if (s->follow && now - s->beat_ms >= 1000) {
		s->beat_ms = now;
		if (!say_place(b, s, "HEARTBEAT", "matched", s->matched))
			return errno == EHOSTUNREACH;
	}
	return now - s->heard_ms > IDLE_MAX_MS;
}

bool
log_waiting(const struct bus *b)
{
	for (size_t i = 0; i < b->n_subs; i++)
		if (b->subs[i].credit > 0 &&
		    b->subs[i].next < end_of(b, &b->subs[i]))
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

		if (s->credit > 0 && s->next < end_of(b, s) && b->db != NULL &&
		    db_alive(b->db) && feed_sub(b, s, &e) != RC_OK) {
			log_event(
			    LEVEL_WARN, "log.stalled", "why=\"%s\"", e.text);
			db_rollback(b->db);
			return;
		}
		if (end_sub(b, s))
			sub_drop(b, i);
	}
}
