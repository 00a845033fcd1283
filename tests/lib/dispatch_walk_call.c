/* Random messages about calls. */
#include "services/dispatcher/rules_call.h"
#include "tests/lib/dispatch_walk_inner.h"

#include <stdio.h>

#define S(literal)                                                             \
	{                                                                      \
		(literal), sizeof(literal) - 1                                 \
	}

static const struct str leaders[] = { S(TOWN_HEAD), S(COUNTY_HEAD) };
static const struct str assisting[] = { S(STATION), S(TEAM), S(RESCUE) };
static const char *const vouchers[] = { DUTY, RESCUER, "OF-ZB-0023" };
static const char *const deciders[] = { LEADERS, COUNTY_LEADERS, OTHER_ROOM };
static const char *const mains[] = { ECOLOGY, RESCUE, WATER, VILLAGE };

struct str
walk_sender(struct str of)
{
	static const struct {
		const char *unit, *officer;
	} people[] = { { ECOLOGY, ECOLOGIST }, { RESCUE, RESCUER },
		{ WATER, "OF-ZB-0100" }, { TEAM, "OF-ZF-0028" },
		{ CONTACT_TEAM, "OF-ZB-0272" }, { STATION, "OF-ZB-0130" } };

	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		if (str_is(of, people[i].unit))
			return str_of(people[i].officer);
	return STR(ECOLOGIST);
}

/* Mostly none. */
static size_t
few(struct walk *w)
{
	return walk_dice(w, 2) > 0 ? 0 : walk_dice(w, ARRAY_LEN(assisting) + 1);
}

/* One that the call has asked, the lead among them. */
static struct str
asked(struct walk *w, const struct row_call *c)
{
	size_t i = walk_dice(w, c->assisting.n + 1);

	return i == 0 ? c->main : c->assisting.p[i - 1];
}

static bool
raise_call(struct walk *w)
{
	static const char *const classes[] = { "emergency", "work", "tough",
		"community" };
	struct str class = ONE_OF(w, classes);
	bool community = str_is(class, "community");
	bool joint = walk_dice(w, 8) == 0;

	return SEND(w, call_raise, .casefile = STR(CASEFILE), .class = class,
	    .main = community ? STR(CONTACT_TEAM) : ONE_OF(w, mains),
	    .assisting = { assisting, community ? 0 : few(w) },
	    .reason = walk_reason(w), .lat = LAT, .lon = LON,
	    .approvers = { leaders, walk_dice(w, 5) > 0 ? 2 : 0 },
	    .officer = walk_dice(w, 9) > 0 ? dispatch_on_duty(w->k) : STR(""),
	    .partner = joint ? STR(OTHER_ROOM) : STR(""),
	    .lead = joint && walk_dice(w, 2) > 0 ? STR(OTHER_ROOM) : STR(""),
	    .unit = walk_unit(w, community ? STR(VILLAGE) : STR(ROOM)));
}

static bool
draft_call(struct walk *w)
{
	bool joint = walk_dice(w, 2) == 0;

	return SEND(w, call_draft, .casefile = STR(CASEFILE),
	    .class = walk_dice(w, 2) > 0 ? STR("work") : STR("tough"),
	    .main = ONE_OF(w, mains),
	    .assisting = { assisting, walk_dice(w, 2) },
	    .reason = walk_reason(w), .lat = LAT, .lon = LON,
	    .partner = joint ? STR(OTHER_ROOM) : STR(""),
	    .lead = joint && walk_dice(w, 2) > 0 ? STR(OTHER_ROOM) : STR(""),
	    .unit = walk_unit(w, STR(ROOM)));
}

/* The words that a draft waits for. */
static bool
of_draft(struct walk *w, const struct row_call *c)
{
	if (c->partner.n > 0 && !c->agreed && walk_dice(w, 3) == 0)
		return SEND(
		    w, call_agree, .call = c->id, .unit = STR(OTHER_ROOM));
	switch (walk_dice(w, 10)) {
	case 0:
		return SEND(w, call_decline, .call = c->id,
		    .reason = walk_reason(w), .unit = ONE_OF(w, deciders));
	case 1:
		return SEND(w, call_approve, .call = c->id,
		    .unit = STR(COUNTY_LEADERS), .officer = STR(COUNTY_HEAD));
	case 2:
	case 3:
	case 4:
		return SEND(w, call_agree, .call = c->id,
		    .unit = walk_unit(w, STR(OTHER_ROOM)));
	case 5:
		return SEND(w, call_cancel, .call = c->id,
		    .reason = walk_reason(w), .unit = c->room);
	default:
		return SEND(w, call_approve, .call = c->id,
		    .unit = STR(LEADERS), .officer = STR(TOWN_HEAD));
	}
}

