/*
 * Publish: while one batch commits, check what arrives and gather it in the
 * next; answer each sender in order.  No timer: at low load a batch is one
 * event, under load it grows by itself.
 */
#include "services/bus/bus.h"

#include "common/base/crash.h"
#include "common/base/log.h"

#define NUMBER_MAX 32
/* A commit that takes longer than this is a reason to turn others away. */
#define STUCK_MS 1000
/* A little longer than an append may take. */
#define DRAIN_MS 6000

static struct entry *
entry_new(struct bus *b, struct str identity, struct str number)
{
	struct batch *t = b->filling;
	struct entry *en = &t->entries[t->n++];

	*en = (struct entry){ .identity = arena_str(t->arena, identity),
		.number = arena_str(t->arena, number) };
	return en;
}

/* Of a publish; whatever else comes has none. */
static struct str
number_of(struct frames *f)
{
	if (f->n < 3 || !str_is(frames_at(f, 1), "PUB"))
		return STR("");
	return str_cut(frames_at(f, 2), 0, NUMBER_MAX);
}

static void
refuse_with(struct bus *b, struct entry *en, const char *code, struct str field,
    struct str reason, enum retry retry, int64_t after_ms)
{
	struct buf out;

	buf_init(&out, ANSWER_MAX);
	metric_word(&b->tally.refused, code, 1);
	en->refused = true;
	en->answer = arena_str(b->filling->arena,
	    answer_refusal(&out, code, field, reason, retry, after_ms));
	buf_fini(&out);
}

static void
refuse(struct bus *b, struct entry *en, const char *code, const char *field,
    const char *reason)
{
	refuse_with(b, en, code, str_of(field), str_of(reason), RETRY_NEVER, 0);
}

/* A local client has no rate; false when this one has used its up. */
static bool
is_in_rate(struct bus *b, struct client *who, struct entry *en)
{
	int64_t wait_ms =
	    who->local ? 0 : bucket_take(&who->bucket, clock_mono_ms());

	if (wait_ms > 0)
		refuse_with(b, en, "RATE_LIMITED", STR(""),
		    STR("more publishes a second than your key is good for"),
		    RETRY_LATER, wait_ms);
	return wait_ms == 0;
}

/* A pack that was loaded a moment ago counts: look before saying no. */
static enum rc
check(struct bus *b, struct client *who, const struct parcel *p,
    struct checked *out, struct faults *faults)
{
	struct arena *arena = b->filling->arena;
	struct checker c = { b->registry, who, b->now,
		b->has_seal_key ? b->seal_key : NULL };
	enum rc rc = check_parcel(&c, p, out, arena, faults);

	if (rc == RC_OK || strcmp(faults->code, "UNKNOWN_DIVISION") != 0 ||
	    !live_refresh(b))
		return rc;
	faults_fini(faults);
	faults_init(faults);
	c.registry = b->registry;
	c.now = b->now;
	return check_parcel(&c, p, out, arena, faults);
}

/* Frames: identity, PUB, number, envelope [, kind, part]. */
static void
take_publish(struct bus *b, struct frames *f, struct client *who)
{
	struct entry *en = entry_new(b, frames_at(f, 0), number_of(f));
	struct arena *arena = b->filling->arena;
	struct parcel p = { .kind = { NULL, 0 } };
	struct faults faults;

	if (!is_in_rate(b, who, en))
		return;
	if (f->n != 4 && f->n != 6) {
		refuse(b, en, "BAD_FRAME", "frames",
		    "PUB takes a number, an envelope, and perhaps a kind and "
		    "a sealed part");
		return;
	}
	/* What the check borrows must outlive the frames. */
	p.envelope = arena_str(arena, frames_at(f, 3));
	if (f->n == 6) {
		p.with_part = true;
		p.kind = arena_str(arena, frames_at(f, 4));
		p.part = arena_str(arena, frames_at(f, 5));
	}
	faults_init(&faults);
	if (check(b, who, &p, &en->event, &faults) != RC_OK)
		refuse_with(b, en, faults.code, str_of(faults.field),
		    buf_get(&faults.text),
		    strcmp(faults.code, "UNAVAILABLE") == 0 ? RETRY_LATER
							    : RETRY_NEVER,
		    RETRY_AFTER_MS);
	faults_fini(&faults);
}

