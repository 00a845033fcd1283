#include "tests/lib/dispatch_walk_inner.h"

#include "services/dispatcher/rules.h"

#include <stdio.h>

const char *const walk_units[] = { ROOM, CENTRE, VILLAGE, ECONOMY, TEAM,
	ECOLOGY, RESCUE, WATER, STATION, COMMITTEE, "330122-NONE" };
const size_t walk_n_units = ARRAY_LEN(walk_units);

static const char *const officers[] = { WORKER, ECOLOGIST, RESCUER,
	"OF-ZB-0100", DUTY, "OF-GW-0325", "nobody" };

/* Ids must outlive the kit: rows keep what messages lend them. */
static const char *const penalties[] = { P1, CASEFILE "/P2", CASEFILE "/P3" };
static const char *const mediations[] = { M1, CASEFILE "/M2", CASEFILE "/M3" };
static const char *const callbacks[] = { B1, B2, CASEFILE "/B3" };

/* xorshift64* */
uint64_t
walk_dice(struct walk *w, uint64_t n)
{
	w->seed ^= w->seed >> 12;
	w->seed ^= w->seed << 25;
	w->seed ^= w->seed >> 27;
	return (w->seed * UINT64_C(2685821657736338717) >> 33) % n;
}

struct str
walk_officer(struct walk *w)
{
	return ONE_OF(w, officers);
}

struct str
walk_any_unit(struct walk *w)
{
	return ONE_OF(w, walk_units);
}

struct str
walk_unit(struct walk *w, struct str right)
{
	return right.n > 0 && walk_dice(w, 8) > 0 ? right : walk_any_unit(w);
}

struct str
walk_reason(struct walk *w)
{
	return walk_dice(w, 10) > 0 ? STR("so it is") : STR(" ");
}

#define IDS_MAX 60

const struct row_head *
walk_row(const struct kit *k, const char *mark, size_t n)
{
	char id[64];

	(void)snprintf(id, sizeof(id), CASEFILE "/%s%zu", mark, n);
	return kit_row(k, id);
}

const struct row_head *
walk_some(struct walk *w, const char *mark)
{
	size_t n = 0;

	while (n < IDS_MAX && walk_row(w->k, mark, n + 1) != NULL)
		n++;
	if (n == 0)
		return NULL;
	return walk_row(
	    w->k, mark, walk_dice(w, 4) > 0 ? n : 1 + walk_dice(w, n));
}

static bool
of_return(struct walk *w, const struct row_task *t)
{
	switch (walk_dice(w, 3)) {
	case 0:
		return SEND(w, return_ask, .task = t->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, t->unit));
	case 1:
		return SEND(w, return_agree, .task = t->id,
		    .to = walk_any_unit(w), .unit = walk_unit(w, t->giver));
	default:
		return SEND(w, return_decline, .task = t->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, t->giver));
	}
}

static bool
of_task(struct walk *w)
{
	const struct row_task *t = (const struct row_task *)walk_some(w, "T");

	if (t == NULL)
		return walk_casefile(w);
	switch (walk_dice(w, 10)) {
	case 0:
		return SEND(
		    w, task_sign, .task = t->id, .unit = walk_unit(w, t->unit));
	case 1:
	case 2:
		return SEND(w, task_submit, .task = t->id,
		    .result = STR("done"), .unit = walk_unit(w, t->unit),
		    .officer = walk_officer(w));
	case 3:
	case 4:
		return SEND(w, task_accept, .task = t->id,
		    .unit = walk_unit(w, t->giver), .officer = walk_officer(w));
	case 5:
		return SEND(w, task_reject, .task = t->id,
		    .missing = walk_reason(w), .unit = walk_unit(w, t->giver));
	default:
		return of_return(w, t);
	}
}

static bool
of_penalty(struct walk *w)
{
	struct str id = ONE_OF(w, penalties);

	switch (walk_dice(w, 4)) {
	case 0:
		return SEND(
		    w, penalty_filed, .penalty = id, .unit = walk_any_unit(w));
	case 1:
		return SEND(w, penalty_decided, .penalty = id);
	case 2:
		return SEND(w, penalty_closed, .penalty = id);
	default:
		return SEND(w, penalty_ended, .penalty = id);
	}
}

