/* Key files: one line of hex that only its owner may read. */
#ifndef INTAKE_VAULT_KEYS_H
#define INTAKE_VAULT_KEYS_H

#include "common/base/base.h"

#define VAULT_KEY_LEN 32

/* RC_FATAL names the file by SETTING, and never what is in it. */
enum rc vault_key_read(const char *path, const char *setting,
    unsigned char key[VAULT_KEY_LEN], struct err *e) MUST_CHECK;

#endif
