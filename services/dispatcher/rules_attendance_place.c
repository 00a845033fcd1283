/*
 * Presence: an acknowledgement is not presence, and who came must show again
 * and again that it is still there.
 */
#include "services/dispatcher/rules_call.h"

/* What somebody shows of where they are. */
struct proof {
	struct str place;
	double lat;
	double lon;
	struct str voucher;
};

/* Cosine by its series: good to a millionth up to a quarter turn. */
static double
cosine(double degrees)
{
	double x = degrees * (3.14159265358979323846 / 180);
	double q = x * x;

	return 1 -
	       q / 2 *
		   (1 - q / 12 * (1 - q / 30 * (1 - q / 56 * (1 - q / 90))));
}

static double
root(double square)
{
	double x = square > 1 ? square : 1;

	/* Newton's way; halves until it is near, so this is enough. */
	for (int i = 0; i < 64; i++)
		x = (x + square / x) / 2;
	return x;
}

/* Metres between two places some kilometres apart (a plane will do). */
static double
metres(double lat_a, double lon_a, double lat_b, double lon_b)
{
	const double per_degree = 6371008.8 * (3.14159265358979323846 / 180);
	double north = (lat_b - lat_a) * per_degree;
	double east = (lon_b - lon_a) * per_degree * cosine(lat_a);

	return root(north * north + east * east);
}

static bool
on_earth(double lat, double lon)
{
	return lat >= -90 && lat <= 90 && lon >= -180 && lon <= 180;
}

static bool
is_near(struct step *s, const struct row_call *call, const struct proof *p)
{
	int64_t radius =
	    registry_number(s->registry, "call.report_in.radius_m", s->at, 0);
	double away;

	if ((p->lat == 0 && p->lon == 0) || !on_earth(p->lat, p->lon)) {
		step_refuse_because(s, "NOT_AT_PLACE", "no position was given");
		return false;
	}
	away = metres(call->lat, call->lon, p->lat, p->lon);
	if (away <= (double)radius)
		return true;
	step_refuse_because(s, "NOT_AT_PLACE", "%.0f m away, %lld m is near",
	    away, (long long)radius);
	return false;
}

/* Somebody of who called, of the other room, or of the place's room. */
static bool
may_vouch(struct step *s, const struct row_call *call, struct str voucher)
{
	const struct row_officer *o =
	    registry_officer(s->registry, voucher, s->at);
	struct str place = dispatcher_room(s, dispatcher_casefile(s));

	if (o != NULL && (step_acts_for(s, o->unit, call->room) ||
			     step_acts_for(s, o->unit, place) ||
			     (call->partner.n > 0 &&
				 step_acts_for(s, o->unit, call->partner))))
		return true;
	step_refuse_because(s, "NOT_AT_PLACE", "%.*s is not of %.*s",
	    STR_ARG(voucher), STR_ARG(call->room));
	return false;
}

/* The place is shown by a position, its name, or the room's word; or not. */
static struct str
proof_of(struct step *s, const struct row_call *call, const struct proof *p)
{
	static const struct str none = { NULL, 0 };

	if (p->voucher.n > 0)
		return may_vouch(s, call, p->voucher) ? STR("room") : none;
	if ((call->lat != 0 || call->lon != 0) &&
	    on_earth(call->lat, call->lon))
		return is_near(s, call, p) ? STR("position") : none;
	if (call->place.n == 0 || str_eq(call->place, p->place))
		return STR("place");
	step_refuse_because(
	    s, "NOT_AT_PLACE", "it is %.*s", STR_ARG(call->place));
	return none;
}

/* A department sends its own people, or who is on its roster (常驻轮驻随驻). */
static bool
may_send(struct step *s, struct str officer, const struct row_attendance *a)
{
	const struct row_officer *o = step_officer(s, officer);

	if (o == NULL)
		return false;
	if (step_acts_for(s, o->unit, a->unit) ||
	    registry_is_rostered(s->registry, a->unit, officer, s->at))
		return true;
	step_refuse_because(s, "NOT_ON_ROSTER", "of %.*s", STR_ARG(o->unit));
	return false;
}

void
dispatcher_gather(struct step *s, struct row_call *call)
{
	dispatcher_lead_found(s, call);
	if (!step_in(s, THING_CALL, HEAD(call), IN(CALL_GATHERING)))
		return;
	step_move(s, THING_CALL, HEAD(call), CALL_WORKING);
	step_emit(s, &msg_call_gathered_desc,
	    &(struct msg_call_gathered){
		.call = call->id, .main = call->main });
}

void
dispatcher_watch_presence(struct step *s, const struct row_call *call,
    struct row_attendance *a, int64_t from)
{
	struct due due =
	    step_due(s, dispatcher_class(call->class)->presence, from);

	a->recheck_by = due.at;
	a->grace_by = 0;
	step_touch(s, HEAD(a));
	step_meet(s, HEAD(a), "grace");
	step_arm(s, HEAD(a), "recheck", ARM_QUIET, a->unit, due);
}

