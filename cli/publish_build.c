/* An event from words: TYPE field=value ... */
#include "cli/publish.h"

#include "common/base/id.h"
#include "common/msg/wire.h"

#include <stdio.h>

#define ROOM ((size_t)4 * ENVELOPE_MAX)
#define ARENA ((size_t)1 << 20)

void
parcel_out_init(struct parcel_out *p)
{
	*p = (struct parcel_out){ .with_person = false };
	buf_init(&p->envelope, ROOM);
	p->arena = arena_new(ARENA);
}

void
parcel_out_fini(struct parcel_out *p)
{
	buf_fini(&p->envelope);
	arena_free(&p->arena);
}

static const char *
keep(struct parcel_out *p, struct str text)
{
	char *z = arena_alloc(p->arena, text.n + 1);

	must(z != NULL);
	if (text.n > 0)
		memcpy(z, text.p, text.n);
	return text.n > 0 ? z : NULL;
}

void
parcel_out_add(struct parcel_out *p, const struct msg_sealed_report *plain)
{
	p->person = (struct huying_person){ .name = keep(p, plain->name),
		.phone = keep(p, plain->phone),
		.id_number = keep(p, plain->id_number),
		.address = keep(p, plain->address),
		.text = keep(p, plain->text) };
	p->with_person = true;
}

static bool
split(const char *word, struct str *name, struct str *value)
{
	struct str s = str_of(word);
	size_t at = str_find(s, '=');

	*name = str_cut(s, 0, at);
	*value = at < s.n ? str_cut(s, at + 1, s.n) : STR("");
	return at > 0 && at < s.n;
}

/* A list of records as JSON; false when it is none. */
static bool
put_json(struct str text, struct buf *out)
{
	struct wire_fault fault;
	struct buf json, body;
	struct str v;
	struct err e;
	bool ok;

	buf_init(&json, ROOM);
	buf_init(&body, ROOM);
	buf_printf(&json, "{\"v\":%.*s}", STR_ARG(text));
	ok = wire_from_json(buf_get(&json), &body, &e) == RC_OK &&
	     wire_check(buf_get(&body), &fault);
	if (ok) {
		v = wire_find(buf_get(&body), STR("v"));
		buf_str(out, v);
	}
	buf_fini(&body);
	buf_fini(&json);
	return ok;
}

static void
put_list(struct str text, struct buf *out)
{
	struct str rest = text, one;
	size_t n = 0;

	while (text.n > 0 && str_next(&rest, '|', &one))
		n++;
	wire_put_array(out, n);
	rest = text;
	while (n-- > 0 && str_next(&rest, '|', &one))
		wire_put_str(out, one);
}

struct scalar {
	int64_t whole;
	double number;
	bool yes;
};

/* False when TEXT is not what a field of F's type can hold. */
static bool
put_scalar(const struct msg_field *f, struct str text, struct buf *out)
{
	struct scalar v = { .whole = 0 };
	struct msg_field alone = *f;
	struct err e;

	alone.offset = f->type == WIRE_i64   ? offsetof(struct scalar, whole)
		       : f->type == WIRE_f64 ? offsetof(struct scalar, number)
					     : offsetof(struct scalar, yes);
	/* These types need no arena. */
	if (text.n == 0 || msg_set_text(&alone, &v, text, NULL, &e) != RC_OK)
		return false;
	if (f->type == WIRE_i64)
		wire_put_i64(out, v.whole);
	else if (f->type == WIRE_f64)
		wire_put_f64(out, v.number);
	else
		wire_put_bool(out, v.yes);
	return true;
}

/*
 * As the field's type wants it.  What cannot be read goes as text: the bus
 * is the judge, and says what it expected.
 */
static void
put_value(const struct msg_field *f, struct str text, struct buf *out)
{
	bool put = false;

	switch (f != NULL ? f->type : WIRE_str) {
	case WIRE_i64:
	case WIRE_f64:
	case WIRE_bool:
		put = put_scalar(f, text, out);
		break;
	case WIRE_strs:
		put_list(text, out);
		put = true;
		break;
	case WIRE_list:
	case WIRE_map:
		put = put_json(text, out);
		break;
	case WIRE_str:
	case WIRE_time:
		break;
	}
	if (!put)
		wire_put_str(out, text);
}

static enum rc
put_fields(const struct wanted *w, struct buf *out, struct err *e)
{
	const struct msg_desc *d = msg_find(str_of(w->type));
	struct str name, value;

	wire_put_map(out, w->n_fields);
	for (size_t i = 0; i < w->n_fields; i++) {
		if (!split(w->fields[i], &name, &value))
			return err_set(e, RC_REJECT,
			    "%s: not written as field=value", w->fields[i]);
		wire_put_str(out, name);
		put_value(d != NULL ? msg_field(d, name) : NULL, value, out);
	}
	return RC_OK;
}

static enum rc
take_sealed(const struct wanted *w, struct parcel_out *out, struct err *e)
{
	const struct msg_desc *d = &msg_sealed_report_desc;
	struct msg_sealed_report plain = { .name = { NULL, 0 } };

	for (size_t i = 0; i < w->n_sealed && w->sealed[i] != NULL; i++) {
		const struct msg_field *f;
		struct str name, value;

		if (!split(w->sealed[i], &name, &value))
			return err_set(e, RC_REJECT,
			    "--sealed %s: not written as field=value",
			    w->sealed[i]);
		f = msg_field(d, name);
		if (f == NULL)
			return err_set(e, RC_REJECT,
			    "--sealed %s: must be name, phone, id_number, "
			    "address or text",
			    w->sealed[i]);
		TRY(msg_set_text(f, &plain, value, out->arena, e));
	}
	if (w->n_sealed > 0 && w->sealed[0] != NULL)
		parcel_out_add(out, &plain);
	return RC_OK;
}

enum rc
publish_build(const struct wanted *w, struct parcel_out *out, struct err *e)
{
	struct msg_envelope env = {
		.specversion = STR("1.0"),
		.id = str_of(w->id),
		.source = str_of(w->source),
		.type = str_of(w->type),
		.subject = str_of(w->subject),
		.division = str_of(w->division),
	};
	AUTO(buf_fini) struct buf data;
	char id[ID_TEXT];

	buf_init(&data, ROOM);
	TRY(put_fields(w, &data, e));
	TRY(take_sealed(w, out, e));
	if (env.id.n == 0)
		env.id = str_of(id_new(id));
	env.data = buf_get(&data);
	envelope_encode(&env, &out->envelope);
	(void)snprintf(out->id, sizeof(out->id), "%.*s", STR_ARG(env.id));
	(void)snprintf(out->type, sizeof(out->type), "%s", w->type);
	return data.failed || out->envelope.failed
		   ? err_set(e, RC_REJECT, "the event is too long")
		   : RC_OK;
}
