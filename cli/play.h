/*
 * Playing a written day: reports at their times, and a crew that does what
 * staff would do, in the sandbox's time.  Everything is decided from the
 * script and from hashes of ids, so the same day gives the same journal.
 */
#ifndef CLI_PLAY_H
#define CLI_PLAY_H

#include "cli/csv.h"
#include "common/bus/bell.h"
#include "common/bus/log.h"
#include "common/bus/publish.h"
#include "common/db/db.h"
#include "common/registry/registry.h"

/* One row of crew.csv: what the desk makes of a report. */
struct script {
	struct str report;
	bool accept;
	struct str matter;
	struct str refuse_kind;
	struct str way;
	bool need_call;
	struct str main_unit;
	struct strs assisting;
	struct str path; /* task, penalty, mediation */
};

/* One report of day.jsonl, ready to publish but for the sealing. */
struct written {
	int64_t at;
	struct str id;
	struct str division;
	struct str envelope; /* msgpack */
	struct str sealed;   /* plain, msgpack */
	const struct script *script;
};

/* What the crew remembers of a casefile. */
struct memory {
	struct memory *next; /* in its hash bucket */
	struct str number;
	struct str division;
	const struct written *report;
	struct str matter;
	bool decided; /* accepted, refused or merged */
	bool open;    /* see play.n_open */
	bool called;
	bool elsewhere; /* with enforcement or mediation */
	struct str call_class;
	bool gathered;     /* its call has the lead */
	bool submitted;    /* ... and the lead says it is done */
	bool call_over;    /* ... and nobody is bound by it */
	struct str missed; /* who never came, with blanks between */
	struct str giver;  /* of its last task */
	int64_t sent_back; /* how often its last task was */
	struct str penalty_unit;
	int64_t fine_fen;
};

/* Something to publish at a time of the sandbox. */
struct action {
	int64_t at;
	int64_t order;                /* ties: first planned, first done */
	const struct written *report; /* or */
	const struct msg_desc *desc;
	const void *msg;
	struct memory *about;
	const char *unless; /* skip when this has become true: "decided" ... */
};

#define MEMORY_BUCKETS 1024

struct play {
	struct db *db;
	struct publisher *publisher;
	struct log_reader *log;
	struct bell *bell;
	struct registry *registry;
	struct arena *arena; /* for the whole play */
	struct args args;

	struct written *reports;
	size_t n_reports;
	struct script *scripts;
	size_t n_scripts;

	struct action *heap;
	size_t n_heap, heap_cap;
	int64_t n_planned;
	struct memory *memory[MEMORY_BUCKETS];
	struct officer_of *officers;
	size_t n_officers;

	int64_t now;
	int64_t until;    /* plan nothing after this */
	int64_t seen_seq; /* facts taken in so far */
	int64_t published, refused;
	bool quiet;     /* no progress line */
	bool staff;     /* of a sandbox: its reports are others' */
	int64_t n_open; /* of those, how many have not come to their end */
	bool load;      /* the pack, too */
};

/* play_read.c */
enum rc play_read(struct play *p, const char *dir, struct err *e) MUST_CHECK;

/*
 * play_load.c: a database to which nothing was written becomes a sandbox, at
 * the first hour of the day; then its pack is loaded unless it is.
 */
enum rc play_load(
    struct play *p, const char *dir, const char *dsn, struct err *e) MUST_CHECK;

/* crew.c: plans what follows from one fact. */
void crew_react(struct play *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, int64_t at);
bool crew_still_wants(const struct action *a);
enum rc crew_open(struct play *p, struct err *e) MUST_CHECK;

/* play_agenda.c: nothing is planned for after the end of the play. */
void play_plan(struct play *p, struct action a);
/* Takes the earliest off; there must be one. */
struct action play_next(struct play *p);
/* At the end the board asks for the scores of both periods it touched. */
void play_plan_scores(struct play *p);

/* play_act.c: publishes; a refusal is counted and told. */
enum rc play_act(
    struct play *p, const struct action *a, struct err *e) MUST_CHECK;

/* play.c */
/* Of casefile NUMBER, made at its first mention; never NULL. */
struct memory *play_memory(struct play *p, struct str number);
/*
 * Once everything is done that was to be done: what was said goes to the
 * crew, and the clock on to the next thing that happens, an action or a limit
 * that runs out; *MORE: there is one before the end of the play.
 */
enum rc play_step(struct play *p, bool *more, struct err *e) MUST_CHECK;
/* Waits until every service has caught up, and hears what was said. */
enum rc play_listen(struct play *p, int64_t *wake_at, struct err *e) MUST_CHECK;

/* play_staff.c: for ever; returns when something is wrong. */
enum rc play_staff(struct play *p, struct err *e) MUST_CHECK;
/* Whether a fact ends the work on one, or begins it. */
void play_count(
    struct play *p, struct memory *m, const struct msg_desc *desc, int64_t at);

#endif
