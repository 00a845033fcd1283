/* The commands of `huying pack`, one a file. */
#ifndef CLI_PACK_CMD_H
#define CLI_PACK_CMD_H

#include "cli/cli.h"
#include "cli/pack_read.h"

struct pack_args {
	const char *dir;
	const char *db; /* NULL: cli_db() knows */
	bool json;
	bool dry_run;
};

int pack_cmd_check(const struct pack_args *args);
int pack_cmd_load(const struct pack_args *args);
int pack_cmd_follow(const struct pack_args *args);
int pack_cmd_recount(const struct pack_args *args);
int pack_cmd_show(const struct pack_args *args);

/*
 * Reads and checks the pack at ARGS->dir into P, which is to be finished in
 * any case, and tells its faults.  An exit code; EXIT_OK: it is sound.
 */
int pack_cmd_read(struct pack *p, const struct pack_args *args);

/* The line in B and its end, to stdout; B is empty then. */
void pack_put_line(struct buf *b);
/* {"unit":764,...}: the rows of P by table. */
void pack_json_rows(struct buf *b, const struct pack *p);

#endif
