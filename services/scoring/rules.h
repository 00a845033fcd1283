/*
 * Scoring: what counts for which unit, and what it comes to.
 *
 * Every fact counts in the period in which it was recorded.  The journal's
 * time never runs backwards, so a period that has ended never changes again.
 * Nothing here computes in floating point; all results are rounded once,
 * half up, from exact fractions.
 */
#ifndef SCORING_RULES_H
#define SCORING_RULES_H

#include "common/rule/step.h"

/* clang-format off */
#include "common/msg/def_struct.h"
#include "services/scoring/rows.def"
#include "common/msg/def_end.h"
#include "common/msg/def_extern.h"
#include "services/scoring/rows.def"
#include "common/msg/def_end.h"

enum {
#include "common/rule/def_things.h"
#include "services/scoring/states.def"
#include "common/rule/def_end_states.h"
};
#include "common/rule/def_states.h"
#include "services/scoring/states.def"
#include "common/rule/def_end_states.h"

#include "common/rule/def_rules.h"
#include "services/scoring/states.def"
#include "common/rule/def_end_states.h"
/* clang-format on */

extern const struct machine scoring_machine;

static inline const struct row_tally *
scoring_tally_of(const struct row_head *row)
{
	return (const struct row_tally *)row;
}

/*
 * An assessment period, half open, Unix ms.  It is named for the month of
 * its last day: with a scheme that starts on the 19th, 2026-04 is 19 March
 * to 18 April; with one that starts on the 1st, it is April.
 */
struct period {
	struct str name;
	int64_t from;
	int64_t to;
	const struct row_score_scheme *scheme; /* in force in that month */
};

enum period_fault {
	PERIOD_OK,
	PERIOD_NO_MONTH,
	PERIOD_NO_SCHEME
};

/* NAME is borrowed.  *P is written only when the answer is PERIOD_OK. */
enum period_fault scoring_period(
    const struct registry *r, struct str name, struct period *p);
/* The period that AT lies in; its name goes into TEXT. */
#define PERIOD_TEXT 8
enum period_fault scoring_period_at(const struct registry *r, int64_t at,
    char text[PERIOD_TEXT], struct period *p);

/* PART of WHOLE in 1/10,000, half up; 0 when WHOLE is 0 (rules.md 2.4.3). */
int64_t scoring_bp(int64_t part, int64_t whole);

struct rates {
	int64_t response_bp;
	int64_t resolution_bp;
	int64_t satisfaction_bp;
	int64_t composite_tenths;
};
/* All 0 when nobody answered. */
struct rates scoring_rates(
    const struct row_score_scheme *scheme, const struct row_count *c);

/*
 * Places within each group: score descending, then count descending; who is
 * equal in both shares a place, and the next one is left out.
 */
struct standing {
	struct str group;
	int64_t score;
	int64_t count;
	int64_t rank;  /* to be found */
	int64_t peers; /* to be found: how many are in the group */
};
void scoring_rank(struct standing *v, size_t n);

/* What prepare() finds for score.publish: the rule's step->extra. */
struct score_basis {
	int64_t last_revision; /* 0: never published */
	const struct row_count *counts;
	size_t n;
};

/* The counts of B that are scored in P; N of them. */
const struct row_count *scoring_scored(struct step *s, const struct period *p,
    const struct score_basis *b, size_t *n);
/* Their places. */
struct standing *scoring_stand(struct step *s, const struct period *p,
    const struct row_count *counts, size_t n);

/* A day, or an assessment period, that a look is at. */
struct span {
	struct period period; /* without a scheme: a day */
	int64_t cluster_from; /* of a day: how far back clusters are counted */
};
enum span_fault {
	SPAN_OK,
	SPAN_NONE,
	SPAN_NO_SCHEME
};
enum span_fault scoring_span(
    const struct registry *r, struct str name, struct span *span);

/* What prepare() finds for warning.look: the rule's step->extra. */
struct figures {
	const struct row_figure *v;
	size_t n;
};
struct look_basis {
	struct score_basis score; /* of a month */
	struct figures volumes, clusters, reds, ungraded;
	const struct row_alert *warned;
	size_t n_warned;
};

/* Looks at SPAN, called NAME; what it warns of begins casefile NUMBER. */
void scoring_look_at(struct step *s, struct str name, const struct span *span,
    struct str number);
/* The span that the clock asks for; empty: EV is none of W's limits. */
struct str scoring_watched(
    const struct row_watch *w, const struct msg_deadline_lapsed *ev);

/*
 * Counts of tallies in memory: what function scoring.counts() does in the
 * database, done again, for tests that hold the two against each other.
 */
struct counted {
	struct row_count count;
	int64_t closed_in, handled_in, late_in; /* casefile counted last */
};
struct counting {
	struct counted *v; /* by unit */
	size_t n;
	size_t cap;
	int64_t n_casefiles;
};
/*
 * Adds the tallies of one casefile that lie in P and before BEFORE (a seq).
 * Call once a casefile.  False when ARENA, which holds C's memory, is full.
 */
bool scoring_count(struct counting *c, const struct folder *f,
    const struct period *p, int64_t before, struct arena *arena);

#endif
