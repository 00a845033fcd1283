/*
 * How often something may be done: a bucket of tokens that fills steadily
 * (pure; time is an argument).
 */
#ifndef BUS_BUCKET_H
#define BUS_BUCKET_H

#include "common/base/base.h"

struct bucket {
	int64_t rate;  /* tokens a second, 1 to BUCKET_MAX */
	int64_t burst; /* how many it holds, 1 to BUCKET_MAX */
	int64_t milli; /* thousandths of a token in it */
	int64_t at_ms;
};
#define BUCKET_MAX 1000000

/* A full one. */
struct bucket bucket_of(int64_t rate, int64_t burst, int64_t now_ms);
/* Other bounds from now on; what is in it stays, as far as it fits. */
void bucket_adjust(
    struct bucket *b, int64_t rate, int64_t burst, int64_t now_ms);
/* Takes a token: 0; or how many ms from now there will be one, at least 1. */
int64_t bucket_take(struct bucket *b, int64_t now_ms);

#endif
