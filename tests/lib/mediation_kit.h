/* A mediation of Tianying Village in any state, for tests of mediation. */
#ifndef TESTS_MEDIATION_KIT_H
#define TESTS_MEDIATION_KIT_H

#include "services/mediation/rules.h"
#include "tests/lib/rulekit.h"

#define CASE_ID "330122-26-0000417"
#define M1 CASE_ID "/M1"
#define A1 CASE_ID "/A1"
#define VILLAGE "330122109207"
#define COMMITTEE VILLAGE "-MC"
#define CASE STR(CASE_ID)

/*
 * A message that its rule takes in the right state: two neighbours, party-a
 * and party-b; a mediator of the town, on paper, signed and sealed.
 */
struct mediation_command {
	const struct msg_desc *desc;
	const void *msg;
};
extern const struct mediation_command mediation_commands[];
extern const size_t mediation_n_commands;
/* The first so many lead from application to performance. */
#define MEDIATION_STRAIGHT 6

/* The casefile is known; no mediation yet. */
struct kit *mediation_kit_new(const struct registry *r);
/*
 * The same with M1 in STATE (ended: party-b declined; half: party-a has
 * consented), or A1 in STATE; everything at 2026-03-18 09:00.
 */
struct kit *mediation_kit_in(const struct registry *r, const char *state);
/* Sends the command's message from above. */
bool mediation_do(struct kit *k, const struct msg_desc *desc);
/* The same with CHANGES, see vary.h; A must live as long as K. */
bool mediation_send(
    struct kit *k, struct arena *a, const char *type, const char *changes);
/* Both parties consent, heard at the town's command room. */
void mediation_consent_all(struct kit *k);
const struct row_mediation *mediation_row(const struct kit *k);
const struct row_agreement *agreement_row(const struct kit *k);

#endif
