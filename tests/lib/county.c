#include "tests/lib/county.h"

#include "cli/pack_read.h"

#include <stdio.h>

struct registry *
county_of(const char *dir)
{
	struct registry *r;
	struct pack p;
	struct err e;

	pack_init(&p, dir);
	if (pack_read(&p, &e) != RC_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		never("tests run from the repository's root");
	}
	must(p.tables[TABLE_unit].n > 0);
	r = p.registry;
	p.registry = NULL;
	pack_fini(&p);
	return r;
}

struct registry *
county_new(void)
{
	return county_of(COUNTY_DIR);
}

int64_t
county_time(const char *rfc3339)
{
	int64_t at;

	must(clock_parse(str_of(rfc3339), &at));
	return at;
}
