#include "common/msg/msg.h"

#include "common/msg/wire.h"

#include <math.h>
#include <stdlib.h>

/* clang-format off */
#define DEF_STRUCT(m) msg_##m
#include "common/msg/def_fields.h"
#include "schemas/events/all.def"
#include "common/msg/def_end.h"
#include "common/msg/def_desc.h"
#include "schemas/events/all.def"
#include "common/msg/def_end.h"

#define MSG(m, type, ver, kind, owner, doc) &msg_##m##_desc,
#define RECORD(m, doc)
#define FIELD(m, t, name, need, max, format, doc)
#define LIST(m, rec, name, need, max, doc)
#define MSG_END(m)
#define RECORD_END(m)
const struct msg_desc *const msg_all[] = {
#include "schemas/events/all.def"
};
#include "common/msg/def_end.h"

#define MSG(m, type, ver, kind, owner, doc)
#define RECORD(m, doc) &msg_##m##_desc,
#define FIELD(m, t, name, need, max, format, doc)
#define LIST(m, rec, name, need, max, doc)
#define MSG_END(m)
#define RECORD_END(m)
const struct msg_desc *const msg_records[] = {
#include "schemas/events/all.def"
};
#include "common/msg/def_end.h"
/* clang-format on */

const size_t msg_record_count = ARRAY_LEN(msg_records);
const size_t msg_count = ARRAY_LEN(msg_all);

const struct msg_desc *
msg_find(struct str type)
{
	for (size_t i = 0; i < msg_count; i++)
		if (str_is(type, msg_all[i]->type))
			return msg_all[i];
	return NULL;
}

const struct msg_field *
msg_field(const struct msg_desc *d, struct str name)
{
	for (size_t i = 0; i < d->n_fields; i++)
		if (str_is(name, d->fields[i].name))
			return &d->fields[i];
	return NULL;
}

bool
msg_absent(const struct msg_field *f, const void *obj)
{
	const void *at = msg_at(f, obj);

	switch (f->type) {
	case WIRE_str:
	case WIRE_map:
		return ((const struct str *)at)->n == 0;
	case WIRE_i64:
	case WIRE_time:
		return *(const int64_t *)at == 0;
	case WIRE_f64:
		return fpclassify(*(const double *)at) == FP_ZERO;
	case WIRE_bool:
		return !*(const bool *)at;
	case WIRE_strs:
	case WIRE_list:
		return ((const struct msg_list *)at)->n == 0;
	}
	return true;
}

/* Round trip through the wire: one set of checks, not two. */
enum rc
msg_check(const struct msg_desc *d, const void *obj, enum msg_mode mode,
    struct faults *faults)
{
	struct arena *arena = arena_new((size_t)1 << 20);
	void *copy = xcalloc(1, d->size);
	struct wire_fault fault;
	struct buf body;
	enum rc rc = RC_REJECT;

	buf_init(&body, (size_t)4 * WIRE_BODY_MAX);
	msg_encode(d, obj, &body);
	if (wire_check(buf_get(&body), &fault))
		rc = msg_decode(d, buf_get(&body), mode, copy, arena, faults);
	else
		faults_add(faults, fault.code,
		    fault.key.n > 0 ? fault.key : STR("data"), "%s",
		    wire_words(fault.code));
	buf_fini(&body);
	free(copy);
	arena_free(&arena);
	return rc;
}
