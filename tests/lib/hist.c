#include "tests/lib/hist.h"

#define TOP (INT64_C(1) << HIST_TOP)

/* Below 2^11 a cell is one microsecond, then two, four, ... */
static size_t
cell_of(int64_t us)
{
	unsigned shift = 0;

	while (us >> shift >= INT64_C(2) << HIST_BITS)
		shift++;
	return ((size_t)shift << HIST_BITS) + (size_t)(us >> shift);
}

/* The largest value of a cell. */
static int64_t
top_of(size_t cell)
{
	size_t shift =
	    cell < (size_t)2 << HIST_BITS ? 0 : (cell >> HIST_BITS) - 1;
	int64_t high = (int64_t)(cell - (shift << HIST_BITS)) + 1;

	return (high << shift) - 1;
}

void
hist_add(struct hist *h, int64_t us)
{
	us = us < 0 ? 0 : us;
	h->max = us > h->max ? us : h->max;
	h->count[cell_of(us < TOP ? us : TOP)]++;
	h->n++;
}

void
hist_merge(struct hist *into, const struct hist *from)
{
	into->n += from->n;
	into->max = from->max > into->max ? from->max : into->max;
	for (size_t i = 0; i < HIST_CELLS; i++)
		into->count[i] += from->count[i];
}

int64_t
hist_at(const struct hist *h, double share)
{
	double want = share * (double)h->n;
	uint64_t seen = 0;

	for (size_t i = 0; i < HIST_CELLS; i++) {
		seen += h->count[i];
		if (seen > 0 && (double)seen >= want)
			return top_of(i) < h->max ? top_of(i) : h->max;
	}
	return h->max;
}
