/* JSON out through the wire form (one writer), JSON in through jansson. */
#include "common/msg/envelope.h"
#include "common/msg/wire.h"

#include <jansson.h>

#define JSON_MAX ((size_t)1 << 20)

void
msg_json(const struct msg_desc *d, const void *obj, struct buf *out)
{
	struct buf body;

	buf_init(&body, JSON_MAX);
	msg_encode(d, obj, &body);
	if (body.failed)
		out->failed = true;
	else
		wire_json(buf_get(&body), out);
	buf_fini(&body);
}

/* Bounded by the parser's own limit on nesting, and by ours behind it. */
static bool
put_value(const json_t *v, struct buf *out, int depth)
{
	const char *key;
	json_t *item;
	size_t i;

	if (depth > WIRE_DEPTH_MAX)
		return false;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		wire_put_map(out, json_object_size(v));
		for (void *it = json_object_iter((json_t *)(uintptr_t)v);
		     it != NULL;
		     it = json_object_iter_next((json_t *)(uintptr_t)v, it)) {
			key = json_object_iter_key(it);
			wire_put_str(out, str_of(key));
			if (!put_value(
				json_object_iter_value(it), out, depth + 1))
				return false;
		}
		return true;
	case JSON_ARRAY:
		wire_put_array(out, json_array_size(v));
		json_array_foreach(v, i,
		    item) if (!put_value(item, out, depth + 1)) return false;
		return true;
	case JSON_STRING:
		wire_put_str(out, (struct str){ json_string_value(v),
				      json_string_length(v) });
		return true;
	case JSON_INTEGER:
		wire_put_i64(out, json_integer_value(v));
		return true;
	case JSON_REAL:
		wire_put_f64(out, json_real_value(v));
		return true;
	case JSON_TRUE:
	case JSON_FALSE:
		wire_put_bool(out, json_is_true(v));
		return true;
	case JSON_NULL:
		wire_put_nil(out);
		return true;
	}
	return false;
}

enum rc
wire_from_json(struct str json, struct buf *out, struct err *e)
{
	json_error_t why;
	json_t *v = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &why);
	bool ok;

	if (v == NULL)
		return err_set(e, RC_REJECT, "line %d column %d: %s", why.line,
		    why.column, why.text);
	ok = json_is_object(v) && put_value(v, out, 0);
	json_decref(v);
	return ok ? RC_OK
		  : err_set(e, RC_REJECT, "not a JSON object of depth <= 8");
}
