/*
 * A bus that does as it is told: the ROUTER end of the publish or the log
 * endpoint, in the process of the test, which alone says what it answers.
 */
#ifndef TESTS_LIB_FAKEBUS_H
#define TESTS_LIB_FAKEBUS_H

#include "common/bus/socket.h"

struct fakebus {
	zsock_t *sock;
	struct frames asked; /* the last message: identity, word, ... */
	char endpoint[80];
};

/* Binds a fresh ipc endpoint; fails the test when it cannot. */
void fakebus_open(struct fakebus *b);
/* The process of the bus dies; the endpoint stays a name. */
void fakebus_die(struct fakebus *b);
void fakebus_restart(struct fakebus *b);
void fakebus_close(struct fakebus *b);

/* Takes the next message in, with WITHIN_MS; false when none came. */
bool fakebus_take(struct fakebus *b, int within_ms);
/* The word of what was taken, or its frame I behind the word. */
struct str fakebus_word(struct fakebus *b);
struct str fakebus_frame(struct fakebus *b, size_t i);
/* Takes until WORD comes; fails the test when it does not. */
void fakebus_expect(struct fakebus *b, const char *word);

/* To whom spoke last: WORD, then N frames. */
void fakebus_say(
    struct fakebus *b, const char *word, const struct str *frames, size_t n);
/* READY with this window, and a key that nobody has the other half of. */
void fakebus_ready(struct fakebus *b, int64_t window);
/* ACK, NAK or UNKNOWN to PUB of this number. */
void fakebus_ack(struct fakebus *b, struct str number, int64_t seq);
void fakebus_refuse(struct fakebus *b, const char *word, struct str number,
    const char *code, const char *retry, int64_t after_ms);

/* Of the log, to the reader that spoke last: EVENT, whose body is "body"; */
void fakebus_event(struct fakebus *b, int64_t seq, int64_t prev, int64_t epoch);
/* BEGIN or HEARTBEAT; */
void fakebus_place(struct fakebus *b, const char *word, int64_t next,
    int64_t head, int64_t matched);
/* ERR, with one pair more. */
void fakebus_error(struct fakebus *b, const char *code, const char *key,
    int64_t value, int64_t epoch);

#endif
