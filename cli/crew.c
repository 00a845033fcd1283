/*
 * The crew: what staff would do on each fact, and when.  A choice between
 * ways (late or in time, content or not) is a hash of what it is about, so
 * that a play is always the same play.
 */
#include "cli/crew.h"

#include <string.h>

static const struct {
	const struct msg_desc *on;
	void (*react)(
	    struct play *p, struct memory *m, const void *msg, int64_t at);
} reactions[] = {
	{ &msg_report_received_desc, crew_on_report_received },
	{ &msg_report_check_asked_desc, crew_on_check_asked },
	{ &msg_report_accepted_desc, crew_on_report_decided },
	{ &msg_report_refused_desc, crew_on_report_decided },
	{ &msg_report_merged_desc, crew_on_report_decided },
	{ &msg_report_answered_desc, crew_on_report_decided },
	{ &msg_casefile_opened_desc, crew_on_casefile_opened },
	{ &msg_jurisdiction_determined_desc, crew_on_jurisdiction },
	{ &msg_task_assigned_desc, crew_on_task_assigned },
	{ &msg_task_submitted_desc, crew_on_task_submitted },
	{ &msg_task_rejected_desc, crew_on_task_rejected },
	{ &msg_return_asked_desc, crew_on_return_asked },
	{ &msg_call_drafted_desc, crew_on_call_drafted },
	{ &msg_call_approved_desc, crew_on_call_approved },
	{ &msg_bundle_started_desc, crew_on_bundle_started },
	{ &msg_step_readied_desc, crew_on_step_readied },
	{ &msg_bundle_integrating_desc, crew_on_bundle_integrating },
	{ &msg_call_raised_desc, crew_on_call_raised },
	{ &msg_call_unit_asked_desc, crew_on_call_unit_asked },
	{ &msg_call_reported_in_desc, crew_on_call_reported_in },
	{ &msg_call_presence_confirmed_desc, crew_on_presence_confirmed },
	{ &msg_call_presence_lost_desc, crew_on_presence_lost },
	{ &msg_call_unit_missed_desc, crew_on_call_unit_missed },
	{ &msg_call_part_filed_desc, crew_on_call_part_filed },
	{ &msg_call_gathered_desc, crew_on_call_gathered },
	{ &msg_call_submitted_desc, crew_on_call_submitted },
	{ &msg_call_released_desc, crew_on_call_released },
	{ &msg_call_graded_desc, crew_on_call_graded },
	{ &msg_casefile_handled_desc, crew_on_casefile_handled },
	{ &msg_callback_opened_desc, crew_on_callback_opened },
	{ &msg_visit_opened_desc, crew_on_visit_opened },
	{ &msg_visit_look_asked_desc, crew_on_visit_look_asked },
	{ &msg_penalty_filed_desc, crew_on_penalty_filed },
	{ &msg_review_asked_desc, crew_on_review_asked },
	{ &msg_review_passed_desc, crew_on_review_passed },
	{ &msg_penalty_decided_desc, crew_on_penalty_decided },
	{ &msg_mediation_applied_desc, crew_on_mediation_applied },
	{ &msg_mediation_climbed_desc, crew_on_mediation_climbed },
	{ &msg_mediation_accepted_desc, crew_on_mediation_accepted },
	{ &msg_agreement_made_desc, crew_on_agreement_made },
	{ &msg_warning_raised_desc, crew_on_warning_raised },
	{ &msg_warning_responded_desc, crew_on_warning_responded },
};

/* The report of the day that began it: its id is the correlation. */
static const struct written *
report_of(struct play *p, struct str id)
{
	for (size_t i = 0; i < p->n_reports; i++)
		if (str_eq(p->reports[i].id, id))
			return &p->reports[i];
	return NULL;
}

void
crew_react(struct play *p, const struct msg_envelope *env,
    const struct msg_desc *desc, const void *msg, int64_t at)
{
	struct memory *m;

	if (env->subject.n == 0)
		return;
	m = play_memory(p, env->subject);
	if (m->division.n == 0)
		m->division = crew_keep(p, env->division);
	if (m->report == NULL)
		m->report = report_of(p, env->correlationid);
	if (p->staff)
		play_count(p, m, desc, at);
	for (size_t i = 0; i < ARRAY_LEN(reactions); i++)
		if (reactions[i].on == desc)
			reactions[i].react(p, m, msg, at);
}

/* A plan may have been overtaken by what happened since. */
bool
crew_still_wants(const struct action *a)
{
	if (a->unless == NULL || a->about == NULL)
		return true;
	if (strcmp(a->unless, "decided") == 0)
		return !a->about->decided;
	if (strcmp(a->unless, "called") == 0)
		return !a->about->called;
	if (strcmp(a->unless, "submitted") == 0)
		return !a->about->submitted;
	if (strcmp(a->unless, "over") == 0)
		return !a->about->call_over;
	if (strcmp(a->unless, "elsewhere") == 0)
		return !a->about->elsewhere;
	/* "gone": the task was taken back by a call or another way. */
	return !a->about->called && !a->about->elsewhere;
}
