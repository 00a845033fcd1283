/*
 * One simulated world: a database, the services' processes, the bus as far
 * as services see it, people who publish, a clock, and what goes wrong.
 * Everything that happens is one step after another, chosen by the seed.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "common/run/run.h"
#include "tests/sim/dice.h"
#include "tests/sim/fiber.h"
#include "tests/sim/server.h"
#include "tests/sim/store.h"

#define SERVICES 5
#define INSTANCES_MAX 15

/* Everything that may go wrong, counted by kind. */
#define FAULTS(F)                                                              \
	F(crash, "an instance is killed")                                      \
	F(stop, "an instance is told to stop")                                 \
	F(freeze, "an instance stands still, whatever it holds")               \
	F(cut, "a connection breaks, part of what was sent arrives")           \
	F(silence, "a connection is dead and nobody says so")                  \
	F(outage, "the database is gone and comes back")                       \
	F(serialization, "40001")                                              \
	F(deadlock, "40P01")                                                   \
	F(timeout, "57014")                                                    \
	F(unique, "23505")                                                     \
	F(disk_full, "53100")                                                  \
	F(doubt, "a commit that a standby did not confirm")                    \
	F(idle_in_transaction, "the server ends an idle transaction")          \
	F(feed_loss, "the feed loses an event")                                \
	F(feed_again, "the feed brings an event again")                        \
	F(feed_late, "the feed is late")                                       \
	F(poison, "a casefile whose rows cannot be saved")                     \
	F(garbage, "an event that cannot be read")                             \
	F(resend, "an event is published again")                               \
	F(wish, "somebody wants a parked event taken again, or dropped")       \
	F(history, "a fail-over loses the last commits, a new epoch begins")   \
	F(clock, "the clock jumps ahead")

#define F(name, what) FAULT_##name,
enum fault {
	FAULTS(F) FAULT_COUNT
};
#undef F
extern const char *const fault_names[FAULT_COUNT];

/* What the seed decides before anything happens. */
struct plan_of_world {
	size_t instances[SERVICES];
	unsigned rate[FAULT_COUNT]; /* per 100,000 occasions; 0: never */
	size_t n_commands;
	size_t n_steps;  /* at most, before things calm down */
	int64_t step_us; /* a step takes up to so long */
};

enum wait_kind {
	WAIT_NOTHING, /* it may run */
	WAIT_ANSWER,  /* of the database */
	WAIT_WORK,    /* the feed, a signal */
	WAIT_NEVER,   /* it is not running */
};

struct sock;

struct instance {
	size_t service;
	size_t number; /* of all */
	bool wanted;   /* somebody looks after it */
	struct fiber *fiber;
	int pid;
	enum wait_kind wait;
	struct pg_conn *conn; /* it waits for */
	bool on_feed;         /* so does it for these */
	bool on_signal;
	int64_t until_us; /* or for this time */
	int64_t frozen_until_us;
	int64_t start_at_us; /* when it is down */
	int64_t skew_us;     /* of its own wall clock */
	unsigned speed;      /* 1 to 8 */
	bool told_to_stop;
	int exit_code;
	size_t n_failed; /* exits with an error in a row */
	struct sock *socks;
};

struct conn_place {
	struct pg_conn *conn; /* NULL: free */
	struct session *session;
	struct instance *owner;
};
#define CONNS_MAX 64
#define SESSIONS_MAX 128

struct people;
struct watch;
struct moves_seen;
struct fold;

struct counts {
	uint64_t steps;
	uint64_t commits;
	uint64_t statements;
	uint64_t events;
	uint64_t commands;
	uint64_t refused;
	uint64_t deadlines;
	uint64_t parked;
	uint64_t faults[FAULT_COUNT];
};

/* A folder with something that is with who is gone. */
struct stray {
	char casefile[40];
	char division[20];
	const char *service;
};
#define STRAYS_MAX 256