static bool
of_presence(struct walk *w, const struct row_call *c, struct str who)
{
	double lon = LON + (walk_dice(w, 6) > 0 ? 0 : 0.1);

	switch (walk_dice(w, 5)) {
	case 4:
		return SEND(w, call_recheck, .call = c->id, .unit = who,
		    .voucher = ONE_OF(w, vouchers));
	case 0:
		return SEND(w, call_recheck, .call = c->id, .lat = LAT,
		    .lon = lon, .unit = who);
	case 1:
		return SEND(w, call_relieve, .call = c->id, .lat = LAT,
		    .lon = lon, .unit = who, .officer = walk_sender(who));
	default:
		return SEND(w, call_report_in, .call = c->id, .lat = LAT,
		    .lon = lon, .unit = who, .officer = walk_sender(who));
	}
}

static bool
of_attendance(struct walk *w, const struct row_call *c)
{
	struct str who = walk_dice(w, 6) > 0 ? asked(w, c) : walk_any_unit(w);

	switch (walk_dice(w, 9)) {
	case 0:
		return SEND(w, call_sign, .call = c->id, .unit = who);
	case 1:
		return SEND(w, call_refuse, .call = c->id,
		    .reason = walk_reason(w), .unit = who);
	case 2:
		return SEND(w, call_leave, .call = c->id, .unit = who);
	case 3:
		return SEND(w, call_contact, .call = c->id, .unit = who);
	case 4:
		return SEND(w, call_file_part, .call = c->id,
		    .result = STR("done"), .unit = who);
	default:
		return of_presence(w, c, who);
	}
}

/* The I-th department that a call asked at first; NULL: no more. */
static const struct row_attendance *
seat(const struct walk *w, const struct row_call *c, size_t i)
{
	struct str unit = i == 0                ? c->main
			  : i <= c->assisting.n ? c->assisting.p[i - 1]
						: (struct str){ NULL, 0 };
	char id[96];

	if (unit.n == 0)
		return NULL;
	(void)snprintf(
	    id, sizeof(id), "%.*s/%.*s", STR_ARG(c->id), STR_ARG(unit));
	return (const struct row_attendance *)kit_row(w->k, id);
}

/* Who was let go, if anybody was; else one that was asked. */
static struct str
let_go(struct walk *w, const struct row_call *c)
{
	const struct row_attendance *a;

	for (size_t i = 0; (a = seat(w, c, i)) != NULL; i++)
		if (str_is(a->state, "freed") || str_is(a->state, "excused"))
			return a->unit;
	return asked(w, c);
}

/* What the county may do. */
static bool
of_county(struct walk *w, const struct row_call *c)
{
	if (walk_dice(w, 2) > 0)
		return SEND(w, call_rule, .call = c->id, .about = asked(w, c),
		    .ruling = walk_dice(w, 2) > 0 ? STR("stay") : STR("excuse"),
		    .reason = walk_reason(w),
		    .unit = walk_unit(w, STR(CENTRE)));
	return SEND(w, call_designate, .call = c->id,
	    .main = walk_dice(w, 2) > 0 ? let_go(w, c) : ONE_OF(w, mains),
	    .reason = walk_reason(w), .unit = walk_unit(w, STR(CENTRE)));
}

static bool
of_grades(struct walk *w, const struct row_call *c)
{
	int64_t score = (int64_t)walk_dice(w, 104) - 1;

	if (walk_dice(w, 4) == 0)
		return SEND(w, call_confirm, .call = c->id,
		    .emergency = walk_dice(w, 2) > 0, .unit = STR(LEADERS),
		    .officer = STR(TOWN_HEAD));
	if (walk_dice(w, 2) > 0)
		return SEND(w, call_grade_back, .call = c->id, .score = score,
		    .unit = walk_unit(w, asked(w, c)));
	return SEND(w, call_grade, .call = c->id,
	    .graded = walk_unit(w, asked(w, c)), .score = score,
	    .unit = walk_unit(w, c->room));
}

static bool
of_room(struct walk *w, const struct row_call *c)
{
	switch (walk_dice(w, 7)) {
	case 0:
		return SEND(w, call_veto, .call = c->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, c->room));
	case 1:
		return SEND(w, call_release, .call = c->id,
		    .unit = walk_unit(w, c->room));
	case 2:
	case 5:
		return SEND(w, call_cancel, .call = c->id,
		    .reason = walk_reason(w), .unit = walk_unit(w, c->room));
	case 3:
		return SEND(w, call_free, .call = c->id, .freed = asked(w, c),
		    .unit = walk_unit(w, c->room));
	case 4:
		return SEND(w, call_form_group, .call = c->id,
		    .name = STR("river"),
		    .leader =
			walk_dice(w, 4) > 0 ? STR(TOWN_HEAD) : STR(OTHER_HEAD),
		    .unit = walk_unit(w, c->room));
	default:
		return SEND(w, call_add, .call = c->id,
		    .added =
			walk_dice(w, 2) > 0 ? walk_any_unit(w) : let_go(w, c),
		    .unit = walk_unit(w, c->room));
	}
}

