#include "common/db/db.h"

#include <endian.h>

#define ARG_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define ARG_KEPT ((size_t)256 * 1024)
#define PG_EPOCH_MS INT64_C(946684800000)
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_TEXT 25

void
args_init(struct args *a)
{
	a->n = 0;
	for (size_t i = 0; i < DB_ARGS_MAX; i++)
		buf_init(&a->value[i], ARG_MAX_BYTES);
}

void
args_fini(struct args *a)
{
	for (size_t i = 0; i < DB_ARGS_MAX; i++)
		buf_fini(&a->value[i]);
	a->n = 0;
}

/* A buffer that one large batch has grown goes back. */
void
args_reset(struct args *a)
{
	for (size_t i = 0; i < DB_ARGS_MAX; i++)
		if (a->value[i].cap > ARG_KEPT)
			buf_fini(&a->value[i]);
		else
			buf_reset(&a->value[i]);
	a->n = 0;
}

static struct buf *
next(struct args *a, bool null)
{
	must(a->n < DB_ARGS_MAX);
	a->null[a->n] = null;
	return &a->value[a->n++];
}

static void
put32(struct buf *b, uint32_t v)
{
	uint32_t be = htobe32(v);

	buf_put(b, &be, sizeof(be));
}

static void
put64(struct buf *b, int64_t v)
{
	uint64_t be = htobe64((uint64_t)v);

	buf_put(b, &be, sizeof(be));
}

void
args_null(struct args *a)
{
	(void)next(a, true);
}

void
args_str(struct args *a, struct str s)
{
	buf_str(next(a, s.p == NULL), s);
}

void
args_json(struct args *a, struct str s)
{
	buf_str(next(a, false), s);
}

void
args_i64(struct args *a, int64_t v)
{
	put64(next(a, false), v);
}

void
args_bool(struct args *a, bool v)
{
	buf_char(next(a, false), v ? 1 : 0);
}

void
args_time(struct args *a, int64_t at_ms)
{
	put64(next(a, false), (at_ms - PG_EPOCH_MS) * 1000);
}

static struct buf *
array_head(struct args *a, uint32_t oid, size_t n)
{
	struct buf *b = next(a, false);

	put32(b, n > 0 ? 1 : 0);
	put32(b, 1); /* there may be NULLs */
	put32(b, oid);
	if (n > 0) {
		put32(b, (uint32_t)n);
		put32(b, 1);
	}
	return b;
}

static void
array_strs(struct args *a, uint32_t oid, const struct str *v, size_t n)
{
	struct buf *b = array_head(a, oid, n);

	for (size_t i = 0; i < n; i++) {
		put32(b, v[i].p == NULL ? UINT32_MAX : (uint32_t)v[i].n);
		buf_str(b, v[i]);
	}
}

void
args_strs(struct args *a, const struct str *v, size_t n)
{
	array_strs(a, OID_TEXT, v, n);
}

void
args_bytes_list(struct args *a, const struct str *v, size_t n)
{
	array_strs(a, OID_BYTEA, v, n);
}

void
args_i64s(struct args *a, const int64_t *v, size_t n)
{
	struct buf *b = array_head(a, OID_INT8, n);

	for (size_t i = 0; i < n; i++) {
		put32(b, sizeof(v[i]));
		put64(b, v[i]);
	}
}
