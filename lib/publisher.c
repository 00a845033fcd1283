#include "lib/inside.h"

#include "common/base/id.h"
#include "common/bus/publish.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define TIMEOUT_MS 5000
#define ROOM ((size_t)4 * ENVELOPE_MAX)
#define SLICE_MS 200

struct huying_publisher {
	struct publisher *publisher;
	bool spooled;
	bool failed;
	struct outcome came;
	struct huying_outcome told; /* points into it */
};

static const char *
text_or(const char *text, const char *preset)
{
	return text != NULL ? text : preset;
}

static enum huying_code
open_code(enum rc rc, bool spooled)
{
	if (rc == RC_RETRY)
		return spooled ? HUYING_IN_USE : HUYING_AWAY;
	return rc == RC_OK ? HUYING_OK : HUYING_INVALID;
}

enum huying_code
huying_publisher_open(struct huying_publisher **out,
    const struct huying_publisher_options *given, struct huying_error *error)
{
	struct huying_publisher_options o;
	struct publisher_options own;
	struct huying_publisher *p;
	struct conf conf;
	struct err e;
	enum rc rc;

	*out = NULL;
	lib_init();
	if (!lib_options(&o, sizeof(o), given))
		return lib_fail(
		    error, HUYING_INVALID, "options: size is not set");
	own = (struct publisher_options){ .key_file = o.key_file,
		.name = text_or(o.name, "libhuying"),
		.spool = o.spool,
		.spool_bytes = o.spool_bytes,
		.timeout_ms = o.timeout_ms == 0  ? TIMEOUT_MS
			      : o.timeout_ms < 0 ? 0
						 : o.timeout_ms,
		.give_up_ms = o.give_up_ms };
	p = xcalloc(1, sizeof(*p));
	p->spooled = o.spool != NULL;
	rc = lib_endpoint(o.endpoint, &conf, &conf.publish, &own.endpoint, &e);
	if (rc == RC_OK)
		rc = publisher_open_as(&p->publisher, &own, &e);
	if (rc != RC_OK) {
		enum huying_code code = open_code(rc, p->spooled);

		huying_publisher_close(&p);
		return lib_tell(error, code, &e);
	}
	*out = p;
	return lib_ok(error);
}

void
huying_publisher_close(struct huying_publisher **p)
{
	if (p == NULL || *p == NULL)
		return;
	publisher_close(&(*p)->publisher);
	free(*p);
	*p = NULL;
}

/* The sealed box of PERSON, checked as the bus would check it open. */
static enum huying_code
seal(struct huying_publisher *p, const struct huying_person *person,
    struct buf *box, struct huying_error *error)
{
	const struct msg_sealed_report plain = { .name = str_of(person->name),
		.phone = str_of(person->phone),
		.id_number = str_of(person->id_number),
		.address = str_of(person->address),
		.text = str_of(person->text) };
	struct faults faults;
	struct buf bytes;
	struct err e;
	enum huying_code code = HUYING_OK;

	faults_init(&faults);
	buf_init(&bytes, ROOM);
	if (msg_check(&msg_sealed_report_desc, &plain, MSG_STRICT, &faults) !=
	    RC_OK)
		code = lib_fail(error, HUYING_INVALID, "person: %.*s",
		    STR_ARG(buf_get(&faults.text)));
	if (code == HUYING_OK) {
		msg_encode(&msg_sealed_report_desc, &plain, &bytes);
		if (publisher_seal(p->publisher, buf_get(&bytes), box, &e) !=
		    RC_OK)
			code = lib_tell(error, HUYING_AWAY, &e);
	}
	buf_fini(&bytes);
	faults_fini(&faults);
	return code;
}

static enum huying_code
put(struct huying_publisher *p, struct str envelope,
    const struct huying_person *person, int64_t *number,
    struct huying_error *error)
{
	enum huying_code code = HUYING_OK;
	struct buf box;
	struct err e;
	int64_t n = 0;

	if (p->failed)
		return lib_fail(error, HUYING_FAILED, "it failed before");
	buf_init(&box, SEALED_MAX);
	if (person != NULL)
		code = seal(p, person, &box, error);
	if (code == HUYING_OK) {
		enum rc rc = publisher_put(p->publisher, envelope,
		    person != NULL ? PART_SEALED : PART_NONE, buf_get(&box), &n,
		    &e);

		p->failed = rc == RC_FATAL;
		code = rc == RC_OK      ? lib_ok(error)
		       : rc == RC_RETRY ? lib_tell(error, HUYING_FULL, &e)
		       : rc == RC_FATAL ? lib_tell(error, HUYING_FAILED, &e)
					: lib_tell(error, HUYING_INVALID, &e);
	}
	buf_fini(&box);
	if (code == HUYING_OK && number != NULL)
		*number = n;
	return code;
}

static enum huying_code
tell_fault(struct huying_error *error, const struct wire_fault *fault)
{
	return lib_fail(error, HUYING_INVALID, "%.*s %s",
	    STR_ARG(fault->key.n > 0 ? fault->key : STR("the event")),
	    wire_words(fault->code));
}

