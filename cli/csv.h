/*
 * Comma-separated values, RFC 4180, read strictly: one fault a mistake,
 * each with its place, and reading goes on behind it.
 */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include "common/base/arena.h"

#define CSV_FILE_MAX ((size_t)32 * 1024 * 1024)
#define CSV_COLUMNS_MAX 64
#define CSV_CELL_MAX ((size_t)16 * 1024)
#define CSV_ROWS_MAX 250000

/* From 1; columns count characters, not bytes. */
struct csv_place {
	uint32_t line;
	uint32_t column;
};

struct csv_cell {
	struct str text;
	struct csv_place place; /* of its first character, or its quote */
};

struct csv_row {
	size_t n;
	struct csv_cell cells[CSV_COLUMNS_MAX];
};

typedef void csv_fault_fn(void *ctx, struct csv_place place, const char *what);

/* The caller's; fields are the reader's own. */
struct csv {
	struct str bytes;
	size_t pos;
	struct csv_place place; /* of pos */
	size_t columns;         /* of the header, 0 before it */
	size_t n_rows;
	bool failed; /* nothing more can be read */
	struct arena *arena;
	csv_fault_fn *fault;
	void *ctx;
};

/*
 * Reads BYTES, which must outlive the rows.  Faults go to FAULT with CTX.
 * Bytes that are not UTF-8, hold a NUL or begin with a byte order mark are
 * refused as a whole, so that there are no rows then.
 */
void csv_open(struct csv *c, struct str bytes, struct arena *arena,
    csv_fault_fn *fault, void *ctx);

/*
 * The next sound row; the first is the header, and a later one has as many
 * cells.  Unsound rows are told and left out.  False at the end.  Texts
 * point into the bytes or into the arena.
 */
bool csv_next(struct csv *c, struct csv_row *row);

#endif
