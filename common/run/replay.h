/*
 * A service's rows once more: the same loop, batch after batch, over a copy
 * of the journal in a database of its own, where nothing of the service is
 * yet.  Its facts are not appended: each must be in the journal already.
 */
#ifndef RUN_REPLAY_H
#define RUN_REPLAY_H

#include "common/run/run.h"

/*
 * What the copy must have beside the journal, the registry and the vault's
 * boxes (SQL for the owner): where the live service was, what it put aside,
 * and room for what turns out.
 *
 *   replay.cursor (slot, seq)          how far to go
 *   replay.aside  (seq, after_seq)     parked: when it was taken after all;
 *                                      NULL: it was not
 *   replay.said   (source, id)         facts that came out
 *   replay.fault  (kind, seq, source, id, type, subject)
 *                  kind: missing, different, limit, early, parked
 */
extern const char replay_schema[];

struct replay_figures {
	int64_t events; /* that the service listens to */
	int64_t facts;
	int64_t parked; /* that were not taken, or not at their place */
	int64_t at;     /* where it is, and how far it goes */
	int64_t until;
};

/*
 * DSN is the copy.  TELL, which may be NULL, is called now and then.  RC_OK:
 * done, whatever came out; all else means that it could not be done.
 */
enum rc run_replay(const struct run_desc *desc, const struct conf *conf,
    const char *dsn, void (*tell)(const struct replay_figures *f),
    struct replay_figures *f, struct err *e) MUST_CHECK;

#endif
