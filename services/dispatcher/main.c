#include "common/run/run.h"

extern const struct run_desc dispatcher_service;

int
main(int argc, char **argv)
{
	return run_main(&dispatcher_service, argc, argv);
}
