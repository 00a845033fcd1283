/* The parts of `huying score`. */
#ifndef CLI_SCORE_H
#define CLI_SCORE_H

#include "cli/cli.h"
#include "services/scoring/rules.h"

struct score_args {
	const char *db;
	const char *period;
	const char *unit;
	bool json;
};

int score_show(const struct score_args *args);

/* Tells E on stderr; EXIT_CONNECT. */
int score_failed(const struct err *e);

#endif
