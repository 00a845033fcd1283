#include "tests/lib/sample.h"

#include "tests/lib/hex.h"

#include <stdio.h>

#define CASEFILE "330122-26-0000417"

/* Text without digits, so that no number of a person comes about. */
static struct str
some_text(size_t max, struct arena *a, uint64_t *seed)
{
	static const char *const words[] = { "呼应", "分水镇", "streetlight",
		"\"quoted\"", "back\\slash", "a b", "、", "\n", "É", "🌳" };
	struct str s = { NULL, 0 };
	size_t n = noise(seed) % 12 + 1;

	for (size_t i = 0; i < n; i++) {
		const char *w = words[noise(seed) % ARRAY_LEN(words)];

		if (s.n + strlen(w) <= max)
			s = arena_printf(a, "%.*s%s", STR_ARG(s), w);
	}
	return s.n > 0 ? s : STR("x");
}

static struct str
some_code(size_t max, const char *alphabet, struct arena *a, uint64_t *seed)
{
	size_t n = noise(seed) % (max < 40 ? max : 40) + 1;
	struct str s = { NULL, 0 };

	for (size_t i = 0; i < n; i++)
		s = arena_printf(a, "%.*s%c", STR_ARG(s),
		    alphabet[noise(seed) % strlen(alphabet)]);
	return s;
}

static struct str
some_choice(const char *values, uint64_t *seed)
{
	struct str rest = str_of(values), one;
	size_t n = 0, pick;

	while (str_next(&rest, '|', &one))
		n++;
	pick = noise(seed) % n;
	rest = str_of(values);
	for (size_t i = 0; i <= pick; i++)
		must(str_next(&rest, '|', &one));
	return one;
}

static struct str
some_hash(struct arena *a, uint64_t *seed)
{
	struct str s = { NULL, 0 };

	for (int i = 0; i < 8; i++)
		s = arena_printf(a, "%.*s%08x", STR_ARG(s), noise(seed));
	return s;
}

static struct str
some_str(const struct msg_field *f, struct arena *a, uint64_t *seed)
{
	size_t max = f->max > 0 ? f->max : 100;

	switch (f->format.look) {
	case LOOK_TEXT:
	case LOOK_NAME:
		return some_text(max, a, seed);
	case LOOK_WORD:
		return some_code(max, "az09_-.:/#", a, seed);
	case LOOK_ENUM:
		return some_choice(f->format.values, seed);
	case LOOK_HASH:
		return some_hash(a, seed);
	case LOOK_CASEFILE:
		return STR(CASEFILE);
	case LOOK_THING:
		return STR(CASEFILE "/T1");
	case LOOK_DIVISION:
		return some_choice("330122|330122109|330122109215", seed);
	case LOOK_UNIT:
	case LOOK_OFFICER:
	case LOOK_MATTER:
	case LOOK_ITEM:
		return some_code(max, "AZaz09_-", a, seed);
	case LOOK_LIMIT:
		return some_choice("working-hours:2h|natural:30m", seed);
	}
	never("no such look");
}

static void
fill_list(const struct msg_field *f, void *at, struct arena *a, uint64_t *seed)
{
	size_t n = noise(seed) % 3 + 1;
	size_t size =
	    f->type == WIRE_strs ? sizeof(struct str) : f->record->size;
	char *v = arena_alloc(a, n * size);

	must(v != NULL);
	for (size_t i = 0; i < n; i++) {
		if (f->type == WIRE_strs)
			((struct str *)(void *)v)[i] = some_str(f, a, seed);
		else
			sample_fill(
			    f->record, v + i * size, SAMPLE_FULL, a, seed);
	}
	*(struct msg_list *)at = (struct msg_list){ v, n };
}

static void
fill_field(
    const struct msg_field *f, void *obj, struct arena *a, uint64_t *seed)
{
	void *at = msg_at(f, obj);
	uint64_t high = (uint64_t)noise(seed) << 32;

	switch (f->type) {
	case WIRE_str:
		*(struct str *)at = some_str(f, a, seed);
		break;
	case WIRE_i64:
		*(int64_t *)at =
		    (int64_t)(high | noise(seed)) >> (noise(seed) % 63) | 1;
		break;
	case WIRE_f64:
		*(double *)at = ((double)noise(seed) + 1) / 7e6;
		break;
	case WIRE_bool:
		*(bool *)at = true;
		break;
	case WIRE_time:
		*(int64_t *)at = INT64_C(1773770729000) + noise(seed);
		break;
	case WIRE_strs:
	case WIRE_list:
		fill_list(f, at, a, seed);
		break;
	case WIRE_map:
		*(struct str *)at = STR("\x81\xa1k\x01");
		break;
	}
}

void
sample_fill(const struct msg_desc *d, void *obj, enum sample_how how,
    struct arena *arena, uint64_t *seed)
{
	memset(obj, 0, d->size);
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->fields[i].need == REQUIRED || how == SAMPLE_FULL ||
		    (how == SAMPLE_ANY && noise(seed) % 2 == 0))
			fill_field(&d->fields[i], obj, arena, seed);
}

static bool
equal_list(const struct msg_field *f, const struct msg_list *a,
    const struct msg_list *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++) {
		if (f->type == WIRE_strs)
			same = str_eq(((const struct str *)a->p)[i],
			    ((const struct str *)b->p)[i]);
		else
			same = sample_equal(f->record,
			    (const char *)a->p + i * f->record->size,
			    (const char *)b->p + i * f->record->size);
	}
	return same;
}

static bool
equal_field(const struct msg_field *f, const void *a, const void *b)
{
	switch (f->type) {
	case WIRE_str:
	case WIRE_map:
		return str_eq(*(const struct str *)a, *(const struct str *)b);
	case WIRE_i64:
	case WIRE_time:
		return *(const int64_t *)a == *(const int64_t *)b;
	case WIRE_f64:
		return memcmp(a, b, sizeof(double)) == 0;
	case WIRE_bool:
		return *(const bool *)a == *(const bool *)b;
	case WIRE_strs:
	case WIRE_list:
		return equal_list(f, a, b);
	}
	return false;
}

bool
sample_equal(const struct msg_desc *d, const void *a, const void *b)
{
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];

		if (!equal_field(f, msg_at(f, a), msg_at(f, b))) {
			(void)fprintf(
			    stderr, "%s.%s differs\n", d->type, f->name);
			return false;
		}
	}
	return true;
}
