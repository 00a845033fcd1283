/*
 * The database in memory: the tables that the service loop and the services
 * use, the journal, and the defects that can be planted in them.
 */
#ifndef SIM_STORE_H
#define SIM_STORE_H

#include "common/base/arena.h"
#include "common/rule/machine.h"
#include "tests/sim/table.h"

#define SLOT_COUNT 8

/* The columns of the tables that are no things, keys first. */
#define STORE_TABLES(T)                                                        \
	T(cursor, "run.cursor", 2)                                             \
	T(deadline, "run.deadline", 3)                                         \
	T(pause, "run.pause", 4)                                               \
	T(parked, "run.parked", 2)                                             \
	T(request, "run.parked_request", 1)                                    \
	T(parked_log, "run.parked_log", 2)                                     \
	T(instance, "run.instance", 2)                                         \
	T(sealed, "vault.sealed", 2)                                           \
	T(identity, "vault.identity", 1)
#define CURSOR_COLUMNS(C)                                                      \
	C(cursor, service, TEXT) C(cursor, slot, I64) C(cursor, seq, I64)
#define DEADLINE_COLUMNS(C)                                                    \
	C(deadline, service, TEXT)                                             \
	C(deadline, thing, TEXT)                                               \
	C(deadline, name, TEXT)                                                \
	C(deadline, casefile, TEXT)                                            \
	C(deadline, division, TEXT)                                            \
	C(deadline, unit, TEXT)                                                \
	C(deadline, kind, TEXT)                                                \
	C(deadline, state, TEXT)                                               \
	C(deadline, rule, TEXT)                                                \
	C(deadline, armed_at, TIME)                                            \
	C(deadline, soon_at, TIME)                                             \
	C(deadline, due_at, TIME)                                              \
	C(deadline, wake_at, TIME)                                             \
	C(deadline, provisional, BOOL)                                         \
	C(deadline, cycle, I64)                                                \
	C(deadline, met_at, TIME)                                              \
	C(deadline, cause, TEXT)                                               \
	C(deadline, trace, TEXT)
#define PAUSE_COLUMNS(C)                                                       \
	C(pause, service, TEXT)                                                \
	C(pause, thing, TEXT)                                                  \
	C(pause, name, TEXT)                                                   \
	C(pause, from_at, TIME) C(pause, to_at, TIME) C(pause, reason, TEXT)
#define PARKED_COLUMNS(C)                                                      \
	C(parked, service, TEXT)                                               \
	C(parked, seq, I64)                                                    \
	C(parked, casefile, TEXT)                                              \
	C(parked, reason, TEXT) C(parked, tries, I64) C(parked, retry_at, TIME)
#define REQUEST_COLUMNS(C)                                                     \
	C(request, id, I64)                                                    \
	C(request, service, TEXT)                                              \
	C(request, action, TEXT)                                               \
	C(request, casefile, TEXT)                                             \
	C(request, seq, I64)                                                   \
	C(request, who, TEXT)                                                  \
	C(request, reason, TEXT)                                               \
	C(request, asked_at, TIME)                                             \
	C(request, done_at, TIME) C(request, outcome, TEXT)
#define PARKED_LOG_COLUMNS(C)                                                  \
	C(parked_log, service, TEXT)                                           \
	C(parked_log, seq, I64)                                                \
	C(parked_log, casefile, TEXT)                                          \
	C(parked_log, action, TEXT)                                            \
	C(parked_log, after_seq, I64)                                          \
	C(parked_log, tries, I64)                                              \
	C(parked_log, why, TEXT)                                               \
	C(parked_log, who, TEXT) C(parked_log, reason, TEXT)
#define INSTANCE_COLUMNS(C)                                                    \
	C(instance, service, TEXT)                                             \
	C(instance, pid, I64) C(instance, seen_at, TIME)
#define SEALED_COLUMNS(C)                                                      \
	C(sealed, source, TEXT)                                                \
	C(sealed, id, TEXT) C(sealed, digest, BYTES) C(sealed, box, BYTES)
#define IDENTITY_COLUMNS(C)                                                    \
	C(identity, token, TEXT)                                               \
	C(identity, report, TEXT)                                              \
	C(identity, source, TEXT)                                              \
	C(identity, id, TEXT)                                                  \
	C(identity, person, BYTES)                                             \
	C(identity, sealed, BYTES)                                             \
	C(identity, key_id, TEXT)                                              \
	C(identity, created_at, TIME) C(identity, box_key, TEXT)
