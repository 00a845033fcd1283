/* A penalty case of Fenshui Town in any state, for tests of enforcement. */
#ifndef TESTS_PENALTY_KIT_H
#define TESTS_PENALTY_KIT_H

#include "services/enforcement/rules.h"
#include "tests/lib/rulekit.h"

#define CASE_ID "330122-26-0000417"
#define P1 CASE_ID "/P1"
#define VILLAGE "330122109200"
#define TEAM "330122109-ZF"
#define BUREAU "330122-ZF-ZF"
#define CASE STR(CASE_ID)

/* Two officers each, all certified on 2026-03-18. */
extern const struct strs team_officers;
extern const struct strs bureau_officers;

/*
 * A message that its rule takes in the right state: item SR001 (a fine of
 * 50 to 500 yuan), 300 yuan proposed and decided, reviewed by the office.
 */
struct penalty_command {
	const struct msg_desc *desc;
	const void *msg;
};
extern const struct penalty_command penalty_commands[];
extern const size_t penalty_n_commands;
/* The first so many lead from filing to closing. */
#define PENALTY_STRAIGHT 10

/* The casefile is known; no penalty yet. */
struct kit *penalty_kit_new(const struct registry *r);
/* The same with P1 in STATE, everything at 2026-03-18 09:00. */
struct kit *penalty_kit_in(const struct registry *r, const char *state);
/* Sends the command's message from above. */
bool penalty_do(struct kit *k, const struct msg_desc *desc);
/* The same with CHANGES, see vary.h; A must live as long as K. */
bool penalty_send(
    struct kit *k, struct arena *a, const char *type, const char *changes);
const struct row_penalty *penalty_row(const struct kit *k);

#endif
