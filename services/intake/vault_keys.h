/*
 * Key files: rings of keys, one line of hex each, the oldest first, that only
 * their owner may read.  The newest locks, every one of them opens.  A line
 * "names HEX HEX", if there is one, stands first: it keeps what tokens and
 * persons are made with when the key that it came from has gone.
 */
#ifndef INTAKE_VAULT_KEYS_H
#define INTAKE_VAULT_KEYS_H

#include "common/base/base.h"

#define VAULT_KEY_LEN 32
#define VAULT_KEYS_MAX 16
#define VAULT_KEY_ID 17 /* 16 hex digits and NUL */

struct vault_ring {
	size_t n;
	bool named;                            /* the names were in the file */
	unsigned char names[2][VAULT_KEY_LEN]; /* token, person */
	unsigned char keys[VAULT_KEYS_MAX][VAULT_KEY_LEN];
};

/* What a key file is for. */
enum vault_use {
	VAULT_LOCK, /* vault.key: identities */
	VAULT_SEAL, /* intake.key: opens what its public half sealed */
};

/* RC_FATAL names the file by SETTING, and never what is in it. */
enum rc vault_ring_read(const char *path, const char *setting,
    struct vault_ring *ring, struct err *e) MUST_CHECK;
/* Appends a fresh key; the names stay as they were. */
enum rc vault_ring_add(struct vault_ring *ring, struct err *e) MUST_CHECK;
/* Takes key I out, which is not the newest. */
void vault_ring_drop(struct vault_ring *ring, size_t i);
/* Complete or not at all: written beside, then given its name. */
enum rc vault_ring_write(const char *path, enum vault_use use,
    const struct vault_ring *ring, struct err *e) MUST_CHECK;
/* The public half of the newest key, for whoever seals. */
enum rc vault_public_write(
    const char *path, const struct vault_ring *ring, struct err *e) MUST_CHECK;
void vault_ring_wipe(struct vault_ring *ring);

/* No secret. */
const char *vault_key_id(enum vault_use use,
    const unsigned char key[VAULT_KEY_LEN], char id[VAULT_KEY_ID]);

/*
 * Makes intake.key, intake.pub and vault.key in DIR, each unless it is
 * there; intake.pub again from intake.key.
 */
enum rc vault_keys_new(const char *dir, struct err *e) MUST_CHECK;

#endif
