/* Inside the reader of the log: what its files share. */
#ifndef BUS_LOG_INSIDE_H
#define BUS_LOG_INSIDE_H

#include "common/bus/link.h"
#include "common/bus/log.h"

/* Half of what the socket holds: a full one never stops the bus. */
#define LOG_CREDIT 2000
#define LOG_QUEUE (2 * LOG_CREDIT)

struct log_reader {
	struct link *link;
	struct arena *arena; /* options, for as long as it lives */
	struct log_options options;
	struct str name;
	struct str number; /* of the casefile that options.report became */
	int64_t place;     /* all below it was looked at; 0: not known */
	int64_t reached;   /* how far, over this connection */
	int64_t head;
	int64_t epoch;
	int64_t spent; /* credit used since the last top-up */
	int64_t committed;
	int64_t committed_sent; /* over this connection */
	int64_t commit_ms;
	int64_t silence_ms;
	int64_t heard_ms; /* something of this reader */
	int64_t told_ms;  /* that it is silent */
	int64_t asked_ms; /* for it to be opened */
	int64_t again_ms; /* ask again then; 0: no need */
	int64_t pinged_ms;
	bool ended;
	bool retired;
	struct frames frames; /* of the event that was handed out */
};

/* log_ask.c: OPEN, from the place that is known. */
void log_copy_options(struct log_reader *r, const struct log_options *o);
void log_ask(struct log_reader *r);

#endif
