/* What a statement returns: the simulation's PGresult. */
#ifndef SIM_RESULT_H
#define SIM_RESULT_H

#include "common/base/str.h"
#include "tests/sim/table.h"

#include <libpq-fe.h>

struct result_column {
	char name[32];
	enum cell_type type;
};

struct pg_result {
	ExecStatusType status;
	const char *sqlstate; /* of a failure */
	char message[96];
	PGTransactionStatusType tx; /* after a sync */
	size_t n_columns;
	struct result_column column[COLUMNS_MAX];
	size_t n_rows;
	size_t cap_rows;
	struct str **rows; /* each n_columns cells, then their bytes */
};

PGresult *result_new(ExecStatusType status);
PGresult *result_failed(const char *sqlstate, const char *message);
/* The warning that a commit may not survive. */
PGresult *result_doubt(void);
void result_column(PGresult *r, const char *name, enum cell_type type);
void result_columns(PGresult *r, const struct table *t);
/* Copies the cells. */
void result_row(PGresult *r, const struct str *cells);

#endif
