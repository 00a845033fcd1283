/* The writing half of wire.h, on msgpack-c. */
#include "common/msg/wire.h"

#include <msgpack.h>

static int
pack_write(void *data, const char *p, size_t n)
{
	buf_put(data, p, n);
	return 0;
}

#define PACK(out, call)                                                        \
	do {                                                                   \
		msgpack_packer pk = { (out), pack_write };                     \
		(void)call;                                                    \
	} while (0)

void
wire_put_map(struct buf *out, size_t n)
{
	PACK(out, msgpack_pack_map(&pk, n));
}

void
wire_put_array(struct buf *out, size_t n)
{
	PACK(out, msgpack_pack_array(&pk, n));
}

void
wire_put_str(struct buf *out, struct str s)
{
	PACK(out, msgpack_pack_str(&pk, s.n));
	buf_str(out, s);
}

void
wire_put_bin(struct buf *out, struct str s)
{
	PACK(out, msgpack_pack_bin(&pk, s.n));
	buf_str(out, s);
}

void
wire_put_i64(struct buf *out, int64_t v)
{
	PACK(out, msgpack_pack_int64(&pk, v));
}

void
wire_put_f64(struct buf *out, double v)
{
	PACK(out, msgpack_pack_double(&pk, v));
}

void
wire_put_bool(struct buf *out, bool v)
{
	if (v)
		PACK(out, msgpack_pack_true(&pk));
	else
		PACK(out, msgpack_pack_false(&pk));
}

void
wire_put_nil(struct buf *out)
{
	PACK(out, msgpack_pack_nil(&pk));
}
