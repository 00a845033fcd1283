/* One department in one call: asked, on its way, there, judged. */
#include "services/dispatcher/rules.h"

struct row_attendance *
dispatcher_next_seat(struct step *s, const struct row_call *call,
    const struct row_attendance *prev)
{
	struct row_head *r =
	    step_next(s, THING_ATTENDANCE, prev != NULL ? HEAD(prev) : NULL);

	while (
	    r != NULL && !str_eq(((struct row_attendance *)r)->call, call->id))
		r = step_next(s, THING_ATTENDANCE, r);
	return (struct row_attendance *)r;
}

struct row_attendance *
dispatcher_seat(struct step *s, const struct row_call *call, struct str unit)
{
	struct row_attendance *a = NULL;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (str_eq(a->unit, unit))
			return a;
	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		if (step_acts_for(s, unit, a->unit))
			return a;
	return NULL;
}

/* Refuses NOT_ASKED, or NOT_ALLOWED_NOW when it is not in one of STATES. */
static struct row_attendance *
seat_in(struct step *s, struct str unit, uint32_t states)
{
	const struct row_call *call = (const struct row_call *)s->row;
	struct row_attendance *a;

	if (step_unit(s, unit) == NULL)
		return NULL;
	a = dispatcher_seat(s, call, unit);
	if (a == NULL) {
		step_refuse_because(s, "NOT_ASKED", "%.*s", STR_ARG(unit));
		return NULL;
	}
	if (!step_in(s, THING_ATTENDANCE, HEAD(a), states)) {
		step_refuse_because(s, "NOT_ALLOWED_NOW", "%.*s is %.*s",
		    STR_ARG(a->unit), STR_ARG(a->state));
		return NULL;
	}
	return a;
}

#define ID_MAX 48 /* of ROW_HEAD */

/* <call>/<unit>; a code that no id can hold gives way to its number. */
static struct str
seat_id(struct step *s, const struct row_call *call, struct str unit, size_t n)
{
	if (call->id.n + 1 + unit.n > ID_MAX || str_find(unit, '_') < unit.n)
		return arena_printf(
		    s->arena, "%.*s/%zu", STR_ARG(call->id), n + 1);
	return arena_printf(
	    s->arena, "%.*s/%.*s", STR_ARG(call->id), STR_ARG(unit));
}

void
dispatcher_ask(
    struct step *s, const struct row_call *call, struct str unit, size_t n)
{
	const struct call_class *class = dispatcher_class(call->class);
	struct row_attendance *a = step_new_id(
	    s, THING_ATTENDANCE, ATTENDANCE_ASKED, seat_id(s, call, unit, n));
	struct due sign = step_due(s, class->sign, s->at);
	struct due report_in = step_due(s, class->report_in, s->at);

	a->call = call->id;
	a->n = (int64_t)n;
	a->unit = unit;
	a->role = n == 0 ? STR("main") : STR("assisting");
	a->asked_at = s->at;
	a->sign_by = sign.at;
	a->report_in_by = report_in.at;
	step_arm(s, HEAD(a), "sign", ARM_DUTY, unit, sign);
	step_arm(s, HEAD(a), "report_in", ARM_DUTY, unit, report_in);
	step_emit(s, &msg_call_unit_asked_desc,
	    &(struct msg_call_unit_asked){ .call = a->call,
		.unit = a->unit,
		.role = a->role,
		.sign_by = a->sign_by,
		.report_in_by = a->report_in_by });
}

/* An acknowledgement is not presence: report_in runs on. */
void
dispatcher_call_sign(struct step *s)
{
	const struct msg_call_sign *m = s->msg;
	struct row_attendance *a = seat_in(s, m->unit, IN(ATTENDANCE_ASKED));

	if (a == NULL)
		return;
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_SIGNED);
	step_meet(s, HEAD(a), "sign");
	step_emit(s, &msg_call_signed_desc,
	    &(struct msg_call_signed){ .call = a->call, .unit = a->unit });
}

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
is_near(struct step *s, const struct row_call *call,
    const struct msg_call_report_in *m)
{
	int64_t radius =
	    registry_number(s->registry, "call.report_in.radius_m", s->at, 0);
	double away;

	if ((m->lat == 0 && m->lon == 0) || !on_earth(m->lat, m->lon)) {
		step_refuse_because(s, "NOT_AT_PLACE", "no position was given");
		return false;
	}
	away = metres(call->lat, call->lon, m->lat, m->lon);
	if (away <= (double)radius)
		return true;
	step_refuse_because(s, "NOT_AT_PLACE", "%.0f m away, %lld m is near",
	    away, (long long)radius);
	return false;
}

/* Presence needs proof: a position, the place's name, or the room's word. */
static bool
is_there(struct step *s, const struct row_call *call,
    const struct msg_call_report_in *m)
{
	if (m->vouched)
		return true;
	if ((call->lat != 0 || call->lon != 0) &&
	    on_earth(call->lat, call->lon))
		return is_near(s, call, m);
	if (call->place.n == 0 || str_eq(call->place, m->place))
		return true;
	step_refuse_because(
	    s, "NOT_AT_PLACE", "it is %.*s", STR_ARG(call->place));
	return false;
}

static bool
is_of(struct step *s, struct str officer, const struct row_attendance *a)
{
	const struct row_officer *o =
	    registry_officer(s->registry, officer, s->at);

	if (o == NULL) {
		step_refuse_because(
		    s, "UNKNOWN_OFFICER", "%.*s", STR_ARG(officer));
		return false;
	}
	if (step_acts_for(s, o->unit, a->unit))
		return true;
	step_refuse_because(
	    s, "OFFICER_ELSEWHERE", "of %.*s", STR_ARG(o->unit));
	return false;
}

