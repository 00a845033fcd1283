/* The limits of a rule kit's world: what rules armed, and when each is due. */
#ifndef TESTS_LIB_ARMED_H
#define TESTS_LIB_ARMED_H

#include "common/rule/machine.h"

#define ARMED_MAX 512
#define ARMED_PAUSES_MAX 40

struct armed {
	char thing[64];
	char name[40];
	char casefile[40];
	char division[20];
	char unit[64];
	enum arm_kind kind;
	bool on;
	bool paused;
	struct pause pauses[ARMED_PAUSES_MAX]; /* the last one may be open */
	size_t n_pauses;
	struct limit rule;
	int64_t from;
	int64_t soon; /* 0 once warned */
	int64_t due;
};

struct armed_list {
	struct armed v[ARMED_MAX];
	size_t n;
};

/* NULL when there is none. */
struct armed *armed_find(
    struct armed_list *l, struct str thing, struct str name);
/* Does what a decision of time AT says of limits. */
void armed_take(struct armed_list *l, const struct arming *first, int64_t at,
    const struct registry *registry);
/* When something happens to it: a warning, or its end; INT64_MAX: never. */
int64_t armed_wake(const struct armed *d);
/* The one that wakes first; NULL when there is none. */
struct armed *armed_next(struct armed_list *l);

#endif
