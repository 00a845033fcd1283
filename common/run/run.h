/*
 * A service: the same program five times, with other rules.  run_main() is
 * everything around them: settings, database, feed, batches, deadlines,
 * signals.  One transaction a batch holds the states that changed, the facts
 * that were said, the deadlines and the cursor, so that every event has its
 * effect exactly once.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include "common/conf/conf.h"
#include "common/db/db.h"
#include "common/rule/machine.h"

struct run;

/* One event of the batch that the service listens to. */
struct run_event {
	int64_t seq;
	int64_t at;
	int slot;
	struct msg_envelope env;
	const struct msg_desc *desc;
	void *msg;                /* decoded, in the batch's arena */
	struct str casefile;      /* its folder: subject, or number from seq */
	const void *extra;        /* for the rules, set by prepare() */
	struct decision decision; /* after the rules */
	bool applied;
};

struct run_desc {
	const char *name; /* of the service, its schema and its cursor */
	const struct machine *machine;
	/* Optional: what it asks besides the rows of its things. */
	const struct db_query *(*queries)(size_t *n);
	/*
	 * Its decisions on one casefile depend on others: one instance works
	 * at a time, on every slot, and the next one stands by.  Else several
	 * share the slots, and a casefile's rows are all that rules may see.
	 */
	bool whole;
	/* Optional: once, after the database is there (keys, ...). */
	enum rc (*open)(struct run *r, struct err *e);
	void (*close)(struct run *r);
	/*
	 * Optional: before the rules, inside the transaction: one query per
	 * table and batch; sets events[i].extra (batch arena).  RC_GONE:
	 * these events want a batch each, and get it; of a batch of one, not
	 * now, but a little later.  What it comes to must not depend on where
	 * batches begin and end, or a replay would find something else.
	 */
	enum rc (*prepare)(
	    struct run *r, struct run_event *events, size_t n, struct err *e);
	/*
	 * Optional: right before the rules see events[i]: may set its extra.
	 * What the ones before it led to is in the folders already.
	 */
	void (*look)(
	    struct run *r, struct run_event *events, size_t n, size_t i);
	/*
	 * Optional: after the rules: db_send() of further writes (no flush,
	 * no db_next()); they go out with the rest of the transaction.
	 * Returns how many were sent in *N_SENT.
	 */
	enum rc (*finish)(struct run *r, struct run_event *events, size_t n,
	    size_t *n_sent, struct err *e);
};

int run_main(const struct run_desc *desc, int argc, char **argv);

/* For the hooks. */
struct db *run_db(struct run *r);
const struct conf *run_conf(const struct run *r);
const struct registry *run_registry(const struct run *r);
struct arena *run_arena(struct run *r); /* lives until the commit */
/* What was sent beside the rules is in the journal already. */
bool run_is_replay(const struct run *r);
void run_set_private(struct run *r, void *p);
void *run_private(const struct run *r);
/*
 * For what must know all that the journal says before EV, no more and no
 * less, in whatever casefile: the rows of it must be in the tables, those of
 * this batch (EV is at PLACE) and those of slots in other hands.  RC_GONE
 * when they are not; they come forward by themselves.
 */
enum rc run_await_before(struct run *r, const struct run_event *ev,
    size_t place, struct err *e) MUST_CHECK;
/* The rows of a casefile of this batch, or NULL. */
struct folder *run_folder(struct run *r, struct str casefile);

#endif
