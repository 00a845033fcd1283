#include "common/run/run.h"

extern const struct run_desc scoring_service;

int
main(int argc, char **argv)
{
	return run_main(&scoring_service, argc, argv);
}
