/*
 * The vault's keys and what they open (libsodium).  Everything personal
 * passes through here and nowhere else; errors never say what it was.
 */
#ifndef INTAKE_VAULT_H
#define INTAKE_VAULT_H

#include "common/msg/msg.h"

struct vault;

#define VAULT_TOKEN 33  /* 32 hex digits and NUL */
#define VAULT_PERSON 16 /* bytes */
/* What a locked identity is longer than its plain text. */
#define VAULT_EXTRA 40

/*
 * Reads both rings (vault_keys.h) from files that nobody but their owner may
 * read (mode 0600); the paths must live as long.  RC_FATAL otherwise.
 */
enum rc vault_open(struct vault **vp, const char *intake_key,
    const char *vault_key, struct err *e) MUST_CHECK;
/* Wipes the keys. */
void vault_close(struct vault **vp);
/* Reads files anew that were written since; when that fails, all stays. */
enum rc vault_refresh(struct vault *v, struct err *e) MUST_CHECK;

/*
 * Opens a sealed box with one of intake's keys; *KEY_ID (may be NULL) says
 * with which.  Strings of OUT live in ARENA.  RC_REJECT when it does not
 * open or holds no sound sealed_report.
 */
enum rc vault_unseal(const struct vault *v, struct str box, struct arena *arena,
    struct msg_sealed_report *out, const char **key_id,
    struct err *e) MUST_CHECK;

/* Stands for the identity in the box of (SOURCE, ID); looks random. */
void vault_token(const struct vault *v, struct str source, struct str id,
    char token[VAULT_TOKEN]);
/*
 * The same for one caller each time, by phone or else identity number;
 * false when neither was told.
 */
bool vault_person(const struct vault *v, const struct msg_sealed_report *who,
    unsigned char person[VAULT_PERSON]);

/* WHO encrypted for vault.identity, bound to TOKEN; in ARENA. */
struct str vault_lock(const struct vault *v, const char *token,
    const struct msg_sealed_report *who, struct arena *arena);
/* And back.  RC_REJECT: by none of our keys, or of another token. */
enum rc vault_unlock(const struct vault *v, const char *token,
    struct str locked, struct arena *arena, struct msg_sealed_report *out,
    struct err *e) MUST_CHECK;
/* Id of the key that locks now. */
const char *vault_newest(const struct vault *v);

#endif
