/* Whether rules mark what they change: a row unmarked is not saved. */
#ifndef TESTS_SAVED_H
#define TESTS_SAVED_H

#include "common/rule/machine.h"

struct saved;

/* Remembers every row of F as it is, and unmarks it. */
struct saved *saved_keep(const struct machine *m, struct folder *f);
/* Dies if one of them has changed and is not marked to be saved. */
void saved_check(struct saved **sp);

#endif
