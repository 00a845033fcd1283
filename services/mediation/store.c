#include "services/mediation/store.h"

#include "mediation_sql.h"

const struct db_query *
mediation_store_queries(size_t *n)
{
	*n = ARRAY_LEN(mediation_queries);
	return mediation_queries;
}
