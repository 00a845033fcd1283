#include "common/run/run.h"

extern const struct run_desc enforcement_service;

int
main(int argc, char **argv)
{
	return run_main(&enforcement_service, argc, argv);
}
