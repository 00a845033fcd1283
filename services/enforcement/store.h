/* The service's rows in the database. */
#ifndef ENFORCEMENT_STORE_H
#define ENFORCEMENT_STORE_H

#include "common/db/db.h"

/* Every statement of queries.sql; lives for ever. */
const struct db_query *enforcement_store_queries(size_t *n);

#endif
