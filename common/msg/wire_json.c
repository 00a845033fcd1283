/* msgpack -> JSON: the one writer of JSON for machines. */
#include "common/msg/wire.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void
wire_json_str(struct str s, struct buf *out)
{
	buf_char(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else if (c == '\n')
			buf_z(out, "\\n");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(out, "\\u%04x", c);
		else
			buf_char(out, (char)c);
	}
	buf_char(out, '"');
}

static void
json_scalar(const struct wire_item *item, struct buf *out)
{
	switch (item->kind) {
	case KIND_NIL:
		buf_z(out, "null");
		break;
	case KIND_BOOL:
		buf_z(out, item->b ? "true" : "false");
		break;
	case KIND_INT:
		buf_printf(out, "%lld", (long long)item->i);
		break;
	case KIND_UINT:
		buf_printf(out, "%llu", (unsigned long long)item->i);
		break;
	case KIND_FLOAT:
		if (isfinite(item->f))
			buf_printf(out, "%.17g", item->f);
		else
			buf_z(out, "null");
		break;
	case KIND_STR:
		wire_json_str(item->s, out);
		break;
	case KIND_BIN:
		buf_char(out, '"');
		for (size_t i = 0; i < item->s.n; i++)
			buf_printf(out, "%02x", (unsigned char)item->s.p[i]);
		buf_char(out, '"');
		break;
	case KIND_ARRAY:
	case KIND_MAP:
		never("container as scalar");
	}
}

void
wire_json(struct str value, struct buf *out)
{
	struct level level[WIRE_DEPTH_MAX];
	size_t depth = 0;
	struct wire_item item;

	do {
		struct level *in = depth > 0 ? &level[depth - 1] : NULL;
		bool open;

		wire_read(&value, &item);
		open = item.kind == KIND_MAP || item.kind == KIND_ARRAY;
		if (in != NULL && in->map && !in->key)
			buf_char(out, ':');
		else if (in != NULL && in->n_keys++ > 0)
			buf_char(out, ',');
		if (in != NULL) {
			in->key = in->map && !in->key;
			in->left--;
		}
		if (open) {
			must(depth < WIRE_DEPTH_MAX);
			level[depth].map = item.kind == KIND_MAP;
			level[depth].key = level[depth].map;
			level[depth].left = (uint64_t)item.n
					    << level[depth].map;
			level[depth++].n_keys = 0;
			buf_char(out, item.kind == KIND_MAP ? '{' : '[');
		} else {
			json_scalar(&item, out);
		}
		for (; depth > 0 && level[depth - 1].left == 0; depth--)
			buf_char(out, level[depth - 1].map ? '}' : ']');
	} while (depth > 0);
}
