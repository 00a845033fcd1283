/* msgpack -> struct, with every fault of a message told at once. */
#include "common/msg/look.h"
#include "common/msg/msg.h"
#include "common/msg/personal.h"
#include "common/msg/wire.h"

#include <math.h>
#include <stdio.h>

/* State of one decoding, handed through. */
struct decode {
	enum msg_mode mode;
	struct arena *arena;
	struct faults *faults;
	size_t n_bad;
	char path[80]; /* "attachments[2]." while inside a list */
};

static void
bad(struct decode *dc, const char *code, struct str field, const char *why)
{
	char name[160];
	int n = snprintf(name, sizeof(name), "%s%.*s", dc->path,
	    STR_ARG(str_cut(field, 0, WIRE_KEY_MAX)));

	must(n >= 0);
	dc->n_bad++;
	faults_add(dc->faults, code, str_of(name), "%s", why);
}

static enum personal_kind
personal_of(enum msg_look look, struct str s)
{
	switch (look) {
	case LOOK_TEXT:
		return personal_find(s, 0).kind;
	case LOOK_THING: /* behind the casefile's number */
		return personal_in_code(str_cut(s, str_find(s, '/'), s.n));
	case LOOK_WORD:
	case LOOK_UNIT:
	case LOOK_OFFICER:
	case LOOK_MATTER:
	case LOOK_ITEM:
		return personal_in_code(s);
	case LOOK_ENUM:
	case LOOK_HASH:
	case LOOK_CASEFILE:
	case LOOK_DIVISION:
	case LOOK_LIMIT:
	case LOOK_NAME:
		break;
	}
	return PERSONAL_NONE;
}

static void
check_personal(struct decode *dc, const struct msg_field *f, struct str s)
{
	enum personal_kind kind = personal_of(f->format.look, s);
	char why[FAULT_MAX];

	if (kind == PERSONAL_NONE)
		return;
	(void)snprintf(why, sizeof(why),
	    f->format.look == LOOK_TEXT
		? "holds %s; it belongs in the sealed part"
		: "holds %s; make it of something else",
	    personal_name(kind));
	bad(dc, "PERSONAL_DATA", str_of(f->name), why);
}

static void
check_str(struct decode *dc, const struct msg_field *f, struct str s)
{
	const char *expected = look_check(&f->format, s);
	size_t max = f->max > 0 ? f->max : MSG_STR_MAX;
	char why[FAULT_MAX];

	if (s.n > max) {
		(void)snprintf(why, sizeof(why), "%zu > %zu bytes", s.n, max);
		bad(dc, "TOO_LONG", str_of(f->name), why);
		return;
	}
	if (expected != NULL && f->format.look == LOOK_ENUM) {
		(void)snprintf(why, sizeof(why), "must be one of %s", expected);
		bad(dc, "BAD_ENUM", str_of(f->name), why);
	} else if (expected != NULL) {
		(void)snprintf(why, sizeof(why), "must be %s", expected);
		bad(dc, "BAD_FORMAT", str_of(f->name), why);
	} else if (dc->mode == MSG_STRICT)
		check_personal(dc, f, s);
}

static void
read_time(struct decode *dc, const struct msg_field *f,
    const struct wire_item *item, int64_t *at)
{
	if (item->kind != KIND_STR)
		bad(dc, "WRONG_TYPE", str_of(f->name), "must be text");
	else if (!clock_parse(item->s, at))
		bad(dc, "BAD_TIME", str_of(f->name),
		    "must be RFC 3339 with a zone, years 2000 to 2999");
}

static void
read_number(struct decode *dc, const struct msg_field *f,
    const struct wire_item *item, void *at)
{
	double v = item->kind == KIND_FLOAT ? item->f : (double)item->i;

	if (item->kind == KIND_UINT) {
		bad(dc, "OUT_OF_RANGE", str_of(f->name), "above 2^63-1");
	} else if (f->type == WIRE_i64) {
		if (item->kind == KIND_INT)
			memcpy(at, &item->i, sizeof(item->i));
		else
			bad(dc, "WRONG_TYPE", str_of(f->name),
			    "must be a whole number");
	} else if (item->kind != KIND_FLOAT && item->kind != KIND_INT) {
		bad(dc, "WRONG_TYPE", str_of(f->name), "must be a number");
	} else if (!isfinite(v) || fabs(v) > 1e15) {
		bad(dc, "NOT_FINITE", str_of(f->name),
		    "must be a finite number below 1e15");
	} else {
		v += 0.0; /* there is one zero, not two */
		memcpy(at, &v, sizeof(v));
	}
}

static void
read_strs(struct decode *dc, const struct msg_field *f, uint32_t n,
    struct str *rest, struct strs *out)
{
	struct str *v = arena_alloc(dc->arena, n * sizeof(*v));
	struct wire_item item;

	must(v != NULL);
	for (uint32_t i = 0; i < n; i++) {
		struct str value = wire_skip(rest);

		wire_read(&value, &item);
		if (item.kind != KIND_STR)
			bad(dc, "WRONG_TYPE", str_of(f->name),
			    "must be a list of texts");
		else
			check_str(dc, f, v[i] = item.s);
	}
	*out = (struct strs){ v, n };
}

