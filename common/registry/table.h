/* The tables of a pack, listed once: schemas/pack/files.def. */
#ifndef REGISTRY_TABLE_H
#define REGISTRY_TABLE_H

#include "common/msg/msg.h"

/* clang-format off */
enum registry_table {
#define PACK_FILE(row, file, need, keys) TABLE_##row,
#include "schemas/pack/files.def"
#undef PACK_FILE
	TABLE_COUNT
};
/* clang-format on */

struct registry_file {
	const char *table; /* "unit" */
	const char *file;  /* "units.csv" */
	enum msg_need need;
	const struct msg_desc *desc;
	const char *keys; /* "team_unit|division": unique together */
};
extern const struct registry_file registry_files[TABLE_COUNT];

/* Files that a pack may hold beside them; the last one is NULL. */
extern const char *const registry_extra_files[];

/* Order of two rows by their key columns. */
int registry_key_cmp(enum registry_table t, const void *a, const void *b);

#endif
