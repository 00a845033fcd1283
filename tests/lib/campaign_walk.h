/* Random messages for the rules of campaigns, receipts and faults. */
#ifndef TESTS_CAMPAIGN_WALK_H
#define TESTS_CAMPAIGN_WALK_H

#include "tests/lib/campaign_kit.h"

/* Campaigns, receipts, faults. */
#define CWALK_KINDS 3
#define CWALK_ROWS 200

struct cwalk {
	struct kit *k;
	uint64_t seed;
	const struct msg_desc *desc; /* of the last step; NULL: time passed */
	int was[CWALK_KINDS][CWALK_ROWS]; /* states before the step */
};

/* The N-th row of KIND, from 1; NULL: there are not so many. */
const struct row_head *cwalk_row(const struct kit *k, size_t kind, size_t n);
size_t cwalk_count(const struct kit *k, size_t kind);
/* One message, sensible or not, or some time. */
void cwalk_step(struct cwalk *w);

#endif
