#include "common/run/run.h"

#include "services/enforcement/rules.h"
#include "services/enforcement/store.h"

const struct run_desc enforcement_service = {
	.name = "enforcement",
	.machine = &enforcement_machine,
	.queries = enforcement_store_queries,
};