/* As far as an event must be one to be kept: the rest says the bus. */
static enum huying_code
check(struct str envelope, struct huying_error *error)
{
	static const char *const needed[] = { "id", "source", "type" };
	struct wire_fault fault;

	if (!wire_check(envelope, &fault))
		return tell_fault(error, &fault);
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (wire_get_str(envelope, needed[i]).n == 0)
			return lib_fail(
			    error, HUYING_INVALID, "%s is missing", needed[i]);
	return HUYING_OK;
}

enum huying_code
huying_publish_msgpack(struct huying_publisher *p, const void *bytes,
    size_t len, const struct huying_person *person, int64_t *number,
    struct huying_error *error)
{
	struct str envelope = { bytes, len };
	enum huying_code code = check(envelope, error);

	return code == HUYING_OK ? put(p, envelope, person, number, error)
				 : code;
}

/* The pairs of MAP, and in front of them what may be left out. */
static void
complete(struct str map, struct buf *out)
{
	struct str rest = map;
	struct wire_item head;
	char id[ID_TEXT];
	bool version = wire_find(map, STR("specversion")).n > 0;
	bool named = wire_find(map, STR("id")).n > 0;

	wire_read(&rest, &head);
	wire_put_map(out, head.n + !version + !named);
	if (!version)
		wire_pair_str(out, "specversion", STR("1.0"));
	if (!named)
		wire_pair_str(out, "id", str_of(id_new(id)));
	buf_str(out, rest);
}

static enum huying_code
from_json(struct str json, struct buf *out, struct huying_error *error)
{
	struct wire_fault fault;
	struct buf map;
	struct err e;
	enum huying_code code = HUYING_OK;

	buf_init(&map, ROOM);
	if (wire_from_json(json, &map, &e) != RC_OK)
		code = lib_tell(error, HUYING_INVALID, &e);
	else if (map.failed)
		code = lib_fail(error, HUYING_INVALID, "the event is too long");
	else if (!wire_check(buf_get(&map), &fault))
		code = tell_fault(error, &fault);
	else
		complete(buf_get(&map), out);
	buf_fini(&map);
	return code;
}

enum huying_code
huying_publish_json(struct huying_publisher *p, const char *json, size_t len,
    const struct huying_person *person, int64_t *number,
    struct huying_error *error)
{
	enum huying_code code;
	struct buf envelope;

	buf_init(&envelope, ROOM);
	code = from_json((struct str){ json, len }, &envelope, error);
	if (code == HUYING_OK)
		code = huying_publish_msgpack(
		    p, envelope.p, envelope.n, person, number, error);
	buf_fini(&envelope);
	return code;
}

enum huying_code
huying_sync(struct huying_publisher *p, struct huying_error *error)
{
	struct err e;

	if (publisher_sync(p->publisher, &e) == RC_OK)
		return lib_ok(error);
	p->failed = true;
	return lib_tell(error, HUYING_FAILED, &e);
}

static void
tell(struct huying_publisher *p)
{
	static const enum huying_status statuses[] = {
		[OUTCOME_STORED] = HUYING_STORED,
		[OUTCOME_DUPLICATE] = HUYING_DUPLICATE,
		[OUTCOME_REFUSED] = HUYING_REFUSED,
		[OUTCOME_UNKNOWN] = HUYING_UNKNOWN,
	};
	const struct outcome *o = &p->came;

	p->told = (struct huying_outcome){ .number = o->n,
		.status = statuses[o->status],
		.seq = o->seq,
		.id = o->id,
		.type = o->type,
		.code = o->code,
		.field = o->field,
		.reason = o->reason,
		.later = o->later };
}

enum huying_code
huying_poll(struct huying_publisher *p, int timeout_ms,
    const struct huying_outcome **outcome, struct huying_error *error)
{
	struct err e;
	enum rc rc;

	if (p->failed)
		return lib_fail(error, HUYING_FAILED, "it failed before");
	rc = publisher_next(
	    p->publisher, timeout_ms > 0 ? timeout_ms : 0, &p->came, &e);
	if (rc == RC_GONE || rc == RC_RETRY)
		return lib_tell(error, HUYING_NOTHING, &e);
	p->failed = rc != RC_OK;
	if (rc != RC_OK)
		return lib_tell(error, HUYING_FAILED, &e);
	tell(p);
	if (outcome != NULL)
		*outcome = &p->told;
	return lib_ok(error);
}

enum huying_code
huying_flush(struct huying_publisher *p, int timeout_ms,
    void (*each)(const struct huying_outcome *outcome, void *context),
    void *context, struct huying_error *error)
{
	int64_t until = clock_mono_ms() + timeout_ms;

	while (publisher_unanswered(p->publisher) > 0) {
		int64_t left = until - clock_mono_ms();
		enum huying_code code;

		code = huying_poll(p,
		    left < 0          ? 0
		    : left < SLICE_MS ? (int)left
				      : SLICE_MS,
		    NULL, error);
		if (code == HUYING_OK && each != NULL)
			each(&p->told, context);
		if (code == HUYING_FAILED ||
		    (code == HUYING_NOTHING && left <= 0))
			return code;
	}
	return lib_ok(error);
}

int64_t
huying_unanswered(const struct huying_publisher *p)
{
	return publisher_unanswered(p->publisher);
}
