/* An event from words: TYPE field=value ... */
#include "cli/publish.h"

#include "common/base/id.h"
#include "common/msg/wire.h"

#include <stdio.h>

#define ROOM ((size_t)4 * ENVELOPE_MAX)
#define ARENA ((size_t)4 << 20)

void
parcel_out_init(struct parcel_out *p)
{
	*p = (struct parcel_out){ .line = 0 };
	buf_init(&p->envelope, ROOM);
	buf_init(&p->box, (size_t)4 * SEALED_MAX);
}

void
parcel_out_fini(struct parcel_out *p)
{
	buf_fini(&p->envelope);
	buf_fini(&p->box);
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

enum rc
publish_seal(struct publisher *p, const struct msg_sealed_report *plain,
    struct buf *box, char hex[65], struct err *e)
{
	unsigned char hash[HASH_LEN];
	struct buf bytes;
	enum rc rc;

	buf_init(&bytes, ROOM);
	msg_encode(&msg_sealed_report_desc, plain, &bytes);
	rc = publisher_seal(p, buf_get(&bytes), box, e);
	buf_fini(&bytes);
	if (rc != RC_OK)
		return rc;
	id_hash(buf_get(box), hash);
	(void)id_hex(hash, hex);
	return RC_OK;
}

/* *ANY: there is something to seal. */
static enum rc
take_sealed(const struct wanted *w, struct msg_sealed_report *plain, bool *any,
    struct arena *arena, struct err *e)
{
	const struct msg_desc *d = &msg_sealed_report_desc;

	*any = false;
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
		TRY(msg_set_text(f, plain, value, arena, e));
		*any = true;
	}
	return RC_OK;
}

static enum rc
check_sealed(const struct msg_sealed_report *plain, struct err *e)
{
	struct faults faults;
	enum rc rc;

	faults_init(&faults);
	rc = msg_check(&msg_sealed_report_desc, plain, MSG_STRICT, &faults);
	if (rc != RC_OK)
		(void)err_set(
		    e, rc, "--sealed %.*s", STR_ARG(buf_get(&faults.text)));
	faults_fini(&faults);
	return rc;
}

static enum rc
build(struct publisher *p, const struct wanted *w, struct parcel_out *out,
    struct arena *arena, struct err *e)
{
	struct msg_sealed_report plain = { .name = { NULL, 0 } };
	struct msg_envelope env = {
		.specversion = STR("1.0"),
		.id = str_of(w->id),
		.source = str_of(w->source),
		.type = str_of(w->type),
		.subject = str_of(w->subject),
		.division = str_of(w->division),
	};
	AUTO(buf_fini) struct buf data;
	char id[ID_TEXT], hex[HASH_TEXT];
	bool any;

	buf_init(&data, ROOM);
	TRY(put_fields(w, &data, e));
	TRY(take_sealed(w, &plain, &any, arena, e));
	if (any) {
		TRY(check_sealed(&plain, e));
		TRY(publish_seal(p, &plain, &out->box, hex, e));
		env.sealed = str_of(hex);
	}
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

enum rc
publish_build(struct publisher *p, const struct wanted *w,
    struct parcel_out *out, struct err *e)
{
	struct arena *arena = arena_new(ARENA);
	enum rc rc = build(p, w, out, arena, e);

	arena_free(&arena);
	return rc;
}
