#include "common/base/strs.h"

bool
strs_has(struct strs list, struct str one)
{
	for (size_t i = 0; i < list.n; i++)
		if (str_eq(list.p[i], one))
			return true;
	return false;
}

/* LIST anew, with room for MORE. */
static struct str *
copy(struct arena *a, struct strs list, size_t more)
{
	struct str *v = arena_alloc(a, (list.n + more) * sizeof(*v));

	must(v != NULL);
	if (list.n > 0)
		memcpy(v, list.p, list.n * sizeof(*v));
	return v;
}

struct strs
strs_add(struct arena *a, struct strs list, struct str one)
{
	struct str *v = copy(a, list, 1);

	v[list.n] = one;
	return (struct strs){ v, list.n + 1 };
}

struct strs
strs_join(struct arena *a, struct strs list, struct strs more)
{
	struct str *v = copy(a, list, more.n);
	size_t n = list.n;

	for (size_t i = 0; i < more.n; i++)
		if (!strs_has(list, more.p[i]))
			v[n++] = more.p[i];
	return (struct strs){ v, n };
}

struct strs
strs_without(struct arena *a, struct strs list, struct strs gone)
{
	struct str *v = copy(a, list, 0);
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		if (!strs_has(gone, list.p[i]))
			v[n++] = list.p[i];
	return (struct strs){ v, n };
}

struct strs
strs_distinct(struct arena *a, struct strs list)
{
	struct str *v = copy(a, list, 0);
	size_t n = 0;

	for (size_t i = 0; i < list.n; i++)
		if (list.p[i].n > 0 &&
		    !strs_has((struct strs){ v, n }, list.p[i]))
			v[n++] = list.p[i];
	return (struct strs){ v, n };
}
