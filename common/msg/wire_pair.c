/* Pairs of a map, found and put by their key. */
#include "common/msg/wire.h"

struct str
wire_find(struct str body, struct str key)
{
	struct wire_item map, k;
	struct str value;

	wire_read(&body, &map);
	for (uint32_t i = 0; i < map.n; i++) {
		wire_read(&body, &k);
		value = wire_skip(&body);
		if (k.kind == KIND_STR && str_eq(k.s, key))
			return value;
	}
	return (struct str){ NULL, 0 };
}

struct wire_item
wire_get(struct str body, const char *key)
{
	struct wire_item item = { .kind = KIND_NIL };
	struct str v = wire_find(body, str_of(key));

	if (v.n > 0)
		wire_read(&v, &item);
	return item;
}

struct str
wire_get_str(struct str body, const char *key)
{
	struct wire_item item = wire_get(body, key);

	return item.kind == KIND_STR ? item.s : STR("");
}

int64_t
wire_get_i64(struct str body, const char *key)
{
	struct wire_item item = wire_get(body, key);

	return item.kind == KIND_INT ? item.i : 0;
}

void
wire_pair_str(struct buf *out, const char *key, struct str value)
{
	wire_put_str(out, str_of(key));
	wire_put_str(out, value);
}

void
wire_pair_i64(struct buf *out, const char *key, int64_t value)
{
	wire_put_str(out, str_of(key));
	wire_put_i64(out, value);
}

void
wire_pair_bool(struct buf *out, const char *key, bool value)
{
	wire_put_str(out, str_of(key));
	wire_put_bool(out, value);
}
