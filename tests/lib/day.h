/* The reports of one day in the county: deploy/packs/tonglu/day.jsonl. */
#ifndef TESTS_LIB_DAY_H
#define TESTS_LIB_DAY_H

#include "common/msg/msg.h"

struct day_report {
	struct str id;
	struct str source;
	struct str channel;
	struct str division;
	struct str place;
	struct str text;
	struct msg_sealed_report given; /* what would come sealed */
	double lat;
	double lon;
	int64_t at;
	/* What a person says it should become. */
	struct str duplicate_of; /* empty: of none */
	struct str matter;       /* the desk's; empty: refused */
	struct strs personal;    /* strings of the text that are nobody's */
};

struct day {
	struct day_report *v;
	size_t n;
};

/* All of it in ARENA, in the order of time; dies when it is not there. */
struct day day_load(struct arena *arena);

#endif
