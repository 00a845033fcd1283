/* The service's rows in the database. */
#ifndef DISPATCHER_STORE_H
#define DISPATCHER_STORE_H

#include "common/db/db.h"

/* Every statement of queries.sql; lives for ever. */
const struct db_query *dispatcher_store_queries(size_t *n);

#endif
