#include "common/run/run.h"

#include "services/mediation/rules.h"
#include "services/mediation/store.h"

const struct run_desc mediation_service = {
	.name = "mediation",
	.machine = &mediation_machine,
	.queries = mediation_store_queries,
};
