/*
 * Life cycles as tables, and the one engine that walks them (pure).
 *
 * A service owns things (task, call, ...): stored rows of a casefile, each
 * with a state.  Its states.def is a list of moves: in these states, on this
 * message, a rule decides and the thing goes to that state.  What the table
 * does not list is refused, with what it does list.
 */
#ifndef RULE_MACHINE_H
#define RULE_MACHINE_H

#include "common/msg/envelope.h"
#include "common/registry/registry.h"

/* Begins every row; ROW_HEAD in the .def makes it so. */
struct row_head {
	struct str id;
	struct str casefile;
	struct str division;
	struct str state;
};
#define ROW_HEAD(m)                                                            \
	FIELD(m, str, id, REQUIRED, 48, AS_THING, "Id")                        \
	FIELD(m, str, casefile, REQUIRED, 32, AS_CASEFILE, "Casefile")         \
	FIELD(m, str, division, REQUIRED, 15, AS_DIVISION, "Where")            \
	FIELD(m, str, state, REQUIRED, 16, AS_WORD, "Where it stands")

#define STATES_MAX 24
#define THINGS_MAX 24

/* One kind of thing. */
struct thing {
	const char *name; /* "task" */
	const char *mark; /* ids are <casefile>/<mark><n>; NULL: casefile */
	const struct msg_desc *row;
	const char *load; /* query, see common/run/things.h */
	const char *save;
	const char *states[STATES_MAX]; /* [0] is "new", before its birth */
};

struct step;
typedef void rule_fn(struct step *s);

/* Sets of states, and where a move leads. */
#define STATE_NEW 0
#define IN(state) (UINT32_C(1) << (state))
#define STAY (-1)

/* The rule of a move that only goes. */
rule_fn just_go;

/* Which rows a message means. */
enum aim {
	AIM_ID,    /* the one whose id is the message's first field */
	AIM_EACH,  /* every one of the casefile that is in a FROM state */
	AIM_NEW,   /* none yet: the rule makes one, or does not */
	AIM_ALONG, /* none by itself: another row's rule takes it along */
};

struct move {
	int thing; /* index into the machine's things */
	enum aim aim;
	uint32_t from; /* states it starts in (AIM_NEW: IN(STATE_NEW)) */
	const struct msg_desc *on;
	const char *limit; /* of a deadline message; NULL for others */
	int to;            /* or STAY */
	rule_fn *rule;
};

struct reason {
	const char *code;
	const char *text;
};

struct machine {
	const char *service;
	const struct thing *things;
	size_t n_things;
	const struct move *moves;
	size_t n_moves;
	const struct reason *reasons;
	size_t n_reasons;
};

/* One row in memory. */
struct held {
	struct held *next; /* of the same casefile; see folder_put() */
	int thing;
	bool dirty; /* to be saved */
	struct row_head *row;
};

/*
 * Every row that a service has of one casefile, in one order: by thing, then
 * by the length of the id and its bytes.  So rules see the same whether rows
 * were born a moment ago or come out of the database.
 */
struct folder {
	struct str casefile;
	struct held *first;
	struct held *last;
	size_t n;
};
void folder_put(struct folder *f, struct held *h);

/* What one event led to; everything lives in the batch's arena. */
struct emission {
	struct emission *next;
	const struct msg_desc *desc;
	const void *msg;
	struct str subject;
	struct str division;
};

enum arm_kind {
	ARM_DUTY,
	ARM_QUIET,
	ARM_WINDOW
};
enum arm_what {
	ARM_SET,
	ARM_MEET,
	ARM_MEET_ALL,
	ARM_PAUSE,
	ARM_RESUME,
	ARM_REHOME /* all that run in the casefile */
};

struct arming {
	struct arming *next;
	enum arm_what what;
	enum arm_kind kind;
	struct str thing;
	const char *name; /* of the limit: "finish"; NULL: all */
	struct str casefile;
	struct str division;
	struct str unit;
	struct limit rule;
	int64_t from;
	int64_t soon;
	int64_t due;
	bool provisional;
	const char *why; /* of a pause */
};

struct decision {
	struct emission *emissions;
	struct emission **emissions_end;
	struct arming *armings;
	struct arming **armings_end;
	const char *refused; /* reason code, NULL if not */
	struct str reason;   /* the sentence */
	struct strs allowed;
};

/* What a rule gets: everything that it may know. */
struct step {
	const struct machine *machine;
	const struct registry *registry;
	const struct msg_envelope *env; /* the cause */
	const struct msg_desc *desc;
	const void *msg; /* its message, decoded */
	int64_t at;      /* when the cause was recorded: the rule's now */
	int64_t seq;
	struct row_head *row; /* the thing; NULL for AIM_NEW */
	struct folder *folder;
	struct decision *decision;
	struct arena *arena;
	const void *extra;       /* what the service's prepare() found */
	const struct move *move; /* the row of the table that applies */
	struct held *near;       /* row that was looked at last, or NULL */
};

void decision_init(struct decision *d);

/*
 * Applies one event to FOLDER.  Facts that fit nothing are passed over;
 * a command that fits nothing, or whose rule refuses, changes nothing and
 * leaves one emission, command.refused.  True if any move applied.
 */
bool machine_apply(const struct machine *m, struct step *s);

/* Whether any move listens to this message. */
bool machine_listens(const struct machine *m, const struct msg_desc *desc);

/* Index of STATE among THING's states; never for an unknown one. */
int thing_state(const struct thing *t, struct str state);

/* Whether THING stays in STATE for good. */
bool machine_ends(const struct machine *m, int thing, int state);
/* The life cycle of one thing as Graphviz, for the documentation. */
void machine_dot(const struct machine *m, int thing, struct buf *out);
/* The first fault of the tables themselves, NULL when they are sound. */
const char *machine_check(const struct machine *m);

#endif
