#include "cli/json_out.h"

#include "common/msg/wire.h"

void
json_out_init(struct json_out *j, struct buf *buf)
{
	*j = (struct json_out){ .buf = buf, .first = true };
}

static void
new_line(struct buf *out, size_t depth)
{
	buf_char(out, '\n');
	for (size_t i = 0; i < depth; i++)
		buf_z(out, "  ");
}

/* Comma, line and key before a value. */
static void
begin(struct json_out *j, const char *key)
{
	if (!j->first)
		buf_char(j->buf, ',');
	if (j->depth > 0)
		new_line(j->buf, j->depth);
	j->first = false;
	if (key == NULL)
		return;
	wire_json_str(str_of(key), j->buf);
	buf_z(j->buf, ": ");
}

static void
open_level(struct json_out *j, const char *key, char start, char end)
{
	must(j->depth < JSON_OUT_DEPTH);
	begin(j, key);
	buf_char(j->buf, start);
	j->ends[j->depth++] = end;
	j->first = true;
}

void
json_out_object(struct json_out *j, const char *key)
{
	open_level(j, key, '{', '}');
}

void
json_out_array(struct json_out *j, const char *key)
{
	open_level(j, key, '[', ']');
}

void
json_out_end(struct json_out *j)
{
	bool empty = j->first;

	must(j->depth > 0);
	j->depth--;
	if (!empty)
		new_line(j->buf, j->depth);
	buf_char(j->buf, j->ends[j->depth]);
	j->first = false;
	if (j->depth == 0)
		buf_char(j->buf, '\n');
}

void
json_out_str(struct json_out *j, const char *key, struct str value)
{
	begin(j, key);
	wire_json_str(value, j->buf);
}

void
json_out_z(struct json_out *j, const char *key, const char *value)
{
	json_out_str(j, key, str_of(value));
}

void
json_out_int(struct json_out *j, const char *key, int64_t value)
{
	begin(j, key);
	buf_printf(j->buf, "%lld", (long long)value);
}

void
json_out_bool(struct json_out *j, const char *key, bool value)
{
	begin(j, key);
	buf_z(j->buf, value ? "true" : "false");
}

void
json_out_ref(struct json_out *j, const char *key, const char *to)
{
	json_out_object(j, key);
	json_out_z(j, "$ref", to);
	json_out_end(j);
}

static bool
is_start(char c)
{
	return c == '{' || c == '[';
}

static bool
is_end(char c)
{
	return c == '}' || c == ']';
}

/* The bytes of the text that begins at AT, quotes and all. */
static size_t
text_len(struct str s, size_t at)
{
	size_t end = at + 1;

	while (end < s.n && s.p[end] != '"')
		end += s.p[end] == '\\' ? 2 : 1;
	return end + 1 - at;
}

void
json_out_indent(struct buf *out, struct str s)
{
	size_t depth = 0, n;

	for (size_t i = 0; i < s.n; i += n) {
		char c = s.p[i], next;

		n = c == '"' ? text_len(s, i) : 1;
		next = i + n < s.n ? s.p[i + n] : '\0';
		buf_str(out, str_cut(s, i, n));
		if (c == ':')
			buf_char(out, ' ');
		else if (c == ',')
			new_line(out, depth);
		else if (is_start(c))
			depth++;
		if (is_end(next))
			depth--;
		/* What ends where it starts stays together. */
		if (is_start(c) != is_end(next))
			new_line(out, depth);
	}
}
