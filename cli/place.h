/* Where the things of one installation lie: huying up's, and its settings. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/cli.h"

#include <limits.h>

struct place {
	const char *root;
	const char *var;
	char sockets[64];
	char data[PATH_MAX];
	char dsn[160];
	char keys[PATH_MAX];
	char curve[PATH_MAX + 8];
	const char *tcp; /* "": only unix sockets */
	int instances;   /* of each service */
	bool new_keys;   /* of the vault, where they are gone */
};

/* -1, or the exit code to leave with. */
int place_find(struct place *p);
/* A path below DIR, for %s without truncation warnings. */
#define PLACE_PATH (PATH_MAX + 32)
const char *place_below(
    const char *dir, const char *name, char path[PLACE_PATH]);
/*
 * Writes var/NAME: settings, KEY=VALUE.  Q is the quote around values: none
 * for our own reading, ' for a shell's.  -1, or an exit code.
 */
int place_write_env(const struct place *p, const char *name, const char *q);
/* HUYING_TCP of the installation as it was started; "" if it has none. */
void place_read_tcp(const struct place *p, char *tcp, size_t cap);

#endif