static void
gather(struct step *s, struct row_call *call)
{
	step_move(s, THING_CALL, HEAD(call), CALL_WORKING);
	step_emit(s, &msg_call_gathered_desc,
	    &(struct msg_call_gathered){
		.call = call->id, .main = call->main });
}

/* Coming ends a refusal, and the wait for a signature. */
void
dispatcher_call_report_in(struct step *s)
{
	const struct msg_call_report_in *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a = seat_in(s, m->unit, ATTENDANCE_AWAITED);

	if (a == NULL || !is_of(s, m->officer, a) || !is_there(s, call, m))
		return;
	a->present_at = s->at;
	a->officer = m->officer;
	a->late = s->at > a->report_in_by;
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_PRESENT);
	step_meet_all(s, HEAD(a));
	step_emit(s, &msg_call_reported_in_desc,
	    &(struct msg_call_reported_in){ .call = a->call,
		.unit = a->unit,
		.officer = a->officer,
		.role = a->role,
		.late = a->late,
		.asked_at = a->asked_at });
	if (str_eq(a->unit, call->main) &&
	    step_in(s, THING_CALL, HEAD(call), IN(CALL_GATHERING)))
		gather(s, call);
	dispatcher_cause_over(s, a->id, NULL);
}

/* It is told and counted; the clock runs on. */
void
dispatcher_call_refuse(struct step *s)
{
	const struct msg_call_refuse *m = s->msg;
	struct row_attendance *a =
	    seat_in(s, m->unit, IN(ATTENDANCE_ASKED) | IN(ATTENDANCE_SIGNED));

	if (a == NULL || !dispatcher_has_reason(s, m->reason))
		return;
	a->refused++;
	step_move(s, THING_ATTENDANCE, HEAD(a), ATTENDANCE_REFUSING);
	step_meet(s, HEAD(a), "sign");
	step_emit(s, &msg_call_unit_refused_desc,
	    &(struct msg_call_unit_refused){
		.call = a->call, .unit = a->unit, .reason = m->reason });
	dispatcher_trigger(s, "call.refused", a->unit, a->id, "refused");
}

/* The matter is not done, so nobody withdraws (事不完、人不撤). */
void
dispatcher_call_leave(struct step *s)
{
	const struct msg_call_leave *m = s->msg;

	if (seat_in(s, m->unit, ATTENDANCE_AWAITED | IN(ATTENDANCE_PRESENT)) !=
	    NULL)
		step_refuse(s, "NOT_RELEASED");
}

/* Who was not there when the township released has missed it. */
void
dispatcher_free_all(struct step *s, const struct row_call *call)
{
	struct row_attendance *a = NULL;
	bool cancelled = s->desc == &msg_call_cancel_desc;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL) {
		bool missed = !cancelled && step_in(s, THING_ATTENDANCE,
						HEAD(a), ATTENDANCE_AWAITED);

		step_meet_all(s, HEAD(a));
		step_move(s, THING_ATTENDANCE, HEAD(a),
		    missed ? ATTENDANCE_MISSED : ATTENDANCE_RELEASED);
		if (missed)
			step_emit(s, &msg_call_unit_missed_desc,
			    &(struct msg_call_unit_missed){
				.call = call->id, .unit = a->unit });
		dispatcher_cause_over(s, a->id, NULL);
	}
}

static int64_t
ungraded(struct step *s, const struct row_call *call)
{
	const struct row_attendance *a = NULL;
	int64_t n = 0;

	while ((a = dispatcher_next_seat(s, call, a)) != NULL)
		n += !a->graded;
	return n;
}

static void
end_call(struct step *s, const struct row_call *call)
{
	step_emit(s, &msg_call_ended_desc,
	    &(struct msg_call_ended){
		.call = call->id, .ungraded = ungraded(s, call) });
}

static struct row_attendance *
gradable(struct step *s, const struct msg_call_grade *m)
{
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a;

	if (!step_must_be(s, m->unit, call->room))
		return NULL;
	a = seat_in(
	    s, m->graded, IN(ATTENDANCE_RELEASED) | IN(ATTENDANCE_MISSED));
	if (a == NULL)
		return NULL;
	if (m->score < 0 || m->score > 100)
		step_refuse(s, "SCORE_BAD");
	else if (a->graded)
		step_refuse(s, "GRADED_BEFORE");
	return step_refused(s) ? NULL : a;
}

void
dispatcher_call_grade(struct step *s)
{
	const struct msg_call_grade *m = s->msg;
	struct row_call *call = (struct row_call *)s->row;
	struct row_attendance *a = gradable(s, m);

	if (a == NULL)
		return;
	a->graded = true;
	a->score = m->score;
	step_touch(s, HEAD(a));
	step_emit(s, &msg_call_graded_desc,
	    &(struct msg_call_graded){
		.call = a->call, .unit = a->unit, .score = a->score });
	if (ungraded(s, call) > 0)
		return;
	step_meet_all(s, HEAD(call));
	step_move(s, THING_CALL, HEAD(call), CALL_ENDED);
	end_call(s, call);
}

/* A missing grade is no grade, never full marks. */
void
dispatcher_call_ungraded(struct step *s)
{
	end_call(s, (const struct row_call *)s->row);
}
