/*
 * Inside huying case: what the events of one casefile come to, folded one
 * by one (case_view.c, pure), and how it is shown.
 */
#ifndef CLI_CASE_H
#define CLI_CASE_H

#include "cli/cli.h"
#include "cli/names.h"
#include "cli/print.h"

#define CASE_THINGS_MAX 512
#define CASE_CALLS_MAX 64
#define CASE_ATTENDANCES_MAX 512
#define CASE_BUNDLES_MAX 16
#define CASE_STEPS_MAX 256

/* A task, call, card, ...: child of the casefile. */
struct case_thing {
	struct str id;
	const struct msg_desc *last; /* what was said of it last */
	int64_t at;
	struct str unit;     /* who has it; who decides a dispute */
	struct str rung;     /* of a dispute */
	int64_t books_until; /* 0: not on the books */
	bool ended;
};

/* One department of one call. */
struct case_attendance {
	struct str call;
	struct str unit;
	struct str role;
	struct str officer;
	int64_t asked_at;
	int64_t report_in_by;
	int64_t signed_at; /* 0: not (yet); the same below */
	int64_t here_at;
	int64_t refused_at;
	int64_t missed_at;
	bool late;
	bool away; /* lost, and not there again */
	bool ungraded;
	int64_t lost;       /* how often */
	const char *let_go; /* "excused", "freed" or NULL */
	int64_t score;      /* or CASE_NO_SCORE */
};
#define CASE_NO_SCORE (-1)

struct case_call {
	struct str id;
	struct str class;
	struct str unit;
	struct str partner; /* room of the other township, if any */
	struct str reason;
	int64_t raised_at;
	bool over; /* released or called off */
};

/* One thing, and its steps: <bundle>/<code of the template>. */
struct case_bundle {
	struct str id;
	struct str template;
	struct str unit; /* who leads */
	const char *state;
	int64_t at; /* since then */
	int64_t started_at;
	int64_t finish_by;
	int64_t forecast; /* of a lagging one; 0: it does not lag */
};

struct case_step {
	struct str id;
	struct str unit;
	struct str task;
	struct strs after;
	const struct strs *asked; /* papers, while its state is that */
	const char *state;
	int64_t at;
	int64_t due; /* 0: nothing is */
};

struct case_view {
	struct str number;
	struct str division;
	struct str matter;
	struct str channel;
	struct str place; /* in words */
	struct str tier;
	struct str outcome;
	struct str handler; /* unit that handled it last */
	struct str into;    /* casefile that it was merged into */
	struct str visit;   /* at whose door it was said */
	struct strs beside; /* what else was said there, by number */
	const char *state;  /* "in hand"; NULL: nothing is known of it */
	int64_t state_at;
	int64_t received_at;
	int64_t promise; /* to the citizen; 0: none */
	int64_t handled_at;
	struct case_thing things[CASE_THINGS_MAX];
	size_t n_things;
	bool cut; /* there are more of them than that */
	struct case_call calls[CASE_CALLS_MAX];
	size_t n_calls;
	struct case_attendance attendances[CASE_ATTENDANCES_MAX];
	size_t n_attendances;
	struct case_bundle bundles[CASE_BUNDLES_MAX];
	size_t n_bundles;
	struct case_step steps[CASE_STEPS_MAX];
	size_t n_steps;
};

/* One event of the casefile, decoded. */
struct case_event {
	int64_t seq;
	int64_t at;
	struct msg_envelope env;
	const struct msg_desc *desc; /* NULL: not known to this version */
	const void *msg;
};

/* A row of run.deadline. */
struct case_limit {
	struct str service;
	struct str thing;
	struct str name;
	struct str unit;
	struct str kind;
	struct str state;
	struct str rule;
	struct str paused_for; /* reason of the open pause */
	int64_t armed_at;
	int64_t due_at;
	int64_t met_at;
	int64_t paused_at;
	bool provisional;
};

/* Everything about one casefile; all of it lives in the arena. */
struct case_file {
	struct arena *arena;
	struct names names;
	struct printer printer;
	int64_t now;
	struct case_event *events;
	size_t n_events;
	struct case_limit *limits;
	size_t n_limits;
	struct case_view view;
};

/* case.c: row I of seq, at, envelope. */
void case_read_event(struct case_file *c, const struct rows *rows, size_t i,
    struct case_event *ev);
/* The message's field NAME; NULL: it has none of that type. */
const void *case_value(
    const struct case_event *ev, const char *name, enum wire_type type);
bool case_says(const struct case_event *ev, const char *type);
/* case_view.c: takes in one event; what does not fit is left out. */
void case_view_add(struct case_view *v, const struct case_event *ev);
/* The words for a casefile of which TYPE was said last; NULL: says nothing. */
const char *case_state(struct str type);
bool case_limit_runs(const struct case_limit *l);
/* It runs, or has run out and what it holds is still to be done. */
bool case_limit_awaited(const struct case_view *v, const struct case_limit *l);
/* "met, 12m before", "missed by 35m", "running, in 2d", ... */
void case_put_limit(const struct case_view *v, const struct case_limit *l,
    int64_t now, struct buf *out);

/* Until when one of its tasks is on the books; 0: none is. */
int64_t case_still_until(const struct case_view *v);
/* A promise that is not kept yet; it may STILL stand still until then. */
void case_put_promise(
    int64_t promise, int64_t still, int64_t now, struct buf *out);

/* case_call.c: the same for calls, and their lines. */
void case_call_add(struct case_view *v, const struct case_event *ev);
void case_put_calls(struct case_file *c, struct buf *out);

/* case_bundle.c: the same for bundles and steps, and their tree. */
void case_bundle_add(struct case_view *v, const struct case_event *ev);
void case_put_bundles(struct case_file *c, struct buf *out);

/* case_text.c, case_head.c (of it), case_json.c */
void case_print_text(struct case_file *c, struct buf *out);
void case_put_head(struct case_file *c, struct buf *out);
void case_print_json(struct case_file *c, struct buf *out);

/* case_list.c: -1 or exit code. */
struct case_list_options {
	const char *dsn;
	const char *state;
	const char *division;
	int64_t limit;
	bool json;
	bool colour;
	bool trace; /* show: causes and effects */
	bool ascii;
};
int case_list(const struct case_list_options *o);

#endif
