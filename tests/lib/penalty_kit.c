#include "tests/lib/penalty_kit.h"

#include "tests/lib/vary.h"

#include <string.h>

#define OFFICE STR("330122109-SFS")
#define HASH                                                                   \
	STR("0123456789abcdef0123456789abcdef"                                 \
	    "0123456789abcdef0123456789abcdef")

static const struct str team[] = { STR("OF-ZF-0028"), STR("OF-ZF-0029") };
static const struct str bureau[] = { STR("OF-ZF-0057"), STR("OF-ZF-0058") };
const struct strs team_officers = { team, 2 };
const struct strs bureau_officers = { bureau, 2 };

static const struct msg_jurisdiction_ask ask = { .casefile = CASE,
	.item = STR("SR001"),
	.severity = STR("light"),
	.unit = STR(TEAM) };
static const struct msg_penalty_file file = {
	.casefile = CASE,
	.item = STR("SR001"),
	.severity = STR("light"),
	.party = STR("party-1"),
	.party_kind = STR("citizen"),
	.officers = { team, 2 },
	.unit = STR(TEAM),
};
static const struct msg_penalty_add_evidence add_evidence = { STR(P1),
	STR("scene"), HASH, { team, 2 }, STR(TEAM) };
static const struct msg_penalty_conclude conclude = { STR(P1), STR("fine"),
	30000, STR(TEAM), STR("OF-ZF-0028") };
static const struct msg_penalty_notice notice = { STR(P1), true, false,
	STR(TEAM), STR("OF-ZF-0028") };
static const struct msg_penalty_state state = { .penalty = STR(P1),
	.unit = STR(TEAM) };
static const struct msg_review_ask review_ask = { .penalty = STR(P1),
	.unit = STR(TEAM) };
static const struct msg_review_pass review_pass = { STR(P1), OFFICE,
	STR("OF-FS-0007") };
static const struct msg_review_return review_return = { STR(P1),
	STR("photo without date"), OFFICE, STR("OF-FS-0007") };
static const struct msg_penalty_decide decide = { STR(P1), STR("2026-1"),
	STR("fine"), 30000, STR(TEAM), STR("") };
static const struct msg_penalty_serve serve = { .penalty = STR(P1),
	.unit = STR(TEAM) };
static const struct msg_penalty_close close_it = {
	.penalty = STR(P1), .paid_fen = 30000, .unit = STR(TEAM)
};
static const struct msg_penalty_end end = {
	.penalty = STR(P1), .outcome = STR("slight"), .unit = STR(TEAM)
};
static const struct msg_penalty_transfer transfer = {
	.penalty = STR(P1), .reason = STR("looks like fraud"), .unit = STR(TEAM)
};
static const struct msg_penalty_take_back take_back = { .penalty = STR(P1),
	.unit = STR(TEAM) };

const struct penalty_command penalty_commands[] = {
	{ &msg_penalty_file_desc, &file },
	{ &msg_penalty_add_evidence_desc, &add_evidence },
	{ &msg_penalty_conclude_desc, &conclude },
	{ &msg_penalty_notice_desc, &notice },
	{ &msg_penalty_state_desc, &state },
	{ &msg_review_ask_desc, &review_ask },
	{ &msg_review_pass_desc, &review_pass },
	{ &msg_penalty_decide_desc, &decide },
	{ &msg_penalty_serve_desc, &serve },
	{ &msg_penalty_close_desc, &close_it },
	/* From here on: off the straight line. */
	{ &msg_review_return_desc, &review_return },
	{ &msg_penalty_end_desc, &end },
	{ &msg_penalty_transfer_desc, &transfer },
	{ &msg_penalty_take_back_desc, &take_back },
};
const size_t penalty_n_commands = ARRAY_LEN(penalty_commands);

static const void *
message(const struct msg_desc *desc)
{
	if (desc == &msg_jurisdiction_ask_desc)
		return &ask;
	for (size_t i = 0; i < penalty_n_commands; i++)
		if (penalty_commands[i].desc == desc)
			return penalty_commands[i].msg;
	never("no such command");
}

bool
penalty_do(struct kit *k, const struct msg_desc *desc)
{
	return kit_send(k, desc, message(desc));
}

bool
penalty_send(
    struct kit *k, struct arena *a, const char *type, const char *changes)
{
	const struct msg_desc *desc = msg_find(str_of(type));

	must(desc != NULL);
	return kit_send(k, desc, vary(a, desc, message(desc), changes));
}

struct kit *
penalty_kit_new(const struct registry *r)
{
	struct kit *k = kit_new(&enforcement_machine, r);

	kit_place(k, VILLAGE);
	must(KIT_SEND(k, casefile_opened, .casefile = CASE,
	    .matter = STR("CA-003"), .channel = STR("grid")));
	return k;
}

struct kit *
penalty_kit_in(const struct registry *r, const char *where)
{
	struct kit *k = penalty_kit_new(r);

	for (size_t i = 0;
	     i < PENALTY_STRAIGHT && strcmp(kit_state(k, P1), where) != 0;
	     i++) {
		must(kit_send(
		    k, penalty_commands[i].desc, penalty_commands[i].msg));
		if (strcmp(where, "ended") == 0)
			must(penalty_do(k, &msg_penalty_end_desc));
		if (strcmp(where, "at_judicial") == 0)
			must(penalty_do(k, &msg_penalty_transfer_desc));
	}
	must(strcmp(kit_state(k, P1), where) == 0);
	return k;
}

const struct row_penalty *
penalty_row(const struct kit *k)
{
	return (const struct row_penalty *)kit_row(k, P1);
}
