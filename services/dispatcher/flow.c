#include "common/run/run.h"

#include "services/dispatcher/rules.h"
#include "services/dispatcher/store.h"

const struct run_desc dispatcher_service = {
	.name = "dispatcher",
	.machine = &dispatcher_machine,
	.queries = dispatcher_store_queries,
};
