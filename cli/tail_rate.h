/* So many lines and no more (pure). */
#ifndef CLI_TAIL_RATE_H
#define CLI_TAIL_RATE_H

#include "common/base/str.h"

struct tail_rate {
	int64_t n; /* lines in each span; 0: no limit */
	int64_t span_ms;
	int64_t began_ms; /* of the span under way */
	int64_t n_shown;  /* in it */
	int64_t n_held;   /* left out in it */
};

/* "10" a second, "10/2m" */
bool rate_parse(struct str text, struct tail_rate *out);
/* Whether one more line may go out now; counts it either way. */
bool rate_allows(struct tail_rate *r, int64_t now_ms);
/* How many were left out in a span that is over; once, then 0. */
int64_t rate_held(struct tail_rate *r, int64_t now_ms);

#endif