static void decode_map(
    struct decode *dc, const struct msg_desc *d, struct str body, void *obj);

/* Records do not hold lists of records, so this goes one level deep. */
static void
read_list(struct decode *dc, const struct msg_field *f, uint32_t n,
    struct str *rest, struct msg_list *out)
{
	char *v = arena_alloc(dc->arena, n * f->record->size);

	must(v != NULL && dc->path[0] == '\0');
	for (uint32_t i = 0; i < n; i++) {
		struct str value = wire_skip(rest), peek = value;
		struct wire_item item;

		wire_read(&peek, &item);
		(void)snprintf(dc->path, sizeof(dc->path), "%s[%u]%s", f->name,
		    i, item.kind == KIND_MAP ? "." : "");
		if (item.kind == KIND_MAP)
			decode_map(
			    dc, f->record, value, v + i * f->record->size);
		else
			bad(dc, "WRONG_TYPE", STR(""), "must be a map");
		dc->path[0] = '\0';
	}
	*out = (struct msg_list){ v, n };
}

static void
read_array(
    struct decode *dc, const struct msg_field *f, struct str value, void *at)
{
	struct wire_item item;
	size_t max = f->max > 0 ? f->max : MSG_LIST_MAX;

	/* A list of strings keeps FIELD's max for one string. */
	if (f->type == WIRE_strs)
		max = MSG_LIST_MAX;
	wire_read(&value, &item);
	if (item.kind != KIND_ARRAY)
		bad(dc, "WRONG_TYPE", str_of(f->name), "must be a list");
	else if (item.n > max)
		bad(dc, "TOO_MANY", str_of(f->name), "too many entries");
	else if (f->type == WIRE_strs)
		read_strs(dc, f, item.n, &value, at);
	else
		read_list(dc, f, item.n, &value, at);
}

static void
decode_field(
    struct decode *dc, const struct msg_field *f, struct str value, void *obj)
{
	void *at = msg_at(f, obj);
	struct str rest = value;
	struct wire_item item;

	wire_read(&rest, &item);
	if (item.kind == KIND_NIL)
		return;
	switch (f->type) {
	case WIRE_str:
		if (item.kind != KIND_STR)
			bad(dc, "WRONG_TYPE", str_of(f->name), "must be text");
		else if (item.s.n > 0)
			check_str(dc, f, *(struct str *)at = item.s);
		break;
	case WIRE_i64:
	case WIRE_f64:
		read_number(dc, f, &item, at);
		break;
	case WIRE_bool:
		if (item.kind != KIND_BOOL)
			bad(dc, "WRONG_TYPE", str_of(f->name),
			    "must be true or false");
		*(bool *)at = item.b;
		break;
	case WIRE_time:
		read_time(dc, f, &item, at);
		break;
	case WIRE_strs:
	case WIRE_list:
		read_array(dc, f, value, at);
		break;
	case WIRE_map:
		if (item.kind != KIND_MAP)
			bad(dc, "WRONG_TYPE", str_of(f->name), "must be a map");
		else
			*(struct str *)at = value;
		break;
	}
}

/* Text, times and lists must say something; numbers may well be zero. */
static bool
zero_is_missing(const struct msg_field *f)
{
	return f->type != WIRE_i64 && f->type != WIRE_f64 &&
	       f->type != WIRE_bool;
}

static void
decode_map(
    struct decode *dc, const struct msg_desc *d, struct str body, void *obj)
{
	struct wire_item map, key;
	uint64_t seen = 0;

	must(d->n_fields <= 64);
	wire_read(&body, &map);
	for (uint32_t i = 0; i < map.n; i++) {
		const struct msg_field *f;
		struct str value;
		size_t n_bad = dc->n_bad;

		wire_read(&body, &key);
		value = wire_skip(&body);
		f = msg_field(d, key.s);
		if (f == NULL && dc->mode == MSG_STRICT)
			bad(dc, "UNKNOWN_FIELD", key.s, "no such field");
		if (f == NULL)
			continue;
		decode_field(dc, f, value, obj);
		/* One fault a field: a bad value is not also missing. */
		if (dc->n_bad > n_bad || !zero_is_missing(f) ||
		    !msg_absent(f, obj))
			seen |= UINT64_C(1) << (f - d->fields);
	}
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->fields[i].need == REQUIRED && (seen >> i & 1) == 0)
			bad(dc, "FIELD_MISSING", str_of(d->fields[i].name),
			    "is required");
}

enum rc
msg_decode(const struct msg_desc *d, struct str body, enum msg_mode mode,
    void *obj, struct arena *arena, struct faults *faults)
{
	struct decode dc = { .mode = mode, .arena = arena, .faults = faults };

	memset(obj, 0, d->size);
	decode_map(&dc, d, body, obj);
	return dc.n_bad == 0 ? RC_OK : RC_REJECT;
}
