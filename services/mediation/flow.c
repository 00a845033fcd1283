#include "common/run/run.h"

#include "services/mediation/rules.h"

const struct run_desc mediation_service = {
	.name = "mediation",
	.machine = &mediation_machine,
};
