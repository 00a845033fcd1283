#include "common/run/run.h"

extern const struct run_desc mediation_service;

int
main(int argc, char **argv)
{
	return run_main(&mediation_service, argc, argv);
}
