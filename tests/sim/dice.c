#include "tests/sim/dice.h"

/* splitmix64: one addition and a hash, no bad seeds. */
uint64_t
dice_next(struct dice *d)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void
dice_init(struct dice *d, uint64_t seed)
{
	d->state = seed;
	(void)dice_next(d);
}

uint64_t
dice_below(struct dice *d, uint64_t n)
{
	return n > 0 ? (dice_next(d) >> 11) % n : 0;
}

bool
dice_hit(struct dice *d, unsigned permille)
{
	return dice_below(d, 1000) < permille;
}

int64_t
dice_scale(struct dice *d, int64_t from, int64_t to)
{
	int64_t top = from;

	must(from > 0 && to >= from);
	while (top < to && dice_below(d, 3) > 0)
		top = top * 2 < to ? top * 2 : to;
	return from + (int64_t)dice_below(d, (uint64_t)(top - from) + 1);
}
