/* The commands of `huying pack`, one a file. */
#ifndef CLI_PACK_CMD_H
#define CLI_PACK_CMD_H

#include "cli/pack_read.h"

enum pack_exit {
	PACK_DONE = 0,
	PACK_FAULTY = 1, /* the pack has faults, or may not be loaded */
	PACK_USAGE = 2,
	PACK_FAILED = 3, /* cannot read or connect */
};

struct pack_args {
	const char *dir;
	const char *db; /* --db, else HUYING_DB */
	bool json;
};

int pack_cmd_check(const struct pack_args *args);
int pack_cmd_load(const struct pack_args *args);
int pack_cmd_show(const struct pack_args *args);

/*
 * Reads and checks the pack at ARGS->dir into P and tells its faults.
 * PACK_DONE when there are none.  P must be finished in any case.
 */
int pack_cmd_read(struct pack *p, const struct pack_args *args);

/* The line in B and its end, to stdout; B is empty then. */
void pack_put_line(struct buf *b);
/* {"unit":764,...}: the rows of P by table. */
void pack_json_rows(struct buf *b, const struct pack *p);

/* Tells E on stderr; PACK_FAILED. */
int pack_failed(const struct err *e);

#endif
