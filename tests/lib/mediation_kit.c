#include "tests/lib/mediation_kit.h"

#include "tests/lib/vary.h"

#include <string.h>

#define HASH                                                                   \
	STR("0123456789abcdef0123456789abcdef"                                 \
	    "0123456789abcdef0123456789abcdef")
#define ROOM STR("330122109-CMD")

static const struct str both[] = { STR("party-a"), STR("party-b") };

static const struct msg_mediation_apply apply = {
	.casefile = CASE,
	.kind = STR("neighbour"),
	.parties = { both, 2 },
	.unit = STR(COMMITTEE),
};
static const struct msg_mediation_consent consent_a = {
	.mediation = STR(M1), .party = STR("party-a"), .unit = ROOM
};
static const struct msg_mediation_consent consent_b = {
	.mediation = STR(M1), .party = STR("party-b"), .unit = ROOM
};
static const struct msg_mediation_decline decline = {
	.mediation = STR(M1), .party = STR("party-b"), .unit = ROOM
};
static const struct msg_mediation_climb climb = { .mediation = STR(M1),
	.reason = STR("the wall is the town's"),
	.unit = STR(COMMITTEE) };
static const struct msg_mediation_fail fail_it = { .mediation = STR(M1),
	.ways = STR("the court of the county"),
	.unit = STR(COMMITTEE) };
static const struct msg_agreement_make make = {
	.mediation = STR(M1),
	.form = STR("written"),
	.sha256 = HASH,
	.signed_by = { both, 2 },
	.sealed = true,
	.unit = STR(COMMITTEE),
	.officer = STR("OF-TJ-0029"),
};
static const struct msg_agreement_ask_confirmation ask_confirmation = {
	.agreement = STR(A1), .parties = { both, 2 }, .unit = ROOM
};
static const struct msg_agreement_perform perform = { .agreement = STR(A1),
	.unit = STR(COMMITTEE) };

const struct mediation_command mediation_commands[] = {
	{ &msg_mediation_apply_desc, &apply },
	{ &msg_mediation_consent_desc, &consent_a },
	{ &msg_mediation_consent_desc, &consent_b },
	{ &msg_agreement_make_desc, &make },
	{ &msg_agreement_ask_confirmation_desc, &ask_confirmation },
	{ &msg_agreement_perform_desc, &perform },
	/* From here on: off the straight line. */
	{ &msg_mediation_decline_desc, &decline },
	{ &msg_mediation_climb_desc, &climb },
	{ &msg_mediation_fail_desc, &fail_it },
};
const size_t mediation_n_commands = ARRAY_LEN(mediation_commands);

static const void *
message(const struct msg_desc *desc)
{
	for (size_t i = 0; i < mediation_n_commands; i++)
		if (mediation_commands[i].desc == desc)
			return mediation_commands[i].msg;
	never("no such command");
}

bool
mediation_do(struct kit *k, const struct msg_desc *desc)
{
	return kit_send(k, desc, message(desc));
}

bool
mediation_send(
    struct kit *k, struct arena *a, const char *type, const char *changes)
{
	const struct msg_desc *desc = msg_find(str_of(type));

	must(desc != NULL);
	return kit_send(k, desc, vary(a, desc, message(desc), changes));
}

void
mediation_consent_all(struct kit *k)
{
	must(kit_send(k, &msg_mediation_consent_desc, &consent_a));
	must(kit_send(k, &msg_mediation_consent_desc, &consent_b));
}

struct kit *
mediation_kit_new(const struct registry *r)
{
	struct kit *k = kit_new(&mediation_machine, r);

	kit_place(k, VILLAGE);
	must(KIT_SEND(k, casefile_opened, .casefile = CASE,
	    .matter = STR("DP-001"), .channel = STR("grid")));
	return k;
}

/* How many commands of the straight line lead there. */
static size_t
steps_to(const char *state)
{
	static const struct {
		const char *state;
		size_t n;
	} ways[] = { { "applied", 1 }, { "half", 2 }, { "ended", 1 },
		{ "in_mediation", 3 }, { "agreed", 4 }, { "made", 4 },
		{ "breached", 4 }, { "confirming", 5 }, { "performed", 6 },
		{ "closed", 6 } };

	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (strcmp(ways[i].state, state) == 0)
			return ways[i].n;
	never("no such state");
}

struct kit *
mediation_kit_in(const struct registry *r, const char *state)
{
	struct kit *k = mediation_kit_new(r);
	size_t n = steps_to(state);

	for (size_t i = 0; i < n; i++)
		must(kit_send(
		    k, mediation_commands[i].desc, mediation_commands[i].msg));
	if (strcmp(state, "ended") == 0)
		must(mediation_do(k, &msg_mediation_decline_desc));
	if (strcmp(state, "breached") == 0)
		must(kit_fire(k, "overdue", A1, "part"));
	return k;
}

const struct row_mediation *
mediation_row(const struct kit *k)
{
	return (const struct row_mediation *)kit_row(k, M1);
}

const struct row_agreement *
agreement_row(const struct kit *k)
{
	return (const struct row_agreement *)kit_row(k, A1);
}
