/* Descriptors -> JSON Schema. */
#include "cli/schemas.h"

#include "common/msg/look.h"

#include <stdio.h>

/* What clock_parse() takes. */
#define TIME_PATTERN                                                           \
	"^2[0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T"                 \
	"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?)?"          \
	"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$"
#define SEQUENCE_PATTERN "^[0-9]{20}$"
#define NUMBER_MAX INT64_C(1000000000000000)

static void
put_choices(struct json_out *j, const char *values)
{
	struct str rest = str_of(values), one;

	json_out_array(j, "enum");
	while (str_next(&rest, '|', &one))
		json_out_str(j, NULL, one);
	json_out_end(j);
}

/* Members of the schema of one text: of a field, or of a list's entry. */
static void
put_text(struct json_out *j, const struct msg_field *f, bool filled)
{
	const char *pattern = look_pattern(f->format.look);

	json_out_z(j, "type", "string");
	if (f->format.look == LOOK_ENUM) {
		put_choices(j, f->format.values);
		return;
	}
	if (pattern != NULL)
		json_out_z(j, "pattern", pattern);
	else if (filled)
		json_out_int(j, "minLength", 1);
	json_out_int(
	    j, "maxLength", (int64_t)(f->max > 0 ? f->max : MSG_STR_MAX));
	json_out_z(j, "x-holds", look_name(f->format.look));
}

static void
put_list(struct json_out *j, const struct msg_field *f)
{
	char ref[64];

	json_out_z(j, "type", "array");
	if (f->need == REQUIRED)
		json_out_int(j, "minItems", 1);
	if (f->type == WIRE_strs) {
		json_out_int(j, "maxItems", MSG_LIST_MAX);
		json_out_object(j, "items");
		put_text(j, f, false);
		json_out_end(j);
		return;
	}
	json_out_int(
	    j, "maxItems", (int64_t)(f->max > 0 ? f->max : MSG_LIST_MAX));
	(void)snprintf(ref, sizeof(ref), "#/definitions/%s", f->record->type);
	json_out_ref(j, "items", ref);
}

static void
put_field(struct json_out *j, const struct msg_field *f)
{
	json_out_object(j, f->name);
	json_out_z(j, "description", f->doc);
	switch (f->type) {
	case WIRE_str:
		put_text(j, f, f->need == REQUIRED);
		break;
	case WIRE_i64:
		json_out_z(j, "type", "integer");
		break;
	case WIRE_f64:
		json_out_z(j, "type", "number");
		json_out_int(j, "minimum", -NUMBER_MAX);
		json_out_int(j, "maximum", NUMBER_MAX);
		break;
	case WIRE_bool:
		json_out_z(j, "type", "boolean");
		break;
	case WIRE_time:
		json_out_z(j, "type", "string");
		json_out_z(j, "format", "date-time");
		json_out_z(j, "pattern", TIME_PATTERN);
		break;
	case WIRE_strs:
	case WIRE_list:
		put_list(j, f);
		break;
	case WIRE_map:
		json_out_z(j, "type", "object");
		break;
	}
	json_out_end(j);
}

static void
put_required(struct json_out *j, const struct msg_desc *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_fields; i++)
		n += d->fields[i].need == REQUIRED;
	if (n == 0)
		return;
	json_out_array(j, "required");
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->fields[i].need == REQUIRED)
			json_out_z(j, NULL, d->fields[i].name);
	json_out_end(j);
}

static void
put_properties(struct json_out *j, const struct msg_desc *d)
{
	json_out_object(j, "properties");
	for (size_t i = 0; i < d->n_fields; i++)
		put_field(j, &d->fields[i]);
	/* What the bus adds when it hands an event out. */
	if (d == &msg_envelope_desc) {
		json_out_object(j, "sequence");
		json_out_z(j, "description", "Place in the journal, 20 digits");
		json_out_z(j, "type", "string");
		json_out_z(j, "pattern", SEQUENCE_PATTERN);
		json_out_end(j);
		json_out_object(j, "recordedtime");
		json_out_z(j, "description", "When the journal took it");
		json_out_z(j, "type", "string");
		json_out_z(j, "format", "date-time");
		json_out_z(j, "pattern", TIME_PATTERN);
		json_out_end(j);
	}
	json_out_end(j);
}

static void
put_object(struct json_out *j, const struct msg_desc *d)
{
	json_out_z(j, "type", "object");
	put_properties(j, d);
	put_required(j, d);
	json_out_bool(j, "additionalProperties", false);
}

/* Records do not hold records, so one level is all. */
static void
put_definitions(struct json_out *j, const struct msg_desc *d)
{
	bool any = false;

	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_desc *r = d->fields[i].record;
		bool told = false;

		for (size_t k = 0; k < i; k++)
			told = told || d->fields[k].record == r;
		if (r == NULL || told)
			continue;
		if (!any)
			json_out_object(j, "definitions");
		any = true;
		json_out_object(j, r->type);
		json_out_z(j, "description", r->doc);
		put_object(j, r);
		json_out_end(j);
	}
	if (any)
		json_out_end(j);
}

void
schema_of(const struct msg_desc *d, struct buf *out)
{
	struct json_out j;
	char id[96];

	json_out_init(&j, out);
	(void)snprintf(id, sizeof(id), "urn:huying:%s:%d", d->type, d->version);
	json_out_object(&j, NULL);
	json_out_z(&j, "$schema", "http://json-schema.org/draft-07/schema#");
	json_out_z(&j, "$id", id);
	json_out_z(&j, "title", d->type);
	json_out_z(&j, "description", d->doc);
	if (d->kind == MSG_COMMAND || d->kind == MSG_FACT) {
		json_out_z(
		    &j, "x-kind", d->kind == MSG_COMMAND ? "command" : "fact");
		json_out_z(&j, "x-owner", d->owner);
	}
	put_object(&j, d);
	put_definitions(&j, d);
	json_out_end(&j);
}
