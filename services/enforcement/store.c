#include "services/enforcement/store.h"

#include "enforcement_sql.h"

const struct db_query *
enforcement_store_queries(size_t *n)
{
	*n = ARRAY_LEN(enforcement_queries);
	return enforcement_queries;
}
