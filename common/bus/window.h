/* The last events, contiguous in seq, bounded in number and in bytes. */
#ifndef BUS_WINDOW_H
#define BUS_WINDOW_H

#include "common/base/str.h"

struct window;

struct window_event {
	int64_t seq;
	int64_t at;
	int64_t epoch;
	int64_t prev; /* seq of the last event of this type before; 0: none */
	int slot;
	struct str topic; /* "call.raised/330122109" */
	struct str subject;
	struct str envelope;
};

/* At most N events (a power of two) that together hold BYTES. */
struct window *window_new(size_t n, size_t bytes);
void window_free(struct window **wp);
/* Copies EV in; what does not follow on the last one empties it first. */
void window_put(struct window *w, const struct window_event *ev);
void window_clear(struct window *w);
/* First and last seq; false while it is empty. */
bool window_bounds(const struct window *w, int64_t *first, int64_t *last);
/* SEQ must lie in it; borrowed until the next put. */
struct window_event window_get(const struct window *w, int64_t seq);

#endif
