#include "lib/inside.h"

#include "common/bus/log.h"
#include "common/msg/envelope.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define TOPICS_MAX 16
#define JSON_ROOM ((size_t)1 << 20)

struct huying_reader {
	struct log_reader *log;
	struct arena *arena; /* texts of the event that was handed out */
	struct buf json;
	struct log_event came;
	struct huying_event told;
	bool has_cursor;
	bool is_event; /* came is one */
};

static enum rc
open_log(struct huying_reader *r, const struct huying_reader_options *o,
    struct err *e)
{
	struct str topics[TOPICS_MAX];
	struct log_options own = { .key_file = o->key_file,
		.from_seq = o->from_seq,
		.epoch = o->epoch,
		.from_time = str_of(o->from_time),
		.from_head = o->from_head != 0,
		.until_time = str_of(o->until_time),
		.topics = topics,
		.n_topics = o->n_topics,
		.casefile = str_of(o->casefile),
		.division = str_of(o->division),
		.report = str_of(o->report),
		.cursor = str_of(o->cursor),
		.follow = o->follow != 0,
		.notices = true };
	const char *endpoint;
	struct conf conf;

	if (o->n_topics > TOPICS_MAX)
		return err_set(e, RC_REJECT, "more than 16 topics");
	for (size_t i = 0; i < o->n_topics; i++)
		topics[i] = str_of(o->topics[i]);
	TRY(lib_endpoint(o->endpoint, &conf, &conf.log, &endpoint, e));
	return log_open(&r->log, endpoint, &own, e);
}

enum huying_code
huying_reader_open(struct huying_reader **out,
    const struct huying_reader_options *given, struct huying_error *error)
{
	struct huying_reader_options o;
	struct huying_reader *r;
	struct err e;

	*out = NULL;
	lib_init();
	if (!lib_options(&o, sizeof(o), given))
		return lib_fail(
		    error, HUYING_INVALID, "options: size is not set");
	r = xcalloc(1, sizeof(*r));
	r->has_cursor = o.cursor != NULL && o.cursor[0] != '\0';
	r->arena = arena_new(JSON_ROOM);
	buf_init(&r->json, JSON_ROOM);
	if (open_log(r, &o, &e) != RC_OK) {
		huying_reader_close(&r);
		return lib_tell(error, HUYING_INVALID, &e);
	}
	*out = r;
	return lib_ok(error);
}

void
huying_reader_close(struct huying_reader **r)
{
	if (r == NULL || *r == NULL)
		return;
	log_reader_close(&(*r)->log);
	arena_free(&(*r)->arena);
	buf_fini(&(*r)->json);
	free(*r);
	*r = NULL;
}

static const char *
text(struct huying_reader *r, const char *key)
{
	struct str s = wire_get_str(r->came.envelope, key);
	char *z = arena_alloc(r->arena, s.n + 1);

	must(z != NULL);
	if (s.n > 0)
		memcpy(z, s.p, s.n);
	return z;
}

static void
tell(struct huying_reader *r)
{
	struct wire_fault fault;

	arena_reset(r->arena);
	r->is_event =
	    r->came.what == LOG_EVENT && wire_check(r->came.envelope, &fault);
	/* Nothing of it can be read. */
	if (!r->is_event)
		r->came.envelope = STR("\x80");
	r->told = (struct huying_event){ .seq = r->came.seq,
		.epoch = r->came.epoch,
		.at_ms = r->came.at,
		.id = text(r, "id"),
		.source = text(r, "source"),
		.type = text(r, "type"),
		.subject = text(r, "subject"),
		.division = text(r, "division"),
		.correlationid = text(r, "correlationid"),
		.causationid = text(r, "causationid"),
		.envelope = r->came.envelope.p,
		.envelope_len = r->came.envelope.n };
}

enum huying_code
huying_next(struct huying_reader *r, int timeout_ms,
    const struct huying_event **event, struct huying_error *error)
{
	struct err e;
	enum rc rc =
	    log_next(r->log, timeout_ms > 0 ? timeout_ms : 0, &r->came, &e);

	r->is_event = false;
	switch (rc) {
	case RC_OK:
		break;
	case RC_GONE:
		return lib_tell(
		    error, log_ended(r->log) ? HUYING_END : HUYING_NOTHING, &e);
	case RC_RETRY:
		return lib_tell(error, HUYING_AWAY, &e);
	case RC_REJECT:
		return lib_tell(error, HUYING_INVALID, &e);
	case RC_FATAL:
		return lib_tell(error, HUYING_FAILED, &e);
	}
	tell(r);
	*event = &r->told;
	if (r->came.what == LOG_CUT)
		return lib_fail(error, HUYING_CUT,
		    "history was cut short at seq %lld",
		    (long long)r->told.seq);
	if (r->came.what == LOG_RETIRED)
		return lib_fail(error, HUYING_RETIRED,
		    "the oldest event that is left is %lld",
		    (long long)r->told.seq);
	return lib_ok(error);
}

const char *
huying_json(struct huying_reader *r, size_t *len)
{
	struct msg_envelope env;

	buf_reset(&r->json);
	if (r->is_event &&
	    envelope_decode(r->came.envelope, MSG_LENIENT, &env, NULL) == RC_OK)
		envelope_json(&env, r->came.seq, r->came.at, &r->json);
	if (len != NULL)
		*len = r->json.n;
	buf_char(&r->json, '\0');
	return r->json.failed ? "" : r->json.p;
}

const char *
huying_field(struct huying_reader *r, const char *name)
{
	struct wire_item item = wire_get(r->came.envelope, "data");
	struct str value = { NULL, 0 }, rest;
	const char *text;
	struct buf b;
	char *z;

	if (r->is_event && item.kind == KIND_MAP)
		value = wire_find(
		    wire_find(r->came.envelope, STR("data")), str_of(name));
	item = (struct wire_item){ .kind = KIND_NIL };
	rest = value;
	if (value.n > 0)
		wire_read(&rest, &item);
	buf_init(&b, JSON_ROOM);
	if (item.kind == KIND_STR)
		buf_str(&b, item.s);
	else if (item.kind != KIND_NIL)
		wire_json(value, &b);
	z = arena_alloc(r->arena, b.n + 1);
	if (z != NULL && b.n > 0)
		memcpy(z, b.p, b.n);
	text = z != NULL && !b.failed ? z : "";
	buf_fini(&b);
	return text;
}

enum huying_code
huying_commit(struct huying_reader *r, int64_t seq, struct huying_error *error)
{
	if (!r->has_cursor)
		return lib_fail(
		    error, HUYING_INVALID, "the reader has no cursor");
	if (seq >= log_place(r->log))
		return lib_fail(error, HUYING_INVALID,
		    "%lld was not handed out yet", (long long)seq);
	log_commit(r->log, seq);
	return lib_ok(error);
}

enum huying_code
huying_skip(struct huying_reader *r, int64_t seq, struct huying_error *error)
{
	if (seq <= 0 || r->came.what != LOG_RETIRED)
		return lib_fail(error, HUYING_INVALID,
		    "only after HUYING_RETIRED, and to a seq");
	log_skip(r->log, seq);
	return lib_ok(error);
}

void
huying_place(const struct huying_reader *r, int64_t *epoch, int64_t *seq)
{
	*epoch = log_epoch(r->log);
	*seq = log_place(r->log);
}
