/* Digests and event ids. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "common/base/str.h"

#define HASH_LEN 32
#define HASH_TEXT 65 /* hex and NUL */
#define ID_TEXT 37   /* a UUID and NUL */

void id_hash(struct str bytes, unsigned char hash[HASH_LEN]);
const char *id_hex(const unsigned char hash[HASH_LEN], char text[HASH_TEXT]);
/* A new, time-ordered id (UUID version 7). */
const char *id_new(char text[ID_TEXT]);
/*
 * The id that follows from its cause (UUID version 8, from SHA-256): the
 * same parts give the same id, so that doing it again says the same event.
 */
const char *id_derived(const struct str *parts, size_t n, char text[ID_TEXT]);

#endif
