/*
 * The live feed as a window: the last events, contiguous in seq.  What is
 * in it need not be read from the journal; what is not, must.
 */
#ifndef BUS_FEED_H
#define BUS_FEED_H

#include "common/base/arena.h"

struct feed;

struct feed_event {
	int64_t seq;
	int64_t at;
	int slot;
	struct str envelope; /* borrowed from the feed until the next pump */
};

/* Frames of the live socket: topic, header, envelope. */
#define FEED_HEARTBEAT "heartbeat"

/* Connects a SUB to ENDPOINT; the peer may come later. */
enum rc feed_open(
    struct feed **fp, const char *endpoint, struct err *e) MUST_CHECK;
void feed_close(struct feed **fp);
/* The libzmq socket, for zmq_poll(); a pump may replace it. */
void *feed_socket(struct feed *f);
/*
 * Takes in what has arrived; true if there was any.  After 6 s of silence it
 * connects anew, with the key file as it is now.
 */
bool feed_pump(struct feed *f);
/*
 * First and last seq of the window; false while it is empty, or of an older
 * history than EPOCH, the journal's: there the same seqs may mean others.
 */
bool feed_window(
    const struct feed *f, int64_t epoch, int64_t *first, int64_t *last);
/* SEQ must lie in the window. */
struct feed_event feed_get(const struct feed *f, int64_t seq);

#endif
