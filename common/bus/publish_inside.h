/* Inside the publisher: what its files share. */
#ifndef BUS_PUBLISH_INSIDE_H
#define BUS_PUBLISH_INSIDE_H

#include "common/bus/flight.h"
#include "common/bus/link.h"
#include "common/bus/publish.h"
#include "common/bus/spool.h"

struct publisher {
	char *name;
	struct link *link;
	struct spool *spool; /* NULL: none */
	struct flights *flights;
	int64_t last_n; /* without a spool */
	int give_up_ms; /* 0: never */
	size_t window;
	size_t on_wire;  /* sent and not answered */
	size_t waiting;  /* not sent */
	size_t unsynced; /* in the spool since the last sync */
	bool greeted;    /* the bus behind this socket is ready */
	bool foreign;    /* it speaks another version */
	int64_t hold_ms; /* send nothing before */
	unsigned turned; /* how often "later" was said in a row */
	int64_t tend_ms; /* something is to be sent then */
	int64_t judge_ms;
	int64_t greet_ms;
	/* Others are answered, this one is not: its answer got lost. */
	int64_t unanswered_ms;
	unsigned char seal_key[SPOOL_KEY_LEN];
	bool has_seal_key;
	struct outcome refusal; /* the last one that said "later" */
};

/*
 * publish_answer.c: what the bus says, or does not.  Each tells whether OUT
 * is the outcome of an event, which is forgotten then.
 */
bool answer_take(struct publisher *p, struct frames *f, struct outcome *out);
/* FL has found no answer in all its time. */
bool answer_missing(
    struct publisher *p, struct flight *fl, struct outcome *out);
/* Event N is in the spool by number only. */
bool answer_damaged(struct publisher *p, int64_t n, struct outcome *out);

#endif
