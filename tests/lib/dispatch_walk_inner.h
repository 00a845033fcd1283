/* Inside the random walk: what its files share. */
#ifndef TESTS_DISPATCH_WALK_INNER_H
#define TESTS_DISPATCH_WALK_INNER_H

#include "tests/lib/dispatch_walk.h"

struct row_call;

/* 0 to N - 1. */
uint64_t walk_dice(struct walk *w, uint64_t n);
#define ONE_OF(w, list) str_of((list)[walk_dice((w), ARRAY_LEN(list))])
/* Any of those that there are, or nobody. */
struct str walk_officer(struct walk *w);
struct str walk_any_unit(struct walk *w);
/* Mostly the right unit. */
struct str walk_unit(struct walk *w, struct str right);
/* Mostly one. */
struct str walk_reason(struct walk *w);
/* Row N of MARK, "T" or "C"; NULL when there are not so many. */
const struct row_head *walk_row(
    const struct kit *k, const char *mark, size_t n);
/* Mostly the last row of MARK, "T" or "C"; NULL: none. */
const struct row_head *walk_some(struct walk *w, const char *mark);

#define SEND(w, m, ...)                                                        \
	((w)->desc = &msg_##m##_desc,                                          \
	    kit_send((w)->k, (w)->desc, &(struct msg_##m){ __VA_ARGS__ }))

/* dispatch_walk_casefile.c */
#define OTHER_CASE "330122-26-0000418"
bool walk_casefile(struct walk *w);
/* What other casefiles say about this one, once it was merged. */
bool walk_parent(struct walk *w);

/* dispatch_walk_card.c */
extern const char *const walk_warnings[WALK_IDS];
bool walk_card(struct walk *w);
bool walk_warning(struct walk *w);
bool walk_admission(struct walk *w);

/* dispatch_walk_structure.c */
bool walk_structure(struct walk *w);
void walk_end_structure(struct walk *w);

/* dispatch_walk_call.c */
/* Something about calls, sensible or not. */
bool walk_call(struct walk *w);
/* Who is there for a department. */
struct str walk_sender(struct str of);
/* dispatch_walk_end.c */
/* Everybody does what is theirs until C is released. */
void walk_end_call(struct walk *w, const struct row_call *c);

#endif