static bool
of_mediation(struct walk *w)
{
	struct str id = ONE_OF(w, mediations);

	switch (walk_dice(w, 6)) {
	case 0:
		return SEND(w, mediation_applied, .mediation = id,
		    .unit = walk_unit(w, STR(COMMITTEE)));
	case 1:
		return SEND(w, mediation_accepted, .mediation = id,
		    .unit = STR(COMMITTEE));
	case 2:
		return SEND(w, mediation_climbed, .mediation = id,
		    .unit = STR(COMMITTEE));
	case 3:
		return SEND(w, mediation_ended, .mediation = id);
	case 4:
		return SEND(w, mediation_closed, .mediation = id);
	default:
		return SEND(w, agreement_made, .agreement = STR(CASEFILE "/A1"),
		    .mediation = id);
	}
}

static bool
of_callback(struct walk *w)
{
	struct str id = ONE_OF(w, callbacks);

	switch (walk_dice(w, 6)) {
	case 0:
		return SEND(w, callback_opened, .callback = id);
	case 1:
		return SEND(w, callback_lapsed, .callback = id);
	case 2:
		return SEND(w, visit_looked_back,
		    .request = STR(CASEFILE "/V1"),
		    .solved = walk_dice(w, 2) > 0, .outcome = STR("solved"));
	case 3:
		return SEND(w, report_added, .casefile = STR(CASEFILE),
		    .report = STR(OTHER_CASE), .officer = STR("OF-GW-0325"));
	default:
		return SEND(w, callback_recorded, .callback = id,
		    .outcome =
			walk_dice(w, 3) > 0 ? STR("solved") : STR("explained"),
		    .solved = walk_dice(w, 2) > 0,
		    .satisfied = walk_dice(w, 3) > 0 ? STR("yes") : STR("no"));
	}
}

/* What other services let run out, and what was overtaken on its way. */
static bool
of_deadline(struct walk *w)
{
	const struct row_head *t = walk_some(w, "T");
	struct str id =
	    walk_dice(w, 2) > 0 ? ONE_OF(w, penalties) : ONE_OF(w, mediations);

	if (t != NULL && walk_dice(w, 3) == 0)
		return SEND(w, deadline_overdue, .thing = t->id,
		    .limit = STR("check"), .unit = STR(ROOM), .due_at = 1);
	if (walk_dice(w, 3) == 0)
		return SEND(w, deadline_due_soon, .thing = id,
		    .limit = STR("decide"), .unit = walk_any_unit(w),
		    .due_at = kit_now(w->k) + DAY_MS);
	return SEND(w, deadline_overdue, .thing = id, .limit = STR("decide"),
	    .unit = walk_any_unit(w), .due_at = kit_now(w->k));
}

static bool
wait(struct walk *w, int64_t ms)
{
	char text[CLOCK_TEXT];

	w->desc = NULL;
	(void)kit_run_until(w->k, clock_format(kit_now(w->k) + ms, text));
	return true;
}

static bool
of_time(struct walk *w)
{
	static const int64_t spans[] = { MINUTE_MS, 10 * MINUTE_MS, HOUR_MS,
		8 * HOUR_MS, DAY_MS, 3 * DAY_MS, 9 * DAY_MS };

	return wait(w, spans[walk_dice(w, ARRAY_LEN(spans))]);
}

void
walk_begin(struct walk *w)
{
	static const char *const matters[] = { RUBBISH, DITCH, SEWAGE, SMELL,
		"CA-003", "HP-005", NOBODYS };

	static const char *const whole[] = { "VA-030", "AG-011", SEWAGE };
	struct str matter;

	w->bundles = walk_dice(w, 4) == 0;
	w->well = walk_dice(w, 120);
	matter = w->bundles ? ONE_OF(w, whole) : ONE_OF(w, matters);
	kit_case(w->k, CASEFILE);
	kit_place(w->k, "330122109219");
	must(SEND(w, casefile_opened, .casefile = STR(CASEFILE),
	    .matter = matter,
	    .channel = walk_dice(w, 2) > 0 ? STR("hotline") : STR("grid"),
	    .callback = true, .wish = !w->bundles && walk_dice(w, 4) == 0,
	    .reporter_officer = STR("OF-GW-0325"),
	    .finish_by = kit_now(w->k) + 8 * DAY_MS, .pack = STR("tonglu")));
}

