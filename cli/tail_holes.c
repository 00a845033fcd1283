#include "cli/tail_holes.h"

void
holes_begin(struct tail_holes *h)
{
	h->base = -1;
	h->n = 0;
}

static size_t
find(const struct tail_holes *h, struct str type)
{
	size_t i = 0;

	while (i < h->n && !str_is(type, h->types[i].type))
		i++;
	return i;
}

int64_t
holes_last(const struct tail_holes *h, struct str type)
{
	size_t i = find(h, type);

	return i < h->n && h->types[i].last > h->base ? h->types[i].last
						      : h->base;
}

void
holes_saw(struct tail_holes *h, struct str type, int64_t seq)
{
	size_t i = find(h, type);

	if (i == h->n) {
		if (h->n == HOLES_TYPES_MAX || type.n >= HOLES_TYPE_BYTES)
			return;
		memcpy(h->types[i].type, type.p, type.n);
		h->types[i].type[type.n] = '\0';
		h->types[h->n++].last = seq;
	}
	if (seq > h->types[i].last)
		h->types[i].last = seq;
}

void
holes_settle(struct tail_holes *h, int64_t seq)
{
	if (seq > h->base)
		h->base = seq;
}

bool
holes_missed(const struct tail_holes *h, struct str type, int64_t seq)
{
	int64_t last = holes_last(h, type);

	return last >= 0 && seq > last;
}