static bool
say_what_is_left(struct walk *w, const struct row_call *c)
{
	const struct row_attendance *a;

	for (size_t i = 0; (a = seat(w, c, i)) != NULL; i++) {
		bool came =
		    str_is(a->state, "released") || str_is(a->state, "freed");

		if (!a->graded && !str_is(a->state, "excused"))
			return SEND(w, call_grade, .call = c->id,
			    .graded = a->unit, .score = 80, .unit = c->room);
		if (came && !a->graded_back)
			return SEND(w, call_grade_back, .call = c->id,
			    .score = 80, .unit = a->unit);
	}
	return SEND(w, call_confirm, .call = c->id, .unit = STR(LEADERS),
	    .officer = STR(TOWN_HEAD));
}

/* Signs at last, speaks at last. */
static bool
is_slow(struct walk *w, const struct row_attendance *a)
{
	if (str_is(a->state, "asked") && kit_now(w->k) > a->sign_by)
		return SEND(w, call_sign, .call = a->call, .unit = a->unit);
	return str_is(a->state, "signed") && a->contact_by > 0 &&
	       kit_now(w->k) > a->contact_by &&
	       SEND(w, call_contact, .call = a->call, .unit = a->unit);
}

/* The next thing that brings C nearer to its end. */
static bool
go_on(struct walk *w, const struct row_call *c)
{
	const struct row_attendance *a;
	bool again;

	if (str_is(c->state, "submitted"))
		return SEND(w, call_release, .call = c->id, .unit = c->room);
	if (str_is(c->state, "released"))
		return say_what_is_left(w, c);
	for (size_t i = 0; (a = seat(w, c, i)) != NULL; i++) {
		if (walk_dice(w, 4) == 0)
			continue;
		if (is_slow(w, a))
			return true;
		again =
		    str_is(a->state, "freed") || str_is(a->state, "excused");
		if (i > 0 && again && walk_dice(w, 2) == 0)
			return SEND(w, call_add, .call = c->id,
			    .added = a->unit, .unit = c->room);
		if (i > 0 && ((again && walk_dice(w, 4) == 0) ||
				 (str_is(a->state, "present") &&
				     str_is(c->state, "gathering"))))
			return SEND(w, call_designate, .call = c->id,
			    .main = a->unit, .reason = STR("so it is"),
			    .unit = STR(CENTRE));
		if (str_is(a->state, "refusing"))
			return SEND(w, call_rule, .call = c->id,
			    .about = a->unit, .ruling = STR("excuse"),
			    .reason = STR("so it is"), .unit = STR(CENTRE));
		if (str_is(a->state, "asked") || str_is(a->state, "signed") ||
		    str_is(a->state, "lost"))
			return SEND(w, call_report_in, .call = c->id,
			    .voucher = STR(DUTY), .unit = a->unit,
			    .officer = walk_sender(a->unit));
		if (i > 0 && str_is(a->state, "present") && !a->part)
			return SEND(w, call_file_part, .call = c->id,
			    .result = STR("done"), .unit = a->unit);
		if (i > 0 && str_is(a->state, "present") && walk_dice(w, 2) > 0)
			return SEND(w, call_free, .call = c->id,
			    .freed = a->unit, .unit = c->room);
	}
	return SEND(w, call_submit, .call = c->id, .result = STR("done"),
	    .unit = c->main, .officer = walk_sender(c->main));
}

/* Everybody says yes to C, each in turn. */
static bool
all_say_yes(struct walk *w, const struct row_call *c)
{
	switch (walk_dice(w, 3)) {
	case 0:
		return SEND(
		    w, call_agree, .call = c->id, .unit = STR(OTHER_ROOM));
	case 1:
		return SEND(w, call_approve, .call = c->id,
		    .unit = STR(COUNTY_LEADERS), .officer = STR(COUNTY_HEAD));
	default:
		return SEND(w, call_approve, .call = c->id,
		    .unit = STR(LEADERS), .officer = STR(TOWN_HEAD));
	}
}

bool
walk_call(struct walk *w)
{
	const struct row_call *c = (const struct row_call *)walk_some(w, "C");

	if (c == NULL || walk_dice(w, 6) == 0)
		return walk_dice(w, 2) > 0 ? raise_call(w) : draft_call(w);
	if (str_is(c->state, "drafted") && c->partner.n > 0 &&
	    strcmp(kit_state(w->k, CASEFILE), "opened") == 0 &&
	    walk_dice(w, 4) > 0)
		return all_say_yes(w, c);
	if (str_is(c->state, "drafted"))
		return of_draft(w, c);
	if (walk_dice(w, 3) == 0)
		return go_on(w, c);
	switch (walk_dice(w, 10)) {
	case 0:
	case 1:
		return SEND(w, call_submit, .call = c->id,
		    .result = STR("done"), .unit = walk_unit(w, c->main),
		    .officer = walk_sender(c->main));
	case 2:
	case 3:
		return of_room(w, c);
	case 4:
		return of_county(w, c);
	case 5:
	case 6:
		return of_grades(w, c);
	default:
		return of_attendance(w, c);
	}
}
