#include "tests/lib/score_facts.h"

/* clang-format off */
/* Inside a constant, STR() is none. */
#define S(z) { z, sizeof(z) - 1 }
#define OF(m, ...) &msg_##m##_desc, &(const struct msg_##m){ __VA_ARGS__ }
#define TASK .task = S(SCORE_CASE "/T1"), .unit = S(SCORE_TEAM)
#define CALL .call = S(SCORE_CASE "/C1"), .unit = S(SCORE_TEAM)
#define SOON INT64_C(1774000000000)
#define ASSIGNED TASK, .from = S("330122109-CMD"), .matter = S("CA-001"), \
	.sign_by = SOON, .return_by = SOON, .finish_by = SOON
#define SUBMITTED TASK, .officer = S("o-1"), .result = S("done"), \
	.check_by = SOON
#define CAME CALL, .officer = S("o-1"), .role = S("main"), .asked_at = SOON
#define CARD .card = S(SCORE_CASE "/K1"), .unit = S(SCORE_TEAM), \
	.cause = S(SCORE_CASE "/T1"), .limit = S("finish")
#define HANDLED .casefile = S(SCORE_CASE), .unit = S(SCORE_TEAM), \
	.close_by = SOON

const struct score_kind score_kinds[] = {
	{ OF(task_assigned, ASSIGNED), "assigned", false, "tasks" },
	{ OF(task_assigned, ASSIGNED, .rework = 1),
	    "rework", false, "reworks" },
	{ OF(task_submitted, SUBMITTED), "submitted", false, "submitted" },
	{ OF(task_submitted, SUBMITTED, .late = true),
	    "submitted", true, "submitted_late" },
	{ OF(task_rejected, TASK, .n = 1, .missing = S("photos"),
		.finish_by = SOON), "rejected", false, "rejected" },
	{ OF(return_asked, TASK, .reason = S("not ours"), .answer_by = SOON),
	    "return_asked", false, "returns_asked" },
	{ OF(return_agreed, TASK, .to = S("330122-D-SCJ")),
	    "return_agreed", false, "returns_agreed" },
	{ OF(return_declined, TASK, .reason = S("it is yours")),
	    "return_declined", false, "returns_declined" },
	{ OF(call_unit_asked, CALL, .role = S("main"), .sign_by = SOON,
		.report_in_by = SOON), "called", false, "calls_asked" },
	{ OF(call_reported_in, CAME), "came", false, "calls_in_time" },
	{ OF(call_reported_in, CAME, .late = true),
	    "came", true, "calls_late" },
	{ OF(call_unit_missed, CALL), "missed", false, "calls_missed" },
	{ OF(call_unit_refused, CALL, .reason = S("no people")),
	    "refused", false, "calls_refused" },
	{ OF(card_issued, CARD, .colour = S("blue")),
	    "blue", false, "cards_blue" },
	{ OF(card_issued, CARD, .colour = S("red")),
	    "red", false, "cards_red" },
	{ OF(card_deepened, CARD, .colour = S("yellow")),
	    "yellow", false, "cards_yellow" },
	{ OF(casefile_handled, HANDLED), "handled", false, "handled" },
	{ OF(casefile_handled, HANDLED, .late = true),
	    "handled", true, "late" },
	{ OF(casefile_closed, .casefile = S(SCORE_CASE),
		.matter = S("CA-001"), .outcome = S("solved"),
		.handler = S(SCORE_TEAM), .unit = S("330122109-CMD")),
	    "closed", false, "casefiles" },
	{ OF(casefile_reopened, .casefile = S(SCORE_CASE), .n = 1,
		.finish_by = SOON), "reopened", false, "reopened" },
	{ OF(callback_lapsed, .callback = S(SCORE_CASE "/A1"),
		.why = S("no_answer")), "no_answer", false, "no_answer" },
	{ OF(callback_lapsed, .callback = S(SCORE_CASE "/A1"),
		.why = S("not_due")), "not_due", false, "not_due" },
	{ OF(callback_recorded, .callback = S(SCORE_CASE "/A1"),
		.unit = S(SCORE_TEAM), .outcome = S("solved"),
		.contacted = true, .solved = true, .satisfied = S("basic")),
	    "answer", false, "valid" },
};
/* clang-format on */

const size_t score_kinds_n = ARRAY_LEN(score_kinds);

unsigned
score_draw(uint64_t *seed, unsigned below)
{
	*seed = *seed * UINT64_C(6364136223846793005) +
		UINT64_C(1442695040888963407);
	return (unsigned)(*seed >> 33) % below;
}

struct score_fact
score_random_fact(
    uint64_t *seed, unsigned n, int64_t seq, int64_t at, struct arena *arena)
{
	static const char *const units[] = { SCORE_TEAM, "330122102-T",
		"330122-D-SCJ", "330122109001-V", "330122999-GONE" };
	const struct score_kind *kind =
	    &score_kinds[score_draw(seed, (unsigned)score_kinds_n)];
	const struct msg_desc *d = kind->desc;
	void *msg = arena_alloc(arena, d->size);
	struct str casefile =
	    arena_printf(arena, "330122-26-%07u", 1 + score_draw(seed, n));
	const struct msg_field *f = msg_field(
	    d, d == &msg_casefile_closed_desc ? STR("handler") : STR("unit"));

	must(msg != NULL);
	memcpy(msg, kind->msg, d->size);
	if (f != NULL)
		*(struct str *)msg_at(f, msg) =
		    str_of(units[score_draw(seed, ARRAY_LEN(units))]);
	if (d == &msg_callback_recorded_desc) {
		struct msg_callback_recorded *m = msg;

		m->contacted = score_draw(seed, 4) > 0;
		m->solved = score_draw(seed, 3) > 0;
		m->satisfied = score_draw(seed, 2) > 0 ? STR("yes") : STR("no");
	}
	return (struct score_fact){ casefile.p, seq, at, d, msg };
}
