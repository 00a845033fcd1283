#include "tests/lib/saved.h"

#include <stdlib.h>

struct kept {
	const struct held *held;
	size_t size;
	void *bytes;
};

struct saved {
	struct kept *v;
	size_t n;
};

struct saved *
saved_keep(const struct machine *m, struct folder *f)
{
	struct saved *s = xcalloc(1, sizeof(*s));
	size_t n = 0;

	for (const struct held *h = f->first; h != NULL; h = h->next)
		n++;
	s->v = xcalloc(n + 1, sizeof(*s->v));
	for (struct held *h = f->first; h != NULL; h = h->next) {
		struct kept *k = &s->v[s->n++];

		h->dirty = false;
		k->held = h;
		k->size = m->things[h->thing].row->size;
		k->bytes = xmalloc(k->size);
		memcpy(k->bytes, h->row, k->size);
	}
	return s;
}

void
saved_check(struct saved **sp)
{
	struct saved *s = *sp;

	for (size_t i = 0; i < s->n; i++) {
		const struct kept *k = &s->v[i];

		if (!k->held->dirty &&
		    memcmp(k->held->row, k->bytes, k->size) != 0)
			never("a rule changed a row without step_touch()");
		free(k->bytes);
	}
	free(s->v);
	free(s);
	*sp = NULL;
}
