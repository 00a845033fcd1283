/*
 * Publish: take in what queued up while the last commit ran, check it,
 * store it in one transaction, answer each sender in order.  No timer: at
 * low load a batch is one event, under load it grows by itself.
 */
#include "services/bus/bus.h"

#include "common/base/log.h"
#include "common/msg/wire.h"

#define PROTOCOL 1
#define ANSWER_MAX ((size_t)8 * 1024)

/* The map that a refusal carries; SURE: nothing was stored. */
static struct str
told(struct bus *b, const char *code, struct str field, struct str reason,
    const char *retry, bool sure)
{
	struct buf out;
	struct str s;

	buf_init(&out, ANSWER_MAX);
	wire_put_map(&out, sure ? 5 : 4);
	wire_pair_str(&out, "code", str_of(code));
	wire_pair_str(&out, "field", field);
	wire_pair_str(&out, "reason", reason);
	wire_pair_str(&out, "retry", str_of(retry));
	if (sure)
		wire_pair_bool(&out, "stored", false);
	must(!out.failed);
	s = arena_str(b->arena, buf_get(&out));
	buf_fini(&out);
	return s;
}

static struct str
refusal(struct bus *b, const char *code, struct str field, struct str reason,
    const char *retry)
{
	return told(b, code, field, reason, retry, true);
}

static void
answer(struct bus *b, struct str identity, const char *word, struct str number,
    struct str body)
{
	struct str parts[4] = { identity, str_of(word), number, body };

	/* Gone or not reading: it will ask again, with the same id. */
	if (!socket_send(b->publish, parts, ARRAY_LEN(parts)))
		log_event(LEVEL_DEBUG, "answer.dropped", "%s", "");
}

static void
welcome(struct bus *b, struct str identity)
{
	char text[CLOCK_TEXT];
	struct str parts[3] = { identity, STR("READY"), { NULL, 0 } };
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	wire_put_map(&out, b->has_seal_key ? 6 : 5);
	wire_pair_i64(&out, "protocol", PROTOCOL);
	wire_pair_i64(&out, "epoch", b->epoch);
	wire_pair_i64(&out, "head", b->head);
	wire_pair_i64(&out, "window", PUBLISH_BATCH);
	wire_pair_str(&out, "time", str_of(clock_format(b->now, text)));
	if (b->has_seal_key) {
		wire_put_str(&out, STR("intake_key"));
		wire_put_bin(&out,
		    (struct str){ (const char *)b->seal_key, SEAL_KEY_LEN });
	}
	parts[2] = buf_get(&out);
	(void)socket_send(b->publish, parts, ARRAY_LEN(parts));
	buf_fini(&out);
}

static struct entry *
entry_new(struct bus *b, struct str identity, struct str number)
{
	struct entry *en = &b->entries[b->n_entries++];

	*en = (struct entry){ .identity = arena_str(b->arena, identity),
		.number = arena_str(b->arena,
		    str_cut(number, 0, number.n < 32 ? number.n : 32)) };
	return en;
}

static void
refuse(struct bus *b, struct entry *en, const char *code, const char *field,
    const char *reason)
{
	en->refused = true;
	en->answer = refusal(b, code, str_of(field), str_of(reason), "never");
}

/* Frames: identity, PUB, number, envelope [, kind, part]. */
static void
take_publish(struct bus *b, struct frames *f)
{
	struct checker c = { b->registry, b->now,
		b->has_seal_key ? b->seal_key : NULL };
	struct entry *en =
	    entry_new(b, frames_at(f, 0), f->n > 2 ? frames_at(f, 2) : STR(""));
	struct parcel p = { .kind = { NULL, 0 } };
	struct faults faults;
	bool temporary;

	if (f->n != 4 && f->n != 6) {
		refuse(b, en, "BAD_FRAME", "frames",
		    "PUB takes a number, an envelope, and perhaps a kind and "
		    "a sealed part");
		return;
	}
	/* What the check borrows must outlive the frames. */
	p.envelope = arena_str(b->arena, frames_at(f, 3));
	if (f->n == 6) {
		p.with_part = true;
		p.kind = arena_str(b->arena, frames_at(f, 4));
		p.part = arena_str(b->arena, frames_at(f, 5));
	}
	faults_init(&faults);
	if (check_parcel(&c, &p, &en->event, b->arena, &faults) != RC_OK) {
		temporary = strcmp(faults.code, "UNAVAILABLE") == 0;
		en->refused = true;
		en->answer = refusal(b, faults.code, str_of(faults.field),
		    buf_get(&faults.text), temporary ? "later" : "never");
	}
	faults_fini(&faults);
}

