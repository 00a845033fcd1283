#include "tests/sim/result.h"

#include <stdio.h>
#include <stdlib.h>

#define OID_BOOL 16
#define OID_BYTEA 17
#define OID_INT8 20
#define OID_TEXT 25
#define OID_FLOAT8 701
#define OID_TEXTS 1009
#define OID_TIMESTAMPTZ 1184

PGresult *
result_new(ExecStatusType status)
{
	PGresult *r = xmalloc(sizeof(*r));

	/* The columns are filled as they come. */
	memset(r, 0, offsetof(PGresult, column));
	r->status = status;
	r->n_rows = r->cap_rows = 0;
	r->rows = NULL;
	return r;
}

PGresult *
result_failed(const char *sqlstate, const char *message)
{
	PGresult *r = result_new(PGRES_FATAL_ERROR);

	r->sqlstate = sqlstate;
	(void)snprintf(r->message, sizeof(r->message), "%s", message);
	return r;
}

PGresult *
result_doubt(void)
{
	PGresult *r = result_new(PGRES_NONFATAL_ERROR);

	r->sqlstate = "01000";
	return r;
}

void
result_column(PGresult *r, const char *name, enum cell_type type)
{
	must(r->n_columns < COLUMNS_MAX && r->n_rows == 0);
	must(strlen(name) < sizeof(r->column[0].name));
	r->column[r->n_columns] = (struct result_column){ .type = type };
	(void)snprintf(r->column[r->n_columns].name, sizeof(r->column[0].name),
	    "%s", name);
	r->n_columns++;
}

void
result_columns(PGresult *r, const struct table *t)
{
	for (size_t i = 0; i < t->n_columns; i++)
		result_column(r, t->columns[i].name, t->columns[i].type);
}

void
result_row(PGresult *r, const struct str *cells)
{
	size_t len = 0;
	struct str *row;
	char *at;

	for (size_t i = 0; i < r->n_columns; i++)
		len += cells[i].n + 1;
	row = xmalloc(r->n_columns * sizeof(*row) + len);
	at = (char *)&row[r->n_columns];
	for (size_t i = 0; i < r->n_columns; i++) {
		row[i] = (struct str){ NULL, 0 };
		if (cells[i].p == NULL)
			continue;
		memcpy(at, cells[i].p, cells[i].n);
		at[cells[i].n] = '\0';
		row[i] = (struct str){ at, cells[i].n };
		at += cells[i].n + 1;
	}
	if (r->n_rows == r->cap_rows) {
		r->cap_rows = r->cap_rows > 0 ? r->cap_rows * 2 : 16;
		r->rows = xrealloc(r->rows, r->cap_rows * sizeof(struct str *));
	}
	r->rows[r->n_rows++] = row;
}

/* From here on what libpq offers. */

void
PQclear(PGresult *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n_rows; i++)
		free(r->rows[i]);
	free(r->rows);
	free(r);
}

ExecStatusType
PQresultStatus(const PGresult *r)
{
	return r != NULL ? r->status : PGRES_FATAL_ERROR;
}

char *
PQresultErrorField(const PGresult *r, int field)
{
	if (r == NULL || r->sqlstate == NULL)
		return NULL;
	switch (field) {
	case PG_DIAG_SQLSTATE:
		return (char *)(uintptr_t)r->sqlstate;
	case PG_DIAG_MESSAGE_PRIMARY:
		return (char *)(uintptr_t)r->message;
	default:
		return NULL;
	}
}

int
PQntuples(const PGresult *r)
{
	return (int)r->n_rows;
}

int
PQnfields(const PGresult *r)
{
	return (int)r->n_columns;
}

int
PQfnumber(const PGresult *r, const char *name)
{
	for (size_t i = 0; i < r->n_columns; i++)
		if (strcmp(r->column[i].name, name) == 0)
			return (int)i;
	return -1;
}

Oid
PQftype(const PGresult *r, int column)
{
	static const Oid oids[] = {
		[CELL_TEXT] = OID_TEXT,
		[CELL_I64] = OID_INT8,
		[CELL_F64] = OID_FLOAT8,
		[CELL_BOOL] = OID_BOOL,
		[CELL_TIME] = OID_TIMESTAMPTZ,
		[CELL_TEXTS] = OID_TEXTS,
		[CELL_BYTES] = OID_BYTEA,
	};

	must(column >= 0 && (size_t)column < r->n_columns);
	return oids[r->column[column].type];
}

static struct str
cell(const PGresult *r, int row, int column)
{
	must(row >= 0 && (size_t)row < r->n_rows);
	must(column >= 0 && (size_t)column < r->n_columns);
	return r->rows[row][column];
}

int
PQgetisnull(const PGresult *r, int row, int column)
{
	return cell(r, row, column).p == NULL;
}

int
PQgetlength(const PGresult *r, int row, int column)
{
	return (int)cell(r, row, column).n;
}

char *
PQgetvalue(const PGresult *r, int row, int column)
{
	struct str s = cell(r, row, column);

	return s.p != NULL ? (char *)(uintptr_t)s.p : (char *)(uintptr_t) "";
}