bool
walk_step(struct walk *w)
{
	static bool (*const kinds[])(struct walk * w) = { walk_casefile,
		of_task, of_task, walk_task, walk_task, walk_task, walk_task,
		walk_task, walk_task, walk_task, walk_task, walk_task,
		walk_task, of_task, of_task, of_task, of_task, walk_call,
		walk_call, walk_call, walk_call, walk_call, of_penalty,
		of_mediation, of_callback, walk_admission, walk_structure,
		of_deadline, walk_card, walk_warning, of_time, of_time, of_time,
		of_time };

	static bool (*const whole[])(struct walk * w) = { walk_bundle,
		walk_bundle, walk_bundle, walk_bundle_work, walk_bundle_work,
		walk_bundle_work, walk_bundle_work, walk_bundle_work,
		walk_bundle_work, of_task, of_time, of_time };

	/* There is little else to do. */
	if (strcmp(kit_state(w->k, CASEFILE), "merged") == 0 &&
	    walk_dice(w, 12) == 0)
		return walk_parent(w);
	if (strcmp(kit_state(w->k, CASEFILE), "merged") == 0 &&
	    walk_dice(w, 4) == 0)
		return of_penalty(w);
	/* What is opened only now and then is drafted about, too. */
	if (strcmp(kit_state(w->k, CASEFILE), "opened") == 0 &&
	    walk_dice(w, 4) == 0)
		return walk_call(w);
	if (w->bundles && w->well > 0) {
		w->well--;
		return walk_bundle_well(w);
	}
	if (w->bundles && walk_dice(w, 8) > 0)
		return whole[walk_dice(w, ARRAY_LEN(whole))](w);
	return kinds[walk_dice(w, ARRAY_LEN(kinds))](w);
}

/* Supervision ends, too. */
static void
end_talks(struct walk *w)
{
	const struct row_head *r;

	for (size_t n = 1; (r = walk_row(w->k, "K", n)) != NULL; n++)
		SEND(w, card_decline, .card = r->id, .reason = STR("no"),
		    .unit = str_is(((const struct row_card *)r)->unit, CENTRE)
				? STR("330122-GOV")
				: STR(CENTRE));
	for (size_t n = 1; (r = walk_row(w->k, "Y", n)) != NULL; n++)
		SEND(w, talk_hold, .talk = r->id, .minutes = STR("agreed"),
		    .unit = STR(CENTRE), .officer = STR(COUNTY_HEAD));
	for (size_t i = 0; i < WALK_IDS; i++) {
		struct str id = str_of(walk_warnings[i]);

		SEND(w, warning_respond, .warning = id, .measures = STR("so"),
		    .unit = STR(ROOM));
		SEND(w, warning_handle, .warning = id, .result = STR("done"),
		    .unit = STR(CENTRE));
	}
}

static void
end_all(struct walk *w)
{
	const struct row_head *r;

	for (size_t i = 0; i < WALK_IDS; i++) {
		SEND(w, penalty_closed, .penalty = str_of(penalties[i]));
		SEND(w, mediation_ended, .mediation = str_of(mediations[i]));
		SEND(w, callback_lapsed, .callback = str_of(callbacks[i]));
	}
	for (size_t n = 1; (r = walk_row(w->k, "Z", n)) != NULL; n++)
		(void)SEND(w, admission_withdraw, .admission = r->id,
		    .reason = STR("no more"),
		    .unit = ((const struct row_admission *)r)->unit);
	walk_end_structure(w);
	for (size_t n = 1; (r = walk_row(w->k, "C", n)) != NULL; n++)
		walk_end_call(w, (const struct row_call *)r);
	walk_end_bundles(w);
	for (size_t n = 1; (r = walk_row(w->k, "T", n)) != NULL; n++)
		walk_end_task(w, (const struct row_task *)r);
}

void
walk_end(struct walk *w)
{
	(void)SEND(w, casefile_parted, .casefile = STR(CASEFILE),
	    .parent = STR(OTHER_CASE), .why = STR("ended"));
	end_all(w);
	if (strcmp(kit_state(w->k, CASEFILE), "opened") == 0) {
		must(SEND(w, casefile_route, .casefile = STR(CASEFILE),
		    .to = STR(ECONOMY), .unit = STR(ROOM)));
		end_all(w);
	}
	(void)SEND(w, casefile_verify, .casefile = STR(CASEFILE), .ok = true,
	    .found = STR("clean"), .unit = STR(ROOM), .officer = STR(VERIFIER));
	if (strcmp(kit_state(w->k, CASEFILE), "handled") == 0)
		must(SEND(w, casefile_close, .casefile = STR(CASEFILE),
		    .outcome = STR("solved"), .unit = STR(ROOM)));
	if (strcmp(kit_state(w->k, CASEFILE), "closed") == 0)
		must(SEND(w, callback_lapsed, .callback = STR(B1)));
	end_talks(w);
	(void)wait(w, 60 * DAY_MS);
}
