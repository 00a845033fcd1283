/* Struct -> msgpack, deterministic. */
#include "common/msg/msg.h"
#include "common/msg/wire.h"

static void encode_field(
    const struct msg_field *f, const void *obj, struct buf *out);

static void
encode_record(const struct msg_desc *d, const void *obj, struct buf *out)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n_fields; i++)
		n += d->fields[i].need == REQUIRED ||
		     !msg_absent(&d->fields[i], obj);
	wire_put_map(out, n);
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];

		if (f->need != REQUIRED && msg_absent(f, obj))
			continue;
		wire_put_str(out, str_of(f->name));
		encode_field(f, obj, out);
	}
}

static void
encode_list(
    const struct msg_field *f, const struct msg_list *l, struct buf *out)
{
	wire_put_array(out, l->n);
	for (size_t i = 0; i < l->n; i++) {
		if (f->type == WIRE_strs)
			wire_put_str(out, ((const struct str *)l->p)[i]);
		else
			encode_record(f->record,
			    (const char *)l->p + i * f->record->size, out);
	}
}

static void
encode_field(const struct msg_field *f, const void *obj, struct buf *out)
{
	const void *at = msg_at(f, obj);
	char text[CLOCK_TEXT];

	switch (f->type) {
	case WIRE_str:
		wire_put_str(out, *(const struct str *)at);
		break;
	case WIRE_i64:
		wire_put_i64(out, *(const int64_t *)at);
		break;
	case WIRE_f64:
		wire_put_f64(out, *(const double *)at);
		break;
	case WIRE_bool:
		wire_put_bool(out, *(const bool *)at);
		break;
	case WIRE_time:
		wire_put_str(
		    out, str_of(clock_format(*(const int64_t *)at, text)));
		break;
	case WIRE_strs:
	case WIRE_list:
		encode_list(f, at, out);
		break;
	case WIRE_map:
		if (((const struct str *)at)->n > 0)
			buf_str(out, *(const struct str *)at);
		else
			wire_put_map(out, 0);
		break;
	}
}

void
msg_encode(const struct msg_desc *d, const void *obj, struct buf *out)
{
	encode_record(d, obj, out);
}
