/*
 * One look at the database, printed as a whole: its names, its printer, what
 * is printed.  Embedded by the commands that show such a sheet.
 */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "cli/cli.h"
#include "cli/names.h"
#include "cli/print.h"

struct sheet {
	struct names names;
	struct printer printer; /* what it makes lives until the sheet closes */
	struct buf out;
	int64_t now; /* of the system */
};

/*
 * As cli_db(): -1 and sheet_close() afterwards, or the exit code.  NAME is
 * what the database calls the connection.
 */
int sheet_open(struct sheet *s, const char *dsn, const char *name,
    const struct db_query *queries, size_t n);
/* Prints OUT. */
void sheet_close(struct sheet *s);

/* Columns by name. */
struct str sheet_text(const struct rows *rows, size_t i, const char *name);
int64_t sheet_number(const struct rows *rows, size_t i, const char *name);

#endif
