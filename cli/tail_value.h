/* What %{FIELD} of a format stands for (pure). */
#ifndef CLI_TAIL_VALUE_H
#define CLI_TAIL_VALUE_H

#include "cli/print_time.h"
#include "cli/tail_event.h"

/* A text, or anything else as it is in JSON. */
struct tail_value {
	struct str text;
	bool there;
	bool is_text;
};

/* Of what, and in which form. */
struct tail_asked {
	const struct tail_event *ev;
	const struct print_clock *clock;
	struct str name;  /* "seq", "case", "data.unit" */
	struct buf *room; /* what is made up here stays in it */
};

bool tail_value_known(struct str name);
/* NAME must be known.  Borrows from the event and from ROOM. */
struct tail_value tail_value(const struct tail_asked *a);

#endif