/* Greetings and pings are answered at once, whatever waits. */
static bool
take_courtesy(struct bus *b, struct frames *f, const struct client *who)
{
	struct str word =
	    f->n > 1 && f->n <= FRAMES_MAX ? frames_at(f, 1) : STR("");
	struct str pong[2] = { frames_at(f, 0), STR("PONG") };

	if (str_is(word, "HELLO") && (f->n == 3 || f->n == 4) &&
	    str_is(frames_at(f, 2), "1"))
		answer_welcome(b, frames_at(f, 0), who);
	else if (str_is(word, "PING") && f->n == 2)
		(void)socket_send(b->publish, pong, ARRAY_LEN(pong));
	else
		return false;
	return true;
}

static void
take_one(struct bus *b, struct frames *f, struct client *who)
{
	struct str word = f->n > 1 ? frames_at(f, 1) : STR("");

	if (take_courtesy(b, f, who))
		return;
	if (f->n <= FRAMES_MAX && str_is(word, "PUB")) {
		take_publish(b, f, who);
		return;
	}
	if (f->n > FRAMES_MAX)
		refuse(b, entry_new(b, frames_at(f, 0), STR("")), "BAD_FRAME",
		    "frames", "too many frames");
	else if ((str_is(word, "HELLO") && f->n > 4) || str_is(word, "PING"))
		refuse(b, entry_new(b, frames_at(f, 0), STR("")), "BAD_FRAME",
		    "frames", "HELLO takes a version and a name, PING nothing");
	else if (str_is(word, "HELLO"))
		refuse(b, entry_new(b, frames_at(f, 0), STR("")),
		    "UNSUPPORTED_VERSION", "protocol",
		    "this bus speaks version 1");
	else
		refuse(b, entry_new(b, frames_at(f, 0), STR("")),
		    word.n == 0 ? "FRAME_EMPTY" : "BAD_FRAME", "word",
		    "must be HELLO, PUB or PING");
}

static void
tell_stored(const struct entry *en, int64_t seq)
{
	char trace[LOG_TRACE];

	if (log_says(LEVEL_DEBUG))
		log_event(LEVEL_DEBUG, "event.stored", "seq=%lld type=%.*s%s",
		    (long long)seq, STR_ARG(en->event.env.type),
		    log_trace(en->event.env.traceparent, trace));
}

static void
tell(struct bus *b, const struct batch *t, const struct rows *receipts)
{
	size_t row = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct entry *en = &t->entries[i];
		struct str status;

		if (en->refused) {
			answer_send(
			    b, en->identity, "NAK", en->number, en->answer);
			continue;
		}
		status = rows_str(receipts, row, RECEIPT_STATUS);
		if (str_is(status, "reused"))
			answer_no(b, en, "ID_REUSED", "id",
			    "an event with this source and id but another body "
			    "is stored already",
			    RETRY_NEVER);
		else
			answer_stored(b, en,
			    rows_i64(receipts, row, RECEIPT_SEQ),
			    rows_i64(receipts, row, RECEIPT_EPOCH),
			    str_is(status, "duplicate"));
		if (str_is(status, "stored"))
			tell_stored(en, rows_i64(receipts, row, RECEIPT_SEQ));
		row++;
	}
}

/*
 * The database failed.  Where its answer is lost the outcome is not known;
 * where it said no, nothing was stored.
 */
static void
tell_failed(struct bus *b, const struct batch *t, bool unsure)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct entry *en = &t->entries[i];

		if (en->refused)
			answer_send(
			    b, en->identity, "NAK", en->number, en->answer);
		else if (unsure)
			answer_no(b, en, "OUTCOME_UNKNOWN", "",
			    "send it again with the same id", RETRY_SAME_ID);
		else
			answer_no(b, en, "UNAVAILABLE", "",
			    "the journal cannot be reached", RETRY_LATER);
	}
}

static bool
has_accepted(const struct batch *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->entries[i].refused)
			return true;
	return false;
}

static void
batch_reset(struct batch *t)
{
	t->n = 0;
	arena_reset(t->arena);
}

