#include "common/bus/flight.h"

#include <stdlib.h>

/* Those that are done stay as holes until the oldest is done. */
struct flights {
	struct flight ring[FLIGHTS_MAX];
	size_t first;
	size_t n;     /* holes included */
	size_t holes; /* of them */
	size_t bytes;
};

struct flights *
flights_new(void)
{
	return xcalloc(1, sizeof(struct flights));
}

static struct flight *
at(struct flights *f, size_t i)
{
	return &f->ring[(f->first + i) % FLIGHTS_MAX];
}

/* Envelope and part share one allocation. */
static void
release(struct flights *f, struct flight *fl)
{
	f->bytes -= fl->envelope.n + fl->part.n;
	free((void *)(uintptr_t)fl->envelope.p);
	*fl = (struct flight){ .n = fl->n, .done = true };
}

void
flights_free(struct flights **fp)
{
	if (*fp == NULL)
		return;
	for (size_t i = 0; i < (*fp)->n; i++)
		release(*fp, at(*fp, i));
	free(*fp);
	*fp = NULL;
}

bool
flights_room(const struct flights *f, size_t bytes)
{
	return f->n == 0 ||
	       (f->n < FLIGHTS_MAX && f->bytes + bytes <= FLIGHT_BYTES_MAX);
}

struct flight *
flights_put(struct flights *f, const struct flight *given)
{
	size_t n = given->envelope.n;
	char *bytes = xmalloc(n + given->part.n);
	struct flight *fl;

	must(flights_room(f, n + given->part.n));
	must(f->n == 0 || at(f, f->n - 1)->n < given->n);
	fl = at(f, f->n++);
	*fl = *given;
	if (n > 0)
		memcpy(bytes, given->envelope.p, n);
	if (given->part.n > 0)
		memcpy(bytes + n, given->part.p, given->part.n);
	fl->envelope.p = bytes;
	fl->part.p = bytes + n;
	f->bytes += n + given->part.n;
	return fl;
}

void
flights_drop(struct flights *f, struct flight *fl)
{
	release(f, fl);
	f->holes++;
	while (f->n > 0 && at(f, 0)->done) {
		f->first = (f->first + 1) % FLIGHTS_MAX;
		f->n--;
		f->holes--;
	}
}

size_t
flights_count(const struct flights *f)
{
	return f->n - f->holes;
}

struct flight *
flights_find(struct flights *f, int64_t n)
{
	size_t low = 0, high = f->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (at(f, middle)->n < n)
			low = middle + 1;
		else
			high = middle;
	}
	return low < f->n && at(f, low)->n == n && !at(f, low)->done
		   ? at(f, low)
		   : NULL;
}

struct flight *
flights_next(struct flights *f, const struct flight *after)
{
	size_t i = 0;

	if (after != NULL)
		i = ((size_t)(after - f->ring) + FLIGHTS_MAX - f->first) %
			FLIGHTS_MAX +
		    1;
	while (i < f->n && at(f, i)->done)
		i++;
	return i < f->n ? at(f, i) : NULL;
}