#define STORE_COLUMNS(C)                                                       \
	CURSOR_COLUMNS(C)                                                      \
	DEADLINE_COLUMNS(C)                                                    \
	PAUSE_COLUMNS(C)                                                       \
	PARKED_COLUMNS(C)                                                      \
	REQUEST_COLUMNS(C)                                                     \
	PARKED_LOG_COLUMNS(C)                                                  \
	INSTANCE_COLUMNS(C) SEALED_COLUMNS(C) IDENTITY_COLUMNS(C)

#define T(name, text, n_key) TABLE_##name,
enum store_table {
	STORE_TABLES(T) TABLE_FIXED
};
#undef T

#define C(table, name, type) COL_##table##_##name,
enum {
	CURSOR_COLUMNS(C) COLS_cursor
};
enum {
	DEADLINE_COLUMNS(C) COLS_deadline
};
enum {
	PAUSE_COLUMNS(C) COLS_pause
};
enum {
	PARKED_COLUMNS(C) COLS_parked
};
enum {
	REQUEST_COLUMNS(C) COLS_request
};
enum {
	PARKED_LOG_COLUMNS(C) COLS_parked_log
};
enum {
	INSTANCE_COLUMNS(C) COLS_instance
};
enum {
	SEALED_COLUMNS(C) COLS_sealed
};
enum {
	IDENTITY_COLUMNS(C) COLS_identity
};
#undef C

/* Defects of a database (or of its use) that the checks must notice. */
#define DEFECTS(D)                                                             \
	D(none, "nothing is wrong")                                            \
	D(cursor_first, "the cursor's move outlives a rollback")               \
	D(no_dedup, "the same (source, id) gets a second row")                 \
	D(early_deadline, "limits are due an hour before their time")          \
	D(no_locks, "FOR UPDATE SKIP LOCKED locks nothing")                    \
	D(resend_new, "an unknown outcome is published again as new")          \
	D(wrong_state, "now and then a row is saved in another state")         \
	D(lost_facts, "now and then a commit loses its facts")                 \
	D(lost_rows, "now and then a commit loses one row")                    \
	D(no_numbers_lock, "events are numbered without the lock")             \
	D(live_first, "events are announced before they are committed")        \
	D(never_met, "a limit that is met keeps running")                      \
	D(fired_again, "a limit that fired is not marked")                     \
	D(parked_lost, "what is put aside is not written down")                \
	D(arm_lost, "now and then a limit is not armed")                       \
	D(cut_column, "one column is left out when a row is saved again")

#define D(name, what) DEFECT_##name,
enum defect {
	DEFECTS(D) DEFECT_COUNT
};
#undef D

struct event {
	int64_t seq;
	int64_t at_us; /* since 1970 */
	int epoch;
	int slot;
	struct str source, id, type, subject, division, digest, envelope;
	bool again; /* folding: a service has said it once more */
	char bytes[];
};

struct session;

struct journal {
	struct event **v; /* committed, by seq */
	size_t n;
	size_t cap;
	size_t *index; /* of (source, id): place in v + 1 */
	size_t index_cap;
	int epoch;
	struct session *holder; /* of the lock */
	int64_t last_number;    /* for the defect that needs it */
};

struct plan;

struct store {
	struct table fixed[TABLE_FIXED];
	struct table *things;
	size_t n_things;
	struct column *thing_columns;
	struct journal journal;
	struct plan **plans;
	size_t n_plans;
	struct arena *scratch; /* of one statement */
	int64_t now_us;        /* the database's clock, since 1970 */
	uint64_t unlocked;     /* counts releases of locks */
	enum defect defect;
	bool folding;    /* the journal is all there; nothing fires */
	int64_t fold_to; /* so much of it may be seen */
};

extern const char *const defect_names[DEFECT_COUNT];
extern const char *const defect_texts[DEFECT_COUNT];

void store_init(
    struct store *st, const struct machine *const *machines, size_t n_machines);
void store_fini(struct store *st);
/* By its name in the database; NULL: no such table. */
struct table *store_table(struct store *st, struct str name);

int journal_slot(struct str subject, int64_t seq);
int64_t journal_head(const struct journal *j);
const struct event *journal_at(const struct journal *j, int64_t seq);
struct event *journal_find(
    const struct journal *j, struct str source, struct str id);
/* Takes over E. */
void journal_add(struct journal *j, struct event *e);
/* The last N never were. */
void journal_cut(struct journal *j, size_t n);
struct event *event_new(const struct event *like);

/* Microseconds since 1970 as PostgreSQL counts, and back to milliseconds. */
int64_t pg_time(int64_t us);
int64_t pg_time_ms(struct str cell);

#endif
