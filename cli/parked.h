/* huying parked: what its two files share. */
#ifndef CLI_PARKED_H
#define CLI_PARKED_H

#include "cli/cli.h"

struct parked_ask {
	struct db *db;
	const char *dsn;
	struct str service;
	struct str what; /* a casefile or a seq; empty: all of the service's */
	const char *reason;
	bool json;
	bool no_wait;
};

/* parked_show.c: the list, and one of it with what waits behind it. */
const struct db_query *parked_show_queries(size_t *n);
int parked_list(const struct parked_ask *a);
int parked_show(const struct parked_ask *a);

/* Tells E on stderr; EXIT_CONNECT. */
int parked_failed(const struct err *e);

#endif
