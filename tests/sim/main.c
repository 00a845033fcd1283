/*
 * sim: whole worlds of the five services in one process, each from a seed.
 * See README.md.
 */
#include "tests/sim/defect.h"
#include "tests/sim/farm.h"
#include "tests/sim/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "usage: sim --seed N [--steps M] [--verbose] [--defect NAME]\n"
    "           [--trace FILE]\n"
    "       sim --seeds FROM..TO [--steps M] [--jobs J] [--defect NAME]\n"
    "       sim --list FILE        the seeds of FILE, first word of a line\n"
    "       sim --defects N        each planted defect, caught within N "
    "seeds\n"
    "       sim --moves FROM..TO   which moves of the life cycles happen\n";

struct options {
	struct farm farm;
	const char *list;
	uint64_t defects;
	bool one;
	bool moves;
};

static bool
range(const char *text, struct farm *f)
{
	char *end;

	f->from = strtoull(text, &end, 10);
	if (strncmp(end, "..", 2) != 0)
		return false;
	f->to = strtoull(end + 2, &end, 10);
	return *end == '\0' && f->to >= f->from;
}

/* One option and its value; how many words it took, 0: it is wrong. */
static int
option(struct options *o, const char *name, const char *value)
{
	if (strcmp(name, "--verbose") == 0) {
		o->farm.verbose = true;
		return 1;
	}
	if (value == NULL)
		return 0;
	if (strcmp(name, "--seed") == 0) {
		o->one = true;
		o->farm.from = o->farm.to = strtoull(value, NULL, 10);
		return 2;
	}
	if (strcmp(name, "--seeds") == 0)
		return range(value, &o->farm) ? 2 : 0;
	if (strcmp(name, "--moves") == 0) {
		o->moves = true;
		return range(value, &o->farm) ? 2 : 0;
	}
	if (strcmp(name, "--steps") == 0)
		o->farm.steps = strtoull(value, NULL, 10);
	else if (strcmp(name, "--jobs") == 0)
		o->farm.jobs = strtoull(value, NULL, 10);
	else if (strcmp(name, "--trace") == 0)
		o->farm.trace = value;
	else if (strcmp(name, "--list") == 0)
		o->list = value;
	else if (strcmp(name, "--defects") == 0)
		o->defects = strtoull(value, NULL, 10);
	else if (strcmp(name, "--defect") == 0)
		o->farm.defect = defect_find(value);
	else
		return 0;
	return o->farm.defect < DEFECT_COUNT ? 2 : 0;
}

int
main(int argc, char **argv)
{
	struct options o = { .farm = { .steps = 60000, .jobs = 2 } };

	for (int i = 1; i < argc;) {
		int n = option(&o, argv[i], i + 1 < argc ? argv[i + 1] : NULL);

		if (n == 0) {
			(void)fputs(usage, stderr);
			return 100;
		}
		i += n;
	}
	if (o.farm.to == 0 && o.list == NULL && o.defects == 0) {
		(void)fputs(usage, stderr);
		return 100;
	}
	host_init();
	farm_open();
	if (o.defects > 0)
		return farm_defects(&o.farm, o.defects) ? 0 : 1;
	if (o.list != NULL)
		return farm_list(&o.farm, o.list) ? 0 : 1;
	if (o.moves)
		return farm_moves(&o.farm) ? 0 : 1;
	return (o.one ? farm_one(&o.farm) : farm_many(&o.farm)) ? 0 : 1;
}
