#include "tests/lib/vary.h"

#include <stdio.h>

static struct str
without_blanks(struct str s)
{
	while (s.n > 0 && s.p[0] == ' ')
		s = str_cut(s, 1, s.n);
	return s;
}

static void
clear(const struct msg_field *f, void *obj)
{
	static const struct strs none = { NULL, 0 };

	must(f->type == WIRE_strs || f->type == WIRE_str);
	if (f->type == WIRE_strs)
		*(struct strs *)msg_at(f, obj) = none;
	else
		*(struct str *)msg_at(f, obj) = STR("");
}

static void
change(struct arena *a, const struct msg_desc *d, void *obj, struct str one)
{
	size_t eq = str_find(one, '=');
	const struct msg_field *f = msg_field(d, str_cut(one, 0, eq));
	struct err e;

	must(eq < one.n && f != NULL);
	if (eq + 1 == one.n) {
		clear(f, obj);
		return;
	}
	if (msg_set_text(f, obj, str_cut(one, eq + 1, one.n), a, &e) != RC_OK) {
		(void)fprintf(stderr, "%s: %s\n", f->name, e.text);
		never("a change that the field does not take");
	}
}

const void *
vary(struct arena *a, const struct msg_desc *d, const void *base,
    const char *changes)
{
	struct str rest = arena_str(a, str_of(changes)), one;
	void *obj = arena_alloc(a, d->size);

	must(obj != NULL);
	if (base != NULL)
		memcpy(obj, base, d->size);
	while (rest.n > 0 && str_next(&rest, ';', &one))
		change(a, d, obj, without_blanks(one));
	return obj;
}
