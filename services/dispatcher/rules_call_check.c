/* Who may call, and whom. */
#include "services/dispatcher/rules_call.h"

/* A unit of the county: at the county, or a station or branch of one. */
static bool
is_countys(struct step *s, const struct row_unit *u)
{
	const struct row_unit *up;

	if (dispatcher_tier_at(u) == TIER_COUNTY)
		return true;
	if (str_is(u->kind, "township") || str_is(u->kind, "street"))
		return false;
	up = registry_unit(s->registry, u->parent, s->at);
	return up != NULL && dispatcher_tier_at(up) == TIER_COUNTY;
}

/* Double registration (双报到): somebody of UNIT is on CALLER's roster. */
static bool
is_registered(struct step *s, struct str caller, const struct row_unit *u)
{
	const struct row_roster *line;
	size_t i = 0;

	while (
	    (line = registry_roster(s->registry, caller, s->at, &i)) != NULL) {
		const struct row_officer *o =
		    registry_officer(s->registry, line->officer, s->at);

		if (o != NULL && step_acts_for(s, o->unit, u->code))
			return true;
	}
	return false;
}

/* A community calls who has registered there, and its township's teams. */
static bool
is_near_by(struct step *s, struct str caller, const struct row_unit *u)
{
	bool team = str_is(u->kind, "contact_team") ||
		    str_is(u->kind, "emergency_team");
	const struct row_unit *from = registry_unit(s->registry, caller, s->at);

	if (is_registered(s, caller, u))
		return true;
	if (team && from != NULL &&
	    registry_inside(from->division, u->division))
		return true;
	step_refuse_because(s, "NOT_REGISTERED", "%.*s", STR_ARG(u->code));
	return false;
}

/* Whether an open call of the casefile has UNIT; who may go has gone. */
static bool
is_called(struct step *s, struct str unit)
{
	for (struct row_head *r = step_next(s, THING_CALL, NULL); r != NULL;
	     r = step_next(s, THING_CALL, r)) {
		const struct row_call *call = (const struct row_call *)r;
		const struct row_attendance *a = NULL;

		if (!step_in(s, THING_CALL, r, CALL_OPEN))
			continue;
		while ((a = dispatcher_next_seat(s, call, a)) != NULL)
			if (str_eq(a->unit, unit) &&
			    step_in(
				s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_BOUND))
				return true;
	}
	return false;
}

static bool
is_free(struct step *s, struct str unit, bool twice)
{
	if (!twice && !is_called(s, unit))
		return true;
	step_refuse_because(s, "UNIT_TWICE", "%.*s", STR_ARG(unit));
	return false;
}

static bool
is_few_enough(struct step *s, size_t n)
{
	int64_t max = registry_number(s->registry, "call.units.max", s->at, 0);

	if (n <= (size_t)max)
		return true;
	step_refuse_because(
	    s, "TOO_MANY_UNITS", "%lld at most", (long long)max);
	return false;
}

bool
dispatcher_may_lead(struct step *s, const struct call_class *class,
    struct str caller, struct str main)
{
	const struct row_unit *u;

	if (main.n == 0) {
		step_refuse(s, "MAIN_MISSING");
		return false;
	}
	u = step_unit(s, main);
	if (u == NULL)
		return false;
	if (class->community)
		return is_near_by(s, caller, u);
	if (is_countys(s, u))
		return true;
	step_refuse(s, "OWN_POWER");
	return false;
}

bool
dispatcher_units_fit(struct step *s, const struct call_class *class,
    struct str caller, struct str main, struct strs assisting)
{
	if (!dispatcher_may_lead(s, class, caller, main) ||
	    !is_free(s, main, false) || !is_few_enough(s, assisting.n + 1))
		return false;
	for (size_t i = 0; i < assisting.n; i++) {
		const struct row_unit *u = step_unit(s, assisting.p[i]);
		bool twice = str_eq(assisting.p[i], main);

		for (size_t j = 0; j < i; j++)
			twice = twice || str_eq(assisting.p[i], assisting.p[j]);
		if (u == NULL || !is_free(s, u->code, twice))
			return false;
		if (class->community && !is_near_by(s, caller, u))
			return false;
	}
	return true;
}

bool
dispatcher_may_join(
    struct step *s, const struct row_call *call, struct str unit)
{
	const struct row_unit *u = step_unit(s, unit);

	return u != NULL && is_free(s, unit, false) &&
	       is_few_enough(s, dispatcher_n_seats(s, call) + 1) &&
	       (!dispatcher_class(call->class)->community ||
		   is_near_by(s, call->room, u));
}

struct str
dispatcher_caller(struct step *s, const struct row_casefile *c,
    const struct call_class *class)
{
	const struct row_unit *u;

	if (!class->community)
		return dispatcher_room(s, c);
	u = registry_resolve(s->registry, STR("community"), STR(""),
	    dispatcher_place(s, c), s->at);
	return u != NULL ? u->code : (struct str){ NULL, 0 };
}

