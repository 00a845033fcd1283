/* One event on its way through huying tail. */
#ifndef CLI_TAIL_EVENT_H
#define CLI_TAIL_EVENT_H

#include "common/msg/envelope.h"

struct tail_event {
	int64_t seq;
	int64_t at; /* recorded */
	int64_t epoch;
	struct str bytes; /* as they came; borrowed, and so is all of ENV */
	bool late;        /* it was lost on the way and fetched afterwards */
	bool readable;
	struct msg_envelope env; /* when READABLE, else zero */
	char why[200];           /* it is not, as a sentence */
};

/* Fills in READABLE, ENV and WHY from BYTES, whatever they are. */
void tail_event_read(struct tail_event *ev);
/*
 * Whether its message is what the schema of its type says.  A type that
 * this version does not know is nobody's fault.
 */
bool tail_event_valid(const struct tail_event *ev, struct arena *arena);

#endif
