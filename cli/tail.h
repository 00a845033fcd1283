/* Inside huying tail: what was asked for, and where it is. */
#ifndef CLI_TAIL_H
#define CLI_TAIL_H

#include "cli/cli.h"
#include "cli/names.h"
#include "cli/tail_group.h"
#include "cli/tail_line.h"
#include "cli/tail_rate.h"
#include "cli/tail_source.h"

/* Beside those of every command (cli.h). */
enum {
	EXIT_LOST = 4, /* events are missing, and --strict */
	EXIT_DATA = 5, /* an event is not what it should be, and --strict */
	EXIT_INTERRUPTED = 130,
};
/* Instead of an exit code. */
enum {
	TAIL_GOES_ON = -1,
	TAIL_NOBODY_READS = -2,
};

struct tail {
	struct conf conf;
	struct names names;
	struct filter filter;
	struct source_options from;
	struct tail_source *source;
	struct tail_line line;
	struct arena *arena; /* for looking into messages */
	struct buf out;

	int64_t backlog;    /* -n; 0: not asked for */
	int64_t last_seq;   /* of the backlog, when nothing follows; 0: none */
	int64_t count;      /* 0: no end */
	int64_t timeout_ms; /* 0: none, as is the next one */
	int64_t idle_ms;
	const char *cursor_file;
	struct tail_rate rate;
	struct group_bounds bounds;
	struct tail_groups *groups; /* NULL: one by one */
	bool strict;
	bool quiet;
	bool verbose;

	int64_t began_ms;
	int64_t matched_ms; /* when the last one was shown */
	int64_t shown;
	struct tail_place saved; /* in the file */
	int64_t saved_ms;
	int64_t now; /* of the system, as of now_ms */
	int64_t now_ms;
	bool silent;    /* it was said that the bus is silent */
	int signals;    /* signals_open() */
	int stopped_by; /* the signal that has come; 0: none */
};

extern const char tail_help[], events_help[];

/* tail_options.c: TAIL_GOES_ON, or the code to leave with. */
int tail_options(struct tail *t, int argc, char **argv, bool follow);
/* tail_backlog.c: finds where the last N that match begin. */
enum rc tail_backlog(struct tail *t, struct err *e) MUST_CHECK;

/* tail_out.c: all of these say TAIL_GOES_ON, or the code to leave with. */
int tail_show(struct tail *t, const struct tail_event *ev);
/* What is due by now; with END everything that was kept back. */
int tail_flush(struct tail *t, bool end);
int tail_save_place(struct tail *t, bool end);
/* "-- TEXT --" on stderr, unless it is to be quiet. */
void tail_note(const struct tail *t, const char *fmt, ...) PRINTF(2, 3);

/* The time of the system, at most a second old. */
int64_t tail_now(struct tail *t);
/* Whether a signal wants it to end. */
bool tail_stopped(struct tail *t);

#endif