static void
take_one(struct bus *b, struct frames *f)
{
	struct str word = f->n > 1 ? frames_at(f, 1) : STR("");

	if (f->n > FRAMES_MAX) {
		refuse(b, entry_new(b, frames_at(f, 0), STR("")), "BAD_FRAME",
		    "frames", "too many frames");
	} else if (str_is(word, "PUB")) {
		take_publish(b, f);
	} else if (str_is(word, "HELLO")) {
		if (f->n > 2 && str_is(frames_at(f, 2), "1"))
			welcome(b, frames_at(f, 0));
		else
			refuse(b, entry_new(b, frames_at(f, 0), STR("")),
			    "UNSUPPORTED_VERSION", "protocol",
			    "this bus speaks version 1");
	} else if (str_is(word, "PING")) {
		struct str pong[2] = { frames_at(f, 0), STR("PONG") };

		(void)socket_send(b->publish, pong, 2);
	} else {
		refuse(b, entry_new(b, frames_at(f, 0), STR("")),
		    word.n == 0 ? "FRAME_EMPTY" : "BAD_FRAME", "word",
		    "must be HELLO, PUB or PING");
	}
}

static void
tell_stored(struct bus *b, const struct entry *en, int64_t seq, bool again)
{
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	wire_put_map(&out, 3);
	wire_pair_str(&out, "status", again ? STR("duplicate") : STR("stored"));
	wire_pair_i64(&out, "seq", seq);
	wire_pair_i64(&out, "epoch", b->epoch);
	answer(b, en->identity, "ACK", en->number, buf_get(&out));
	buf_fini(&out);
}

static void
tell(struct bus *b, const struct rows *receipts)
{
	size_t row = 0;

	for (size_t i = 0; i < b->n_entries; i++) {
		struct entry *en = &b->entries[i];
		struct str status;
		int64_t seq;

		if (en->refused) {
			answer(b, en->identity, "NAK", en->number, en->answer);
			continue;
		}
		seq = rows_i64(receipts, row, 1);
		status = rows_str(receipts, row++, 2);
		if (str_is(status, "reused"))
			answer(b, en->identity, "NAK", en->number,
			    refusal(b, "ID_REUSED", STR("id"),
				STR("an event with this source and id but "
				    "another body is stored already"),
				"never"));
		else
			tell_stored(b, en, seq, str_is(status, "duplicate"));
		if (str_is(status, "stored") && seq > b->head)
			b->head = seq;
	}
}

/*
 * The database failed.  Where its answer is lost the outcome is not known;
 * where it said no, nothing was stored.
 */
static void
tell_failed(struct bus *b, bool unsure)
{
	for (size_t i = 0; i < b->n_entries; i++) {
		struct entry *en = &b->entries[i];

		if (en->refused)
			answer(b, en->identity, "NAK", en->number, en->answer);
		else if (unsure)
			answer(b, en->identity, "UNKNOWN", en->number,
			    told(b, "OUTCOME_UNKNOWN", STR(""),
				STR("send it again with the same id"),
				"same_id", false));
		else
			answer(b, en->identity, "NAK", en->number,
			    refusal(b, "UNAVAILABLE", STR(""),
				STR("the journal cannot be reached"), "later"));
	}
}

static size_t
accepted(const struct bus *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_entries; i++)
		n += !b->entries[i].refused;
	return n;
}

static void
store(struct bus *b)
{
	struct rows *receipts = NULL;
	struct err e;

	if (accepted(b) == 0) {
		tell(b, NULL);
		return;
	}
	if (b->db == NULL || !db_alive(b->db)) {
		tell_failed(b, false);
		return;
	}
	if (store_append(b, &receipts, &e) == RC_OK) {
		tell(b, receipts);
	} else {
		log_why(LEVEL_WARN, "append.failed", e.text);
		db_rollback(b->db);
		tell_failed(b, !db_alive(b->db));
	}
	rows_free(&receipts);
}

bool
publish_turn(struct bus *b)
{
	struct frames f;
	bool any = false;

	arena_reset(b->arena);
	b->n_entries = 0;
	/* Also greetings and pings end the turn some time. */
	for (int n = 0;
	     n < PUBLISH_BATCH && arena_used(b->arena) < PUBLISH_BYTES &&
	     frames_receive(b->publish, &f);
	     n++) {
		take_one(b, &f);
		frames_free(&f);
		any = true;
	}
	if (b->n_entries > 0)
		store(b);
	return any;
}
