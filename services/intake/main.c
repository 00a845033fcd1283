#include "common/run/run.h"

extern const struct run_desc intake_service;

int
main(int argc, char **argv)
{
	return run_main(&intake_service, argc, argv);
}
