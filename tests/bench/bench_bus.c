/* The bus itself: publishing, confirmed after the commit (drive.h). */
#include "tests/bench/bus.h"

int
main(int argc, char **argv)
{
	return drive(&bus, argc, argv);
}
