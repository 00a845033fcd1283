/* How much memory a piece of code takes, in builds with a sanitizer. */
#ifndef TESTS_ROOM_H
#define TESTS_ROOM_H

#include <stddef.h>

/*
 * From here on what is allocated is counted.  Dies when more is held at one
 * time than 64 bytes for each of INPUT, and 256 KiB for what has a size of
 * its own.
 */
void room_begin(size_t input);
void room_end(void);

#endif
