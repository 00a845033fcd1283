#include "common/base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK_MIN ((size_t)64 * 1024)
/* What a reset keeps at most, and how large a chunk grows by itself. */
#define CHUNK_KEPT ((size_t)1024 * 1024)
#define ALIGN 16

struct chunk {
	struct chunk *next;
	size_t cap;
	size_t used;
	_Alignas(ALIGN) char bytes[];
};

struct arena {
	struct chunk *head; /* the chunk that serves now; older ones behind */
	size_t cap;
	size_t used;
};

struct arena *
arena_new(size_t cap)
{
	struct arena *a = xcalloc(1, sizeof(*a));

	must(cap <= SIZE_MAX / 4); /* rounding up and doubling must fit */
	a->cap = cap;
	return a;
}

static void
chunks_free(struct chunk *c)
{
	while (c != NULL) {
		struct chunk *next = c->next;

		free(c);
		c = next;
	}
}

void
arena_free(struct arena **ap)
{
	if (*ap == NULL)
		return;
	chunks_free((*ap)->head);
	free(*ap);
	*ap = NULL;
}

/*
 * Keeps the newest chunk, so that a steady load allocates nothing; a large
 * one goes back, so that one rush is not paid for ever.
 */
void
arena_reset(struct arena *a)
{
	struct chunk *kept = a->head;

	if (kept != NULL) {
		chunks_free(kept->next);
		kept->next = NULL;
		kept->used = 0;
		if (kept->cap > CHUNK_KEPT) {
			free(kept);
			a->head = NULL;
		}
	}
	a->used = 0;
}

static void
chunk_push(struct arena *a, size_t n)
{
	size_t cap = a->head != NULL ? a->head->cap * 2 : CHUNK_MIN;
	struct chunk *c;

	if (cap > CHUNK_KEPT)
		cap = CHUNK_KEPT;
	if (cap < n)
		cap = n;
	c = xmalloc(sizeof(*c) + cap);
	c->next = a->head;
	c->cap = cap;
	c->used = 0;
	a->head = c;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	void *p;

	if (n > a->cap || a->used > a->cap - n)
		return NULL;
	n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if (a->head == NULL || a->head->cap - a->head->used < n)
		chunk_push(a, n);
	p = a->head->bytes + a->head->used;
	a->head->used += n;
	a->used += n;
	return n > 0 ? memset(p, 0, n) : p;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}

struct str
arena_str(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	must(p != NULL);
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

struct str
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	must(n >= 0);
	p = arena_alloc(a, (size_t)n + 1);
	must(p != NULL);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (struct str){ p, (size_t)n };
}
