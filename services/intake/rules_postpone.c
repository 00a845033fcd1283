/* Who waits is told when the promise moves, and why (Beijing art. 15). */
#include "services/intake/rules.h"

/* About the report of this move; who reported it twice is told once. */
static void
tell(struct step *s, struct msg_report_postponed told)
{
	const struct row_report *r = (const struct row_report *)s->row;

	if (!r->reachable || !str_eq(r->casefile, s->folder->casefile) ||
	    strs_has(intake_prepared(s)->again, r->id))
		return;
	told.report = r->id;
	told.channel = r->channel;
	told.token = r->token;
	step_emit(s, &msg_report_postponed_desc, &told);
}

/* More time inside the promise moves nothing for the citizen. */
void
intake_report_extended(struct step *s)
{
	const struct msg_extension_granted *m = s->msg;

	if (m->promise == m->finish_by)
		tell(s, (struct msg_report_postponed){ .why = STR("extended"),
			    .reason = m->reason,
			    .promise = m->promise });
}

void
intake_report_paused(struct step *s)
{
	const struct msg_suspension_granted *m = s->msg;

	tell(s,
	    (struct msg_report_postponed){
		.why = STR("books"), .reason = m->reason, .until = m->until });
}

void
intake_report_resumed(struct step *s)
{
	const struct msg_suspension_ended *m = s->msg;

	tell(s, (struct msg_report_postponed){
		    .why = STR("resumed"), .promise = m->promise });
}
