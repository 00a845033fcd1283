/* Inside huying tail: what was asked for, and where it is. */
#ifndef CLI_TAIL_H
#define CLI_TAIL_H

#include "cli/cli.h"
#include "cli/names.h"
#include "cli/print.h"
#include "cli/tail_filter.h"
#include "common/bus/log.h"

enum form {
	FORM_PRETTY,
	FORM_JSON,
	FORM_RAW,
	FORM_TOPICS,
};

struct tail {
	struct conf conf;
	struct names names;
	struct printer printer;
	struct log_reader *reader;
	struct buf line;

	struct filter filter;
	struct log_options from; /* where to begin, whether to go on */
	int64_t since;           /* 0: not by time */
	int64_t backlog;         /* -n; 0: not asked for */
	int64_t count;           /* 0: no end */
	int64_t until_ms;        /* on the monotonic clock; 0: no end */
	enum form form;
	bool follow;

	int64_t shown;
	bool silent; /* it was said that the bus is silent */
};

/* tail_options.c: -1, or the code to leave with. */
int tail_options(struct tail *t, int argc, char **argv);

#endif
