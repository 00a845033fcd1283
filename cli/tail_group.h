/*
 * Events kept back until all of one casefile can be shown together (pure,
 * but for memory).  Bounded: what does not fit leaves early, and says so.
 */
#ifndef CLI_TAIL_GROUP_H
#define CLI_TAIL_GROUP_H

#include "cli/tail_event.h"

struct tail_groups;

struct group_bounds {
	int64_t
	    quiet_ms;    /* a chain leaves when nothing was added for so long */
	size_t n_events; /* of all chains */
};
/* The bytes of all chains are bounded, too. */
#define GROUP_BYTES_MAX ((size_t)64 << 20)

/* Why a chain leaves. */
enum group_end {
	GROUP_DONE,  /* the casefile is at its end */
	GROUP_QUIET, /* quiet_ms have passed */
	GROUP_FULL,  /* there was no more room */
	GROUP_STOP,  /* huying tail stops */
};

/* The events of one casefile in the order of seq, and how they left. */
struct group_chain {
	struct str casefile; /* empty: a report that has no number yet */
	const struct tail_event *events;
	size_t n;
	enum group_end end;
};

struct tail_groups *groups_new(const struct group_bounds *bounds);
void groups_free(struct tail_groups **gp);

/* Copies EV, which has been read; false: it belongs to no casefile. */
bool groups_add(
    struct tail_groups *g, const struct tail_event *ev, int64_t now_ms);
/* The next chain that is to leave now, until the next call; or NULL. */
const struct group_chain *groups_due(struct tail_groups *g, int64_t now_ms);
/* The next chain at all, for the end. */
const struct group_chain *groups_drain(struct tail_groups *g);
/* Lowest seq that is kept back; 0: none is. */
int64_t groups_first(const struct tail_groups *g);

/* "330122-26-0000417: 12 events" and, when it left early, why. */
void groups_title(const struct group_chain *c, struct buf *out);

#endif
