#include "common/registry/table.h"

#include "common/registry/registry.h"

/* clang-format off */
#define DEF_STRUCT(m) row_##m
#include "common/msg/def_fields.h"
#include "schemas/pack/all.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "schemas/pack/all.def"
#include "common/msg/def_end.h"

const struct registry_file registry_files[TABLE_COUNT] = {
#define PACK_FILE(row, file, need, keys)                                       \
	{ #row, file, need, &row_##row##_desc, keys },
#include "schemas/pack/files.def"
#undef PACK_FILE
};

const char *const registry_extra_files[] = {
#define PACK_EXTRA(file, doc) file,
#include "schemas/pack/files.def"
#undef PACK_EXTRA
	NULL
};
/* clang-format on */

static int
field_cmp(const struct msg_field *f, const void *a, const void *b)
{
	const void *x = msg_at(f, a), *y = msg_at(f, b);
	int64_t p, q;

	if (f->type == WIRE_str)
		return str_cmp(*(const struct str *)x, *(const struct str *)y);
	must(f->type == WIRE_time || f->type == WIRE_i64);
	p = *(const int64_t *)x;
	q = *(const int64_t *)y;
	return (p > q) - (p < q);
}

int
registry_key_cmp(enum registry_table t, const void *a, const void *b)
{
	struct str keys = str_of(registry_files[t].keys), key;
	int c = 0;

	while (c == 0 && str_next(&keys, '|', &key)) {
		const struct msg_field *f =
		    msg_field(registry_files[t].desc, key);

		must(f != NULL);
		c = field_cmp(f, a, b);
	}
	return c;
}
