/* A growing byte buffer with a bound; overflow is sticky, checked once. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "common/base/str.h"

struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;  /* bytes it may ever hold */
	bool failed; /* something did not fit; contents are useless */
};

void buf_init(struct buf *b, size_t max);
void buf_fini(struct buf *b);
void buf_reset(struct buf *b);
void buf_put(struct buf *b, const void *p, size_t n);
void buf_str(struct buf *b, struct str s);
void buf_z(struct buf *b, const char *z);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
static inline struct str
buf_get(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

#endif
