#include "services/dispatcher/store.h"

#include "dispatcher_sql.h"

const struct db_query *
dispatcher_store_queries(size_t *n)
{
	*n = ARRAY_LEN(dispatcher_queries);
	return dispatcher_queries;
}
