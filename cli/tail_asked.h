/* Inside the options of huying tail: values as they were written. */
#ifndef CLI_TAIL_ASKED_H
#define CLI_TAIL_ASKED_H

#include "cli/tail.h"

struct asked {
	const char *since;
	const char *until;
	const char *from_seq;
	const char *backlog;
	const char *after_cursor;
	const char *count;
	const char *timeout;
	const char *idle;
	const char *form;
	const char *format;
	const char *group;
	const char *group_timeout;
	const char *group_limit;
	const char *rate;
	const char *colour;
	const char *time;
	const char *db;
	bool json, json_values;
	bool follow, no_follow;
	bool live_only, fill, no_fill;
	bool utc;
};

/* "OPTION VALUE: must be EXPECTED" */
int tail_wrong(const char *option, const char *value, const char *expected);

/*
 * tail_start.c: where to begin and to end, when the rest is known.  FOLLOW:
 * go on as it happens, when nothing is said about it.
 */
int tail_start(struct tail *t, const struct asked *a, bool follow);

#endif
