/* One reader of the log, and how it opened (log.c alone uses this). */
#ifndef BUS_SUB_H
#define BUS_SUB_H

#include "services/bus/bus.h"

#define TOPICS_MAX 16
#define CREDIT_MAX 100000
#define READER_NAME_MAX 64

struct sub {
	struct str identity; /* these four: one allocation each, owned */
	struct str name;
	struct str casefile;
	struct str division;
	struct str topics[TOPICS_MAX];
	size_t n_topics;
	int64_t next;  /* last seq looked at */
	int64_t until; /* a reader that does not follow stops here */
	int64_t credit;
	int64_t matched; /* last seq sent */
	int64_t heard_ms;
	int64_t beat_ms;
	int64_t rest_ms; /* its queue was full: not before this */
	bool follow;
	bool gone;
};

/* A reader with credit for 1000 events; copies what it is given. */
void sub_init(struct sub *s, struct str identity, struct str name);
void sub_fini(struct sub *s);
/* Takes the options of OPEN; NULL when all is fine, else what is wrong. */
const char *sub_options(struct bus *b, struct sub *s, struct str body);

#endif
