/*
 * Who one is on a TCP endpoint: a CURVE key pair, in a file that nobody else
 * may read, with the key of the bus that it is for.
 */
#ifndef BUS_CURVE_H
#define BUS_CURVE_H

#include "common/base/str.h"

#define CURVE_TEXT 41 /* of one key: 40 characters of Z85, and NUL */
#define CURVE_NAME 65

struct curve_key {
	char name[CURVE_NAME];
	char public_key[CURVE_TEXT];
	char secret_key[CURVE_TEXT];
	char server_key[CURVE_TEXT]; /* public; empty in the bus's own file */
};

/* A fresh pair for NAME; SERVER_KEY may be "". */
void curve_new(struct curve_key *k, const char *name, const char *server_key);
/* Forgets the secret. */
void curve_fini(struct curve_key *k);

/*
 * RC_FATAL, with a sentence that names PATH and SETTING: not there, may be
 * read by others, or not a sound key file (both keys, which belong together).
 */
enum rc curve_read(const char *path, const char *setting, struct curve_key *k,
    struct err *e) MUST_CHECK;
/*
 * Writes a new file of mode 0600, flushed to disk with its directory.
 * RC_REJECT when there is one of this name: a key is never written over.
 */
enum rc curve_write(
    const char *path, const struct curve_key *k, struct err *e) MUST_CHECK;

/* Whether TEXT is one key as text. */
bool curve_is_key(struct str text);

#endif
