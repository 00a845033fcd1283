/* The only source of chance in a simulation: everything follows the seed. */
#ifndef SIM_DICE_H
#define SIM_DICE_H

#include "common/base/base.h"

struct dice {
	uint64_t state;
};

void dice_init(struct dice *d, uint64_t seed);
uint64_t dice_next(struct dice *d);
/* 0 to N - 1; 0 when N is 0. */
uint64_t dice_below(struct dice *d, uint64_t n);
/* True in so many of a thousand throws. */
bool dice_hit(struct dice *d, unsigned permille);
/* FROM to TO, both possible; small ones are as likely as large ones. */
int64_t dice_scale(struct dice *d, int64_t from, int64_t to);

#endif
