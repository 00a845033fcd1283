/* Bytes as tests write them: "81 a1 61 01", and noise that repeats. */
#ifndef TESTS_HEX_H
#define TESTS_HEX_H

#include "common/base/buf.h"

/* Appends the bytes of TEXT (blanks and newlines between them are fine). */
void hex_put(struct buf *b, const char *text);
/* Reads a file of such text; fails the test when it cannot. */
void hex_file(struct buf *b, const char *path);
/* The same text, 32 bytes a line. */
void hex_print(struct str bytes, struct buf *out);

/* Pseudo-random; the same numbers in every run. */
uint32_t noise(uint64_t *seed);
/* Changes, takes out or puts in up to four bytes of B. */
void noise_mutate(struct buf *b, uint64_t *seed);

/* Whether TEXT is one JSON value, in the eyes of an independent parser. */
bool json_sound(struct str text);

#endif
