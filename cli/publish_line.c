/* An event from a line of JSON. */
#include "cli/publish.h"

#include "common/msg/wire.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define ROOM ((size_t)4 * ENVELOPE_MAX)

/* What huying tail -o json adds to an event; it is the bus's to say. */
static const char *const added[] = { "sequence", "recordedtime" };

enum rc
publish_refuse(
    struct parcel_out *out, const char *code, const char *field, struct str why)
{
	struct refusal *r = &out->why;

	(void)snprintf(r->code, sizeof(r->code), "%s", code);
	(void)snprintf(r->field, sizeof(r->field), "%s", field);
	(void)snprintf(r->reason, sizeof(r->reason), "%.*s", STR_ARG(why));
	return RC_REJECT;
}

/* VALUE, an object, as sound msgpack; FIELD for what is wrong with it. */
static enum rc
to_wire(const json_t *value, const char *field, struct buf *bytes,
    struct parcel_out *out)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	struct wire_fault fault;
	enum rc rc;
	struct err e;

	must(text != NULL);
	rc = wire_from_json(str_of(text), bytes, &e);
	free(text);
	if (rc != RC_OK)
		return publish_refuse(out, "BAD_JSON", field, str_of(e.text));
	if (bytes->failed)
		return publish_refuse(
		    out, "TOO_LONG", field, STR("is too long"));
	if (!wire_check(buf_get(bytes), &fault))
		return publish_refuse(
		    out, fault.code, field, str_of(wire_words(fault.code)));
	return RC_OK;
}

/* Member "sealedpart" of EVENT, checked as the bus would check it open. */
static enum rc
take_part(json_t *event, struct parcel_out *out)
{
	const json_t *part = json_object_get(event, "sealedpart");
	struct msg_sealed_report plain;
	struct faults faults;
	struct buf bytes;
	enum rc rc;

	buf_init(&bytes, ROOM);
	faults_init(&faults);
	rc = to_wire(part, "sealedpart", &bytes, out);
	if (rc == RC_OK) {
		rc = msg_decode(&msg_sealed_report_desc, buf_get(&bytes),
		    MSG_STRICT, &plain, out->arena, &faults);
		if (rc == RC_OK)
			parcel_out_add(out, &plain);
		else
			(void)publish_refuse(out, faults.code, "sealedpart",
			    buf_get(&faults.text));
	}
	faults_fini(&faults);
	buf_fini(&bytes);
	(void)json_object_del(event, "sealedpart");
	return rc;
}

static void
name(const json_t *event, const char *key, char *out, size_t cap)
{
	const char *v = json_string_value(json_object_get(event, key));

	(void)snprintf(out, cap, "%s", v != NULL ? v : "");
}

static enum rc
take_event(json_t *event, struct parcel_out *out)
{
	static const char *const needed[] = { "id", "source", "type" };

	for (size_t i = 0; i < ARRAY_LEN(added); i++)
		(void)json_object_del(event, added[i]);
	name(event, "id", out->id, sizeof(out->id));
	name(event, "type", out->type, sizeof(out->type));
	if (json_object_get(event, "sealedpart") != NULL)
		TRY(take_part(event, out));
	TRY(to_wire(event, "event", &out->envelope, out));
	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if (wire_get_str(buf_get(&out->envelope), needed[i]).n == 0)
			return publish_refuse(out, "FIELD_MISSING", needed[i],
			    STR("is required"));
	return RC_OK;
}

enum rc
publish_line(struct str line, struct parcel_out *out)
{
	json_error_t why;
	json_t *event =
	    json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &why);
	enum rc rc;

	if (event == NULL)
		return publish_refuse(
		    out, "BAD_JSON", "event", str_of(why.text));
	if (json_is_object(event))
		rc = take_event(event, out);
	else
		rc = publish_refuse(
		    out, "BAD_JSON", "event", STR("is not an object"));
	json_decref(event);
	return rc;
}
