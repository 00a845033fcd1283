/* Fields from text, as people write them. */
#include "common/msg/msg.h"

#include <math.h>
#include <stdlib.h>

static enum rc
set_list_text(const struct msg_field *f, struct strs *out, struct str text,
    struct arena *arena, struct err *e)
{
	struct str rest = text, one, *v;
	size_t n = 0;

	while (str_next(&rest, '|', &one))
		n++;
	v = arena_alloc(arena, n * sizeof(*v));
	if (v == NULL || n > MSG_LIST_MAX)
		return err_set(e, RC_REJECT, "%s: too many entries", f->name);
	rest = text;
	for (size_t i = 0; i < n; i++) {
		(void)str_next(&rest, '|', &one);
		v[i] = arena_str(arena, one);
	}
	*out = (struct strs){ v, n };
	return RC_OK;
}

static bool
parse_f64(struct str text, double *v)
{
	char z[40], *end;

	if (text.n == 0 || text.n >= sizeof(z))
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	/* strtod() would also take blanks, "inf" and "0x1p3". */
	if (strspn(z, "0123456789.+-eE") != text.n)
		return false;
	*v = strtod(z, &end);
	return *end == '\0' && isfinite(*v);
}

enum rc
msg_set_text(const struct msg_field *f, void *obj, struct str text,
    struct arena *arena, struct err *e)
{
	void *at = msg_at(f, obj);
	bool ok = true;
	int64_t day;

	if (text.n == 0)
		return RC_OK;
	switch (f->type) {
	case WIRE_str:
		*(struct str *)at = arena_str(arena, text);
		return RC_OK;
	case WIRE_i64:
		ok = str_i64(text, at);
		break;
	case WIRE_f64:
		ok = parse_f64(text, at);
		break;
	case WIRE_bool:
		ok = str_is(text, "yes") || str_is(text, "no") ||
		     str_is(text, "true") || str_is(text, "false");
		*(bool *)at = str_is(text, "yes") || str_is(text, "true");
		break;
	case WIRE_time:
		ok = clock_parse(text, at);
		if (!ok && clock_parse_date(text, &day)) {
			*(int64_t *)at = clock_day_start(day);
			ok = true;
		}
		break;
	case WIRE_strs:
		return set_list_text(f, at, text, arena, e);
	case WIRE_list:
	case WIRE_map:
		ok = false;
		break;
	}
	return ok ? RC_OK
		  : err_set(e, RC_REJECT, "%s: cannot read \"%.*s\"", f->name,
			STR_ARG(str_cut(text, 0, 60)));
}
