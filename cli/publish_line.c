/* An event from a line of JSON. */
#include "cli/publish.h"

#include "common/base/id.h"
#include "common/msg/wire.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM ((size_t)4 * ENVELOPE_MAX)
#define ARENA ((size_t)1 << 20)

/* What huying tail -o json adds to an event; it is the bus's to say. */
static const char *const added[] = { "sequence", "recordedtime" };

static enum rc
refuse(struct outcome *o, const char *code, const char *field, struct str why)
{
	*o = (struct outcome){ .status = OUTCOME_REFUSED };
	(void)snprintf(o->code, sizeof(o->code), "%s", code);
	(void)snprintf(o->field, sizeof(o->field), "%s", field);
	(void)snprintf(o->reason, sizeof(o->reason), "%.*s", STR_ARG(why));
	return RC_REJECT;
}

/* VALUE, an object, as msgpack. */
static enum rc
to_wire(
    const json_t *value, const char *field, struct buf *out, struct outcome *o)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	enum rc rc;
	struct err e;

	must(text != NULL);
	rc = wire_from_json(str_of(text), out, &e);
	free(text);
	if (rc != RC_OK)
		return refuse(o, "BAD_JSON", field, str_of(e.text));
	if (out->failed)
		return refuse(o, "TOO_LONG", field, STR("is too long"));
	return RC_OK;
}

/* The sealed part's bytes, checked as the bus would check open ones. */
static enum rc
read_part(struct str bytes, struct msg_sealed_report *plain,
    struct arena *arena, struct outcome *o)
{
	struct wire_fault fault;
	struct faults faults;
	enum rc rc;

	if (!wire_check(bytes, &fault))
		return refuse(o, fault.code, "sealedpart",
		    str_of(wire_words(fault.code)));
	faults_init(&faults);
	rc = msg_decode(
	    &msg_sealed_report_desc, bytes, MSG_STRICT, plain, arena, &faults);
	if (rc != RC_OK)
		(void)refuse(
		    o, faults.code, "sealedpart", buf_get(&faults.text));
	faults_fini(&faults);
	return rc;
}

/* Seals member "sealedpart" of EVENT and puts its digest there instead. */
static enum rc
seal_part(struct publisher *p, json_t *event, struct parcel_out *out,
    struct outcome *o)
{
	const json_t *part = json_object_get(event, "sealedpart");
	struct arena *arena = arena_new(ARENA);
	struct msg_sealed_report plain;
	char hex[HASH_TEXT];
	struct buf bytes;
	struct err e;
	enum rc rc;

	buf_init(&bytes, ROOM);
	rc = to_wire(part, "sealedpart", &bytes, o);
	if (rc == RC_OK)
		rc = read_part(buf_get(&bytes), &plain, arena, o);
	if (rc == RC_OK) {
		rc = publish_seal(p, &plain, &out->box, hex, &e);
		if (rc != RC_OK)
			(void)refuse(o, "NO_KEY", "sealedpart", str_of(e.text));
	}
	if (rc == RC_OK) {
		(void)json_object_del(event, "sealedpart");
		(void)json_object_set_new(event, "sealed", json_string(hex));
	}
	buf_fini(&bytes);
	arena_free(&arena);
	return rc;
}

static void
name(const json_t *event, const char *key, char *out, size_t cap)
{
	const char *v = json_string_value(json_object_get(event, key));

	(void)snprintf(out, cap, "%s", v != NULL ? v : "");
}

static enum rc
take_event(struct publisher *p, json_t *event, struct parcel_out *out,
    struct outcome *o)
{
	for (size_t i = 0; i < ARRAY_LEN(added); i++)
		(void)json_object_del(event, added[i]);
	name(event, "id", out->id, sizeof(out->id));
	name(event, "type", out->type, sizeof(out->type));
	if (json_object_get(event, "sealedpart") != NULL)
		TRY(seal_part(p, event, out, o));
	return to_wire(event, "event", &out->envelope, o);
}

enum rc
publish_line(struct publisher *p, struct str line, struct parcel_out *out,
    struct outcome *o)
{
	json_error_t why;
	json_t *event =
	    json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &why);
	enum rc rc;

	if (event == NULL)
		return refuse(o, "BAD_JSON", "event", str_of(why.text));
	if (json_is_object(event))
		rc = take_event(p, event, out, o);
	else
		rc = refuse(o, "BAD_JSON", "event", STR("is not an object"));
	json_decref(event);
	return rc;
}
