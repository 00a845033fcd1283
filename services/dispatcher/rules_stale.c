/*
 * Limits that run out at one instant are told at once and heard one after the
 * other.  What the first of them, or a command, has set anew in between has
 * not run out: whatever follows on a limit by itself looks here first.
 */
#include "services/dispatcher/rules.h"

/* Where a row keeps the end of such a limit. */
static const struct watched {
	int thing;
	const char *limit;
	size_t due; /* offset of an int64_t */
} watched[] = {
	{ THING_CASEFILE, "route", offsetof(struct row_casefile, route_by) },
	{ THING_CASEFILE, "verify", offsetof(struct row_casefile, verify_by) },
	{ THING_CASEFILE, "close", offsetof(struct row_casefile, close_by) },
	{ THING_CASEFILE, "overall",
	    offsetof(struct row_casefile, overall_by) },
	{ THING_TASK, "sign", offsetof(struct row_task, sign_by) },
	{ THING_ADMISSION, "assess",
	    offsetof(struct row_admission, assess_by) },
	{ THING_ADMISSION, "decide",
	    offsetof(struct row_admission, decide_by) },
	{ THING_BOUNDARY, "clear", offsetof(struct row_boundary, clear_by) },
	{ THING_BOUNDARY, "complete",
	    offsetof(struct row_boundary, complete_by) },
	{ THING_BOUNDARY, "evaluate",
	    offsetof(struct row_boundary, evaluate_by) },
	{ THING_SUPPORT, "answer", offsetof(struct row_support, answer_by) },
	{ THING_TASK, "contact", offsetof(struct row_task, contact_by) },
	{ THING_TASK, "onsite", offsetof(struct row_task, onsite_by) },
	{ THING_TASK, "finish", offsetof(struct row_task, finish_by) },
	{ THING_TASK, "answer", offsetof(struct row_task, answer_by) },
	{ THING_TASK, "check", offsetof(struct row_task, check_by) },
	{ THING_DISPUTE, "rung", offsetof(struct row_dispute, rung_by) },
	{ THING_CALL, "finish", offsetof(struct row_call, finish_by) },
	{ THING_CALL, "check", offsetof(struct row_call, check_by) },
	{ THING_ATTENDANCE, "sign", offsetof(struct row_attendance, sign_by) },
	{ THING_ATTENDANCE, "contact",
	    offsetof(struct row_attendance, contact_by) },
	{ THING_ATTENDANCE, "report_in",
	    offsetof(struct row_attendance, report_in_by) },
	{ THING_CARD, "answer", offsetof(struct row_card, answer_by) },
	{ THING_CARD, "next", offsetof(struct row_card, next_by) },
	{ THING_TALK, "hold", offsetof(struct row_talk, hold_by) },
	{ THING_WARNING, "respond", offsetof(struct row_warning, respond_by) },
	{ THING_WARNING, "handle", offsetof(struct row_warning, handle_by) },
	{ THING_CAMPAIGN, "plan", offsetof(struct row_campaign, plan_by) },
	{ THING_CAMPAIGN, "issue", offsetof(struct row_campaign, issue_by) },
	{ THING_CAMPAIGN, "check", offsetof(struct row_campaign, check_by) },
	{ THING_RECEIPT, "receive", offsetof(struct row_receipt, receive_by) },
	{ THING_RECEIPT, "report", offsetof(struct row_receipt, report_by) },
	{ THING_RECEIPT, "check", offsetof(struct row_receipt, check_by) },
	{ THING_FAULT, "fix", offsetof(struct row_fault, fix_by) },
	{ THING_FAULT, "verify", offsetof(struct row_fault, verify_by) },
};

/* What is met leaves no end of it (0); it comes no more. */
static bool
is_once(const struct msg_deadline_overdue *m)
{
	return str_is(m->limit, "contact") || str_is(m->limit, "onsite") ||
	       str_is(m->limit, "overall");
}

/* A command, or another limit's end, may be recorded just before the fact. */
bool
dispatcher_is_stale(const struct step *s)
{
	/* The three deadline messages have one shape. */
	const struct msg_deadline_overdue *m = s->msg;

	for (size_t i = 0; i < ARRAY_LEN(watched); i++)
		if (watched[i].thing == s->move->thing &&
		    str_is(m->limit, watched[i].limit)) {
			int64_t due;

			memcpy(&due, (const char *)s->row + watched[i].due,
			    sizeof(due));
			return m->due_at < due || (due == 0 && is_once(m));
		}
	return false; /* of another service: it watches its own */
}
