#include "common/run/run.h"

#include "services/dispatcher/rules.h"

const struct run_desc dispatcher_service = {
	.name = "dispatcher",
	.machine = &dispatcher_machine,
};
