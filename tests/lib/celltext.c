#include "tests/lib/celltext.h"

#include <stdlib.h>

static void
put_hex(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(out, "%02x", (unsigned char)s.p[i]);
}

void
celltext_put(struct str s, int64_t type, struct buf *out)
{
	int64_t v = 0;

	buf_char(out, '|');
	if (s.p == NULL) {
		buf_z(out, "null");
		return;
	}
	switch (type) {
	case CELL_I64:
	case CELL_TIME:
		for (size_t i = 0; i < s.n; i++)
			v = (int64_t)((uint64_t)v << 8 | (unsigned char)s.p[i]);
		buf_printf(out, "%lld", (long long)v);
		break;
	case CELL_TEXT:
		buf_str(out, s);
		break;
	default:
		put_hex(s, out);
		break;
	}
}

static int
cmp(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

struct str
celltext_sorted(struct str *rows, size_t n, struct arena *arena)
{
	struct buf all;
	struct str text;

	buf_init(&all, (size_t)1 << 28);
	qsort(rows, n, sizeof(*rows), cmp);
	for (size_t i = 0; i < n; i++) {
		buf_str(&all, rows[i]);
		buf_char(&all, '\n');
	}
	must(!all.failed);
	text = arena_str(arena, buf_get(&all));
	buf_fini(&all);
	return text;
}
