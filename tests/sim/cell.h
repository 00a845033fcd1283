/* Cells are what libpq sends in binary format; a NULL .p is NULL. */
#ifndef SIM_CELL_H
#define SIM_CELL_H

#include "common/base/str.h"

enum cell_type {
	CELL_TEXT,
	CELL_I64,
	CELL_F64,
	CELL_BOOL,
	CELL_TIME, /* microseconds since 2000-01-01 UTC */
	CELL_TEXTS,
	CELL_BYTES,
};

/* Numbers: eight bytes, most significant first. */
struct num {
	char bytes[8];
};
#define CELL_NUM(num) ((struct str){ (num).bytes, 8 })

static inline struct num
num_of(int64_t v)
{
	struct num n;

	for (size_t i = 0; i < 8; i++)
		n.bytes[i] = (char)((uint64_t)v >> (56 - 8 * i));
	return n;
}

static inline int64_t
cell_i64(struct str cell)
{
	uint64_t v = 0;

	must(cell.p != NULL && cell.n == 8);
	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (unsigned char)cell.p[i];
	return (int64_t)v;
}

static inline bool
cell_bool(struct str cell)
{
	return cell.p != NULL && cell.n == 1 && cell.p[0] != 0;
}

#endif