/* Whether one of OFFICERS is a leader of PLACE (a township, the county). */
static bool
has_leader(struct step *s, struct strs officers, struct str place)
{
	for (size_t i = 0; i < officers.n; i++)
		if (dispatcher_leads(s, officers.p[i], place))
			return true;
	return false;
}

/* What lies in no township is the county's to approve. */
static struct str
head_place(struct step *s, const struct row_casefile *c)
{
	struct str place = dispatcher_place(s, c);
	struct str town = registry_township_of(place);

	return town.n > 0 ? town : registry_county_of(place);
}

/*
 * The leaders of PLACE: of several such units the first that keeps a roster;
 * who gives work there, where it has none.
 */
static struct str
leaders_of(struct step *s, const struct row_casefile *c, struct str place)
{
	struct str first = { NULL, 0 };
	const struct row_unit *u;
	size_t i = 0;

	while (
	    (u = registry_next(s->registry, TABLE_unit, s->at, &i)) != NULL) {
		size_t line = 0;

		if (!str_is(u->kind, "leader_office") ||
		    !str_eq(u->division, place))
			continue;
		if (registry_roster(s->registry, u->code, s->at, &line) != NULL)
			return u->code;
		if (first.n == 0)
			first = u->code;
	}
	return first.n > 0 ? first : dispatcher_room(s, c);
}

struct str
dispatcher_head_unit(struct step *s, const struct row_casefile *c)
{
	return leaders_of(s, c, head_place(s, c));
}

bool
dispatcher_is_head(
    struct step *s, const struct row_casefile *c, struct str officer)
{
	return dispatcher_leads(s, officer, head_place(s, c));
}

struct str
dispatcher_approval_missing(struct step *s, const struct row_casefile *c,
    const struct call_class *class, struct strs approvers)
{
	struct str place = head_place(s, c), county = registry_county_of(place);

	if (class->precheck == NULL)
		return (struct str){ NULL, 0 };
	/* Whatever is not danger is looked at by the township's own (预审). */
	if (!has_leader(s, approvers, place))
		return leaders_of(s, c, place);
	if (str_in(registry_word(s->registry, class->approver, s->at), '+',
		STR("county_leader")) &&
	    !has_leader(s, approvers, county))
		return leaders_of(s, c, county);
	return (struct str){ NULL, 0 };
}

struct strs
dispatcher_own_words(
    struct step *s, const struct row_casefile *c, struct strs approvers)
{
	struct strs own = { NULL, 0 };

	for (size_t i = 0; i < approvers.n; i++)
		if (dispatcher_is_head(s, c, approvers.p[i]))
			own = strs_add(s->arena, own, approvers.p[i]);
	return own;
}

/* Somebody sits at ROOM, or is on call there. */
static bool
is_manned(struct step *s, struct str room)
{
	const struct row_roster *line;
	size_t i = 0;

	while ((line = registry_roster(s->registry, room, s->at, &i)) != NULL)
		if (registry_covers(s->registry, line, s->at))
			return true;
	return false;
}

/* An emergency is raised by who is on duty (24小时值班). */
static bool
is_on_duty(struct step *s, struct str room, const struct plea *p)
{
	size_t i = 0;

	/* A room without a roster: the pack does not say who. */
	if (registry_on_duty(s->registry, room, p->officer, s->at) ||
	    registry_on_duty(s->registry, p->unit, p->officer, s->at) ||
	    registry_roster(s->registry, room, s->at, &i) == NULL)
		return true;
	/* A gap in it at three at night: anybody who stands on it may. */
	if (!is_manned(s, room) &&
	    registry_is_rostered(s->registry, room, p->officer, s->at))
		return true;
	step_refuse_because(s, "NOT_ON_DUTY", "%.*s at %.*s",
	    STR_ARG(p->officer), STR_ARG(room));
	return false;
}

static bool
is_other_room(struct step *s, struct str room, const struct plea *p)
{
	const struct row_unit *u;

	if (p->partner.n == 0 && p->lead.n == 0)
		return true;
	u = step_unit(s, p->partner);
	if (u == NULL)
		return false;
	if (!str_is(u->kind, "command_room") || str_eq(u->code, room) ||
	    (p->lead.n > 0 && !str_eq(p->lead, room) &&
		!str_eq(p->lead, p->partner))) {
		step_refuse(s, "PARTNER_WRONG");
		return false;
	}
	return true;
}

bool
dispatcher_plea_fits(
    struct step *s, const struct row_casefile *c, const struct plea *p)
{
	const struct call_class *class = dispatcher_class(p->class);
	struct str caller;

	if (class == NULL) {
		step_refuse(s, "CLASS_UNKNOWN");
		return false;
	}
	caller = dispatcher_caller(s, c, class);
	if (caller.n == 0) {
		step_refuse_because(
		    s, "NOT_YOUR_UNIT", "it lies in no village");
		return false;
	}
	if (!step_must_be(s, p->unit, caller) ||
	    !step_has_reason(s, p->reason) ||
	    !dispatcher_units_fit(s, class, caller, p->main, p->assisting) ||
	    !is_other_room(s, caller, p))
		return false;
	return class->confirm == NULL || is_on_duty(s, caller, p);
}