static void
failed(struct bus *b, struct batch *t, const struct err *e)
{
	log_why(LEVEL_WARN, "append.failed", e->text);
	metric_database_error(&b->tally.db_errors, e->text);
	db_rollback(b->db);
	tell_failed(b, t, !db_alive(b->db));
	batch_reset(t);
}

/* The batch under way has its outcome. */
static void
land(struct bus *b)
{
	struct batch *t = b->flying;
	struct rows *receipts = NULL;
	struct err e;
	enum rc rc = append_result(b, &receipts, &e);

	b->flying = NULL;
	metric_took(&b->tally.append, clock_mono_ms() - b->flown_ms);
	if (rc != RC_OK) {
		failed(b, t, &e);
		return;
	}
	crash_point("before_ack");
	tell(b, t, receipts);
	crash_point("before_live");
	live_take(b, t, receipts);
	rows_free(&receipts);
	batch_reset(t);
}

/* Sends the gathered batch; the other one is gathered next. */
static void
launch(struct bus *b)
{
	struct batch *t = b->filling;
	struct err e;

	crash_point("before_commit");
	if (!has_accepted(t)) {
		tell(b, t, NULL);
		batch_reset(t);
	} else if (!store_alive(b)) {
		tell_failed(b, t, false);
		batch_reset(t);
	} else if (append_send(b, t, &e) != RC_OK) {
		failed(b, t, &e);
	} else {
		crash_point("commit_sent");
		b->flying = t;
		b->flown_ms = clock_mono_ms();
		b->filling =
		    t == &b->batches[0] ? &b->batches[1] : &b->batches[0];
	}
}

static bool
has_room(const struct bus *b)
{
	return b->filling->n < PUBLISH_BATCH &&
	       arena_used(b->filling->arena) < PUBLISH_BYTES;
}

static bool
is_stuck(const struct bus *b)
{
	return b->flying != NULL && clock_mono_ms() - b->flown_ms > STUCK_MS;
}

bool
publish_open(const struct bus *b)
{
	return has_room(b) || is_stuck(b);
}

/* Two batches wait for a commit that does not come: no more of it. */
static void
turn_away(struct bus *b, struct frames *f, const struct client *who)
{
	struct entry en = { .identity = frames_at(f, 0),
		.number = number_of(f) };

	if (who != NULL && take_courtesy(b, f, who))
		return;
	answer_no(b, &en, "BUSY", "",
	    "the database is slow and others are waiting already", RETRY_LATER);
}

static void
take(struct bus *b, struct frames *f)
{
	struct client *who = access_find(b->access, frames_user(f, 1));

	if (!has_room(b))
		turn_away(b, f, who);
	else if (who == NULL)
		/* Its key is gone, or nobody ever asked who it is. */
		refuse(b, entry_new(b, frames_at(f, 0), number_of(f)),
		    "REVOKED", "", "your key is no longer known");
	else
		take_one(b, f, who);
}

void
publish_turn(struct bus *b)
{
	struct frames f;

	if (b->flying != NULL && db_ready(b->db))
		land(b);
	/* Also greetings and pings end the turn some time. */
	for (int n = 0; n < PUBLISH_BATCH && publish_open(b) &&
			frames_receive(b->publish, &f);
	     n++) {
		take(b, &f);
		frames_free(&f);
	}
	if (b->flying == NULL && b->filling->n > 0)
		launch(b);
}

void
publish_drain(struct bus *b, struct signals *told)
{
	int64_t until = clock_mono_ms() + DRAIN_MS;

	told->stop = false; /* the second time is for good */
	while ((b->flying != NULL || b->filling->n > 0) &&
	       clock_mono_ms() < until && !signals_turn(told)) {
		if (b->flying == NULL) {
			launch(b);
		} else if (db_ready(b->db)) {
			land(b);
		} else {
			zmq_pollitem_t items[] = {
				{ NULL, db_socket(b->db), ZMQ_POLLIN, 0 },
				{ NULL, told->fd, ZMQ_POLLIN, 0 },
			};

			(void)zmq_poll(items, ARRAY_LEN(items), 100);
		}
	}
}