static void
say_still_there(struct step *s, const struct row_attendance *a, bool again,
    struct str proof)
{
	step_emit(s, &msg_call_presence_confirmed_desc,
	    &(struct msg_call_presence_confirmed){ .call = a->call,
		.unit = a->unit,
		.again = again,
		.proof = proof,
		.recheck_by = a->recheck_by });
}

static void
say_came(struct step *s, const struct row_attendance *a, struct str proof)
{
	step_emit(s, &msg_call_reported_in_desc,
	    &(struct msg_call_reported_in){ .call = a->call,
		.unit = a->unit,
		.officer = a->officer,
		.role = a->role,
		.late = a->late,
		.asked_at = a->asked_at,
		.proof = proof,
		.recheck_by = a->recheck_by });
}

/* Coming ends a refusal, and the wait for a signature. */
void
dispatcher_call_report_in(struct step *s)
{
	const struct msg_call_report_in *m = s->msg;
	const struct proof where = { m->place, m->lat, m->lon, m->voucher };
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a =
	    dispatcher_seat_in(s, m->unit, ATTENDANCE_AWAITED);
	struct str proof;
	bool again;

	if (a == NULL || !may_send(s, m->officer, a))
		return;
	proof = proof_of(s, call, &where);
	if (proof.n == 0)
		return;
	again = a->present_at > 0;
	a->officer = m->officer;
	if (!again) {
		a->present_at = s->at;
		a->late = a->late || s->at > a->report_in_by;
	}
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_PRESENT);
	step_meet_all(s, HEAD(a));
	dispatcher_watch_presence(s, call, a, s->at);
	if (again)
		say_still_there(s, a, true, proof);
	else
		say_came(s, a, proof);
	if (str_eq(a->unit, call->main))
		dispatcher_gather(s, call);
	dispatcher_cause_over(s, a->id, NULL);
}

void
dispatcher_call_recheck_presence(struct step *s)
{
	const struct msg_call_recheck *m = s->msg;
	const struct proof where = { m->place, m->lat, m->lon, m->voucher };
	const struct row_call *call = (const struct row_call *)s->row;
	struct row_attendance *a =
	    dispatcher_seat_in(s, m->unit, IN(ATTENDANCE_PRESENT));
	struct str proof;

	if (a == NULL)
		return;
	proof = proof_of(s, call, &where);
	if (proof.n == 0)
		return;
	dispatcher_watch_presence(s, call, a, s->at);
	say_still_there(s, a, false, proof);
}

/* The newcomer stands there before the other goes. */
void
dispatcher_call_relieve(struct step *s)
{
	const struct msg_call_relieve *m = s->msg;
	const struct proof where = { m->place, m->lat, m->lon, m->voucher };
	const struct row_call *call = (const struct row_call *)s->row;
	struct row_attendance *a =
	    dispatcher_seat_in(s, m->unit, IN(ATTENDANCE_PRESENT));
	struct str out;

	if (a == NULL || !may_send(s, m->officer, a) ||
	    proof_of(s, call, &where).n == 0)
		return;
	out = a->officer;
	a->officer = m->officer;
	dispatcher_watch_presence(s, call, a, s->at);
	step_emit(s, &msg_call_relieved_desc,
	    &(struct msg_call_relieved){ .call = a->call,
		.unit = a->unit,
		.out = out,
		.officer = a->officer });
}

/* Nothing was shown in time: a little grace. */
void
dispatcher_call_presence_due(struct step *s)
{
	const struct msg_deadline_overdue *m = s->msg;
	struct row_attendance *a = (struct row_attendance *)s->row;
	struct due due;

	if (m->due_at < a->recheck_by || a->grace_by > 0)
		return;
	due = step_due(s, "call.presence.grace", m->due_at);
	a->grace_by = due.at;
	step_touch(s, HEAD(a));
	step_arm(s, HEAD(a), "grace", ARM_WINDOW, a->unit, due);
}

/* It must come again, from the end of the grace on. */
void
dispatcher_call_presence_lost(struct step *s)
{
	const struct msg_deadline_lapsed *m = s->msg;
	struct row_attendance *a = (struct row_attendance *)s->row;
	const struct row_call *call =
	    (const struct row_call *)step_find(s, THING_CALL, a->call);
	struct due due;

	if (a->grace_by == 0 || m->due_at < a->grace_by)
		return;
	due = step_due(s, dispatcher_class(call->class)->back, m->due_at);
	a->grace_by = 0;
	a->lost++;
	a->report_in_by = due.at;
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_LOST);
	step_arm(s, HEAD(a), "report_in", ARM_DUTY, a->unit, due);
	step_emit(s, &msg_call_presence_lost_desc,
	    &(struct msg_call_presence_lost){ .call = a->call,
		.unit = a->unit,
		.n = a->lost,
		.report_in_by = a->report_in_by });
	dispatcher_trigger(s, "call.lost", a->unit, a->id, "lost");
}