struct world {
	uint64_t seed;
	struct plan_of_world plan;
	struct store store;
	struct dice dice; /* who comes next */
	struct dice luck; /* what goes wrong */
	struct dice body; /* what the world's content is */
	int64_t mono_us;
	int64_t base_us; /* database clock = base + mono */
	bool calm;       /* no more faults */
	bool outage;
	int64_t outage_until_us;
	struct instance instance[INSTANCES_MAX];
	size_t n_instances;
	struct instance *self; /* whose fiber runs */
	int next_pid;
	struct conn_place conn[CONNS_MAX];
	struct session *session[SESSIONS_MAX];
	size_t n_sessions;
	int next_session;
	int64_t announced; /* the feed has said so far */
	int64_t announce_at_us;
	size_t n_reports; /* that people have made */
	struct stray stray[STRAYS_MAX];
	size_t n_strays; /* that are to be told */
	struct people *people;
	struct watch *watch;
	struct history *history;
	const struct fold *fold; /* of a world that is folded */
	size_t settling;         /* the service that is folded */
	struct counts counts;
	uint64_t hash;
	struct moves_seen *moves; /* NULL: nobody wants to know */
	bool verbose;
	char broken[512]; /* which promise; empty: none yet */
};

extern struct world *the_world;
extern const struct run_desc *const services[SERVICES];

void world_init(struct world *w, uint64_t seed, enum defect defect);
/* A world for fold.c: of W's seed, where nothing happens by itself. */
void world_init_folding(struct world *f, const struct world *w);
void world_fini(struct world *w);
/* Faults, people, then calm; until the end or the first broken promise. */
void world_run(struct world *w);
void world_step(struct world *w);

/* settle.c: services only, until nothing is to be done; bounded. */
void world_settle(struct world *w);
bool world_quiet(const struct world *w);

/* What anything in the world may ask or tell. */
void world_broken(const char *fmt, ...) PRINTF(1, 2);
void world_say(const char *fmt, ...) PRINTF(1, 2);
void world_mix(const void *p, size_t n); /* into the hash of the run */
bool world_chance(unsigned permille);
const struct registry *world_registry(void);
/* When a township is merged away in it; 0: never. */
int64_t world_merger_us(void);
void world_set_counties(const struct registry *whole,
    const struct registry *merged, int64_t merger_us);

/* chaos.c */
void chaos_plan(struct world *w);
bool chaos_strikes(enum fault f);
void chaos_count(enum fault f);
const char *chaos_sqlstate(const struct session *s, const struct request *q);
/* Something between two steps. */
void chaos_step(struct world *w);
bool chaos_is_poison(const char *service, struct str casefile);

/* history.c: what the last commits have changed, to be undone. */
struct history;
struct history *history_new(void);
void history_free(struct history **hp);
/* Right before everything of S becomes visible. */
void history_note(struct history *h, const struct session *s);
/* The server comes back without its last N commits. */
void history_cut(struct world *w, size_t n);

/* instance.c */
void instances_make(struct world *w);
bool instance_ready(const struct world *w, const struct instance *i);
void instance_step(struct world *w, struct instance *i);
void instance_crash(struct world *w, struct instance *i);
/* Gives back what it holds, without its help. */
void instance_free(struct instance *i);
/* The next moment at which it might go on by itself. */
int64_t instance_wakes(const struct instance *i);

/* connect.c */
bool world_connect(const char *service, struct pg_conn *conn,
    struct session **session, int *number);
void world_disconnect(int number);
struct session *world_session(struct world *w, const char *who, void *listener);
void world_sweep(struct world *w); /* sessions that have ended */
void connection_cut(struct world *w, struct session *s, size_t keep);
/* Nothing passes any more; both sides must find out by themselves. */
void connection_silence(struct world *w, struct session *s);

/* sock.c: the live feed. */
void feed_step(struct world *w);
bool feed_ready(const struct world *w);
void feed_announce(struct world *w, const struct event *e);
bool feed_waits(const struct instance *i);
void socks_free(struct instance *i);

#endif
