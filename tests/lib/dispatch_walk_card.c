/* Random words about cards, talks, warnings and admissions. */
#include "tests/lib/dispatch_walk_inner.h"

#include "services/dispatcher/rules.h"

static bool
of_talk(struct walk *w)
{
	const struct row_head *card = walk_some(w, "K"),
			      *talk = walk_some(w, "Y");

	if (talk != NULL && walk_dice(w, 2) > 0)
		return SEND(w, talk_hold, .talk = talk->id,
		    .minutes = walk_reason(w), .unit = STR(CENTRE),
		    .officer =
			walk_dice(w, 4) > 0 ? STR(COUNTY_HEAD) : STR(DUTY));
	return card != NULL &&
	       SEND(w, talk_call, .card = card->id, .reason = walk_reason(w),
		   .unit = walk_unit(w, STR(CENTRE)));
}

/* A card whose unit waits for an answer, else any. */
static const struct row_card *
answerable(struct walk *w)
{
	const struct row_head *r;

	for (size_t n = 1;
	     walk_dice(w, 2) > 0 && (r = walk_row(w->k, "K", n)) != NULL; n++)
		if (((const struct row_card *)r)->answer_by > 0)
			return (const struct row_card *)r;
	return (const struct row_card *)walk_some(w, "K");
}

/* The office above the centre judges the centre. */
bool
walk_card(struct walk *w)
{
	static const char *const colours[] = { "blue", "blue", "yellow",
		"red" };
	const struct row_card *c = answerable(w);
	struct str judge =
	    walk_unit(w, walk_dice(w, 4) > 0 ? STR(CENTRE) : STR("330122-GOV"));

	if (c != NULL && c->answer_by > 0 && walk_dice(w, 2) > 0)
		return walk_dice(w, 3) == 0
			   ? SEND(w, card_decline, .card = c->id,
				 .reason = walk_reason(w), .unit = judge)
			   : SEND(w, card_excuse, .card = c->id,
				 .until = kit_now(w->k) + DAY_MS,
				 .unit = judge);
	if (c == NULL || walk_dice(w, 8) == 0)
		return SEND(w, card_issue, .casefile = STR(CASEFILE),
		    .to = str_of(walk_units[walk_dice(w, walk_n_units)]),
		    .colour = ONE_OF(w, colours), .reason = walk_reason(w),
		    .unit = judge);
	switch (walk_dice(w, 7)) {
	case 0:
	case 1:
		return SEND(w, card_explain, .card = c->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, c->unit));
	case 2:
		return SEND(w, card_decline, .card = c->id,
		    .reason = walk_reason(w), .unit = judge);
	case 3:
	case 4:
		return SEND(w, card_excuse, .card = c->id,
		    .until = kit_now(w->k) + (int64_t)walk_dice(w, 6) * DAY_MS,
		    .unit = judge);
	case 5:
		return SEND(w, card_lift, .card = c->id,
		    .reason = walk_reason(w), .unit = judge);
	default:
		return of_talk(w);
	}
}

const char *const walk_warnings[WALK_IDS] = { CASEFILE "/W1", CASEFILE "/W2",
	CASEFILE "/W3" };

bool
walk_warning(struct walk *w)
{
	static const char *const kinds[] = { "volume", "cluster", "reds",
		"rank", "ungraded" };
	struct str id = ONE_OF(w, walk_warnings);

	switch (walk_dice(w, 4)) {
	case 0:
		return SEND(w, warning_raised, .warning = id,
		    .kind = ONE_OF(w, kinds), .unit = STR(ROOM),
		    .span = STR("2026-03-18"), .value = 9, .threshold = 3);
	case 1:
		return SEND(w, warning_handle, .warning = id,
		    .result = walk_reason(w),
		    .unit = walk_unit(w, STR(CENTRE)));
	default:
		return SEND(w, warning_respond, .warning = id,
		    .measures = walk_reason(w),
		    .unit = walk_unit(w, STR(ROOM)));
	}
}

static bool
request_admission(struct walk *w)
{
	static const struct str units[] = { { VILLAGE, sizeof(VILLAGE) - 1 } };

	return SEND(w, admission_request,
	    .matter = walk_dice(w, 4) > 0 ? STR(SEWAGE) : STR(RUBBISH),
	    .units = { units, 1 }, .until = kit_now(w->k) + 20 * DAY_MS,
	    .means = STR("one post"), .reason = walk_reason(w),
	    .unit = walk_unit(w, STR(ECOLOGY)));
}

bool
walk_admission(struct walk *w)
{
	static const struct str heard[] = { { ROOM, sizeof(ROOM) - 1 } };
	const struct row_admission *a =
	    (const struct row_admission *)walk_some(w, "Z");

	if (a == NULL || walk_dice(w, 6) == 0)
		return request_admission(w);
	switch (walk_dice(w, 6)) {
	case 0:
	case 1:
		return SEND(w, admission_assess, .admission = a->id,
		    .agrees = true, .opinion = walk_reason(w),
		    .heard = { heard, 1 }, .unit = walk_unit(w, STR(STAFFING)));
	case 2:
		return SEND(w, admission_admit, .admission = a->id,
		    .until = kit_now(w->k) + 10 * DAY_MS,
		    .document = STR("2026-7"), .approver = STR(COUNTY_HEAD),
		    .unit = walk_unit(w, STR(GOVERNMENT)));
	case 3:
		return SEND(w, admission_refuse, .admission = a->id,
		    .reason = walk_reason(w),
		    .unit = walk_unit(w, STR(GOVERNMENT)));
	case 4:
		return SEND(w, admission_withdraw, .admission = a->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, a->unit));
	default:
		return SEND(w, admission_revoke, .admission = a->id,
		    .reason = walk_reason(w),
		    .unit = walk_unit(w, STR(GOVERNMENT)));
	}
}
