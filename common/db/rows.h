/* Inside common/db only: one result of libpq, in binary format. */
#ifndef DB_ROWS_H
#define DB_ROWS_H

#include "common/db/db.h"

#include <libpq-fe.h>

/* Takes over RES. */
struct rows *rows_of(PGresult *res);

#endif
