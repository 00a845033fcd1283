#include "common/run/run.h"

#include "services/enforcement/rules.h"

const struct run_desc enforcement_service = {
	.name = "enforcement",
	.machine = &enforcement_machine,
};
