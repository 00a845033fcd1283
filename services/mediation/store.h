/* The service's rows in the database. */
#ifndef MEDIATION_STORE_H
#define MEDIATION_STORE_H

#include "common/db/db.h"

/* Every statement of queries.sql; lives for ever. */
const struct db_query *mediation_store_queries(size_t *n);

#endif
