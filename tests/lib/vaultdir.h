/* A vault open on keys in a directory of its own. */
#ifndef TESTS_LIB_VAULTDIR_H
#define TESTS_LIB_VAULTDIR_H

#include "services/intake/vault.h"

#include <limits.h>
#include <sys/types.h>

extern char vaultdir[];
extern char vaultdir_paths[3][PATH_MAX]; /* intake.key, intake.pub, vault.key */
extern struct vault *vaultdir_vault;
extern struct arena *vaultdir_arena;
extern const struct msg_sealed_report vaultdir_who; /* somebody to lock up */

/* For cmocka. */
int vaultdir_setup(void **state);
int vaultdir_teardown(void **state);
/* A file as it is, at most CAP bytes; and one with TEXT. */
size_t vaultdir_slurp(const char *path, char *text, size_t cap);
void vaultdir_spill(const char *path, const char *text, mode_t mode);

#endif
