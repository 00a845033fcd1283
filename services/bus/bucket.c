#include "services/bus/bucket.h"

#define TOKEN 1000

struct bucket
bucket_of(int64_t rate, int64_t burst, int64_t now_ms)
{
	must(rate > 0 && rate <= BUCKET_MAX);
	must(burst > 0 && burst <= BUCKET_MAX);
	return (struct bucket){ rate, burst, burst * TOKEN, now_ms };
}

/* RATE tokens a second are RATE thousandths a millisecond. */
static void
fill(struct bucket *b, int64_t now_ms)
{
	int64_t past = now_ms - b->at_ms, room = b->burst * TOKEN - b->milli;

	if (past <= 0) /* a clock that stood still gives nothing */
		return;
	b->at_ms = now_ms;
	b->milli += past > room / b->rate ? room : past * b->rate;
}

void
bucket_adjust(struct bucket *b, int64_t rate, int64_t burst, int64_t now_ms)
{
	fill(b, now_ms);
	*b = (struct bucket){ rate, burst,
		b->milli < burst * TOKEN ? b->milli : burst * TOKEN, b->at_ms };
}

int64_t
bucket_take(struct bucket *b, int64_t now_ms)
{
	fill(b, now_ms);
	if (b->milli >= TOKEN) {
		b->milli -= TOKEN;
		return 0;
	}
	return (TOKEN - b->milli + b->rate - 1) / b->rate;
}
