/* msgpack -> JSON: the one writer of JSON for machines. */
#include "common/msg/wire.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes from AT on that stand in JSON as they are. */
static size_t
plain_run(struct str s, size_t at)
{
	size_t end = at;

	while (end < s.n) {
		unsigned char c = (unsigned char)s.p[end];

		if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c >= 0x80)
			break;
		end++;
	}
	return end - at;
}

/* Length of the character at AT; 0 when its bytes are not UTF-8. */
static size_t
rune_len(struct str s, size_t at)
{
	for (size_t n = 2; n <= 4 && n <= s.n - at; n++)
		if (str_utf8_ok(str_cut(s, at, n)))
			return n;
	return 0;
}

static size_t
put_special(struct str s, size_t at, struct buf *out)
{
	unsigned char c = (unsigned char)s.p[at];
	size_t n = c >= 0x80 ? rune_len(s, at) : 1;

	if (n == 0) {
		buf_z(out, "\\ufffd");
		return 1;
	}
	if (c >= 0x80)
		buf_put(out, s.p + at, n);
	else if (c == '"' || c == '\\')
		buf_printf(out, "\\%c", c);
	else if (c == '\n')
		buf_z(out, "\\n");
	else
		buf_printf(out, "\\u%04x", c);
	return n;
}

void
wire_json_str(struct str s, struct buf *out)
{
	buf_char(out, '"');
	for (size_t at = 0; at < s.n;) {
		size_t n = plain_run(s, at);

		buf_put(out, s.p + at, n);
		at += n;
		if (at < s.n)
			at += put_special(s, at, out);
	}
	buf_char(out, '"');
}

/* As few digits as read back as the same number. */
static void
put_float(double v, struct buf *out)
{
	char text[40];

	if (!isfinite(v)) {
		buf_z(out, "null");
		return;
	}
	/* "-0" would be read as the whole number, which has no sign. */
	if (v == 0 && signbit(v)) {
		buf_z(out, "-0.0");
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, v);
		if (!(strtod(text, NULL) < v || strtod(text, NULL) > v))
			break;
	}
	buf_z(out, text);
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
		put_float(item->f, out);
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

/* One open container. */
struct level {
	uint64_t left; /* values still to come */
	size_t n_keys; /* or entries, so far */
	bool map;
	bool key; /* the next value is a key */
};

/* What stands before the next entry of L: a comma, a colon, nothing. */
static void
put_between(struct level *l, struct buf *out)
{
	if (l->map && !l->key)
		buf_char(out, ':');
	else if (l->n_keys++ > 0)
		buf_char(out, ',');
	l->key = l->map && !l->key;
	l->left--;
}

static struct level
open_level(const struct wire_item *item, struct buf *out)
{
	bool map = item->kind == KIND_MAP;

	buf_char(out, map ? '{' : '[');
	return (struct level){
		.left = (uint64_t)item->n << map, .map = map, .key = map
	};
}

/* Ends what has nothing more to come; returns the depth that is left. */
static size_t
close_levels(const struct level *level, size_t depth, struct buf *out)
{
	while (depth > 0 && level[depth - 1].left == 0)
		buf_char(out, level[--depth].map ? '}' : ']');
	return depth;
}

void
wire_json(struct str value, struct buf *out)
{
	struct level level[WIRE_DEPTH_MAX] = { { 0 } };
	size_t depth = 0;
	struct wire_item item;

	do {
		wire_read(&value, &item);
		if (depth > 0)
			put_between(&level[depth - 1], out);
		if (item.kind == KIND_MAP || item.kind == KIND_ARRAY) {
			must(depth < WIRE_DEPTH_MAX);
			level[depth++] = open_level(&item, out);
		} else {
			json_scalar(&item, out);
		}
		depth = close_levels(level, depth, out);
	} while (depth > 0);
}
