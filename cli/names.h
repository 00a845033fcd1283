/*
 * What only the database knows, for commands that work over the bus: names
 * of codes, and the time of a sandbox.  Without it they do with less.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "common/registry/registry.h"

struct names {
	struct db *db;             /* NULL: cannot be reached */
	struct registry *registry; /* NULL: none loaded */
};

/*
 * Tries DSN; says on stderr when that fails, and goes on without.  The
 * registry is read if REGISTRY.  names_close() afterwards, always.
 */
void names_open(struct names *n, const char *dsn, bool registry);
/* The same with a database that is open already: it is N's from now on. */
void names_adopt(struct names *n);
void names_close(struct names *n);
/* Reads the registry anew, after registry.changed. */
void names_reload(struct names *n);
/* The time of the system; the machine's own without a database. */
int64_t names_now(struct names *n);

#endif
